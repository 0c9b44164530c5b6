"""A post as the hub meets it: signs hellos and bundles, right ones and wrong ones, with real keys.

Nothing of `edge` is used, so that each test decides itself what arrives, in which order and shape.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from hub.config import Policy
from hub.hub import Hub
from hub.identity import Identity
from hub.kit import World
from hub.store.opening import connect_to
from shared import bundle, wire
from shared.bundle import Header
from shared.change import SEEN, Change, Value, named
from shared.clock import stamp_at
from shared.crypto import SealKey
from shared.database import Connect
from shared.enrolment import (
    AuthorityCard,
    AuthorityKeys,
    Certificate,
    HubCertificate,
    HubKeys,
    Life,
    NodeKeys,
)
from shared.ids import Dot, Lane, Node, OfficerId, RecordId, Seq, feed_of, make_dot
from shared.limits import REPLY_BUDGET_BYTES
from shared.schema import SCHEMA, Kind
from shared.scope import scopes_of_node
from shared.session import Ask, Cursor, Heard, NodeEnd, NodeStanding, Part, Piece

START_MS = 1_780_000_000_000  # 28 May 2026
PASSWORD = "quiet mountain road"


@dataclass
class Dial:
    """The clock everybody reads; a post may be off by `skew_ms`."""

    ms: int = START_MS

    def __call__(self) -> int:
        self.ms += 1
        return self.ms


@dataclass
class Realm:
    """An authority and one hub's papers, from which hubs are opened and posts enrolled."""

    directory: Path
    dial: Dial = field(default_factory=Dial)
    authority: AuthorityKeys = field(default_factory=AuthorityKeys.generate)
    key: bytes = field(default_factory=lambda: os.urandom(32))

    def __post_init__(self) -> None:
        self.keys = HubKeys.generate().with_prekeys(2, now_ms=START_MS)
        self.card = AuthorityCard(
            name="Test",
            verify_key=self.authority.sign.verify_key,
            recovery_key=self.authority.recovery.seal_key,
            made_ms=START_MS,
        )

    @property
    def path(self) -> Path:
        return self.directory / "hub.db"

    def identity(self) -> Identity:
        certificate = HubCertificate(
            node=Node(1), name="PCC", verify_key=self.keys.sign.verify_key, issued_ms=START_MS
        )
        return Identity(certificate=certificate, authority=self.card, keys=self.keys, database_key=self.key)

    def hub(self, *, connect: Connect | None = None, policy: Policy | None = None) -> Hub:
        """A hub on this realm's file: the same one again after a close."""
        world = World(
            connect=connect or connect_to(self.path),
            now_ms=self.dial,
            random=os.urandom,
            save_keys=self._keep_keys,
        )
        return Hub(self.identity(), world, policy=policy)

    def _keep_keys(self, keys: HubKeys) -> None:
        self.keys = keys

    def post(self, number: int, country: str, post: str, *, replaces: Sequence[int] = ()) -> Outpost:
        return Outpost(realm=self, number=number, country=country, post=post, replaces=tuple(replaces))


@dataclass
class Outpost:
    """One node, driven by hand."""

    realm: Realm
    number: int
    country: str
    post: str
    skew_ms: int = 0
    replaces: tuple[int, ...] = ()
    keys: NodeKeys = field(default_factory=NodeKeys.generate)

    def __post_init__(self) -> None:
        self.seq = dict.fromkeys(Lane, 0)
        self.cut = dict.fromkeys(Lane, 0)
        self.chain = {lane: bundle.chain_start(feed_of(self.number, lane)) for lane in Lane}
        self.log: dict[Lane, list[Change]] = {lane: [] for lane in Lane}
        names = scopes_of_node(node=self.number, post=self.post, country=self.country)
        self.cursors = tuple(Cursor(scope=name) for name in names)
        self.generation = 0
        self.heard: list[Change] = []
        self.wanted_bytes = REPLY_BUDGET_BYTES
        self.part: Part | None = None
        self.asks: tuple[Ask, ...] = ()

    @property
    def certificate(self) -> Certificate:
        return Certificate(
            serial=self.number,
            node=Node(self.number),
            post=self.post,
            epoch=1 + len(self.replaces),
            country=self.country,
            verify_key=self.keys.sign.verify_key,
            seal_key=self.keys.box.seal_key,
            issued_ms=START_MS,
            replaces=tuple(
                Life(node=Node(n), epoch=len(self.replaces) - i) for i, n in enumerate(self.replaces)
            ),
        )

    @property
    def paper(self) -> bytes:
        return self.certificate.signed(self.realm.authority.sign)

    # --- what officers do ---

    def say(
        self,
        kind: Kind,
        values: Mapping[str, Value],
        *,
        record: int | None = None,
        context: Mapping[int, tuple[int, ...]] | None = None,
        author: int = 0,
        kind_number: int | None = None,
        fields: Mapping[int, Value] | None = None,
    ) -> Change:
        """A change in the log, not yet in a bundle."""
        lane = SCHEMA[kind].lane
        self.seq[lane] += 1
        dot = make_dot(feed_of(self.number, lane), self.seq[lane])
        change = Change(
            dot=dot,
            record=RecordId(dot if record is None else Dot(record)),
            kind=kind_number or kind,
            stamp=stamp_at(self.realm.dial() + self.skew_ms),
            author=OfficerId(author),
            fields=named(kind, values) if fields is None else fields,
            context={n: tuple(Dot(d) for d in dots) for n, dots in (context or {}).items()},
        )
        self.log[lane].append(change)
        return change

    def check(self, **values: Value) -> Change:
        whole: dict[str, Value] = {
            "owner": self.country,
            "post": self.post,
            "happened": self.realm.dial.ms,
            "direction": "entry",
            "decision": "admit",
            "surname": "TESTOVIC",
            "given_names": "ANA",
            "birth": 29_000,
            "document_number": f"T{self.number}{self.seq[Lane.ROUTINE]:06}",
            "document_issuer": "UTO",
        }
        return self.say(Kind.CHECK, whole | values)

    def edit(self, of: Change, values: Mapping[str, Value], *, seen: Sequence[int] | None = None) -> Change:
        """An edit by somebody who was shown `seen` (by default only the creating change)."""
        shown = tuple(seen if seen is not None else (of.record,))
        numbers = [*named(Kind(of.kind), values), SEEN]
        return self.say(Kind(of.kind), values, record=of.record, context=dict.fromkeys(numbers, shown))

    # --- bundles ---

    def bundle(
        self,
        lane: Lane = Lane.ROUTINE,
        *,
        count: int | None = None,
        prekey: int | None = None,
        key: SealKey | None = None,
        tag: bytes | None = None,
        spoil: Callable[[bytes], bytes] = lambda body: body,
    ) -> bytes:
        """The next changes of a lane, sealed. `spoil` alters the body before it is chained and sealed."""
        first = self.cut[lane] + 1
        changes = self.log[lane][first - 1 :][: count or None]
        header = self.header(lane, first, len(changes), prekey=prekey, tag=tag)
        body = spoil(wire.encode(changes, base=header.base))
        before = self.chain[lane]
        self.cut[lane] += len(changes)
        self.chain[lane] = bundle.chain_next(before, header, body)
        return self.seal(header, body, before, key=key)

    def header(
        self, lane: Lane, first: int, count: int, *, prekey: int | None = None, tag: bytes | None = None
    ) -> Header:
        return Header(
            hub=tag or self.realm.identity().tag,
            prekey=prekey or 1,
            feed=feed_of(self.number, lane),
            first=Seq(first),
            count=count,
        )

    def seal(self, header: Header, body: bytes, before: bytes, *, key: SealKey | None = None) -> bytes:
        sealing = key or self.realm.keys.prekeys[header.prekey][0].seal_key
        return bundle.seal(body, header=header, before=before, prekey=sealing, signer=self.keys.sign)

    # --- the conversation ---

    def question(self, end: NodeEnd, bundles: Sequence[bytes], *, piece: Piece | None = None) -> bytes:
        standing = NodeStanding(
            heads=tuple(self.seq[lane] for lane in Lane),
            chains=tuple(self.chain[lane] for lane in Lane),
            generation=self.generation,
            cursors=self.cursors,
            last_head_ms=0,
            prekey=0,
            wanted_bytes=self.wanted_bytes,
            part=self.part,
            asks=self.asks,
        )
        return end.ask(standing, bundles, nonce=os.urandom(8), certificate=self.paper, upload=piece)

    def end(self) -> NodeEnd:
        identity = self.realm.identity()
        return NodeEnd(
            node=Node(self.number),
            signer=self.keys.sign,
            box=self.keys.box,
            hub_tag=identity.tag,
            hub_key=identity.certificate.verify_key,
        )

    def ask(self, hub: Hub, *bundles: bytes, piece: Piece | None = None) -> Heard:
        """One whole round; what the feed said is in `heard`, in order."""
        end = self.end()
        answer = end.hear(hub.exchange(self.question(end, bundles, piece=piece)))
        self.generation = answer.head.generation
        self.cursors, self.part = answer.cursors, answer.part
        self.heard += [change for piece in answer.segments for change in piece.changes]
        return answer

    def send(self, hub: Hub) -> Heard:
        """Everything logged and not yet bundled, urgent first, in one question."""
        lanes = [lane for lane in Lane if len(self.log[lane]) > self.cut[lane]]
        return self.ask(hub, *(self.bundle(lane) for lane in lanes))
