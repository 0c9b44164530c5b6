"""Trusted time: the hub's word plus uptime, never the wall clock."""

from __future__ import annotations

from edge.trusted_time import OK, SUSPECT, UNSET, TrustedTime
from tests.edge.posts import START_MS, Dial

HOUR_MS = 3_600_000
YEAR_MS = 365 * 24 * HOUR_MS


def time_of(dial: Dial, *, kept_ms: int = 0) -> TrustedTime:
    return TrustedTime(
        now_ms=lambda: dial.wall_ms,
        monotonic_ms=lambda: dial.up_ms,
        kept_ms=kept_ms,
        born_ms=START_MS - 24 * HOUR_MS,
    )


def test_it_is_the_hubs_time_plus_uptime_whatever_the_wall_says():
    """A wall clock set a year ahead or back moves nothing."""
    dial = Dial()
    time = time_of(dial)
    time.heard(START_MS)
    dial.up_ms += 2 * HOUR_MS
    for wall in (START_MS + YEAR_MS, START_MS - YEAR_MS):
        dial.wall_ms = wall
        assert (time.at_least_ms, time.certain) == (START_MS + 2 * HOUR_MS, True)


def test_before_the_hub_was_ever_heard_nothing_is_known():
    """No head, no trusted time; and nothing speaks against a plausible clock."""
    time = time_of(Dial())
    assert (time.at_least_ms, time.certain, time.skew_ms, time.clock()) == (None, False, None, OK)


def test_after_a_restart_it_is_a_lower_bound():
    """What an earlier run noted goes on by uptime, but nobody knows how long the power was off."""
    dial = Dial()
    time = time_of(dial, kept_ms=START_MS)
    dial.up_ms += HOUR_MS
    assert (time.at_least_ms, time.certain, time.skew_ms) == (START_MS + HOUR_MS, False, None)


def test_it_never_goes_back():
    """A head older than what uptime already told does not make the list younger."""
    dial = Dial()
    time = time_of(dial)
    time.heard(START_MS)
    dial.up_ms += HOUR_MS
    time.heard(START_MS + 1)
    assert time.at_least_ms == START_MS + HOUR_MS


def test_the_clocks_worth():
    """Right, days off either way once the hub was heard, and a board that booted in 1970."""
    dial = Dial()
    time = time_of(dial)
    time.heard(START_MS)
    verdicts = []
    for wall in (START_MS, START_MS + 3 * 24 * HOUR_MS, START_MS - 12 * HOUR_MS, 0):
        dial.wall_ms = wall
        verdicts.append(time.clock())
    assert verdicts == [OK, SUSPECT, SUSPECT, UNSET]


def test_after_a_restart_only_a_clock_behind_is_suspect():
    """A clock ahead of the last known time may simply be right: the power was off."""
    dial = Dial()
    time = time_of(dial, kept_ms=START_MS)
    dial.wall_ms = START_MS + 3 * 24 * HOUR_MS
    assert time.clock() == OK
    dial.wall_ms = START_MS - HOUR_MS
    assert time.clock() == SUSPECT


def test_the_likeliest_time_follows_the_wall_only_while_it_is_plausible():
    """For showing ages: the wall clock after a restart, trusted time once the clock is known to be wrong."""
    dial = Dial()
    time = time_of(dial, kept_ms=START_MS)
    dial.wall_ms = START_MS + HOUR_MS
    assert time.best_ms() == START_MS + HOUR_MS
    dial.wall_ms = START_MS - YEAR_MS
    assert time.best_ms() == START_MS
