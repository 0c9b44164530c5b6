"""Gaps: seqs that bundles wait for, and those a person declared lost.

Must not know: who may declare it, what a bundle says.
"""

from __future__ import annotations

from dataclasses import dataclass

from shared.database import Connection
from shared.ids import Feed


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """The seqs `first` to `last` of a feed are missing; `waiting` bundles have waited for them since."""

    feed: Feed
    first: int
    last: int
    waiting: int
    since_ms: int


def waited_for(tx: Connection) -> list[Gap]:
    """Every gap that something waits behind, the longest waited for first."""
    rows = tx.execute(
        "SELECT b.feed, f.head + 1, min(b.first) - 1, count(*), min(b.received_ms) FROM bundle b "
        "JOIN feed f ON f.feed = b.feed WHERE b.state = 'waiting' AND f.quarantined IS NULL "
        "AND b.first > f.head + 1 GROUP BY b.feed ORDER BY 5"
    )
    return [
        Gap(feed=Feed(feed), first=first, last=last, waiting=waiting, since_ms=since)
        for feed, first, last, waiting, since in rows
    ]


def keep_lost(tx: Connection, feed: Feed, first: int, last: int, *, at_ms: int) -> None:
    tx.execute(
        "INSERT INTO lost_run (feed, first, last, at_ms) VALUES (?, ?, ?, ?)", (feed, first, last, at_ms)
    )


def covers(tx: Connection, feed: Feed, first: int, last: int) -> bool:
    """Whether these seqs were declared lost."""
    row = tx.execute(
        "SELECT 1 FROM lost_run WHERE feed = ? AND first <= ? AND last >= ?", (feed, first, last)
    ).fetchone()
    return row is not None


def came_after_all(tx: Connection, feed: Feed, first: int, last: int) -> None:
    """Take seqs off what is lost: what stands before and behind them still is."""
    start, end, at_ms = tx.execute(
        "SELECT first, last, at_ms FROM lost_run WHERE feed = ? AND first <= ? AND last >= ?",
        (feed, first, last),
    ).fetchone()
    tx.execute("DELETE FROM lost_run WHERE feed = ? AND first = ?", (feed, start))
    if start < first:
        keep_lost(tx, feed, start, first - 1, at_ms=at_ms)
    if last < end:
        keep_lost(tx, feed, last + 1, end, at_ms=at_ms)


def lost_of(tx: Connection, node: int) -> tuple[tuple[int, int, int], ...]:
    """(feed, first, last) of all that a node's feeds were declared to have lost."""
    rows = tx.execute(
        "SELECT l.feed, l.first, l.last FROM lost_run l JOIN feed f ON f.feed = l.feed WHERE f.node = ? "
        "ORDER BY l.feed, l.first",
        (node,),
    )
    return tuple((feed, first, last) for feed, first, last in rows)
