"""Waiting between contacts: growing after failures, never twice the same, reset by success."""

from __future__ import annotations

from edge.backoff import WAIT_MAX_S, Backoff


def test_the_rhythm_is_kept_while_all_is_well():
    """A tenth either way around the interval."""
    waits = [Backoff(interval_s=5, chance=lambda at=at: at).after_success() for at in (0.0, 0.5, 0.999)]
    assert [round(wait, 1) for wait in waits] == [4.5, 5.0, 5.5]


def test_the_wait_doubles_up_to_a_minute_and_starts_again():
    """Each failure doubles the ceiling; a success ends it."""
    backoff = Backoff(interval_s=5, chance=lambda: 1.0)
    waits = [backoff.after_failure() for _ in range(6)]
    assert waits == [10, 20, 40, WAIT_MAX_S, WAIT_MAX_S, WAIT_MAX_S]
    backoff.after_success()
    assert backoff.after_failure() == 10


def test_posts_that_fail_together_come_back_apart():
    """The wait is drawn from the upper half of its range."""
    low, high = (Backoff(interval_s=5, chance=lambda at=at: at).after_failure() for at in (0.0, 0.999))
    assert (low, round(high, 1)) == (5, 10)


def test_a_slow_rhythm_is_not_made_faster_by_failing():
    """A node that syncs every ten minutes does not begin to hammer when the link fails."""
    assert Backoff(interval_s=600, chance=lambda: 0.5).after_failure() >= 300
