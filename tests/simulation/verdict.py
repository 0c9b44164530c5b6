"""The checks at the end of a world, when everything is mended and nobody has anything new to say.

Each names the promise it holds in its error.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from edge import answering
from edge.store import feed as post_feed
from edge.store import lives
from hub.store import feeds
from shared import wire
from shared.change import Change
from shared.database import Connection
from shared.ids import Lane, feed_of, node_of_dot
from shared.ledger import audit, records, search
from shared.ledger.photos import pieces_of
from shared.ledger.records import Record
from shared.ledger.tables import table_of
from shared.matching.matcher import person_key
from shared.merge import FieldView
from shared.photo import put_together
from shared.schema import SCHEMA, Kind
from shared.scope import scopes_of_node, scopes_of_record
from shared.session import Cursor
from shared.watchlist import Match, Verdict, numbers_of, subject_of
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
    truth = _truth(hub)
    # Power may fail right after a tombstone was committed: then its operator never learned of it.
    erased = {row[0] for row in hub.look('SELECT "of" FROM tombstone_record')}
    for post, officer in zip(world.posts, world.officers, strict=True):
        _feeds_whole(post, hub)
        called = now_called(post, officer.saved)
        kept = {check for check in officer.saved if called[check] not in erased}
        _saved_once(post, hub, {called[check]: officer.saved[check] for check in kept})
        _photos_whole(hub, {called[check]: officer.photos.get(check, {}) for check in kept})
        _replica_equal(post, truth, world.operators.purged)
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


def now_called(post: Post, checks: Iterable[str]) -> dict[str, int]:
    """The ids that checks have now, by those the page said when it saved them."""
    with post.database.snapshot() as tx:
        return {check: lives.now_called(tx, int(check)) for check in checks}


def _feeds_whole(post: Post, hub: Centre) -> None:
    """Nothing acknowledged is lost: every change of a post is at the hub, under one chain."""
    assert not post.node.kit.renewing, f"{post.name} never came to its new number"
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


def _saved_once(post: Post, hub: Centre, saved: dict[int, str]) -> None:
    """Every check the page called saved is at the hub exactly once, as it was captured."""
    remarks = Counter(row[0] for row in hub.look("SELECT remark FROM check_record"))
    with post.database.snapshot() as here, hub.database.snapshot() as there:
        for check, remark in saved.items():
            assert remarks[remark] == 1, f"the saved check {remark!r} is at the hub {remarks[remark]} times"
            ours, theirs = _created(here, Kind.CHECK, check), _created(there, Kind.CHECK, check)
            assert ours == theirs, f"the saved check {remark!r} came to the hub as something else"
    twice = [remark for remark, count in remarks.items() if count > 1]
    assert not twice, f"captured once, stored more often: {twice}"


def _photos_whole(hub: Centre, taken: dict[int, dict[str, bytes]]) -> None:
    """Every photo that was saved with a check is at the hub, whole and once; nothing else hangs there."""
    with hub.database.snapshot() as tx:
        for check, photos in taken.items():
            row = records.read(tx, Kind.CHECK, check)
            assert row is not None, f"check {check} is gone"
            pieces = pieces_of(tx, check, owner=row.text("owner"))
            there = {photo.name: photo.content for photo in put_together(pieces)}
            assert there == photos, f"check {check} was saved with {list(photos)}, the hub has {list(there)}"
            once = {(piece.address, piece.number) for piece in pieces}
            assert len(once) == len(pieces), f"check {check}: pieces stored more than once"


def _created(tx: Connection, kind: int, record: int) -> Change:
    return next(change for change in records.changes_of(tx, kind, record) if change.creates)


_Shown = tuple[Record, Mapping[int, FieldView]]


def _truth(hub: Centre) -> dict[Kind, dict[int, _Shown]]:
    """Every record of the hub with what is shown of it, read once for all posts."""
    with hub.database.snapshot() as tx:
        return {kind: _everything(tx, kind) for kind in SCHEMA}


def _everything(tx: Connection, kind: Kind) -> dict[int, _Shown]:
    """Records of a kind; of one that nobody edited its row says all there is."""
    found = records.select(tx, kind)
    return {one.id: (one, records.views_of(tx, kind, one.id) if one.edited else {}) for one in found}


def _replica_equal(post: Post, truth: Mapping[Kind, Mapping[int, _Shown]], purged: set[int]) -> None:
    """Whoever has seen the same changes is in the same state: rows, siblings and standings."""
    scopes = set(scopes_of_node(node=post.number, post=post.name, country=post.country))
    with post.database.snapshot() as here:
        for kind in SCHEMA:
            ours, theirs = _everything(here, kind), truth[kind]
            for record in ours.keys() - theirs.keys():
                raise AssertionError(f"{post.name} holds {kind.name} {record}, which the hub does not")
            for record, held in theirs.items():
                ours_once = node_of_dot(record) in post.node.kit.numbers[1:]  # on the disk, or lost with one
                meant = node_of_dot(record) == post.number or (ours_once and record in ours)
                if kind in (Kind.ALERT, Kind.BULLETIN, Kind.OFFICER):
                    meant = meant or bool(scopes & scopes_of_record(kind, record, held[0].values))
                    assert meant or record not in ours, (
                        f"{post.name} holds {kind.name} {record}, not meant for it"
                    )
                assert not meant or record in ours, (
                    f"{post.name} lacks {kind.name} {record} (purged: {purged})"
                )
                if record in ours:
                    _same(post, ours[record], held)


def _same(post: Post, ours: _Shown, theirs: _Shown) -> None:
    what = f"{post.name} and the hub differ on {ours[0].kind.name} {ours[0].id}"
    assert ours[0] == theirs[0], f"{what}: {ours[0]} {theirs[0]}"
    for number in ours[1].keys() | theirs[1].keys():
        one, other = ours[1].get(number), theirs[1].get(number)
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
    """The keys a post searches by are exactly those of its alerts' numbers and of its checks."""
    matcher = post.node.kit.matcher
    with post.database.snapshot() as tx:
        alerts = records.select(tx, Kind.ALERT, "status <> 'withdrawn'")
        checks = records.select(tx, Kind.CHECK, "void IS NULL")
    numbers = {alert.id: numbers_of(subject_of(alert.values)) for alert in alerts}
    expected = {(key, alert) for alert, subject in numbers.items() for key in matcher.keys_of(subject)}
    assert set(post.look("SELECT key, alert FROM watch_key")) == expected, (
        f"{post.name}: the alert index is off"
    )
    expected = {(key, check.id) for check in checks for key in matcher.keys_of(subject_of(check.values))}
    assert set(post.look("SELECT key, record FROM check_key")) == expected, (
        f"{post.name}: the check index is off"
    )


def _hits_once(post: Post, hub: Centre) -> None:
    """Whom an alert meets is hit at the check, or late when the alert came after it; by no machine twice."""
    found = Counter(post.look('SELECT "check", alert, id >> 42 FROM hit_record'))
    twice = [each for each, count in found.items() if count > 1]
    assert not twice, f"{post.name}: hits reported twice: {twice}"
    met = {(check, alert) for check, alert, _ in found}
    matcher = post.node.kit.matcher
    with post.database.snapshot() as tx:
        alerts = _unchanged(tx, Kind.ALERT, "status = 'active'")
        checks = _unchanged(tx, Kind.CHECK, "void IS NULL")
    for alert in alerts:
        for check in checks:
            match = matcher.judge(subject_of(check.values), subject_of(alert.values))
            if match is not None and not _may_stay_silent(post, check, alert, match):
                assert (check.id, alert.id) in met, (
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
    replaced = {node for (node,) in hub.look("SELECT replaces FROM succession")}  # the device brought it anew
    waiting = hub.look("SELECT feed, first, state FROM bundle WHERE state <> 'merged'")
    waiting = [row for row in waiting if int(str(row[0])) >> 2 not in replaced]
    assert not waiting, f"bundles that never found their place: {waiting}"
    faults = hub.look(
        "SELECT code, feed, first FROM quarantine WHERE settled_ms IS NULL AND code <> 'record_purged'"
    )
    assert not faults, f"quarantined: {faults}"


_HOLDING = (
    ("alert_record", "id"),
    ("check_record", "id"),
    ("attachment_record", '"of"'),
    ("history", "record"),
)


def _purged_everywhere(world: World) -> None:
    """What was erased is nowhere."""
    for record in world.operators.purged:
        for machine in world.machines:
            for table, column in _HOLDING:
                sql = f"SELECT count(*) FROM {table} WHERE {column} = ?"  # noqa: S608 - the names above
                assert machine.look(sql, (record,)) == [(0,)], (
                    f"{machine.name} still has purged {record} in {table}"
                )


def _search_finds(hub: Centre) -> None:
    """The search has caught up: every check is found by its document."""
    matcher = hub.hub.kit.matcher
    with hub.database.snapshot() as tx:
        for check in records.select(tx, Kind.CHECK):
            keys = matcher.keys_of(subject_of(check.values))
            found = search.find(tx, keys, lane=Lane.ROUTINE, limit=1, start=check.id).records
            assert not keys or found == [check.id], f"the search does not find check {check.id}"


def _note(world: World) -> None:
    """Count what happened, so that a run can tell whether it tried everything."""
    hub, chance = world.centre, world.chance
    chance.happened[Event.REFUSED] = hub.look("SELECT count(*) FROM refused")[0][0]
    chance.happened[Event.HIT] = hub.look("SELECT count(*) FROM hit_record")[0][0]
    chance.happened[Event.LATE_HIT] = hub.look("SELECT count(*) FROM hit_record WHERE late")[0][0]
