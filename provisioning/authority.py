"""The authority at work: certifying hubs, issuing node packs, approving requests, revoking.

Job: the rules of the ceremony over the authority's directory. Invariants
* The list of issued nodes is on the disk before anything it speaks of leaves the authority.
* Every step can be run again after a power cut and gives the same bytes.
* A ticket is good once: a second, different request with it is refused.
Must not know: terminals. The time is handed in (UTC ms).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from provisioning.disk import own_directory, read_file, write_file
from provisioning.issued import Issued, IssuedHub, IssuedNode, State
from shared.crypto import digest, random_bytes
from shared.enrolment import (
    HUB_NODE,
    TICKET_ID_BYTES,
    AuthorityCard,
    AuthorityKeys,
    Certificate,
    EnrolmentRequest,
    HubCard,
    HubCertificate,
    HubRequest,
    Revocations,
    Ticket,
    check_place,
    check_unexpired,
    files,
    ticket_secret,
)
from shared.errors import InputError, TrustError
from shared.ids import Node
from shared.limits import ENROLMENT_MAX_BYTES, NAME_MAX_CHARS

TICKET_DAYS: Final = 7
DAY_MS: Final = 24 * 60 * 60 * 1000


def check_name(name: str) -> None:
    """Raise InputError `bad_name` for what no card could be read with again."""
    if not name or len(name) > NAME_MAX_CHARS or not name.isprintable():
        raise InputError(
            "bad_name",
            f"a name has 1 to {NAME_MAX_CHARS} printable characters",
            hint="Use a short one, like PCC.",
            field="name",
        )


def read_paper_file(path: Path) -> bytes:
    """A paper's bytes. Raises what `disk.read_file` raises."""
    return read_file(path, most_bytes=ENROLMENT_MAX_BYTES)


def create(directory: Path, *, name: str, passphrase: str, now_ms: int) -> AuthorityCard:
    """Make a new authority in `directory`.

    The keys are written last: until then the directory is no authority, and a run that was cut off
    is simply made again. Raises InputError `bad_name`; `file_exists` where there is one.
    """
    check_name(name)
    own_directory(directory)
    if (directory / files.AUTHORITY_KEYS).exists():
        raise InputError(
            "file_exists",
            f"{directory} is an authority already",
            hint="Choose another directory; an authority's keys are never written over.",
        )
    keys = AuthorityKeys.generate()
    card = AuthorityCard(
        name=name, verify_key=keys.sign.verify_key, recovery_key=keys.recovery.seal_key, made_ms=now_ms
    )
    issued = Issued(revoked_ms=now_ms)
    own_directory(directory / files.ESCROW)
    write_file(directory / files.AUTHORITY_CARD, card.signed(keys.sign), replace=True)
    issued.save(directory)
    write_file(directory / files.REVOCATIONS, _list_of(issued).signed(keys.sign), replace=True)
    write_file(directory / files.AUTHORITY_KEYS, keys.lock(passphrase))
    return card


@dataclass(frozen=True, slots=True, kw_only=True)
class Authority:
    """An unlocked authority. Hold its directory (`disk.alone_in`) while using it."""

    directory: Path
    keys: AuthorityKeys
    card: AuthorityCard

    @classmethod
    def unlock(cls, directory: Path, passphrase: str) -> Authority:
        """Open the authority in `directory`. Raises TrustError `wrong_key`, `foreign_card`."""
        keys = AuthorityKeys.unlock(read_paper_file(directory / files.AUTHORITY_KEYS), passphrase)
        card = AuthorityCard.read(read_paper_file(directory / files.AUTHORITY_CARD))
        if card.verify_key != keys.sign.verify_key or card.recovery_key != keys.recovery.seal_key:
            raise TrustError(
                "foreign_card",
                f"the card in {directory} is another authority's",
                hint="Restore authority.card from a copy of this authority.",
            )
        return cls(directory=directory, keys=keys, card=card)

    def certify_hub(
        self, request: HubRequest, *, now_ms: int, restored: bool = False
    ) -> tuple[HubCertificate, bytes]:
        """The hub's certificate, as value and paper. The same key is answered the same again.

        A hub that was `restored` from a backup gets a number it never had: once for each request.
        """
        issued = Issued.load(self.directory)
        key, asked_ms = request.verify_key.raw.hex(), request.made_ms if restored else 0
        rows = [hub for hub in issued.hubs if hub.verify_key == key and hub.name == request.name]
        if restored:
            rows = [hub for hub in rows if hub.asked_ms == asked_ms]
        row = max(rows, key=lambda hub: hub.node, default=None)
        if row is None:
            number, issued = issued.free_node() if issued.hubs else (HUB_NODE, issued)
            row = IssuedHub(
                node=number,
                name=request.name,
                fingerprint=request.fingerprint,
                verify_key=key,
                certified_ms=now_ms,
                asked_ms=asked_ms,
            )
            replace(issued, hubs=(*issued.hubs, row)).save(self.directory)
        certificate = HubCertificate(
            node=Node(row.node), name=row.name, verify_key=request.verify_key, issued_ms=row.certified_ms
        )
        return certificate, certificate.signed(self.keys.sign)

    def issue(
        self,
        *,
        hub_card: bytes,
        post: str,
        country: str,
        now_ms: int,
        url: str | None = None,
        number: int | None = None,
        replaces: IssuedNode | None = None,
    ) -> tuple[IssuedNode, bytes]:
        """A new node pack: its row in the list, and the file. `replaces` is whose place the node takes.

        Raises what `Issued.replaced_by` raises; InputError `bad_post`, `node_taken`, …; TrustError
        `bad_signature` for a hub this authority did not certify.
        """
        check_place(post, country)
        hub = HubCard.read(hub_card, authority=self.card.verify_key)
        issued = Issued.load(self.directory)
        node, issued = issued.free_node(number)
        ticket_id = random_bytes(TICKET_ID_BYTES)
        row = IssuedNode(
            node=node,
            post=post,
            epoch=issued.next_epoch(post),
            country=country,
            ticket=ticket_id.hex(),
            issued_ms=now_ms,
            expires_ms=now_ms + TICKET_DAYS * DAY_MS,
            replaces=() if replaces is None else issued.replaced_by(replaces),
        )
        ticket = Ticket(
            authority=self.card,
            hub=hub,
            url=url or hub.url,
            node=node,
            post=post,
            epoch=row.epoch,
            country=country,
            ticket=ticket_id,
            secret=ticket_secret(self.keys.sign, ticket_id),
            issued_ms=now_ms,
            expires_ms=row.expires_ms,
            authority_card=read_paper_file(self.directory / files.AUTHORITY_CARD),
            hub_card=hub_card,
            replaces=issued.lives(row),
        )
        pack = ticket.signed(self.keys.sign)
        issued.with_node(row).save(self.directory)
        return row, pack

    def examine(self, paper: bytes, *, now_ms: int) -> tuple[EnrolmentRequest, IssuedNode]:
        """A request that may be approved, and the row it answers.

        Raises TrustError `bad_signature`, `foreign_authority`, `bad_proof`, `unknown_ticket`,
        `ticket_used`, `wrong_node`, `node_revoked`; InputError `ticket_expired`, ….
        """
        request = EnrolmentRequest.read(paper)
        request.examine(self.keys.sign)
        row = Issued.load(self.directory).by_ticket(request.ticket)
        if row.node != request.node:
            raise TrustError(
                "wrong_node",
                "the request names another node than its pack",
                hint="Make the request again on the device.",
            )
        if row.state is State.REVOKED:
            raise TrustError(
                "node_revoked", f"{row.label} was revoked", hint="Issue a new node pack for the post."
            )
        if row.state is not State.ISSUED and row.request != digest(paper).hex():
            raise TrustError(
                "ticket_used",
                f"the pack of {row.label} was used before, with other keys",
                hint="Find out who used it; revoke that node if it was not yours, and issue a new pack.",
            )
        if row.state is State.ISSUED:
            check_unexpired(row.expires_ms, now_ms=now_ms)
        return request, row

    def approve(self, paper: bytes, *, now_ms: int) -> tuple[IssuedNode, bytes]:
        """The certificate for a request, as row and paper. The same request is answered the same again."""
        request, row = self.examine(paper, now_ms=now_ms)
        issued = Issued.load(self.directory)
        if row.state is State.ISSUED:
            row = replace(
                row,
                state=State.APPROVED,
                serial=issued.next_serial,
                fingerprint=request.fingerprint,
                request=digest(paper).hex(),
                approved_ms=now_ms,
            )
            write_file(
                self.directory / files.ESCROW / f"node-{row.node}.sealed", request.escrow, replace=True
            )
            issued = replace(issued, next_serial=issued.next_serial + 1).with_node(row).succeeded(row)
            issued.save(self.directory)
        certificate = Certificate(
            serial=row.serial,
            node=Node(row.node),
            post=row.post,
            epoch=row.epoch,
            country=row.country,
            verify_key=request.verify_key,
            seal_key=request.seal_key,
            issued_ms=row.approved_ms,
            replaces=issued.lives(row),
        )
        return row, certificate.signed(self.keys.sign)

    def revoke(self, which: str, *, reason: str, now_ms: int) -> tuple[IssuedNode, Revocations]:
        """Take a node's standing away; the new list is written beside the keys.

        A node revoked before keeps its first reason, and the list is written again as it was.
        Raises MissingError `no_such_node`; InputError `which_node`.
        """
        issued = Issued.load(self.directory)
        row = issued.by_post_or_number(which)
        if row.state is not State.REVOKED:
            row = replace(row, state=State.REVOKED, revoked_ms=now_ms, reason=reason)
            issued = replace(issued, revocations=issued.revocations + 1, revoked_ms=now_ms).with_node(row)
            issued.save(self.directory)
        revocations = _list_of(issued)
        write_file(self.directory / files.REVOCATIONS, revocations.signed(self.keys.sign), replace=True)
        return row, revocations


def _list_of(issued: Issued) -> Revocations:
    return Revocations(number=issued.revocations, issued_ms=issued.revoked_ms, nodes=issued.revoked)
