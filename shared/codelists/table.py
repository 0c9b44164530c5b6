"""One code list: its source, its entries in their given order, and look-up by code.

Job: parse the JSON of a list into typed entries, strictly, and find entries.
Invariants: an entry has every key its type asks for and no other, so that a slip of the pen in a
data file is an error at start, not a blank on a page; order is the file's, and pages keep it.
Must not know: which lists there are, where the bytes come from.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Final, Generic, Protocol, TypeVar

from shared.errors import ConfigError, InputError

_SHOWN_MAX: Final = 12  # codes a hint may list; a longer list is not read


class Coded(Protocol):
    """What every entry has."""

    @property
    def code(self) -> str: ...
    @property
    def label(self) -> str: ...


E = TypeVar("E", bound=Coded)


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeList(Generic[E]):
    """A list by its name; `source` says where its entries come from."""

    name: str
    source: str
    entries: tuple[E, ...]

    def __iter__(self) -> Iterator[E]:
        return iter(self.entries)

    def __len__(self) -> int:
        return len(self.entries)

    def __contains__(self, code: object) -> bool:
        return any(entry.code == code for entry in self.entries)

    @property
    def codes(self) -> tuple[str, ...]:
        """Every code, in the list's order, each once."""
        return tuple(dict.fromkeys(entry.code for entry in self.entries))

    def find(self, code: str | None) -> E | None:
        """The entry, or None: for showing what a newer peer sent."""
        return next((entry for entry in self.entries if entry.code == code), None)

    def get(self, code: str, *, field: str | None = None) -> E:
        """The entry. Raises InputError `unknown_code`; `field` is the form field to blame."""
        found = self.find(code)
        if found is None:
            raise self._unknown(code, field)
        return found

    def _unknown(self, code: str, field: str | None) -> InputError:
        near = get_close_matches(code[:64], self.codes, n=3, cutoff=0.6)
        shown = near or (self.codes if len(self) <= _SHOWN_MAX else ())
        hint = f"Use one of: {', '.join(shown)}." if shown else f"Choose from the list of {self.words}."
        return InputError("unknown_code", f"this is not in the list of {self.words}", hint=hint, field=field)

    @property
    def words(self) -> str:
        """The list's name as people say it."""
        return self.name.replace("_", " ")


class Row:
    """One entry of a file, read key by key. What is wrong is ConfigError `bad_code_list`."""

    def __init__(self, where: str, values: Mapping[str, object]) -> None:
        self._where = where
        self._left = dict(values)

    def text(self, key: str) -> str:
        """A string that is not empty."""
        value = self._take(key)
        if not isinstance(value, str) or not value.strip():
            raise self._bad(f"{key} is not a text")
        return value

    def maybe_text(self, key: str) -> str | None:
        """A string, or null."""
        return None if self._left.get(key, "") is None and self._take(key) is None else self.text(key)

    def flag(self, key: str) -> bool:
        """true or false."""
        value = self._take(key)
        if not isinstance(value, bool):
            raise self._bad(f"{key} is neither true nor false")
        return value

    def whole(self, key: str, *, least: int, most: int) -> int:
        """An integer in least … most."""
        value = self._take(key)
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
            raise self._bad(f"{key} is not a number from {least} to {most}")
        return value

    def degrees(self, key: str, *, most: float) -> float:
        """A coordinate in -most … most."""
        value = self._take(key)
        if not isinstance(value, int | float) or isinstance(value, bool) or not -most <= value <= most:
            raise self._bad(f"{key} is not in degrees")
        return float(value)

    def codes(self, key: str) -> tuple[str, ...]:
        """An array of strings."""
        value = self._take(key)
        if not isinstance(value, list) or not all(isinstance(item, str) and item for item in value):
            raise self._bad(f"{key} is not a list of codes")
        return tuple(value)

    def end(self) -> None:
        """Nothing may be left."""
        if self._left:
            raise self._bad(f"unknown key {min(self._left)}")

    def _take(self, key: str) -> object:
        if key not in self._left:
            raise self._bad(f"{key} is missing")
        return self._left.pop(key)

    def _bad(self, what: str) -> ConfigError:
        return bad_list(self._where, what)


def bad_list(where: str, what: str) -> ConfigError:
    """The error for a code list that cannot be used."""
    return ConfigError("bad_code_list", f"{where}: {what}", hint="Mend the data file, or install it again.")


def parse(
    name: str, data: bytes, entry: Callable[[Row], E], *, key: Callable[[E], object] | None = None
) -> CodeList[E]:
    """The list in a file's bytes: `{"source": …, "entries": [{…}, …]}`.

    `key` is what must be unique; the code where nothing else is said. Raises ConfigError
    `bad_code_list`.
    """
    try:
        document = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise bad_list(name, "the file is not JSON") from error
    match document:
        case {"source": str() as source, "entries": [_, *_] as rows, **others} if (
            source.strip() and not others
        ):
            pass
        case _:
            raise bad_list(name, "the file does not consist of a source and entries")
    entries = []
    for place, values in enumerate(rows, start=1):
        row = Row(f"{name}, entry {place}", values if isinstance(values, dict) else {})
        entries.append(entry(row))
        row.end()
    keys = [key(made) if key else made.code for made in entries]
    if len(set(keys)) != len(keys):
        raise bad_list(name, "an entry stands there twice")
    return CodeList(name=name, source=source, entries=tuple(entries))
