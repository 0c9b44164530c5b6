"""From what a reader typed to whole lines of a known format.

Job: accept a keyboard-wedge reader's ways (any line end, lower case, blanks around, one run of
88, 72 or 90 characters) and refuse everything else with the line and the number that is wrong.
Invariant: what leaves here is upper case, of the zone's alphabet, and fits one layout exactly.
Must not know: what the fields say. No message repeats what the document says.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from shared.errors import MrzError
from shared.limits import MRZ_MAX_CHARS
from shared.mrz.check_digit import CHARACTERS
from shared.mrz.layout import LAYOUTS, Format, Layout

_LINE_END: Final = re.compile(r"\r\n|\n|\r")
_TYPED: Final = frozenset(CHARACTERS + CHARACTERS.lower())
_ONE_LINE_MAX: Final = 60  # a longer one is no single line with a slip, but a whole document in one run
_READ_AGAIN: Final = "Read the document again; if that fails, type the fields from the printed page."

# Shapes by (lines, width); whether a two-line document is a visa shows in its first letter.
_SHAPES: Final = {
    (3, 30): (Format.TD1, Format.TD1),
    (2, 36): (Format.TD2, Format.MRV_B),
    (2, 44): (Format.TD3, Format.MRV_A),
}


def read_lines(text: str) -> tuple[Layout, tuple[str, ...]]:
    """Split `text` into the lines of one layout.

    Raises MrzError: `mrz_too_long`, `mrz_empty`, `mrz_character`, `mrz_line_count`, `mrz_length`.
    """
    if len(text) > MRZ_MAX_CHARS:
        raise MrzError(
            "mrz_too_long",
            f"{len(text)} characters; no machine-readable zone has more than 90",
            hint="Clear the field and read one document at a time.",
        )
    typed = [line for part in _LINE_END.split(text) if (line := part.strip(" \t"))]
    if not typed:
        raise MrzError("mrz_empty", "nothing was read", hint="Read the document, or choose manual entry.")
    for number, line in enumerate(typed, start=1):
        _refuse_characters(number, line)
    lines = _split_one([line.upper() for line in typed])
    width = _width_meant(lines)
    ordinary, visa = _SHAPES[len(lines), width]
    return LAYOUTS[visa if lines[0].startswith("V") else ordinary], tuple(lines)


def _refuse_characters(number: int, line: str) -> None:
    for position, character in enumerate(line, start=1):
        if character in _TYPED:
            continue
        name = unicodedata.name(character, "an invisible character")
        raise MrzError(
            "mrz_character",
            f"line {number}, position {position}: U+{ord(character):04X} {name} cannot stand there",
            hint="Only A–Z, 0–9 and < are allowed. If this happens with each document, "
            "set the reader's keyboard layout to US English.",
        )


def _split_one(lines: list[str]) -> list[str]:
    """Cut a single run of characters into lines where its length is that of a whole document."""
    if len(lines) > 1:
        return lines
    for count, width in _SHAPES:
        if len(lines[0]) == count * width:
            return [lines[0][start : start + width] for start in range(0, count * width, width)]
    return lines


def _width_meant(lines: list[str]) -> int:
    """The width of the layout that these lines fit, or an error that names the first misfit."""
    if len(lines) == 1 and len(lines[0]) > _ONE_LINE_MAX:
        whole = min((count * width for count, width in _SHAPES), key=lambda size: abs(len(lines[0]) - size))
        raise _length_error(1, len(lines[0]), whole)
    count, width = _shape_meant(lines)
    if len(lines) != count:
        raise MrzError(
            "mrz_line_count",
            f"{len(lines)} line{'s' if len(lines) > 1 else ''} read, expected {count} of {width} characters",
            hint=f"The document has {count} lines with < at their ends. {_READ_AGAIN}",
        )
    for number, line in enumerate(lines, start=1):
        if len(line) != width:
            raise _length_error(number, len(line), width)
    return width


def _shape_meant(lines: list[str]) -> tuple[int, int]:
    """The shape that was most likely meant: a line loses characters more often than it gains any."""
    longest = max(map(len, lines))
    if len(lines) == 3 or longest <= 33:
        return 3, 30
    return (2, 36) if longest <= 40 else (2, 44)


def _length_error(number: int, found: int, expected: int) -> MrzError:
    difference = abs(found - expected)
    slip = "missing" if found < expected else "too many"
    return MrzError(
        "mrz_length",
        f"line {number} has {found} characters, expected {expected}",
        hint=f"{difference} character{'s are' if difference > 1 else ' is'} {slip} in line {number}. "
        + _READ_AGAIN,
    )
