"""Making a node's identity, on the node: keys, database key, request, certificate.

    node pack ──► begin ──► node.request ──(authority)──► certificate ──► complete

Job: the node's half of the ceremony. Invariants
* Private keys are made here and never leave; the database key leaves only sealed to the recovery key.
* The pack's secret is not copied into the directory.
* Each half can be run again after a power cut; `node.cert` is written last and means "enrolled".
* A node that is enrolled again keeps its database and the key of it. Its new papers are made aside, in
  `renewal/`; they count from the moment the certificate lies there, and only then replace the old ones.
Must not know: terminals; the authority's keys. The time is handed in (UTC ms).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from provisioning.authority import read_paper_file
from provisioning.database_key import find_or_make_key, read_key
from provisioning.disk import own_directory, remove_file, write_file
from shared.enrolment import (
    Certificate,
    EnrolmentRequest,
    NodeKeys,
    Ticket,
    escrow,
    files,
    request_certificate,
)
from shared.errors import InputError, MissingError, TrustError

_RENEWED: Final = (
    *(files.AUTHORITY_CARD, files.HUB_CARD, files.HUB_URL, files.RECOVERY),
    *(files.NODE_KEYS, files.NODE_CERTIFICATE),
)
"""What is new once a node is enrolled again, the certificate last."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeSetup:
    """A node being enrolled with `ticket` in `directory`."""

    directory: Path
    ticket: Ticket
    key_file: Path | None = None

    @property
    def is_complete(self) -> bool:
        """Whether the device is this pack's node, or another that it does not replace."""
        return not self.renews and (self.directory / files.NODE_CERTIFICATE).exists()

    @property
    def renews(self) -> bool:
        """Whether the device is a node already, whose place this one takes.

        Raises TrustError `bad_signature` for another authority's node.
        """
        path = self.directory / files.NODE_CERTIFICATE
        if not path.exists():
            return False
        held = Certificate.read(read_paper_file(path), authority=self.ticket.authority.verify_key)
        return held.node in {life.node for life in self.ticket.replaces}

    @property
    def place(self) -> Path:
        """Where the new papers are made."""
        return self.directory / files.RENEWAL if self.renews else self.directory

    def begin(self, *, now_ms: int) -> tuple[EnrolmentRequest, bytes]:
        """Make the keys and the request, as value and paper; a second run gives the same request.

        Raises InputError `other_pack` where the directory was begun with another pack.
        """
        own_directory(self.directory)
        if self.renews:
            own_directory(self.place)
        self.refuse_other_pack()
        if not (self.place / files.NODE_REQUEST).exists():
            self._make_request(now_ms=now_ms)
        paper = read_paper_file(self.place / files.NODE_REQUEST)
        return EnrolmentRequest.read(paper), paper

    def complete(self, paper: bytes) -> Certificate:
        """Take the certificate in; the same one again changes nothing.

        Raises TrustError `bad_signature`, `other_keys`, `other_node`; InputError `wrong_paper`, ….
        """
        keys = self.keys()
        certificate = Certificate.read(paper, authority=self.ticket.authority.verify_key)
        if certificate.verify_key != keys.sign.verify_key or certificate.seal_key != keys.box.seal_key:
            raise TrustError(
                "other_keys",
                "the certificate is for another device's keys",
                hint="Take the one made from this device's node.request.",
            )
        granted = (certificate.node, certificate.post, certificate.epoch, certificate.country)
        if granted != (self.ticket.node, self.ticket.post, self.ticket.epoch, self.ticket.country):
            raise TrustError(
                "other_node",
                "the certificate is for another node than the pack",
                hint="Give the pack and the certificate that belong together.",
            )
        place = self.place
        write_file(place / files.NODE_CERTIFICATE, paper, replace=True)
        remove_file(place / files.NODE_REQUEST)
        self.settle()
        return certificate

    def settle(self) -> None:
        """Move what was made aside into the directory itself. Run again after a power cut, it goes on."""
        aside = self.directory / files.RENEWAL
        if not (aside / files.NODE_CERTIFICATE).exists():
            return
        for name in _RENEWED:
            if (aside / name).exists():
                write_file(self.directory / name, read_paper_file(aside / name), replace=True)
        for name in reversed(_RENEWED):  # the certificate first: from then on the directory's own count
            remove_file(aside / name)
        remove_file(aside / files.NODE_REQUEST)

    def keys(self) -> NodeKeys:
        """The node's keys.

        Raises MissingError `not_begun`; TrustError `wrong_key`; ConfigError `bad_database_key`.
        """
        if not (self.place / files.NODE_KEYS).exists():
            raise MissingError(
                "not_begun",
                f"no enrolment was begun in {self.directory}",
                hint="Run karaula node enrol without --certificate first, on this device.",
            )
        db_key = read_key(self.directory, self.key_file)
        return NodeKeys.unlock(read_paper_file(self.place / files.NODE_KEYS), db_key)

    def _make_request(self, *, now_ms: int) -> None:
        """Everything the node starts with; the request last, so that a cut run is simply run again."""
        find = read_key if self.renews else find_or_make_key
        db_key = find(self.directory, self.key_file)
        if not (self.place / files.NODE_KEYS).exists():
            write_file(self.place / files.NODE_KEYS, NodeKeys.generate().lock(db_key))
        keys = self.keys()
        sealed = escrow(f"database of node {self.ticket.node}", db_key, self.ticket.authority.recovery_key)
        request = request_certificate(
            self.ticket, signer=keys.sign, seal_key=keys.box.seal_key, escrow=sealed, now_ms=now_ms
        )
        for name, data in (
            (files.AUTHORITY_CARD, self.ticket.authority_card),
            (files.HUB_CARD, self.ticket.hub_card),
            (files.HUB_URL, f"{self.ticket.url}\n".encode()),
            (files.RECOVERY, sealed),
            (files.NODE_REQUEST, request),
        ):
            write_file(self.place / name, data, replace=True)

    def refuse_other_pack(self) -> None:
        """Raise InputError `other_pack` where the directory was begun with another pack.

        Its request or certificate tells which.
        """
        other = InputError(
            "other_pack",
            f"{self.directory} was begun with another node pack",
            hint="Give that pack, or enrol in an empty directory.",
        )
        request = self.place / files.NODE_REQUEST
        if request.exists() and EnrolmentRequest.read(read_paper_file(request)).ticket != self.ticket.ticket:
            raise other
        if self.is_complete:
            paper = read_paper_file(self.directory / files.NODE_CERTIFICATE)
            if Certificate.read(paper, authority=self.ticket.authority.verify_key).node != self.ticket.node:
                raise other
