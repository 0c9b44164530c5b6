"""Tables made from the schema, and values on their way into columns and back.

Job: be the one place that knows how a record lies in SQLite. Every kind has a STRICT table
`<kind>_record`: its id, the stamp and author of its creation, its standing, and one column a
field holding the *interim* value. Fields a newer peer declared are kept in `extra`.

    history   every change of a record that has been edited, or whose kind is edited as a rule;
              an insert-only record nobody touched has no row here: its dots are its id
    history_loaded  the same, as the last snapshot brought it: read beside `history`, swapped whole
    refused   the dots the hub refused, with the reason
    log       this machine's own changes, append-only
    sealed    the bundles cut from the log, append-only but for their envelope
    audit     chained lines, append-only
    meta      small named numbers and bytes (clock, marks)

Invariant: the append-only tables refuse UPDATE and DELETE by trigger, but for pruning below a
mark that was set first. Must not know: merge rules, wire, who calls.
"""

from __future__ import annotations

import sqlite_utils
from sqlite_utils.migrations import Migrations

from shared import wire
from shared.change import Value
from shared.ledger.columns import COLUMN_TYPES
from shared.schema import SCHEMA, RecordType

migrations = Migrations("ledger")


def table_of(row: RecordType) -> str:
    """The SQL name of a kind's table (`check` alone is a keyword)."""
    return f"{row.name}_record"


@migrations()
def m001_records(db: sqlite_utils.Database) -> None:
    for row in SCHEMA.values():
        columns: dict[str, object] = {"id": int, "stamp": int, "author": int, "standing": int, "edited": int}
        columns |= {field.name: COLUMN_TYPES[field.type] for field in row.fields}
        columns["extra"] = bytes
        db.table(table_of(row)).create(
            columns,
            pk="id",
            not_null={"stamp", "author", "standing", "edited", "owner"},
            defaults={"standing": 0, "edited": 0},
            strict=True,
        )


_APPEND_ONLY = """
CREATE TRIGGER {table}_no_update BEFORE UPDATE {of} ON {table}
BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END;
CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table}
WHEN OLD.{key} > coalesce((SELECT number FROM meta WHERE name = '{table}_pruned_to'), 0)
BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END;
"""


@migrations()
def m002_log(db: sqlite_utils.Database) -> None:
    for sql in (
        """CREATE TABLE meta (name TEXT PRIMARY KEY, number INTEGER, bytes BLOB, text TEXT) STRICT""",
        """CREATE TABLE history (
            record INTEGER NOT NULL, dot INTEGER NOT NULL, payload BLOB NOT NULL,
            PRIMARY KEY (record, dot)) STRICT, WITHOUT ROWID""",
        """CREATE TABLE refused (
            dot INTEGER PRIMARY KEY, record INTEGER NOT NULL, reason TEXT NOT NULL) STRICT""",
        """CREATE INDEX refused_record ON refused (record)""",
        """CREATE TABLE purged (record INTEGER PRIMARY KEY) STRICT""",
        """CREATE TABLE own_head (
            lane INTEGER PRIMARY KEY CHECK (lane IN (0, 1, 2)),
            seq INTEGER NOT NULL, cut_seq INTEGER NOT NULL, chain BLOB NOT NULL,
            acked_seq INTEGER NOT NULL CHECK (acked_seq <= cut_seq)) STRICT""",
        """CREATE TABLE log (
            dot INTEGER PRIMARY KEY, record INTEGER NOT NULL, logged_ms INTEGER NOT NULL,
            payload BLOB NOT NULL) STRICT""",
        """CREATE TABLE sealed (
            id INTEGER PRIMARY KEY,
            feed INTEGER NOT NULL, first INTEGER NOT NULL, count INTEGER NOT NULL,
            before BLOB NOT NULL, body BLOB NOT NULL,
            prekey INTEGER NOT NULL, raw BLOB NOT NULL, cut_ms INTEGER NOT NULL,
            refused_code TEXT,
            UNIQUE (feed, first)) STRICT""",
        """CREATE TABLE audit (
            number INTEGER PRIMARY KEY, at_ms INTEGER NOT NULL, officer INTEGER NOT NULL,
            device TEXT NOT NULL, action TEXT NOT NULL, record INTEGER, purpose TEXT, reference TEXT,
            detail TEXT, chain BLOB NOT NULL) STRICT""",
    ):
        db.execute(sql)
    rules = (
        _APPEND_ONLY.format(table="log", key="dot", of="")
        + _APPEND_ONLY.format(table="audit", key="number", of="")
        + _APPEND_ONLY.format(table="sealed", key="id", of="OF feed, first, count, before, body")
    )
    for trigger in rules.split("END;"):
        if trigger.strip():
            db.execute(trigger + "END;")


@migrations()
def m003_photos(db: sqlite_utils.Database) -> None:
    """What is attached to a record is found by it, and by the photo it is a piece of."""
    db.execute('CREATE INDEX attachment_of ON attachment_record ("of", owner, digest)')


@migrations()
def m003_snapshot(db: sqlite_utils.Database) -> None:
    db.execute(
        """CREATE TABLE history_loaded (
            record INTEGER NOT NULL, dot INTEGER NOT NULL, payload BLOB NOT NULL,
            PRIMARY KEY (record, dot)) STRICT, WITHOUT ROWID"""
    )


def keep_extra(values: dict[int, Value]) -> bytes | None:
    """Pack the fields this version does not know; None where there are none."""
    if not values:
        return None
    return wire.pack([[number, _plain(value)] for number, value in sorted(values.items())])


def read_extra(packed: bytes | None) -> dict[int, Value]:
    """Undo `keep_extra`."""
    if packed is None:
        return {}
    pairs = wire.unpack(packed, max_bytes=len(packed))
    assert isinstance(pairs, list)  # we wrote it
    return {number: tuple(value) if isinstance(value, list) else value for number, value in pairs}


def _plain(value: Value) -> object:
    return list(value) if isinstance(value, tuple) else value
