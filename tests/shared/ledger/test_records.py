"""Records on a real file: the same rows and views whatever the order, the repeats, the fast path."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared import wire
from shared.change import SEEN, Change, Value, named
from shared.clock import Stamp
from shared.database import Connection, Database
from shared.ids import SYSTEM, Dot, Lane, OfficerId, RecordId, feed_of, make_dot
from shared.ledger import records
from shared.ledger.records import Effect
from shared.merge import FieldView, Standing
from shared.schema import OWNER, Kind, field_by_name
from tests.shared.histories import UNKNOWN_FIELD, History, histories
from tests.shared.ledger.files import open_ledger, rows, wipe

HUB_NODE = 9
EXAMPLES = settings(max_examples=60)


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    with open_ledger(tmp_path_factory.mktemp("ledger") / "ledger.db") as database:
        yield database


@pytest.fixture
def tx(tmp_path: Path) -> Iterator[Connection]:
    with open_ledger(tmp_path / "one.db") as database, database.transaction() as tx:
        yield tx


def act(seq: int, kind: Kind, **fields: Value) -> Change:
    """A hub's own change that creates a record."""
    dot = make_dot(feed_of(HUB_NODE, Lane.URGENT), seq)
    return Change(
        dot=dot, record=RecordId(dot), kind=kind, stamp=Stamp(seq), author=SYSTEM,
        fields=named(kind, {"owner": "BA", **fields}),
    )  # fmt: skip


def refusals(history: History) -> list[Change]:
    return [
        act(place, Kind.REFUSED_CHANGE, change=dot, of=history.record, reason="foreign_owner")
        for place, dot in enumerate(sorted(history.refused), 1)
    ]


def state(tx: Connection, history: History) -> tuple[object, dict[int, FieldView]]:
    return rows(tx), records.views_of(tx, history.kind, history.record)


def play(
    ledger: Database, history: History, changes: Sequence[Change]
) -> tuple[object, dict[int, FieldView]]:
    """What an emptied file holds after these changes, each in a transaction of its own half the time."""
    with ledger.transaction() as tx:
        wipe(tx)
        for change in changes:
            records.apply(tx, change)
        return state(tx, history)


def by_table(tx: Connection, changes: Sequence[Change], *, base: Dot | None = None) -> None:
    """The changes as the hub takes them from a body: whole tables where that is possible."""
    for table in wire.decode(wire.encode(changes, base=base), base=base).tables:
        if not records.apply_table(tx, table):
            for change in table.changes():
                records.apply(tx, change)


@EXAMPLES
@given(histories() | histories(wild_contexts=True), st.data())
def test_any_order_with_any_repeats_gives_the_same_rows_and_views(
    ledger: Database, history: History, data: st.DataObject
) -> None:
    """Edits before creations, refusals before what they refuse, everything twice: one state."""
    changes = [*history.changes, *refusals(history)]
    expected = play(ledger, history, changes)
    repeats = data.draw(st.lists(st.sampled_from(changes), max_size=5))
    assert play(ledger, history, data.draw(st.permutations(changes + repeats))) == expected


@EXAMPLES
@given(st.lists(histories(kinds=(Kind.CHECK,), edits_max=2), min_size=1, max_size=3), st.data())
def test_the_fast_path_is_the_slow_one(ledger: Database, many: list[History], data: st.DataObject) -> None:
    """Whole tables at once or one change at a time, in mixed order: the same rows."""
    changes: dict[Dot, Change] = {c.dot: c for h in reversed(many) for c in [*h.changes, *refusals(h)]}
    order = data.draw(st.permutations(sorted(changes.values(), key=lambda c: c.dot)))
    cut = data.draw(st.integers(0, len(order)))
    with ledger.transaction() as tx:
        wipe(tx)
        for change in order:
            records.apply(tx, change)
        expected = rows(tx)
        wipe(tx)
        by_table(tx, order[:cut])
        by_table(tx, order[cut:])
        by_table(tx, order[: cut // 2])
        assert rows(tx) == expected


@EXAMPLES
@given(histories(), st.data())
def test_a_purge_never_resurrects(ledger: Database, history: History, data: st.DataObject) -> None:
    """Wherever the tombstone falls among a record's changes, nothing of the record is left."""
    tombstone = act(99, Kind.TOMBSTONE, of=history.record, reason="expired")
    order = data.draw(st.permutations([*history.changes, *history.changes, *refusals(history), tombstone]))
    with ledger.transaction() as tx:
        wipe(tx)
        for change in order:
            records.apply(tx, change)
        assert records.read(tx, history.kind, history.record) is None
        assert tx.execute("SELECT count(*) FROM history WHERE record = ?", (history.record,)).fetchone() == (
            0,
        )
        assert records.apply(tx, history.changes[0]).effect is Effect.PURGED


def check(seq: int, record: int | None = None, context: dict[int, tuple[Dot, ...]] | None = None, /,
          kind: int = Kind.CHECK, **fields: Value) -> Change:  # fmt: skip
    dot = make_dot(feed_of(5, Lane.ROUTINE), seq)
    owner: dict[str, Value] = {} if record is not None else {"owner": "BA"}
    return Change(
        dot=dot, record=RecordId(dot if record is None else Dot(record)), kind=kind,
        stamp=Stamp(seq), author=OfficerId(3), fields=named(Kind.CHECK, {**owner, **fields}),
        context=context or {},
    )  # fmt: skip


def test_a_purge_holds_on_the_fast_path(tx: Connection) -> None:
    """A table that brings a purged check again does not bring it back, and its neighbours come in."""
    gone, stays = check(1, surname="A"), check(2, surname="B")
    records.purge(tx, gone.record)
    by_table(tx, [gone, stays])
    assert records.read(tx, Kind.CHECK, gone.record) is None
    assert records.read(tx, Kind.CHECK, stays.record) is not None


def test_a_table_leaves_other_kinds_between_its_dots_alone(tx: Connection) -> None:
    """A referral numbered between two checks is not rewritten as a check."""
    dot = make_dot(feed_of(5, Lane.ROUTINE), 2)
    referral = Change(
        dot=dot, record=RecordId(dot), kind=Kind.REFERRAL, stamp=Stamp(2), author=SYSTEM,
        fields=named(Kind.REFERRAL, {"owner": "BA", "reason": "document"}),
    )  # fmt: skip
    records.apply(tx, referral)
    before = rows(tx)["referral_record"]
    by_table(tx, [check(1), check(3)])
    found = rows(tx)
    assert [row[0] for row in found["check_record"]] == [check(1).record, check(3).record]
    assert found["referral_record"] == before


@pytest.mark.parametrize("late", [False, True], ids=["after", "before"])
def test_an_edit_that_names_the_record_by_a_wrong_kind_changes_nothing(tx: Connection, *, late: bool) -> None:
    """An edit that calls a check an alert is kept, shows nowhere, and does not disturb refusals of others."""
    made = check(1, surname="A")
    wrong = check(2, made.dot, kind=Kind.ALERT, surname="X")
    right = check(3, made.dot, {SEEN: (made.dot,)}, plate="Y")
    for change in [wrong, made, right] if late else [made, wrong, right]:
        records.apply(tx, change)
    assert records.read(tx, Kind.ALERT, made.record) is None
    found = records.read(tx, Kind.CHECK, made.record)
    assert found is not None
    assert (found.text("surname"), found.text("plate"), found.standing) == ("A", "Y", Standing.AGREED)
    records.apply(tx, act(1, Kind.REFUSED_CHANGE, change=right.dot, of=made.record, reason="foreign_owner"))
    found = records.read(tx, Kind.CHECK, made.record)
    assert found is not None
    assert found.text("plate") == ""


def test_an_edit_waits_for_its_creation(tx: Connection) -> None:
    """Nothing shows before the record is there, and then both at once."""
    made = check(1, surname="A")
    edit = check(2, made.dot, {22: (made.dot,), SEEN: (made.dot,)}, surname="B")
    assert records.apply(tx, edit).effect is Effect.WAITING
    assert records.read(tx, Kind.CHECK, made.record) is None
    assert records.apply(tx, made).effect is Effect.APPLIED
    found = records.read(tx, Kind.CHECK, made.record)
    assert found is not None
    assert (found.text("surname"), found.edited) == ("B", True)


def test_a_repeat_is_told_from_a_first_time(tx: Connection) -> None:
    """Effects say what happened, for creations and edits alike."""
    made = check(1, surname="A")
    edit = check(2, made.dot, {SEEN: (made.dot,)}, plate="B")
    assert [records.apply(tx, c).effect for c in (made, made, edit, edit, made)] == [
        Effect.APPLIED, Effect.REPEATED, Effect.APPLIED, Effect.REPEATED, Effect.REPEATED,
    ]  # fmt: skip


@pytest.mark.parametrize("kind", [Kind.CHECK, Kind.ALERT])
def test_a_lone_creation_is_kept_once(tx: Connection, kind: Kind) -> None:
    """It stands in its row alone; the first edit brings it back for merge to see, and it is whole."""
    made = act(1, kind, surname="A", given_names="B")
    edit = replace(act(2, kind, surname="C"), record=made.record, context={SEEN: (made.dot,)})
    records.apply(tx, made)
    assert not records.has_history(tx, made.record)
    assert records.created_between(tx, kind, made.record, made.record) == [made]
    records.apply(tx, edit)
    assert records.changes_of(tx, kind, made.record) == [made, edit]
    assert records.created_between(tx, kind, made.record, made.record) == []


def test_standings_before_and_after_a_crossing(tx: Connection) -> None:
    """The hub learns from `apply` when a record becomes a conflict, and when it stops being one."""
    made = check(1, surname="A")
    number = field_by_name(Kind.CHECK, "surname").number
    seen = {number: (made.dot,), SEEN: (made.dot,)}
    one, other = check(2, made.dot, seen, surname="B"), check(3, made.dot, seen, surname="C")
    both = {number: (one.dot, other.dot), SEEN: (one.dot, other.dot)}
    steps = [records.apply(tx, c) for c in (made, one, other, check(4, made.dot, both, surname="B"))]
    assert [(step.before, step.after) for step in steps] == [
        (Standing.AGREED, Standing.AGREED),
        (Standing.AGREED, Standing.AGREED),
        (Standing.AGREED, Standing.HARD),
        (Standing.HARD, Standing.AGREED),
    ]


def test_a_creation_without_an_owner_is_kept_but_not_shown(tx: Connection) -> None:
    """It may not stand in a table, and it is not dropped either: it waits in history."""
    made = check(1, surname="A")
    bare = Change(dot=made.dot, record=made.record, kind=made.kind, stamp=made.stamp, author=made.author,
                  fields={n: v for n, v in made.fields.items() if n != OWNER})  # fmt: skip
    assert records.apply(tx, bare).effect is Effect.WAITING
    by_table(tx, [bare])
    assert rows(tx) == {}
    assert records.changes_of(tx, Kind.CHECK, made.record) == [bare]


@pytest.mark.parametrize("value", [7, True, False, "neu", b"\0\1", ("x", "y"), (1, 2)], ids=repr)
def test_an_unknown_field_survives_with_its_type(tx: Connection, value: Value) -> None:
    """A newer peer's field is the same after storing, and still there when its record is edited."""
    made = check(1, surname="A")
    newer = Change(dot=made.dot, record=made.record, kind=made.kind, stamp=made.stamp, author=made.author,
                   fields={**made.fields, UNKNOWN_FIELD: value})  # fmt: skip
    records.apply(tx, newer)
    records.apply(tx, check(2, made.dot, {SEEN: (made.dot,)}, plate="P"))
    kept = records.views_of(tx, Kind.CHECK, made.record)[UNKNOWN_FIELD].value
    assert kept == value
    assert type(kept) is type(value)


def test_an_unknown_kind_is_kept_whole(tx: Connection) -> None:
    """A newer peer's records are in history, in no table, and repeat harmlessly."""
    strange = Change(dot=Dot(5), record=RecordId(Dot(5)), kind=777, stamp=Stamp(1), author=SYSTEM,
                     fields={OWNER: "BA", 9: ("x",)})  # fmt: skip
    assert records.apply(tx, strange).effect is Effect.KEPT
    assert records.apply(tx, strange).effect is Effect.REPEATED
    assert records.changes_of(tx, 777, 5) == [strange]
    assert rows(tx) == {}


def test_what_left_the_scope_comes_back_whole(tx: Connection) -> None:
    """Forgetting is no purge: the same changes bring the record back as it was."""
    made = check(1, surname="A")
    edit = check(2, made.dot, {SEEN: (made.dot,)}, plate="B")
    for change in (made, edit):
        records.apply(tx, change)
    before = rows(tx)
    records.forget(tx, made.record)
    assert rows(tx) == {}
    for change in (edit, made):
        records.apply(tx, change)
    assert rows(tx) == before


def test_a_refused_edit_leaves_no_trace_in_the_row(tx: Connection) -> None:
    """Whoever got the refusal alone and whoever got the edit first hold the same row."""
    made = check(1, surname="A")
    edit = check(2, made.dot, {22: (made.dot,), SEEN: (made.dot,)}, surname="B", plate="C")
    refusal = act(1, Kind.REFUSED_CHANGE, change=edit.dot, of=made.record, reason="foreign_owner")
    records.apply(tx, made)
    records.apply(tx, refusal)
    without, views = rows(tx), records.views_of(tx, Kind.CHECK, made.record)
    records.apply(tx, edit)
    assert rows(tx) == without
    assert records.views_of(tx, Kind.CHECK, made.record) == views


def test_a_forms_context_covers_what_it_shows(tx: Connection) -> None:
    """An edit made with `context_of` leaves one sibling, whatever had crossed before."""
    made = check(1, surname="A")
    records.apply(tx, made)
    for seq, name in ((2, "B"), (3, "C")):
        records.apply(tx, check(seq, made.dot, {22: (made.dot,), SEEN: (made.dot,)}, surname=name))
    shown = records.context_of(tx, Kind.CHECK, made.record)
    assert (shown[22], shown[SEEN]) == ((check(2).dot, check(3).dot), (check(2).dot, check(3).dot))
    after = records.apply(tx, check(4, made.dot, {22: shown[22], SEEN: shown[SEEN]}, surname="D"))
    assert after.after is Standing.AGREED
    assert records.views_of(tx, Kind.CHECK, made.record)[22].dots == (check(4).dot,)
