"""Uploads in pieces: what a question's piece completes, and what of it is kept for the next.

Job: `read` joins a piece to what is held of its lane and takes the whole bundles out; `keep` puts the
rest away, inside the transaction that takes those bundles in.
Invariants
* What is held is committed before any head says so; a hub that restarts goes on from there.
* One tail a node and lane, never longer than one bundle: a node cannot fill the hub's disk with beginnings.
* A tail is replaced only by the beginning of a bundle that is not here yet, in an envelope as new as the
  one begun: a recorded old piece, played again, puts nothing back.
Must not know: HTTP, what a bundle says.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from hub.store import custody, gaps, uploads
from shared import bundle, varint
from shared.bundle import Header
from shared.database import Connection
from shared.errors import RemoteError, SessionError
from shared.ids import Node, feed_of
from shared.limits import PIECE_MIN_BYTES
from shared.session import Held, Piece, check_of, joined, taken_apart

_AGAIN: Final = "Nothing of it was kept; the node goes on from what the hub holds."


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """A piece before the store is touched: the bundles it completes, and the tail before and after.

    `refusal` is why nothing of it is kept.
    """

    piece: Piece
    before: bytes = b""
    bundles: tuple[bytes, ...] = ()
    after: bytes = b""
    refusal: str | None = None


def read(tx: Connection, node: Node, piece: Piece) -> Arrival:
    """What a believed node's piece comes to. Never raises for what a peer sent."""
    tail = uploads.tail(tx, node, piece.lane)
    try:
        stream = joined(tail, piece)
        if tail and not stream.startswith(tail):
            _refuse_older(tail, stream)
        if stream != tail and not piece.offset:
            _refuse_stale(tx, node, piece, stream)
        whole, after = taken_apart(stream)
    except RemoteError as refused:
        return Arrival(piece=piece, before=tail, after=tail, refusal=refused.code)
    return Arrival(piece=piece, before=tail, bundles=tuple(whole), after=after)


def keep(tx: Connection, node: Node, arrival: Arrival, *, at_ms: int) -> str | None:
    """Commit the tail with the caller's transaction; returns the code of a piece that is not kept."""
    if arrival.refusal is not None:
        return arrival.refusal
    if uploads.tail(tx, node, arrival.piece.lane) != arrival.before:
        return "stream_moved"  # the same piece came twice at once, and the other was first
    if arrival.after != arrival.before:
        uploads.keep(tx, node, arrival.piece.lane, arrival.after, at_ms=at_ms)
    return None


def held(tx: Connection, node: Node) -> tuple[Held, ...]:
    """What the head says of a node's tails."""
    return tuple(
        Held(lane=lane, length=len(tail), check=check_of(tail)) for lane, tail in uploads.tails(tx, node)
    )


def _refuse_stale(tx: Connection, node: Node, piece: Piece, stream: bytes) -> None:
    """A stream begins with a bundle of its own node and lane that is not here yet."""
    header = _first_header(stream)
    if header.feed != feed_of(node, piece.lane):
        raise SessionError("stream_foreign", "the stream begins with another feed's bundle", hint=_AGAIN)
    lost = gaps.covers(tx, header.feed, header.first, header.last)
    if header.last <= custody.heads_of(tx, node)[piece.lane] and not lost:
        raise SessionError("stream_old", "the stream begins with what is here already", hint=_AGAIN)


def _refuse_older(tail: bytes, stream: bytes) -> None:
    if _first_header(stream).prekey < _first_header(tail).prekey:
        raise SessionError("stream_old", "the piece is of an older envelope", hint=_AGAIN)


def _first_header(stream: bytes) -> Header:
    """The header of the first bundle, whole or not. Raises RemoteError where it is cut short."""
    _, at = varint.take(stream, 0)
    return bundle.read_header(stream[at : at + PIECE_MIN_BYTES])
