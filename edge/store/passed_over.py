"""What this node could not take in or match, so that everything else goes on.

Invariant: a row stays until what it stands for went well, or was erased. Must not know: how matching works.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from shared.database import Connection
from shared.ledger.savepoint import Spoilt


@dataclass(frozen=True, slots=True, kw_only=True)
class PassedOver:
    """A change of the feed by its dot, with the scope that brought it; or a record, which is here without."""

    dot: int
    scope: str | None
    payload: bytes | None = field(repr=False)


def note(tx: Connection, spoilt: Spoilt, *, at_ms: int) -> None:
    """Records that could not be matched."""
    tx.executemany(
        "INSERT OR IGNORE INTO passed_over (dot, record, failure, at_ms) VALUES (?1, ?1, ?2, ?3)",
        [(record, failure, at_ms) for record, failure in spoilt.items()],
    )


def keep(
    tx: Connection, *, dot: int, record: int, failure: str, scope: str, payload: bytes, at_ms: int
) -> None:
    """A change that could not be applied, kept to be applied later."""
    tx.execute(
        "INSERT OR REPLACE INTO passed_over (dot, record, failure, at_ms, scope, payload) "
        "VALUES (?, ?, ?, ?, ?, ?)",
        (dot, record, failure, at_ms, scope, payload),
    )


def every(tx: Connection) -> list[PassedOver]:
    """All of them, oldest first."""
    rows = tx.execute("SELECT dot, scope, payload FROM passed_over ORDER BY at_ms, dot")
    return [PassedOver(dot=dot, scope=scope, payload=payload) for dot, scope, payload in rows]


def drop(tx: Connection, dot: int) -> None:
    tx.execute("DELETE FROM passed_over WHERE dot = ?", (dot,))


def forget(tx: Connection, record: int) -> None:
    """Nothing of a record is to be kept here."""
    tx.execute("DELETE FROM passed_over WHERE record = ?", (record,))


def count(tx: Connection) -> int:
    (number,) = tx.execute("SELECT count(*) FROM passed_over").fetchone()
    return int(number)
