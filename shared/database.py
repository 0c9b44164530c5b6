"""One encrypted SQLite file: connections, transactions, and coded errors. Opens nothing itself.

Job: make every store speak to SQLCipher in one way. Whoever composes a process injects `Connect`,
a function that opens the file; this module keys the connection, sets its pragmas, and hands out
transactions. So the simulator can put a failing file underneath the very same code.

Invariants
* A write transaction begins IMMEDIATE: reading and then writing never meets "database is locked".
* WAL with synchronous=FULL: what was committed survives a power cut.
* One connection a thread; one writer at a time in a process.
* sqlite-utils must meet SQLCipher under the name `pysqlite3` *before* its first import, or its
  own error handling catches another library's exceptions. That happens here and only here.
Must not know: tables.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final, Protocol, Self

import sqlcipher3.dbapi2 as sqlcipher

from shared.errors import ConfigError, KaraulaError, StoreError

for _name in ("pysqlite3", "pysqlite3.dbapi2"):
    sys.modules.setdefault(_name, sqlcipher)

import sqlite_utils  # noqa: E402 — the stand-in above must come first

if sqlite_utils.utils.OperationalError is not sqlcipher.OperationalError:
    raise ImportError("sqlite_utils was imported before shared.database, so it misses SQLCipher's errors")

DatabaseError: Final = sqlcipher.Error
"""Whatever the database says of itself, before it is coded."""
REFUSED_VALUES: Final = (sqlcipher.IntegrityError, sqlcipher.InterfaceError, sqlcipher.DataError)
"""How it refuses what it was given, being sound itself."""

KEY_BYTES: Final = 32
_BUSY_MS: Final = 10_000
CACHE_KIB: Final = 8_192
"""Decrypted pages a connection may keep: what a hub's ingest wants. A node has a connection a thread."""


class Cursor(Protocol):
    """What a statement returns."""

    rowcount: int

    def fetchone(self) -> Any: ...
    def fetchall(self) -> list[Any]: ...
    def __iter__(self) -> Iterator[Any]: ...


class Connection(Protocol):
    """The part of a DB-API connection the stores use."""

    @property
    def in_transaction(self) -> bool: ...
    def execute(self, sql: str, parameters: Sequence[Any] = ..., /) -> Cursor: ...
    def executemany(self, sql: str, parameters: Iterable[Sequence[Any]], /) -> Cursor: ...
    def close(self) -> None: ...


Connect = Callable[[], Connection]
"""Opens the file, unkeyed, with `isolation_level=None` and usable from any thread."""


class Database:
    """A keyed SQLite file. Share one among the threads of a process."""

    def __init__(self, connect: Connect, *, key: bytes, cache_kib: int = CACHE_KIB) -> None:
        """`key` is the raw 32-byte database key; `cache_kib` is for each thread's connection.

        Raises ConfigError `bad_database_key`.
        """
        if len(key) != KEY_BYTES:
            raise ConfigError(
                "bad_database_key",
                "the database key is not 32 bytes",
                hint="Restore the key file from the escrow.",
            )
        self._connect = connect
        self._key = key
        self._cache_kib = cache_kib
        self._local = threading.local()
        self._writing = threading.RLock()
        self._open: list[Connection] = []

    def connection(self) -> Connection:
        """This thread's connection, opened and keyed at first use."""
        found: Connection | None = getattr(self._local, "connection", None)
        if found is None:
            with coded():
                found = self._keyed(self._connect())
            self._local.connection = found
            self._open.append(found)
        return found

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """A write transaction: committed when the block ends, rolled back when it raises.

        Only after this block has ended without an error may anything be acknowledged.
        Raises StoreError (`disk_full`, `store_read_only`, `store_busy`, `store_damaged`).
        """
        tx = self.connection()
        with self._writing, coded():
            self._begin(tx, "BEGIN IMMEDIATE")
            try:
                yield tx
                tx.execute("COMMIT")
            except BaseException:
                self._abandon(tx)
                raise

    @contextmanager
    def snapshot(self) -> Iterator[Connection]:
        """Several reads of one moment. Inside this thread's own write it is that write's view."""
        tx = self.connection()
        with coded():
            if _in_transaction(tx):
                yield tx
                return
            self._begin(tx, "BEGIN")
            try:
                yield tx
                tx.execute("COMMIT")
            except BaseException:
                self._abandon(tx)
                raise

    def tools(self) -> sqlite_utils.Database:
        """sqlite-utils over this thread's connection: schema work and ordinary rows."""
        return sqlite_utils.Database(self.connection())  # type: ignore[arg-type]  # SQLCipher's own Connection class

    def close(self) -> None:
        """Close every thread's connection. The object is of no use after that."""
        for connection in self._open:
            connection.close()
        self._open.clear()
        self._local = threading.local()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _begin(self, tx: Connection, sql: str) -> None:
        nested = _in_transaction(tx)
        try:
            tx.execute(sql)
        except BaseException:
            if not nested:  # the outer one is its owner's to end
                self._abandon(tx)
            raise

    def _abandon(self, tx: Connection) -> None:
        """End a transaction that failed; a connection that cannot even do that is closed and forgotten.

        Left open it would show its old view of the file, and refuse every write, for as long as the process
        lives.
        """
        try:
            if _in_transaction(tx):
                tx.execute("ROLLBACK")
        except sqlcipher.Error:
            self._local.connection = None
            self._open.remove(tx)
            tx.close()

    def _keyed(self, connection: Connection) -> Connection:
        # A wrong key is told by a coded error; SQLCipher's own lines on stderr would only hide it.
        connection.execute("PRAGMA cipher_log_level = NONE")
        connection.execute(f"PRAGMA key = \"x'{self._key.hex()}'\"")
        connection.execute(f"PRAGMA busy_timeout = {_BUSY_MS}")
        for pragma in (
            "cipher_memory_security = OFF",  # page buffers are wiped anyway; this doubles the cost of a read
            "journal_mode = WAL",
            "synchronous = FULL",
            "foreign_keys = ON",
            "trusted_schema = OFF",
            "temp_store = MEMORY",  # no plaintext temporary files
            f"cache_size = -{self._cache_kib}",
        ):
            connection.execute(f"PRAGMA {pragma}")
        return connection


def _in_transaction(tx: Connection) -> bool:
    return tx.in_transaction


_CODES: Final = (
    (
        "disk is full",
        "disk_full",
        "the disk is full",
        "Free space on the disk; nothing acknowledged was lost.",
    ),
    ("full", "disk_full", "the disk is full", "Free space on the disk; nothing acknowledged was lost."),
    (
        "readonly",
        "store_read_only",
        "the disk cannot be written",
        "Check the disk; it was mounted read-only.",
    ),
    ("locked", "store_busy", "the database is busy", "Try again; another program is writing."),
    (
        "not a database",
        "wrong_database_key",
        "the key does not open this database",
        "Restore the right key file.",
    ),
    (
        "malformed",
        "store_damaged",
        "the database is damaged",
        "Stop, copy the file, and restore the last backup.",
    ),
    (
        "disk i/o",
        "disk_failing",
        "the disk refused a read or a write",
        "Check the disk and its cable; then restart.",
    ),
    (
        "unable to open",
        "store_unreachable",
        "the database file cannot be opened",
        "Check path and permissions.",
    ),
)


@contextmanager
def coded() -> Iterator[None]:
    """Turn SQLite's complaints about the world into StoreErrors; our own mistakes stay as they are."""
    try:
        yield
    except KaraulaError:
        raise
    except (sqlcipher.OperationalError, sqlcipher.DatabaseError) as error:
        if isinstance(error, sqlcipher.IntegrityError | sqlcipher.ProgrammingError):
            raise
        text = str(error).lower()
        for sign, code, message, hint in _CODES:
            if sign in text:
                raise StoreError(code, message, hint=hint) from error
        raise
