"""Cleared pairs at the centre: who hears of them, what they silence, and how they are taken back."""

from __future__ import annotations

import pytest

from hub.desk.view import Operator
from hub.hub import Hub
from hub.store import feeds, snapshots
from shared.change import Change, Value
from shared.ids import RecordId
from shared.matching.matcher import person_key
from shared.schema import Kind, field_by_name
from shared.scope import scopes_of_cleared
from shared.watchlist import subject_of
from tests.hub.outpost import Outpost, Realm
from tests.hub.test_merger import alert
from tests.hub.test_rematch import asked, hits
from tests.hub.world import records_of

WANTED = "L898902C3"
WHO: dict[str, Value] = {
    "surname": "TESTOVIC",
    "given_names": "ANA",
    "birth": 29_000,
    "document_number": WANTED,
    "document_issuer": "UTO",
}


@pytest.fixture
def zupci(realm: Realm) -> Outpost:
    """Another BA post."""
    return realm.post(7, "BA", "ZUPCI")


@pytest.fixture
def dobrakovo(realm: Realm) -> Outpost:
    """An ME post."""
    return realm.post(8, "ME", "DOBRAKOVO")


def heard_pair(hub: Hub, post: Outpost) -> bool:
    post.ask(hub)
    return any(change.kind == Kind.CLEARED_PAIR for change in post.heard)


def cleared_at_post(post: Outpost, of: Change) -> None:
    """An officer of the post clears the traveller of an alert."""
    values: dict[str, Value] = {
        "owner": post.country,
        "alert": of.record,
        "alert_dot": of.dot,
        "person_key": person_key(subject_of(WHO)),
    }
    post.say(Kind.CLEARED_PAIR, values)


def settle(hub: Hub, operator: Operator, hit: RecordId, outcome: str) -> None:
    shown = hub.desk.record(operator, str(hit))
    hub.desk.settle_hit(operator, shown.id, outcome=outcome, reason="fingerprints", contexts=shown.contexts)


def test_a_post_clears_for_its_own_countrys_posts(
    hub: Hub,
    klobuk: Outpost,
    zupci: Outpost,
    gostun: Outpost,
    dobrakovo: Outpost,
    operators: dict[str, Operator],
):
    """Klobuk clears somebody of RS's alert: Zupci need not ask, whom RS means at its own posts RS decides."""
    raised = alert(hub, operators["RS"])
    cleared_at_post(klobuk, raised)
    klobuk.send(hub)
    assert [heard_pair(hub, post) for post in (zupci, gostun, dobrakovo)] == [True, False, False]
    for post in (zupci, gostun):
        post.check(**WHO)
        post.send(hub)
    assert asked(hub) == 1
    assert [hit.text("post") for hit in hits(hub)] == ["GOSTUN"]


@pytest.mark.parametrize("clearer", ["post", "desk"])
def test_the_alerts_own_country_clears_for_everybody_who_holds_it(
    hub: Hub,
    klobuk: Outpost,
    gostun: Outpost,
    dobrakovo: Outpost,
    operators: dict[str, Operator],
    clearer: str,
):
    """RS's own post, or its desk on a hit elsewhere: no post asks again, and the centre reports nothing."""
    raised = alert(hub, operators["RS"])
    if clearer == "post":
        cleared_at_post(gostun, raised)
        gostun.send(hub)
    else:
        klobuk.check(**WHO)
        klobuk.send(hub)
        asked(hub)
        settle(hub, operators["RS"], hits(hub)[0].id, "cleared")
    assert [heard_pair(hub, post) for post in (klobuk, gostun, dobrakovo)] == [True, True, True]
    before = len(hits(hub))
    for post in (klobuk, dobrakovo):
        post.check(**WHO)
        post.send(hub)
    assert asked(hub) == 0
    assert len(hits(hub)) == before


def test_another_version_of_the_alert_asks_again(hub: Hub, klobuk: Outpost, operators: dict[str, Operator]):
    """Cleared of this version; the owner changes the alert, and the earlier check is a late hit after all."""
    raised = alert(hub, operators["RS"], audience="BA")
    cleared_at_post(klobuk, raised)
    klobuk.check(**WHO)
    klobuk.send(hub)
    assert asked(hub) == 0
    with hub.kit.database.transaction() as tx:
        office = hub.desk._reading._office  # the desk has no form to change an alert yet
        (found,) = [each for each in records_of(hub, Kind.ALERT) if each.id == raised.record]
        note = {field_by_name(Kind.ALERT, "note").number: "seen again"}
        office.edit(tx, operators["RS"], found, note, seen=None)
    assert asked(hub) == 1


def test_a_clearing_that_is_taken_back_silences_nobody(
    hub: Hub, klobuk: Outpost, dobrakovo: Outpost, operators: dict[str, Operator]
):
    """The RS desk clears, then confirms after all: the posts hear that too; the next check is reported."""
    alert(hub, operators["RS"])
    klobuk.check(**WHO)
    klobuk.send(hub)
    asked(hub)
    hit = hits(hub)[0].id
    settle(hub, operators["RS"], hit, "cleared")
    assert heard_pair(hub, dobrakovo)
    settle(hub, operators["RS"], hit, "confirmed")
    (pair,) = records_of(hub, Kind.CLEARED_PAIR)
    assert pair.number("until") is not None
    dobrakovo.ask(hub)
    assert [c.record for c in dobrakovo.heard if c.kind == Kind.CLEARED_PAIR] == [pair.id, pair.id]
    dobrakovo.check(**WHO)
    dobrakovo.send(hub)
    assert asked(hub) == 1


def test_who_shows_no_document_is_cleared_for_this_time_alone(
    hub: Hub, klobuk: Outpost, operators: dict[str, Operator]
):
    """No pair is made of a name: the namesake may be the one who is wanted."""
    form = {"document_number": "", "surname": "Skenderbegović", "given_names": "Adaleta"}
    alert(hub, operators["RS"], **form, birth="1974-08-12")
    klobuk.check(surname="Skenderbegovic", given_names="Adaleta", birth=26_000, document_number=None)
    klobuk.send(hub)
    check = {**WHO, "surname": "SKENDERBEGOVIC", "given_names": "ADALETA", "document_number": None}
    klobuk.check(**check | {"birth": hits_birth(hub)})
    klobuk.send(hub)
    assert asked(hub) == 1
    settle(hub, operators["BA"], hits(hub)[0].id, "cleared")
    assert records_of(hub, Kind.CLEARED_PAIR) == []


def hits_birth(hub: Hub) -> int:
    """The alert's birth date, packed."""
    return records_of(hub, Kind.ALERT)[0].number("birth") or 0


def test_a_pair_says_nobodys_name_and_not_why(hub: Hub, klobuk: Outpost, operators: dict[str, Operator]):
    """What goes to posts that never saw the hit is a number and the alert they hold."""
    alert(hub, operators["RS"])
    klobuk.check(**WHO)
    klobuk.send(hub)
    asked(hub)
    settle(hub, operators["RS"], hits(hub)[0].id, "cleared")
    (pair,) = records_of(hub, Kind.CLEARED_PAIR)
    assert set(pair.values) == {"owner", "alert", "alert_dot", "hit", "person_key"}


@pytest.mark.parametrize(
    ("owner", "alert_scopes", "expected"),
    [
        ("RS", {"all"}, {"all"}),
        ("RS", {"country:BA", "post:HUM"}, {"country:BA", "post:HUM"}),
        ("BA", {"all"}, {"country:BA"}),
        ("BA", {"country:BA", "country:ME"}, {"country:BA"}),
        ("BA", {"post:HUM", "post:GOSTUN", "post:NOWHERE"}, {"post:HUM"}),
        ("BA", {"country:ME"}, set()),
        ("BA", set(), set()),
    ],
)
def test_a_pair_goes_no_further_than_its_alert_and_its_owners_say(
    owner: str, alert_scopes: set[str], expected: set[str]
):
    """Never to anybody who may not hold the alert; another country's word never beyond its own posts."""
    post_of = {"HUM": "BA", "GOSTUN": "RS"}
    found = scopes_of_cleared(
        owner=owner, alert_owner="RS", alert_scopes=alert_scopes, country_of=post_of.get
    )
    assert found == expected


def test_a_whole_list_in_a_file_has_its_cleared_pairs_and_late_hits(
    hub: Hub, klobuk: Outpost, operators: dict[str, Operator]
):
    """Who loads the list from a file knows who was cleared, and a post what the centre found for it."""
    alert(hub, operators["RS"])
    klobuk.check(**WHO)
    klobuk.send(hub)
    asked(hub)
    hit = hits(hub)[0].id
    settle(hub, operators["RS"], hit, "cleared")
    (pair,) = records_of(hub, Kind.CLEARED_PAIR)
    with hub.kit.database.transaction() as tx:
        held = {
            scope: {
                record for record, _ in snapshots.held_after(tx, feeds.head_of(tx, scope).id, 0, count=99)
            }
            for scope in ("all", "post:KLOBUK")
        }
    assert pair.id in held["all"]
    assert hit in held["post:KLOBUK"]


def test_who_crossed_while_a_clearing_held_is_reported_once_it_is_taken_back(
    hub: Hub, klobuk: Outpost, operators: dict[str, Operator]
):
    """Cleared by mistake, let through a second time, then confirmed: the second crossing is a late hit."""
    alert(hub, operators["RS"])
    klobuk.check(**WHO)
    klobuk.send(hub)
    assert asked(hub) == 1
    (hit,) = hits(hub)
    settle(hub, operators["BA"], hit.id, "cleared")
    second = klobuk.check(**WHO)
    klobuk.send(hub)
    assert asked(hub) == 0
    settle(hub, operators["BA"], hit.id, "confirmed")
    assert asked(hub) == 1
    assert {each.number("check") for each in hits(hub)} == {hit.number("check"), second.dot}


def test_a_post_hears_of_its_own_pair_though_nobody_may_hold_it(
    hub: Hub, klobuk: Outpost, zupci: Outpost, operators: dict[str, Operator]
):
    """The alert is for RS alone: Klobuk keeps the pair it made, and learns that its desk took it back."""
    raised = alert(hub, operators["RS"], audience="RS")
    cleared_at_post(klobuk, raised)
    klobuk.send(hub)
    with hub.kit.database.transaction() as tx:
        office = hub.desk._reading._office  # the desk takes back by a hit, and of this pair there is none
        (pair,) = records_of(hub, Kind.CLEARED_PAIR)
        until = {field_by_name(Kind.CLEARED_PAIR, "until").number: hub.kit.now_ms()}
        office.edit(tx, operators["BA"], pair, until, seen=None)
    assert [heard_pair(hub, post) for post in (klobuk, zupci)] == [True, False]
