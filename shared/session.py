"""The sync conversation, without I/O: one question, one answer, both signed.

    question = pack([version, hello, signature, [bundle …]])
    hello    = pack([version, node, nonce, heads digest, generation, [position …], newest revocations,
                     newest prekey, certificate | None])
    answer   = pack([version, head, signature, parcel | None, revocations | None, [prekey …]])
    head     = pack([version, time ms, hub node, generation, [ack …] | None, safe, [position …],
                     feeds digest, current prekey, [[feed, reseal from] …], [[bundle number, code] …]])
    parcel   = SealedBox(node, pack([[segment, signature] …]))

The hub's signature covers `head ‖ BLAKE2b(hello)`, so an answer fits one question only: neither a
recorded answer nor another node's can be replayed. Acks are contiguous heads by lane; None says
"your heads digest is mine". Positions are by scope, in the order both sides derive from the
node's certificate.

A node's end is in one `Phase`; `_NEXT` lists every transition there is:

    IDLE --ask--> ASKED --hear--> IDLE        (an answer that is refused also returns to IDLE)

Invariants
* Nothing in an answer is believed before the signature holds.
* Time, generation and positions never go backwards unnoticed: `feed_rolled_back`.
* Segments fit the reader's cursor and chain exactly: `feed_gap`, `feed_forked`.
Must not know: HTTP, storage, what a change means.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from typing import Final

from shared import segment, wire
from shared.crypto import BoxKey, Purpose, SealKey, SigningKey, VerifyKey, digest
from shared.errors import SessionError
from shared.ids import Feed, Lane, Node, Seq, feed_of
from shared.limits import REPLY_MAX_BYTES, REQUEST_MAX_BUNDLES, REQUEST_MAX_BYTES
from shared.segment import Segment

VERSION: Final = 1
NONCE_BYTES: Final = 8
LANES: Final = tuple(Lane)
_AGAIN: Final = "Nothing was changed; the next contact tries again by itself."


@dataclass(frozen=True, slots=True, kw_only=True)
class Cursor:
    """How far a reader is in one scope: the last applied position, and the chain there."""

    scope: str
    position: int = 0
    chain: bytes = segment.CHAIN_START


@dataclass(frozen=True, slots=True, kw_only=True)
class Hello:
    """What a node says of itself. `raw` are the bytes as signed."""

    node: Node
    heads_digest: bytes
    generation: int
    positions: tuple[int, ...]
    revocations: int
    prekey: int
    certificate: bytes | None
    raw: bytes = b""
    signature: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """What the hub vouches for in an answer. `acks` is None when the heads digests agree."""

    time_ms: int
    hub_node: Node
    generation: int
    acks: tuple[int, ...] | None
    safe: int
    positions: tuple[int, ...]
    feeds_digest: bytes
    prekey: int
    reseals: tuple[tuple[int, int], ...] = ()
    refusals: tuple[tuple[int, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """A believed answer: the head, the feed segments in order, and signed lists to keep.

    `more` says the hub holds feed beyond what came. `cursors` are the reader's cursors once
    every segment is applied.
    """

    head: Head
    segments: tuple[Segment, ...]
    cursors: tuple[Cursor, ...]
    revocations: bytes | None
    prekeys: tuple[bytes, ...]
    more: bool

    def acked(self, node: Node) -> dict[Feed, Seq]:
        """Contiguous heads by feed; empty when the digests agree."""
        return {
            feed_of(node, lane): Seq(head) for lane, head in zip(LANES, self.head.acks or (), strict=False)
        }


def heads_digest(heads: Sequence[int]) -> bytes:
    """16 bytes that name a node's heads, one number a lane."""
    return digest(b"karaula/heads\0", wire.pack(list(heads)))


def feeds_digest(cursors: Sequence[Cursor]) -> bytes:
    """16 bytes that name a set of cursors with their chains."""
    return digest(b"karaula/feeds\0", *(wire.pack([c.scope, c.position, c.chain]) for c in cursors))


class Phase(Enum):
    IDLE = "idle"
    ASKED = "asked"


class _Event(Enum):
    ASK = "ask"
    HEAR = "hear"


_NEXT: Final[Mapping[tuple[Phase, _Event], Phase]] = {
    (Phase.IDLE, _Event.ASK): Phase.ASKED,
    (Phase.ASKED, _Event.HEAR): Phase.IDLE,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeStanding:
    """What a node knows when it asks. `heads` has one number a lane: its own last seqs."""

    heads: tuple[int, ...]
    generation: int
    cursors: tuple[Cursor, ...]
    last_head_ms: int
    revocations: int = 0
    prekey: int = 0


class NodeEnd:
    """A node's end of the conversation: `ask`, then `hear`, in turn."""

    def __init__(
        self, *, node: Node, signer: SigningKey, box: BoxKey, hub_tag: bytes, hub_key: VerifyKey
    ) -> None:
        self._node = node
        self._signer = signer
        self._box = box
        self._hub_tag = hub_tag
        self._hub_key = hub_key
        self._phase = Phase.IDLE
        self._standing: NodeStanding | None = None
        self._hello = b""

    def ask(
        self,
        standing: NodeStanding,
        bundles: Sequence[bytes],
        *,
        nonce: bytes,
        certificate: bytes | None = None,
    ) -> bytes:
        """The question to send. A question still open is given up: its answer will not fit."""
        self._phase = Phase.IDLE
        self._step(_Event.ASK)
        self._standing = standing
        positions = [cursor.position for cursor in standing.cursors]
        self._hello = wire.pack(
            [
                VERSION,
                self._node,
                nonce,
                heads_digest(standing.heads),
                standing.generation,
                positions,
                standing.revocations,
                standing.prekey,
                certificate,
            ]
        )
        return wire.pack([VERSION, self._hello, self._signer.sign(Purpose.HELLO, self._hello), list(bundles)])

    def hear(self, answer: bytes) -> Heard:
        """Verify an answer against the open question.

        Raises TrustError `bad_signature`; SessionError `bad_answer`, `feed_rolled_back`,
        `feed_gap`, `feed_forked`, `out_of_turn`; WireError. Nothing has happened then.
        """
        self._step(_Event.HEAR)
        standing = self._standing
        assert standing is not None  # set by ask, which alone leads here
        head, parcel, revocations, prekeys = self._read(answer)
        cursors = self._start(standing, head)
        _refuse_rollback(standing, head, cursors)
        segments = self._open(parcel)
        cursors = _follow(cursors, segments, head.generation)
        arrived = tuple(cursor.position for cursor in cursors) == head.positions
        if arrived and feeds_digest(cursors) != head.feeds_digest:
            raise SessionError(
                "feed_forked", "the hub's feed is not the one this node has", hint="Call the PCC."
            )
        return Heard(
            head=head,
            segments=segments,
            cursors=cursors,
            revocations=revocations,
            prekeys=prekeys,
            more=not arrived,
        )

    def _step(self, event: _Event) -> None:
        try:
            self._phase = _NEXT[self._phase, event]
        except KeyError:
            raise SessionError(
                "out_of_turn", f"cannot {event.value} now", hint="Ask before hearing."
            ) from None

    def _read(self, answer: bytes) -> tuple[Head, bytes | None, bytes | None, tuple[bytes, ...]]:
        match wire.unpack(answer, max_bytes=REPLY_MAX_BYTES):
            case [
                1,
                bytes() as raw,
                bytes() as signature,
                bytes() | None as parcel,
                bytes() | None as revocations,
                [*prekeys],
            ] if all(isinstance(p, bytes) for p in prekeys):
                self._hub_key.verify(Purpose.HEAD, raw + digest(self._hello), signature)
                return _read_head(raw), parcel, revocations, tuple(prekeys)
            case _:
                raise _bad_answer()

    def _start(self, standing: NodeStanding, head: Head) -> tuple[Cursor, ...]:
        if head.generation == standing.generation:
            return standing.cursors
        # A restored hub: read its feed from the start; applying a change twice does nothing.
        return tuple(Cursor(scope=cursor.scope) for cursor in standing.cursors)

    def _open(self, parcel: bytes | None) -> tuple[Segment, ...]:
        if parcel is None:
            return ()
        pairs = wire.unpack(self._box.open(parcel), max_bytes=REPLY_MAX_BYTES)
        segments = []
        for pair in pairs if isinstance(pairs, list) else [None]:
            match pair:
                case [bytes() as raw, bytes() as signature]:
                    segments.append(segment.read(raw, signature, hub=self._hub_tag, key=self._hub_key))
                case _:
                    raise _bad_answer()
        return tuple(segments)


def _refuse_rollback(standing: NodeStanding, head: Head, cursors: Sequence[Cursor]) -> None:
    older = head.generation < standing.generation or head.time_ms < standing.last_head_ms
    behind = len(head.positions) != len(cursors) or any(
        position < cursor.position for position, cursor in zip(head.positions, cursors, strict=False)
    )
    if older or behind:
        raise SessionError(
            "feed_rolled_back",
            "the hub's answer is older than what this node has",
            hint="Call the PCC. " + _AGAIN,
        )


def _follow(cursors: Sequence[Cursor], segments: Sequence[Segment], generation: int) -> tuple[Cursor, ...]:
    by_scope = {cursor.scope: cursor for cursor in cursors}
    for piece in segments:
        cursor = by_scope.get(piece.scope)
        if cursor is None or piece.generation != generation or piece.first != cursor.position + 1:
            raise SessionError("feed_gap", "a piece of the feed is missing or foreign", hint=_AGAIN)
        if piece.before != cursor.chain:
            raise SessionError(
                "feed_forked", "the hub's feed is not the one this node has", hint="Call the PCC."
            )
        by_scope[piece.scope] = replace(cursor, position=piece.last, chain=piece.chain)
    return tuple(by_scope[cursor.scope] for cursor in cursors)


def _bad_answer() -> SessionError:
    return SessionError("bad_answer", "the hub's answer has an unknown shape", hint=_AGAIN)


def _read_head(raw: bytes) -> Head:
    match wire.unpack(raw, max_bytes=REPLY_MAX_BYTES):
        case [
            1,
            int() as time_ms,
            int() as hub_node,
            int() as generation,
            list() | None as acks,
            int() as safe,
            [*positions],
            bytes() as of_feeds,
            int() as prekey,
            [*reseals],
            [*refusals],
        ]:
            pass
        case _:
            raise _bad_answer()
    if not _ints(acks or []) or not _ints(positions) or len(acks or LANES) != len(LANES):
        raise _bad_answer()
    if not all(isinstance(pair, list) and len(pair) == 2 for pair in (*reseals, *refusals)):
        raise _bad_answer()
    return Head(
        time_ms=time_ms,
        hub_node=Node(hub_node),
        generation=generation,
        acks=None if acks is None else tuple(acks),
        safe=safe,
        positions=tuple(positions),
        feeds_digest=of_feeds,
        prekey=prekey,
        reseals=tuple((int(feed), int(seq)) for feed, seq in reseals),
        refusals=tuple((int(number), str(code)) for number, code in refusals),
    )


def _ints(values: Sequence[object]) -> bool:
    return all(isinstance(value, int) and not isinstance(value, bool) and value >= 0 for value in values)


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A node's question, taken apart. Its hello is only believed after `believe`."""

    hello: Hello
    bundles: tuple[bytes, ...]

    def believe(self, key: VerifyKey) -> None:
        """Raise TrustError `bad_signature` unless the node's key signed this hello."""
        key.verify(Purpose.HELLO, self.hello.raw, self.hello.signature)


def read_question(data: bytes) -> Question:
    """Decode a received question within limits. Raises SessionError `bad_question`, WireError."""
    bad = SessionError(
        "bad_question", "the question has an unknown shape", hint="Upgrade whichever side is older."
    )
    match wire.unpack(data, max_bytes=REQUEST_MAX_BYTES):
        case [1, bytes() as raw, bytes() as signature, [*bundles]] if all(
            isinstance(b, bytes) for b in bundles
        ):
            pass
        case _:
            raise bad
    if len(bundles) > REQUEST_MAX_BUNDLES:
        raise SessionError(
            "too_many_bundles", "more bundles than one request may hold", hint="Send fewer at a time."
        )
    match wire.unpack(raw, max_bytes=REQUEST_MAX_BYTES):
        case [
            1,
            int() as node,
            bytes(),
            bytes() as of_heads,
            int() as generation,
            [*positions],
            int() as revocations,
            int() as prekey,
            bytes() | None as certificate,
        ] if _ints(positions):
            pass
        case _:
            raise bad
    hello = Hello(
        node=Node(node),
        heads_digest=of_heads,
        generation=generation,
        positions=tuple(positions),
        revocations=revocations,
        prekey=prekey,
        certificate=certificate,
        raw=raw,
        signature=signature,
    )
    return Question(hello=hello, bundles=tuple(bundles))


def answer(
    question: Question,
    head: Head,
    *,
    segments: Sequence[tuple[bytes, bytes]],
    reader: SealKey,
    signer: SigningKey,
    revocations: bytes | None = None,
    prekeys: Sequence[bytes] = (),
) -> bytes:
    """The hub's signed answer, its feed sealed to the reader."""
    raw = wire.pack(
        [
            VERSION,
            head.time_ms,
            head.hub_node,
            head.generation,
            None if head.acks is None else list(head.acks),
            head.safe,
            list(head.positions),
            head.feeds_digest,
            head.prekey,
            [list(pair) for pair in head.reseals],
            [list(pair) for pair in head.refusals],
        ]
    )
    parcel = reader.seal(wire.pack([list(pair) for pair in segments])) if segments else None
    signature = signer.sign(Purpose.HEAD, raw + digest(question.hello.raw))
    return wire.pack([VERSION, raw, signature, parcel, revocations, list(prekeys)])
