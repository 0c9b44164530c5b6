"""The road against the clocks: distances, least times, and spans in which a check can have happened."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared import travel
from shared.change import Value
from shared.clock import Stamp
from shared.codelists import load
from shared.ids import Dot, OfficerId, RecordId
from shared.ledger.records import Record
from shared.matching.matcher import PersonMatcher
from shared.merge import Standing
from shared.schema import Kind
from shared.travel import Same, Span, TooSoon
from shared.watchlist import subject_of

LISTS = load()
_MINUTE_MS = 60_000
_NOON_MS = 1_780_000_000_000


def test_two_posts_a_known_distance_apart():
    """Zupci to Rača is some 262 km over the ground; a post is nowhere from itself; both ways are one."""
    posts = [LISTS.posts.get(code) for code in ("ZUPCI", "RACA")]
    assert travel.kilometres(posts[0], posts[1]) == pytest.approx(262.5, abs=2)
    assert travel.kilometres(posts[0], posts[1]) == travel.kilometres(posts[1], posts[0])
    assert travel.kilometres(posts[0], posts[0]) == 0


def test_the_least_time_gives_every_doubt_to_the_traveller():
    """Neighbouring posts take no time at all; 136 km are 130 after the error of both positions: an hour."""
    assert travel.least_ms(2.0) == 0
    assert travel.least_ms(136.0) == 60 * _MINUTE_MS
    assert travel.longest_ms(LISTS) < 4 * 60 * _MINUTE_MS


def test_a_clock_says_within_what_a_check_happened():
    """Ten minutes either side of a clock that was in order, one of a corrected one, nothing of another."""
    ok = travel.span_of(happened_ms=_NOON_MS, clock="ok", correction_ms=None, received_ms=None)
    assert ok == Span(earliest_ms=_NOON_MS - 10 * _MINUTE_MS, latest_ms=_NOON_MS + 10 * _MINUTE_MS)
    corrected = travel.span_of(happened_ms=0, clock="unset", correction_ms=_NOON_MS, received_ms=None)
    assert corrected == Span(earliest_ms=_NOON_MS - _MINUTE_MS, latest_ms=_NOON_MS + _MINUTE_MS)
    for clock in ("suspect", "unset", ""):
        assert (
            travel.span_of(happened_ms=_NOON_MS, clock=clock, correction_ms=None, received_ms=_NOON_MS)
            is None
        )


def test_nothing_happens_after_it_was_received():
    """The receipt bounds the span; a check that claims a later time than that says nothing."""
    early = _NOON_MS + 2 * _MINUTE_MS
    span = travel.span_of(happened_ms=_NOON_MS, clock="ok", correction_ms=None, received_ms=early)
    assert span is not None
    assert span.latest_ms == early
    late = _NOON_MS - 11 * _MINUTE_MS
    assert travel.span_of(happened_ms=_NOON_MS, clock="ok", correction_ms=None, received_ms=late) is None


def check(number: int, **values: Value) -> Record:
    whole: dict[str, Value] = {
        "owner": "BA",
        "post": "ZUPCI",
        "happened": _NOON_MS,
        "clock": "ok",
        "surname": "TESTOVIC",
        "given_names": "ANA",
        "birth": 29_000,
        "document_number": "L898902C3",
        "document_issuer": "UTO",
    }
    return Record(
        id=RecordId(Dot(number)),
        kind=Kind.CHECK,
        stamp=Stamp(0),
        author=OfficerId(0),
        standing=Standing.AGREED,
        edited=False,
        values=whole | values,
    )


def soon(one: Record, other: Record, *received: int | None) -> TooSoon | None:
    times = (received[0], received[1]) if received else (None, None)
    return travel.too_soon(PersonMatcher(), LISTS, one, other, received=times)


def test_one_document_at_two_ends_of_the_border_within_the_hour():
    """Zupci and Rača, 45 minutes apart by clocks that may be ten minutes off each: 65 are too few for 118."""
    found = soon(check(1), check(2, post="RACA", happened=_NOON_MS + 45 * _MINUTE_MS))
    assert found is not None
    assert (found.same, round(found.km)) == (Same.DOCUMENT, 263)
    assert found.at_most_ms == 65 * _MINUTE_MS
    assert 115 * _MINUTE_MS < found.needed_ms < 121 * _MINUTE_MS


@pytest.mark.parametrize(
    "other",
    [
        {"post": "RACA", "happened": _NOON_MS + 100 * _MINUTE_MS},  # with both clocks wrong it can be done
        {"post": "SITNICA", "happened": _NOON_MS},  # across the line: no road to speak of
        {"post": "ZUPCI", "happened": _NOON_MS},
        {"post": "NOWHERE", "happened": _NOON_MS},
        {"post": "RACA", "clock": "suspect"},
        {"post": "RACA", "void": "mistake"},
        {"post": "RACA", "training": True},
        {"post": "RACA", "document_number": "OTHER1", "given_names": "MILICA"},
        {"post": "RACA", "document_issuer": "DEU", "birth": 29_001},  # a number is one issuer's own
    ],
    ids=str,
)
def test_what_may_be_in_order_is_no_question(other: dict[str, Value]):
    """Time enough, the post next door, one post, a clock unknown, what does not count, somebody else."""
    assert soon(check(1), check(2, **other)) is None


def test_a_namesake_with_the_same_birth_date_is_named_as_such():
    """Another document, the same name and whole birth date: said to be a person, not a document."""
    found = soon(check(1), check(2, post="RACA", document_number="OTHER1"))
    assert found is not None
    assert found.same is Same.PERSON


_TIMES = st.integers(min_value=_NOON_MS - 10**7, max_value=_NOON_MS + 10**7)


@given(st.sampled_from(LISTS.posts.codes), st.sampled_from(LISTS.posts.codes), _TIMES, _TIMES)
def test_which_check_is_asked_about_first_makes_no_difference(one: str, other: str, at: int, then: int):
    """The answer about a pair is the same both ways."""
    first, second = check(1, post=one, happened=at), check(2, post=other, happened=then)
    assert soon(first, second) == soon(second, first)


@given(_TIMES, st.integers(min_value=-(10**7), max_value=10**7))
def test_a_measured_clock_counts_as_if_it_had_been_right(at: int, off: int):
    """A check off by any time, with its correction, is judged like one with a right clock, or more surely."""
    there = check(2, post="RACA", happened=_NOON_MS)
    right = soon(check(1, happened=at), there)
    wrong = soon(check(1, happened=at + off, clock="suspect", clock_correction_ms=-off), there)
    assert right is None or wrong is not None


def test_who_is_the_same_only_one_way_round_is_not_the_same():
    """The matcher may weigh one name against another otherwise than back again: nobody is accused by it."""
    one = check(1, surname="Hassan", given_names="Mark", document_number="0")
    other = check(2, surname="Al Hassan", given_names="Marko", document_number="1")
    matcher = PersonMatcher()
    ways = [subject_of(each.values) for each in (one, other)]
    assert travel.same_traveller(matcher, ways[0], ways[1]) is travel.same_traveller(
        matcher, ways[1], ways[0]
    )
