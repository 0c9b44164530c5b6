"""Times as an operator reads them: UTC first, the desk's own wall clock beside it, ages in words.

Job: turn UTC milliseconds into the few texts the pages show. Invariant: a text that names a clock
time also names its zone, so that nobody at night mistakes one for the other. `now` is handed in.
Must not know: what happened at the time.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import Final

from babel.dates import get_timezone
from flask_babel import gettext

from shared.codelists import Country

_SECOND_MS: Final = 1_000
_MINUTE_S: Final = 60
_HOUR_S: Final = 60 * _MINUTE_S
_DAY_S: Final = 24 * _HOUR_S
_NOW_S: Final = 5  # nearer than that a number only flickers
_LAST_MS: Final = 253_402_300_799_000  # 31 December 9999: a wilder clock than that is shown as such


def _(text: str, **values: object) -> str:
    return str(gettext(text, **values))


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """One instant, in the texts a page needs."""

    machine: str
    day: str
    utc: str
    utc_full: str
    local: str
    local_day: str
    zone: str

    @property
    def local_full(self) -> str:
        """Day, time and zone of the desk's wall clock."""
        return f"{self.local_day} {self.local} {self.zone}"


def zone_of(country: Country | None) -> tzinfo:
    """The wall clock a desk lives by; UTC where nobody says."""
    return get_timezone(country.zone) if country is not None else UTC


def moment(at_ms: int, zone: tzinfo) -> Moment:
    """An instant in UTC and in the desk's zone."""
    at = datetime.fromtimestamp(min(max(at_ms, 0), _LAST_MS) / 1000, UTC)
    local = at.astimezone(zone)
    return Moment(
        machine=at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        day=at.strftime("%Y-%m-%d"),
        utc=at.strftime("%H:%M"),
        utc_full=at.strftime("%Y-%m-%d %H:%M:%S"),
        local=local.strftime("%H:%M"),
        local_day=local.strftime("%Y-%m-%d"),
        zone=local.tzname() or "UTC",
    )


def span(seconds: int) -> str:
    """How long, in its two largest units: `3 h 12 min`, `2 d 4 h`, `40 s`."""
    left = max(int(seconds), 0)
    if left < _MINUTE_S:
        return _("%(s)d s", s=left)
    if left < _HOUR_S:
        return _("%(m)d min", m=left // _MINUTE_S)
    if left < _DAY_S:
        hours, minutes = left // _HOUR_S, left % _HOUR_S // _MINUTE_S
        return _("%(h)d h %(m)d min", h=hours, m=minutes) if minutes else _("%(h)d h", h=hours)
    days, hours = left // _DAY_S, left % _DAY_S // _HOUR_S
    return _("%(d)d d %(h)d h", d=days, h=hours) if hours else _("%(d)d d", d=days)


def ago(at_ms: int, now_ms: int) -> str:
    """How long ago; a time still to come says so, because it means that a clock is wrong."""
    seconds = (now_ms - at_ms) // _SECOND_MS
    if seconds < -_MINUTE_S:
        return _("%(span)s ahead", span=span(-seconds))
    if seconds < _NOW_S:
        return _("just now")
    return _("%(span)s ago", span=span(seconds))


def skew(milliseconds: int) -> str:
    """A clock's error with its direction: `3 d fast`, `12 min slow`, `right`."""
    if abs(milliseconds) < _SECOND_MS:
        return _("right")
    length = span(abs(milliseconds) // _SECOND_MS)
    return _("%(span)s fast", span=length) if milliseconds > 0 else _("%(span)s slow", span=length)
