"""What a node has begun to upload: of each lane's stream, the bytes that are not yet a whole bundle.

Must not know: what is in them, who may send.
"""

from __future__ import annotations

from shared.database import Connection
from shared.ids import Lane


def tail(tx: Connection, node: int, lane: Lane) -> bytes:
    """The bytes held of a lane; empty when there are none."""
    row = tx.execute("SELECT tail FROM upload WHERE node = ? AND lane = ?", (node, lane)).fetchone()
    return b"" if row is None else bytes(row[0])


def tails(tx: Connection, node: int) -> list[tuple[Lane, bytes]]:
    """All that is held of a node, urgent first."""
    rows = tx.execute("SELECT lane, tail FROM upload WHERE node = ? ORDER BY lane", (node,))
    return [(Lane(lane), bytes(held)) for lane, held in rows]


def keep(tx: Connection, node: int, lane: Lane, held: bytes, *, at_ms: int) -> None:
    """Put new bytes in the place of those held; no bytes leave no row."""
    if not held:
        tx.execute("DELETE FROM upload WHERE node = ? AND lane = ?", (node, lane))
        return
    tx.execute(
        "INSERT INTO upload (node, lane, tail, at_ms) VALUES (?1, ?2, ?3, ?4) "
        "ON CONFLICT (node, lane) DO UPDATE SET tail = ?3, at_ms = ?4",
        (node, lane, held, at_ms),
    )


def give_up(tx: Connection, *, before_ms: int) -> int:
    """Drop what was last added to before a time; returns how many streams. The node begins again."""
    return tx.execute("DELETE FROM upload WHERE at_ms < ?", (before_ms,)).rowcount
