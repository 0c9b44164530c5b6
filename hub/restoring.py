"""A hub's directory made from a backup: everything but the certificate, which must be a new one.

Job: prove the copy where it will be used, put papers and keys beside it, ask the authority for a new number.
Invariants: nothing that is there is written over; the database appears last, whole; the old certificate stays
behind, so that the hub cannot start before it has a number of its own.
Must not know: commands, what a new life means for the database.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from hub.backup import PAPERS
from hub.identity import database_key, write_whole
from hub.store import copying
from shared.enrolment import AuthorityCard, HubCertificate, HubKeys, HubRequest, files
from shared.errors import ConfigError, InputError

_NEW: Final = "restoring.db"


def restore(
    backup: Path,
    directory: Path,
    *,
    now_ms: int,
    key_file: Path | None = None,
    environment: Mapping[str, str] = os.environ,
) -> HubRequest:
    """Make `directory` from a backup; returns the request that was written for the authority.

    The database key is the old one: in `key_file`, as a credential, or put into the directory before.
    Raises InputError `file_exists`, `not_a_backup`; ConfigError `no_database_key`; StoreError.
    """
    if (directory / files.DATABASE).exists():
        raise InputError(
            "file_exists",
            f"{directory} holds a database already",
            hint="Restore into a directory of its own; nothing is written over.",
        )
    if not (backup / files.DATABASE).exists():
        raise InputError(
            "not_a_backup", f"{backup} holds no backup", hint="Name one folder backup-…, the newest."
        )
    directory.mkdir(mode=0o700, exist_ok=True)
    directory.chmod(0o700)
    key = database_key(directory, key_file, environment)
    try:
        return _restore(backup, directory, key, now_ms)
    except OSError as error:
        raise ConfigError(
            "restore_failed",
            f"the backup cannot be copied ({error.strerror})",
            hint="Check both disks, remove what was begun, and do it again.",
        ) from None


def _restore(backup: Path, directory: Path, key: bytes, now_ms: int) -> HubRequest:
    new = directory / _NEW
    shutil.copyfile(backup / files.DATABASE, new)
    new.chmod(0o600)
    copying.prove(new, key=key)
    certificate = (backup / files.HUB_CERTIFICATE).read_bytes()
    for name in PAPERS:
        if name != files.HUB_CERTIFICATE and (backup / name).exists():
            write_whole(directory / name, (backup / name).read_bytes())
    authority = AuthorityCard.read((directory / files.AUTHORITY_CARD).read_bytes())
    before = HubCertificate.read(certificate, authority=authority.verify_key)
    keys = HubKeys.unlock((directory / files.HUB_KEYS).read_bytes(), key)
    request = HubRequest(name=before.name, verify_key=keys.sign.verify_key, made_ms=now_ms)
    write_whole(directory / files.HUB_REQUEST, request.signed(keys.sign))
    with new.open("rb") as file:
        os.fsync(file.fileno())
    new.rename(directory / files.DATABASE)
    return request
