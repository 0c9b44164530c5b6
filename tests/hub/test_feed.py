"""The feed: dense positions, immutable segments, records entering and leaving scopes."""

from __future__ import annotations

import threading

import pytest

from hub.desk.view import Operator
from hub.hub import Hub
from hub.store import feeds
from shared.ids import SYSTEM, Lane
from shared.ledger import records
from shared.limits import SEGMENT_MAX_CHANGES
from shared.schema import Kind, field_by_name
from tests.hub.outpost import Outpost, Realm
from tests.hub.test_merger import alert

POSTS = field_by_name(Kind.OFFICER, "posts").number


def entries(hub: Hub, scope: str) -> list[int]:
    """The positions of a scope's log."""
    with hub.kit.database.snapshot() as tx:
        rows = tx.execute(
            "SELECT e.position FROM scope_entry e JOIN scope s ON s.id = e.scope WHERE s.name = ? ORDER BY 1",
            (scope,),
        )
        return [position for (position,) in rows]


def test_positions_are_dense_under_several_writers(hub: Hub, operators: dict[str, Operator]):
    """Desks that raise alerts at the same time leave no gap and no double in the scope's log."""
    desks = [
        threading.Thread(target=lambda op=op: [alert(hub, op, reference=f"{n}/26") for n in range(20)])
        for op in operators.values()
    ]
    for desk in desks:
        desk.start()
    for desk in desks:
        desk.join()
    assert entries(hub, "all") == list(range(1, 61))


def test_a_rolled_back_act_leaves_no_position(hub: Hub, operators: dict[str, Operator]):
    """What fails after publishing takes its position back with it."""
    alert(hub, operators["RS"])
    with pytest.raises(ZeroDivisionError):
        _publish_and_fail(hub)
    alert(hub, operators["RS"])
    assert entries(hub, "all") == [1, 2]


def _publish_and_fail(hub: Hub) -> None:
    with hub.kit.database.transaction() as tx:
        (last,) = records.select(tx, Kind.ALERT)
        feeds.append(tx, "all", records.changes_of(tx, Kind.ALERT, last.id)[0], at_ms=0)
        raise ZeroDivisionError


def test_every_reader_gets_the_same_signed_segments(
    hub: Hub, klobuk: Outpost, gostun: Outpost, operators: dict[str, Operator]
):
    """A segment is cut once; two posts hear the same bytes, and the feeds digest agrees."""
    for number in range(3):
        alert(hub, operators["RS"], reference=f"{number}/26")
    first, second = klobuk.ask(hub), gostun.ask(hub)
    assert [piece.raw for piece in first.segments] == [piece.raw for piece in second.segments]
    assert not klobuk.ask(hub).segments


def test_a_long_feed_comes_in_several_segments_and_replies(
    hub: Hub, klobuk: Outpost, operators: dict[str, Operator], monkeypatch: pytest.MonkeyPatch
):
    """A segment is cut at the limit, and what exceeds what a reader can take comes with the next."""
    monkeypatch.setattr("hub.feed.SEGMENT_MAX_CHANGES", 4)
    monkeypatch.setattr("hub.feed.PIECE_MIN_BYTES", 64)
    klobuk.wanted_bytes = 0
    raised = [alert(hub, operators["RS"], reference=f"{number}/26").dot for number in range(11)]
    heard = klobuk.ask(hub)
    assert heard.more
    assert all(piece.last - piece.first < 4 for piece in heard.segments)
    rounds = 0
    while klobuk.ask(hub).more:
        rounds += 1
        assert rounds < 40
    assert rounds > 5  # a hundred bytes of feed, sixty-four at a time
    assert [change.dot for change in klobuk.heard if change.kind == Kind.ALERT] == raised
    assert SEGMENT_MAX_CHANGES > 4


def test_long_records_are_cut_into_segments_a_reader_can_take(hub: Hub, klobuk: Outpost, gostun: Outpost):
    """Alerts of one post that together outgrow a segment do not stop the feed of all the others."""
    filled = {
        name: (f"{name} " * 400)[:1_900] for name in ("reason", "marks", "note", "handling_text", "authority")
    }
    for number in range(500):
        klobuk.say(
            Kind.ALERT,
            {"owner": "BA", "category": "arrest", "action": "detain", **filled, "reference": f"{number}/26"},
        )
    klobuk.ask(hub, *(klobuk.bundle(Lane.URGENT, count=50) for _ in range(10)))
    while gostun.ask(hub).more:
        pass
    assert sum(change.kind == Kind.ALERT for change in gostun.heard) == 500


def test_a_record_that_enters_a_scope_comes_with_its_whole_history(
    hub: Hub, realm: Realm, operators: dict[str, Operator]
):
    """A post an officer is sent to hears every change of the officer; the post they leave hears `leave`."""
    here, there = realm.post(5, "BA", "KLOBUK"), realm.post(8, "BA", "ZUPCI")
    made = hub.desk.add_officer(
        operators["BA"], login="mira", full_name="Mira Test", role="officer", posts=["KLOBUK"]
    )
    row = hub.desk.set_officer(
        operators["BA"],
        made.officer.id,
        full_name="Mira Testovic",
        role="officer",
        posts=["ZUPCI"],
        disabled=False,
        contexts=made.officer.contexts,
    )
    here.ask(hub)
    there.ask(hub)
    assert [change.kind for change in here.heard] == [Kind.OFFICER, Kind.SCOPE_LEAVE]
    leave = here.heard[-1]
    assert (leave.fields[3], leave.fields[4], leave.author) == (int(row.id), "post:KLOBUK", SYSTEM)
    assert [change.creates for change in there.heard] == [True, False]
    assert there.heard[-1].fields[POSTS] == ("ZUPCI",)


def test_a_record_that_comes_back_comes_back_whole(hub: Hub, klobuk: Outpost, operators: dict[str, Operator]):
    """Leaving and entering again sends the full state again: the replica had let it go."""
    made = hub.desk.add_officer(
        operators["BA"], login="mira", full_name="Mira Test", role="officer", posts=["KLOBUK"]
    )
    row = made.officer
    for posts in (["ZUPCI"], ["KLOBUK"]):
        row = hub.desk.set_officer(
            operators["BA"],
            row.id,
            full_name="Mira Test",
            role="officer",
            posts=posts,
            disabled=False,
            contexts=row.contexts,
        )
    klobuk.ask(hub)
    assert [change.kind for change in klobuk.heard] == [
        Kind.OFFICER,
        Kind.SCOPE_LEAVE,
        *[Kind.OFFICER] * 3,
    ]


def test_an_alert_goes_only_to_its_audience(
    hub: Hub, klobuk: Outpost, gostun: Outpost, operators: dict[str, Operator]
):
    """An alert for RS and one BA post reaches those and nobody else."""
    alert(hub, operators["RS"], audience="RS")
    klobuk.ask(hub)
    gostun.ask(hub)
    assert klobuk.heard == []
    assert [change.kind for change in gostun.heard] == [Kind.ALERT]


def test_a_posts_own_edit_of_a_shared_record_comes_back_to_it(
    hub: Hub, klobuk: Outpost, operators: dict[str, Operator]
):
    """The echo settles what the author's replica held in doubt."""
    hub.desk.add_officer(
        operators["BA"], login="mira", full_name="Mira Test", role="officer", posts=["KLOBUK"]
    )
    klobuk.ask(hub)
    officer = klobuk.heard[0]
    edit = klobuk.edit(officer, {"own_verifier": "v", "own_reset": 1})
    klobuk.send(hub)
    klobuk.ask(hub)
    assert edit.dot in {change.dot for change in klobuk.heard}


def test_checks_are_not_echoed(hub: Hub, klobuk: Outpost):
    """What only its own post holds is not sent back to it."""
    klobuk.check()
    klobuk.send(hub)
    klobuk.ask(hub)
    assert klobuk.heard == []


def test_a_reader_of_another_generation_starts_over(
    hub: Hub, klobuk: Outpost, operators: dict[str, Operator]
):
    """Positions of a foreign generation mean nothing: the whole feed comes again."""
    alert(hub, operators["RS"])
    klobuk.ask(hub)
    before = list(klobuk.heard)
    klobuk.generation = 0
    klobuk.cursors = tuple(type(c)(scope=c.scope) for c in klobuk.cursors)
    klobuk.ask(hub)
    assert klobuk.heard == before * 2


def test_segments_and_entries_refuse_to_be_altered(hub: Hub, klobuk: Outpost, operators: dict[str, Operator]):
    """The file itself says no to rewriting what was published."""
    alert(hub, operators["RS"])
    klobuk.ask(hub)
    for sql in ("UPDATE segment SET raw = x'00'", "UPDATE scope_entry SET payload = x'00'"):
        with pytest.raises(Exception, match="immutable"), hub.kit.database.transaction() as tx:
            tx.execute(sql)
