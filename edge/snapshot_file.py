"""A snapshot as a file: its front read, its blocks found by number.

Invariant: nothing is taken for whole that is not: a file shorter or longer than its manifest says is
refused before anything is done with it. Must not know: what is in a block.
"""

from __future__ import annotations

import os
from pathlib import Path
from types import TracebackType
from typing import Self

from shared import snapshot
from shared.errors import InputError, WireError
from shared.snapshot import Manifest, Opening


class SnapshotFile:
    """An open snapshot file. Close it when done."""

    def __init__(self, path: Path) -> None:
        """Raises InputError `file_unreadable`, WireError for what is no snapshot."""
        try:
            self._file = path.open("rb")
            self._front_bytes = snapshot.front_bytes(self._file.read(snapshot.PREFACE_BYTES))
            self._file.seek(0)
            front = self._file.read(self._front_bytes)
        except OSError as error:
            raise InputError(
                "file_unreadable",
                f"the file cannot be read ({error.strerror})",
                hint="Check the path and the stick.",
            ) from None
        self.opening: Opening = snapshot.read_opening(front)

    def blocks_held(self, manifest: Manifest) -> int:
        """How many blocks are here whole, from the first. Raises WireError `trailing_bytes`."""
        held = os.fstat(self._file.fileno()).st_size - self._front_bytes
        ends = manifest.offsets()
        if held > ends[-1]:
            raise WireError(
                "trailing_bytes",
                "the file is longer than the snapshot",
                hint="Copy it again from the source.",
            )
        return sum(end <= held for end in ends[1:])

    def check_whole(self, manifest: Manifest) -> None:
        """Raise WireError `truncated`, `trailing_bytes` unless every block is here."""
        if self.blocks_held(manifest) < len(manifest.sizes):
            raise WireError(
                "truncated",
                "the file is not whole",
                hint="Copy it again from the source; the stick may have been pulled too early.",
            )

    def block(self, manifest: Manifest, number: int) -> bytes:
        """The bytes of a block as they lie here. Raises InputError `file_unreadable`."""
        try:
            self._file.seek(self._front_bytes + manifest.offsets()[number])
            return self._file.read(manifest.sizes[number])
        except OSError as error:
            raise InputError(
                "file_unreadable",
                f"the file cannot be read any further ({error.strerror})",
                hint="Put the stick back and run the command again: it goes on from here.",
            ) from None

    def close(self) -> None:
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        self.close()
