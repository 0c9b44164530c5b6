"""How hits came out by post: counted once, within a time, as far as a desk may see, and honest where few."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.desk.outcomes import FEW, interval
from hub.desk.view import Operator, OutcomeRow
from hub.hub import Hub
from shared.change import Value
from shared.schema import Kind
from tests.hub.outpost import Outpost, Realm

_DAY_MS = 24 * 60 * 60 * 1000


def hit(post: Outpost, *, alert_owner: str, outcome: str = "possible", **values: Value) -> None:
    check = post.check()
    whole: dict[str, Value] = {
        "owner": post.country,
        "post": post.post,
        "check": check.dot,
        "alert": 77,
        "alert_owner": alert_owner,
        "outcome": outcome,
    }
    post.say(Kind.HIT, whole | values)


def of(hub: Hub, operator: Operator, days: int = 30) -> dict[str, OutcomeRow]:
    return {row.post: row for row in hub.desk.outcomes(operator, days=days)}


def test_counts_stand_beside_the_share_and_its_interval(
    hub: Hub, klobuk: Outpost, operators: dict[str, Operator]
):
    """Thirty settled, nine of them cleared: 30 per cent, and how far that may be off; open ones apart."""
    for number in range(30):
        hit(klobuk, alert_owner="RS", outcome="cleared" if number < 9 else "confirmed")
    hit(klobuk, alert_owner="RS")
    klobuk.send(hub)
    row = of(hub, operators["BA"])["KLOBUK"]
    assert (row.hits, row.open, row.confirmed, row.cleared, row.settled) == (31, 1, 21, 9, 30)
    assert row.share == pytest.approx(0.3)
    assert (row.low, row.high) == (pytest.approx(0.167, abs=0.002), pytest.approx(0.479, abs=0.002))


def test_too_few_give_no_share(hub: Hub, klobuk: Outpost, operators: dict[str, Operator]):
    """One short of enough, all cleared: the counts are told, a share of a hundred per cent is not."""
    for _ in range(FEW - 1):
        hit(klobuk, alert_owner="RS", outcome="cleared")
    klobuk.send(hub)
    row = of(hub, operators["BA"])["KLOBUK"]
    assert (row.cleared, row.share, row.low, row.high) == (FEW - 1, None, None, None)
    hit(klobuk, alert_owner="RS", outcome="cleared")
    klobuk.send(hub)
    assert of(hub, operators["BA"])["KLOBUK"].share == 1.0


def test_a_desk_counts_only_what_it_may_see(
    hub: Hub, klobuk: Outpost, gostun: Outpost, operators: dict[str, Operator]
):
    """BA counts all of its own post, RS there only those on its alerts, ME nothing anywhere."""
    hit(klobuk, alert_owner="RS", outcome="cleared")
    hit(klobuk, alert_owner="BA", outcome="confirmed")
    hit(gostun, alert_owner="RS")
    klobuk.send(hub)
    gostun.send(hub)
    assert {post: row.hits for post, row in of(hub, operators["BA"]).items()} == {"KLOBUK": 2}
    seen = of(hub, operators["RS"])
    assert {post: (row.hits, row.own) for post, row in seen.items()} == {
        "GOSTUN": (1, True),
        "KLOBUK": (1, False),
    }
    assert of(hub, operators["ME"]) == {}


def test_training_and_what_is_older_than_the_window_do_not_count(
    realm: Realm, hub: Hub, klobuk: Outpost, operators: dict[str, Operator]
):
    """A week shows a week; training shows nowhere."""
    hit(klobuk, alert_owner="BA")
    realm.dial.ms += 10 * _DAY_MS
    hit(klobuk, alert_owner="BA", outcome="confirmed")
    hit(klobuk, alert_owner="BA", training=True)
    klobuk.send(hub)
    assert of(hub, operators["BA"], days=7)["KLOBUK"].hits == 1
    assert of(hub, operators["BA"], days=30)["KLOBUK"].hits == 2


def test_a_pair_reported_twice_counts_once(hub: Hub, klobuk: Outpost, operators: dict[str, Operator]):
    """The post's own hit and the centre's on the same pair are one, settled as soon as one of them is."""
    check = klobuk.check()
    for outcome in ("possible", "cleared"):
        hit(klobuk, alert_owner="BA", outcome=outcome, check=check.dot)
    klobuk.send(hub)
    row = of(hub, operators["BA"])["KLOBUK"]
    assert (row.hits, row.cleared, row.open) == (1, 1, 0)


@given(st.integers(min_value=0, max_value=500), st.integers(min_value=0, max_value=500))
def test_an_interval_holds_its_share_and_stays_within_one(part: int, more: int):
    """Never below nought, never above one, never beside the share it is of; narrower with more."""
    whole = part + more
    low, high = interval(part, whole)
    assert 0 <= low <= high <= 1
    if whole:
        assert low - 1e-9 <= part / whole <= high + 1e-9
        wide = interval(part * 4, whole * 4)
        assert wide[1] - wide[0] < high - low
