"""What holds for the folder on a stick whoever opens it: how much may be in it, how a file is written beside
its name, and what the operating system's complaints mean to a person.

Job: the half of a `Shelf` that needs no disk; `edge` and `hub` each keep the calls that do, and nothing else.
Must not know: disks, what the files say.
"""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from shared.courier.stick import FOLDER
from shared.errors import KaraulaError, MissingError, StoreError
from shared.limits import STICK_FILE_MAX_BYTES, STICK_MAX_FILES

NAMES_READ: Final = STICK_MAX_FILES + 1  # one more than may be, so that too many show
BYTES_READ: Final = STICK_FILE_MAX_BYTES + 1
NO_FOLDER_SYNC: Final = frozenset({errno.EINVAL, errno.ENOTSUP})
"""How some file systems of sticks say that a folder cannot be synced: then its files are all there is."""


def beside(name: str) -> str:
    """Under which name a file is written, until all its bytes are on the stick."""
    return f".{name}.part"


def not_too_many(names: list[str]) -> list[str]:
    """The names of a folder. Raises StoreError `stick_crowded`."""
    if len(names) > STICK_MAX_FILES:
        raise StoreError(
            "stick_crowded", "the stick holds too many files", hint="Use another stick, or empty this one."
        )
    return names


def not_too_large(data: bytes, name: str) -> bytes:
    """A file's bytes. Raises StoreError `file_too_large`."""
    if len(data) > STICK_FILE_MAX_BYTES:
        raise StoreError(
            "file_too_large", f"{name} is larger than any file of ours", hint="Leave it; export again."
        )
    return data


def no_file(name: str) -> StoreError:
    """A link, a pipe, a folder: nothing of ours."""
    return StoreError("not_a_file", f"{name} is no plain file", hint="Leave it; it is none of ours.")


@contextmanager
def coded(name: str = "") -> Iterator[None]:
    """The operating system's complaint about a file, or about the folder, in words a person can act on."""
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
            return no_file(name or FOLDER)
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
