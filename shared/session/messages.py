"""What the two ends say: hello, head, cursors, and their bytes.

Must not know: whose turn it is, keys, storage.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, TypeGuard

from shared import segment, wire
from shared.crypto import digest
from shared.errors import SessionError
from shared.ids import Lane, Node
from shared.limits import (
    COUNT_MAX,
    LEASE_DAYS,
    MOMENT_MAX_MS,
    REPLY_FIRST_BYTES,
    REPLY_MAX_BYTES,
    REQUEST_MAX_BYTES,
)
from shared.schema import SCHEMA_VERSION
from shared.session.acks import read_chains, write_chains
from shared.session.entries import NOT_RETURNED, PAST, entries_of, entry
from shared.session.former import (
    Ask,
    Former,
    read_asks,
    read_former,
    read_lost,
    write_asks,
    write_former,
    write_lost,
)
from shared.session.stream import Held, Piece

VERSION: Final = 1
NONCE_BYTES: Final = 8
LANES: Final = tuple(Lane)
KIB: Final = 1024
PIECE: Final = -1  # stands for the piece where refusals count bundles
AGAIN: Final = "Nothing was changed; the next contact tries again by itself."


@dataclass(frozen=True, slots=True, kw_only=True)
class Cursor:
    """How far a reader is in one scope: the last applied position, and the chain there."""

    scope: str
    position: int = 0
    chain: bytes = segment.CHAIN_START


@dataclass(frozen=True, slots=True, kw_only=True)
class PartHeld:
    """How much a reader holds of a segment that did not fit one answer, its signature behind it.

    `place` is the scope's in the order of positions, `first` the segment's first position.
    """

    place: int
    first: int
    length: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Slice:
    """A run of a segment with its signature behind it, `total` bytes in all."""

    place: int
    first: int
    offset: int
    total: int
    data: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Hello:
    """What a node says of itself. `raw` are its bytes as they travel.

    `wanted_bytes` is how much feed it can take in one answer (whole KiB); `part` how far it holds the
    next segment of a scope; `upload` the piece that comes with the question, whose bytes stand behind
    the hello and are signed with it; `schema` is its program's version of the schema; `asks` what it wants
    to know of its former numbers.
    """

    node: Node
    heads_digest: bytes
    generation: int
    positions: tuple[int, ...]
    revocations: int
    prekey: int
    certificate: bytes | None
    wanted_bytes: int = REPLY_FIRST_BYTES
    part: PartHeld | None = None
    upload: Piece | None = None
    schema: int = SCHEMA_VERSION
    asks: tuple[Ask, ...] = ()
    raw: bytes = b""
    signature: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """What the hub vouches for in an answer. `acks` is None when the heads digests agree; else `chains` are
    the hub's at these acks, without lanes where it has none.

    `refusals` count the bundles of the question, then those its piece completed; PIECE is the piece itself.
    `held` are the tails of this node's streams. `lease_h` is for how many hours from `time_ms` on the node
    may answer from its list (0: not at all). `past` is told to a node of an earlier life of this hub: of each
    such life (its generation), up to where the hub has the node's scopes. `not_returned` counts the segments
    the question gave back, -1 being all of them. `former` answers the hello's `asks`; `lost` are the
    (feed, first, last) given up of the node's feeds: it brings what it still has of them.
    """

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
    held: tuple[Held, ...] = ()
    lease_h: int = LEASE_DAYS * 24
    past: tuple[tuple[int, tuple[int, ...]], ...] = ()
    not_returned: tuple[tuple[int, str], ...] = ()
    former: tuple[Former, ...] = ()
    lost: tuple[tuple[int, int, int], ...] = ()
    chains: tuple[tuple[Lane, bytes], ...] = ()


def feeds_digest(cursors: Sequence[Cursor]) -> bytes:
    """16 bytes that name a set of cursors with their chains."""
    return digest(b"karaula/feeds\0", *(wire.pack([c.scope, c.position, c.chain]) for c in cursors))


def answer_signed(
    *, head: bytes, question: bytes, parcel: bytes | None, revocations: bytes | None, prekeys: Sequence[bytes]
) -> bytes:
    """What the hub's signature covers: the head, the question as it came, and all that goes back.

    `question` is the digest of all its bytes. So a refusal speaks of the bundle that was sent, not of
    one that was damaged or moved on the way; and no parcel or list can be left out unnoticed.
    """
    return head + question + digest(wire.pack([parcel, revocations, list(prekeys)]))


def bad_answer() -> SessionError:
    return SessionError("bad_answer", "the hub's answer has an unknown shape", hint=AGAIN)


def read_head(raw: bytes) -> Head:
    """Undo `write_head`. Raises SessionError `bad_answer`, WireError."""
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
            [*held],
            int() as lease_h,
            *rest,
        ]:
            pass
        case _:
            raise bad_answer()
    numbers = counts([time_ms, hub_node, generation, safe, prekey, lease_h], bad_answer())
    time_ms, hub_node, generation, safe, prekey, lease_h = numbers
    if (acks is not None and len(acks) != len(LANES)) or max(time_ms, safe) > MOMENT_MAX_MS:
        raise bad_answer()
    return Head(
        time_ms=time_ms,
        hub_node=Node(hub_node),
        generation=generation,
        acks=None if acks is None else counts(acks, bad_answer()),
        safe=safe,
        positions=counts(positions, bad_answer()),
        feeds_digest=of_feeds,
        prekey=prekey,
        reseals=_pairs(reseals),
        refusals=_refusals(refusals),
        held=_read_held(held),
        lease_h=lease_h,
        past=_read_past(rest),
        not_returned=_refusals(entries_of(rest, NOT_RETURNED, bad_answer())),
        former=read_former(rest, bad_answer()),
        lost=read_lost(rest, bad_answer()),
        chains=read_chains(rest, bad_answer()),
    )


def write_head(head: Head) -> bytes:
    """The head's bytes, as the hub signs them."""
    return wire.pack(
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
            [[each.lane, each.length, each.check] for each in head.held],
            head.lease_h,
            *entry(PAST, [[generation, list(positions)] for generation, positions in head.past]),
            *entry(NOT_RETURNED, [list(pair) for pair in head.not_returned]),
            *write_former(head.former),
            *write_lost(head.lost),
            *write_chains(head.chains),
        ]
    )


def write_hello(hello: Hello, *, nonce: bytes) -> bytes:
    """The hello's bytes, as the node signs them. `nonce` makes each question its own."""
    return wire.pack(
        [
            VERSION,
            hello.node,
            nonce,
            hello.heads_digest,
            hello.generation,
            list(hello.positions),
            hello.revocations,
            hello.prekey,
            hello.certificate,
            hello.wanted_bytes // KIB,
            None if hello.part is None else [hello.part.place, hello.part.first, hello.part.length],
            None if hello.upload is None else [hello.upload.lane, hello.upload.offset, hello.upload.check],
            hello.schema,
            *write_asks(hello.asks),
        ]
    )


def hello_signed(raw: bytes, piece: bytes | None) -> bytes:
    """What the node's signature covers: the hello, and the piece where there is one.

    Bundles are signed each by itself; a piece is not, so nobody else can put bytes into a node's stream.
    """
    return raw if piece is None else raw + digest(piece)


def read_hello(raw: bytes, signature: bytes, piece: bytes | None = None) -> Hello:
    """Undo `write_hello`. Raises SessionError `bad_question`, WireError."""
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
            int() as wanted,
            list() | None as part,
            list() | None as upload,
            int() as schema,
            *rest,
        ]:
            pass
        case _:
            raise bad_question()
    numbers = counts([node, generation, revocations, prekey, wanted, schema], bad_question())
    node, generation, revocations, prekey, wanted, schema = numbers
    return Hello(
        node=Node(node),
        heads_digest=of_heads,
        generation=generation,
        positions=counts(positions, bad_question()),
        revocations=revocations,
        prekey=prekey,
        certificate=certificate,
        wanted_bytes=wanted * KIB,
        part=_read_part(part),
        upload=_read_upload(upload, piece),
        schema=schema,
        asks=read_asks(rest, bad_question()),
        raw=raw,
        signature=signature,
    )


def _read_part(said: list[object] | None) -> PartHeld | None:
    if said is None:
        return None
    match counts(said, bad_question()):
        case (place, first, length):
            return PartHeld(place=place, first=first, length=length)
        case _:
            raise bad_question()


def _read_upload(said: list[object] | None, piece: bytes | None) -> Piece | None:
    if (said is None) != (piece is None):
        raise bad_question()
    if said is None or piece is None:
        return None
    match said:
        case [int() as lane, offset, bytes() as check] if lane in LANES and is_count(offset):
            return Piece(lane=Lane(lane), offset=offset, check=check, data=piece)
        case _:
            raise bad_question()


def _read_held(said: Sequence[object]) -> tuple[Held, ...]:
    held = []
    for each in said:
        match each:
            case [int() as lane, length, bytes() as check] if lane in LANES and is_count(length):
                held.append(Held(lane=Lane(lane), length=length, check=check))
            case _:
                raise bad_answer()
    return tuple(held)


def _read_past(rest: Sequence[object]) -> tuple[tuple[int, tuple[int, ...]], ...]:
    taken: list[tuple[int, tuple[int, ...]]] = []
    for life in entries_of(rest, PAST, bad_answer()):
        match life:
            case [generation, [*positions]] if is_count(generation):
                taken.append((generation, counts(positions, bad_answer())))
            case _:
                raise bad_answer()
    return tuple(taken)


def bad_question() -> SessionError:
    return SessionError(
        "bad_question", "the question has an unknown shape", hint="Upgrade whichever side is older."
    )


def is_count(value: object) -> TypeGuard[int]:
    """Whether this is a whole number from 0 to what a store can hold."""
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= COUNT_MAX


def counts(values: Sequence[object], otherwise: SessionError) -> tuple[int, ...]:
    """Whole numbers from 0 to what a store can hold (True and False are none here); raises `otherwise`."""
    taken = tuple(v for v in values if is_count(v))
    if len(taken) != len(values):
        raise otherwise
    return taken


def byte_strings(values: Sequence[object], otherwise: SessionError) -> tuple[bytes, ...]:
    """Byte strings only; raises `otherwise`."""
    taken = tuple(value for value in values if isinstance(value, bytes))
    if len(taken) != len(values):
        raise otherwise
    return taken


def _pairs(values: Sequence[object]) -> tuple[tuple[int, int], ...]:
    taken: list[tuple[int, int]] = []
    for pair in values:
        match pair:
            case [first, second] if is_count(first) and is_count(second):
                taken.append((first, second))
            case _:
                raise bad_answer()
    return tuple(taken)


def _refusals(values: Sequence[object]) -> tuple[tuple[int, str], ...]:
    """Pairs of a bundle's place, or PIECE, and a code."""
    taken: list[tuple[int, str]] = []
    for pair in values:
        match pair:
            case [int() as place, str() as code] if is_count(place) or place == PIECE:
                taken.append((place, code))
            case _:
                raise bad_answer()
    return tuple(taken)
