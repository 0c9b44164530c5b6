"""The checks at the end of a world, when everything is mended and nobody has anything new to say.

Each names the promise it holds in its error.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from edge import answering
from edge.store import feed as post_feed
from hub.store import feeds
from shared import wire
from shared.change import Change
from shared.database import Connection
from shared.ids import feed_of, node_of_dot
from shared.ledger import audit, records, search
from shared.ledger.records import Record
from shared.ledger.tables import table_of
from shared.matching.matcher import person_key
from shared.schema import SCHEMA, Kind
from shared.scope import scopes_of_node, scopes_of_record
from shared.session import Cursor
from shared.watchlist import Match, Verdict, subject_of
from tests.simulation.chance import Event
from tests.simulation.machine import Centre, Post

if TYPE_CHECKING:
    from tests.simulation.world import World


def judge(world: World) -> None:
    """Raise AssertionError for the first promise that does not hold."""
    hub = world.centre
    for machine in world.machines:
        assert machine.look("PRAGMA integrity_check") == [("ok",)], f"the file of {machine.name} is damaged"
        with machine.database.snapshot() as tx:
            audit.verify(tx)
    for post, officer in zip(world.posts, world.officers, strict=True):
        _feeds_whole(post, hub)
        _saved_once(post, hub, officer.saved)
        _replica_equal(post, hub, world.operators.purged)
        _lists_equal(post, hub)
        _watch_list_true(post)
        _hits_once(post, hub)
    _nothing_overwritten(hub)
    _conflicts_queued(hub)
    _nothing_left_lying(hub)
    _purged_everywhere(world)
    _search_finds(hub)
    for area in world.areas:
        area.judge()
    _note(world)


def _feeds_whole(post: Post, hub: Centre) -> None:
    """Nothing acknowledged is lost: every change of a post is at the hub, under one chain."""
    with post.database.snapshot() as tx:
        heads = post.node.kit.log.heads(tx)
    rows = {row[0]: row[1:] for row in hub.look("SELECT feed, head, chain, quarantined FROM feed")}
    for lane, own in heads.items():
        name = feed_of(post.number, lane)
        head, chain, quarantined = rows.get(name, (0, own.chain, None))
        where = f"{post.name} lane {lane.name.lower()}"
        assert own.seq == own.cut == own.acked == head, f"{where}: {own} but the hub's head is {head}"
        assert quarantined is None, f"{where}: stopped as {quarantined}"
        assert chain == own.chain, f"{where}: the chains differ"


def _saved_once(post: Post, hub: Centre, saved: dict[str, str]) -> None:
    """Every check the page called saved is at the hub exactly once, as it was captured."""
    remarks = Counter(row[0] for row in hub.look("SELECT remark FROM check_record"))
    with post.database.snapshot() as here, hub.database.snapshot() as there:
        for check, remark in saved.items():
            assert remarks[remark] == 1, f"the saved check {remark!r} is at the hub {remarks[remark]} times"
            ours, theirs = _created(here, Kind.CHECK, int(check)), _created(there, Kind.CHECK, int(check))
            assert ours == theirs, f"the saved check {remark!r} came to the hub as something else"
    twice = [remark for remark, count in remarks.items() if count > 1]
    assert not twice, f"captured once, stored more often: {twice}"


def _created(tx: Connection, kind: int, record: int) -> Change:
    return next(change for change in records.changes_of(tx, kind, record) if change.creates)


def _everything(tx: Connection, kind: Kind) -> dict[int, Record]:
    return {record.id: record for record in records.select(tx, kind)}


def _replica_equal(post: Post, hub: Centre, purged: set[int]) -> None:
    """Whoever has seen the same changes is in the same state: rows, siblings and standings."""
    scopes = set(scopes_of_node(node=post.number, post=post.name, country=post.country))
    with post.database.snapshot() as here, hub.database.snapshot() as there:
        for kind in SCHEMA:
            ours, theirs = _everything(here, kind), _everything(there, kind)
            for record in ours.keys() - theirs.keys():
                raise AssertionError(f"{post.name} holds {kind.name} {record}, which the hub does not")
            for record, held in theirs.items():
                meant = node_of_dot(record) == post.number
                if kind in (Kind.ALERT, Kind.BULLETIN, Kind.OFFICER):
                    meant = meant or bool(scopes & scopes_of_record(kind, record, held.values))
                    assert meant or record not in ours, (
                        f"{post.name} holds {kind.name} {record}, not meant for it"
                    )
                assert not meant or record in ours, (
                    f"{post.name} lacks {kind.name} {record} (purged: {purged})"
                )
                if record in ours:
                    _same(here, there, post, ours[record], held)


def _same(here: Connection, there: Connection, post: Post, ours: Record, theirs: Record) -> None:
    what = f"{post.name} and the hub differ on {ours.kind.name} {ours.id}"
    assert ours == theirs, f"{what}: {ours} {theirs}"
    held, known = (records.views_of(tx, ours.kind, ours.id) for tx in (here, there))
    for number in held.keys() | known.keys():
        one, other = held.get(number), known.get(number)
        assert one == other, f"{what}, field {number}: {one} {other}"


def _lists_equal(post: Post, hub: Centre) -> None:
    """Cursors stand where the hub's scopes end, on the same chain."""
    with post.database.snapshot() as here, hub.database.transaction() as there:
        for cursor in post_feed.cursors(here):
            head = feeds.head_of(there, cursor.scope)
            ends = Cursor(scope=head.name, position=head.position, chain=head.chain)
            assert head.position == head.cut, f"{cursor.scope}: entries nobody cut"
            assert cursor == ends, f"{post.name}: {cursor} but the scope ends at {ends}"
    for scope, count, last in hub.look(
        "SELECT scope, count(*), max(position) FROM scope_entry GROUP BY scope"
    ):
        assert count == last, f"scope {scope} has {count} entries up to position {last}"


def _watch_list_true(post: Post) -> None:
    """The keys a post searches by are exactly those of the alerts and checks it holds."""
    matcher = post.node.kit.matcher
    with post.database.snapshot() as tx:
        alerts = records.select(tx, Kind.ALERT, "status <> 'withdrawn'")
        checks = records.select(tx, Kind.CHECK, "void IS NULL")
    expected = {(key, alert.id) for alert in alerts for key in matcher.keys_of(subject_of(alert.values))}
    assert set(post.look("SELECT key, alert FROM watch_key")) == expected, (
        f"{post.name}: the alert index is off"
    )
    expected = {(key, check.id) for check in checks for key in matcher.keys_of(subject_of(check.values))}
    assert set(post.look("SELECT key, record FROM check_key")) == expected, (
        f"{post.name}: the check index is off"
    )


def _hits_once(post: Post, hub: Centre) -> None:
    """Whoever an alert meets is hit once: at the check, or late when the alert came after it."""
    found = Counter(post.look('SELECT "check", alert FROM hit_record'))
    twice = [pair for pair, count in found.items() if count > 1]
    assert not twice, f"{post.name}: hits reported twice: {twice}"
    matcher = post.node.kit.matcher
    with post.database.snapshot() as tx:
        alerts = _unchanged(tx, Kind.ALERT, "status = 'active'")
        checks = _unchanged(tx, Kind.CHECK, "void IS NULL")
    for alert in alerts:
        for check in checks:
            match = matcher.judge(subject_of(check.values), subject_of(alert.values))
            if match is not None and not _may_stay_silent(post, check, alert, match):
                assert found[check.id, alert.id] == 1, (
                    f"{post.name}: check {check.id} never met alert {alert.id}"
                )


def _may_stay_silent(post: Post, check: Record, alert: Record, match: Match) -> bool:
    """A weak match on a discreet alert raises nothing at a post; nor does a pair that somebody cleared."""
    discreet = answering.is_discreet(post.node.kit, alert.text("category"), alert.text("action"))
    person = person_key(subject_of(check.values))
    cleared = post.look(
        "SELECT 1 FROM cleared_pair_record WHERE alert = ? AND person_key = ?", (alert.id, person)
    )
    return (discreet and match.verdict is not Verdict.HIT) or bool(cleared)


def _unchanged(tx: Connection, kind: Kind, where: str) -> list[Record]:
    """Records of which nothing was ever changed, so that what matches now did so from the start."""
    return [
        each for each in records.select(tx, kind, where) if len(records.changes_of(tx, kind, each.id)) == 1
    ]


def _nothing_overwritten(hub: Centre) -> None:
    """No silent overwrite, counted anew from the changes: a value gives way only to who was shown it."""
    with hub.database.snapshot() as tx:
        kinds = {(change.record, change.kind) for change in _history(tx)}
        for record, kind in sorted(kinds):
            refused = records.refused_of(tx, record)
            live = [change for change in records.changes_of(tx, kind, record) if change.dot not in refused]
            shown = records.views_of(tx, kind, record)
            for number in sorted({number for change in live for number in change.fields}):
                seen = {dot for change in live for dot in change.context.get(number, ())}
                left = {change.dot for change in live if number in change.fields} - seen
                kept = set(shown[number].dots) if number in shown else set()
                assert left == kept, (
                    f"record {record} field {number}: {left} were never given up, {kept} are kept"
                )


def _history(tx: Connection) -> list[Change]:
    return [wire.unpack_change(payload) for (payload,) in tx.execute("SELECT payload FROM history")]


def _conflicts_queued(hub: Centre) -> None:
    """No silent overwrite: what is not agreed stands in the queue, and nothing else does."""
    queue = {
        row[0]: row[1] for row in hub.look("SELECT record, standing FROM conflict WHERE resolved_ms IS NULL")
    }
    standing = {}
    for row_type in SCHEMA.values():
        sql = f"SELECT id, standing FROM {table_of(row_type)} WHERE standing > 0"  # noqa: S608 - schema names
        standing |= {row[0]: row[1] for row in hub.look(sql)}
    assert queue == standing, f"in the queue {queue}, in dispute {standing}"


def _nothing_left_lying(hub: Centre) -> None:
    """No gap is left, and nothing is quarantined but changes to records that were erased."""
    waiting = hub.look("SELECT feed, first, state FROM bundle WHERE state <> 'merged'")
    assert not waiting, f"bundles that never found their place: {waiting}"
    faults = hub.look(
        "SELECT code, feed, first FROM quarantine WHERE settled_ms IS NULL AND code <> 'record_purged'"
    )
    assert not faults, f"quarantined: {faults}"


def _purged_everywhere(world: World) -> None:
    """What was erased is nowhere."""
    for record in world.operators.purged:
        for machine in world.machines:
            for table in ("alert_record", "history"):
                column = "record" if table == "history" else "id"
                sql = f"SELECT count(*) FROM {table} WHERE {column} = ?"  # noqa: S608 - the two names above
                assert machine.look(sql, (record,)) == [(0,)], (
                    f"{machine.name} still has purged {record} in {table}"
                )


def _search_finds(hub: Centre) -> None:
    """The search has caught up: every check is found by its document."""
    matcher = hub.hub.kit.matcher
    with hub.database.snapshot() as tx:
        for check in records.select(tx, Kind.CHECK):
            keys = matcher.keys_of(subject_of(check.values))
            assert not keys or check.id in search.find(tx, keys), f"the search does not find check {check.id}"


def _note(world: World) -> None:
    """Count what happened, so that a run can tell whether it tried everything."""
    hub, chance = world.centre, world.chance
    chance.happened[Event.REFUSED] = hub.look("SELECT count(*) FROM refused")[0][0]
    chance.happened[Event.HIT] = hub.look("SELECT count(*) FROM hit_record")[0][0]
    chance.happened[Event.LATE_HIT] = hub.look("SELECT count(*) FROM hit_record WHERE late")[0][0]
