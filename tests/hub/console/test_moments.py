"""Times as operators read them: both zones named, ages in two units, wrong clocks said as such."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from flask_babel import Babel

from hub.console import moments
from shared.codelists import load

WINTER = 1_795_662_725_000  # 2026-11-26 03:12:05 UTC
SUMMER = 1_782_856_800_000  # 2026-06-30 22:00:00 UTC
HOUR_S = 3_600


@pytest.fixture(autouse=True)
def texts() -> Iterator[None]:
    """A context in which texts are translated."""
    app = Flask("texts")
    Babel(app)
    with app.test_request_context():
        yield


def test_winter_and_summer_show_another_zone_beside_the_same_utc():
    """The desk's wall clock follows its country's zone; UTC does not move."""
    zone = moments.zone_of(load().countries.find("RS"))
    winter, summer = moments.moment(WINTER, zone), moments.moment(SUMMER, zone)
    assert (winter.utc_full, winter.local, winter.zone) == ("2026-11-26 03:12:05", "04:12", "CET")
    assert (summer.day, summer.local_day, summer.local, summer.zone) == (
        "2026-06-30",
        "2026-07-01",
        "00:00",
        "CEST",
    )


def test_an_unknown_country_reads_utc():
    """A desk without a row in the code list sees UTC, and it is named so."""
    assert moments.moment(WINTER, moments.zone_of(None)).zone == "UTC"


@pytest.mark.parametrize("at_ms", [-1, 0, 1 << 62])
def test_a_wild_instant_is_shown_not_raised(at_ms: int):
    """Whatever a broken clock claimed, the page can print it."""
    assert moments.moment(at_ms, moments.zone_of(None)).utc_full


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        *((-5, "0 s"), (40, "40 s"), (60, "1 min"), (HOUR_S, "1 h"), (3 * HOUR_S + 720, "3 h 12 min")),
        *((24 * HOUR_S, "1 d"), (29 * HOUR_S, "1 d 5 h")),
    ],
)
def test_spans_read_in_their_two_largest_units(seconds: int, text: str):
    """Nobody counts seconds of a node that has been silent for a day."""
    assert moments.span(seconds) == text


def test_a_time_ahead_of_the_hub_says_so():
    """An event from the future is not "0 s ago": the reader must see that a clock is wrong."""
    assert moments.ago(WINTER + 72 * HOUR_S * 1000, WINTER) == "3 d ahead"
    assert moments.ago(WINTER - 60_000, WINTER) == "1 min ago"
    assert moments.ago(WINTER, WINTER) == "just now"


@pytest.mark.parametrize(
    ("ms", "text"), [(0, "right"), (-999, "right"), (-720_000, "12 min slow"), (86_400_000, "1 d fast")]
)
def test_a_clock_error_says_its_direction(ms: int, text: str):
    """Fast and slow are words, never a sign to interpret."""
    assert moments.skew(ms) == text
