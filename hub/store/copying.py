"""A copy of the hub's file made beside its work, and the proof that a copy can be used.

Invariants: a copy is of one moment, whatever is committed meanwhile; the same key opens it.
Must not know: where copies go, what follows from one.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, cast

import sqlcipher3.dbapi2 as sqlcipher

from hub.store import opening
from shared.database import Connection, Database, coded
from shared.errors import StoreError
from shared.ledger import audit

_PAGES_A_STEP: Final = 512  # 2 MiB
_BUSY_S: Final = 0.05
Said = Callable[[int, int], None]
"""Told how many pages are copied, and of how many."""


def heads(tx: Connection) -> list[tuple[Any, ...]]:
    """Where every log of the file stands, and its audit: what two files that are the same agree on."""
    last = audit.head(tx)
    return [
        *tx.execute("SELECT feed, head, chain FROM feed ORDER BY feed"),
        *tx.execute("SELECT name, position, cut, chain FROM scope ORDER BY name"),
        *tx.execute("SELECT lane, seq FROM own_head ORDER BY lane"),
        *tx.execute("SELECT generation, node FROM life ORDER BY generation"),
        (last.number, last.chain),
    ]


def copy(tx: Connection, path: Path, *, key: bytes, say: Said) -> None:
    """Copy what a snapshot sees into a new file. `tx` has read already, so that its moment stands."""
    target: Any = sqlcipher.connect(str(path), isolation_level=None)
    try:
        with coded():
            target.execute(f"PRAGMA key = \"x'{key.hex()}'\"")
            cast(Any, tx).backup(
                target,
                pages=_PAGES_A_STEP,
                progress=lambda _, left, pages: say(pages - left, pages),
                sleep=_BUSY_S,
            )
    finally:
        target.close()


def mark(path: Path, *, key: bytes, at_ms: int) -> None:
    """Write into a copy that it is one: a hub that starts on it under its old number refuses."""
    with Database(opening.connect_to(path), key=key) as database, database.transaction() as tx:
        opening.keep_number(tx, "copied_ms", at_ms)


def prove(path: Path, *, key: bytes) -> list[tuple[Any, ...]]:
    """Open a copy as a restored hub would, look at every page, and return its `heads`.

    Raises StoreError `backup_damaged`, `wrong_database_key`, ….
    """
    with Database(opening.connect_to(path), key=key) as database, database.snapshot() as tx:
        wrong = tx.execute("PRAGMA cipher_integrity_check").fetchall()
        if wrong or tx.execute("PRAGMA quick_check").fetchall() != [("ok",)]:
            raise StoreError(
                "backup_damaged",
                "the copy of the database is damaged",
                hint="Check the disk it lies on, and make another; older backups stay.",
            )
        return heads(tx)
