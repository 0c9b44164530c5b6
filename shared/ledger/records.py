"""Changes applied to records: merge state in, rows out.

Job: keep each kind's table equal to what `merge` says of the changes seen. This module decides
nothing: it loads a record's changes, asks `merge`, and writes the interim values.

Invariants
* Applying a change twice, or in another order, leaves the same rows.
* A record with its creating change alone has a row and no history, where the row says all that the
  change said. At its first edit the creating change is rebuilt from the row, so that merge sees the
  whole set.
* `history_loaded` is read wherever `history` is; only a snapshot writes it.
* An edit whose creating change is not here waits in `history`; no row shows until it comes.
* A purged record stays purged: later changes to it are reported, not stored. What is attached to it
  goes with it, and what is attached later is purged as it comes.
Must not know: which node may change what (`ownership`), the wire's bundles, pages.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum

from shared import wire
from shared.change import SEEN, Change, Value
from shared.clock import Stamp
from shared.database import Connection
from shared.ids import Dot, OfficerId, RecordId
from shared.ledger import photos, statements
from shared.ledger.columns import from_column, to_columns
from shared.ledger.rows import Head, Row, created_from, numbers_of, plain, shown
from shared.ledger.tables import read_extra, table_of
from shared.merge import FieldView, Standing, collect, frontier, view_record
from shared.schema import OWNER, SCHEMA, Kind, RecordType, field_by_name, record_type
from shared.wire import ChangeTable


class Effect(Enum):
    """What applying a change did."""

    APPLIED = "applied"
    REPEATED = "repeated"  # seen before: nothing to do
    WAITING = "waiting"  # its creating change has not arrived
    PURGED = "purged"  # the record was erased; the change is only reported
    KEPT = "kept"  # a newer peer's kind: in history, in no table


@dataclass(frozen=True, slots=True, kw_only=True)
class Applied:
    """The outcome for one change; standings are those before and after."""

    change: Change
    effect: Effect
    before: Standing = Standing.AGREED
    after: Standing = Standing.AGREED


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """A record as it shows now. `values` has every set field by name (interim values)."""

    id: RecordId
    kind: Kind
    stamp: Stamp
    author: OfficerId
    standing: Standing
    edited: bool
    values: Mapping[str, Value] = field(default_factory=dict)

    def text(self, name: str) -> str:
        """A field as text; empty when not set."""
        value = self.values.get(name)
        return "" if value is None else str(value)

    def number(self, name: str) -> int | None:
        """A field as a number; None when not set."""
        value = self.values.get(name)
        return value if isinstance(value, int) else None


def read(tx: Connection, kind: Kind, record: int) -> Record | None:
    """One record, or None."""
    return next(iter(select(tx, kind, "id = ?", (record,))), None)


def select(
    tx: Connection, kind: Kind, where: str = "1", parameters: Sequence[object] = (), tail: str = ""
) -> list[Record]:
    """Records of a kind by a condition on its columns; `tail` holds ORDER BY and LIMIT.

    `where` and `tail` are the stores' own SQL, never anything a person typed.
    """
    row_type = SCHEMA[kind]
    rows = tx.execute(f"{statements.select(kind)} WHERE {where} {tail}", tuple(parameters))
    return [
        Record(
            id=RecordId(Dot(row[0])),
            kind=kind,
            stamp=Stamp(row[1]),
            author=OfficerId(row[2]),
            standing=Standing(row[3]),
            edited=bool(row[4]),
            values=_values(row_type, row),
        )
        for row in rows
    ]


def changes_of(tx: Connection, kind: int, record: int) -> list[Change]:
    """Every change of a record in dot order; an unedited record's creating change is rebuilt.

    A change that calls the record another kind than `kind` is kept in history but is none of these.
    """
    found = [
        change
        for (_, payload) in tx.execute(
            "SELECT dot, payload FROM history WHERE record = ?1 "
            "UNION SELECT dot, payload FROM history_loaded WHERE record = ?1 ORDER BY dot",
            (record,),
        )
        if (change := wire.unpack_change(payload)).kind == kind
    ]
    if any(change.creates for change in found):
        return found
    created = _rebuild(tx, kind, record)
    return [created, *found] if created is not None else found


def created_between(tx: Connection, kind: Kind, first: int, last: int) -> list[Change]:
    """The creating changes of unedited records with ids from `first` to `last`, by id.

    Of these records nothing else was said, unless they have history.
    """
    return _created(tx, SCHEMA[kind], first, last)


def views_of(tx: Connection, kind: int, record: int) -> dict[int, FieldView]:
    """Every field's view with its siblings: what a side-by-side page and an edit form need."""
    entries = collect(changes_of(tx, kind, record))
    return view_record(kind, RecordId(Dot(record)), entries, refused_of(tx, record))


def context_of(tx: Connection, kind: int, record: int) -> dict[int, tuple[Dot, ...]]:
    """The contexts a form must carry for whoever edits this record now, SEEN included."""
    entries, refused = collect(changes_of(tx, kind, record)), refused_of(tx, record)
    views = view_record(kind, RecordId(Dot(record)), entries, refused)
    return {number: view.dots for number, view in views.items()} | {SEEN: frontier(entries, refused)}


def refused_of(tx: Connection, record: int) -> frozenset[Dot]:
    """The refused dots of one record."""
    return frozenset(Dot(dot) for (dot,) in tx.execute("SELECT dot FROM refused WHERE record = ?", (record,)))


def apply(tx: Connection, change: Change) -> Applied:
    """Apply one change. The caller holds the transaction, and has judged ownership."""
    row_type = record_type(change.kind)
    if tx.execute("SELECT 1 FROM purged WHERE record = ?", (change.record,)).fetchone():
        return Applied(change=change, effect=Effect.PURGED)
    attached = change.fields.get(_ATTACHED) if change.kind == Kind.ATTACHMENT and change.creates else None
    if photos.any_purged(tx, (attached,)):
        purge(tx, change.record)
        return Applied(change=change, effect=Effect.PURGED)
    # Without an owner it may not show: it is kept in history and waits, rather than being lost.
    row = plain(row_type, change) if row_type is not None and change.creates else None
    if row is not None and not tx.execute("SELECT 1 FROM refused WHERE dot = ?", (change.dot,)).fetchone():
        assert row_type is not None  # it has a row
        return _insert(tx, row_type, change, row)
    if _known(tx, change):
        return Applied(change=change, effect=Effect.REPEATED)
    _materialise(tx, change.kind, change.record)
    _remember(tx, change)
    if row_type is None:
        return Applied(change=change, effect=Effect.KEPT)
    return _renew(tx, row_type, change)


def apply_table(tx: Connection, table: ChangeTable) -> bool:
    """Insert a whole column table of creating changes of an insert-only kind, fast.

    Returns False when the table is not of that sort; nothing was done and `apply` must be used.
    """
    row_type = record_type(table.kind)
    if row_type is None or not row_type.insert_only or not table.creates or not table.dots:
        return False
    if row_type.kind in _ACTS or not all(number in numbers_of(row_type) for number in table.columns):
        return False
    if None in table.columns.get(OWNER, [None]):
        return False
    run = (min(table.dots), max(table.dots))
    if tx.execute("SELECT 1 FROM purged WHERE record BETWEEN ? AND ? LIMIT 1", run).fetchone():
        return False
    if row_type.kind is Kind.ATTACHMENT and photos.any_purged(tx, table.columns.get(_ATTACHED, ())):
        return False
    numbers = tuple(f.number for f in row_type.fields if f.number in table.columns)
    columns = [
        to_columns(field_type, table.columns[number])
        for number, field_type in ((f.number, f.type) for f in row_type.fields)
        if number in table.columns
    ]
    # Binding a value costs as much as storing it: columns that are not set are left out.
    tx.executemany(
        statements.insert_columns(row_type.kind, numbers),
        zip(table.dots, table.stamps, table.authors, *columns, strict=True),
    )
    waiting = tx.execute(
        "SELECT record FROM history WHERE record BETWEEN ?1 AND ?2 "
        "UNION SELECT dot FROM refused WHERE dot BETWEEN ?1 AND ?2",
        run,
    ).fetchall()
    ours = frozenset(table.dots) if waiting else frozenset()  # other kinds' records lie between our dots
    for (record,) in waiting:
        if record in ours:
            _materialise(tx, row_type.kind, record)
            _write(tx, row_type, record)
    return True


def is_known(tx: Connection, change: Change) -> bool:
    """Whether this very change was applied here before."""
    return _known(tx, change)


def refuse(tx: Connection, *, dot: Dot, record: RecordId, kind: int, reason: str) -> Standing:
    """Take a change and its contexts out of the record's set; returns the standing after."""
    tx.execute("INSERT OR IGNORE INTO refused (dot, record, reason) VALUES (?, ?, ?)", (dot, record, reason))
    row_type = record_type(kind)
    if row_type is None:
        return Standing.AGREED
    _materialise(tx, kind, record)
    return _write(tx, row_type, record) or Standing.AGREED


def purge(tx: Connection, record: int, kinds: Iterable[RecordType] = tuple(SCHEMA.values())) -> None:
    """Erase a record and what is attached to it, leaving only ids so that nothing resurrects them."""
    going: list[int] = [record]
    while going:
        each = going.pop()
        going += photos.attached_to(tx, each)
        tx.execute("INSERT OR IGNORE INTO purged (record) VALUES (?)", (each,))
        forget(tx, each, kinds)


def forget(tx: Connection, record: int, kinds: Iterable[RecordType] = tuple(SCHEMA.values())) -> None:
    """Drop a record that left this replica's scope; it may come back whole."""
    tx.execute("DELETE FROM history WHERE record = ?", (record,))
    tx.execute("DELETE FROM history_loaded WHERE record = ?", (record,))
    for row_type in kinds:
        tx.execute(f"DELETE FROM {table_of(row_type)} WHERE id = ?", (record,))  # noqa: S608 - schema names


def write_again(tx: Connection, kind: Kind, record: int) -> None:
    """Set a record's row anew from its history, because this program knows more of the schema than the
    one that wrote it."""
    _write(tx, SCHEMA[kind], record)


# --- the steps ---

_HEAD = 5  # id, stamp, author, standing, edited stand before the fields
_ATTACHED = field_by_name(Kind.ATTACHMENT, "of").number
_ACTS = frozenset({Kind.TOMBSTONE, Kind.REFUSED_CHANGE})
"""Kinds whose arrival does something to another record: never on the fast path."""


def _insert(tx: Connection, row_type: RecordType, change: Change, row: Row) -> Applied:
    if not tx.execute(statements.insert(row_type.kind), row).rowcount:
        return Applied(change=change, effect=Effect.REPEATED)
    _act(tx, row_type.kind, change)
    if tx.execute("SELECT 1 FROM history WHERE record = ? LIMIT 1", (change.record,)).fetchone():
        _materialise(tx, row_type.kind, change.record)  # edits were waiting for this
        after = _write(tx, row_type, change.record)
        return Applied(change=change, effect=Effect.APPLIED, after=after or Standing.AGREED)
    return Applied(change=change, effect=Effect.APPLIED)


def _act(tx: Connection, kind: Kind, change: Change) -> None:
    """Carry out what a tombstone or a refusal says about another record."""
    if kind is Kind.TOMBSTONE:
        purge(tx, _dot(change, 3))
    elif kind is Kind.REFUSED_CHANGE:
        record = RecordId(_dot(change, 4))
        refuse(
            tx,
            dot=_dot(change, 3),
            record=record,
            kind=_kind_of(tx, record),
            reason=str(change.fields.get(5)),
        )


def _dot(change: Change, number: int) -> Dot:
    value = change.fields.get(number)
    return Dot(value if isinstance(value, int) else 0)


def _kind_of(tx: Connection, record: int) -> int:
    """The kind of a record whose creating change is here; 0 when it is not."""
    payload = _kept(tx, record, record)
    if payload is not None:
        return wire.unpack_change(payload).kind
    for row_type in SCHEMA.values():
        if tx.execute(f"SELECT 1 FROM {table_of(row_type)} WHERE id = ?", (record,)).fetchone():  # noqa: S608 - schema names
            return row_type.kind
    return 0


def _known(tx: Connection, change: Change) -> bool:
    if _kept(tx, change.record, change.dot) is not None:
        return True
    return change.creates and _rebuild(tx, change.kind, change.record) == change


def _kept(tx: Connection, record: int, dot: int) -> bytes | None:
    """A change as kept, or None."""
    row = tx.execute(
        "SELECT payload FROM history WHERE record = ?1 AND dot = ?2 "
        "UNION ALL SELECT payload FROM history_loaded WHERE record = ?1 AND dot = ?2",
        (record, dot),
    ).fetchone()
    return None if row is None else bytes(row[0])


def has_history(tx: Connection, record: int) -> bool:
    """Whether any change of a record is kept; else its row is all there is."""
    row = tx.execute(
        "SELECT 1 FROM history WHERE record = ?1 UNION ALL SELECT 1 FROM history_loaded WHERE record = ?1",
        (record,),
    ).fetchone()
    return row is not None


def _remember(tx: Connection, change: Change) -> None:
    tx.execute(
        "INSERT OR IGNORE INTO history (record, dot, payload) VALUES (?, ?, ?)",
        (change.record, change.dot, wire.pack_change(change)),
    )


def _rebuild(tx: Connection, kind: int, record: int) -> Change | None:
    """The creating change of an unedited record, from its row. Right only where none is kept."""
    row_type = record_type(kind)
    return next(iter(_created(tx, row_type, record, record)), None) if row_type is not None else None


def _created(tx: Connection, row_type: RecordType, first: int, last: int) -> list[Change]:
    rows = tx.execute(
        f"{statements.select(row_type.kind)} WHERE id BETWEEN ? AND ? AND NOT edited ORDER BY id",
        (first, last),
    )
    return [
        created_from(
            row_type,
            Head(record=RecordId(Dot(row[0])), stamp=Stamp(row[1]), author=OfficerId(row[2])),
            _values(row_type, row),
            read_extra(row[-1]),
        )
        for row in rows
    ]


def _values(row_type: RecordType, row: Row) -> dict[str, Value]:
    """Every set field by name, from a row as `statements.select` reads it."""
    return {
        f.name: from_column(f, column)
        for f, column in zip(row_type.fields, row[_HEAD:-1], strict=True)
        if column is not None
    }


def _materialise(tx: Connection, kind: int, record: int) -> None:
    if _kept(tx, record, record) is None:
        created = _rebuild(tx, kind, record)
        if created is not None:
            _remember(tx, created)


def _renew(tx: Connection, row_type: RecordType, change: Change) -> Applied:
    row = tx.execute(
        f"SELECT standing FROM {table_of(row_type)} WHERE id = ?",  # noqa: S608 - schema names
        (change.record,),
    ).fetchone()
    before = Standing(row[0]) if row else Standing.AGREED
    after = _write(tx, row_type, change.record)
    if after is None:
        return Applied(change=change, effect=Effect.WAITING, before=before)
    return Applied(change=change, effect=Effect.APPLIED, before=before, after=after)


def _write(tx: Connection, row_type: RecordType, record: int) -> Standing | None:
    """Set a record's row to what merge says of its history; None when it may not show (yet)."""
    row = shown(row_type, record, changes_of(tx, row_type.kind, record), refused_of(tx, record))
    if row is None:
        tx.execute(f"DELETE FROM {table_of(row_type)} WHERE id = ?", (record,))  # noqa: S608 - schema names
        return None
    tx.execute(statements.replace(row_type.kind), row)
    return Standing(row[3])
