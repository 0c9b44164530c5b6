"""A file made by an older program, brought to what this one's schema has.

Job: give each kind its table and each field its column; then take over what was kept for them while the
program did not know them: fields out of `extra`, records of a kind out of `history`.
Invariants
* Nothing is dropped: what does not fit the field it now has stays in `extra`.
* Harmless to repeat, and one look at the tables where nothing has grown.
* A file used by a newer program keeps the columns this one does not know.
Must not know: what the fields mean, who is told of records that now show.
"""

from __future__ import annotations

from collections.abc import Mapping

from shared import wire
from shared.change import Value
from shared.database import Connection
from shared.errors import WireError
from shared.ledger import records
from shared.ledger.columns import COLUMN_TYPES, to_column
from shared.ledger.tables import keep_extra, read_extra, table_of
from shared.schema import SCHEMA, Field, RecordType
from shared.wire.values import check_fields

_SQL_TYPES = {str: "TEXT", int: "INTEGER", bytes: "BLOB"}


def has_grown(tx: Connection) -> bool:
    """Whether the schema has something that the file lacks."""
    return any(_lacking(tx, row) for row in SCHEMA.values())


def grow(tx: Connection) -> None:
    """Bring the file up to the schema, within the caller's write transaction."""
    born = [row for row in SCHEMA.values() if not _columns(tx, row)]
    for row in born:
        _create(tx, row)
    for row in SCHEMA.values():
        lacking = _lacking(tx, row)
        for field in lacking:
            column = _SQL_TYPES[COLUMN_TYPES[field.type]]
            tx.execute(f'ALTER TABLE {table_of(row)} ADD COLUMN "{field.name}" {column}')
        if lacking:
            _take_over_fields(tx, row, {field.number: field for field in lacking})
    if born:
        _take_over_kinds(tx, {row.kind: row for row in born})


def _columns(tx: Connection, row: RecordType) -> set[str]:
    return {found[1] for found in tx.execute(f"PRAGMA table_info({table_of(row)})")}


def _lacking(tx: Connection, row: RecordType) -> list[Field]:
    have = _columns(tx, row)
    return [field for field in row.fields if field.name not in have]


def _create(tx: Connection, row: RecordType) -> None:
    """The table as `m001_records` would have made it."""
    fields = ", ".join(
        f'"{field.name}" {_SQL_TYPES[COLUMN_TYPES[field.type]]}{" NOT NULL" if field.name == "owner" else ""}'
        for field in row.fields
    )
    tx.execute(
        f"CREATE TABLE {table_of(row)} (id INTEGER PRIMARY KEY, stamp INTEGER NOT NULL, "
        "author INTEGER NOT NULL, standing INTEGER NOT NULL DEFAULT 0, edited INTEGER NOT NULL DEFAULT 0, "
        f"{fields}, extra BLOB) STRICT"
    )


def _take_over_fields(tx: Connection, row: RecordType, grown: Mapping[int, Field]) -> None:
    kept = tx.execute(f"SELECT id, extra FROM {table_of(row)} WHERE extra IS NOT NULL").fetchall()  # noqa: S608 - schema names
    for record, extra in kept:
        if records.has_history(tx, record):
            records.write_again(tx, row.kind, record)  # the field's own rule may show another sibling
            continue
        fields = read_extra(extra)
        fitting = {n: v for n, v in fields.items() if n in grown and _fits(row.kind, n, v)}
        if fitting:
            names = ", ".join(f'"{grown[number].name}" = ?' for number in fitting)
            rest = {number: value for number, value in fields.items() if number not in fitting}
            tx.execute(
                f"UPDATE {table_of(row)} SET {names}, extra = ? WHERE id = ?",  # noqa: S608 - schema names
                (*(to_column(value) for value in fitting.values()), keep_extra(rest), record),
            )


def _take_over_kinds(tx: Connection, born: Mapping[int, RecordType]) -> None:
    for record, payload in tx.execute("SELECT record, payload FROM history WHERE dot = record").fetchall():
        kind = born.get(wire.unpack_change(payload).kind)
        if kind is not None:
            records.write_again(tx, kind.kind, record)


def _fits(kind: int, number: int, value: Value) -> bool:
    """A peer that called the field something else, or a liar: then it stays where it is."""
    try:
        check_fields(kind, {number: value})
    except WireError:
        return False
    return True
