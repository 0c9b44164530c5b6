"""The runs of this node's feeds that the centre declared lost. Must not know: what is done about it."""

from __future__ import annotations

from collections.abc import Sequence

from shared.database import Connection


def runs(tx: Connection) -> tuple[tuple[int, int, int], ...]:
    """(feed, first, last), in order."""
    rows = tx.execute("SELECT feed, first, last FROM lost_run ORDER BY feed, first")
    return tuple((feed, first, last) for feed, first, last in rows)


def keep(tx: Connection, said: Sequence[tuple[int, int, int]]) -> None:
    """These and no others."""
    tx.execute("DELETE FROM lost_run")
    tx.executemany("INSERT INTO lost_run (feed, first, last) VALUES (?, ?, ?)", said)
