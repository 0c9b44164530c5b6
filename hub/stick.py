"""A stick as this machine sees it: one folder, opened once, its files written whole or not at all.

Job: the `Shelf` of `shared.courier` on a real directory. This file stands word for word in `edge` and in
`hub`: siblings share no module that opens files, and a test holds the two alike.
Invariants
* The folder is opened by its handle: a link put in its place, or a stick pulled and replaced, is not
  followed. Only plain files are read, and never beyond their limit.
* A file appears under its name after its bytes are on the stick.
Must not know: what the files say.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import islice
from pathlib import Path
from typing import Final, Self

from shared.courier import FOLDER
from shared.errors import KaraulaError, MissingError, StoreError
from shared.limits import STICK_FILE_MAX_BYTES, STICK_MAX_FILES

_NO_FOLDER_SYNC: Final = frozenset({errno.EINVAL, errno.ENOTSUP})  # some file systems of sticks


class Stick:
    """The folder `karaula` on a mounted stick. Close it when done."""

    def __init__(self, root: Path, *, make: bool = False) -> None:
        """`make` makes the folder where it is missing. Raises MissingError `no_stick`, StoreError."""
        with _coded():
            if make:
                with suppress(FileExistsError):
                    (root / FOLDER).mkdir(mode=0o700)
            self._folder = os.open(root / FOLDER, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)

    def names(self) -> list[str]:
        """Every name in the folder. Raises StoreError `stick_crowded` where there are too many."""
        with _coded(), os.scandir(self._folder) as entries:
            found = [entry.name for entry in islice(entries, STICK_MAX_FILES + 1)]
        if len(found) > STICK_MAX_FILES:
            raise StoreError(
                "stick_crowded",
                "the stick holds too many files",
                hint="Use another stick, or empty this one.",
            )
        return found

    def read(self, name: str) -> bytes:
        """A file's bytes. Raises MissingError `file_missing`, StoreError `not_a_file`, `file_too_large`."""
        with _coded(name):
            handle = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=self._folder)
            try:
                if not stat.S_ISREG(os.fstat(handle).st_mode):
                    raise StoreError(
                        "not_a_file", f"{name} is no plain file", hint="Leave it; it is none of ours."
                    )
                with os.fdopen(handle, "rb", closefd=False) as file:
                    data = file.read(STICK_FILE_MAX_BYTES + 1)
            finally:
                os.close(handle)
        if len(data) > STICK_FILE_MAX_BYTES:
            raise StoreError(
                "file_too_large", f"{name} is larger than any file of ours", hint="Leave it; export again."
            )
        return data

    def write(self, name: str, data: bytes) -> None:
        """Write beside, onto the stick, rename, and the folder onto the stick."""
        beside = f".{name}.part"
        with _coded(name):
            self._forget(beside)
            try:
                flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
                with os.fdopen(os.open(beside, flags, 0o600, dir_fd=self._folder), "wb") as file:
                    file.write(data)
                    file.flush()
                    os.fsync(file.fileno())
                os.rename(beside, name, src_dir_fd=self._folder, dst_dir_fd=self._folder)
            except OSError:
                with suppress(OSError):
                    self._forget(beside)
                raise
            self._settle()

    def remove(self, name: str) -> None:
        """Take a file away, and that onto the stick too."""
        with _coded(name):
            self._forget(name)
            self._settle()

    def close(self) -> None:
        os.close(self._folder)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _forget(self, name: str) -> None:
        with suppress(FileNotFoundError):
            os.unlink(name, dir_fd=self._folder)

    def _settle(self) -> None:
        try:
            os.fsync(self._folder)
        except OSError as error:
            if error.errno not in _NO_FOLDER_SYNC:
                raise


@contextmanager
def _coded(name: str = "") -> Iterator[None]:
    """The operating system's complaint in words a person can act on."""
    try:
        yield
    except OSError as error:
        raise _complaint(error, name) from error


def _complaint(error: OSError, name: str) -> KaraulaError:
    match error.errno:
        case errno.ENOENT | errno.ENOTDIR | errno.ENODEV if not name:
            return MissingError(
                "no_stick",
                f"there is no {FOLDER} folder on this stick",
                hint="Check the stick, or export first.",
            )
        case errno.ENOENT:
            return MissingError("file_missing", f"{name} is gone", hint="Put the stick back, and try again.")
        case errno.ELOOP | errno.EISDIR | errno.ENXIO:
            return StoreError(
                "not_a_file", f"{name or FOLDER} is no plain file", hint="Leave it; it is none of ours."
            )
        case errno.ENOSPC | errno.EDQUOT | errno.EFBIG:
            return StoreError(
                "stick_full", "the stick is full", hint="Use a larger stick; what is on this one is whole."
            )
        case errno.EROFS | errno.EACCES | errno.EPERM:
            return StoreError(
                "stick_read_only", "the stick cannot be written", hint="Check its switch, or use another."
            )
        case _:
            return StoreError(
                "stick_failing",
                f"the stick does not answer ({error.strerror})",
                hint="It was pulled, or it is worn out. Put it in again, or use another.",
            )
