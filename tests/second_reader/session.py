"""A round of question and answer, and the streams of pieces and slices in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from tests.second_reader.body import Schema
from tests.second_reader.bundle import SIGNATURE, Segment, believe, read_segment, unseal
from tests.second_reader.plain import blake, need, pack, read_varint, unpack, varint

Row = Sequence[Any]


@dataclass(frozen=True)
class Question:
    """A hello's elements in the documents' order, without the version; and what comes with it."""

    hello: list[Any]
    bundles: list[bytes]
    piece: bytes | None


def read_question(raw: bytes, node_key: bytes) -> Question:
    parts = unpack(raw)
    need(isinstance(parts, list) and len(parts) in (4, 5) and parts[0] == 1, "bad_question")
    _, hello, signature, bundles, *piece = parts
    believe(node_key, "hello", hello + blake(16, *piece) if piece else hello, signature)
    return Question(unpack(hello)[1:], bundles, piece[0] if piece else None)


def heads_digest(ends: Row) -> bytes:
    """Of (head, chain) lane by lane."""
    return blake(16, b"karaula/heads\0", pack([list(end) for end in ends]))


def others(head: Row, ends: Sequence[dict[int, bytes]]) -> list[int]:
    """The lanes in which the hub has another log than the node; `head` without its version.

    `ends` are the node's, lane by lane: the chain by last seq of each bundle it keeps, and before the first.
    """
    acks = head[3]
    told = [each for number, entries in head[12:] if number == 5 for each in entries]
    known = [(lane, chain, ends[lane]) for lane, chain in told if acks[lane] >= min(ends[lane])]
    return [lane for lane, chain, own in known if own.get(acks[lane]) != chain]


def feeds_digest(cursors: Row) -> bytes:
    return blake(16, b"karaula/feeds\0", *(pack([c.scope, c.position, c.chain]) for c in cursors))


def check_of(before: bytes) -> bytes:
    return blake(8, b"karaula/stream\0", before) if before else b""


def framed(bundle: bytes) -> bytes:
    return varint(len(bundle)) + bundle


def taken_apart(stream: bytes) -> tuple[list[bytes], bytes]:
    """The whole bundles at the front of a stream, and the tail behind them."""
    whole = []
    while any(byte < 0x80 for byte in stream[:9]):
        size, begins = read_varint(stream, 0)
        if begins + size > len(stream):
            break
        whole.append(stream[begins : begins + size])
        stream = stream[begins + size :]
    return whole, stream


@dataclass(frozen=True)
class Cursor:
    scope: str
    position: int = 0
    chain: bytes = bytes(16)


@dataclass(frozen=True)
class Standing:
    """What a node knows when it judges an answer; `begun` has of slices: place, first, total, bytes."""

    node: int
    generation: int
    cursors: tuple[Cursor, ...]
    heard_ms: int
    begun: tuple[int, int, int, bytes] | None = None


@dataclass(frozen=True)
class Heard:
    """A head's elements in the documents' order, without the version; and all that came with it."""

    head: list[Any]
    standing: Standing
    segments: list[Segment] = field(default_factory=list)
    revocations: bytes | None = None
    prekeys: Sequence[bytes] = ()

    @property
    def more(self) -> bool:
        """Whether the hub holds more of the feed than has been read now."""
        return [c.position for c in self.standing.cursors] != self.head[5]


@dataclass(frozen=True)
class Reader:
    """Who reads: the hub it trusts and its own key."""

    hub: bytes
    hub_key: bytes
    box: bytes
    schema: Schema


def hear_answer(raw: bytes, question: bytes, standing: Standing, reader: Reader) -> Heard:
    """An answer, judged by a node that asked the question."""
    parts = unpack(raw)
    need(isinstance(parts, list) and len(parts) == 6 and parts[0] == 1, "bad_answer")
    _, head, signature, *rest = parts
    believe(reader.hub_key, "head", head + blake(16, question) + blake(16, pack(rest)), signature)
    return judged(unpack(head), rest, standing, reader)


def judged(head: list[Any], rest: Row, standing: Standing, reader: Reader, *, passing: bool = False) -> Heard:
    """What a believed head and its parcel say to a node in this standing.

    With `passing`, segments that have been read meanwhile are passed over: those of a packet.
    """
    need(len(head) >= 13 and head[0] == 1, "bad_answer")
    time, _, generation, _, _, positions, digest = head[1:8]
    need(len(positions) == len(standing.cursors), "feed_rolled_back")
    need(time >= standing.heard_ms and generation >= standing.generation, "feed_rolled_back")
    if generation > standing.generation:
        fresh = tuple(Cursor(cursor.scope) for cursor in standing.cursors)
        standing = replace(standing, generation=generation, cursors=fresh, begun=None)
    at_least = zip(positions, standing.cursors, strict=True)
    need(all(position >= cursor.position for position, cursor in at_least), "feed_rolled_back")
    parcel, revocations, prekeys = rest
    segments: list[Segment] = []
    for entry in unpack(unseal(reader.box, parcel)) if parcel is not None else []:
        whole = entry if len(entry) == 2 else None
        if len(entry) == 5:
            standing, whole = _joined(standing, entry)
        if whole:
            standing = _followed(standing, whole, segments, reader, passing=passing)
    heard = Heard(head[1:], replace(standing, heard_ms=time), segments, revocations, prekeys)
    need(heard.more or feeds_digest(standing.cursors) == digest, "feed_forked")
    return heard


def _joined(standing: Standing, entry: Row) -> tuple[Standing, list[bytes] | None]:
    """A slice behind what is held; with the last one the whole segment and its signature."""
    place, first, offset, total, data = entry
    held = b""
    if offset:
        need(standing.begun and standing.begun[:3] == (place, first, total), "bad_answer")
        held = standing.begun[3]
    need(offset == len(held) and 0 < len(held + data) <= total, "bad_answer")
    held += data
    if len(held) < total:
        return replace(standing, begun=(place, first, total, held)), None
    return replace(standing, begun=None), [held[:-SIGNATURE], held[-SIGNATURE:]]


def _followed(
    standing: Standing, entry: list[bytes], segments: list[Segment], reader: Reader, *, passing: bool
) -> Standing:
    """The cursors after one segment."""
    raw, signature = entry
    found = read_segment(raw, signature, hub=reader.hub, hub_key=reader.hub_key, schema=reader.schema)
    cursor = next((each for each in standing.cursors if each.scope == found.scope), None)
    need(cursor and found.generation == standing.generation, "feed_gap")
    if passing and found.last <= cursor.position:
        return standing
    need(found.first == cursor.position + 1, "feed_gap")
    need(found.before == cursor.chain, "feed_forked")
    segments.append(found)
    after = Cursor(found.scope, found.last, found.chain)
    return replace(standing, cursors=tuple(after if c is cursor else c for c in standing.cursors))
