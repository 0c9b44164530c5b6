"""Scope logs: dense positions, immutable segments, and which scopes hold a record.

Invariants: positions of a scope run from 1 without a gap, because the number is taken from the
scope's row in the transaction that writes the entry; a segment, once cut, is never altered.
Must not know: keys, who may read what.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from shared import wire
from shared.change import Change
from shared.database import Connection
from shared.schema import Kind
from shared.segment import CHAIN_START

KINDS_HELD: Final = frozenset({Kind.ALERT, Kind.BULLETIN, Kind.CLEARED_PAIR, Kind.OFFICER, Kind.REQUEST})
"""Kinds whose scopes depend on their values, or on another record's: which scopes hold them is kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScopeHead:
    """Where a scope's log stands: the last position written, the last one cut, and the chain there."""

    id: int
    name: str
    position: int
    cut: int
    chain: bytes


def head_of(tx: Connection, name: str) -> ScopeHead:
    """A scope's head; the scope is made at first sight."""
    row = tx.execute("SELECT id, position, cut, chain FROM scope WHERE name = ?", (name,)).fetchone()
    if row is None:
        row = tx.execute(
            "INSERT INTO scope (name, chain) VALUES (?, ?) RETURNING id, position, cut, chain",
            (name, CHAIN_START),
        ).fetchone()
    return ScopeHead(id=row[0], name=name, position=row[1], cut=row[2], chain=row[3])


def found_head(tx: Connection, name: str) -> ScopeHead:
    """A scope's head where nothing may be written; one that is not there is empty."""
    row = tx.execute("SELECT id, position, cut, chain FROM scope WHERE name = ?", (name,)).fetchone()
    number, position, cut, chain = row or (0, 0, 0, CHAIN_START)
    return ScopeHead(id=number, name=name, position=position, cut=cut, chain=chain)


def append(tx: Connection, name: str, change: Change, *, at_ms: int) -> int:
    """Write one entry at the end of a scope's log; returns its position."""
    scope = head_of(tx, name)
    (position,) = tx.execute(
        "UPDATE scope SET position = position + 1 WHERE id = ? RETURNING position", (scope.id,)
    ).fetchone()
    tx.execute(
        "INSERT INTO scope_entry (scope, position, at_ms, payload) VALUES (?, ?, ?, ?)",
        (scope.id, position, at_ms, wire.pack_change(change)),
    )
    return int(position)


def copy(tx: Connection, names: Sequence[str], *, to: str, at_ms: int) -> None:
    """Write the entries of some scopes, each once, behind those of another, and hold there what they hold."""
    scope = head_of(tx, to)
    marks = ",".join("?" * len(names))
    rows = tx.execute(
        "SELECT e.payload FROM scope_entry e JOIN scope s ON s.id = e.scope "  # noqa: S608 - only marks
        f"WHERE s.name IN ({marks}) GROUP BY e.payload ORDER BY min(e.at_ms), min(e.scope), min(e.position)",
        tuple(names),
    ).fetchall()
    tx.executemany(
        "INSERT INTO scope_entry (scope, position, at_ms, payload) VALUES (?, ?, ?, ?)",
        [(scope.id, scope.position + place, at_ms, payload) for place, (payload,) in enumerate(rows, 1)],
    )
    tx.execute("UPDATE scope SET position = position + ? WHERE id = ?", (len(rows), scope.id))
    tx.execute(
        "INSERT OR IGNORE INTO held (record, scope) SELECT h.record, ? FROM held h JOIN scope s "  # noqa: S608 - only marks
        f"ON s.id = h.scope WHERE s.name IN ({marks})",
        (scope.id, *names),
    )


def uncut(tx: Connection, scope: ScopeHead, limit: int) -> list[Change]:
    """The entries after the last cut, in order."""
    rows = tx.execute(
        "SELECT payload FROM scope_entry WHERE scope = ? AND position > ? ORDER BY position LIMIT ?",
        (scope.id, scope.cut, limit),
    )
    return [wire.unpack_change(payload) for (payload,) in rows]


def keep_segment(
    tx: Connection, scope: ScopeHead, *, first: int, last: int, raw: bytes, signature: bytes, chain: bytes
) -> None:
    """Keep a cut segment for ever, and move the scope's cut behind it."""
    tx.execute(
        "INSERT INTO segment (scope, first, last, raw, signature, chain) VALUES (?, ?, ?, ?, ?, ?)",
        (scope.id, first, last, raw, signature, chain),
    )
    tx.execute("UPDATE scope SET cut = ?, chain = ? WHERE id = ?", (last, chain, scope.id))


def segments_after(
    tx: Connection, scope: ScopeHead, position: int, *, budget_bytes: int
) -> list[tuple[bytes, bytes, int]]:
    """The (segment, signature, last position) from `position` on, up to the one that uses a budget up."""
    found: list[tuple[bytes, bytes, int]] = []
    left = budget_bytes
    rows = tx.execute(
        "SELECT raw, signature, last FROM segment WHERE scope = ? AND first > ? ORDER BY first",
        (scope.id, position),
    )
    for raw, signature, last in rows:
        left -= len(raw) + len(signature)
        found.append((raw, signature, last))
        if left <= 0:
            break
    return found


def behind_since(tx: Connection, name: str, position: int) -> int | None:
    """When the first entry after a position was written; None when there is none."""
    row = tx.execute(
        "SELECT e.at_ms FROM scope s JOIN scope_entry e ON e.scope = s.id AND e.position = ? "
        "WHERE s.name = ?",
        (position + 1, name),
    ).fetchone()
    return None if row is None else int(row[0])


def positions(tx: Connection) -> dict[str, int]:
    """The last position of every scope."""
    return dict(tx.execute("SELECT name, position FROM scope").fetchall())


# --- which scopes hold a record that has an audience ---


def holders(tx: Connection, record: int) -> frozenset[str]:
    rows = tx.execute(
        "SELECT s.name FROM held h JOIN scope s ON s.id = h.scope WHERE h.record = ?", (record,)
    )
    return frozenset(name for (name,) in rows)


def hold(tx: Connection, record: int, name: str) -> None:
    tx.execute("INSERT OR IGNORE INTO held (record, scope) VALUES (?, ?)", (record, head_of(tx, name).id))


def release(tx: Connection, record: int, name: str) -> None:
    tx.execute("DELETE FROM held WHERE record = ? AND scope = ?", (record, head_of(tx, name).id))
