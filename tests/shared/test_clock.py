"""The hybrid logical clock."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from shared.clock import Correction, HybridClock, is_suspect, ms_of, stamp_at
from shared.limits import CLOCK_FOLLOW_MS, CLOCK_SKEW_SUSPECT_MS, STAMP_COUNTER_BITS

DAY_MS = 24 * 60 * 60 * 1000
NOON_MS = 1_790_000_000_000


class Wall:
    """A wall clock that a test sets."""

    def __init__(self, ms: int = NOON_MS) -> None:
        self.ms = ms

    def __call__(self) -> int:
        return self.ms


STEPS = st.lists(
    st.one_of(
        st.just(("tick", 0)),
        st.tuples(st.just("jump"), st.integers(-10 * DAY_MS, 10 * DAY_MS)),
        st.tuples(st.just("hear"), st.integers(-10 * DAY_MS, 10 * DAY_MS)),
        st.just(("correct", 0)),
    ),
    max_size=60,
)


@given(STEPS)
def test_the_clock_rises_but_for_a_journalled_correction(steps: list[tuple[str, int]]) -> None:
    """Through jumps of the wall and peers' stamps each tick is higher, unless `correct` reported a step."""
    wall = Wall()
    clock = HybridClock(wall)
    last = 0
    for what, amount in steps:
        if what == "jump":
            wall.ms = max(0, wall.ms + amount)
        elif what == "hear":
            clock.observe(stamp_at(max(0, wall.ms + amount)))
        elif what == "correct":
            correction = clock.correct()
            if correction is not None:
                assert correction.to_ms == wall.ms < correction.from_ms
                last = 0
        else:
            stamp = clock.tick()
            assert stamp > last
            last = stamp
            assert ms_of(stamp) >= wall.ms


def test_a_full_counter_carries_into_the_milliseconds() -> None:
    """More ticks in one millisecond than the counter holds never fail and never repeat."""
    clock = HybridClock(Wall())
    stamps = [clock.tick() for _ in range((1 << STAMP_COUNTER_BITS) + 10)]
    assert len(set(stamps)) == len(stamps)
    assert stamps == sorted(stamps)
    assert ms_of(stamps[-1]) == NOON_MS + 1


def test_a_restart_goes_on_from_the_last_stamp() -> None:
    """A clock started with an older wall, as after a flat battery, still rises above what it had issued."""
    before = HybridClock(Wall()).tick()
    assert HybridClock(Wall(0), last=before).tick() > before


def test_a_peer_a_little_ahead_is_followed() -> None:
    """A stamp inside the following limit lifts ours above it, so that cause and stamp agree."""
    clock = HybridClock(Wall())
    theirs = stamp_at(NOON_MS + CLOCK_FOLLOW_MS)
    assert clock.observe(theirs)
    assert clock.tick() > theirs


def test_a_peer_three_days_ahead_is_flagged_and_not_followed() -> None:
    """It is suspect at reception, and our next stamp is as if it had never come."""
    clock = HybridClock(Wall())
    theirs = stamp_at(NOON_MS + 3 * DAY_MS)
    assert is_suspect(theirs, received_ms=NOON_MS)
    assert not clock.observe(theirs)
    assert ms_of(clock.tick()) == NOON_MS


def test_an_old_stamp_is_not_suspect() -> None:
    """A bundle that waited out a month-long outage is late, not wrong."""
    assert not is_suspect(stamp_at(NOON_MS - 30 * DAY_MS), received_ms=NOON_MS)


def test_suspicion_starts_after_the_limit() -> None:
    """Exactly ten minutes ahead is still believed; a millisecond more is not."""
    edge = NOON_MS + CLOCK_SKEW_SUSPECT_MS
    assert not is_suspect(stamp_at(edge), received_ms=NOON_MS)
    assert is_suspect(stamp_at(edge + 1), received_ms=NOON_MS)


def test_a_correction_names_both_times_and_only_when_needed() -> None:
    """A clock that ran three days ahead steps down once; a right one reports nothing."""
    wall = Wall(NOON_MS + 3 * DAY_MS)
    clock = HybridClock(wall)
    clock.tick()
    wall.ms = NOON_MS
    assert clock.correct() == Correction(from_ms=NOON_MS + 3 * DAY_MS, to_ms=NOON_MS)
    assert clock.correct() is None
    assert ms_of(clock.tick()) - NOON_MS <= 1


def test_following_never_walks_away_from_the_wall() -> None:
    """Two clocks that follow one another for ever stay within the limit of their own walls."""
    one, other = HybridClock(Wall()), HybridClock(Wall(NOON_MS + CLOCK_FOLLOW_MS))
    for _ in range(1_000):
        one.observe(other.tick())
        other.observe(one.tick())
    assert ms_of(one.last) - NOON_MS <= CLOCK_FOLLOW_MS + 1
