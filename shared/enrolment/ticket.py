"""Tickets and requests: how a device asks for a certificate without sending a secret.

    authority ── node pack (ticket) ──► device     by hand: it holds the ticket's secret
    device ── request (public keys, proof) ──► authority     by wire or stick: nothing secret
    authority ── certificate ──► device

Job: the ticket (the *node pack* an engineer carries), the request that answers it, and the
authority's examination of a request. Invariants
* The ticket's secret is derived from the authority's signing key, so no list of secrets exists.
* A request proves both that its maker held the pack and that it holds the private key it names.
* Whether a ticket was used before only the authority's list of issued nodes knows.
Must not know: files, the time (it is handed in).
"""

from __future__ import annotations

from dataclasses import dataclass
from hmac import compare_digest
from typing import Final

from shared.crypto import KEY_BYTES, Purpose, SealKey, SigningKey, VerifyKey, digest, fingerprint
from shared.enrolment.card import AuthorityCard, HubCard, check_url
from shared.enrolment.certificate import EPOCH_MAX, Life, check_place, read_lives, write_lives
from shared.enrolment.paper import MS_MAX, Kind, peek_paper, read_body, sign_paper, write_body
from shared.errors import InputError, TrustError
from shared.ids import Node
from shared.limits import CODE_MAX_CHARS, NAME_MAX_CHARS, NODE_MAX, URL_MAX_CHARS

TICKET_ID_BYTES: Final = 16
_NEW_PACK: Final = "Ask the authority for a new node pack."


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """A node pack: who the device will be, whom to trust, and the one-time secret to ask with.

    `authority_card` and `hub_card` are those papers as received; `authority` and `hub` what they
    say. `url` is the hub's address as this node reaches it. `replaces` is as in the certificate to come.
    Times are UTC milliseconds.
    """

    authority: AuthorityCard
    hub: HubCard
    url: str
    node: Node
    post: str
    epoch: int
    country: str
    ticket: bytes
    secret: bytes
    issued_ms: int
    expires_ms: int
    authority_card: bytes
    hub_card: bytes
    replaces: tuple[Life, ...] = ()

    def __repr__(self) -> str:
        return f"Ticket(node={self.node}, post={self.post!r}, epoch={self.epoch}, ticket={self.ticket.hex()})"

    def signed(self, authority: SigningKey) -> bytes:
        """The node pack as a paper."""
        check_place(self.post, self.country)
        whom = [self.authority_card, self.hub_card, check_url(self.url)]
        who = [self.node, self.post, self.epoch, self.country]
        how = [self.ticket, self.secret, self.issued_ms, self.expires_ms]
        body = [*whom, *who, *how, *write_lives(self.replaces)]
        return sign_paper(Kind.TICKET, Purpose.TICKET, body, authority)

    @classmethod
    def read(cls, data: bytes) -> Ticket:
        """A node pack, whole and consistent under the authority it names; compare that one's fingerprint.

        Raises TrustError `bad_signature`; InputError `unreadable_paper`, `wrong_paper`,
        `newer_paper`, `damaged_paper`, `bad_post`, `bad_country`, `bad_url`.
        """
        raw, signature, fields = peek_paper(data, Kind.TICKET)
        authority_card, hub_card = fields.data(), fields.data()
        authority = AuthorityCard.read(authority_card)
        authority.verify_key.verify(Purpose.TICKET, raw, signature)
        ticket = cls(
            authority=authority,
            hub=HubCard.read(hub_card, authority=authority.verify_key),
            url=check_url(fields.text(most_chars=URL_MAX_CHARS)),
            node=Node(fields.number(least=1, most=NODE_MAX)),
            post=fields.text(most_chars=CODE_MAX_CHARS),
            epoch=fields.number(least=1, most=EPOCH_MAX),
            country=fields.text(most_chars=2),
            ticket=fields.data(size=TICKET_ID_BYTES),
            secret=fields.key(),
            issued_ms=fields.number(most=MS_MAX),
            expires_ms=fields.number(most=MS_MAX),
            authority_card=authority_card,
            hub_card=hub_card,
            replaces=read_lives(Kind.TICKET, fields),
        )
        check_place(ticket.post, ticket.country)
        return ticket


def ticket_secret(authority: SigningKey, ticket: bytes) -> bytes:
    """The 32-byte secret of a ticket id, as the authority derives it at issue and at examination."""
    return digest(b"karaula/ticket-secret\0", authority.seed, ticket, size=KEY_BYTES)


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrolmentRequest:
    """A device's plea: certify these public keys as the node of this ticket.

    `escrow` is the device's database key sealed to the recovery key, for the authority to keep;
    `asked` is what the proof covers, as received.
    """

    ticket: bytes
    node: Node
    verify_key: VerifyKey
    seal_key: SealKey
    escrow: bytes
    made_ms: int
    authority: bytes
    proof: bytes
    asked: bytes

    @property
    def fingerprint(self) -> str:
        """What the two ends of a telephone compare; the certificate's is the same."""
        return fingerprint(self.verify_key.raw + self.seal_key.raw)

    @classmethod
    def read(cls, data: bytes) -> EnrolmentRequest:
        """A request signed by the key it names; `examine` says whether it may be granted.

        Raises TrustError `bad_signature`; InputError `unreadable_paper`, `wrong_paper`,
        `newer_paper`, `damaged_paper`.
        """
        raw, signature, fields = peek_paper(data, Kind.REQUEST)
        asked, proof = fields.data(), fields.key()
        plea = read_body(asked, Kind.REQUEST)
        request = cls(
            authority=plea.key(),
            ticket=plea.data(size=TICKET_ID_BYTES),
            node=Node(plea.number(least=1, most=NODE_MAX)),
            verify_key=VerifyKey(plea.key()),
            seal_key=SealKey(plea.key()),
            escrow=plea.data(),
            made_ms=plea.number(most=MS_MAX),
            proof=proof,
            asked=asked,
        )
        request.verify_key.verify(Purpose.REQUEST, raw, signature)
        return request

    def examine(self, authority: SigningKey) -> None:
        """Check that this authority issued the ticket and that the asker holds its secret.

        Raises TrustError `foreign_authority`, `bad_proof`.
        """
        if self.authority != authority.verify_key.raw:
            raise TrustError(
                "foreign_authority",
                "this request answers another authority's node pack",
                hint="Take it to the authority that issued the pack.",
            )
        if not compare_digest(self.proof, _proof(ticket_secret(authority, self.ticket), self.asked)):
            raise TrustError(
                "bad_proof", "this request was not made with the node pack it names", hint=_NEW_PACK
            )


def request_certificate(
    ticket: Ticket, *, signer: SigningKey, seal_key: SealKey, escrow: bytes, now_ms: int
) -> bytes:
    """The request paper a device makes from its pack and its own new keys."""
    names = [ticket.authority.verify_key.raw, ticket.ticket, ticket.node]
    keys = [signer.verify_key.raw, seal_key.raw, escrow]
    asked = write_body(Kind.REQUEST, [*names, *keys, now_ms])
    return sign_paper(Kind.REQUEST, Purpose.REQUEST, [asked, _proof(ticket.secret, asked)], signer)


def check_unexpired(expires_ms: int, *, now_ms: int) -> None:
    """Raise InputError `ticket_expired` past the ticket's time (by the authority's clock)."""
    if now_ms >= expires_ms:
        raise InputError("ticket_expired", "the node pack is too old to enrol with", hint=_NEW_PACK)


@dataclass(frozen=True, slots=True, kw_only=True)
class HubRequest:
    """A hub's plea to an authority that is elsewhere: certify this key under this name."""

    name: str
    verify_key: VerifyKey
    made_ms: int

    @property
    def fingerprint(self) -> str:
        """What the two ends of a telephone compare; the hub certificate's is the same."""
        return fingerprint(self.verify_key.raw)

    def signed(self, hub: SigningKey) -> bytes:
        """The request as a paper."""
        fields = [self.name, self.verify_key.raw, self.made_ms]
        return sign_paper(Kind.HUB_REQUEST, Purpose.REQUEST, fields, hub)

    @classmethod
    def read(cls, data: bytes) -> HubRequest:
        """A request signed by the key it names. Raises as `EnrolmentRequest.read`."""
        raw, signature, fields = peek_paper(data, Kind.HUB_REQUEST)
        request = cls(
            name=fields.text(most_chars=NAME_MAX_CHARS),
            verify_key=VerifyKey(fields.key()),
            made_ms=fields.number(most=MS_MAX),
        )
        request.verify_key.verify(Purpose.REQUEST, raw, signature)
        return request


def _proof(secret: bytes, asked: bytes) -> bytes:
    # BLAKE2b keyed by its prefix: it has no length extension, and the secret's length is fixed.
    return digest(b"karaula/ticket-proof\0", secret, asked, size=KEY_BYTES)
