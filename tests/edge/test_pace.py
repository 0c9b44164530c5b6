"""How much one request carries: it follows the rate, the round trip and the cuts of the link."""

from __future__ import annotations

from math import sqrt

import pytest

from edge.pace import OVERHEAD_BYTES, Pace
from shared.limits import (
    PIECE_MIN_BYTES,
    REPLY_BUDGET_BYTES,
    REPLY_FIRST_BYTES,
    REQUEST_BUDGET_BYTES,
    REQUEST_FIRST_BYTES,
)

HELLO = {"up": 200, "down": 250}


def link(*, rate: float, round_trip_ms: int, pace: Pace, up: int, down: int = 250) -> None:
    """One question over a link of so many bytes a second."""
    pace.carried(up=up, down=down, elapsed_ms=round_trip_ms + int((up + down) / rate * 1000))


def settled(*, rate: float, round_trip_ms: int) -> Pace:
    pace = Pace()
    for _ in range(3):
        link(rate=rate, round_trip_ms=round_trip_ms, pace=pace, up=200)
        link(rate=rate, round_trip_ms=round_trip_ms, pace=pace, up=20_000)
    return pace


def test_before_anything_is_known_a_request_is_of_middling_size() -> None:
    assert (Pace().request_bytes, Pace().reply_bytes) == (REQUEST_FIRST_BYTES, REPLY_FIRST_BYTES)


@pytest.mark.parametrize(
    ("rate", "round_trip_ms", "least", "most"),
    [
        (1_200, 600, 9_000, 15_000),  # 9.6 kbit/s: some ten seconds of it
        (6_250, 600, 30_000, 50_000),  # 50 kbit/s
        (125_000, 30, 60_000, 180_000),  # a second of 1 Mbit/s
        (10_000_000, 1, REQUEST_BUDGET_BYTES, REQUEST_BUDGET_BYTES),
    ],
)
def test_a_request_uses_the_link_well_and_does_not_hold_it_long(
    rate: float, round_trip_ms: int, least: int, most: int
) -> None:
    """A tenth of the time is headers and waiting at most, or a second's worth where that is more."""
    size = settled(rate=rate, round_trip_ms=round_trip_ms).request_bytes
    assert least <= size <= most
    overhead = OVERHEAD_BYTES + rate * round_trip_ms / 1000
    assert size >= min(REQUEST_BUDGET_BYTES, 7 * overhead)


def test_a_good_link_is_trusted_with_a_backlog_after_one_hello() -> None:
    """A hello that took ten milliseconds says that a large request is no risk."""
    pace = Pace()
    pace.carried(**HELLO, elapsed_ms=10)
    assert pace.request_bytes >= 256 * 1024


def test_a_bad_link_is_met_with_small_requests_after_one_hello() -> None:
    """A hello that took a second and a half: ten seconds' worth at the least rate that can be."""
    pace = Pace()
    pace.carried(**HELLO, elapsed_ms=1_500)
    assert pace.request_bytes <= 5_000


def test_cuts_make_requests_smaller_by_the_root_of_their_rate() -> None:
    """√(2 · overhead ÷ cuts per byte), within a quarter."""
    pace = settled(rate=6_250, round_trip_ms=600)
    for turn in range(60):
        if turn % 3 == 2:
            pace.cut(up=20_000)
        else:
            link(rate=6_250, round_trip_ms=600, pace=pace, up=20_000)
            link(rate=6_250, round_trip_ms=600, pace=pace, up=200)
    overhead = OVERHEAD_BYTES + 6_250 * 0.6
    wanted = sqrt(2 * overhead / (1 / 50_000))
    assert 0.75 * wanted <= pace.request_bytes <= 1.25 * wanted


def test_a_link_that_fails_whatever_the_size_gets_larger_requests() -> None:
    """Where hellos fail as often as pieces do, small pieces save nothing: each failure costs a hello more."""
    pace, calm = settled(rate=1_200, round_trip_ms=600), settled(rate=1_200, round_trip_ms=600)
    for turn in range(60):
        for size in (200, 10_000):
            if turn % 3 == 2:
                pace.cut(up=size)
            else:
                link(rate=1_200, round_trip_ms=600, pace=pace, up=size)
    assert pace.failing_share > 0.25
    assert pace.request_bytes > 1.3 * calm.request_bytes


def test_cuts_are_forgotten_when_they_end() -> None:
    """A night of cuts does not make the next day's requests small."""
    pace = settled(rate=6_250, round_trip_ms=600)
    calm = pace.request_bytes
    for _ in range(10):
        pace.cut(up=20_000)
    assert pace.request_bytes < calm / 2
    for _ in range(200):
        link(rate=6_250, round_trip_ms=600, pace=pace, up=20_000)
    assert pace.request_bytes > 0.9 * calm


def test_answers_follow_their_own_direction() -> None:
    """A satellite brings much and takes little."""
    pace = Pace()
    for _ in range(4):
        pace.carried(**HELLO, elapsed_ms=700)
        pace.carried(up=200, down=100_000, elapsed_ms=600 + 1_000)
        pace.carried(up=10_000, down=250, elapsed_ms=600 + 5_000)
    assert pace.reply_bytes > 5 * pace.request_bytes


@pytest.mark.parametrize("elapsed_ms", [0, -5, 1, 10**9])
def test_no_time_is_too_strange(elapsed_ms: int) -> None:
    """Clocks of no resolution, and links of a day's delay, still give a size within the limits."""
    pace = Pace()
    for size in (100, 5_000, 100, 500_000):
        pace.carried(up=size, down=size, elapsed_ms=elapsed_ms)
        pace.cut(up=size)
        assert PIECE_MIN_BYTES <= pace.request_bytes <= REQUEST_BUDGET_BYTES
        assert PIECE_MIN_BYTES <= pace.reply_bytes <= REPLY_BUDGET_BYTES
