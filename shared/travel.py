"""Whether one traveller can have been at two posts at two times: the road against the clocks.

Job: the least time between two posts, the span in which a check can really have happened, and whether the two
agree. A pure function of two checks, so that neither the order in which they came nor who asks can matter.
Invariants
* Every doubt speaks for the traveller: the road is a straight line, shortened by what the positions may be
  wrong, driven at top speed without a stop; each clock is as wrong as it may be, in the direction that helps.
* A clock nobody can vouch for says nothing: no time is impossible by it.
Must not know: storage, pages, who is meant.

Positions: the list of posts (`codelists/posts.json`, with its source). Distance: great circle (haversine
formula) on a sphere of the mean Earth radius (IUGG).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from math import asin, cos, radians, sin, sqrt
from typing import Final

from shared.codelists import CodeLists, Post
from shared.ledger.records import Record
from shared.limits import CLOCK_SKEW_SUSPECT_MS
from shared.watchlist import Match, Matcher, Subject, Verdict, subject_of

TOP_SPEED_KM_H: Final = 130.0  # the highest motorway limit in the three states; no mountain road allows it
POSITION_ERROR_KM: Final = 3.0  # the list says "to a few kilometres"; it counts at both ends
CORRECTED_ERROR_MS: Final = 60_000  # of a clock measured later, at a contact with the hub
_EARTH_RADIUS_KM: Final = 6371.0088
_HOUR_MS: Final = 60 * 60 * 1000


class Same(StrEnum):
    """Why two checks may be of one traveller."""

    DOCUMENT = "document"  # one number, one issuer
    PERSON = "person"  # name and whole birth date; may be a namesake


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A check happened between these two instants, in UTC milliseconds."""

    earliest_ms: int
    latest_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TooSoon:
    """Two checks that lie nearer in time than the road allows.

    `needed_ms` is the least the road takes, `at_most_ms` the most that can lie between them by their clocks.
    """

    same: Same
    km: float
    needed_ms: int
    at_most_ms: int


def span_of(
    *, happened_ms: int, clock: str, correction_ms: int | None, received_ms: int | None
) -> Span | None:
    """When a check can have happened; None where its clock says nothing.

    `clock` is what the check says of it (`ok` when nothing spoke against it), `correction_ms` what was
    measured later; nothing happens after it was received.
    """
    if correction_ms is None and clock != "ok":
        return None
    error = CLOCK_SKEW_SUSPECT_MS if correction_ms is None else CORRECTED_ERROR_MS
    middle = happened_ms + (correction_ms or 0)
    latest = middle + error if received_ms is None else min(middle + error, received_ms)
    earliest = middle - error
    return Span(earliest_ms=earliest, latest_ms=latest) if earliest <= latest else None


def kilometres(one: Post, other: Post) -> float:
    """The straight line between two posts over the ground."""
    lats = radians(one.lat), radians(other.lat)
    half = sin((lats[1] - lats[0]) / 2) ** 2
    half += cos(lats[0]) * cos(lats[1]) * sin(radians(other.lon - one.lon) / 2) ** 2
    return 2 * _EARTH_RADIUS_KM * asin(sqrt(half))


def least_ms(km: float) -> int:
    """The least time for a distance between two posts of the list."""
    return int(max(0.0, km - 2 * POSITION_ERROR_KM) / TOP_SPEED_KM_H * _HOUR_MS)


def longest_ms(lists: CodeLists) -> int:
    """The least time between the two posts furthest apart: what lies further apart needs no look."""
    posts = list(lists.posts)
    return max((least_ms(kilometres(one, other)) for one in posts for other in posts), default=0)


def same_traveller(matcher: Matcher, one: Subject, other: Subject) -> Same | None:
    """Whether two checks are surely of one document, or of one name and whole birth date, whichever is asked
    about the other: the matcher weighs a traveller against an alert, and which of two is neither."""
    if _is_hit_both_ways(matcher, _document(one), _document(other)):
        return Same.DOCUMENT
    return Same.PERSON if _is_hit_both_ways(matcher, _person(one), _person(other)) else None


def too_soon(
    matcher: Matcher, lists: CodeLists, one: Record, other: Record, *, received: tuple[int | None, int | None]
) -> TooSoon | None:
    """Whether two checks of one traveller lie nearer in time than the road allows; None where they may agree.

    `received` are the instants at which the two were received, where a hub asks.
    """
    posts = lists.posts.find(one.text("post")), lists.posts.find(other.text("post"))
    spans = _span(one, received[0]), _span(other, received[1])
    if (
        posts[0] is None
        or posts[1] is None
        or spans[0] is None
        or spans[1] is None
        or not _both_count(one, other)
    ):
        return None
    km = kilometres(posts[0], posts[1])
    needed = least_ms(km)
    at_most = max(spans[0].latest_ms - spans[1].earliest_ms, spans[1].latest_ms - spans[0].earliest_ms)
    if at_most >= needed:
        return None
    same = same_traveller(matcher, subject_of(one.values), subject_of(other.values))
    return None if same is None else TooSoon(same=same, km=km, needed_ms=needed, at_most_ms=max(0, at_most))


def _both_count(one: Record, other: Record) -> bool:
    return not any(check.values.get(name) for check in (one, other) for name in ("void", "training"))


def _span(check: Record, received_ms: int | None) -> Span | None:
    happened = check.number("happened")
    if happened is None:
        return None
    return span_of(
        happened_ms=happened,
        clock=check.text("clock"),
        correction_ms=check.number("clock_correction_ms"),
        received_ms=received_ms,
    )


def _document(subject: Subject) -> Subject:
    return Subject(document_number=subject.document_number, document_issuer=subject.document_issuer)


def _person(subject: Subject) -> Subject:
    return Subject(
        surname=subject.surname,
        given_names=subject.given_names,
        written_name=subject.written_name,
        birth=subject.birth,
        sex=subject.sex,
        nationality=subject.nationality,
    )


def _is_hit_both_ways(matcher: Matcher, one: Subject, other: Subject) -> bool:
    return _is_hit(matcher.judge(one, other)) and _is_hit(matcher.judge(other, one))


def _is_hit(match: Match | None) -> bool:
    return match is not None and match.verdict is Verdict.HIT
