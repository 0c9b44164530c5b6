"""A node's end of the conversation: ask, then hear, in turn.

Must not know: HTTP, storage, what a change means.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from typing import Final

from shared import segment, wire
from shared.crypto import SIGNATURE_BYTES, BoxKey, Purpose, SigningKey, VerifyKey, digest
from shared.errors import SessionError
from shared.ids import Feed, Node, Seq, feed_of
from shared.limits import REPLY_FIRST_BYTES, REPLY_MAX_BYTES
from shared.segment import Segment
from shared.session.acks import heads_digest
from shared.session.former import Ask
from shared.session.messages import (
    AGAIN,
    LANES,
    VERSION,
    Cursor,
    Head,
    Hello,
    PartHeld,
    Slice,
    answer_signed,
    bad_answer,
    byte_strings,
    feeds_digest,
    hello_signed,
    read_head,
    write_hello,
)
from shared.session.returned import Returned
from shared.session.stream import Piece


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """The beginning of a scope's next segment, which did not fit one answer: see `Slice`."""

    place: int
    first: int
    total: int
    held: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """A believed answer: the head, the feed segments in order, and signed lists to keep.

    `more` says the hub holds feed beyond what came. `cursors` are the reader's cursors once
    every segment is applied; `part` is the beginning of the next segment, if one was begun.
    """

    head: Head
    segments: tuple[Segment, ...]
    cursors: tuple[Cursor, ...]
    revocations: bytes | None
    prekeys: tuple[bytes, ...]
    more: bool
    part: Part | None = None

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
    """What a node knows when it asks. `heads` has one number a lane: its own last seqs; `chains` what stands
    up to them.

    `wanted_bytes` is how much feed one answer may bring; `part` is of the answer before. `asks` are about its
    former numbers.
    """

    heads: tuple[int, ...]
    chains: tuple[bytes, ...]
    generation: int
    cursors: tuple[Cursor, ...]
    last_head_ms: int
    revocations: int = 0
    prekey: int = 0
    wanted_bytes: int = REPLY_FIRST_BYTES
    part: Part | None = None
    asks: tuple[Ask, ...] = ()


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
        upload: Piece | None = None,
        returned: Returned | None = None,
    ) -> bytes:
        """The question to send. A question still open is given up: its answer will not fit."""
        self._phase = Phase.IDLE
        self._step(_Event.ASK)
        self._standing = standing
        hello = Hello(
            node=self._node,
            heads_digest=heads_digest(zip(standing.heads, standing.chains, strict=True)),
            generation=standing.generation,
            positions=tuple(cursor.position for cursor in standing.cursors),
            revocations=standing.revocations,
            prekey=standing.prekey,
            certificate=certificate,
            wanted_bytes=standing.wanted_bytes,
            part=None
            if standing.part is None
            else PartHeld(
                place=standing.part.place, first=standing.part.first, length=len(standing.part.held)
            ),
            upload=upload,
            asks=standing.asks,
        )
        raw, piece = write_hello(hello, nonce=nonce), None if upload is None else upload.data
        signature = self._signer.sign(Purpose.HELLO, hello_signed(raw, piece))
        said: list[object] = [VERSION, raw, signature, list(bundles)]
        if piece is not None or returned is not None:
            said.append(piece)
        if returned is not None:
            said.append(returned.written())
        question = wire.pack(said)
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
        segments, part = open_parcel(
            parcel,
            standing.part if _same_feed(standing, head) else None,
            box=self._box,
            hub_tag=self._hub_tag,
            hub_key=self._hub_key,
        )
        return believe(standing, head, segments, revocations=revocations, prekeys=prekeys, part=part)

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


def believe(
    standing: NodeStanding,
    head: Head,
    segments: Sequence[Segment],
    *,
    revocations: bytes | None,
    prekeys: tuple[bytes, ...],
    part: Part | None = None,
    carried: bool = False,
) -> Heard:
    """What a head and segments, whose signatures hold, mean to a node that stands there.

    One set of rules for an answer and for what a stick brings. `carried` says that no question asked for
    it, so segments the node has read meanwhile are passed over. Raises SessionError `feed_rolled_back`,
    `feed_gap`, `feed_forked`.
    """
    cursors = _start(standing, head)
    _refuse_rollback(standing, head, cursors)
    if carried:
        segments = _unread(cursors, segments, head.generation)
    cursors = _follow(cursors, segments, head.generation)
    arrived = tuple(cursor.position for cursor in cursors) == head.positions
    if arrived and feeds_digest(cursors) != head.feeds_digest:
        raise SessionError("feed_forked", "the hub's feed is not the one this node has", hint="Call the PCC.")
    return Heard(
        head=head,
        segments=tuple(segments),
        cursors=cursors,
        revocations=revocations,
        prekeys=prekeys,
        more=not arrived,
        part=part,
    )


def open_parcel(
    parcel: bytes | None, part: Part | None, *, box: BoxKey, hub_tag: bytes, hub_key: VerifyKey
) -> tuple[tuple[Segment, ...], Part | None]:
    """The whole segments of a parcel, signatures checked, and what is begun of the next.

    Raises SessionError `bad_answer`, `wrong_hub`; TrustError, BundleError, WireError.
    """
    if parcel is None:
        return (), part
    entries = wire.unpack(box.open(parcel), max_bytes=REPLY_MAX_BYTES)
    segments = []
    for entry in entries if isinstance(entries, list) else [None]:
        match entry:
            case [bytes() as raw, bytes() as signature]:
                segments.append(segment.read(raw, signature, hub=hub_tag, key=hub_key))
            case [int() as place, int() as first, int() as offset, int() as total, bytes() as data]:
                part = _longer(part, Slice(place=place, first=first, offset=offset, total=total, data=data))
                if len(part.held) == total:
                    raw, signature = part.held[:-SIGNATURE_BYTES], part.held[-SIGNATURE_BYTES:]
                    segments.append(segment.read(raw, signature, hub=hub_tag, key=hub_key))
                    part = None
            case _:
                raise bad_answer()
    return tuple(segments), part


def _start(standing: NodeStanding, head: Head) -> tuple[Cursor, ...]:
    if head.generation == standing.generation:
        return standing.cursors
    # A restored hub: read its feed from the start; applying a change twice does nothing.
    return tuple(Cursor(scope=cursor.scope) for cursor in standing.cursors)


def _unread(cursors: Sequence[Cursor], segments: Sequence[Segment], generation: int) -> tuple[Segment, ...]:
    """The segments beyond the cursors; a foreign one stays, to be refused."""
    read = {cursor.scope: cursor.position for cursor in cursors}
    return tuple(
        piece for piece in segments if piece.generation != generation or piece.last > read.get(piece.scope, 0)
    )


def _same_feed(standing: NodeStanding, head: Head) -> bool:
    return head.generation == standing.generation


def _longer(part: Part | None, piece: Slice) -> Part:
    """The part with a slice behind it. A slice from the start begins another."""
    held = b""
    if piece.offset:
        if part is None or (part.place, part.first, part.total) != (piece.place, piece.first, piece.total):
            raise bad_answer()
        held = part.held
    if piece.offset != len(held) or not 0 < len(held) + len(piece.data) <= piece.total <= REPLY_MAX_BYTES:
        raise bad_answer()
    return Part(place=piece.place, first=piece.first, total=piece.total, held=held + piece.data)


def _refuse_rollback(standing: NodeStanding, head: Head, cursors: Sequence[Cursor]) -> None:
    older = head.generation < standing.generation or head.time_ms < standing.last_head_ms
    behind = len(head.positions) != len(cursors) or any(
        position < cursor.position for position, cursor in zip(head.positions, cursors, strict=False)
    )
    if older or behind:
        raise SessionError(
            "feed_rolled_back",
            "the hub's answer is older than what this node has",
            hint="Call the PCC: a hub that was put back must be restored under a new number. " + AGAIN,
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
