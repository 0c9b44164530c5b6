"""Files of an identity: written whole or not at all, and for their owner's eyes only.

Job: the only module of provisioning that writes files or makes directories (the demo's logs and planted
faults apart).
Invariants: a file appears under its name only after its bytes are on the disk; directories are mode
0700, files 0600; nothing is written over unless the caller says so; what the disk complains of
becomes a coded error with a hint. Must not know: what the files mean.
"""

from __future__ import annotations

import errno
import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from shared.errors import ConfigError, InputError, KaraulaError, MissingError, StoreError

FILE_MODE: Final = 0o600
DIRECTORY_MODE: Final = 0o700
_OTHERS: Final = 0o077
_NO_DIRECTORY_SYNC: Final = frozenset({errno.EINVAL, errno.ENOTSUP})  # some file systems of USB sticks


def write_file(path: Path, data: bytes, *, replace: bool = False) -> None:
    """Put `data` at `path`: temporary file, fsync, rename, fsync of the directory.

    Raises InputError `file_exists` unless `replace`; StoreError `disk_full`, `store_read_only`,
    `disk_refused`; ConfigError `no_permission`; MissingError `no_such_file`.
    """
    if not replace and path.exists():
        raise InputError(
            "file_exists", f"{path} is there already", hint="Choose another name, or move the old file away."
        )
    partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
    with coded(path):
        try:
            _write_synced(partial, data)
            partial.rename(path)
        finally:
            partial.unlink(missing_ok=True)
        sync_directory(path.parent)


def read_file(path: Path, *, most_bytes: int) -> bytes:
    """The bytes at `path`. Raises MissingError `no_such_file`; InputError `file_too_large`; ConfigError …"""
    with coded(path), path.open("rb") as file:
        data = file.read(most_bytes + 1)
    if len(data) > most_bytes:
        raise InputError(
            "file_too_large",
            f"{path} is far larger than such a file can be",
            hint="Check that it is the right file.",
        )
    return data


def remove_file(path: Path) -> None:
    """Remove a file that may be gone already."""
    with coded(path):
        path.unlink(missing_ok=True)
        sync_directory(path.parent)


def own_directory(path: Path) -> None:
    """Make a directory only its owner can enter, parents included; an empty one is tightened.

    Raises ConfigError `open_directory` for one with something in it that others can enter.
    """
    with coded(path):
        made = not path.exists()
        path.mkdir(mode=DIRECTORY_MODE, parents=True, exist_ok=True)
        if made:
            sync_directory(path.parent)
        if not path.stat().st_mode & _OTHERS:
            return
        if any(path.iterdir()):
            raise ConfigError(
                "open_directory", f"other accounts can enter {path}", hint=f"Close it first: chmod 700 {path}"
            )
        path.chmod(DIRECTORY_MODE)


@contextmanager
def alone_in(directory: Path) -> Iterator[None]:
    """Hold a directory against a second command of ours; waits for the first to end.

    Raises MissingError `no_such_file` where there is no such directory.
    """
    with coded(directory):
        handle = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)  # and with it the lock


def sync_directory(path: Path) -> None:
    """Make a rename or removal in this directory last."""
    handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    except OSError as error:
        if error.errno not in _NO_DIRECTORY_SYNC:
            raise
    finally:
        os.close(handle)


@contextmanager
def coded(path: Path) -> Iterator[None]:
    """Turn the operating system's complaint about `path` into one a person can act on."""
    try:
        yield
    except OSError as error:
        raise complaint(error, path) from error


def complaint(error: OSError, path: Path) -> KaraulaError:
    """What the operating system says about `path`, in our words."""
    match error.errno:
        case errno.ENOENT | errno.ENOTDIR:
            return MissingError("no_such_file", f"{path} is not there", hint="Check the path.")
        case errno.EACCES | errno.EPERM:
            return ConfigError(
                "no_permission",
                f"this account may not use {path}",
                hint="Run the command as the account that owns it.",
            )
        case errno.EISDIR | errno.EEXIST:
            return InputError(
                "not_a_file", f"{path} is not the kind of thing it should be", hint="Check the path."
            )
        case errno.ENOSPC | errno.EDQUOT:
            return StoreError("disk_full", f"no room to write {path}", hint="Free space and try again.")
        case errno.EROFS:
            return StoreError(
                "store_read_only", f"{path} cannot be written", hint="The disk is mounted read-only."
            )
        case _:
            return StoreError(
                "disk_refused", f"{path}: {error.strerror}", hint="Check the disk or the stick."
            )


def _write_synced(path: Path, data: bytes) -> None:
    with suppress(FileNotFoundError):
        path.unlink()  # ours, from a run that was killed
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, FILE_MODE)
    with os.fdopen(handle, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(handle)
