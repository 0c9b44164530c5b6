"""A whole small world for tests of a node: an authority, a hub's voice, a post with its file.

Everything runs on real SQLCipher files and real keys; only the clock is a dial that tests turn.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from edge.identity import Identity
from edge.kit import World
from edge.node import EdgeNode, assemble
from edge.store.opening import connect_to
from shared import segment
from shared.bundle import Opened, chain_start, hub_tag, open_bundle, verify
from shared.change import Change, Value, named
from shared.clock import stamp_at
from shared.crypto import password_verifier
from shared.enrolment import (
    AuthorityCard,
    AuthorityKeys,
    Certificate,
    HubCard,
    HubCertificate,
    HubKeys,
    NodeKeys,
)
from shared.ids import SYSTEM, Dot, Feed, Lane, Node, OfficerId, RecordId, feed_of, make_dot
from shared.partial_date import parse
from shared.schema import SCHEMA, Kind
from shared.scope import scopes_of_node
from shared.segment import CHAIN_START
from shared.session import (
    Cursor,
    End,
    Head,
    Held,
    Hello,
    Question,
    Slice,
    answer,
    chains_told,
    check_of,
    feeds_digest,
    heads_digest,
    joined,
    read_question,
    taken_apart,
)

HUB = Node(1)
NODE = Node(2_000_000)
START_MS = 1_780_000_000_000  # 28 May 2026
FIRST_PASSWORD = "spring river stone"
OWN_PASSWORD = "quiet mountain road"
TD3 = "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<10"
TD3_WRONG_DIGIT = TD3.replace("L898902C36", "L898902C37")


@dataclass
class Dial:
    """The clocks of a test: the wall shows `wall_ms`, uptime `up_ms`; both move by `pass_ms`."""

    wall_ms: int = START_MS
    up_ms: int = 5_000

    def pass_ms(self, ms: int) -> None:
        self.wall_ms += ms
        self.up_ms += ms


class Centre:
    """A hub as a node meets it: signs heads and segments, acknowledges what it can open.

    It keeps bundles by feed and seq, and writes every change it is told into one scope.
    """

    def __init__(self, keys: HubKeys, dial: Dial) -> None:
        self.keys = keys
        self.dial = dial
        self.generation = 1
        self.safe_ms = 0
        self.prekey = max(keys.prekeys)
        self.skew_ms = 0
        self.seq = dict.fromkeys(Lane, 0)
        self.logs: dict[str, list[Change]] = {}
        self.cuts: dict[str, list[tuple[bytes, bytes, int, bytes]]] = {}
        self.heads: dict[int, int] = {}
        self.chains: dict[int, bytes | None] = {}
        self.tails: dict[Lane, bytes] = {}
        self.received: list[Opened] = []
        self.reseals: tuple[tuple[int, int], ...] = ()
        self.refusals: tuple[tuple[int, str], ...] = ()
        self.lost: tuple[tuple[int, int, int], ...] = ()
        self.again: list[bytes] = []
        self.papers: tuple[bytes, ...] = ()
        self.segment_changes = 500
        self.segments_at_once = 100
        self.questions = 0

    @property
    def tag(self) -> bytes:
        return hub_tag(self.keys.sign.verify_key)

    # --- what desks say ---

    def say(
        self,
        kind: Kind,
        values: Mapping[str, Value],
        *,
        scope: str = "all",
        record: int | None = None,
        context: Mapping[int, tuple[Dot, ...]] | None = None,
        author: int = SYSTEM,
    ) -> Change:
        """A change by the hub, published into a scope."""
        lane = SCHEMA[kind].lane
        self.seq[lane] += 1
        dot = make_dot(feed_of(HUB, lane), self.seq[lane])
        change = Change(
            dot=dot,
            record=RecordId(dot if record is None else Dot(record)),
            kind=kind,
            stamp=stamp_at(self.dial.wall_ms, self.seq[lane]),
            author=OfficerId(author),
            fields=named(kind, values),
            context=context or {},
        )
        self.publish(change, scope)
        return change

    def publish(self, change: Change, scope: str) -> None:
        self.logs.setdefault(scope, []).append(change)

    def alert(self, *, scope: str = "all", **values: Value) -> RecordId:
        """An active alert of RS; every value can be overridden."""
        birth = values.pop("birth", None)
        expires = values.pop("expires", None)
        whole: dict[str, Value] = {
            "owner": "RS",
            "category": "arrest",
            "action": "detain",
            "status": "active",
            "authority": "District court (synthetic)",
            "reference": "RS-2026-17",
            "phone": "+381 11 000 0000",
            "birth": parse(birth).day_number() if isinstance(birth, str) else None,
            "expires": parse(expires).day_number() if isinstance(expires, str) else None,
        }
        return self.say(Kind.ALERT, whole | values, scope=scope).record

    def officer(self, *, login: str = "mira", scope: str = "post:KLOBUK", **values: Value) -> RecordId:
        """An officer of BA who must change the first password."""
        whole: dict[str, Value] = {
            "owner": "BA",
            "login": login,
            "full_name": "Mira Test",
            "role": "officer",
            "posts": ("KLOBUK",),
            "verifier": _FIRST_VERIFIER,
            "reset": 1,
        }
        return self.say(Kind.OFFICER, whole | values, scope=scope).record

    # --- the conversation ---

    def exchange(self, question_bytes: bytes) -> bytes:
        """Answer a node's question as the production hub would, from memory."""
        self.questions += 1
        question = read_question(question_bytes)
        node = self.node
        question.believe(node.verify_key)
        for raw in (*question.bundles, *self._joined(question)):
            self._receive(raw)
        scopes = scopes_of_node(node=node.node, post=node.post, country=node.country)
        fresh = question.hello.generation == self.generation
        positions = question.hello.positions if fresh else (0,) * len(scopes)
        for scope in scopes:
            self._cut(scope)
        segments: list[tuple[int, int, bytes, bytes]] = []
        for place, (scope, position) in enumerate(zip(scopes, positions, strict=True)):
            for raw, sign, last, _ in self.cuts.get(scope, []):
                if last > position:
                    segments.append((place, position + 1, raw, sign))
                    position = last
        ends = tuple(self._end(scope) for scope in scopes)
        said = [self._said(feed_of(node.node, lane)) for lane in Lane]
        agreed = heads_digest(said) == question.hello.heads_digest
        head = Head(
            time_ms=self.dial.wall_ms + self.skew_ms,
            hub_node=HUB,
            generation=self.generation,
            acks=None if agreed else tuple(head for head, _ in said),
            chains=() if agreed else chains_told(said),
            safe=self.safe_ms,
            positions=tuple(cursor.position for cursor in ends),
            feeds_digest=feeds_digest(ends),
            prekey=self.prekey,
            reseals=self.reseals,
            refusals=self.refusals,
            lost=self.lost,
            held=tuple(
                Held(lane=lane, length=len(tail), check=check_of(tail))
                for lane, tail in self.tails.items()
                if tail
            ),
        )
        self.reseals = ()
        return answer(
            question,
            head,
            segments=_sliced(segments[: self.segments_at_once], question.hello),
            reader=node.seal_key,
            signer=self.keys.sign,
            prekeys=self.papers,
        )

    node: Certificate

    def _joined(self, question: Question) -> list[bytes]:
        """The bundles that a question's piece makes whole."""
        piece = question.hello.upload
        if piece is None:
            return []
        bundles, self.tails[piece.lane] = taken_apart(joined(self.tails.get(piece.lane, b""), piece))
        return bundles

    def _receive(self, raw: bytes) -> None:
        header = verify(raw, self.node.verify_key)
        if header.first != self.heads.get(header.feed, 0) + 1:
            self.again.append(raw)
            return
        box = self.keys.prekey(header.prekey)
        if box is None:
            self.reseals = ((header.feed, header.first),)
            return
        self.received.append(open_bundle(raw, box))
        self.chains[header.feed] = self.received[-1].chain
        self.heads[header.feed] = header.last

    def _said(self, name: Feed) -> End:
        """What is here of a feed. A head that a test set has no chain."""
        head = self.heads.get(name, 0)
        return head, self.chains.get(name) if head else chain_start(name)

    def _cut(self, scope: str) -> None:
        log, cuts = self.logs.get(scope, []), self.cuts.setdefault(scope, [])
        while (done := cuts[-1][2] if cuts else 0) < len(log):
            part = log[done : done + self.segment_changes]
            before = cuts[-1][3] if cuts else CHAIN_START
            raw, sign = segment.cut(
                part,
                hub=self.tag,
                generation=self.generation,
                scope=scope,
                first=done + 1,
                before=before,
                signer=self.keys.sign,
            )
            cuts.append((raw, sign, done + len(part), segment.chain_next(before, raw)))

    def _end(self, scope: str) -> Cursor:
        cuts = self.cuts.get(scope, [])
        return Cursor(scope=scope, position=cuts[-1][2], chain=cuts[-1][3]) if cuts else Cursor(scope=scope)


def _sliced(
    segments: Sequence[tuple[int, int, bytes, bytes]], hello: Hello
) -> list[tuple[bytes, bytes] | Slice]:
    """What the node can take now: whole segments, and slices of what does not fit."""
    left, begun = hello.wanted_bytes, hello.part
    said: list[tuple[bytes, bytes] | Slice] = []
    for place, first, raw, sign in segments:
        if left <= 0:
            break
        whole = raw + sign
        offset = begun.length if begun and (begun.place, begun.first) == (place, first) else 0
        data = whole[offset : offset + left]
        left -= len(data)
        cut = Slice(place=place, first=first, offset=offset, total=len(whole), data=data)
        said.append((raw, sign) if len(data) == len(whole) else cut)
    return said


_FIRST_VERIFIER = password_verifier(FIRST_PASSWORD)
_OWN_VERIFIER = password_verifier(OWN_PASSWORD)


@dataclass
class Post:
    """One post: its identity, its file, its clock, its centre. `node()` opens (or reopens) it."""

    path: Path
    dial: Dial
    centre: Centre
    identity: Identity
    world: World
    authority: AuthorityKeys
    opened: list[EdgeNode] = field(default_factory=list)

    def node(self, *, metered: bool = False, **changes: object) -> EdgeNode:
        """A fresh start of the node's process on the same file."""
        node = assemble(self.identity, replace(self.world, **changes), metered=metered)
        self.opened.append(node)
        return node

    def close(self) -> None:
        for node in self.opened:
            node.close()


def make_post(directory: Path, *, code: str = "KLOBUK", country: str = "BA", number: int = NODE) -> Post:
    """A post with new keys, under a new authority and hub."""
    directory.mkdir(exist_ok=True)
    dial = Dial()
    authority, hub_keys = AuthorityKeys.generate(), HubKeys.generate().with_prekeys(2, now_ms=START_MS)
    node_keys = NodeKeys.generate()
    born_ms = START_MS - 86_400_000
    certificate = Certificate(
        serial=1,
        node=Node(number),
        post=code,
        epoch=1,
        country=country,
        verify_key=node_keys.sign.verify_key,
        seal_key=node_keys.box.seal_key,
        issued_ms=born_ms,
    )
    hub_certificate = HubCertificate(
        node=HUB, name="PCC", verify_key=hub_keys.sign.verify_key, issued_ms=born_ms
    )
    card = HubCard.gather(
        certificate=hub_certificate.signed(authority.sign),
        signed_prekeys=hub_keys.signed_prekeys(),
        url="http://127.0.0.1:1",
        authority=authority.sign.verify_key,
    )
    identity = Identity(
        certificate=certificate,
        certificate_paper=certificate.signed(authority.sign),
        keys=node_keys,
        authority=AuthorityCard(
            name="Test",
            verify_key=authority.sign.verify_key,
            recovery_key=authority.recovery.seal_key,
            made_ms=born_ms,
        ),
        hub=card,
        hub_url=card.url,
        database_key=os.urandom(32),
    )
    centre = Centre(hub_keys, dial)
    centre.node = certificate
    path = directory / f"{code.lower()}.db"
    world = World(
        connect=connect_to(path),
        now_ms=lambda: dial.wall_ms,
        monotonic_ms=lambda: dial.up_ms,
        random=os.urandom,
        offset_min=lambda _: 120,
        disk_free_mb=lambda: 20_000,
    )
    return Post(path=path, dial=dial, centre=centre, identity=identity, world=world, authority=authority)


def settled(post: Post) -> RecordId:
    """An officer at the post who has already chosen a password of their own."""
    return post.centre.officer(own_verifier=_OWN_VERIFIER, own_reset=1)


def heads_of(node: EdgeNode) -> dict[Lane, int]:
    """Acknowledged seqs by lane."""
    with node.kit.database.snapshot() as tx:
        return {lane: head.acked for lane, head in node.kit.log.heads(tx).items()}


def rows(node: EdgeNode, sql: str, parameters: Sequence[object] = ()) -> list[tuple[object, ...]]:
    """What the node's file says."""
    return node.kit.database.connection().execute(sql, tuple(parameters)).fetchall()


def changes_of(opened: Iterable[Opened]) -> list[Change]:
    """Every change in the bundles a centre received."""
    from shared import wire

    return [change for each in opened for change in wire.decode(each.body, base=each.header.base).changes()]
