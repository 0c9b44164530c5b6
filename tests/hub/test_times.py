"""Impossible times at the centre: found in any order of arrival, shown as far as a desk may see."""

from __future__ import annotations

from itertools import permutations

import pytest

from hub.desk.view import Operator, TimesRow
from hub.hub import Hub
from shared.change import Change, Value, named
from shared.ids import SYSTEM
from shared.limits import COUNT_MAX
from shared.schema import Kind
from tests.hub.outpost import Outpost, Realm
from tests.hub.test_rematch import asked
from tests.hub.world import count, faults

WANTED = "L898902C3"
_MINUTE_MS = 60_000


@pytest.fixture
def raca(realm: Realm) -> Outpost:
    """A BA post 247 km from Klobuk by the straight line."""
    return realm.post(7, "BA", "RACA")


def check(post: Outpost, *, at_ms: int, **values: Value) -> Change:
    whole: dict[str, Value] = {"document_number": WANTED, "clock": "ok", "happened": at_ms}
    return post.check(**whole | values)


def rows(hub: Hub, operator: Operator) -> tuple[TimesRow, ...]:
    return hub.desk.impossible_times(operator)


def pairs(hub: Hub) -> list[tuple[object, ...]]:
    with hub.kit.database.snapshot() as tx:
        return tx.execute(
            "SELECT one, other, same, metres, needed_ms, at_most_ms FROM impossible_time"
        ).fetchall()


def test_one_document_at_two_posts_is_flagged_with_its_reason(
    realm: Realm, hub: Hub, klobuk: Outpost, raca: Outpost, operators: dict[str, Operator]
):
    """Both checks, the distance, what the road takes and what the clocks leave; in the list and on each."""
    now = realm.dial.ms
    one, other = check(klobuk, at_ms=now), check(raca, at_ms=now + 30 * _MINUTE_MS)
    realm.dial.ms += 60 * _MINUTE_MS
    klobuk.send(hub)
    raca.send(hub)
    asked(hub)
    (row,) = rows(hub, operators["BA"])
    assert (row.same, row.elsewhere) == ("document", "")
    assert [each.id for each in row.checks] == [str(one.dot), str(other.dot)]
    assert row.km is not None
    assert row.needed_s is not None
    assert 240 < row.km < 255
    assert 105 * 60 < row.needed_s < 116 * 60
    assert row.at_most_s == 50 * 60
    for each in (one, other):
        assert hub.desk.record(operators["BA"], str(each.dot)).times == (row,)
    assert any(line.action == "impossible_times_listed" for line in hub.desk.own_audit(operators["BA"]))


def test_the_order_of_arrival_makes_no_difference(tmp_path_factory: pytest.TempPathFactory):
    """Three posts' checks in every order, each alone or all at once, give the same pairs."""
    seen = set()
    for order in permutations(range(3)):
        for between in (True, False):
            realm = Realm(directory=tmp_path_factory.mktemp("order"))
            posts = [
                realm.post(5, "BA", "KLOBUK"),
                realm.post(6, "RS", "GOSTUN"),
                realm.post(7, "BA", "RACA"),
            ]
            for number, post in enumerate(posts):
                check(post, at_ms=realm.dial.ms + number * _MINUTE_MS)
            realm.dial.ms += 60 * _MINUTE_MS
            with realm.hub() as hub:
                for each in order:
                    posts[each].send(hub)
                    if between:
                        asked(hub)
                asked(hub)
                seen.add(tuple(sorted(tuple(map(str, row[:4])) for row in pairs(hub))))
    assert len(seen) == 1
    assert len(seen.pop()) == 3


def test_a_correction_that_comes_later_settles_or_raises_the_question(
    realm: Realm, hub: Hub, klobuk: Outpost, raca: Outpost, operators: dict[str, Operator]
):
    """A clock unset says nothing until it was measured; a number typed wrong, set right, asks no more."""
    now = realm.dial.ms
    check(klobuk, at_ms=now)
    strange = check(raca, at_ms=0, clock="unset")
    realm.dial.ms += 60 * _MINUTE_MS
    klobuk.send(hub)
    raca.send(hub)
    asked(hub)
    assert rows(hub, operators["BA"]) == ()
    raca.edit(strange, {"clock_correction_ms": now + 10 * _MINUTE_MS})
    raca.send(hub)
    asked(hub)
    assert len(rows(hub, operators["BA"])) == 1
    raca.edit(strange, {"document_number": "OTHER1", "surname": "SOMEBODY"})
    raca.send(hub)
    asked(hub)
    assert rows(hub, operators["BA"]) == ()


def test_a_skewed_clock_accuses_nobody(
    realm: Realm, hub: Hub, klobuk: Outpost, raca: Outpost, operators: dict[str, Operator]
):
    """A post whose clock is hours off and said to be: no question comes of it."""
    now = realm.dial.ms
    check(klobuk, at_ms=now)
    check(raca, at_ms=now, clock="suspect")
    klobuk.send(hub)
    raca.send(hub)
    asked(hub)
    assert rows(hub, operators["BA"]) == ()


@pytest.mark.parametrize(("desk", "sees"), [("BA", 1), ("ME", 0), ("RS", 1)])
def test_a_desk_learns_of_another_country_only_whose_check_the_other_is(
    realm: Realm,
    hub: Hub,
    raca: Outpost,
    gostun: Outpost,
    operators: dict[str, Operator],
    desk: str,
    sees: int,
):
    """BA's and RS's checks: each desk sees its own and whom to ask, not where or when; ME sees nothing."""
    now = realm.dial.ms
    check(raca, at_ms=now)
    check(gostun, at_ms=now)
    raca.send(hub)
    gostun.send(hub)
    asked(hub)
    found = rows(hub, operators[desk])
    assert len(found) == sees
    for row in found:
        assert [each.owner for each in row.checks] == [desk]
        assert row.elsewhere == ({"BA", "RS"} - {desk}).pop()
        assert (row.km, row.needed_s, row.at_most_s) == (None, None, None)


def test_a_hit_that_opens_the_other_check_opens_the_reason(
    realm: Realm, hub: Hub, raca: Outpost, gostun: Outpost, operators: dict[str, Operator]
):
    """BA's alert was met at RS's post: now BA may see both, and is told what the road takes."""
    now = realm.dial.ms
    check(raca, at_ms=now)
    other = check(gostun, at_ms=now)
    gostun.say(
        Kind.HIT, {"owner": "RS", "check": other.dot, "alert": 77, "alert_owner": "BA", "outcome": "possible"}
    )
    raca.send(hub)
    gostun.send(hub)
    asked(hub)
    (row,) = rows(hub, operators["BA"])
    assert (len(row.checks), row.elsewhere) == (2, "")
    assert row.km is not None


def test_void_and_erased_checks_leave_no_pair(realm: Realm, hub: Hub, klobuk: Outpost, raca: Outpost):
    """A check declared void asks nothing; one that is erased leaves no trace of where somebody was."""
    now = realm.dial.ms
    one, other = check(klobuk, at_ms=now), check(raca, at_ms=now)
    klobuk.send(hub)
    raca.send(hub)
    asked(hub)
    assert count(hub, "impossible_time") == 1
    klobuk.edit(one, {"void": "mistake"})
    klobuk.send(hub)
    asked(hub)
    assert count(hub, "impossible_time") == 0
    check(klobuk, at_ms=now)
    klobuk.send(hub)
    asked(hub)
    assert count(hub, "impossible_time") == 1
    purge(hub, other)
    assert count(hub, "impossible_time") == 0


def purge(hub: Hub, of: Change) -> None:
    with hub.kit.database.transaction() as tx:
        said = hub.kit.log.append(
            tx,
            kind=Kind.TOMBSTONE,
            author=SYSTEM,
            fields=named(Kind.TOMBSTONE, {"owner": "BA", "of": of.record, "reason": "retention"}),
        )
        hub.merger.accept_own(tx, said)


@pytest.mark.parametrize("happened", [COUNT_MAX, -COUNT_MAX])
def test_a_time_that_no_clock_tells_holds_nobody_up(
    realm: Realm, hub: Hub, klobuk: Outpost, raca: Outpost, happened: int
):
    """A post's numbers reach the edge of what a store holds: the pair behind them is found all the same."""
    now = realm.dial.ms
    check(klobuk, at_ms=happened, clock_correction_ms=happened)
    check(klobuk, at_ms=now)
    check(raca, at_ms=now + 30 * _MINUTE_MS)
    realm.dial.ms += 60 * _MINUTE_MS
    klobuk.send(hub)
    raca.send(hub)
    asked(hub)
    assert len(pairs(hub)) == 1
    assert faults(hub) == [], "the check itself is asked about too, and not passed over"
