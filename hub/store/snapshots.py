"""What a scope holds, read a part at a time; and the snapshots that were made.

Must not know: files, keys' use, who may read what.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from hub.store import feeds
from shared.change import Change
from shared.database import Connection
from shared.ledger import records
from shared.ledger.tables import table_of
from shared.schema import SCHEMA, Kind
from shared.wire import unpack_change


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A snapshot that was made. `key` is its content key; `path` where the hub offers it, if it does."""

    name: bytes
    scope: str
    generation: int
    position: int
    made_ms: int
    key: bytes = field(repr=False)
    manifest: bytes
    signature: bytes
    path: str | None


def count_held(tx: Connection, scope: int) -> int:
    """How many records with an audience a scope holds."""
    (number,) = tx.execute("SELECT count(*) FROM held WHERE scope = ?", (scope,)).fetchone()
    return int(number)


def held_after(tx: Connection, scope: int, record: int, *, count: int) -> list[tuple[int, list[Change]]]:
    """The next records that a scope holds, each with its changes in dot order, without refused ones.

    Empty when there are no more. A record whose changes are not here is left out.
    """
    ids = [
        each
        for (each,) in tx.execute(
            "SELECT record FROM held WHERE scope = ? AND record > ? ORDER BY record LIMIT ?",
            (scope, record, count),
        )
    ]
    if not ids:
        return []
    found: dict[int, list[Change]] = {each: [] for each in ids}
    rows = tx.execute(
        "SELECT h.record, h.payload FROM history h JOIN held l ON l.record = h.record AND l.scope = ? "
        "WHERE h.record BETWEEN ? AND ? AND NOT EXISTS (SELECT 1 FROM refused r WHERE r.dot = h.dot) "
        "ORDER BY h.record, h.dot",
        (scope, ids[0], ids[-1]),
    )
    for each, payload in rows:
        found[each].append(unpack_change(payload))
    for kind in feeds.KINDS_HELD:
        for created in records.created_between(tx, kind, ids[0], ids[-1]):
            if found.get(created.record) == []:
                found[created.record] = [created]
    return list(found.items())


def about_after(
    tx: Connection, kind: Kind, scope: int | None, record: int, *, count: int
) -> list[tuple[int, list[Change]]]:
    """The next records of a kind that speak about what a scope holds; of all records where it is None."""
    table = table_of(SCHEMA[kind])
    ids = tx.execute(
        f"SELECT id FROM {table} a WHERE id > ?1 AND (?2 IS NULL OR EXISTS ("  # noqa: S608 - schema names
        'SELECT 1 FROM held h WHERE h.record = a."of" AND h.scope = ?2)) ORDER BY id LIMIT ?3',
        (record, scope, count),
    ).fetchall()
    return [(each, records.changes_of(tx, kind, each)) for (each,) in ids]


# --- what was made ---


def keep(tx: Connection, made: Made) -> None:
    tx.execute(
        "INSERT INTO snapshot (name, scope, generation, position, made_ms, key, manifest, signature, path) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            made.name, made.scope, made.generation, made.position, made.made_ms, made.key, made.manifest,
            made.signature, made.path,
        ),
    )  # fmt: skip


def offer(tx: Connection, name: bytes, path: str) -> None:
    """Note where one lies for nodes to fetch."""
    tx.execute("UPDATE snapshot SET path = ? WHERE name = ?", (path, name))


def stop_offering(tx: Connection, scope: str, *, keep: int) -> list[str]:
    """Offer only the newest few of a scope; where the others lie."""
    stale = tx.execute(
        "SELECT name, path FROM snapshot WHERE scope = ? AND path IS NOT NULL "
        "ORDER BY generation DESC, position DESC, made_ms DESC LIMIT -1 OFFSET ?",
        (scope, keep),
    ).fetchall()
    tx.executemany("UPDATE snapshot SET path = NULL WHERE name = ?", [(name,) for name, _ in stale])
    return [path for _, path in stale]


def offered(tx: Connection) -> frozenset[str]:
    """Where those lie that nodes may fetch."""
    return frozenset(path for (path,) in tx.execute("SELECT path FROM snapshot WHERE path IS NOT NULL"))


def named(tx: Connection, name: bytes) -> Made | None:
    """The snapshot of this name."""
    return next(iter(_select(tx, "name = ?", (name,))), None)


def newest_offered(tx: Connection, scope: str, *, generation: int) -> Made | None:
    """The newest one that the hub offers of a scope."""
    where = "scope = ? AND generation = ? AND path IS NOT NULL ORDER BY position DESC, made_ms DESC LIMIT 1"
    return next(iter(_select(tx, where, (scope, generation))), None)


_MADE = "name, scope, generation, position, made_ms, key, manifest, signature, path"


def _select(tx: Connection, where: str, parameters: Sequence[object]) -> list[Made]:
    rows = tx.execute(
        f"SELECT {_MADE} FROM snapshot WHERE {where}",  # noqa: S608 — our own conditions
        tuple(parameters),
    )
    return [
        Made(
            name=row[0], scope=row[1], generation=row[2], position=row[3], made_ms=row[4], key=row[5],
            manifest=row[6], signature=row[7], path=row[8],
        )
        for row in rows
    ]  # fmt: skip
