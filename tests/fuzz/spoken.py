"""The conversation in both directions: questions with bundles and pieces, answers with segments and slices,
refusals, calls at the doorbell.

Where a signature or a seal would turn every bent input away, a second target signs or seals the bent content.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from random import Random
from typing import Any, Final

from edge.transport import refusal_of
from shared import segment, session, wire
from shared.crypto import Purpose
from shared.doorbell import Call, read_call, write_call
from shared.limits import REQUEST_MAX_BYTES
from shared.segment import CHAIN_START
from shared.session import Cursor, Head, NodeStanding, Part, Slice, feeds_digest
from shared.session.messages import answer_signed, hello_signed, read_head, read_hello
from shared.session.stream import taken_apart
from tests.fuzz.bending import bend_bytes, bend_msgpack
from tests.fuzz.target import Target
from tests.vectors import sync
from tests.vectors.freeze_restored import original

_HEAD, _PARCEL, _REVOCATIONS, _PREKEYS = 1, 3, 4, 5  # places in an answer
_CUT: Final = 100  # of the segment that came in slices: what the node held before


def spoken() -> list[Target]:
    """All targets of the conversation."""
    return [*_questions(), *_answers(), *_rings()]


def parts_of(packed: bytes) -> list[Any]:
    """An array taken apart."""
    parts = wire.unpack(packed, max_bytes=REQUEST_MAX_BYTES)
    assert isinstance(parts, list)
    return parts


# --- up ---


def _questions() -> list[Target]:
    vector = sync.read("session")
    questions = [bytes.fromhex(vector[name]) for name in ("question", "question_with_piece")]
    restored = bytes.fromhex(sync.read("restored")["question"])

    def believed(data: bytes) -> object:
        asked = session.read_question(data)
        asked.believe(sync.NODE_SIGN.verify_key)
        return asked

    return [
        Target(name="question", seeds=[*questions, restored], bend=bend_msgpack, read=believed),
        Target(name="given back", seeds=[wire.pack([[*original()]])], bend=bend_msgpack, read=_given_back),
        Target(name="question, signed", seeds=questions, bend=_signed_question, read=believed, share=4),
        Target(
            name="hello",
            seeds=[parts_of(question)[1] for question in questions],
            bend=bend_msgpack,
            read=lambda raw: read_hello(raw, bytes(64)),
        ),
        Target(name="stream of bundles", seeds=_streams(), bend=bend_bytes, read=taken_apart),
    ]


def _given_back(pairs: bytes) -> object:
    """What a restored hub makes of an envelope: each segment believed by its own signature."""
    sealed = sync.PREKEY.seal_key.seal(pairs)
    opened = session.open_returned(session.Returned(prekey=7, sealed=sealed), sync.PREKEY)
    key = sync.HUB_SIGN.verify_key
    return [segment.read(raw, signature, hub=sync.TAG, key=key) for raw, signature in opened]


def _signed_question(chance: Random, question: bytes) -> bytes:
    """A question whose bent hello, or bent piece, its node has signed."""
    parts = parts_of(question)
    if len(parts) > 4 and chance.random() < 0.3:
        parts[4] = bend_bytes(chance, parts[4])
    else:
        parts[1] = bend_msgpack(chance, parts[1])
    piece = parts[4] if len(parts) > 4 else None
    parts[2] = sync.NODE_SIGN.sign(Purpose.HELLO, hello_signed(parts[1], piece))
    return wire.pack(parts)


def _streams() -> list[bytes]:
    """Bundles behind one another, as they travel in pieces; the last one cut."""
    good = [bytes.fromhex(case["raw"]) for case in sync.read("bundle")["cases"]]
    whole = b"".join(session.framed(raw) for raw in good[:3])
    return [whole, whole[: len(whole) // 2]]


# --- down ---


def _answers() -> list[Target]:
    answers = [bytes.fromhex(case["raw"]) for case in sync.read("session")["cases"]]

    heads = [parts_of(raw)[1] for raw in answers]
    heads += [bytes.fromhex(sync.read(name)["head"]) for name in ("restored", "acks")]

    def hear(answer: bytes) -> object:
        return _asked(sync.standing()).hear(answer)

    def bend(chance: Random, answer: bytes) -> bytes:
        return signed(chance, answer, standing=sync.standing())

    def bend_slices(chance: Random, answer: bytes) -> bytes:
        return signed(chance, answer, standing=_half_way(), parcel_share=0.8)

    return [
        Target(name="head", seeds=heads, bend=bend_msgpack, read=read_head),
        Target(name="answer", seeds=answers, bend=bend_msgpack, read=hear, share=4),
        Target(name="answer, signed", seeds=answers[:1], bend=bend, read=hear, share=6),
        Target(
            name="answer with slices, signed",
            seeds=_sliced(),
            bend=bend_slices,
            read=lambda answer: _asked(_half_way()).hear(answer),
            share=6,
        ),
        Target(
            name="refusal over HTTP",
            seeds=[
                wire.pack([1, "hub_busy", "the hub is busy", "Wait."]),
                wire.pack([1, "node_revoked", "this node was revoked", "Call the centre.", b"paper"]),
            ],
            bend=bend_msgpack,
            read=lambda body: refusal_of(503, body),
        ),
    ]


def _asked(standing: NodeStanding) -> session.NodeEnd:
    """The node, its question asked."""
    end = sync.node_end()
    end.ask(standing, [], nonce=sync.NONCE)
    return end


def signed(chance: Random, answer: bytes, *, standing: NodeStanding, parcel_share: float = 0.2) -> bytes:
    """An answer to that node's question whose bent head, list or sealed parcel the hub has signed."""
    parts = parts_of(answer)
    if chance.random() < parcel_share:
        parts[_PARCEL] = bend_sealed(chance, parts[_PARCEL])
    elif chance.random() < 0.6:
        parts[_HEAD] = bend_msgpack(chance, parts[_HEAD])
    else:
        parts[_REVOCATIONS] = bend_bytes(chance, parts[_REVOCATIONS])
        parts[_PREKEYS] = [bend_bytes(chance, paper) for paper in parts[_PREKEYS]]
    covered = answer_signed(
        head=parts[_HEAD],
        question=_asked(standing)._asked,
        parcel=parts[_PARCEL],
        revocations=parts[_REVOCATIONS],
        prekeys=parts[_PREKEYS],
    )
    return wire.pack([*parts[:2], sync.HUB_SIGN.sign(Purpose.HEAD, covered), *parts[3:]])


def bend_sealed(chance: Random, parcel: bytes) -> bytes:
    """A parcel for the frozen node, bent inside its seal, or outside."""
    if chance.random() < 0.1:
        return bend_bytes(chance, parcel)
    return sync.NODE_BOX.seal_key.seal(bend_msgpack(chance, sync.NODE_BOX.open(parcel)))


@cache
def _segment() -> bytes:
    """A segment with its signature behind it, as slices are cut of it."""
    raw, signature = segment.cut(
        sync.alerts(), hub=sync.TAG, generation=1, scope="all", first=1, before=CHAIN_START,
        signer=sync.HUB_SIGN,
    )  # fmt: skip
    return raw + signature


@cache
def _half_way() -> NodeStanding:
    """A node that holds the beginning of that segment."""
    held = Part(place=0, first=1, total=len(_segment()), held=_segment()[:_CUT])
    return replace(sync.standing(), part=held)


def _sliced() -> list[bytes]:
    """The rest of it in one slice, and in two."""
    whole = _segment()
    cursors = list(sync.standing().cursors)
    chain = segment.chain_next(CHAIN_START, whole[:-64])
    cursors[0] = Cursor(scope="all", position=2, chain=chain)
    head = Head(
        time_ms=sync.START_MS, hub_node=sync.HUB, generation=1, acks=(1, 5, 0), safe=0,
        positions=(2, 0, 0, 0), feeds_digest=feeds_digest(cursors), prekey=7,
    )  # fmt: skip
    question = sync.node_end().ask(_half_way(), [], nonce=sync.NONCE)

    def answer(*cuts: int) -> bytes:
        ends = (*cuts[1:], len(whole))
        slices = [
            Slice(place=0, first=1, offset=start, total=len(whole), data=whole[start:end])
            for start, end in zip(cuts, ends, strict=True)
        ]
        return session.answer(
            session.read_question(question), head, segments=slices, reader=sync.NODE_BOX.seal_key,
            signer=sync.HUB_SIGN, revocations=b"list", prekeys=[b"prekey"],
        )  # fmt: skip

    return [answer(_CUT), answer(_CUT, _CUT + 50)]


# --- the doorbell ---


def _rings() -> list[Target]:
    call = Call(node=sync.NODE, time_ms=sync.START_MS, generation=1, positions=(2, 0, 0, 1))
    good = write_call(call, signer=sync.NODE_SIGN)

    def believed(data: bytes) -> object:
        heard = read_call(data)
        heard.believe(sync.NODE_SIGN.verify_key)
        return heard

    def signed_call(chance: Random, data: bytes) -> bytes:
        raw = bend_msgpack(chance, parts_of(data)[1])
        return wire.pack([1, raw, sync.NODE_SIGN.sign(Purpose.DOORBELL, raw)])

    return [
        Target(name="call at the doorbell", seeds=[good], bend=bend_msgpack, read=believed, share=4),
        Target(name="call at the doorbell, signed", seeds=[good], bend=signed_call, read=believed, share=4),
    ]
