"""The demo's directory: made anew each run, held by one demo at a time, and its control files.

    .demo/  lock       held by the running demo (flock), with its pid
            links      the nodes whose link a person cut, one a line: written by --link-down
            state      what the running demo says of itself, JSON: read by --status
            passphrase authority/ hub/ <post>/ sticks/ logs/

Invariants
* Only a directory that a demo made, or an empty one, is ever emptied.
* No password and no traveller's name is written here by the demo.
Must not know: what the demo runs.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from provisioning.disk import alone_in, own_directory, write_file
from shared.errors import ConfigError

_LOCK: Final = "lock"
_LINKS: Final = "links"
_STATE: Final = "state"


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoDirectory:
    """One demo's directory."""

    path: Path

    @property
    def authority(self) -> Path:
        return self.path / "authority"

    @property
    def hub(self) -> Path:
        return self.path / "hub"

    @property
    def passphrase(self) -> Path:
        return self.path / "passphrase"

    @property
    def sticks(self) -> Path:
        """What is carried about: node packs, and in time USB sticks."""
        return self.path / "sticks"

    @property
    def logs(self) -> Path:
        return self.path / "logs"

    def node(self, post: str) -> Path:
        return self.path / post.lower()

    # --- one demo at a time ---

    def take(self) -> Lock:
        """Hold the directory, emptied of any earlier run. Keep the lock until the demo ends.

        Raises ConfigError `demo_running`, `not_a_demo_directory`.
        """
        if self._is_foreign():
            raise ConfigError(
                "not_a_demo_directory",
                f"{self.path} is or holds something that is not a demo's",
                hint="Choose an empty directory with --dir; the demo empties its own at each start.",
            )
        own_directory(self.path)
        handle = os.open(self.path / _LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(handle)
            raise ConfigError(
                "demo_running",
                f"a demo runs in {self.path} already",
                hint="Stop it with Ctrl-C in its terminal, look at it with karaula demo --status, "
                "or give another one its own --dir.",
            ) from None
        self._empty()
        os.ftruncate(handle, 0)
        os.write(handle, f"{os.getpid()}\n".encode())
        return Lock(handle=handle)

    def _is_foreign(self) -> bool:
        if not self.path.exists():
            return False
        return not self.path.is_dir() or (any(self.path.iterdir()) and not (self.path / _LOCK).exists())

    def _empty(self) -> None:
        for entry in self.path.iterdir():
            if entry.name == _LOCK:
                continue
            if entry.is_dir() and not entry.is_symlink():
                shutil.rmtree(entry)
            else:
                entry.unlink()
        for folder in (self.sticks, self.logs):
            own_directory(folder)

    def is_running(self) -> bool:
        """Whether a demo holds the directory now."""
        try:
            handle = os.open(self.path / _LOCK, os.O_RDONLY | os.O_CLOEXEC)
        except FileNotFoundError:
            return False
        try:
            fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        finally:
            os.close(handle)
        return False

    def require_running(self) -> None:
        """Raise ConfigError `demo_not_running` unless a demo holds the directory."""
        if not self.is_running():
            raise ConfigError(
                "demo_not_running",
                f"no demo runs in {self.path}",
                hint="Start one with karaula demo, or name its directory with --dir.",
            )

    # --- what one terminal tells the other ---

    def cut_links(self) -> frozenset[str]:
        """The posts whose link a person has cut."""
        try:
            return frozenset((self.path / _LINKS).read_text(encoding="utf-8").split())
        except FileNotFoundError:
            return frozenset()

    def set_link(self, post: str, *, up: bool) -> None:
        """Ask the running demo to cut or heal a link."""
        with alone_in(self.path):
            cut = self.cut_links()
            self.set_links(cut - {post} if up else cut | {post})

    def set_links(self, cut: Iterable[str]) -> None:
        """Ask for exactly these links to be cut."""
        write_file(self.path / _LINKS, "".join(f"{post}\n" for post in sorted(cut)).encode(), replace=True)

    def say(self, state: dict[str, Any]) -> None:
        """Publish what the demo is doing."""
        write_file(self.path / _STATE, json.dumps(state, ensure_ascii=False, indent=1).encode(), replace=True)

    def state(self) -> dict[str, Any]:
        """What the demo last said; empty before it said anything."""
        try:
            found = json.loads((self.path / _STATE).read_text(encoding="utf-8"))
        except (FileNotFoundError, json.JSONDecodeError):
            return {}
        return found if isinstance(found, dict) else {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Lock:
    """A held directory."""

    handle: int

    def release(self) -> None:
        os.close(self.handle)
