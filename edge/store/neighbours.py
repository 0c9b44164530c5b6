"""What this node carries for its neighbours, unread: their slips, their bundles, what they give back to a
restored hub, the hub's packets to them.

Must not know: keys, what is inside.
"""

from __future__ import annotations

from collections.abc import Sequence

from shared.database import Connection
from shared.session import Returned


def keep_slip(tx: Connection, node: int, raw: bytes, signature: bytes) -> None:
    tx.execute(
        "INSERT INTO relay_slip (node, raw, signature) VALUES (?1, ?2, ?3) "
        "ON CONFLICT (node) DO UPDATE SET raw = ?2, signature = ?3",
        (node, raw, signature),
    )


def slip_of(tx: Connection, node: int) -> tuple[bytes, bytes] | None:
    """(slip, signature) as last kept."""
    row = tx.execute("SELECT raw, signature FROM relay_slip WHERE node = ?", (node,)).fetchone()
    return None if row is None else (row[0], row[1])


def everyone(tx: Connection) -> list[int]:
    """The nodes this one carries for."""
    return [node for (node,) in tx.execute("SELECT node FROM relay_slip ORDER BY node")]


def keep_bundle(tx: Connection, node: int, *, feed: int, first: int, last: int, raw: bytes) -> None:
    """Take a bundle into custody; a newer envelope takes the place of an older one."""
    tx.execute(
        "INSERT INTO relay_bundle (node, feed, first, last, raw) VALUES (?1, ?2, ?3, ?4, ?5) "
        "ON CONFLICT (feed, first) DO UPDATE SET last = ?4, raw = ?5",
        (node, feed, first, last, raw),
    )


def bundles_after(
    tx: Connection, node: int, *, feed: int, first: int, budget_bytes: int
) -> list[tuple[int, int, bytes]]:
    """(feed, first, bundle) beyond a place in the order feed, first; at least one where there is one."""
    found: list[tuple[int, int, bytes]] = []
    left = budget_bytes
    rows = tx.execute(
        "SELECT feed, first, raw FROM relay_bundle WHERE node = ?1 AND (feed, first) > (?2, ?3) "
        "ORDER BY feed, first",
        (node, feed, first),
    )
    for row in rows:
        left -= len(row[2])
        if found and left < 0:
            break
        found.append((row[0], row[1], row[2]))
    return found


def bytes_of(tx: Connection, node: int) -> int:
    """How much of a node's bundles is carried."""
    (size,) = tx.execute(
        "SELECT coalesce(sum(length(raw)), 0) FROM relay_bundle WHERE node = ?", (node,)
    ).fetchone()
    return int(size)


def carried(tx: Connection, node: int) -> dict[int, int]:
    """The last seq by feed that is in custody here or signed for by the hub."""
    rows = tx.execute(
        "SELECT feed, max(last) FROM (SELECT feed, last FROM relay_bundle WHERE node = ?1 "
        "UNION ALL SELECT feed, last FROM relay_acked WHERE feed >> 2 = ?1) GROUP BY feed",
        (node,),
    )
    return dict(rows.fetchall())


def acknowledge(tx: Connection, acks: Sequence[tuple[int, int]]) -> None:
    """The hub signed for these (feed, last): what they cover need not be carried any more."""
    for feed, last in acks:
        tx.execute("DELETE FROM relay_bundle WHERE feed = ? AND last <= ?", (feed, last))
        tx.execute(
            "INSERT INTO relay_acked (feed, last) VALUES (?1, ?2) ON CONFLICT (feed) DO UPDATE SET last = ?2",
            (feed, last),
        )


def bundles_from(tx: Connection, node: int, *, feed: int, seq: int) -> list[bytes]:
    """A feed's bundles that end at a seq or after it."""
    rows = tx.execute(
        "SELECT raw FROM relay_bundle WHERE node = ? AND feed = ? AND last >= ?", (node, feed, seq)
    )
    return [raw for (raw,) in rows]


def drop_bundle(tx: Connection, *, feed: int, first: int) -> None:
    tx.execute("DELETE FROM relay_bundle WHERE feed = ? AND first = ?", (feed, first))


def keep_gift(tx: Connection, node: int, gift: Returned) -> None:
    """Take into custody what a node gives back, in the place of what it gave before."""
    tx.execute(
        "INSERT OR REPLACE INTO relay_gift (node, prekey, sealed, revocations) VALUES (?, ?, ?, ?)",
        (node, gift.prekey, gift.sealed, gift.revocations),
    )


def gift_of(tx: Connection, node: int) -> Returned | None:
    """What a node gives back, as it came."""
    row = tx.execute("SELECT prekey, sealed, revocations FROM relay_gift WHERE node = ?", (node,)).fetchone()
    return None if row is None else Returned(prekey=row[0], sealed=row[1], revocations=row[2])


def drop_gift(tx: Connection, node: int, gift: Returned) -> None:
    """Let go of this one; of a newer one not."""
    tx.execute(
        "DELETE FROM relay_gift WHERE node = ? AND sealed = ? AND revocations IS ?",
        (node, gift.sealed, gift.revocations),
    )


def keep_packets(tx: Connection, node: int, packets: Sequence[bytes]) -> None:
    """Put these in the place of the node's earlier packets."""
    tx.execute("DELETE FROM relay_packet WHERE node = ?", (node,))
    tx.executemany(
        "INSERT INTO relay_packet (node, place, raw) VALUES (?, ?, ?)",
        [(node, place, raw) for place, raw in enumerate(packets)],
    )


def packets_of(tx: Connection, node: int) -> list[bytes]:
    """The packets to hand to a node, in order."""
    rows = tx.execute("SELECT raw FROM relay_packet WHERE node = ? ORDER BY place", (node,))
    return [raw for (raw,) in rows]


def let_go(tx: Connection, node: int) -> None:
    """Carry nothing for a node any more."""
    for sql in (
        "DELETE FROM relay_bundle WHERE node = ?",
        "DELETE FROM relay_gift WHERE node = ?",
        "DELETE FROM relay_packet WHERE node = ?",
        "DELETE FROM relay_acked WHERE feed >> 2 = ?",
        "DELETE FROM relay_slip WHERE node = ?",
    ):
        tx.execute(sql, (node,))
