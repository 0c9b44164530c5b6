"""Dates of which a part may be unknown, as documents and alerts really carry them.

Job: hold year, month and day, each known or not; read and print them; pack them in one integer.
Invariants
* A `PartialDate` is possible: some calendar day between 1900 and 2199 agrees with it.
* `from_day_number(d.day_number()) == d` for each date, and no other integer is accepted.
* Equality is of what is *known*. `could_equal` asks whether two dates may be one and the same
  day; it is symmetric, but not transitive: 1974 could equal 1974-08 and 1974-09.
Must not know: what the date is of, and what day it is (`today` is handed in).

Text form: ISO 8601 with unknown parts at the end left out (`1974-08-12`, `1974-08`, `1974`), and
`X` for an unknown digit before a known part (`1974-XX-12`, `XXXX-08`), as ISO 8601-2 (EDTF,
level 1) writes it. Nothing known at all is `XXXX`.

Packed form, for storage and the wire: a full date is the number of days since 1900-01-01
(0 … 109,572). Any other is `2**17 + ((year - 1899) * 13 + month) * 32 + day`, where an unknown
part counts as zero in its place (an unknown year as 1899).
"""

from __future__ import annotations

import re
from calendar import isleap
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from shared.errors import InputError, WireError

YEAR_MIN: Final = 1900  # nobody crossing a border was born earlier
YEAR_MAX: Final = 2199  # keeps each full date in 17 bits; no document is valid longer
EXPIRY_YEARS_AHEAD: Final = 30  # an expiry is read as at most this far ahead, else as a past one

_DAY_ZERO: Final = date(YEAR_MIN, 1, 1)
_ORDINAL_ZERO: Final = _DAY_ZERO.toordinal()
_DAYS: Final = (date(YEAR_MAX, 12, 31) - _DAY_ZERO).days + 1
_PARTIAL: Final = 1 << 17
_SHORT_MONTHS: Final = frozenset({4, 6, 9, 11})
_LEAP_YEAR: Final = 2000  # stands in for an unknown year: 29 February is possible in some year

_ISO: Final = re.compile(r"(\d{4}|XXXX)(?:-(\d{2}|XX)(?:-(\d{2}|XX))?)?", re.ASCII)
_DOTTED: Final = re.compile(r"(?:(?:(\d{1,2})\. ?)?(\d{1,2})\. ?)?(\d{4})\.?", re.ASCII)
_MRZ: Final = re.compile(r"(\d\d|<<)(\d\d|<<)(\d\d|<<)", re.ASCII)


Parts = tuple[int | None, int | None, int | None]
"""Year, month and day of a date, None for each that is unknown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PartialDate:
    """A date with `None` for each unknown part. Raises InputError `impossible_date`, `date_range`."""

    year: int | None = None
    month: int | None = None
    day: int | None = None

    def __post_init__(self) -> None:
        if self.year is not None and not YEAR_MIN <= self.year <= YEAR_MAX:
            raise InputError(
                "date_range",
                f"the year must lie between {YEAR_MIN} and {YEAR_MAX}",
                hint="Check the year, and this machine's clock if the document shows another one.",
            )
        if self.month is not None and not 1 <= self.month <= 12:
            raise _impossible()
        if self.day is not None and not 1 <= self.day <= _last_day(self.year, self.month or 12):
            raise _impossible()

    @property
    def is_full(self) -> bool:
        """Whether year, month and day are all known."""
        return None not in (self.year, self.month, self.day)

    @property
    def earliest(self) -> date | None:
        """The first day this can be; None when the year is unknown."""
        return None if self.year is None else date(self.year, self.month or 1, self.day or 1)

    @property
    def latest(self) -> date | None:
        """The last day this can be; None when the year is unknown."""
        if self.year is None:
            return None
        month = self.month or 12
        return date(self.year, month, self.day or _last_day(self.year, month))

    def could_equal(self, other: PartialDate) -> bool:
        """Whether one calendar day could be both: what both know agrees, and fits together."""
        ours, theirs = self.parts, other.parts
        if any(a != b for a, b in zip(ours, theirs, strict=True) if a is not None and b is not None):
            return False
        year, month, day = (b if a is None else a for a, b in zip(ours, theirs, strict=True))
        return day is None or day <= _last_day(year, month or 12)

    def __str__(self) -> str:
        parts = [
            "XXXX" if self.year is None else f"{self.year:04}",
            "XX" if self.month is None else f"{self.month:02}",
            "XX" if self.day is None else f"{self.day:02}",
        ]
        while len(parts) > 1 and parts[-1] == "XX":
            parts.pop()
        return "-".join(parts)

    def mrz(self) -> str:
        """The six characters of a machine-readable zone; the century is not part of them."""
        return "".join(
            "<<" if part is None else f"{part % 100:02}" for part in (self.year, self.month, self.day)
        )

    def day_number(self) -> int:
        """One integer, 0 or more; a full date is the days since 1900-01-01."""
        if self.year is not None and self.month is not None and self.day is not None:
            return (date(self.year, self.month, self.day) - _DAY_ZERO).days
        year = 0 if self.year is None else self.year - YEAR_MIN + 1
        return _PARTIAL + (year * 13 + (self.month or 0)) * 32 + (self.day or 0)

    @property
    def parts(self) -> Parts:
        """Year, month and day."""
        return self.year, self.month, self.day


UNKNOWN: Final = PartialDate()
"""The date of which nothing is known."""


def from_date(day: date) -> PartialDate:
    """A full date. Raises InputError `date_range` outside 1900 … 2199."""
    return PartialDate(year=day.year, month=day.month, day=day.day)


def parse(text: str) -> PartialDate:
    """Read the text form, or a date as people of the region write it: `12. 8. 1974.`, `8.1974.`

    Raises InputError `bad_date` for another shape, `impossible_date` or `date_range` for a day
    that cannot be.
    """
    trimmed = text[:40].strip()
    if iso := _ISO.fullmatch(trimmed.upper()):
        year, month, day = iso.groups()
    elif dotted := _DOTTED.fullmatch(trimmed):
        day, month, year = dotted.groups()
    else:
        raise InputError(
            "bad_date",
            "this is not a date",
            hint="Write it like 1974-08-12 or 12.08.1974, and leave out the parts nobody knows.",
        )
    return PartialDate(year=_known(year), month=_known(month), day=_known(day))


def from_mrz_birth(text: str, *, today: date) -> PartialDate:
    """Read a birth date's YYMMDD, with `<<` for an unknown part.

    Century: the latest one that does not put the birth after `today`. So a person past their
    hundredth birthday reads as a child; only the printed date can tell those two apart.
    Raises InputError as `parse` does.
    """
    born = _from_mrz(text, newest_year=today.year)
    if born.earliest is not None and born.earliest > today:
        return _from_mrz(text, newest_year=today.year - 1)
    return born


def from_mrz_expiry(text: str, *, today: date) -> PartialDate:
    """Read an expiry date's YYMMDD, with `<<` for an unknown part.

    Century: the year lies in the hundred years that end 30 years after `today`'s, because
    documents run for decades at most, while long expired ones are still shown at a border.
    Raises InputError as `parse` does.
    """
    return _from_mrz(text, newest_year=today.year + EXPIRY_YEARS_AHEAD)


def from_day_number(number: int) -> PartialDate:
    """Unpack `PartialDate.day_number`. Raises WireError `bad_day_number` for any other integer."""
    if 0 <= number < _DAYS:
        return from_date(_DAY_ZERO + timedelta(days=number))
    rest, day = divmod(number - _PARTIAL, 32)
    year, month = divmod(rest, 13)
    try:
        found = PartialDate(year=year + YEAR_MIN - 1 if year else None, month=month or None, day=day or None)
    except InputError:
        found = None
    if found is None or found.day_number() != number:
        raise WireError(
            "bad_day_number", "a number stands for no date", hint="Ask for the record to be sent again."
        )
    return found


def parts_of_day_number(number: int) -> Parts:
    """What `from_day_number` finds, at a tenth of its cost. Raises as it does."""
    if 0 <= number < _DAYS:
        found = date.fromordinal(_ORDINAL_ZERO + number)
        return found.year, found.month, found.day
    return from_day_number(number).parts


def day_text(number: int) -> str:
    """The date of a number as pages show it; a peer's number that stands for no date is shown, not hidden."""
    try:
        return str(from_day_number(number))
    except WireError:
        return f"#{number}"


def _from_mrz(text: str, *, newest_year: int) -> PartialDate:
    """Read YYMMDD with the year in the hundred years that end with `newest_year`."""
    parts = _MRZ.fullmatch(text)
    if parts is None:
        raise InputError(
            "bad_date",
            "a date in the machine-readable zone is six digits, with << for an unknown part",
            hint="Read the document again, or type the date from the printed page.",
        )
    year = _known(parts[1])
    if year is not None:
        year = newest_year - (newest_year - year) % 100
    return PartialDate(year=year, month=_known(parts[2]), day=_known(parts[3]))


def _known(part: str | None) -> int | None:
    return int(part) if part is not None and part.isdigit() else None


def _last_day(year: int | None, month: int) -> int:
    if month == 2:
        return 29 if isleap(_LEAP_YEAR if year is None else year) else 28
    return 30 if month in _SHORT_MONTHS else 31


def _impossible() -> InputError:
    return InputError(
        "impossible_date",
        "there is no such day in the calendar",
        hint="Check day, month and year against the document; leave out the parts nobody knows.",
    )
