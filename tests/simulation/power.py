"""The file layer: connections that stop at a chosen step, and what the disk holds afterwards.

`Fuse.arm` chooses the step: before a COMMIT (nothing of the transaction may be kept), while it writes (all
or nothing), after it but before the program learns (all of it must be), between two statements, or a disk
that is full. `Disk.trip` is asked about every call, for a sweep that fails at one after another. A power cut
raises `PowerCut`, which no program catches; after it the connection runs nothing more. `Disk` then puts the
files as the cut left them: the database and its write-ahead log, whose end is torn where the cut fell into a
COMMIT.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from enum import Enum
from pathlib import Path
from typing import Any

import sqlcipher3.dbapi2 as sqlcipher

from tests.simulation.chance import Chance, Fault


class PowerCut(BaseException):
    """The machine has no power: nothing in a program can catch this and go on."""


_WRITES = ("INSERT", "UPDATE", "DELETE", "COMMIT")
"""What needs room on a disk."""


_ALONE = (*_WRITES, "CREATE", "DROP", "ALTER", "PRAGMA", "RELEASE")
"""What commits by itself outside a transaction."""


_CHECKPOINTED_BYTES = 1_000 * 4_096


class Moment(Enum):
    """Where a fuse blows."""

    BEFORE_COMMIT = "before"
    IN_COMMIT = "in"
    AFTER_COMMIT = "after"
    IN_BETWEEN = "between"
    DISK_FULL = "full"


class Fuse:
    """One machine's. `blown` says at which moment it went last."""

    def __init__(self) -> None:
        self._moment: Moment | None = None
        self._steps = 0
        self.blown: Moment | None = None

    def arm(self, moment: Moment, steps: int) -> None:
        """Blow at the `steps`-th commit from now (or statement, for the other moments)."""
        self._moment, self._steps = moment, steps

    def disarm(self) -> None:
        self._moment = None

    @contextmanager
    def held(self) -> Iterator[None]:
        """Steps that are the test's own, and blow nothing."""
        moment, self._moment = self._moment, None
        try:
            yield
        finally:
            self._moment = moment

    def goes(self, moment: Moment) -> bool:
        """Whether the fuse blows at this step, which is one of its moment."""
        if self._moment is not moment:
            return False
        self._steps -= 1
        if self._steps > 0:
            return False
        self._moment, self.blown = None, moment
        return True


Call = Callable[[], Any]
Trip = Callable[[str, Call], Any]
"""Makes a call, or does not, or makes it and fails all the same: (its statement, the call) → its result."""


def _pass(_: str, call: Call) -> Any:
    return call()


class Disk:
    """One machine's database files, and the connections into them."""

    def __init__(self, path: Path, chance: Chance) -> None:
        self.path = path
        self._log = path.with_name(path.name + "-wal")
        self._chance = chance
        self.fuse = Fuse()
        self.trip: Trip = _pass
        self.dead = False
        self._committed_bytes = 0
        self._open: list[Wired] = []

    def connect(self) -> Wired:
        """Opens the file as the products do, on this disk."""
        disk = self

        class Here(Wired):
            _disk = disk

        connection: Wired = sqlcipher.connect(
            str(self.path), isolation_level=None, check_same_thread=False, factory=Here, cached_statements=256
        )
        self._open.append(connection)
        return connection

    def committed(self) -> None:
        """Note how much of the log a power cut now leaves untouched."""
        self._committed_bytes = self._log.stat().st_size if self._log.exists() else 0

    def cut(self) -> None:
        """Power goes: keep the files exactly as they are, and let go of every connection."""
        self.dead = True
        left = {path: path.read_bytes() for path in (self.path, self._log) if path.exists()}
        log = left.get(self._log, b"")
        # Beyond this size SQLite may have moved the log into the file, which it does only once it is whole.
        if self._committed_bytes < len(log) < _CHECKPOINTED_BYTES:
            left[self._log] = log[: self._chance.between(self._committed_bytes, len(log))]
            self._chance.fire(Fault.TORN_TAIL)
        self.release()
        for path in self.path.parent.glob(self.path.name + "*"):
            path.unlink()
        for path, content in left.items():
            path.write_bytes(content)
        self.dead = False

    @contextmanager
    def unwatched(self) -> Iterator[None]:
        """Calls that are the test's own and not the program's: `trip` does not hear of them."""
        trip, self.trip = self.trip, _pass
        try:
            yield
        finally:
            self.trip = trip

    def die(self) -> None:
        """The power fails now, between two statements."""
        self.fuse.blown = Moment.IN_BETWEEN
        self.dead = True
        raise PowerCut

    def release(self) -> None:
        """Close every connection that is still open."""
        for connection in self._open:
            connection.close()
        self._open.clear()


class Wired(sqlcipher.Connection):  # type: ignore[misc]  # the driver has no types
    """A connection that runs on its disk's power."""

    _disk: Disk
    _reading = False

    def execute(self, sql: str, parameters: Sequence[Any] = (), /) -> Any:
        if self._disk.trip is _pass:
            return self._execute(sql, parameters)
        return self._disk.trip(sql, lambda: self._execute(sql, parameters))

    def _execute(self, sql: str, parameters: Sequence[Any]) -> Any:
        self._step(sql)
        if sql == "BEGIN":  # a snapshot: its COMMIT writes nothing
            self._reading = True
        elif sql.startswith("COMMIT") and not self._reading:
            return self._commit()
        elif sql.startswith(("COMMIT", "ROLLBACK")):
            self._reading = False
        done = super().execute(sql, parameters)
        if not self.in_transaction and sql.lstrip().startswith(_ALONE):
            self._disk.committed()
        return done

    def _commit(self) -> Any:
        fuse = self._disk.fuse
        if fuse.goes(Moment.BEFORE_COMMIT):
            self._die()
        done = super().execute("COMMIT")
        if fuse.goes(Moment.IN_COMMIT):
            self._die()
        self._disk.committed()
        if fuse.goes(Moment.AFTER_COMMIT):
            self._die()
        return done

    def executemany(self, sql: str, rows: Any, /) -> Any:
        def call() -> Any:
            self._step(sql)
            return super(Wired, self).executemany(sql, rows)

        return self._disk.trip(sql, call)

    def executescript(self, sql: str, /) -> Any:
        def call() -> Any:
            self._step(sql)
            return super(Wired, self).executescript(sql)

        return self._disk.trip(sql, call)

    def _step(self, sql: str) -> None:
        if self._disk.dead:
            raise PowerCut
        if self._disk.fuse.goes(Moment.IN_BETWEEN):
            self._die()
        if not self._reading and sql.startswith(_WRITES) and self._disk.fuse.goes(Moment.DISK_FULL):
            raise sqlcipher.OperationalError("database or disk is full")

    def _die(self) -> None:
        self._disk.dead = True
        raise PowerCut
