"""Where each field stands in each format: the tables everything else here reads.

Job: the five layouts as data. Lines and positions count from 1 and spans include both ends, as
in the standard, so that a row can be held beside the page it comes from.
Invariant: the fields of a layout do not overlap and leave no position out.
Must not know: what the characters say.

Source: ICAO Doc 9303 part 5 (TD1), part 6 (TD2), part 4 (TD3), part 7 (MRV-A, MRV-B).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, StrEnum
from types import MappingProxyType
from typing import Final


class Format(StrEnum):
    """The size and kind of a machine-readable document."""

    TD1 = "TD1"  # card
    TD2 = "TD2"  # large card
    TD3 = "TD3"  # passport booklet
    MRV_A = "MRV-A"  # visa sticker, passport size
    MRV_B = "MRV-B"  # visa sticker, small


class FieldName(StrEnum):
    """Every field a zone can hold. The composite is named after the digit that is its only content."""

    DOCUMENT_CODE = "document_code"
    ISSUER = "issuer"
    DOCUMENT_NUMBER = "document_number"
    DOCUMENT_NUMBER_CHECK = "document_number_check"
    NATIONALITY = "nationality"
    BIRTH = "birth"
    BIRTH_CHECK = "birth_check"
    SEX = "sex"
    EXPIRY = "expiry"
    EXPIRY_CHECK = "expiry_check"
    PERSONAL_NUMBER = "personal_number"
    PERSONAL_NUMBER_CHECK = "personal_number_check"
    OPTIONAL_1 = "optional_1"
    OPTIONAL_2 = "optional_2"
    NAMES = "names"
    COMPOSITE = "composite"


class Alphabet(Enum):
    """Which characters a field may hold beside the filler; the first two decide OCR repairs."""

    DIGITS = "only digits"
    LETTERS = "only letters"
    MIXED = "letters and digits"


@dataclass(frozen=True, slots=True)
class Span:
    """A run of characters: line, first and last position, from 1, both ends included."""

    line: int
    first: int
    last: int

    def of(self, lines: tuple[str, ...]) -> str:
        return lines[self.line - 1][self.first - 1 : self.last]

    @property
    def width(self) -> int:
        return self.last - self.first + 1


@dataclass(frozen=True, slots=True)
class Layout:
    """One format: its shape, its fields, and what its composite digit covers (nothing for visas)."""

    format: Format
    line_count: int
    width: int
    fields: Mapping[FieldName, Span]
    composite: tuple[Span, ...] = ()

    @property
    def long_numbers(self) -> bool:
        """Whether a document number may run on in the optional data (cards do so, booklets do not)."""
        return self.format in {Format.TD1, Format.TD2}


ALPHABETS: Final[Mapping[FieldName, Alphabet]] = MappingProxyType(
    {
        # The second character of a code is the issuer's to choose: digits are in use (C1, C2).
        FieldName.DOCUMENT_CODE: Alphabet.MIXED,
        FieldName.ISSUER: Alphabet.LETTERS,
        FieldName.DOCUMENT_NUMBER: Alphabet.MIXED,
        FieldName.DOCUMENT_NUMBER_CHECK: Alphabet.DIGITS,
        FieldName.NATIONALITY: Alphabet.LETTERS,
        FieldName.BIRTH: Alphabet.DIGITS,
        FieldName.BIRTH_CHECK: Alphabet.DIGITS,
        FieldName.SEX: Alphabet.LETTERS,
        FieldName.EXPIRY: Alphabet.DIGITS,
        FieldName.EXPIRY_CHECK: Alphabet.DIGITS,
        FieldName.PERSONAL_NUMBER: Alphabet.MIXED,
        FieldName.PERSONAL_NUMBER_CHECK: Alphabet.DIGITS,
        FieldName.OPTIONAL_1: Alphabet.MIXED,
        FieldName.OPTIONAL_2: Alphabet.MIXED,
        FieldName.NAMES: Alphabet.LETTERS,
        FieldName.COMPOSITE: Alphabet.DIGITS,
    }
)

CHECKED: Final[Mapping[FieldName, FieldName]] = MappingProxyType(
    {
        FieldName.DOCUMENT_NUMBER: FieldName.DOCUMENT_NUMBER_CHECK,
        FieldName.BIRTH: FieldName.BIRTH_CHECK,
        FieldName.EXPIRY: FieldName.EXPIRY_CHECK,
        FieldName.PERSONAL_NUMBER: FieldName.PERSONAL_NUMBER_CHECK,
    }
)
"""Each field that has its own check digit, and where that stands."""

# The second line is the same in all two-line formats, up to the expiry's digit.
_TWO_LINES: Final = {
    FieldName.DOCUMENT_CODE: Span(1, 1, 2),
    FieldName.ISSUER: Span(1, 3, 5),
    FieldName.DOCUMENT_NUMBER: Span(2, 1, 9),
    FieldName.DOCUMENT_NUMBER_CHECK: Span(2, 10, 10),
    FieldName.NATIONALITY: Span(2, 11, 13),
    FieldName.BIRTH: Span(2, 14, 19),
    FieldName.BIRTH_CHECK: Span(2, 20, 20),
    FieldName.SEX: Span(2, 21, 21),
    FieldName.EXPIRY: Span(2, 22, 27),
    FieldName.EXPIRY_CHECK: Span(2, 28, 28),
}

_TD1: Final = Layout(
    Format.TD1,
    line_count=3,
    width=30,
    fields={
        FieldName.DOCUMENT_CODE: Span(1, 1, 2),
        FieldName.ISSUER: Span(1, 3, 5),
        FieldName.DOCUMENT_NUMBER: Span(1, 6, 14),
        FieldName.DOCUMENT_NUMBER_CHECK: Span(1, 15, 15),
        FieldName.OPTIONAL_1: Span(1, 16, 30),
        FieldName.BIRTH: Span(2, 1, 6),
        FieldName.BIRTH_CHECK: Span(2, 7, 7),
        FieldName.SEX: Span(2, 8, 8),
        FieldName.EXPIRY: Span(2, 9, 14),
        FieldName.EXPIRY_CHECK: Span(2, 15, 15),
        FieldName.NATIONALITY: Span(2, 16, 18),
        FieldName.OPTIONAL_2: Span(2, 19, 29),
        FieldName.COMPOSITE: Span(2, 30, 30),
        FieldName.NAMES: Span(3, 1, 30),
    },
    composite=(Span(1, 6, 30), Span(2, 1, 7), Span(2, 9, 15), Span(2, 19, 29)),
)
_TD2: Final = Layout(
    Format.TD2,
    line_count=2,
    width=36,
    fields={
        **_TWO_LINES,
        FieldName.NAMES: Span(1, 6, 36),
        FieldName.OPTIONAL_1: Span(2, 29, 35),
        FieldName.COMPOSITE: Span(2, 36, 36),
    },
    composite=(Span(2, 1, 10), Span(2, 14, 20), Span(2, 22, 35)),
)
_TD3: Final = Layout(
    Format.TD3,
    line_count=2,
    width=44,
    fields={
        **_TWO_LINES,
        FieldName.NAMES: Span(1, 6, 44),
        FieldName.PERSONAL_NUMBER: Span(2, 29, 42),
        FieldName.PERSONAL_NUMBER_CHECK: Span(2, 43, 43),
        FieldName.COMPOSITE: Span(2, 44, 44),
    },
    composite=(Span(2, 1, 10), Span(2, 14, 20), Span(2, 22, 43)),
)
_MRV_A: Final = Layout(
    Format.MRV_A,
    line_count=2,
    width=44,
    fields={**_TWO_LINES, FieldName.NAMES: Span(1, 6, 44), FieldName.OPTIONAL_1: Span(2, 29, 44)},
)
_MRV_B: Final = Layout(
    Format.MRV_B,
    line_count=2,
    width=36,
    fields={**_TWO_LINES, FieldName.NAMES: Span(1, 6, 36), FieldName.OPTIONAL_1: Span(2, 29, 36)},
)

LAYOUTS: Final[Mapping[Format, Layout]] = MappingProxyType(
    {layout.format: layout for layout in (_TD1, _TD2, _TD3, _MRV_A, _MRV_B)}
)
