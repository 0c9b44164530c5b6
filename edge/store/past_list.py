"""The list of yesterday, or one that was never finished: let go bit by bit, so that nobody waits.

Invariant: what other scopes hold, and what this node made, stays. Must not know: how a list is made.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Literal

from edge.store.next_list import SWAPPED
from shared.database import Connection
from shared.ids import node_of_dot
from shared.ledger import records

PAST: Final = "past"
NEXT: Final = "next"
Which = Literal["past", "next"]

_WHOLE_KEYS: Final = {
    "watch_key": "key, alert",
    "held": "record, scope",
    "history_loaded": "record, dot",
    "wanted_key": "key, entry",
}
"""Where the first column alone does not tell one row: hundreds of persons share a key."""


def let_go(tx: Connection, scope: str, *, nodes: Sequence[int], count: int) -> list[int] | None:
    """Forget some of the records that the scope held once and nobody holds now; the records forgotten.

    None when there are no more to look at. Whoever was looked at is taken off the past list.
    """
    rows = tx.execute("SELECT record, scope FROM past_held ORDER BY record LIMIT ?", (count,)).fetchall()
    if not rows:
        return None
    gone = [record for record, name in rows if name == scope and not _stays(tx, record, nodes)]
    for record in gone:
        records.forget(tx, record)
    tx.execute("DELETE FROM past_held WHERE record < ?", (rows[-1][0],))
    tx.execute("DELETE FROM past_held WHERE record = ? AND scope <= ?", rows[-1])
    return gone


def _stays(tx: Connection, record: int, nodes: Sequence[int]) -> bool:
    if node_of_dot(record) in nodes:
        return True
    row = tx.execute(
        "SELECT 1 FROM held WHERE record = ?1 UNION ALL SELECT 1 FROM alert_record WHERE id = ?1", (record,)
    ).fetchone()
    return row is not None


def is_there(tx: Connection, table: str) -> bool:
    found = tx.execute("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?", (table,)).fetchone()
    return found is not None


def clear(tx: Connection, which: Which, *, count: int) -> bool:
    """Empty and drop the tables, some rows at a time; returns whether any are left."""
    for table, key in SWAPPED.items():
        name = f"{which}_{table}"
        if is_there(tx, name):
            _clear_some(tx, name, _WHOLE_KEYS.get(table, key), count)
            return True
    return any(
        tx.execute(f"DELETE FROM {table} WHERE bucket = (SELECT min(bucket) FROM {table})").rowcount  # noqa: S608 — our own names
        for table in ("load_run", "load_person")
    )


def _clear_some(tx: Connection, table: str, key: str, count: int) -> None:
    row = tx.execute(f"SELECT {key} FROM {table} ORDER BY {key} LIMIT 1 OFFSET ?", (count,)).fetchone()  # noqa: S608 — our own names
    if row is None:
        tx.execute(f"DROP TABLE {table}")
    else:
        marks = ",".join("?" * len(row))
        tx.execute(f"DELETE FROM {table} WHERE ({key}) < ({marks})", row)  # noqa: S608 — our own names


def forget_touched(tx: Connection) -> None:
    """Nothing that moved need be carried over any more."""
    tx.execute("DELETE FROM load_touched")
