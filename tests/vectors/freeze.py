"""Write the frozen vectors of bundle, segment, session and chain anew: `python -m tests.vectors.freeze`.

Never run by tests. Whoever runs it changes what other implementations must accept: a released format is
frozen for good, so a diff here needs a new version byte and an entry in the changelog. Seals are random, so
sealed bytes differ at each run; what is frozen is that exactly these bytes open to exactly that content.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from shared import bundle, segment, session, wire
from shared.bundle import Header
from shared.crypto import SIGNATURE_BYTES, Purpose
from shared.doorbell import Call, write_call
from shared.ids import Lane, Seq, feed_of
from shared.segment import CHAIN_START
from shared.session import Cursor, Head, Held, Slice, check_of, feeds_digest, heads_digest
from tests.vectors import sync
from tests.vectors.sync import (
    FEED,
    FOLDER,
    HEADER,
    HUB,
    HUB_SIGN,
    NODE,
    NODE_BOX,
    NODE_SIGN,
    NONCE,
    OTHER_PREKEY,
    OTHER_SIGN,
    PREKEY,
    START_MS,
    TAG,
)


def _sealed(header: Header, **changed: Any) -> bytes:
    given = {
        "before": bundle.chain_start(FEED), "prekey": PREKEY.seal_key, "signer": NODE_SIGN,
    } | changed  # fmt: skip
    return bundle.seal(wire.encode(sync.changes(), base=HEADER.base), header=header, **given)


def _signed(content: bytes) -> bytes:
    return content + NODE_SIGN.sign(Purpose.BUNDLE, content)


def bundles() -> dict[str, Any]:
    """Bundles to open or to refuse, each naming the class of its failure."""
    good = _sealed(HEADER)
    body, start = wire.encode(sync.changes(), base=HEADER.base), bundle.chain_start(FEED)
    flipped = bytearray(good)
    flipped[len(good) // 2] ^= 1
    moved = replace(HEADER, first=Seq(6)).encode()
    inner = HEADER.encode() + start + wire.compress(body)
    stolen = _signed(moved + good[len(HEADER.encode()) : -SIGNATURE_BYTES])
    unmarked = _signed(HEADER.encode() + PREKEY.seal_key.seal(inner + b"\1"))
    cases = [
        ("a routine bundle of three changes", good, "ok"),
        ("resealed to another prekey: the same chain", _sealed(replace(HEADER, prekey=8)), "ok"),
        ("one bit flipped", bytes(flipped), "bad_signature"),
        ("signed by another node", _sealed(HEADER, signer=OTHER_SIGN), "bad_signature"),
        ("cut short", good[:-1], "bad_signature"),
        ("no more than a signature", good[:60], "truncated"),
        ("another version", bytes((9,)) + good[1:], "version_unknown"),
        ("moved to another run by its own node", stolen, "header_mismatch"),
        ("sealed to another hub", _sealed(HEADER, prekey=OTHER_PREKEY.seal_key), "cannot_open"),
        ("without the mark before its padding", unmarked, "bad_padding"),
    ]  # fmt: skip
    return {
        "verify_key": NODE_SIGN.verify_key.raw.hex(),
        "prekey_private": PREKEY.raw.hex(),
        "header": {"hub": TAG.hex(), "prekey": 7, "feed": FEED, "first": 5, "count": 3},
        "before": start.hex(),
        "chain": bundle.chain_next(start, HEADER, body).hex(),
        "body": body.hex(),
        "cases": [{"name": name, "raw": raw.hex(), "expect": expect} for name, raw, expect in cases],
    }


def segments() -> dict[str, Any]:
    """Segments to read or to refuse."""

    def cut(**changed: Any) -> tuple[bytes, bytes]:
        given = {"hub": TAG, "generation": 1, "scope": "all", "first": 1, "before": CHAIN_START,
                 "signer": HUB_SIGN} | changed  # fmt: skip
        return segment.cut(sync.alerts(), **given)

    raw, signature = cut()
    short = wire.pack(
        [1, TAG, 1, "all", 1, 3, CHAIN_START, wire.compress(wire.encode(sync.alerts(), base=None))]
    )
    cases = [
        ("two entries of one scope", (raw, signature), "ok"),
        ("another hub's", cut(hub=b"else"), "wrong_hub"),
        ("signed by another key", cut(signer=OTHER_SIGN), "bad_signature"),
        ("fewer entries than positions", (short, HUB_SIGN.sign(Purpose.SEGMENT, short)), "bad_segment"),
    ]
    return {
        "verify_key": HUB_SIGN.verify_key.raw.hex(),
        "hub": TAG.hex(),
        "chain": segment.chain_next(CHAIN_START, raw).hex(),
        "cases": [
            {"name": name, "raw": pair[0].hex(), "signature": pair[1].hex(), "expect": expect}
            for name, pair, expect in cases
        ],
    }


def conversation() -> dict[str, Any]:
    """A question, byte for byte, and answers to believe or not."""
    question = sync.node_end().ask(sync.standing(), [b"one bundle"], nonce=NONCE, certificate=b"paper")
    raw, signature = segment.cut(
        sync.alerts(), hub=TAG, generation=1, scope="all", first=1, before=CHAIN_START, signer=HUB_SIGN
    )
    cursors = list(sync.standing().cursors)
    cursors[0] = Cursor(scope="all", position=2, chain=segment.chain_next(CHAIN_START, raw))
    head = Head(
        time_ms=START_MS, hub_node=HUB, generation=1, acks=(1, 5, 0), safe=START_MS - 9,
        positions=(2, 0, 0, 0), feeds_digest=feeds_digest(cursors), prekey=7,
        reseals=((FEED, 6),), refusals=((0, "bad_signature"),),
    )  # fmt: skip

    def answer(to: bytes, of: Head, **changed: Any) -> bytes:
        given = {"segments": [(raw, signature)], "reader": NODE_BOX.seal_key, "signer": HUB_SIGN,
                 "revocations": b"list", "prekeys": [b"prekey"]} | changed  # fmt: skip
        return session.answer(session.read_question(to), of, **given)

    other = sync.node_end().ask(sync.standing(), [], nonce=b"another!")
    older = replace(head, time_ms=START_MS - 2)
    forked = replace(head, feeds_digest=bytes(16))
    holding = replace(head, held=(Held(lane=Lane.ROUTINE, length=9, check=check_of(sync.STREAM[:9])),))
    whole = raw + signature
    begun = Slice(place=0, first=1, offset=0, total=len(whole), data=whole[:100])
    late = replace(begun, offset=100, data=whole[100:])
    cases = [
        ("believed", answer(question, head), "ok"),
        ("an answer to another question", answer(other, head), "bad_signature"),
        ("without its segments, rightly signed", answer(question, forked, segments=[]), "ok_more"),
        ("older than what the node knows", answer(question, older), "feed_rolled_back"),
        ("another chain at the same position", answer(question, forked), "feed_forked"),
        (
            "with tails, its segment begun",
            answer(question, holding, segments=[begun]),
            "ok_part",
        ),
        ("a slice that joins nothing", answer(question, head, segments=[late]), "bad_answer"),
        ("newer, with elements nobody knows yet", sync.newer(answer(question, head)), "ok"),
        ("sealed to another reader", answer(question, head, reader=OTHER_PREKEY.seal_key), "cannot_open"),
    ]
    return {
        "node_sign_seed": NODE_SIGN.seed.hex(),
        "node_box_private": NODE_BOX.raw.hex(),
        "hub_verify_key": HUB_SIGN.verify_key.raw.hex(),
        "nonce": NONCE.hex(),
        "question": question.hex(),
        "question_with_piece": sync.node_end()
        .ask(sync.standing(), [b"one bundle"], nonce=NONCE, upload=sync.piece())
        .hex(),
        "cases": [{"name": name, "raw": raw.hex(), "expect": expect} for name, raw, expect in cases],
    }


def chains() -> dict[str, Any]:
    """The hashes that everybody must compute alike."""
    start = bundle.chain_start(FEED)
    return {
        "feed": FEED,
        "chain_start": start.hex(),
        "chain_start_of_node_1_urgent": bundle.chain_start(feed_of(1, Lane.URGENT)).hex(),
        "chain_next_of_empty_body": bundle.chain_next(start, HEADER, b"").hex(),
        "segment_chain_of_bytes_abc": segment.chain_next(CHAIN_START, b"abc").hex(),
        "heads_digest_of_the_standing": heads_digest(sync.ends()).hex(),
        "feeds_digest_at_start": feeds_digest(sync.standing().cursors).hex(),
        "hub_tag": TAG.hex(),
    }


def doorbells() -> dict[str, Any]:
    """A call, byte for byte."""
    call = Call(node=NODE, time_ms=START_MS, generation=3, positions=(7, 0, 12, 1))
    return {"node_sign_seed": NODE_SIGN.seed.hex(), "call": write_call(call, signer=NODE_SIGN).hex()}


def main() -> None:
    for name, content in (
        ("bundle", bundles()),
        ("segment", segments()),
        ("session", conversation()),
        ("chain", chains()),
        ("doorbell", doorbells()),
    ):
        path = FOLDER / f"{name}.json"
        path.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        print(path)


if __name__ == "__main__":
    main()
