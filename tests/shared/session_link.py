"""Both real ends of the sync conversation, and a hub with one scope behind one of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from shared import segment
from shared.change import Change, named
from shared.clock import Stamp
from shared.crypto import BoxKey, SigningKey
from shared.ids import SYSTEM, Lane, Node, RecordId, feed_of, make_dot
from shared.schema import Kind
from shared.session import (
    Cursor,
    Head,
    Heard,
    NodeEnd,
    NodeStanding,
    answer,
    feeds_digest,
    read_question,
)

NODE = Node(5)
HUB = b"hub!"
NODE_KEY, HUB_KEY = SigningKey(b"\1" * 32), SigningKey(b"\2" * 32)
NODE_BOX, OTHER_BOX = BoxKey(b"\3" * 32), BoxKey(b"\4" * 32)
SCOPES = ("all", "country:BA")
NOW_MS = 1_790_000_000_000
NONCE = b"nonce678"


def alert(seq: int) -> Change:
    dot = make_dot(feed_of(9, Lane.URGENT), seq)
    return Change(
        dot=dot, record=RecordId(dot), kind=Kind.ALERT, stamp=Stamp(seq), author=SYSTEM,
        fields=named(Kind.ALERT, {"owner": "BA", "surname": "ANIĆ"}),
    )  # fmt: skip


@dataclass
class FakeHub:
    """The hub's feed of one scope, answering with the production hub end."""

    generation: int = 1
    time_ms: int = NOW_MS
    cursors: tuple[Cursor, ...] = tuple(Cursor(scope=scope) for scope in SCOPES)
    segments: list[tuple[bytes, bytes]] = field(default_factory=list)

    def publish(self, count: int = 1, *, generation: int | None = None, signer: SigningKey = HUB_KEY) -> None:
        cursor = self.cursors[0]
        changes = [alert(cursor.position + place) for place in range(1, count + 1)]
        raw, signature = segment.cut(
            changes, hub=HUB, generation=self.generation if generation is None else generation, scope="all",
            first=cursor.position + 1, before=cursor.chain, signer=signer,
        )  # fmt: skip
        self.segments.append((raw, signature))
        moved = replace(cursor, position=cursor.position + count, chain=segment.chain_next(cursor.chain, raw))
        self.cursors = (moved, *self.cursors[1:])

    def head(self) -> Head:
        return Head(
            time_ms=self.time_ms, hub_node=Node(9), generation=self.generation, acks=(1, 2, 0), safe=0,
            positions=tuple(cursor.position for cursor in self.cursors),
            feeds_digest=feeds_digest(self.cursors), prekey=1,
        )  # fmt: skip

    def answer(
        self, question: bytes, segments: Sequence[tuple[bytes, bytes]] | None = None, head: Head | None = None
    ) -> bytes:
        read = read_question(question)
        read.believe(NODE_KEY.verify_key)
        return answer(
            read, head or self.head(), segments=self.segments if segments is None else segments,
            reader=NODE_BOX.seal_key, signer=HUB_KEY, revocations=b"list", prekeys=[b"prekey"],
        )  # fmt: skip


def node_end_of(box: BoxKey = NODE_BOX) -> NodeEnd:
    return NodeEnd(node=NODE, signer=NODE_KEY, box=box, hub_tag=HUB, hub_key=HUB_KEY.verify_key)


def standing(**changed: object) -> NodeStanding:
    start = NodeStanding(
        heads=(1, 2, 0), chains=(b"u" * 16, b"r" * 16, b"b" * 16), generation=1,
        cursors=tuple(Cursor(scope=scope) for scope in SCOPES), last_head_ms=0,
    )  # fmt: skip
    return replace(start, **changed)  # type: ignore[arg-type]  # its own fields


def round_trip(hub: FakeHub, at: NodeStanding, **bent: object) -> Heard:
    end = node_end_of()
    return end.hear(hub.answer(end.ask(at, [], nonce=NONCE), **bent))  # type: ignore[arg-type]  # answer's own


def standing_after(heard: Heard) -> NodeStanding:
    return standing(generation=heard.head.generation, cursors=heard.cursors, last_head_ms=heard.head.time_ms)
