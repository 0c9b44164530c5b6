"""The hub's file made ready: opened, migrated, given its first rows.

Must not know: what is asked of it afterwards.
"""

from __future__ import annotations

from pathlib import Path

import sqlcipher3.dbapi2 as sqlcipher

from hub.store import migrations, persons
from shared.database import Connect, Connection, Database, coded
from shared.ledger import accounts, growth, search, tables
from shared.ledger.savepoint import Spoilt

STATEMENTS_CACHED = 256
"""Prepared statements kept by a connection: a page and a bundle together use fewer."""


def connect_to(path: Path) -> Connect:
    """A function that opens this file. It is made where there is none."""

    def connect() -> Connection:
        opened: Connection = sqlcipher.connect(
            str(path),
            isolation_level=None,
            check_same_thread=False,
            cached_statements=STATEMENTS_CACHED,
        )
        return opened

    return connect


def make_ready(db: Database) -> Spoilt:
    """Bring the tables up to date; harmless when they are. Raises StoreError.

    Returns the alerts that the index of persons could not take in.
    """
    tools = db.tools()
    for each in (tables.migrations, accounts.migrations, search.migrations, migrations.migrations):
        each.apply(tools)
    if growth.has_grown(db.connection()):
        with db.transaction() as tx:
            growth.grow(tx)
    with db.transaction() as tx:
        return persons.file_anew(tx)


def checkpoint(connection: Connection) -> None:
    """Move the write-ahead log into the file, as far as readers let it; nobody waits for it."""
    with coded():
        connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()


def kept_number(tx: Connection, name: str) -> int:
    """A small named number; 0 before it was set."""
    row = tx.execute("SELECT number FROM meta WHERE name = ?", (name,)).fetchone()
    return int(row[0]) if row and row[0] is not None else 0


def keep_number(tx: Connection, name: str, number: int) -> None:
    tx.execute(
        "INSERT INTO meta (name, number) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET number = ?2",
        (name, number),
    )


def kept_bytes(tx: Connection, name: str) -> bytes | None:
    """Small named bytes; None before they were set."""
    row = tx.execute("SELECT bytes FROM meta WHERE name = ?", (name,)).fetchone()
    return row[0] if row else None


def keep_bytes(tx: Connection, name: str, data: bytes) -> None:
    tx.execute(
        "INSERT INTO meta (name, bytes) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET bytes = ?2",
        (name, data),
    )


def version_of(connection: Connection) -> int:
    """A number that is another one after every commit by anybody else; the cheapest look there is."""
    (version,) = connection.execute("PRAGMA data_version").fetchone()
    return int(version)
