"""The check digit of machine-readable zones.

Job: compute it. Source: ICAO Doc 9303 part 3, section 4.9: each character has a value (0–9 as
they are, A–Z are 10–35, the filler `<` is 0), weights 7, 3, 1 repeat, the sum is taken modulo 10.

What it finds, and what it cannot
* It finds each single wrong character, unless the two have the same value modulo 10: each of
  the ten classes in `SAME_VALUE` (0 A K U <, 1 B L V, …) looks alike to it.
* It finds two neighbours swapped, unless their values differ by a multiple of 5.
* Two or more wrong characters slip through one time in ten. That is why five digits are better
  than one, and why the composite covers characters that have a digit already.
* Issuer, nationality, sex and names are covered by no digit at all.
"""

from __future__ import annotations

from typing import Final

FILLER: Final = "<"
CHARACTERS: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ<"
"""The whole alphabet of a machine-readable zone."""

_VALUE: Final = {character: value for value, character in enumerate(CHARACTERS)} | {FILLER: 0}
_WEIGHTS: Final = (7, 3, 1)

SAME_VALUE: Final = tuple(
    frozenset(character for character in CHARACTERS if _VALUE[character] % 10 == value) for value in range(10)
)
"""The characters a check digit cannot tell apart, by their value modulo 10."""


def check_digit(text: str) -> str:
    """The digit for `text`, which holds characters of the zone's alphabet only."""
    return str(sum(_VALUE[character] * _WEIGHTS[place % 3] for place, character in enumerate(text)) % 10)
