"""What sticks and neighbours brought: where each node last said it stands, and which bundles it must reseal.

Must not know: keys, what a slip is worth.
"""

from __future__ import annotations

from shared.database import Connection
from shared.ids import Feed, Lane, feed_of


def keep_slip(tx: Connection, node: int, raw: bytes, signature: bytes, *, at_ms: int) -> None:
    tx.execute(
        "INSERT INTO carried_slip (node, raw, signature, at_ms) VALUES (?1, ?2, ?3, ?4) "
        "ON CONFLICT (node) DO UPDATE SET raw = ?2, signature = ?3, at_ms = ?4",
        (node, raw, signature, at_ms),
    )


def slip_of(tx: Connection, node: int) -> tuple[bytes, bytes] | None:
    """(slip, signature) as last kept."""
    row = tx.execute("SELECT raw, signature FROM carried_slip WHERE node = ?", (node,)).fetchone()
    return None if row is None else (row[0], row[1])


def want_reseal(tx: Connection, feed: Feed, first: int) -> None:
    """Remember that a feed must be put into new envelopes from a seq on."""
    tx.execute(
        "INSERT INTO reseal_wanted (feed, first) VALUES (?1, ?2) "
        "ON CONFLICT (feed) DO UPDATE SET first = min(first, ?2)",
        (feed, first),
    )


def reseals_of(tx: Connection, node: int) -> tuple[tuple[int, int], ...]:
    """(feed, first) of what a node must still reseal; what has come meanwhile is forgotten.

    A head that was moved over what is lost says nothing of that.
    """
    tx.execute(
        "DELETE FROM reseal_wanted AS r WHERE r.first <= (SELECT f.head FROM feed f WHERE f.feed = r.feed) "
        "AND NOT EXISTS (SELECT 1 FROM lost_run l WHERE l.feed = r.feed AND r.first >= l.first "
        "AND r.first <= l.last)"
    )
    feeds = tuple(feed_of(node, lane) for lane in Lane)
    rows = tx.execute("SELECT feed, first FROM reseal_wanted WHERE feed IN (?, ?, ?) ORDER BY feed", feeds)
    return tuple((feed, first) for feed, first in rows)


def stopped_of(tx: Connection, node: int) -> tuple[tuple[int, str], ...]:
    """(feed, code) of a node's feeds that were stopped."""
    rows = tx.execute(
        "SELECT feed FROM feed WHERE node = ? AND quarantined IS NOT NULL ORDER BY feed", (node,)
    )
    return tuple((feed, "feed_quarantined") for (feed,) in rows)
