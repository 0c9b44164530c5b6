"""The list to come, in tables of its own beside today's, in the same file; and the switch to it.

Job: `next_…` twins of the tables that make up the list: alerts, what they are found by, which scopes
hold what, and the changes a snapshot brought. Nobody reads them before the switch renames them, all in
one transaction; what was today's is then called `past_…`.
Invariants
* Whatever moves in today's list meanwhile is noted by trigger and carried over before the switch.
* An index keeps its name when its table takes another: the twins' have a number behind it.
Must not know: where records come from, how they merge.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from edge.store import filed_keys
from edge.store.watch import Wanted, pack_keys, unpack_keys
from shared.change import Change
from shared.clock import Stamp
from shared.database import Connection
from shared.ids import Dot, OfficerId, RecordId, feed_of_dot, lane_of_feed, node_of_dot, seq_of_dot
from shared.ledger import statements
from shared.ledger.columns import from_column
from shared.ledger.person_index import VERSION, PersonIndex
from shared.ledger.person_rows import BUCKET_BITS
from shared.ledger.rows import Head, Row, created_from
from shared.matching.rarity import WORD_BITS
from shared.schema import SCHEMA, Kind

SWAPPED: Final = {
    "alert_record": "id",
    "watched": "alert",
    "watch_key": "key",
    "held": "record",
    "history_loaded": "record",
    "wanted_entry": "entry",
    "wanted_key": "key",
    "wanted_word": "word",
    "wanted_total": "one",
}
"""The tables of the list, and the first column of each one's key."""

ALERT_BUCKETS: Final = 32
"""Parts in which keys are sorted in: a thirty-second of twenty million pairs fits in memory."""
PERSON_BUCKETS: Final = 1 << BUCKET_BITS
WORDS: Final = ALERT_BUCKETS + PERSON_BUCKETS
"""The first of the parts that hold how many persons have each word; they are the last."""
WORD_BUCKETS: Final = 16
BUCKETS: Final = WORDS + WORD_BUCKETS
_BUCKET_SHIFT: Final = 58  # of 63 bits
_WORD_SHIFT: Final = WORD_BITS - WORD_BUCKETS.bit_length() + 1
YEARS: Final = 64
"""Parts in which persons are filed, by birth."""
_DAYS_A_PART: Final = 730

WANTED: Final = PersonIndex("next_wanted")
"""Who is on the list to come."""

PAIR: Final = struct.Struct(">qq")
"""A key and the alert it finds, so that bytes sort as the numbers do."""

Watched = tuple[int, bytes, int | None]
"""An alert that can match: its id, its keys packed, when it expires."""

_WATCHED: Final = (  # table, what happens to it, the record it is about
    ("alert_record", "INSERT", "NEW.id"),
    ("alert_record", "UPDATE", "NEW.id"),
    ("alert_record", "DELETE", "OLD.id"),
    ("held", "INSERT", "NEW.record"),
    ("held", "DELETE", "OLD.record"),
    ("history", "INSERT", "NEW.record"),
    ("refused", "INSERT", "NEW.record"),
    ("purged", "INSERT", "NEW.record"),
)
_ALERT: Final = SCHEMA[Kind.ALERT]
_REPLACE_ALERT: Final = statements.replace(Kind.ALERT, into="next_alert_record")


def make(tx: Connection, *, keys_version: int) -> None:
    """Empty twins for keys of this version, and triggers that note what moves in today's list."""
    filed_keys.note(tx, filed_keys.NEXT, keys_version)
    for table in SWAPPED:
        tx.execute(_twin_of(tx, table))
    for name, sql in tx.execute(_INDEXES).fetchall():
        base = re.sub(r"_\d+$", "", name)
        number = 1 + max(_numbers_of(tx, base), default=0)
        twin, made = re.subn(
            r'^CREATE INDEX\s+"?\w+"? ON "?(\w+)"?', rf"CREATE INDEX {base}_{number} ON next_\1", sql
        )
        assert made  # SQLite keeps the statement as it was given
        tx.execute(twin)
    tx.execute("INSERT INTO next_wanted_total (one, persons, version) VALUES (1, 0, ?)", (VERSION,))
    for table, event, record in _WATCHED:
        tx.execute(
            f"CREATE TRIGGER load_{table}_{event.lower()} AFTER {event} ON {table} BEGIN "  # noqa: S608 — our own names
            f"INSERT INTO load_touched SELECT {record} WHERE NOT EXISTS "
            f"(SELECT 1 FROM load_touched WHERE record = {record}); END"
        )


def is_current(tx: Connection, *, keys_version: int) -> bool:
    """Whether the twins are made as today's tables are, by the same keys: an upgrade in between may have
    changed those."""
    same = all(_sql_of(tx, f"next_{table}") == _twin_of(tx, table) for table in SWAPPED)
    by_these_keys = filed_keys.version(tx, filed_keys.NEXT) == keys_version
    return same and by_these_keys and WANTED.is_current(tx)


_INDEXES: Final = (
    "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL "  # noqa: S608 — our own names
    f"AND tbl_name IN ({', '.join(repr(table) for table in SWAPPED)})"
)


def _numbers_of(tx: Connection, base: str) -> list[int]:
    """The numbers that indexes of this name have."""
    names = tx.execute("SELECT name FROM sqlite_master WHERE type = 'index'").fetchall()
    found = (re.fullmatch(rf"{base}_(\d+)", name) for (name,) in names)
    return [int(each[1]) for each in found if each is not None]


def _twin_of(tx: Connection, table: str) -> str:
    made = re.sub(rf'^CREATE TABLE\s+"?{table}"?', f"CREATE TABLE next_{table}", _sql_of(tx, table))
    assert made.startswith(f"CREATE TABLE next_{table}")  # SQLite keeps the statement as it was given
    return made


def _sql_of(tx: Connection, table: str) -> str:
    row = tx.execute("SELECT sql FROM sqlite_master WHERE type = 'table' AND name = ?", (table,)).fetchone()
    return "" if row is None else str(row[0])


# --- what a block brings ---


def excluded(tx: Connection, first: int, last: int) -> frozenset[int]:
    """The records of a run that were purged here, or whose creation the hub refused."""
    rows = tx.execute(
        "SELECT record FROM purged WHERE record BETWEEN ?1 AND ?2 "
        "UNION SELECT dot FROM refused WHERE dot BETWEEN ?1 AND ?2",
        (first, last),
    )
    return frozenset(record for (record,) in rows)


def refused(tx: Connection, first: int, last: int) -> list[int]:
    """The records of a run of which something was refused or erased here."""
    rows = tx.execute(
        "SELECT record FROM refused WHERE record BETWEEN ?1 AND ?2 "
        "UNION SELECT record FROM purged WHERE record BETWEEN ?1 AND ?2",
        (first, last),
    )
    return [record for (record,) in rows]


def add_plain(tx: Connection, numbers: tuple[int, ...], rows: Sequence[Row]) -> None:
    """Alerts of which a row says all: id, stamp, author, these fields."""
    tx.executemany(statements.insert_columns(Kind.ALERT, numbers, into="next_alert_record"), rows)


def add(tx: Connection, rows: Iterable[Row]) -> None:
    """Alerts as merge has them."""
    tx.executemany(_REPLACE_ALERT, rows)


def watch(tx: Connection, watched: Iterable[Watched]) -> None:
    """Alerts that can match."""
    tx.executemany("INSERT OR REPLACE INTO next_watched (alert, keys, expires) VALUES (?, ?, ?)", watched)


def hold(tx: Connection, records: Iterable[int], scope: str) -> None:
    tx.executemany(
        "INSERT OR IGNORE INTO next_held (record, scope) VALUES (?, ?)", [(each, scope) for each in records]
    )


def remember(tx: Connection, changes: Iterable[tuple[int, int, bytes]]) -> None:
    """Changes (record, dot, payload) that no row alone can tell."""
    tx.executemany(
        "INSERT OR IGNORE INTO next_history_loaded (record, dot, payload) VALUES (?, ?, ?)", changes
    )


def bucket_of(key: int) -> int:
    return key >> _BUCKET_SHIFT


def word_part(word: int) -> int:
    """The part of a word, by its number."""
    return WORDS + (word >> _WORD_SHIFT)


def keep_run(tx: Connection, block: int, parts: Iterable[tuple[int, bytes]]) -> None:
    """What one step has for each part of the keys, until they are sorted in."""
    tx.executemany(
        "INSERT OR REPLACE INTO load_run (bucket, block, pairs) VALUES (?, ?, ?)",
        [(bucket, block, pairs) for bucket, pairs in parts],
    )


def run_of(tx: Connection, bucket: int) -> list[bytes]:
    """What all steps have for one part."""
    rows = tx.execute("SELECT pairs FROM load_run WHERE bucket = ? ORDER BY block", (bucket,))
    return [part for (part,) in rows]


def add_keys(tx: Connection, pairs: Iterable[tuple[int, int]]) -> None:
    tx.executemany("INSERT OR IGNORE INTO next_watch_key (key, alert) VALUES (?, ?)", pairs)


def drop_run(tx: Connection, bucket: int) -> None:
    tx.execute("DELETE FROM load_run WHERE bucket = ?", (bucket,))


def years_of(birth: int | None) -> int:
    """The part of a birth date: the first holds the undated, the last whatever is no plain day."""
    return 0 if birth is None else max(1, min(YEARS - 1, birth // _DAYS_A_PART + 1))


def keep_persons(tx: Connection, block: int, parts: Iterable[tuple[int, bytes]]) -> None:
    """The persons of one block by part, until they are filed."""
    tx.executemany(
        "INSERT OR REPLACE INTO load_person (bucket, block, persons) VALUES (?, ?, ?)",
        [(bucket, block, persons) for bucket, persons in parts],
    )


def persons_of(tx: Connection, bucket: int, block: int) -> Iterator[tuple[int, bytes]]:
    """(block, persons) of one part, from `block` on."""
    yield from tx.execute(
        "SELECT block, persons FROM load_person WHERE bucket = ? AND block >= ? ORDER BY block",
        (bucket, block),
    )


def drop_persons(tx: Connection, bucket: int, before: int) -> None:
    tx.execute("DELETE FROM load_person WHERE bucket = ? AND block < ?", (bucket, before))


# --- what today's list has besides ---


def upto(tx: Connection, table: str, after: int, count: int) -> int | None:
    """The last of the next `count` records of a table; None where there are none."""
    key = SWAPPED.get(table, "record")
    (last,) = tx.execute(
        f"SELECT max({key}) FROM (SELECT {key} FROM {table} WHERE {key} > ? ORDER BY {key} LIMIT ?)",  # noqa: S608 — our own names
        (after, count),
    ).fetchone()
    return None if last is None else int(last)


def carry_held(tx: Connection, after: int, last: int, *, scope: str) -> None:
    """Keep what other scopes than the snapshot's hold."""
    tx.execute(
        "INSERT OR IGNORE INTO next_held SELECT record, scope FROM held "
        "WHERE record > ? AND record <= ? AND scope <> ?",
        (after, last, scope),
    )


def missing(tx: Connection, after: int, last: int) -> list[int]:
    """Alerts of today's list that the one to come has not."""
    rows = tx.execute(
        "SELECT id FROM alert_record a WHERE id > ? AND id <= ? "
        "AND NOT EXISTS (SELECT 1 FROM next_alert_record n WHERE n.id = a.id)",
        (after, last),
    )
    return [record for (record,) in rows]


def edited(tx: Connection, table: str, after: int, last: int) -> list[int]:
    """Alerts of the list to come of which today's has a change that it lacks."""
    rows = tx.execute(
        f"SELECT DISTINCT record FROM {table} h WHERE record > ? AND record <= ? AND dot <> record "  # noqa: S608 — our own names
        "AND EXISTS (SELECT 1 FROM next_alert_record n WHERE n.id = h.record) AND NOT EXISTS "
        "(SELECT 1 FROM next_history_loaded l WHERE l.record = h.record AND l.dot = h.dot)",
        (after, last),
    )
    return [record for (record,) in rows]


def touched(tx: Connection, count: int) -> list[int]:
    """Some of the records that moved in today's list meanwhile."""
    rows = tx.execute("SELECT record FROM load_touched ORDER BY record LIMIT ?", (count,))
    return [record for (record,) in rows]


def settled(tx: Connection, record: int) -> None:
    tx.execute("DELETE FROM load_touched WHERE record = ?", (record,))


def touch(tx: Connection, record: int) -> None:
    """Have a record looked at before the switch."""
    tx.execute("INSERT OR IGNORE INTO load_touched (record) VALUES (?)", (record,))


# --- one record, on both sides ---


def payloads_of(tx: Connection, record: int) -> list[bytes]:
    """The changes of a record that the list to come has kept."""
    rows = tx.execute("SELECT payload FROM next_history_loaded WHERE record = ? ORDER BY dot", (record,))
    return [payload for (payload,) in rows]


def created(tx: Connection, record: int) -> Change | None:
    """The creating change of an unedited alert of the list to come, from its row."""
    names = ", ".join(f'"{f.name}"' for f in _ALERT.fields)
    row = tx.execute(
        f"SELECT stamp, author, {names} FROM next_alert_record WHERE id = ? AND edited = 0",  # noqa: S608 - schema names
        (record,),
    ).fetchone()
    if row is None:
        return None
    cells = zip(_ALERT.fields, row[2:], strict=True)
    values = {f.name: from_column(f, cell) for f, cell in cells if cell is not None}
    head = Head(record=RecordId(Dot(record)), stamp=Stamp(row[0]), author=OfficerId(row[1]))
    return created_from(_ALERT, head, values, {})


def holders(tx: Connection, record: int, *, scope: str, keeps_all: bool) -> frozenset[str]:
    """Who holds a record in the list to come: the snapshot's scope as it says, the others as today."""
    rows = tx.execute(
        "SELECT scope FROM next_held WHERE record = ?1 AND scope = ?2 "
        "UNION SELECT scope FROM held WHERE record = ?1 AND (scope <> ?2 OR ?3)",
        (record, scope, int(keeps_all)),
    )
    return frozenset(name for (name,) in rows)


def set_holders(tx: Connection, record: int, names: Iterable[str]) -> None:
    tx.execute("DELETE FROM next_held WHERE record = ?", (record,))
    tx.executemany("INSERT INTO next_held (record, scope) VALUES (?, ?)", [(record, name) for name in names])


def is_purged(tx: Connection, record: int) -> bool:
    return tx.execute("SELECT 1 FROM purged WHERE record = ?", (record,)).fetchone() is not None


def put(tx: Connection, record: int, row: Row | None, wanted: Wanted | None) -> None:
    """Set one alert of the list to come: its row and what it is found by, or neither."""
    found = tx.execute("SELECT keys FROM next_watched WHERE alert = ?", (record,)).fetchone()
    old = unpack_keys(found[0]) if found is not None else []
    tx.executemany("DELETE FROM next_watch_key WHERE key = ? AND alert = ?", [(key, record) for key in old])
    tx.execute("DELETE FROM next_watched WHERE alert = ?", (record,))
    WANTED.put(tx, record, wanted.person if wanted is not None else None)
    if row is None:
        tx.execute("DELETE FROM next_alert_record WHERE id = ?", (record,))
        return
    add(tx, [row])
    if wanted is not None:
        watch(tx, [(record, pack_keys(wanted.keys), wanted.expires)])
        add_keys(tx, [(key, record) for key in wanted.keys])


def forget(tx: Connection, record: int) -> None:
    """Leave a record out of the list to come."""
    put(tx, record, None, None)
    tx.execute("DELETE FROM next_history_loaded WHERE record = ?", (record,))


def is_unsettled(tx: Connection, dots: Iterable[Dot], *, node: int) -> bool:
    """Whether the hub has not acknowledged one of these changes of our own."""
    acked = dict(tx.execute("SELECT lane, acked_seq FROM own_head").fetchall())
    own = [dot for dot in dots if node_of_dot(dot) == node]
    return any(seq_of_dot(dot) > acked[lane_of_feed(feed_of_dot(dot))] for dot in own)


# --- the switch ---


def stop_noting(tx: Connection) -> None:
    """Take the triggers off today's tables."""
    for table, event, _ in _WATCHED:
        tx.execute(f"DROP TRIGGER IF EXISTS load_{table}_{event.lower()}")


def switch(tx: Connection) -> None:
    """The list to come becomes today's, today's the past one."""
    stop_noting(tx)
    for table in SWAPPED:
        tx.execute(f"ALTER TABLE {table} RENAME TO past_{table}")
        tx.execute(f"ALTER TABLE next_{table} RENAME TO {table}")
