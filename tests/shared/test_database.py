"""The encrypted file: what a crash leaves, what a wrong key says, what a thief reads."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import sqlcipher3.dbapi2 as sqlcipher

from shared.database import Connection, Database, sqlite_utils
from shared.errors import ConfigError, StoreError
from tests.shared.ledger.files import KEY, connector, open_ledger

CANARY = "KANARINAC-ĐORĐEVIĆ-7"


def make(path: Path) -> Database:
    database = Database(connector(path), key=KEY)
    with database.transaction() as tx:
        tx.execute("CREATE TABLE IF NOT EXISTS note (id INTEGER PRIMARY KEY, text TEXT NOT NULL) STRICT")
    return database


def notes(database: Database) -> list[str]:
    with database.snapshot() as tx:
        return [text for (text,) in tx.execute("SELECT text FROM note ORDER BY id")]


class Failing:
    """A connection that fails at chosen statements, as a disk or a power cut would."""

    def __init__(self, real: Connection, fail: dict[str, Exception], *, after: bool = False) -> None:
        self._real = real
        self.fail = fail
        self._after = after

    @property
    def in_transaction(self) -> bool:
        return self._real.in_transaction

    def execute(self, sql: str, parameters: Sequence[Any] = (), /) -> Any:
        error = self.fail.pop(sql.split()[0], None)
        if error is not None and not self._after:
            raise error
        result = self._real.execute(sql, parameters)
        if error is not None:
            raise error
        return result

    def executemany(self, sql: str, parameters: Any, /) -> Any:
        return self._real.executemany(sql, parameters)

    def close(self) -> None:
        self._real.close()


class PowerCutError(BaseException):
    """The machine stops: nothing in the program may catch it and go on."""


def test_a_crash_between_statement_and_commit_leaves_nothing(tmp_path: Path) -> None:
    """Opened again after a stop before COMMIT, the file holds the earlier state, whole."""
    with make(tmp_path / "a.db") as database, database.transaction() as tx:
        tx.execute("INSERT INTO note (text) VALUES ('before')")
    dying = sqlcipher.connect(str(tmp_path / "a.db"), isolation_level=None, check_same_thread=False)
    database = Database(
        lambda: Failing(dying, {"COMMIT": PowerCutError(), "ROLLBACK": PowerCutError()}), key=KEY
    )
    with pytest.raises(PowerCutError), database.transaction() as tx:
        tx.execute("INSERT INTO note (text) VALUES ('lost')")
    dying.close()
    with make(tmp_path / "a.db") as again:
        assert notes(again) == ["before"]


def test_a_crash_after_commit_keeps_everything(tmp_path: Path) -> None:
    """The caller never learned, so it was not acknowledged; but it was durable, so it is there."""
    make(tmp_path / "a.db").close()
    dying = sqlcipher.connect(str(tmp_path / "a.db"), isolation_level=None, check_same_thread=False)
    database = Database(lambda: Failing(dying, {"COMMIT": PowerCutError()}, after=True), key=KEY)
    with pytest.raises(PowerCutError), database.transaction() as tx:
        tx.execute("INSERT INTO note (text) VALUES ('kept')")
    dying.close()
    with make(tmp_path / "a.db") as again:
        assert notes(again) == ["kept"]


def test_an_exception_in_the_block_rolls_back(tmp_path: Path) -> None:
    """Whatever goes wrong inside, nothing of the block stays, and the next one works."""
    with make(tmp_path / "a.db") as database:
        with pytest.raises(ZeroDivisionError), database.transaction() as tx:
            tx.execute("INSERT INTO note (text) VALUES (?)", (str(1 // 0),))
        with database.transaction() as tx:
            tx.execute("INSERT INTO note (text) VALUES ('next')")
        assert notes(database) == ["next"]


@pytest.mark.parametrize(
    ("fail", "after"),
    [
        (("BEGIN",), True),
        (("COMMIT",), False),
        (("COMMIT",), True),
        (("INSERT", "ROLLBACK"), False),
        (("INSERT", "ROLLBACK"), True),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, tuple) else ("kept" if value else "not kept"),
)
def test_no_transaction_is_left_open_by_one_that_failed(
    tmp_path: Path, fail: tuple[str, ...], *, after: bool
) -> None:
    """Whichever of its own statements fails, the same thread reads the newest state and writes again."""
    make(tmp_path / "a.db").close()
    failing: dict[str, Exception] = {}
    real = connector(tmp_path / "a.db")
    with Database(lambda: Failing(real(), failing, after=after), key=KEY) as database:
        assert notes(database) == []
        failing |= dict.fromkeys(fail, sqlcipher.OperationalError("disk I/O error"))
        with pytest.raises(StoreError, match="disk_failing"), database.transaction() as tx:
            tx.execute("INSERT INTO note (text) VALUES ('lost, unless its COMMIT was kept')")
        failing.clear()
        with make(tmp_path / "a.db") as other, other.transaction() as tx:
            tx.execute("INSERT INTO note (text) VALUES ('theirs')")
        assert notes(database)[-1] == "theirs"
        with database.transaction() as tx:
            tx.execute("INSERT INTO note (text) VALUES ('ours')")
        assert notes(database)[-2:] == ["theirs", "ours"]
        assert len(notes(database)) == 2 + (fail == ("COMMIT",) and after)


def test_a_snapshot_that_could_not_end_does_not_show_its_old_view_for_ever(tmp_path: Path) -> None:
    """A COMMIT of a read that failed: the next read begins anew."""
    make(tmp_path / "a.db").close()
    failing: dict[str, Exception] = {}
    real = connector(tmp_path / "a.db")
    with Database(lambda: Failing(real(), failing), key=KEY) as database:
        assert notes(database) == []
        failing["COMMIT"] = sqlcipher.OperationalError("disk I/O error")
        with pytest.raises(StoreError, match="disk_failing"):
            notes(database)
        with make(tmp_path / "a.db") as other, other.transaction() as tx:
            tx.execute("INSERT INTO note (text) VALUES ('theirs')")
        assert notes(database) == ["theirs"]


def test_a_full_disk_is_coded_and_nothing_is_kept_in_part(tmp_path: Path) -> None:
    """SQLite's own limit stands in for the disk; after room is made, work goes on."""
    with make(tmp_path / "a.db") as database:
        database.connection().execute("PRAGMA max_page_count = 8")
        with pytest.raises(StoreError) as refused, database.transaction() as tx:  # noqa: PT012 - the commit counts
            for _ in range(99):
                tx.execute("INSERT INTO note (text) VALUES (?)", ("x" * 3_000,))
        assert refused.value.code == "disk_full"
        assert notes(database) == []
        database.connection().execute("PRAGMA max_page_count = 1000000")
        with database.transaction() as tx:
            tx.execute("INSERT INTO note (text) VALUES ('room')")
        assert notes(database) == ["room"]


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ("database or disk is full", "disk_full"),
        ("attempt to write a readonly database", "store_read_only"),
        ("database is locked", "store_busy"),
        ("database disk image is malformed", "store_damaged"),
        ("disk I/O error", "disk_failing"),
        ("unable to open database file", "store_unreachable"),
    ],
)
@pytest.mark.parametrize("statement", ["BEGIN", "INSERT", "COMMIT"])
def test_the_worlds_faults_are_coded_wherever_they_strike(
    tmp_path: Path, statement: str, message: str, code: str
) -> None:
    """Each complaint of SQLite gives its code and a hint, and leaves nothing behind."""
    make(tmp_path / "a.db").close()
    real = sqlcipher.connect(str(tmp_path / "a.db"), isolation_level=None, check_same_thread=False)
    failing = Failing(real, {})
    with Database(lambda: failing, key=KEY) as database:
        assert notes(database) == []
        failing.fail[statement] = sqlcipher.OperationalError(message)
        with pytest.raises(StoreError) as refused, database.transaction() as tx:
            tx.execute("INSERT INTO note (text) VALUES ('x')")
        assert (refused.value.code, bool(refused.value.hint)) == (code, True)
        assert notes(database) == []


def test_our_own_mistakes_stay_what_they_are(tmp_path: Path) -> None:
    """A broken constraint or bad SQL is a bug to see, not a disk to blame."""
    with make(tmp_path / "a.db") as database:
        with pytest.raises(sqlcipher.IntegrityError), database.transaction() as tx:
            tx.execute("INSERT INTO note (text) VALUES (NULL)")
        with pytest.raises(sqlcipher.OperationalError), database.transaction() as tx:
            tx.execute("INSERT INTO nowhere VALUES (1)")


def test_a_wrong_key_is_coded(tmp_path: Path) -> None:
    """Another key, or one of the wrong length, is told as such and opens nothing."""
    make(tmp_path / "a.db").close()
    other = Database(connector(tmp_path / "a.db"), key=bytes(32))
    with pytest.raises(StoreError, match="wrong_database_key"):
        other.connection()
    with pytest.raises(ConfigError, match="bad_database_key"):
        Database(connector(tmp_path / "a.db"), key=b"short")


def test_a_thief_reads_nothing(tmp_path: Path) -> None:
    """Neither the file nor its write-ahead log, open or closed, holds a word of what was stored."""
    with make(tmp_path / "a.db") as database:
        with database.transaction() as tx:
            for place in range(50):
                tx.execute("INSERT INTO note (text) VALUES (?)", (f"{CANARY}{place}",))
        files = list(tmp_path.iterdir())
        assert {path.name for path in files} >= {"a.db", "a.db-wal"}
        for path in files:
            assert CANARY.encode() not in path.read_bytes()
            assert b"SQLite format" not in path.read_bytes()
    assert all(CANARY.encode() not in path.read_bytes() for path in tmp_path.iterdir())


def test_a_ledger_is_unreadable_too(tmp_path: Path) -> None:
    """Its table and column names tell nothing either."""
    with open_ledger(tmp_path / "ledger.db"):
        for path in tmp_path.iterdir():
            assert b"check_record" not in path.read_bytes()
            assert b"CREATE TABLE" not in path.read_bytes()


def test_commits_are_durable_by_setting(tmp_path: Path) -> None:
    """Write-ahead log, synchronous FULL, constraints on: as promised, on each thread's connection."""
    with make(tmp_path / "a.db") as database:
        found: list[tuple[object, ...]] = []

        def look() -> None:
            tx = database.connection()
            found.append(
                tuple(
                    tx.execute(f"PRAGMA {name}").fetchone()[0]
                    for name in ("journal_mode", "synchronous", "foreign_keys")
                )
            )

        look()
        thread = threading.Thread(target=look)
        thread.start()
        thread.join()
        assert found == [("wal", 2, 1)] * 2


def test_two_threads_that_read_and_then_write_never_meet_a_lock(tmp_path: Path) -> None:
    """Counting up from two threads loses no step: a transaction owns the file from its start."""
    with make(tmp_path / "a.db") as database:
        with database.transaction() as tx:
            tx.execute("INSERT INTO note (id, text) VALUES (1, '0')")

        def count() -> None:
            for _ in range(50):
                with database.transaction() as tx:
                    (text,) = tx.execute("SELECT text FROM note WHERE id = 1").fetchone()
                    tx.execute("UPDATE note SET text = ? WHERE id = 1", (str(int(text) + 1),))

        threads = [threading.Thread(target=count) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert notes(database) == ["100"]


def test_a_snapshot_is_of_one_moment(tmp_path: Path) -> None:
    """What another thread commits meanwhile is not in it; inside a write it sees that write."""
    with make(tmp_path / "a.db") as database:

        def write() -> None:
            with database.transaction() as tx:
                tx.execute("INSERT INTO note (text) VALUES ('meanwhile')")

        with database.snapshot() as tx:
            assert tx.execute("SELECT count(*) FROM note").fetchone() == (0,)
            thread = threading.Thread(target=write)
            thread.start()
            thread.join()
            assert tx.execute("SELECT count(*) FROM note").fetchone() == (0,)
        with database.transaction() as tx:
            tx.execute("INSERT INTO note (text) VALUES ('mine')")
            with database.snapshot() as inside:
                assert inside.execute("SELECT count(*) FROM note").fetchone() == (2,)
        assert notes(database) == ["meanwhile", "mine"]


def test_sqlite_utils_catches_sqlciphers_exceptions(tmp_path: Path) -> None:
    """The stand-in works: the library's own error class is SQLCipher's, and its tools use our file."""
    assert sqlite_utils.db.OperationalError is sqlcipher.OperationalError
    with make(tmp_path / "a.db") as database:
        tools = database.tools()
        assert isinstance(tools, sqlite_utils.Database)
        assert tools["nowhere"].exists() is False
        tools["note"].insert({"text": "by the tools"})
        assert notes(database) == ["by the tools"]
        with pytest.raises(sqlcipher.OperationalError):
            tools.execute("SELECT * FROM nowhere")


@pytest.mark.parametrize(
    "module",
    ["shared.ledger.tables", "shared.ledger.search", "edge.store.migrations", "hub.store.migrations"],
)
def test_whatever_is_imported_first_the_stand_in_stands(module: str) -> None:
    """Each module that uses sqlite-utils meets it through the stand-in, also as a process's first import."""
    look = f"import {module}, sqlite_utils.utils as u; print(u.OperationalError.__module__)"
    done = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "sqlcipher3.dbapi2"


def test_the_wrong_order_of_imports_is_refused() -> None:
    """Met the other way round the program stops, rather than missing errors later."""
    look = [sys.executable, "-c", "import sqlite_utils, shared.database"]
    done = subprocess.run(look, capture_output=True, text=True, check=False)
    assert "imported before shared.database" in done.stderr
