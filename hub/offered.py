"""The folder in which the hub keeps the whole lists that it offers.

Job: give a new file a first name of its own, and clear away what crashes left.
Invariant: whoever makes a file holds the folder, and lets go by ending, however it ends; so what stands under
a first name while nobody holds it is nobody's. Must not know: what is in a file.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

FOLDER: Final = "snapshots"
_MAKING: Final = "making-"
_WHOLE: Final = ".snapshot"


@contextmanager
def making(folder: Path, *, mark: str) -> Iterator[Path]:
    """Hold the folder, which is made where it is missing; gives the first name of a file to be made."""
    folder.mkdir(mode=0o700, exist_ok=True)
    with _open(folder) as handle:
        fcntl.flock(handle, fcntl.LOCK_SH)
        yield folder / f"{_MAKING}{mark}"


def whole(folder: Path, name: bytes) -> Path:
    """Where a whole file lies."""
    return folder / f"{name.hex()}{_WHOLE}"


def sweep(folder: Path, *, offered: Callable[[], frozenset[str]]) -> int:
    """Remove what is neither offered nor in the making; how many files went. Nobody is waited for.

    `offered` says which paths are; it is asked while the folder is held.
    """
    if not folder.is_dir():
        return 0
    with _open(folder) as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return 0  # somebody makes one: at the next start, then
        kept = offered()
        left = [each for each in folder.iterdir() if _is_ours(each.name) and str(each.resolve()) not in kept]
        for each in left:
            each.unlink(missing_ok=True)
    return len(left)


def _is_ours(name: str) -> bool:
    return name.startswith(_MAKING) or name.endswith(_WHOLE)


@contextmanager
def _open(folder: Path) -> Iterator[int]:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield handle
    finally:
        os.close(handle)
