"""Characters that scanners and people confuse in numbers and plates.

Job: one folded form for all readings of a number, and the places where two readings differ.
Invariants: `folded` is idempotent; what differs only by look-alikes is at most a possible match, never a hit.
Must not know: lists, owners of plates.
Source: the classes 0 O Q D, 1 I L, 2 Z, 5 S, 8 B, 6 G, U V are the field's common knowledge;
Cyrillic look-alikes are read as Latin by `plates` before they come here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

_CLASSES: Final = ("0OQD", "1IL", "2Z", "5S", "8B", "6G", "UV")
_FOLD: Final = str.maketrans({character: each[0] for each in _CLASSES for character in each[1:]})


_AS_TYPED: Final = {
    code: chr(code).upper().translate(_FOLD) if chr(code).isalnum() else None for code in range(128)
}


@dataclass(frozen=True, slots=True)
class Misreading:
    """A place (from 1) where two numbers look alike and are not the same."""

    position: int
    ours: str
    theirs: str


def folded(number: str) -> str:
    """A number, upper case and without separators, with each look-alike as the first of its class."""
    return number.translate(_FOLD)


def folded_as_typed(number: str) -> str:
    """An ASCII number as typed: separators out, upper case, folded; in one step, as a hub does it most."""
    return number.translate(_AS_TYPED)


def misreadings(ours: str, theirs: str) -> tuple[Misreading, ...]:
    """Where two numbers of one folded form differ; empty where they are equal."""
    return tuple(
        Misreading(place, one, other)
        for place, (one, other) in enumerate(zip(ours, theirs, strict=False), start=1)
        if one != other
    )
