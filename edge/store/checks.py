"""This node's own checks and the hits on them, and the marks of an untrusted clock.

Must not know: how matching works, pages.
"""

from __future__ import annotations

from collections.abc import Sequence

from shared.database import Connection
from shared.ids import Lane, feed_of, make_dot
from shared.ledger import concern, records
from shared.ledger.records import Record
from shared.limits import SEQ_MAX
from shared.schema import Kind


def newest(tx: Connection, *, nodes: Sequence[int], limit: int) -> list[Record]:
    """The newest checks of this device, newest first: those of its newest number before the earlier ones'."""
    found: list[Record] = []
    for node in nodes:
        feed = feed_of(node, Lane.ROUTINE)
        span = (make_dot(feed, 1), make_dot(feed, SEQ_MAX))
        left = f"ORDER BY id DESC LIMIT {int(limit) - len(found)}"
        found += records.select(tx, Kind.CHECK, "id BETWEEN ? AND ?", span, left)
        if len(found) >= limit:
            break
    return found


def before(tx: Connection, *, node: int, below: int, limit: int) -> list[Record]:
    """This node's checks of smaller ids, newest first."""
    first = make_dot(feed_of(node, Lane.ROUTINE), 1)
    tail = f"ORDER BY id DESC LIMIT {int(limit)}"
    return records.select(tx, Kind.CHECK, "id >= ? AND id < ?", (first, below), tail)


def nth_newest(tx: Connection, *, node: int, count: int) -> int:
    """The id of the check that `count - 1` of this node's are newer than; 0 where there are fewer."""
    feed = feed_of(node, Lane.ROUTINE)
    row = tx.execute(
        "SELECT id FROM check_record WHERE id BETWEEN ? AND ? ORDER BY id DESC LIMIT 1 OFFSET ?",
        (make_dot(feed, 1), make_dot(feed, SEQ_MAX), count - 1),
    ).fetchone()
    return 0 if row is None else int(row[0])


def some(tx: Connection, ids: Sequence[int]) -> list[Record]:
    """These checks, newest first."""
    marks = ",".join("?" * len(ids))
    return records.select(tx, Kind.CHECK, f"id IN ({marks})", tuple(ids), "ORDER BY id DESC") if ids else []


def has_hit(tx: Connection, *, check: int, alert: int, owner: str) -> bool:
    return concern.has_hit(tx, check=check, alert=alert, owner=owner)


def hits_of(tx: Connection, check: int) -> list[Record]:
    return records.select(tx, Kind.HIT, '"check" = ?', (check,), "ORDER BY id")


def corrections_of(tx: Connection, check: int) -> list[Record]:
    """The reasons given for changes of a check."""
    return records.select(tx, Kind.CORRECTION, '"of" = ?', (check,), "ORDER BY id")


def hits(tx: Connection, *, open_only: bool, limit: int) -> list[Record]:
    """Open late hits first, then open ones, then the settled, newest first."""
    where = f"{concern.SHOWN_ONCE} AND outcome = 'possible'" if open_only else concern.SHOWN_ONCE
    return records.select(
        tx,
        Kind.HIT,
        where,
        (),
        "ORDER BY outcome = 'possible' DESC, (outcome = 'possible' AND coalesce(late, 0)) DESC, id DESC "
        f"LIMIT {int(limit)}",
    )


def open_hits(tx: Connection) -> tuple[int, int]:
    """(open hits, late ones among them)."""
    total, late = tx.execute(
        "SELECT count(*), coalesce(sum(coalesce(late, 0)), 0) FROM hit_record "  # noqa: S608 — our own condition
        f"WHERE outcome = 'possible' AND {concern.SHOWN_ONCE}"
    ).fetchone()
    return int(total), int(late)


# --- checks made while the clock could not be trusted ---


def mark_clock(tx: Connection, record: int, *, boot: bytes, monotonic_ms: int) -> None:
    tx.execute(
        "INSERT OR REPLACE INTO clock_mark (record, boot, monotonic_ms) VALUES (?, ?, ?)",
        (record, boot, monotonic_ms),
    )


def take_clock_marks(tx: Connection, boot: bytes, *, limit: int) -> list[tuple[int, int]]:
    """(check, monotonic ms) of this run, taken off the list; an earlier run's tell nothing and go too."""
    tx.execute("DELETE FROM clock_mark WHERE boot <> ?", (boot,))
    rows = tx.execute(
        "SELECT record, monotonic_ms FROM clock_mark ORDER BY record LIMIT ?", (limit,)
    ).fetchall()
    tx.executemany("DELETE FROM clock_mark WHERE record = ?", [(record,) for record, _ in rows])
    return [(int(record), int(monotonic)) for record, monotonic in rows]
