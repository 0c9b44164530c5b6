"""A person as matching sees one: names, birth, sex, nationality.

Job: make that of a check's, alert's or query's fields. Invariants: nothing is required; a name is kept in a–z
words; a person has at most `NAMES_MAX` names. Must not know: lists, scores.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from shared.matching.tokens import Role, Token, read_name
from shared.mrz.states import match_code

NAMES_MAX: Final = 20  # a name, its written form and aliases; more is an attack on the index


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """names: each a way to call this person. written: the same as they came, where that is known.

    birth: packed partial date. Codes are "" where unknown.
    """

    names: tuple[tuple[Token, ...], ...]
    written: tuple[str, ...] = ()
    birth: int | None = None
    sex: str = ""
    nationality: str = ""


def person_of(
    *,
    surname: str = "",
    given_names: str = "",
    others: Iterable[str] = (),
    birth: int | None = None,
    sex: str = "",
    nationality: str = "",
    cut: bool = False,
) -> Person:
    """A person from typed or scanned fields. `cut`: a full zone may have cut the name."""
    names: list[tuple[Token, ...]] = []
    written: list[str] = []
    seen: set[str] = set()
    cut = cut or _fills_zone(surname, given_names)
    for text, maybe_cut in ((f"{surname} {given_names}", cut), *((other, False) for other in others)):
        if not text or text.isspace():
            continue
        tokens = read_name(text, cut=maybe_cut)
        words = " ".join(token.plain for token in tokens)
        if tokens and words not in seen and len(names) < NAMES_MAX:
            seen.add(words)
            names.append(tokens)
            written.append(text.strip())
    return Person(
        names=tuple(names), written=tuple(written), birth=birth, sex=sex, nationality=match_code(nationality)
    )


def _fills_zone(surname: str, given_names: str) -> bool:
    """Whether a name has exactly the length at which a zone cuts it (ICAO Doc 9303 parts 4 to 6)."""
    length = len(surname) + len(given_names) + 2
    return bool(given_names) and surname.isascii() and given_names.isascii() and length in _ZONE_LENGTHS


_ZONE_LENGTHS: Final = frozenset({30, 31, 39})


def name_words(tokens: tuple[Token, ...]) -> tuple[Token, ...]:
    """The words that name, without particles and initials."""
    return tuple([token for token in tokens if token.role <= Role.PATRONYMIC])
