"""The national number (JMBG) of Bosnia and Herzegovina, Montenegro and Serbia.

Job: say whether a number is well formed and agrees with the birth date and sex beside it.
Invariant: everything here warns and nothing blocks: wrong numbers were issued, and their holders
still travel. Other countries' personal numbers have other shapes; ask only for holders of these.
Must not know: registers, screens, storage.

A number is DDMMYYYRRBBBK: birth with three digits of the year (900 and above are 19xx, below
800 are 2xxx), region, serial (000–499 male, 500–999 female), check digit. Source: the Yugoslav
law of 1976 and the successor laws; the digit is 11 − (weighted sum mod 11), 10 and 11 become 0,
but a remainder of 1 (which would make 10) was never issued.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from shared.errors import InputError
from shared.mrz.model import Sex
from shared.partial_date import PartialDate

_SHAPE: Final = re.compile(r"(\d\d)(\d\d)(\d{3})\d\d(\d{3})(\d)", re.ASCII)
_WEIGHTS: Final = (7, 6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2)
_FIRST_FEMALE: Final = 500


class Doubt(StrEnum):
    """What is doubtful about a number. The values are stable."""

    SHAPE = "national_number_shape"  # not thirteen digits
    CHECK_DIGIT = "national_number_check_digit"
    NEVER_ISSUED = "national_number_never_issued"  # the digits leave a remainder no number has
    IMPOSSIBLE_BIRTH = "national_number_impossible_birth"
    OTHER_BIRTH = "national_number_other_birth"
    OTHER_SEX = "national_number_other_sex"


@dataclass(frozen=True, slots=True, kw_only=True)
class NationalNumberVerdict:
    """What the digits say. birth and sex are None where the number does not tell them."""

    doubts: tuple[Doubt, ...]
    birth: PartialDate | None = None
    sex: Sex | None = None

    @property
    def ok(self) -> bool:
        return not self.doubts


def judge(number: str, *, birth: PartialDate | None = None, sex: Sex | None = None) -> NationalNumberVerdict:
    """Judge a number, beside the birth date and sex of its holder where they are known.

    An unknown part of `birth` agrees with anything, as does an unspecified sex.
    """
    digits = _SHAPE.fullmatch(number.strip())
    if digits is None:
        return NationalNumberVerdict(doubts=(Doubt.SHAPE,))
    doubts = list(_digit_doubts(digits[0]))
    told_birth = _birth(int(digits[1]), int(digits[2]), int(digits[3]))
    told_sex = Sex.FEMALE if int(digits[4]) >= _FIRST_FEMALE else Sex.MALE
    if told_birth is None:
        doubts.append(Doubt.IMPOSSIBLE_BIRTH)
    elif birth is not None and not told_birth.could_equal(birth):
        doubts.append(Doubt.OTHER_BIRTH)
    if sex not in {None, Sex.UNSPECIFIED, told_sex}:
        doubts.append(Doubt.OTHER_SEX)
    return NationalNumberVerdict(doubts=tuple(doubts), birth=told_birth, sex=told_sex)


def _digit_doubts(number: str) -> tuple[Doubt, ...]:
    total = sum(int(digit) * weight for digit, weight in zip(number, _WEIGHTS, strict=False))
    expected = 11 - total % 11
    if expected == 10:
        return (Doubt.NEVER_ISSUED,)
    return () if number[-1] == str(expected % 11) else (Doubt.CHECK_DIGIT,)


def _birth(day: int, month: int, year: int) -> PartialDate | None:
    try:
        return PartialDate(year=(1000 if year >= 800 else 2000) + year, month=month, day=day)
    except InputError:
        return None
