"""A stick as this machine sees it: one folder, opened once, its files written whole or not at all.

Job: the calls to the operating system of a `Shelf`; what they must keep to stands in `shared.courier.folder`.
`edge` and `hub` have the same few lines, since siblings share no module that opens files, and a test holds
the two alike.
Invariants
* The folder is opened by its handle: a link put in its place, or a stick pulled and replaced, is not
  followed. Only plain files are read, and never beyond their limit.
* A file appears under its name after its bytes are on the stick.
Must not know: what the files say.
"""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from itertools import islice
from pathlib import Path
from typing import Self

from shared.courier import FOLDER, folder
from shared.courier.folder import coded


class Stick:
    """The folder `karaula` on a mounted stick. Close it when done."""

    def __init__(self, root: Path, *, make: bool = False) -> None:
        """`make` makes the folder where it is missing. Raises MissingError `no_stick`, StoreError."""
        with coded():
            if make:
                with suppress(FileExistsError):
                    (root / FOLDER).mkdir(mode=0o700)
            self._folder = os.open(root / FOLDER, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)

    def names(self) -> list[str]:
        """Every name in the folder. Raises StoreError `stick_crowded` where there are too many."""
        with coded(), os.scandir(self._folder) as entries:
            return folder.not_too_many([entry.name for entry in islice(entries, folder.NAMES_READ)])

    def read(self, name: str) -> bytes:
        """A file's bytes. Raises MissingError `file_missing`, StoreError `not_a_file`, `file_too_large`."""
        with coded(name):
            handle = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=self._folder)
            try:
                if not stat.S_ISREG(os.fstat(handle).st_mode):
                    raise folder.no_file(name)
                with os.fdopen(handle, "rb", closefd=False) as file:
                    return folder.not_too_large(file.read(folder.BYTES_READ), name)
            finally:
                os.close(handle)

    def write(self, name: str, data: bytes) -> None:
        """Write beside, onto the stick, rename, and the folder onto the stick."""
        beside = folder.beside(name)
        with coded(name):
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
        with coded(name):
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
            if error.errno not in folder.NO_FOLDER_SYNC:
                raise
