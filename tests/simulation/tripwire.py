"""A tripwire across every call to the outside: it counts them, and at a chosen one lets the world fail.

The calls are those to the database files, to the hub's key files, and to the network. A failing call is
*kept* when its effect happened and only the answer was lost, else *not kept*. What the caller meets is an
error it may handle, or the end of its machine's power.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from enum import Enum
from pathlib import Path
from typing import Any, Final

import sqlcipher3.dbapi2 as sqlcipher

from shared.errors import RemoteError

COMPLAINTS: Final = ("disk I/O error", "database or disk is full")


class Manner(Enum):
    """How the chosen call fails."""

    ERROR_NOT_KEPT = "error, not kept"
    ERROR_KEPT = "error, kept"
    POWER_NOT_KEPT = "power, not kept"
    POWER_KEPT = "power, kept"

    @property
    def kept(self) -> bool:
        return self in (Manner.ERROR_KEPT, Manner.POWER_KEPT)

    @property
    def power(self) -> bool:
        return self in (Manner.POWER_NOT_KEPT, Manner.POWER_KEPT)


class Tripwire:
    """Armed for the `at`-th call from now. `calls` has each one's kind and words; `what` which failed."""

    def __init__(self) -> None:
        self._at = 0
        self._manner = Manner.ERROR_NOT_KEPT
        self._armed = False
        self.calls: list[tuple[str, str]] = []
        self.what = ""

    def arm(self, at: int, manner: Manner) -> None:
        self._at, self._manner, self._armed = at, manner, True
        self.calls.clear()

    def disarm(self) -> None:
        self._armed = False

    def through(
        self, kind: str, what: str, call: Callable[[], Any], *, error: Exception, die: Callable[[], Any]
    ) -> Any:
        """Make the call, or fail at it. After it has failed once, everything goes well again."""
        if not self._armed:
            return call()
        self.calls.append((kind, what))
        if len(self.calls) != self._at:
            return call()
        self._armed = False
        self.what = f"{kind} call {self._at}, {self._manner.value}: {what}"
        if self._manner.kept:
            call()
        if self._manner.power:
            die()
        raise error

    # --- the three kinds ---

    def database(self, die: Callable[[], Any]) -> Callable[[str, Callable[[], Any]], Any]:
        """What a machine's `Disk.trip` is set to."""

        def trip(sql: str, call: Callable[[], Any]) -> Any:
            said = COMPLAINTS[len(self.calls) % len(COMPLAINTS)]
            what = " ".join(sql.split())[:80]
            return self.through("database", what, call, error=sqlcipher.OperationalError(said), die=die)

        return trip

    def network(self, call: Callable[[], bytes], die: Callable[[], Any]) -> bytes:
        """One question carried there and its answer back; `kept` means that the hub has heard it."""
        lost = RemoteError("link_down", "the hub cannot be reached", hint="Work goes on.")
        answer: bytes = self.through("network", "a question", call, error=lost, die=die)
        return answer


class Files:
    """Stands in for `os` and some of Path's verbs where a program writes files, the tripwire across them."""

    VERBS: Final = ("replace", "unlink", "mkdir", "read_bytes")

    def __init__(self, wire: Tripwire, die: Callable[[], Any]) -> None:
        self._wire = wire
        self._die = die

    def __getattr__(self, name: str) -> Any:
        real = getattr(os, name)
        if name in ("open", "fsync", "write"):
            return self._wrapped(f"os.{name}", real)
        if name == "fdopen":
            return lambda *args: _File(real(*args), self)
        return real

    def of_path(self, name: str) -> Callable[..., Any]:
        """Path's verb of this name, with the wire across it."""
        return self._wrapped(f"Path.{name}", getattr(Path, name))

    def _wrapped(self, what: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **named: Any) -> Any:
            broken = OSError(errno.EIO, os.strerror(errno.EIO))
            made = lambda: real(*args, **named)  # noqa: E731 - one expression
            return self._wire.through("file", what, made, error=broken, die=self._die)

        return call


class _File:
    """An open file whose writing may fail."""

    def __init__(self, real: Any, files: Files) -> None:
        self._real = real
        self._files = files

    def write(self, data: bytes) -> int:
        written: int = self._files._wrapped("write", self._real.write)(data)
        return written

    def flush(self) -> None:
        self._files._wrapped("flush", self._real.flush)()

    def fileno(self) -> int:
        number: int = self._real.fileno()
        return number

    def __enter__(self) -> _File:
        return self

    def __exit__(self, *_: object) -> None:
        self._real.close()
