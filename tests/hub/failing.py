"""A real SQLCipher file whose connection fails at a chosen statement, like a disk that dies."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import sqlcipher3.dbapi2 as sqlcipher

from hub.store.opening import connect_to
from shared.database import Connection, Cursor

_PASSED = ("ROLLBACK", "PRAGMA", "RELEASE")  # undoing must work, or the test would test itself


class FailingFile:
    """Opens one file. After `fail_after(n)` the n-th further statement of a write fails, and all after."""

    def __init__(self, path: Path) -> None:
        self._open = connect_to(path)
        self._left: int | None = None
        self.failed_at = ""
        self._writing = False

    def connect(self) -> Connection:
        return _Failing(self._open(), self)

    def fail_after(self, statements: int) -> None:
        self._left, self.failed_at = statements, ""

    def heal(self) -> None:
        self._left = None

    def step(self, sql: str) -> None:
        if sql.startswith("BEGIN"):
            self._writing = "IMMEDIATE" in sql
        if self._left is None or not self._writing or sql.startswith(_PASSED):
            return
        if self._left <= 0:
            self.failed_at = self.failed_at or sql
            raise sqlcipher.OperationalError("disk I/O error")
        self._left -= 1


class _Failing:
    def __init__(self, real: Any, file: FailingFile) -> None:
        self._real = real
        self._file = file

    @property
    def in_transaction(self) -> bool:
        return bool(self._real.in_transaction)

    def execute(self, sql: str, parameters: Sequence[Any] = (), /) -> Cursor:
        self._file.step(sql)
        done: Cursor = self._real.execute(sql, parameters)
        return done

    def executemany(self, sql: str, parameters: Iterable[Sequence[Any]], /) -> Cursor:
        self._file.step(sql)
        done: Cursor = self._real.executemany(sql, parameters)
        return done

    def close(self) -> None:
        self._real.close()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)
