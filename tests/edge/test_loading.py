"""A whole list from a snapshot: the same as by the feed, at once or not at all, and nothing of ours lost."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from edge.loading import Loader
from edge.node import EdgeNode, assemble
from edge.store import feed, load
from edge.store.opening import connect_to
from shared.change import SEEN, Change, named
from shared.ids import SYSTEM, Dot, RecordId
from shared.ledger import records
from shared.schema import Kind
from tests.edge.lists import hurried, load_whole, snapshot_of
from tests.edge.posts import Post, rows

LIST = ("alert_record", "watched", "watch_key", "held")


def listed(node: EdgeNode, *tables: str) -> dict[str, list[tuple[object, ...]]]:
    """The list as the node's file has it."""
    return {table: rows(node, f"SELECT * FROM {table} ORDER BY 1, 2") for table in tables or LIST}  # noqa: S608 - a test's own words


def views(node: EdgeNode) -> dict[int, object]:
    """What merge says of every alert, siblings and contexts included."""
    with node.kit.database.snapshot() as tx:
        ids = [record for (record,) in tx.execute("SELECT id FROM alert_record ORDER BY id")]
        return {
            record: (
                records.views_of(tx, Kind.ALERT, record),
                records.context_of(tx, Kind.ALERT, record),
                records.changes_of(tx, Kind.ALERT, record),
            )
            for record in ids
        }


def left_over(node: EdgeNode) -> list[str]:
    """Tables and triggers of a load that should be gone."""
    names = rows(node, "SELECT name FROM sqlite_master WHERE name LIKE 'next_%' OR name LIKE 'past_%'")
    names += rows(node, "SELECT name FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'load_%'")
    return [str(name) for (name,) in names] + [
        table
        for table in ("load_run", "load_touched", "snapshot_load")
        if rows(node, f"SELECT 1 FROM {table}")  # noqa: S608 - a test's own words
    ]


def cursors(node: EdgeNode) -> list[tuple[object, ...]]:
    return rows(node, "SELECT scope, position, chain FROM cursor ORDER BY place")


def busy_centre(post: Post, alerts: int, *, seed: int = 1) -> list[RecordId]:
    """A centre with alerts of every history: plain, edited, crossed, withdrawn, with notes, with marks."""
    chance, centre, made = random.Random(seed), post.centre, []
    for place in range(alerts):
        alert = centre.alert(
            surname=f"Synthetic{place}",
            given_names="Person",
            birth="1980-01-02",
            document_number=f"D{place:07}",
            note="seen at the river" if chance.random() < 0.2 else None,
            warnings=chance.choice([None, None, ("armed",), ("violent", "armed")]),
            training=True if chance.random() < 0.05 else None,
        )
        made.append(alert)
        if chance.random() < 0.3:
            edit = centre.say(
                Kind.ALERT, {"phone": "+381 1"}, record=alert, context={24: (alert,), SEEN: (alert,)}
            )
            if chance.random() < 0.5:  # another desk's edit crossed it
                centre.say(
                    Kind.ALERT, {"phone": "+382 2"}, record=alert, context={24: (alert,), SEEN: (alert,)}
                )
            if chance.random() < 0.4:
                centre.say(
                    Kind.ALERT,
                    {"status": "withdrawn"},
                    record=alert,
                    context={5: (alert,), SEEN: (edit.dot,)},
                )
    return made


def own_change(post: Post, node: EdgeNode, *, record: int | None = None, **values: object) -> Change:
    """A change by this node itself, not sent yet."""
    with node.kit.database.transaction() as tx:
        context = records.context_of(tx, Kind.ALERT, record) if record is not None else None
        applied = node.kit.log.append(
            tx, kind=Kind.ALERT, author=SYSTEM, fields=named(Kind.ALERT, values),  # type: ignore[arg-type]  # values
            record=None if record is None else RecordId(Dot(record)), context=context,
        )  # fmt: skip
    return applied.change


# --- the same list ---


def test_a_loaded_list_is_the_list_the_feed_would_have_brought(post: Post, node: EdgeNode):
    """Rows, keys, holders, every sibling and context: as if the feed had been read."""
    busy_centre(post, 60)
    made = snapshot_of(post.centre)
    load_whole(node, made)
    assert cursors(node)[0] == ("all", made.manifest.position, made.manifest.chain)
    by_feed = beside(post)
    assert (listed(node), persons(node), views(node)) == (listed(by_feed), persons(by_feed), views(by_feed))
    assert len(views(node)) == 60
    node.kit.database.connection().execute("UPDATE cursor SET position = 0, chain = zeroblob(16)")
    node.round.run(post.centre.exchange)  # the whole feed again, change by change
    assert (listed(node), persons(node), views(node)) == (listed(by_feed), persons(by_feed), views(by_feed))


def another_file(post: Post) -> EdgeNode:
    """The same post on a fresh file."""
    world = replace(post.world, connect=connect_to(post.path.with_name("another.db")))
    other = assemble(post.identity, world)
    post.opened.append(other)
    return other


def beside(post: Post) -> EdgeNode:
    """The same post on another file, that read everything by the feed."""
    other = another_file(post)
    other.round.run(post.centre.exchange)
    return other


def persons(node: EdgeNode) -> list[list[tuple[object, ...]]]:
    """Who is on the list, by what they are found, how common their words are; whatever their entries are."""
    return [
        rows(node, "SELECT owner, names, birth, sex, nationality FROM wanted_entry ORDER BY 1"),
        rows(node, "SELECT k.key, e.owner FROM wanted_key k JOIN wanted_entry e USING (entry) ORDER BY 1, 2"),
        rows(node, "SELECT word, persons FROM wanted_word WHERE persons > 0 ORDER BY 1"),
        rows(node, "SELECT persons, version FROM wanted_total"),
        rows(node, "SELECT count(*) FROM wanted_key"),
    ]


def test_an_unedited_alert_needs_no_history_and_can_be_edited(post: Post, node: EdgeNode):
    """Half the size, and the first edit finds the creating change all the same."""
    alert = post.centre.alert(document_number="D1", note="a scar", warnings=("armed",))
    load_whole(node, snapshot_of(post.centre))
    assert rows(node, "SELECT count(*) FROM history_loaded") == [(0,)]
    assert rows(node, "SELECT count(*) FROM history WHERE record = ?", (alert,)) == [(0,)]
    post.centre.say(Kind.ALERT, {"phone": "+381 9"}, record=alert, context={24: (alert,), SEEN: (alert,)})
    post.centre.say(Kind.ALERT, {"note": "a limp"}, record=alert, context={SEEN: (alert,)})
    node.round.run(post.centre.exchange)
    with node.kit.database.snapshot() as tx:
        found = records.read(tx, Kind.ALERT, alert)
        assert [change.creates for change in records.changes_of(tx, Kind.ALERT, alert)] == [
            True,
            False,
            False,
        ]
    assert found is not None
    assert (found.text("phone"), found.values["note"]) == ("+381 9", ("a scar", "a limp"))


# --- at once, or not at all ---


def test_the_old_list_answers_until_the_switch(post: Post, node: EdgeNode):
    """Rows, keys and cursor stay as they are through every step but the last; then all of them move."""
    old = post.centre.alert(document_number="OLD1")
    node.round.run(post.centre.exchange)
    busy_centre(post, 20)
    post.centre.say(Kind.SCOPE_LEAVE, {"owner": "RS", "of": old, "scope": "all"})
    before, at = listed(node), cursors(node)
    made, loader = snapshot_of(post.centre), Loader(hurried(post).kit)
    manifest, key = loader.believe(made.opening)
    loader.begin(manifest)
    steps = 0
    for _ in loader.run(manifest, key, made.block):
        assert (listed(node), cursors(node)) == (before, at)
        steps += 1
    assert steps > 20
    assert len(rows(node, "SELECT id FROM alert_record")) == 20
    assert cursors(node)[0] == ("all", made.manifest.position, made.manifest.chain)
    while loader.tend():
        pass
    assert left_over(node) == []
    assert rows(node, "SELECT count(*) FROM history WHERE record = ?", (old,)) == [(0,)]


def test_a_power_cut_anywhere_goes_on_from_there(post: Post, node: EdgeNode, monkeypatch: pytest.MonkeyPatch):
    """The process is replaced after every single step: the list is the same, and no block is read twice."""
    monkeypatch.setattr("edge.incoming._PERSONS", 5)  # people of one year in several goes
    busy_centre(post, 25)
    made, read = snapshot_of(post.centre), []
    for _ in range(10_000):
        loader = Loader(hurried(post).kit)
        manifest, key = loader.believe(made.opening)
        loader.begin(manifest)

        def block(number: int) -> bytes:
            read.append(number)
            return made.block(number)

        steps = loader.run(manifest, key, block)
        next(steps, None)
        if next(steps, None) is None:
            break
        assert read == [*range(len(read))]
    assert len(read) == len(made.blocks)
    while loader.tend():
        loader = Loader(hurried(post).kit)
    assert left_over(node) == []
    by_feed = beside(post)
    assert (listed(node), persons(node)) == (listed(by_feed), persons(by_feed))


# --- nothing of ours is lost ---


def test_own_changes_survive_the_switch(post: Post, node: EdgeNode):
    """An alert raised here, an edit of theirs made here, both unsent; made before the load and during it."""
    theirs, later, gone = (post.centre.alert(document_number=f"T{n}") for n in range(3))
    node.round.run(post.centre.exchange)
    ours = own_change(post, node, owner="BA", status="active", document_number="OURS1")
    own_change(post, node, record=theirs, note="limps")
    own_change(post, node, record=gone, note="ours alone")
    post.centre.say(Kind.ALERT, {"phone": "+381 7"}, record=theirs, context={24: (theirs,), SEEN: (theirs,)})
    post.centre.say(Kind.SCOPE_LEAVE, {"owner": "RS", "of": gone, "scope": "all"})
    made, loader = snapshot_of(post.centre), Loader(hurried(post).kit)
    manifest, key = loader.believe(made.opening)
    loader.begin(manifest)
    steps = loader.run(manifest, key, made.block)
    next(steps)
    during = own_change(post, node, owner="BA", status="active", document_number="OURS2")
    for place, _ in enumerate(steps):
        if place == 6:  # behind the blocks, beside the carrying over
            own_change(post, node, record=later, note="walks well")
    while loader.tend():
        pass
    with node.kit.database.snapshot() as tx:
        found = {each.id: each for each in records.select(tx, Kind.ALERT)}
        keys = {alert for (alert,) in tx.execute("SELECT alert FROM watch_key")}
    assert {ours.record, during.record, theirs, later, gone} == set(found) == keys
    assert (found[theirs].text("phone"), found[theirs].values["note"]) == ("+381 7", ("limps",))
    assert found[later].values["note"] == ("walks well",)
    assert found[gone].values["note"] == ("ours alone",)


def test_a_list_of_one_scope_leaves_the_others_alone(post: Post, node: EdgeNode):
    """What only the country's list holds stays; what both held stays with the one; the rest goes."""
    centre = post.centre
    only_country = centre.alert(scope="country:BA", document_number="C1")
    both = centre.alert(document_number="B1")
    for change in [c for c in centre.logs["all"] if c.record == both]:
        centre.publish(change, "country:BA")
    leaver = centre.alert(document_number="L1")
    node.round.run(centre.exchange)
    for record in (both, leaver):
        centre.say(Kind.SCOPE_LEAVE, {"owner": "RS", "of": record, "scope": "all"})
    fresh = centre.alert(document_number="N1")
    at = cursors(node)
    load_whole(node, snapshot_of(centre))
    assert {record for (record,) in rows(node, "SELECT id FROM alert_record")} == {only_country, both, fresh}
    assert rows(node, "SELECT scope FROM held WHERE record = ?", (both,)) == [("country:BA",)]
    assert rows(node, "SELECT count(*) FROM history WHERE record = ?", (leaver,)) == [(0,)]
    assert cursors(node)[1:] == at[1:]


def test_what_the_feed_says_meanwhile_is_carried_over(post: Post, node: EdgeNode):
    """Another scope's alert, its leaving, an erasure and a refusal arrive between two steps of the load."""
    centre = post.centre
    alerts = [centre.alert(document_number=f"A{n}") for n in range(8)]
    crossed = centre.say(
        Kind.ALERT, {"phone": "+1"}, record=alerts[5], context={24: (alerts[5],), SEEN: (alerts[5],)}
    )
    made = snapshot_of(centre)
    loader = Loader(hurried(post).kit)
    manifest, key = loader.believe(made.opening)
    loader.begin(manifest)
    steps = loader.run(manifest, key, made.block)
    for _ in range(3):
        next(steps)  # the blocks are in
    scope, kept = "post:KLOBUK", []
    kept.append(centre.alert(scope=scope, document_number="P1"))
    left = centre.alert(scope=scope, document_number="P2")
    centre.say(Kind.SCOPE_LEAVE, {"owner": "RS", "of": left, "scope": scope}, scope=scope)
    centre.say(Kind.TOMBSTONE, {"owner": "RS", "of": alerts[2]}, scope=scope)
    centre.say(
        Kind.REFUSED_CHANGE,
        {"owner": "RS", "change": crossed.dot, "of": alerts[5], "reason": "foreign_owner"},
        scope=scope,
    )
    _hear(post, node, scope)
    for _ in steps:
        pass
    found = {record for (record,) in rows(node, "SELECT id FROM alert_record")}
    assert found == {*alerts, *kept} - {alerts[2]}
    assert {alert for (alert,) in rows(node, "SELECT alert FROM watch_key")} == found
    with node.kit.database.snapshot() as tx:
        shown = records.read(tx, Kind.ALERT, alerts[5])
    assert shown is not None
    assert shown.text("phone") == "+381 11 000 0000"


def _hear(post: Post, node: EdgeNode, scope: str) -> None:
    """One scope's new segments, as a turn of the session applies them."""
    from edge.replica import Replica
    from shared import segment

    centre = post.centre
    centre._cut(scope)
    (position,) = rows(node, "SELECT position FROM cursor WHERE scope = ?", (scope,))[0]
    for raw, signature, last, _ in centre.cuts[scope]:
        if last > int(str(position)):
            read = segment.read(raw, signature, hub=centre.tag, key=centre.keys.sign.verify_key)
            Replica(node.kit).apply([read], head_ms=post.dial.wall_ms)


def test_a_restored_hubs_list_lets_nothing_go(post: Post, node: EdgeNode):
    """A hub brought back from a backup may have lost alerts that posts still hold: they stay."""
    centre = post.centre
    lost = centre.alert(document_number="LOST1")
    kept = centre.alert(document_number="KEPT1")
    node.round.run(centre.exchange)
    centre.generation = 2
    centre.logs["all"] = [change for change in centre.logs["all"] if change.record == kept]
    centre.cuts.clear()
    load_whole(node, snapshot_of(centre))
    assert {record for (record,) in rows(node, "SELECT id FROM alert_record")} == {lost, kept}
    with node.kit.database.snapshot() as tx:
        assert feed.state(tx).generation == 2
    assert [position for _, position, _ in cursors(node)] == [1, 0, 0, 0]


def test_twenty_thousand_records_load_in_slices(post: Post, node: EdgeNode):
    """A real number of records: everyone is found, and no transaction held more than its slice."""
    centre = post.centre
    for place in range(20_000):
        centre.alert(document_number=f"D{place:07}", surname=f"Synthetic{place}")
    load_whole(node, snapshot_of(centre, per_block=2_000))
    assert rows(node, "SELECT count(*) FROM alert_record") == [(20_000,)]
    assert rows(node, "SELECT count(*) FROM watch_key") == [(20_000,)]
    assert left_over(node) == []
    with node.kit.database.snapshot() as tx:
        assert load.read(tx) is None


def test_keeping_what_another_list_holds_is_done_in_slices(post: Post):
    """A country's list over one for everybody: the clock is looked at after each alert that is kept."""
    node = hurried(post)
    node.round.run(post.centre.exchange)
    kept = busy_centre(post, 30)
    node.round.run(post.centre.exchange)
    post.centre.alert(scope="country:BA", document_number="D9")
    made = snapshot_of(post.centre, scope="country:BA")
    loader = Loader(node.kit)
    manifest, key = loader.believe(made.opening)
    loader.begin(manifest)
    done = [
        now.done
        for _ in loader.run(manifest, key, made.block)
        if (now := loading(node)) is not None and now.phase is load.Phase.ROWS
    ]
    assert sorted(set(done)) == [0, *sorted(kept)]
    assert len(views(node)) == len(kept) + 1


def loading(node: EdgeNode) -> load.Load | None:
    with node.kit.database.snapshot() as tx:
        return load.read(tx)
