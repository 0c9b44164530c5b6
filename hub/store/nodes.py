"""Who may speak: the admitted nodes, and where each of them stands.

Must not know: what they say.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from shared.crypto import SealKey, VerifyKey
from shared.database import Connection
from shared.enrolment import Certificate
from shared.ids import Node

_COLUMNS = (
    "node, serial, country, post, epoch, verify_key, seal_key, admitted_ms, seen_ms, complete_ms, "
    "emptied_ms, schema, carried_ms, written_ms, route"
)


class Route(StrEnum):
    """How a node's word came, where it was no contact."""

    STICK = "stick"
    NEIGHBOUR = "neighbour"


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownNode:
    """A node by its certificate.

    `seen_ms` is the last contact; `complete_ms` the last one at which it had read all its scopes;
    `emptied_ms` the last one at which the hub held everything the node had logged; `schema` the version
    its program said it has. `written_ms` is when the newest of what was carried for it was written, as far
    as anybody knows, `carried_ms` when that came here, and `route` how.
    """

    node: Node
    serial: int
    country: str
    post: str
    epoch: int
    verify_key: VerifyKey
    seal_key: SealKey
    admitted_ms: int
    seen_ms: int | None
    complete_ms: int | None
    emptied_ms: int | None
    schema: int | None
    carried_ms: int | None
    written_ms: int | None
    route: str

    @property
    def name(self) -> str:
        """What people call it: the post and the how-manieth enrolment there."""
        return f"{self.post}-{self.epoch}"


def find(tx: Connection, node: int) -> KnownNode | None:
    row = tx.execute(f"SELECT {_COLUMNS} FROM node WHERE node = ?", (node,)).fetchone()  # noqa: S608 — our own names
    return None if row is None else _known(row)


def everyone(tx: Connection) -> list[KnownNode]:
    """All nodes by country, post and epoch."""
    rows = tx.execute(f"SELECT {_COLUMNS} FROM node ORDER BY country, post, epoch")  # noqa: S608 — our own names
    return [_known(row) for row in rows]


def admit(tx: Connection, certificate: Certificate, raw: bytes, *, at_ms: int) -> None:
    """Note a believed certificate; an older one than the known changes nothing."""
    tx.execute(
        "INSERT INTO node (node, serial, country, post, epoch, verify_key, seal_key, certificate, "
        "admitted_ms) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9) ON CONFLICT (node) DO UPDATE SET "
        "serial = ?2, country = ?3, post = ?4, epoch = ?5, verify_key = ?6, seal_key = ?7, certificate = ?8 "
        "WHERE serial < ?2",
        (
            certificate.node,
            certificate.serial,
            certificate.country,
            certificate.post,
            certificate.epoch,
            certificate.verify_key.raw,
            certificate.seal_key.raw,
            raw,
            at_ms,
        ),
    )


def stand_in(tx: Connection, certificate: Certificate, raw: bytes, *, at_ms: int) -> None:
    """Know the numbers a node takes the place of, even those that never showed their own certificate here:
    the device they were speaks for them now."""
    tx.executemany(
        "INSERT OR IGNORE INTO node (node, serial, country, post, epoch, verify_key, seal_key, certificate, "
        "admitted_ms) VALUES (?, 0, ?, ?, ?, ?, ?, ?, ?)",
        [
            (
                life.node,
                certificate.country,
                certificate.post,
                life.epoch,
                certificate.verify_key.raw,
                certificate.seal_key.raw,
                raw,
                at_ms,
            )
            for life in certificate.replaces
        ],
    )


def seen(
    tx: Connection, node: int, *, at_ms: int, complete: bool, emptied: bool, schema: int | None = None
) -> None:
    """Note a contact."""
    tx.execute(
        "UPDATE node SET seen_ms = ?2, complete_ms = CASE WHEN ?3 THEN ?2 ELSE complete_ms END, "
        "emptied_ms = CASE WHEN ?4 THEN ?2 ELSE emptied_ms END, schema = coalesce(?5, schema) "
        "WHERE node = ?1",
        (node, at_ms, complete, emptied, schema),
    )


def heard_of(
    tx: Connection,
    node: int,
    *,
    route: Route,
    written_ms: int,
    at_ms: int,
    complete_ms: int | None,
    emptied: bool,
) -> None:
    """Note what somebody carried for a node: no contact, and news only if written after what is known.

    `complete_ms` is the hub's time to which the node's list is known complete.
    """
    tx.execute(
        "UPDATE node SET carried_ms = ?2, written_ms = ?3, route = ?4, "
        "complete_ms = nullif(max(coalesce(complete_ms, 0), coalesce(?5, 0)), 0), "
        "emptied_ms = CASE WHEN ?6 THEN ?2 ELSE emptied_ms END "
        "WHERE node = ?1 AND ?3 >= max(coalesce(written_ms, 0), coalesce(seen_ms, 0))",
        (node, at_ms, written_ms, route, complete_ms, emptied),
    )


def raise_positions(tx: Connection, node: int, positions: Mapping[str, int]) -> None:
    """Note how far a node has read at least: a slip may be older than what the node said since."""
    known = positions_of(tx, node)
    note_positions(
        tx, node, {scope: position for scope, position in positions.items() if position > known.get(scope, 0)}
    )


def note_positions(tx: Connection, node: int, positions: Mapping[str, int]) -> None:
    """Note how far a node says it has read."""
    tx.executemany(
        "INSERT INTO reader (node, scope, position) VALUES (?, ?, ?) "
        "ON CONFLICT (node, scope) DO UPDATE SET position = excluded.position "
        "WHERE position <> excluded.position",
        [(node, scope, position) for scope, position in positions.items()],
    )


def positions_of(tx: Connection, node: int) -> dict[str, int]:
    """How far a node said it had read, by scope."""
    return dict(tx.execute("SELECT scope, position FROM reader WHERE node = ?", (node,)).fetchall())


def _known(row: Any) -> KnownNode:
    return KnownNode(
        node=Node(row[0]),
        serial=row[1],
        country=row[2],
        post=row[3],
        epoch=row[4],
        verify_key=VerifyKey(row[5]),
        seal_key=SealKey(row[6]),
        admitted_ms=row[7],
        seen_ms=row[8],
        complete_ms=row[9],
        emptied_ms=row[10],
        schema=row[11],
        carried_ms=row[12],
        written_ms=row[13],
        route=row[14] or "",
    )
