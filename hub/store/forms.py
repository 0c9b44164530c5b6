"""Forms of the console that were submitted, and what each became: one that comes twice is answered alike.

A button pressed twice, a page reloaded, an answer lost on the way: the browser sends the same form again.
Invariant: a row is written in the transaction that made what it names. Must not know: what a form asks.
"""

from __future__ import annotations

from shared.database import Connection
from shared.ids import Dot, RecordId


def became(tx: Connection, token: str, *, act: str, officer: int) -> RecordId | None:
    """The record that this officer's form became already; None where it comes for the first time."""
    row = tx.execute(
        "SELECT record FROM submitted WHERE token = ? AND act = ? AND officer = ?", (token, act, officer)
    ).fetchone()
    return None if row is None else RecordId(Dot(row[0]))


def note(tx: Connection, token: str, *, act: str, officer: int, record: int, at_ms: int) -> None:
    tx.execute(
        "INSERT INTO submitted (token, act, officer, record, at_ms) VALUES (?, ?, ?, ?, ?)",
        (token, act, officer, record, at_ms),
    )


def forget_before(tx: Connection, ms: int) -> None:
    """Let go of what no open page can send any more."""
    tx.execute("DELETE FROM submitted WHERE at_ms < ?", (ms,))
