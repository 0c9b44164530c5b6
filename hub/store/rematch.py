"""What has yet to be matched again, and how far that has come.

Job: keep a queue of ranges of records. The indexer adds a range in the transaction that makes it findable, so
of any two records whichever became findable later is asked about when both are.
Invariant: `record` and `other` of a range say up to where it is done; they move in the transaction that keeps
what was found, and a range leaves when it is done. Must not know: what is found, who is told.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from shared.database import Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A range of records base … top. All below `record` are done, and of `record` all below `other`."""

    id: int
    base: int
    top: int
    record: int
    other: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """How far a range has come now; `done` takes it out."""

    id: int
    record: int = 0
    other: int = 0
    done: bool = False


def queue(tx: Connection, ranges: Iterable[tuple[int, int]], *, at_ms: int) -> None:
    """Add ranges that the search has just taken in."""
    tx.executemany(
        "INSERT INTO to_rematch (base, top, at_ms) VALUES (?, ?, ?)",
        [(base, top, at_ms) for base, top in ranges],
    )


def due(tx: Connection, limit: int) -> list[Due]:
    """The oldest ranges."""
    rows = tx.execute("SELECT id, base, top, record, other FROM to_rematch ORDER BY id LIMIT ?", (limit,))
    return [Due(id=row[0], base=row[1], top=row[2], record=row[3], other=row[4]) for row in rows]


def move(tx: Connection, moves: Iterable[Move]) -> None:
    """Note how far the ranges have come."""
    for each in moves:
        if each.done:
            tx.execute("DELETE FROM to_rematch WHERE id = ?", (each.id,))
        else:
            tx.execute(
                "UPDATE to_rematch SET record = ?, other = ? WHERE id = ?", (each.record, each.other, each.id)
            )


def behind_s(tx: Connection, *, now_ms: int) -> int:
    """How long the oldest range that has yet to be asked about has been findable, in seconds."""
    row = tx.execute("SELECT at_ms FROM to_rematch ORDER BY id LIMIT 1").fetchone()
    return 0 if row is None else max(0, (now_ms - int(row[0])) // 1000)
