"""One form field at a time: typed text to the value a record holds, or a problem beside the field.

Job: `Fields` reads named fields of a form and collects what is wrong with each, so that the officer
sees everything at once. Invariant: a refused field reads as empty, and its problem is kept.
Must not know: which fields a case needs, storage, pages.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Final, TypeVar

from edge.form import problem_of
from edge.screen import Problem
from shared import partial_date
from shared.errors import InputError
from shared.limits import NAME_MAX_CHARS, TEXT_MAX_CHARS, VIN_MAX_CHARS
from shared.mrz import STATES
from shared.partial_date import PartialDate
from shared.plates import read_plate
from shared.typed_text import typed_text

NUMBER_MAX_CHARS: Final = 40  # the longest document and personal numbers have about 20
STAY_MAX_DAYS: Final = 3_650
SEXES: Final = ("F", "M", "X")
_T = TypeVar("_T")


class Fields:
    """Reads a form. `problems` is by field name."""

    def __init__(self, form: Mapping[str, str]) -> None:
        self.form = form
        self.problems: dict[str, Problem] = {}

    def raw(self, name: str) -> str:
        return self.form.get(name, "").strip()

    def add(self, field: str, code: str, message: str, hint: str) -> None:
        """Note a problem, unless the field already has one."""
        self.problems.setdefault(field, Problem(field=field, code=code, message=message, hint=hint))

    def text(self, name: str, *, chars_max: int = TEXT_MAX_CHARS) -> str:
        """A cleaned line of text."""
        return self._read(name, lambda raw: typed_text(raw, field=name, chars_max=chars_max), "")

    def lines(self, name: str) -> str:
        """A remark: line ends are kept as blanks, so that one typed note stays one text."""
        return self._read(
            name,
            lambda raw: typed_text(" ".join(raw.split()), field=name, chars_max=TEXT_MAX_CHARS),
            "",
        )

    def name(self, name: str) -> str:
        return self.text(name, chars_max=NAME_MAX_CHARS)

    def number(self, name: str) -> str:
        """A document or personal number in capitals; blanks and fillers are no part of it."""
        found = self.text(name, chars_max=NUMBER_MAX_CHARS).upper().replace("<", "").replace(" ", "")
        if found and not any(character.isalnum() for character in found):
            self.add(
                name, "number_empty", "there is no letter or digit in this number", "Type it as printed."
            )
            return ""
        return found

    def partial_date(self, name: str) -> PartialDate | None:
        """A date of which parts may be unknown; None when nothing is known."""
        found = self._read(name, lambda raw: partial_date.parse(raw) if raw else None, None)
        return None if found == partial_date.UNKNOWN else found

    def birth(self, name: str, *, today: date) -> PartialDate | None:
        """A birth date, never in the future."""
        found = self.partial_date(name)
        if found is not None and found.earliest is not None and found.earliest > today:
            self.add(
                name,
                "birth_future",
                "this birth date is in the future",
                "Check the year against the document, and this node's clock on the status page.",
            )
            return None
        return found

    def code(self, name: str, allowed: Iterable[str]) -> str:
        """An entry of a code list."""
        found = self.raw(name)
        if found and found not in allowed:
            self.add(name, "unknown_code", "this is not on the list", "Choose one of the entries offered.")
            return ""
        return found

    def state(self, name: str) -> str:
        """A state's code as documents print it."""
        found = self.text(name, chars_max=NAME_MAX_CHARS).upper().rstrip("<")
        if found and found not in STATES:
            self.add(
                name,
                "unknown_state",
                "no state or organisation has this code",
                "Type the three letters the document prints, for example BIH, MNE, SRB, DEU.",
            )
            return ""
        return found

    def plate(self, name: str) -> str:
        return self._read(name, lambda raw: read_plate(raw).original.upper() if raw else "", "")

    def vin(self, name: str) -> str:
        found = self.text(name, chars_max=VIN_MAX_CHARS).upper()
        return found.replace(" ", "").replace("-", "")

    def days(self, name: str) -> int | None:
        """A number of days."""
        found = self.raw(name)
        if not found:
            return None
        if not (found.isascii() and found.isdigit()) or len(found) > 5 or int(found) > STAY_MAX_DAYS:
            self.add(
                name,
                "bad_days",
                "this is not a number of days",
                f"Type a whole number from 0 to {STAY_MAX_DAYS}.",
            )
            return None
        return int(found)

    def codes(self, name: str, allowed: Iterable[str]) -> tuple[str, ...]:
        """Several entries of a code list, parted by blanks or commas, in the list's order."""
        wanted = self.raw(name).replace(",", " ").split()
        known = tuple(allowed)
        if any(code not in known for code in wanted):
            self.add(
                name, "unknown_code", "one of these is not on the list", "Choose from the entries offered."
            )
            return ()
        return tuple(code for code in known if code in wanted)

    def _read(self, name: str, read: Callable[[str], _T], empty: _T) -> _T:
        try:
            return read(self.form.get(name, ""))
        except InputError as refused:
            self.problems.setdefault(name, problem_of(refused, name))
            return empty
