"""Who this hub is: the files of its data directory, read, opened and believed.

Job: turn a directory into an `Identity`, or into a ConfigError that tells an engineer what to do;
write the key file back when prekeys rotate.
Invariants: everything is traced to the authority's card; the private key must be the one the
certificate names; no secret appears in a message or a repr; a key file is replaced whole or not.
Must not know: the database, the network.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from shared.bundle import hub_tag
from shared.enrolment import AuthorityCard, HubCertificate, HubKeys, Revocations, escrow
from shared.enrolment import files as names
from shared.errors import ConfigError, KaraulaError


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """The hub's own papers and keys."""

    certificate: HubCertificate
    authority: AuthorityCard
    keys: HubKeys
    revocations_paper: bytes | None = None
    database_key: bytes = field(repr=False)

    @property
    def tag(self) -> bytes:
        """How bundles and segments name this hub."""
        return hub_tag(self.certificate.verify_key)


def load(
    directory: Path, *, key_file: Path | None = None, environment: Mapping[str, str] = os.environ
) -> Identity:
    """Read a hub's directory.

    Raises ConfigError `not_a_hub`, `no_database_key`, `identity_unreadable`, `identity_mismatch`.
    """
    try:
        return _load(directory, key_file, environment)
    except ConfigError:
        raise
    except KaraulaError as refused:
        raise ConfigError(
            "identity_unreadable",
            f"this hub's papers cannot be used: {refused.message}",
            hint=f"{refused.hint} If that does not help, restore the directory from its backup.",
        ) from refused


def save_keys(directory: Path, identity: Identity, keys: HubKeys, *, key_backup: Path | None = None) -> None:
    """Replace the key file, once each prekey is in the key backup, sealed to the authority.

    The key backup is a directory apart from the database's backups: `escrow` in the data directory, or
    another one, which must be there (a disk that is not mounted is not quietly stood in for).
    The escrowed copies of prekeys that died go before the key file is replaced: whatever instant the
    power fails at, the next rotation finds the dead keys in the file and repeats both.
    Raises OSError: then nothing was replaced.
    """
    vault = key_backup or directory / names.ESCROW
    if key_backup is None:
        vault.mkdir(mode=0o700, exist_ok=True)
    for number, (private, _) in sorted(keys.prekeys.items()):
        copy = vault / f"prekey-{number}.sealed"
        if not copy.exists():
            subject = f"prekey {number} of hub {identity.certificate.node}"
            write_whole(copy, escrow(subject, private.raw, identity.authority.recovery_key))
    _bury(vault, oldest=min(keys.prekeys, default=0))
    write_whole(directory / names.HUB_KEYS, keys.lock(identity.database_key))


def write_whole(path: Path, data: bytes) -> None:
    """Write a file so that after a power cut it is the old one or the new one, never half."""
    beside = path.with_name(path.name + ".new")
    handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)
    _settle(path.parent)


def read_revocations(path: Path, identity: Identity) -> tuple[Revocations, bytes]:
    """A revocation list the authority signed, and its bytes. Raises TrustError, InputError, ConfigError."""
    data = _read(path.parent, path.name)
    return Revocations.read(data, authority=identity.authority.verify_key), data


def _bury(vault: Path, *, oldest: int) -> None:
    """Remove the copies of prekeys below `oldest`. A newer one that the key file lacks is kept: the file
    may have been restored from a backup."""
    for path in vault.glob("prekey-*.sealed"):
        number = path.stem.removeprefix("prekey-")
        if number.isdecimal() and int(number) < oldest:
            path.unlink()
    _settle(vault)


def _settle(folder: Path) -> None:
    """Let a folder's changed names outlive a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _load(directory: Path, key_file: Path | None, environment: Mapping[str, str]) -> Identity:
    authority = AuthorityCard.read(_read(directory, names.AUTHORITY_CARD))
    paper = _read(directory, names.HUB_CERTIFICATE)
    certificate = HubCertificate.read(paper, authority=authority.verify_key)
    key = database_key(directory, key_file, environment)
    keys = HubKeys.unlock(_read(directory, names.HUB_KEYS), key)
    if keys.sign.verify_key != certificate.verify_key:
        raise ConfigError(
            "identity_mismatch",
            "the private key is not the one of the certificate",
            hint="Files of two hubs were mixed; put back this hub's own files.",
        )
    listed = directory / names.REVOCATIONS
    return Identity(
        certificate=certificate,
        authority=authority,
        keys=keys,
        revocations_paper=listed.read_bytes() if listed.exists() else None,
        database_key=key,
    )


def _read(directory: Path, name: str) -> bytes:
    try:
        return (directory / name).read_bytes()
    except FileNotFoundError:
        raise ConfigError(
            "not_a_hub",
            f"{directory} holds no {name}",
            hint="Check the path, or make the hub with `karaula hub init`.",
        ) from None
    except OSError as error:
        raise ConfigError(
            "identity_unreadable",
            f"{name} cannot be read ({error.strerror})",
            hint="Check the owner and the mode of the files; they belong to the service's user.",
        ) from None


def database_key(directory: Path, key_file: Path | None, environment: Mapping[str, str]) -> bytes:
    """The key of the database: from `--key-file`, else the systemd credential, else the data directory.

    Raises ConfigError `no_database_key`.
    """
    places = [key_file] if key_file is not None else []
    if not places and (credentials := environment.get("CREDENTIALS_DIRECTORY")):
        places.append(Path(credentials) / names.DATABASE_KEY)
    if key_file is None:
        places.append(directory / names.DATABASE_KEY)
    for place in places:
        try:
            return place.read_bytes()
        except OSError:
            continue
    raise ConfigError(
        "no_database_key",
        "the key of the database is nowhere to be found",
        hint="Pass it as the systemd credential `database.key` or with --key-file; "
        "a lost key is recovered from the authority's escrow.",
    )
