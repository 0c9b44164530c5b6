"""Making a hub's identity, on the hub: keys, prekeys, their escrow, certificate, card.

    begin ──► hub.request ──(authority)──► certificate ──► complete

Job: the hub's half of the ceremony. Invariants
* Private keys are made here and leave only sealed to the recovery key.
* Every private half is in the escrow before the hub's card can name its prekey.
* Each half can be run again; keys once made are kept.
Must not know: terminals; the authority's keys. The time is handed in (UTC ms).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from provisioning.authority import check_name, read_paper_file
from provisioning.database_key import find_or_make_key, read_key
from provisioning.disk import own_directory, remove_file, write_file
from shared.enrolment import (
    AuthorityCard,
    HubCard,
    HubCertificate,
    HubKeys,
    HubRequest,
    Revocations,
    check_url,
    escrow,
    files,
)
from shared.errors import InputError, MissingError, TrustError

PREKEYS_AHEAD: Final = 4  # a month of weekly rotations, should the authority or a node be out of reach


@dataclass(frozen=True, slots=True, kw_only=True)
class HubSetup:
    """A hub being set up in `directory`; its database key is in `key_file`, or found beside it."""

    directory: Path
    key_file: Path | None = None

    @property
    def is_complete(self) -> bool:
        """Whether the hub has its certificate and card."""
        return (self.directory / files.HUB_CARD).exists()

    def begin(self, *, authority_card: bytes, name: str, url: str, now_ms: int) -> HubRequest:
        """Make the keys and the request; a second run keeps the keys.

        Raises InputError `bad_name`, `bad_url`, `other_authority`.
        """
        card = AuthorityCard.read(authority_card)
        address = check_url(url)
        check_name(name)
        own_directory(self.directory)
        self._keep_authority(authority_card)
        db_key = find_or_make_key(self.directory, self.key_file)
        keys = self._find_or_make_keys(db_key, now_ms=now_ms)
        self._escrow(card, db_key, keys)
        request = HubRequest(name=name, verify_key=keys.sign.verify_key, made_ms=now_ms)
        write_file(self.directory / files.HUB_URL, f"{address}\n".encode(), replace=True)
        write_file(self.directory / files.HUB_REQUEST, request.signed(keys.sign), replace=True)
        return request

    def request(self) -> HubRequest:
        """The request made by `begin`. Raises MissingError `no_such_file`."""
        return HubRequest.read(read_paper_file(self.directory / files.HUB_REQUEST))

    def complete(self, certificate: bytes, revocations: bytes | None) -> HubCertificate:
        """Take the certificate in and make the hub's card, which is written last.

        Raises TrustError `bad_signature`, `other_keys`; InputError `wrong_paper`, ….
        """
        keys = self.keys()
        card = AuthorityCard.read(read_paper_file(self.directory / files.AUTHORITY_CARD))
        hub = HubCertificate.read(certificate, authority=card.verify_key)
        if hub.verify_key != keys.sign.verify_key:
            raise TrustError(
                "other_keys",
                "the certificate is for another hub's key",
                hint="Take the one made from this hub's hub.request.",
            )
        if revocations is not None:
            Revocations.read(revocations, authority=card.verify_key)
            write_file(self.directory / files.REVOCATIONS, revocations, replace=True)
        url = read_paper_file(self.directory / files.HUB_URL).decode().strip()
        hub_card = HubCard.gather(
            certificate=certificate, signed_prekeys=keys.signed_prekeys(), url=url, authority=card.verify_key
        )
        write_file(self.directory / files.HUB_CERTIFICATE, certificate, replace=True)
        write_file(self.directory / files.HUB_CARD, hub_card.signed(keys.sign), replace=True)
        remove_file(self.directory / files.HUB_REQUEST)
        return hub

    def keys(self) -> HubKeys:
        """The hub's keys.

        Raises MissingError `not_begun`; TrustError `wrong_key`; ConfigError `bad_database_key`.
        """
        if not (self.directory / files.HUB_KEYS).exists():
            raise MissingError(
                "not_begun",
                f"no hub was begun in {self.directory}",
                hint="Run karaula hub init with --authority-card first, on this machine.",
            )
        db_key = read_key(self.directory, self.key_file)
        return HubKeys.unlock(read_paper_file(self.directory / files.HUB_KEYS), db_key)

    def _keep_authority(self, authority_card: bytes) -> None:
        path = self.directory / files.AUTHORITY_CARD
        if not path.exists():
            write_file(path, authority_card)
        elif read_paper_file(path) != authority_card:
            raise InputError(
                "other_authority",
                f"{self.directory} was begun under another authority",
                hint="Give that authority's card, or begin in an empty directory.",
            )

    def _find_or_make_keys(self, db_key: bytes, *, now_ms: int) -> HubKeys:
        path = self.directory / files.HUB_KEYS
        if not path.exists():
            keys = HubKeys.generate().with_prekeys(PREKEYS_AHEAD, now_ms=now_ms)
            write_file(path, keys.lock(db_key))
        return HubKeys.unlock(read_paper_file(path), db_key)

    def _escrow(self, card: AuthorityCard, db_key: bytes, keys: HubKeys) -> None:
        where = self.directory / files.ESCROW
        own_directory(where)
        secrets = [(self.directory / files.RECOVERY, "database of the hub", db_key)]
        for number, (box, _) in keys.prekeys.items():
            secrets.append((where / f"prekey-{number}.sealed", f"prekey {number} of the hub", box.raw))
        for path, subject, secret in secrets:
            if not path.exists():
                write_file(path, escrow(subject, secret, card.recovery_key))
