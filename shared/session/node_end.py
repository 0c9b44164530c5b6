"""A node's end of the conversation: ask, then hear, in turn.

Must not know: HTTP, storage, what a change means.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from typing import Final

from shared import segment, wire
from shared.crypto import BoxKey, Purpose, SigningKey, VerifyKey, digest
from shared.errors import SessionError
from shared.ids import Feed, Node, Seq, feed_of
from shared.limits import REPLY_MAX_BYTES
from shared.segment import Segment
from shared.session.messages import (
    AGAIN,
    LANES,
    VERSION,
    Cursor,
    Head,
    Hello,
    answer_signed,
    bad_answer,
    byte_strings,
    feeds_digest,
    heads_digest,
    read_head,
    write_hello,
)


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
        self._asked = b""

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
        hello = Hello(
            node=self._node,
            heads_digest=heads_digest(standing.heads),
            generation=standing.generation,
            positions=tuple(cursor.position for cursor in standing.cursors),
            revocations=standing.revocations,
            prekey=standing.prekey,
            certificate=certificate,
        )
        raw = write_hello(hello, nonce=nonce)
        question = wire.pack([VERSION, raw, self._signer.sign(Purpose.HELLO, raw), list(bundles)])
        self._asked = digest(question)
        return question

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
            ]:
                papers = byte_strings(prekeys, bad_answer())
                signed = answer_signed(
                    head=raw, question=self._asked, parcel=parcel, revocations=revocations, prekeys=papers
                )
                self._hub_key.verify(Purpose.HEAD, signed, signature)
                return read_head(raw), parcel, revocations, papers
            case _:
                raise bad_answer()

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
                    raise bad_answer()
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
            hint="Call the PCC. " + AGAIN,
        )


def _follow(cursors: Sequence[Cursor], segments: Sequence[Segment], generation: int) -> tuple[Cursor, ...]:
    by_scope = {cursor.scope: cursor for cursor in cursors}
    for piece in segments:
        cursor = by_scope.get(piece.scope)
        if cursor is None or piece.generation != generation or piece.first != cursor.position + 1:
            raise SessionError("feed_gap", "a piece of the feed is missing or foreign", hint=AGAIN)
        if piece.before != cursor.chain:
            raise SessionError(
                "feed_forked", "the hub's feed is not the one this node has", hint="Call the PCC."
            )
        by_scope[piece.scope] = replace(cursor, position=piece.last, chain=piece.chain)
    return tuple(by_scope[cursor.scope] for cursor in cursors)
