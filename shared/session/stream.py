"""The upload as an append-only stream of bytes: bundles behind one another, sent in pieces.

Where what waits does not fit one request, a node sends the bundles of a lane as one stream:

    stream = [length of the bundle (varint) ‖ bundle] …

in pieces of any size. The hub keeps of it what is not yet a whole bundle, its *tail*, and says so in its
head as `Held`: lane, length, and a check over these very bytes. So a stream needs no name and no
number that could be lost: a piece goes on where the check says that both ends hold the same bytes.

Invariants
* A piece never leaves a hole: its offset lies within the tail, and its check is over the tail up to there.
* A piece that comes twice changes nothing.
* Other bytes from the start take a tail's place only if they begin a bundle; whether that bundle is
  still wanted, who keeps the tail decides.
Must not know: storage, keys, requests.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from shared import varint
from shared.crypto import digest
from shared.errors import SessionError
from shared.ids import Lane
from shared.limits import BUNDLE_MAX_BYTES

CHECK_BYTES: Final = 8
_AGAIN: Final = "Ask what the hub holds, and go on from there."


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """How much of a lane's stream the hub keeps beyond whole bundles, and the check over it."""

    lane: Lane
    length: int
    check: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A run of a lane's stream. `check` is over the `offset` bytes before it."""

    lane: Lane
    offset: int
    check: bytes
    data: bytes


def framed(bundle: bytes) -> bytes:
    """A bundle as it stands in the stream."""
    return varint.put(len(bundle)) + bundle


def check_of(beginning: bytes) -> bytes:
    """What names the beginning of a stream; nothing names nothing."""
    return digest(b"karaula/stream\0", beginning, size=CHECK_BYTES) if beginning else b""


def joined(tail: bytes, piece: Piece) -> bytes:
    """The tail with a piece added; the same tail where it holds all of it already.

    Raises SessionError `stream_gap`, `stream_unknown`: nothing of the piece may be kept then.
    """
    if piece.offset > len(tail):
        raise SessionError("stream_gap", "bytes before this piece are missing", hint=_AGAIN)
    if check_of(tail[: piece.offset]) != piece.check:
        raise SessionError("stream_unknown", "this piece goes on from other bytes", hint=_AGAIN)
    whole = tail[: piece.offset] + piece.data
    if tail.startswith(whole):
        return tail
    if piece.offset and not whole.startswith(tail):
        raise SessionError("stream_unknown", "this piece says other bytes than are held", hint=_AGAIN)
    return whole


def taken_apart(stream: bytes) -> tuple[list[bytes], bytes]:
    """(whole bundles, tail). Raises SessionError `stream_broken`, WireError `bad_varint`."""
    bundles: list[bytes] = []
    at = 0
    while True:
        length, start = _length_at(stream, at)
        if start is None or start + length > len(stream):
            return bundles, stream[at:]
        bundles.append(stream[start : start + length])
        at = start + length


def _length_at(stream: bytes, at: int) -> tuple[int, int | None]:
    """The length a frame announces and where its bundle starts; None where the number is not whole yet."""
    if (
        all(byte > 127 for byte in stream[at : at + _LENGTH_MAX_BYTES])
        and len(stream) - at < _LENGTH_MAX_BYTES
    ):
        return 0, None
    length, start = varint.take(stream, at)
    if not 0 < length <= BUNDLE_MAX_BYTES:
        raise SessionError("stream_broken", "the stream announces no possible bundle", hint=_AGAIN)
    return length, start


_LENGTH_MAX_BYTES: Final = len(varint.put(BUNDLE_MAX_BYTES))


def resumes(held: Held | None, bundles: Sequence[bytes]) -> int:
    """How many bytes of a stream that begins with these bundles the hub holds; 0 if it holds another's."""
    if held is None or not bundles:
        return 0
    first = framed(bundles[0])
    return held.length if held.length < len(first) and check_of(first[: held.length]) == held.check else 0
