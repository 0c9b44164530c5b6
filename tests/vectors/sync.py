"""What the frozen vectors of bundle, segment, session and chain are made of: fixed test keys, fixed changes.

The keys open nothing outside these files.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

from shared import wire
from shared.bundle import Header, hub_tag
from shared.change import SEEN, Change, named
from shared.clock import stamp_at
from shared.crypto import BoxKey, Purpose, SigningKey, digest
from shared.ids import SYSTEM, Dot, Lane, Node, OfficerId, RecordId, Seq, feed_of, make_dot
from shared.schema import Kind
from shared.segment import CHAIN_START
from shared.session import Cursor, End, NodeEnd, NodeStanding, Piece, check_of, framed
from shared.session.messages import answer_signed

FOLDER: Final = Path(__file__).parent
NODE: Final = Node(2_000_000)
HUB: Final = Node(1)
NODE_SIGN, HUB_SIGN, OTHER_SIGN = (SigningKey(bytes((n,)) * 32) for n in (1, 2, 3))
NODE_BOX, PREKEY, OTHER_PREKEY = (BoxKey(bytes((n,)) * 32) for n in (4, 5, 6))
TAG: Final = hub_tag(HUB_SIGN.verify_key)
START_MS: Final = 1_780_000_000_000
NONCE: Final = b"nonce678"
FEED: Final = feed_of(NODE, Lane.ROUTINE)
STREAM: Final = framed(b"the first bundle") + framed(b"the second")
HEADER: Final = Header(hub=TAG, prekey=7, feed=FEED, first=Seq(5), count=3)


def changes() -> list[Change]:
    """Two checks, and a correction of the first that its author made having seen it."""
    one, two, three = (make_dot(FEED, seq) for seq in (5, 6, 7))
    return [
        _check(one, surname="ERIKSSON", document_number="L898902C3", birth=27_252),
        _check(two, surname="ЂОРЂЕВИЋ", plate="A12-K-345", letters=("A", "C"), training=True),
        Change(
            dot=three,
            record=RecordId(one),
            kind=Kind.CHECK,
            stamp=stamp_at(START_MS + 60_000, 1),
            author=OfficerId(77),
            fields=named(Kind.CHECK, {"surname": "ERIKSEN"}) | {29: None},
            context={22: (one,), SEEN: (one,)},
        ),
    ]


def alerts() -> list[Change]:
    """Two entries of a scope's log, by the hub, the newer first."""
    return [
        Change(
            dot=make_dot(feed_of(HUB, Lane.URGENT), seq),
            record=RecordId(make_dot(feed_of(HUB, Lane.URGENT), seq)),
            kind=Kind.ALERT,
            stamp=stamp_at(START_MS, seq),
            author=OfficerId(900),
            fields=named(
                Kind.ALERT,
                {"owner": "ME", "category": "arrest", "status": "active", "document_number": "L898902C3"},
            ),
        )
        for seq in (9, 8)
    ]


def _check(dot: Dot, **values: object) -> Change:
    fields = named(Kind.CHECK, {"owner": "BA", "post": "KLOBUK", "happened": START_MS, **values})  # type: ignore[dict-item]  # plain values
    return Change(
        dot=dot, record=RecordId(dot), kind=Kind.CHECK, stamp=stamp_at(START_MS), author=SYSTEM, fields=fields
    )


def standing() -> NodeStanding:
    """What the node of the session vectors knows when it asks."""
    scopes = ("all", "country:BA", "post:KLOBUK", f"node:{NODE}")
    return NodeStanding(
        heads=(1, 7, 0),
        chains=tuple(bytes((lane,)) * 16 for lane in (7, 8, 9)),
        generation=1,
        cursors=tuple(Cursor(scope=scope, chain=CHAIN_START) for scope in scopes),
        last_head_ms=START_MS - 1,
        revocations=3,
        prekey=6,
    )


def ends() -> list[End]:
    """Its heads and chains, lane by lane."""
    return list(zip(standing().heads, standing().chains, strict=True))


def piece() -> Piece:
    """The routine stream from its tenth byte on."""
    return Piece(lane=Lane.ROUTINE, offset=9, check=check_of(STREAM[:9]), data=STREAM[9:])


def newer(answer: bytes) -> bytes:
    """The answer of a hub whose head says one thing more, signed for the frozen question."""
    _, raw, _, parcel, revocations, prekeys = wire.unpack(answer, max_bytes=1 << 20)  # type: ignore[misc]  # its own shape
    head = wire.pack([*wire.unpack(raw, max_bytes=1 << 20), "a lease"])  # type: ignore[misc]  # as above
    asked = digest(node_end().ask(standing(), [b"one bundle"], nonce=NONCE, certificate=b"paper"))
    signed = answer_signed(head=head, question=asked, parcel=parcel, revocations=revocations, prekeys=prekeys)
    return wire.pack([1, head, HUB_SIGN.sign(Purpose.HEAD, signed), parcel, revocations, prekeys])


def node_end() -> NodeEnd:
    return NodeEnd(node=NODE, signer=NODE_SIGN, box=NODE_BOX, hub_tag=TAG, hub_key=HUB_SIGN.verify_key)


def read(name: str) -> Any:
    """A vector file's content."""
    return json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
