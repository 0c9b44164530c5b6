"""Who this node is: the files of its data directory, read, opened and believed.

Job: turn a directory into an `Identity`, or into a ConfigError that tells an engineer what to do.
Invariants: everything is traced to the authority's card; the private keys must be those the
certificate names; no secret appears in a message or a repr.
Must not know: the database, the network.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from shared.bundle import hub_tag
from shared.enrolment import AuthorityCard, Certificate, HubCard, NodeKeys, check_url
from shared.enrolment import files as names
from shared.errors import ConfigError, KaraulaError


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """A node's own papers and keys. `certificate_paper` is the certificate as signed."""

    certificate: Certificate
    certificate_paper: bytes
    keys: NodeKeys
    authority: AuthorityCard
    hub: HubCard
    hub_url: str
    database_key: bytes = field(repr=False)

    @property
    def hub_tag(self) -> bytes:
        """How bundles and segments name the hub."""
        return hub_tag(self.hub.hub.verify_key)


def load(
    directory: Path,
    *,
    key_file: Path | None = None,
    hub_url: str | None = None,
    environment: Mapping[str, str] = os.environ,
) -> Identity:
    """Read a node's directory.

    Raises ConfigError `not_enrolled`, `no_database_key`, `identity_unreadable`, `identity_mismatch`;
    InputError `bad_url` for a `hub_url` that is none.
    """
    if hub_url:
        check_url(hub_url)
    try:
        return _load(directory, key_file, hub_url, environment)
    except ConfigError:
        raise
    except KaraulaError as refused:
        raise ConfigError(
            "identity_unreadable",
            f"this node's papers cannot be used: {refused.message}",
            hint=f"{refused.hint} If that does not help, enrol the node again.",
        ) from refused


def _load(
    directory: Path, key_file: Path | None, hub_url: str | None, environment: Mapping[str, str]
) -> Identity:
    place = _place(directory)
    authority = AuthorityCard.read(_read(place, names.AUTHORITY_CARD))
    paper = _read(place, names.NODE_CERTIFICATE)
    certificate = Certificate.read(paper, authority=authority.verify_key)
    hub = HubCard.read(_read(place, names.HUB_CARD), authority=authority.verify_key)
    key = _database_key(directory, key_file, environment)
    keys = NodeKeys.unlock(_read(place, names.NODE_KEYS), key)
    if keys.sign.verify_key != certificate.verify_key or keys.box.seal_key != certificate.seal_key:
        raise ConfigError(
            "identity_mismatch",
            "the private keys are not those of the certificate",
            hint="Files of two nodes were mixed; put back this node's own files, or enrol it again.",
        )
    return Identity(
        certificate=certificate,
        certificate_paper=paper,
        keys=keys,
        authority=authority,
        hub=hub,
        hub_url=check_url(hub_url or _told_url(place) or hub.url),
        database_key=key,
    )


def _place(directory: Path) -> Path:
    """Where the papers that count are: aside, where a new certificate came and power failed before all was
    moved."""
    aside = directory / names.RENEWAL
    return aside if (aside / names.NODE_CERTIFICATE).exists() else directory


def _read(directory: Path, name: str) -> bytes:
    try:
        return (directory / name).read_bytes()
    except FileNotFoundError:
        raise ConfigError(
            "not_enrolled",
            f"{directory} holds no {name}: this directory is not an enrolled node",
            hint="Check --data, or enrol the node with `karaula node enrol`.",
        ) from None
    except OSError as error:
        raise ConfigError(
            "identity_unreadable",
            f"{name} cannot be read ({error.strerror})",
            hint="Check the owner and the mode of the files; they belong to the service's user.",
        ) from None


def _told_url(directory: Path) -> str:
    path = directory / names.HUB_URL
    return path.read_text(encoding="utf-8").strip() if path.exists() else ""


def _database_key(directory: Path, key_file: Path | None, environment: Mapping[str, str]) -> bytes:
    """From `--key-file`, else the systemd credential, else the data directory."""
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
