"""Where a machine's database key is: made once, found again.

Job: the 32 bytes that open the database and the key file. In order: a file the engineer names, the
credential systemd hands to the service, `database.key` in the data directory.
Invariants: a key is never made where one was named but is missing from systemd; the file is 0600.
Must not know: what the key opens.
"""

from __future__ import annotations

import os
from pathlib import Path

from provisioning.disk import read_file, write_file
from shared.crypto import KEY_BYTES, random_bytes
from shared.enrolment import files
from shared.errors import ConfigError

CREDENTIALS = "CREDENTIALS_DIRECTORY"
"""The environment variable by which systemd names its credentials (systemd.exec(5))."""


def key_path(directory: Path, key_file: Path | None) -> Path:
    """Where the key is, or will be."""
    if key_file is not None:
        return key_file
    credentials = os.environ.get(CREDENTIALS)
    if credentials and (Path(credentials) / files.DATABASE_KEY).exists():
        return Path(credentials) / files.DATABASE_KEY
    return directory / files.DATABASE_KEY


def read_key(directory: Path, key_file: Path | None) -> bytes:
    """The key. Raises MissingError `no_such_file`; ConfigError `bad_database_key`."""
    path = key_path(directory, key_file)
    key = read_file(path, most_bytes=KEY_BYTES + 1)
    if len(key) != KEY_BYTES:
        raise ConfigError(
            "bad_database_key",
            f"{path} is not a database key of {KEY_BYTES} bytes",
            hint="Restore it from the escrow: karaula authority recover-key",
        )
    return key


def find_or_make_key(directory: Path, key_file: Path | None) -> bytes:
    """The key, made now if this machine has none."""
    path = key_path(directory, key_file)
    if not path.exists():
        write_file(path, random_bytes(KEY_BYTES))
    return read_key(directory, key_file)
