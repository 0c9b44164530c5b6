"""Real encrypted files for tests, and a look at all that stands in them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import sqlcipher3.dbapi2 as sqlcipher

from shared.database import Connection, Database
from shared.ledger.tables import migrations, table_of
from shared.schema import SCHEMA

KEY = bytes(range(32))


def connector(path: Path) -> Callable[[], Connection]:
    """Opens `path` as the products do."""
    return lambda: sqlcipher.connect(str(path), isolation_level=None, check_same_thread=False)


def open_ledger(path: Path) -> Database:
    """A ledger in a file, its tables made."""
    database = Database(connector(path), key=KEY)
    migrations.apply(database.tools())
    return database


def wipe(tx: Connection) -> None:
    """Empty every table of records, so that one file serves many Hypothesis examples."""
    for table in ("history", "refused", "purged", *(table_of(row) for row in SCHEMA.values())):
        tx.execute(f"DELETE FROM {table}")  # noqa: S608 - schema names


def rows(tx: Connection) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every kind's table, by table, but for empty ones."""
    found = {
        table: tx.execute(f"SELECT * FROM {table} ORDER BY id").fetchall()  # noqa: S608 - schema names
        for table in (table_of(row) for row in SCHEMA.values())
    }
    return {table: content for table, content in found.items() if content}
