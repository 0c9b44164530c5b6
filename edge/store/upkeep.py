"""What a node drops, and when: sent bundles a backup covers and their photos, originals, cases, filed names.

Invariant: nothing of ours, and no signed original of the hub's, goes before a verified backup of the hub
covers it *and* fourteen days have passed by trusted time. Must not know: who calls, and how often.
"""

from __future__ import annotations

from typing import Final

from edge.store import drafts, feed, lives, watch
from shared.database import Connection, coded
from shared.ids import Feed, Lane, feed_of, lane_of_feed, make_dot
from shared.ledger import photos
from shared.limits import LATE_HIT_CHECKS, PRUNE_AFTER_DAYS

_DAY_MS: Final = 24 * 60 * 60 * 1000
_UNFILED_AT_ONCE: Final = 50  # persons of old checks: some twenty milliseconds
_DRAFTS_KEPT_MS: Final = 2 * _DAY_MS  # a second submit comes within seconds; a case within a shift


def prune(tx: Connection, *, node: int, trusted_ms: int | None, now_ms: int) -> int:
    """Drop what may go; returns how many bundles went."""
    drafts.forget_before(tx, now_ms - _DRAFTS_KEPT_MS)
    watch.forget_old_checks(tx, newest=LATE_HIT_CHECKS, most=_UNFILED_AT_ONCE)
    if trusted_ms is None:
        return 0
    before_ms = trusted_ms - PRUNE_AFTER_DAYS * _DAY_MS
    safe_ms = feed.state(tx).safe_ms
    covered_ms = min(before_ms, safe_ms)
    # The hub's originals too: what a backup lacks comes back from here. Where none was ever made none can be
    # restored, and nothing is kept for it. A backup of this life has of earlier ones what came back to it.
    tx.execute(
        "DELETE FROM feed_segment WHERE received_ms < ? "
        "AND max(generation, returned) = (SELECT generation FROM hub_state)",
        (covered_ms if safe_ms else before_ms,),
    )
    for name, last in lives.covered(tx, covered_ms):
        _prune_log(tx, name, last)
        lives.let_go(tx, name)
    return sum(_prune_lane(tx, node, lane, covered_ms) for lane in Lane)


def _prune_lane(tx: Connection, node: int, lane: Lane, covered_ms: int) -> int:
    name = feed_of(node, lane)
    (seq,) = tx.execute(
        "SELECT coalesce(max(seq), 0) FROM ack_mark WHERE lane = ? AND head_ms <= ?", (lane, covered_ms)
    ).fetchone()
    runs = "FROM sealed WHERE feed = ? AND first + count - 1 <= ?"
    last_id, last_seq = tx.execute(f"SELECT max(id), max(first + count - 1) {runs}", (name, seq)).fetchone()
    if last_id is None:
        return 0
    _mark(tx, "sealed_pruned_to", last_id)
    count = tx.execute(f"DELETE {runs}", (name, last_seq)).rowcount
    tx.execute("DELETE FROM ack_mark WHERE lane = ? AND seq < ?", (lane, last_seq))
    _prune_log(tx, name, last_seq)
    return count


def _prune_log(tx: Connection, name: Feed, last: int) -> None:
    """Drop a feed's changes up to a seq."""
    run = (make_dot(name, 1), make_dot(name, last))
    _mark(tx, "log_pruned_to", run[1])
    tx.execute("DELETE FROM log WHERE dot BETWEEN ? AND ?", run)
    if lane_of_feed(name) is Lane.BULK:  # that there was a photo stays said; the hub and its backup have it
        photos.drop_contents(tx, *run)


def _mark(tx: Connection, name: str, number: int) -> None:
    """Raise the mark below which the append-only tables may be pruned."""
    tx.execute(
        "INSERT INTO meta (name, number) VALUES (?1, ?2) "
        "ON CONFLICT (name) DO UPDATE SET number = max(number, ?2)",
        (name, number),
    )


def checkpoint(tx: Connection) -> None:
    """Fold the write-ahead log into the file. Outside a transaction. Raises StoreError."""
    with coded():
        tx.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()
