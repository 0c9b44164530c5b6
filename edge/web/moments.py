"""Instants and spans of time as people at a post read them.

Job: template filters. An instant shows in the post's own time where its offset is known, else in UTC and
says so. Invariant: nothing here reads a clock. Must not know: pages.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Final

from flask_babel import gettext

from edge.screen import ListAge


def clock_time(at_ms: int, offset_min: int | None = None) -> str:
    """`14:03`, or `14:03 UTC` without an offset."""
    moment = _moment(at_ms, offset_min)
    return f"{moment:%H:%M}" if offset_min is not None else f"{moment:%H:%M} UTC"


def day_time(at_ms: int, offset_min: int | None = None) -> str:
    """`24. 11. 2026 14:03`."""
    moment = _moment(at_ms, offset_min)
    text = f"{moment.day}. {moment.month}. {moment.year} {moment:%H:%M}"
    return text if offset_min is not None else f"{text} UTC"


def span(seconds: int | None) -> str:
    """`40 s`, `12 min`, `3 h 12 min`, `2 d 4 h`: two units at most."""
    if seconds is None:
        return _("never")
    if seconds < 60:
        return _("%(n)d s", n=max(seconds, 0))
    minutes = seconds // 60
    if minutes < 60:
        return _("%(n)d min", n=minutes)
    hours, minutes = divmod(minutes, 60)
    if hours < 24:
        return _("%(h)d h %(m)d min", h=hours, m=minutes)
    days, hours = divmod(hours, 24)
    return _("%(d)d d %(h)d h", d=days, h=hours)


def list_age(age: ListAge) -> str:
    """`list of 3 h 12 min ago`, or that there is none."""
    if age.seconds is None:
        return _("no list yet")
    if age.at_least:
        return _("list at least %(span)s old", span=span(age.seconds))
    return _("list of %(span)s ago", span=span(age.seconds))


def lock_reason(since_ms: int | None, offset_min: int | None = None) -> str:
    """`no contact since 24. 11. 2026 14:03`."""
    if since_ms is None:
        return _("no contact yet")
    return _("no contact since %(moment)s", moment=day_time(since_ms, offset_min))


def plain_date(text: str) -> str:
    """A date in ISO form (unknown parts as X or left out) as it is written here: `12. 8. 1974.`"""
    year, month, day = [*text.split("-"), "XX", "XX"][:3]
    if not text or ("X" in year and month == "XX"):
        return ""
    parts = [part.lstrip("0") if part.isdigit() else "?" for part in (day, month)]
    if parts[0] == "?":
        return f"{parts[1]}. {year}." if parts[1] != "?" else f"{year}."
    return f"{parts[0]}. {parts[1]}. {year}."


def _(text: str, **values: object) -> str:
    return str(gettext(text, **values))


def _moment(at_ms: int, offset_min: int | None) -> datetime:
    return datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=at_ms, minutes=offset_min or 0)


FILTERS: Final[Mapping[str, Callable[..., str]]] = MappingProxyType(
    {
        "clock_time": clock_time,
        "day_time": day_time,
        "span": span,
        "list_age": list_age,
        "lock_reason": lock_reason,
        "plain_date": plain_date,
    }
)
