"""A snapshot fetched from the hub into a file, piece by piece, whatever the link does.

Job: go on with what is there, or begin anew; give out blocks as soon as they are here whole.
Invariants
* What was fetched stays: a cut costs at most the piece under way.
* Bytes a power cut spoilt are found by their hash and fetched again.
* Pieces grow while they come quickly and shrink when they fail.
Must not know: HTTP, what is in a block.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import IO, Final, Protocol, Self

from shared import snapshot
from shared.errors import RemoteError, WireError
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
        self._file: IO[bytes] | None = None
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
            self._opened().truncate(self._front_bytes + manifest.offsets()[number])  # spoilt by a power cut
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
        file.seek(self._front_bytes + manifest.offsets()[number])
        return file.read(manifest.sizes[number])

    def discard(self) -> None:
        """The list is in use: the file has done its work."""
        self.close()
        self._path.unlink(missing_ok=True)

    def close(self) -> None:
        if self._file is not None:
            os.fsync(self._file.fileno())
            self._file.close()
            self._file = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # --- the file ---

    def _kept(self) -> Opening | None:
        """What an earlier run left, if it is sound at its front."""
        try:
            self._file = self._path.open("r+b")
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
        self._file = self._path.open("w+b")
        self._front_bytes = len(front)
        self._append(front)

    def _held(self) -> int:
        return os.fstat(self._opened().fileno()).st_size - self._front_bytes

    def _append(self, data: bytes) -> None:
        file = self._opened()
        file.seek(0, os.SEEK_END)
        file.write(data)
        file.flush()

    def _opened(self) -> IO[bytes]:
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
