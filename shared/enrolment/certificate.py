"""Certificates: the authority's word on which key belongs to which node, and which hub.

Job: the two certificates and the revocation list, all signed by the authority's key.
Invariants: a node number is given once and never again; the revocation list with the highest
number is the one that counts. Must not know: how a certificate is asked for, where it is kept.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from shared.crypto import Purpose, SealKey, SigningKey, VerifyKey, fingerprint
from shared.enrolment.paper import MS_MAX, Fields, Kind, read_paper, sign_paper
from shared.errors import InputError, TrustError
from shared.ids import Node
from shared.limits import CODE_MAX_CHARS, NAME_MAX_CHARS, NODE_MAX

HUB_NODE: Final = Node(1)
"""The first hub's number; a hub restored from a backup takes the next free one."""
EPOCH_MAX: Final = 9_999  # enrolments at one post: a new board each day for 27 years
SERIAL_MAX: Final = (1 << 31) - 1
# What a printed record id can carry: no hyphen, and letters that survive capitals.
LIVES_MAX: Final = 64  # enrolments one device goes through: each is a restored or cloned disk
POST_PATTERN: Final = re.compile(r"[A-Z][A-Z0-9]{1,11}")
COUNTRY_PATTERN: Final = re.compile(r"[A-Z]{2}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Life:
    """A number that a device had before it was enrolled again, and which enrolment at its post that was."""

    node: Node
    epoch: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """A node's standing: this number, at this post of this country, holds these two keys.

    `serial` counts the authority's certificates; `epoch` counts the enrolments at the post, so
    that post and epoch name a node to people; `country` is ISO 3166 alpha-2; `issued_ms` is UTC.
    `replaces` are the numbers it takes the place of, the newest first: all of them, so that whoever never
    heard of one in between still knows the first.
    """

    serial: int
    node: Node
    post: str
    epoch: int
    country: str
    verify_key: VerifyKey
    seal_key: SealKey
    issued_ms: int
    replaces: tuple[Life, ...] = ()

    def signed(self, authority: SigningKey) -> bytes:
        """The certificate as a paper. One that replaces nothing has the bytes it always had."""
        check_place(self.post, self.country)
        fields = (self.serial, self.node, self.post, self.epoch, self.country)
        keys = (self.verify_key.raw, self.seal_key.raw)
        body = [*fields, *keys, self.issued_ms, *write_lives(self.replaces)]
        return sign_paper(Kind.CERTIFICATE, Purpose.CERTIFICATE, body, authority)

    @classmethod
    def read(cls, data: bytes, *, authority: VerifyKey) -> Certificate:
        """A received certificate, believed.

        Raises TrustError `bad_signature`; InputError `unreadable_paper`, `wrong_paper`,
        `newer_paper`, `damaged_paper`, `bad_post`, `bad_country`.
        """
        fields = read_paper(data, Kind.CERTIFICATE, Purpose.CERTIFICATE, authority)
        certificate = cls(
            serial=fields.number(least=1, most=SERIAL_MAX),
            node=Node(fields.number(least=1, most=NODE_MAX)),
            post=fields.text(most_chars=CODE_MAX_CHARS),
            epoch=fields.number(least=1, most=EPOCH_MAX),
            country=fields.text(most_chars=2),
            verify_key=VerifyKey(fields.key()),
            seal_key=SealKey(fields.key()),
            issued_ms=fields.number(most=MS_MAX),
            replaces=read_lives(Kind.CERTIFICATE, fields),
        )
        check_place(certificate.post, certificate.country)
        return certificate

    @property
    def fingerprint(self) -> str:
        """What the two ends of a telephone compare; the request prints the same."""
        return fingerprint(self.verify_key.raw + self.seal_key.raw)


@dataclass(frozen=True, slots=True, kw_only=True)
class HubCertificate:
    """The hub's standing: this key signs heads, segments and prekeys."""

    node: Node
    name: str
    verify_key: VerifyKey
    issued_ms: int

    def signed(self, authority: SigningKey) -> bytes:
        """The certificate as a paper."""
        fields = [self.node, self.name, self.verify_key.raw, self.issued_ms]
        return sign_paper(Kind.HUB_CERTIFICATE, Purpose.CERTIFICATE, fields, authority)

    @classmethod
    def read(cls, data: bytes, *, authority: VerifyKey) -> HubCertificate:
        """A received hub certificate, believed. Raises as `Certificate.read`."""
        fields = read_paper(data, Kind.HUB_CERTIFICATE, Purpose.CERTIFICATE, authority)
        return cls(
            node=Node(fields.number(least=1, most=NODE_MAX)),
            name=fields.text(most_chars=NAME_MAX_CHARS),
            verify_key=VerifyKey(fields.key()),
            issued_ms=fields.number(most=MS_MAX),
        )

    @property
    def fingerprint(self) -> str:
        """What the two ends of a telephone compare."""
        return fingerprint(self.verify_key.raw)


@dataclass(frozen=True, slots=True, kw_only=True)
class Revocations:
    """Every node that has lost its standing, as of list `number`."""

    number: int
    issued_ms: int
    nodes: frozenset[Node]

    def signed(self, authority: SigningKey) -> bytes:
        """The list as a paper; the nodes stand in ascending order."""
        fields = [self.number, self.issued_ms, sorted(self.nodes)]
        return sign_paper(Kind.REVOCATIONS, Purpose.REVOCATIONS, fields, authority)

    @classmethod
    def read(cls, data: bytes, *, authority: VerifyKey) -> Revocations:
        """A received list, believed. Raises as `Certificate.read`."""
        fields = read_paper(data, Kind.REVOCATIONS, Purpose.REVOCATIONS, authority)
        number, issued_ms = fields.number(least=1, most=SERIAL_MAX), fields.number(most=MS_MAX)
        entries = Fields(Kind.REVOCATIONS, listed := fields.list())
        nodes = [Node(entries.number(least=1, most=NODE_MAX)) for _ in listed]
        return cls(number=number, issued_ms=issued_ms, nodes=frozenset(nodes))

    def refuse(self, node: int) -> None:
        """Raise TrustError `node_revoked` if the node is on the list."""
        if node in self.nodes:
            raise TrustError(
                "node_revoked",
                f"node {node} was revoked by the authority",
                hint="Enrol the device again with a new node pack, or bring it to the authority.",
            )


def write_lives(lives: tuple[Life, ...]) -> list[object]:
    """The last field of a paper that takes other numbers' place; nothing where it takes none's."""
    return [[number for life in lives for number in (life.node, life.epoch)]] if lives else []


def read_lives(kind: Kind, fields: Fields) -> tuple[Life, ...]:
    """Undo `write_lives`. Raises InputError `damaged_paper`."""
    rest = fields.rest()
    if not rest:
        return ()
    listed = Fields(kind, rest).list()
    if not listed or len(listed) > 2 * LIVES_MAX:
        raise fields.damaged()
    numbers, lives = Fields(kind, listed), []
    for _ in range((len(listed) + 1) // 2):
        node = Node(numbers.number(least=1, most=NODE_MAX))
        lives.append(Life(node=node, epoch=numbers.number(least=1, most=EPOCH_MAX)))
    return tuple(lives)


def newer_of(held: Revocations | None, received: Revocations) -> Revocations:
    """The list that counts. Of two with one number, the one already held."""
    return received if held is None or received.number > held.number else held


def check_place(post: str, country: str) -> None:
    """Raise InputError `bad_post` or `bad_country` unless both can stand in a certificate."""
    if not POST_PATTERN.fullmatch(post):
        raise InputError(
            "bad_post",
            "a post's code is 2 to 12 capital letters or digits, a letter first",
            hint="Use the code from the list of posts, for example KLOBUK.",
            field="post",
        )
    if not COUNTRY_PATTERN.fullmatch(country):
        raise InputError(
            "bad_country", "a country is two capital letters", hint="Use BA, ME or RS.", field="country"
        )
