"""Two birth dates: how they stand to one another, and what that is worth.

Job: name the relation of two packed partial dates and weigh it in bits (see `evidence`).
Invariants: symmetric; a date that is partly unknown never counts against what agrees; only EQUAL, both dates
full, can carry a hit. Must not know: names.
Source: the relations follow the cases that Commission Delegated Regulations (EU) 2023/332 and 2023/333 call
same and similar dates (equal; day and month swapped; a part unknown or differing); the bits are ours.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from operator import ne
from typing import Final

from shared.errors import WireError
from shared.partial_date import PartialDate, from_day_number, year_of_day_number


class Relation(StrEnum):
    """How two birth dates stand to one another."""

    EQUAL = "equal"
    SWAPPED = "swapped"  # day and month
    ONE_DIGIT = "one_digit"
    YEAR_OFF = "year_off"  # the same day, the next or previous year, or a decade away
    YEAR_MONTH = "year_month"  # agree as far as known: year and month
    YEAR_ONLY = "year_only"  # agree as far as known: the year
    YEAR_EQUAL = "year_equal"  # both full, only the year agrees
    YEAR_NEAR = "year_near"  # the year alone is known on a side, and is one off
    UNKNOWN = "unknown"
    OTHER = "other"


BITS: Final = {
    Relation.EQUAL: 14.6,  # log2 of the days in 70 years, less what a common day loses
    Relation.SWAPPED: 8.0,
    Relation.ONE_DIGIT: 4.5,
    Relation.YEAR_OFF: 4.0,
    Relation.YEAR_MONTH: 9.5,
    Relation.YEAR_ONLY: 6.1,
    Relation.YEAR_EQUAL: -4.0,
    Relation.YEAR_NEAR: -1.0,
    Relation.UNKNOWN: 0.0,
    Relation.OTHER: -9.0,
}
NEW_YEAR_BITS: Final = 9.0  # 1 January stands for "unknown" in the papers of many countries


@dataclass(frozen=True, slots=True)
class BirthEvidence:
    """A relation and its weight in bits."""

    relation: Relation
    bits: float


@lru_cache(maxsize=1 << 11)
def date_of(number: int | None) -> PartialDate | None:
    """The packed date, None for one that is no date or says nothing."""
    if number is None:
        return None
    try:
        found = from_day_number(number)
    except WireError:
        return None
    return found if found.year is not None or found.month is not None else None


def year_of(number: int | None) -> int | None:
    """The year of `date_of`, for whoever files checks by the thousand: few people share a birth date."""
    if number is None:
        return None
    try:
        return year_of_day_number(number)
    except WireError:
        return None


@lru_cache(maxsize=1 << 11)
def compare_births(one: int | None, other: int | None) -> BirthEvidence:
    """The relation of two packed partial dates, and its bits."""
    ours, theirs = date_of(one), date_of(other)
    relation = relation_of(ours, theirs)
    bits = BITS[relation]
    if relation is Relation.EQUAL and ours is not None and (ours.month, ours.day) == (1, 1):
        bits = NEW_YEAR_BITS
    return BirthEvidence(relation, bits)


def relation_of(one: PartialDate | None, other: PartialDate | None) -> Relation:
    """How two dates stand to one another."""
    if one is None or other is None or one.year is None or other.year is None:
        return Relation.UNKNOWN
    if one.is_full and other.is_full:
        return _of_full(one, other)
    if one.year != other.year:
        return Relation.YEAR_NEAR if abs(one.year - other.year) == 1 else Relation.OTHER
    if one.month is not None and other.month is not None:
        return Relation.YEAR_MONTH if one.month == other.month else Relation.YEAR_EQUAL
    return Relation.YEAR_ONLY


def _of_full(one: PartialDate, other: PartialDate) -> Relation:
    year, month, day = one.year == other.year, one.month == other.month, one.day == other.day
    if year and month and day:
        return Relation.EQUAL
    if year and (one.day, one.month) == (other.month, other.day):
        return Relation.SWAPPED
    if year + month + day == 2:  # a digit lies in one of the three; nearly all pairs are told apart before
        if sum(map(ne, str(one), str(other))) == 1:
            return Relation.ONE_DIGIT
        if not year and abs((one.year or 0) - (other.year or 0)) in {1, 10}:
            return Relation.YEAR_OFF
    return Relation.YEAR_EQUAL if year else Relation.OTHER
