"""A snapshot fetched from the hub into a file, piece by piece, whatever the link does.

Job: go on with what is there, or begin anew; give out blocks as soon as they are here whole.
Invariants
* What was fetched stays: a cut costs at most the piece under way.
* Bytes a power cut spoilt are found by their hash and fetched again.
* Pieces grow while they come quickly and shrink when they fail.
* A disk that is full or fails is told in a coded error; what is in the file is sound, and the next run goes
  on from it.
Must not know: HTTP, what is in a block.
"""

from __future__ import annotations

import errno
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from io import FileIO
from pathlib import Path
from typing import Final, Protocol, Self

from shared import snapshot
from shared.errors import RemoteError, StoreError, WireError
from shared.limits import SNAPSHOT_PIECE_MAX_BYTES
from shared.snapshot import Manifest, Opening

_PIECE_FIRST_BYTES: Final = 32 * 1024
_PIECE_LEAST_BYTES: Final = 4 * 1024
_QUICK_S: Final = 1.0  # a piece that came faster may be followed by a larger one
_TRIES: Final = 6  # of one piece, before the person is told that the link is down
_WAIT_S: Final = 2.0  # after the first failure; it doubles
_AGAIN: Final = frozenset({"link_down", "link_cut", "link_slow", "hub_busy"})


class Link(Protocol):
    """Where pieces come from."""

    def front(self, scope: str) -> bytes: ...
    def piece(self, name: bytes, first: int, count: int) -> bytes: ...


class Fetcher:
    """One snapshot on its way into one file."""

    def __init__(self, link: Link, path: Path, *, wait: Callable[[float], None]) -> None:
        """`wait` sleeps so many seconds."""
        self._link = link
        self._path = path
        self._wait = wait
        self._file: FileIO | None = None
        self._front_bytes = 0
        self._piece = _PIECE_FIRST_BYTES

    def open(self, scope: str) -> Opening:
        """The opening of what is half here, if the hub still offers it; else of its newest.

        Nothing in it is believed yet. Raises RemoteError.
        """
        kept = self._kept()
        front = self._often(lambda: self._link.front(scope))
        newest = snapshot.read_opening(front)
        if kept is None or kept.manifest != newest.manifest:
            self._begin(front)
            return newest
        return kept

    def block(self, manifest: Manifest, number: int) -> bytes:
        """A block, fetched as far as it is not here. Raises RemoteError."""
        self._fill(manifest, number)
        block = self._read(manifest, number)
        if snapshot.block_hash(block) != manifest.hashes[number]:
            with _coded():  # spoilt by a power cut
                self._opened().truncate(self._front_bytes + manifest.offsets()[number])
            self._fill(manifest, number)
            block = self._read(manifest, number)
        return block

    def _fill(self, manifest: Manifest, number: int) -> None:
        ends = manifest.offsets()
        while (held := self._held()) < ends[number + 1]:
            left = ends[-1] - held
            self._append(self._often(partial(self._fetch, manifest.name, held, left)))

    def _read(self, manifest: Manifest, number: int) -> bytes:
        file = self._opened()
        with _coded():
            file.seek(self._front_bytes + manifest.offsets()[number])
            return file.read(manifest.sizes[number])

    def discard(self) -> None:
        """The list is in use: the file has done its work."""
        self.close()
        self._path.unlink(missing_ok=True)

    def close(self) -> None:
        if self._file is not None:
            file, self._file = self._file, None
            with _coded(), file:
                os.fsync(file.fileno())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # --- the file ---

    def _kept(self) -> Opening | None:
        """What an earlier run left, if it is sound at its front."""
        with _coded():
            try:
                self._file = self._path.open("r+b", buffering=0)
            except FileNotFoundError:
                return None
            try:
                self._front_bytes = snapshot.front_bytes(self._file.read(snapshot.PREFACE_BYTES))
                self._file.seek(0)
                return snapshot.read_opening(self._file.read(self._front_bytes))
            except WireError:
                return None

    def _begin(self, front: bytes) -> None:
        self.close()
        with _coded():
            self._file = self._path.open("w+b", buffering=0)
        self._front_bytes = len(front)
        self._append(front)

    def _held(self) -> int:
        return os.fstat(self._opened().fileno()).st_size - self._front_bytes

    def _append(self, data: bytes) -> None:
        """Write at the end; of what finds no room the part that did stays, for it is sound."""
        file = self._opened()
        with _coded():
            file.seek(0, os.SEEK_END)
            left = memoryview(data)
            while left:
                left = left[file.write(left) :]

    def _opened(self) -> FileIO:
        assert self._file is not None  # `open` comes first
        return self._file

    # --- the link ---

    def _fetch(self, name: bytes, first: int, left: int) -> bytes:
        began = time.monotonic()
        data = self._link.piece(name, first, min(left, self._piece))
        if time.monotonic() - began < _QUICK_S:
            self._piece = min(self._piece * 2, SNAPSHOT_PIECE_MAX_BYTES)
        return data

    def _often(self, ask: Callable[[], bytes]) -> bytes:
        """Ask until it works, a few times, with growing waits."""
        for turn in range(_TRIES):
            try:
                return ask()
            except RemoteError as failed:
                if failed.code not in _AGAIN or turn == _TRIES - 1:
                    raise
                self._piece = max(self._piece // 4, _PIECE_LEAST_BYTES)
                self._wait(_WAIT_S * 2**turn)
        raise AssertionError("the last turn returns or raises")


_NO_ROOM: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


@contextmanager
def _coded() -> Iterator[None]:
    """The disk's complaint in words a person can act on. Raises StoreError."""
    try:
        yield
    except OSError as error:
        if error.errno in _NO_ROOM:
            raise StoreError(
                "disk_full",
                "the disk has no room for the list's file",
                hint="Free some space, then give the same command: it goes on. Today's list answers still.",
            ) from error
        raise StoreError(
            "fetched_file_unusable",
            f"the list's file cannot be written or read ({error.strerror})",
            hint="Check the disk, then give the same command again. Today's list answers on.",
        ) from error
