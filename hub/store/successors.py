"""Which number took whose place, and what ids its records had before.

A node's certificate names every number its device had, so each pair stands here by itself: nothing has to
be followed from row to row. One number may have several successors, where a disk was copied.
Must not know: certificates, what is published.
"""

from __future__ import annotations

from collections.abc import Iterable

from shared.database import Connection
from shared.ids import Node


def note(tx: Connection, node: int, replaced: Iterable[int]) -> None:
    tx.executemany(
        "INSERT OR IGNORE INTO succession (node, replaces) VALUES (?, ?)",
        [(node, each) for each in replaced if each != node],
    )


def of(tx: Connection, node: int) -> tuple[Node, ...]:
    """Every number that took this one's place, at once or by and by."""
    rows = tx.execute("SELECT node FROM succession WHERE replaces = ? ORDER BY node", (node,))
    return tuple(Node(found) for (found,) in rows)


def predecessors(tx: Connection, node: int) -> tuple[Node, ...]:
    """Every number this one took the place of."""
    rows = tx.execute("SELECT replaces FROM succession WHERE node = ? ORDER BY replaces", (node,))
    return tuple(Node(found) for (found,) in rows)


def is_one(tx: Connection, node: int, *, of: int) -> bool:
    row = tx.execute("SELECT 1 FROM succession WHERE node = ? AND replaces = ?", (node, of)).fetchone()
    return row is not None


def everyone(tx: Connection) -> dict[int, tuple[int, ...]]:
    """Successors by number, of all numbers that have any."""
    found: dict[int, tuple[int, ...]] = {}
    for node, replaced in tx.execute("SELECT node, replaces FROM succession ORDER BY node"):
        found[replaced] = (*found.get(replaced, ()), node)
    return found


# --- the ids that records had ---


def note_formerly(tx: Connection, record: int, former: Iterable[tuple[int, bytes]]) -> None:
    tx.executemany(
        "INSERT OR IGNORE INTO formerly (old, record, digest) VALUES (?, ?, ?)",
        [(old, record, digest) for old, digest in former],
    )


def now_called(tx: Connection, old: int) -> tuple[int, ...]:
    """The records that once had this id. There may be several, and another that has it still."""
    rows = tx.execute("SELECT record FROM formerly WHERE old = ? ORDER BY record", (old,))
    return tuple(record for (record,) in rows)


def formerly(tx: Connection, record: int) -> tuple[int, ...]:
    """The ids a record had before, oldest number first."""
    return tuple(old for (old,) in tx.execute("SELECT old FROM formerly WHERE record = ?", (record,)))
