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
from typing import Final

from shared.errors import WireError
from shared.partial_date import PartialDate, Parts, from_day_number, parts_of_day_number


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
    return from_day_number(number) if number is not None and parts_of(number) is not None else None


def parts_of(number: int | None) -> Parts | None:
    """The same by its parts, for whoever looks at dates by the thousand: few people share a birth date."""
    if number is None:
        return None
    try:
        found = parts_of_day_number(number)
    except WireError:
        return None
    return found if found[0] is not None or found[1] is not None else None


@lru_cache(maxsize=1 << 11)
def compare_births(one: int | None, other: int | None) -> BirthEvidence:
    """The relation of two packed partial dates, and its bits."""
    ours, theirs = parts_of(one), parts_of(other)
    if ours is None or theirs is None:
        return _EVIDENCE[Relation.UNKNOWN]
    relation = relation_of(ours, theirs)
    if relation is Relation.EQUAL and ours[1:] == (1, 1):
        return _NEW_YEAR
    return _EVIDENCE[relation]


_EVIDENCE: Final = {relation: BirthEvidence(relation, bits) for relation, bits in BITS.items()}
_NEW_YEAR: Final = BirthEvidence(Relation.EQUAL, NEW_YEAR_BITS)


def relation_of(ours: Parts, theirs: Parts) -> Relation:
    """How two dates stand to one another."""
    (year, month, _), (their_year, their_month, _) = ours, theirs
    if year is None or their_year is None:
        return Relation.UNKNOWN
    if None not in ours and None not in theirs:
        return _of_full(ours, theirs)
    if year != their_year:
        return Relation.YEAR_NEAR if abs(year - their_year) == 1 else Relation.OTHER
    if month is not None and their_month is not None:
        return Relation.YEAR_MONTH if month == their_month else Relation.YEAR_EQUAL
    return Relation.YEAR_ONLY


def _of_full(ours: Parts, theirs: Parts) -> Relation:
    if ours == theirs:
        return Relation.EQUAL
    (year, month, day), (their_year, their_month, their_day) = ours, theirs
    if year == their_year and day == their_month and month == their_day:
        return Relation.SWAPPED
    if (year == their_year) + (month == their_month) + (day == their_day) == 2:
        one, other = next(
            (one or 0, other or 0) for one, other in zip(ours, theirs, strict=True) if one != other
        )
        if _digits_apart(one, other) == 1:
            return Relation.ONE_DIGIT
        if year != their_year and abs(one - other) in {1, 10}:
            return Relation.YEAR_OFF
    return Relation.YEAR_EQUAL if year == their_year else Relation.OTHER


def _digits_apart(one: int, other: int) -> int:
    """In how many places two numbers differ, written to one length."""
    apart = 0
    while one != other:
        apart += one % 10 != other % 10
        one, other = one // 10, other // 10
    return apart
