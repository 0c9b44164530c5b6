"""Bytes that were once accepted are accepted for ever, and opened to the same content."""

from __future__ import annotations

from typing import Any

import pytest

from shared import bundle, segment, session, wire
from shared.bundle import Header
from shared.crypto import BoxKey, VerifyKey
from shared.errors import RemoteError
from shared.ids import Lane, Node, Seq, feed_of
from shared.segment import CHAIN_START
from shared.session import feeds_digest, heads_digest
from tests.vectors import sync
from tests.vectors.sync import FEED, HEADER, NODE, NONCE, START_MS

BUNDLE, SEGMENT, SESSION, CHAIN = (sync.read(name) for name in ("bundle", "segment", "session", "chain"))


def cases(of: Any) -> Any:
    """One test a case, under the case's own name."""
    return pytest.mark.parametrize("case", of["cases"], ids=[case["name"] for case in of["cases"]])


@cases(BUNDLE)
def test_each_frozen_bundle_opens_or_fails_as_named(case: dict[str, str]) -> None:
    """The hub's order: header, signature, seal, content, chain."""
    raw = bytes.fromhex(case["raw"])
    try:
        header = bundle.verify(raw, VerifyKey(bytes.fromhex(BUNDLE["verify_key"])))
        opened = bundle.open_bundle(raw, BoxKey(bytes.fromhex(BUNDLE["prekey_private"])))
    except RemoteError as refused:
        assert case["expect"] == refused.code  # noqa: PT017 - which code is the point
        return
    assert case["expect"] == "ok"
    assert (header.feed, header.first, header.count) == (FEED, 5, 3)
    assert opened.body.hex() == BUNDLE["body"]
    assert (opened.before.hex(), opened.chain.hex()) == (BUNDLE["before"], BUNDLE["chain"])
    assert list(wire.decode(opened.body, base=header.base).changes()) == sync.changes()


def test_a_frozen_header_reads_as_written() -> None:
    """Field by field, and back to the same bytes."""
    raw = bytes.fromhex(BUNDLE["cases"][0]["raw"])
    told = BUNDLE["header"]
    expected = Header(
        hub=bytes.fromhex(told["hub"]), prekey=told["prekey"], feed=told["feed"], first=Seq(told["first"]),
        count=told["count"],
    )  # fmt: skip
    assert bundle.read_header(raw) == expected == HEADER
    assert raw.startswith(expected.encode())


@cases(SEGMENT)
def test_each_frozen_segment_reads_or_fails_as_named(case: dict[str, str]) -> None:
    """Signature, hub, shape, positions, chain."""
    try:
        found = segment.read(
            bytes.fromhex(case["raw"]), bytes.fromhex(case["signature"]), hub=bytes.fromhex(SEGMENT["hub"]),
            key=VerifyKey(bytes.fromhex(SEGMENT["verify_key"])),
        )  # fmt: skip
        changes = list(found.changes)
    except RemoteError as refused:
        assert case["expect"] == refused.code  # noqa: PT017 - which code is the point
        return
    assert case["expect"] == "ok"
    assert changes == sync.alerts()
    assert (found.scope, found.first, found.last, found.chain.hex()) == ("all", 1, 2, SEGMENT["chain"])


def test_the_frozen_question_is_asked_again_byte_for_byte() -> None:
    """Nothing in a question is random but its nonce; and the hub still reads it."""
    asked = sync.node_end().ask(sync.standing(), [b"one bundle"], nonce=NONCE, certificate=b"paper")
    assert asked.hex() == SESSION["question"]
    question = session.read_question(asked)
    question.believe(sync.NODE_SIGN.verify_key)
    hello = question.hello
    assert (hello.node, hello.generation, hello.positions) == (NODE, 1, (0, 0, 0, 0))
    assert (hello.revocations, hello.prekey, hello.certificate) == (3, 6, b"paper")
    assert question.bundles == (b"one bundle",)


def test_the_frozen_question_with_a_piece_is_asked_again_byte_for_byte() -> None:
    """The hello names lane, offset and check; the piece stands behind the bundles and is signed with it."""
    asked = sync.node_end().ask(sync.standing(), [b"one bundle"], nonce=NONCE, upload=sync.piece())
    assert asked.hex() == SESSION["question_with_piece"]
    question = session.read_question(asked)
    question.believe(sync.NODE_SIGN.verify_key)
    assert question.hello.upload == sync.piece()
    assert session.taken_apart(session.joined(sync.STREAM[:9], sync.piece())) == (
        [b"the first bundle", b"the second"],
        b"",
    )


@cases(SESSION)
def test_each_frozen_answer_is_heard_or_fails_as_named(case: dict[str, str]) -> None:
    """Signature over question and all, time, positions, chain, seal."""
    end = sync.node_end()
    end.ask(sync.standing(), [b"one bundle"], nonce=NONCE, certificate=b"paper")
    try:
        heard = end.hear(bytes.fromhex(case["raw"]))
    except RemoteError as refused:
        assert case["expect"] == refused.code  # noqa: PT017 - which code is the point
        return
    assert case["expect"] == ("ok_part" if heard.part else "ok_more" if heard.more else "ok")
    assert len(heard.head.held) == (case["expect"] == "ok_part")
    assert (heard.head.time_ms, heard.head.hub_node) == (START_MS, 1)
    assert heard.acked(Node(NODE)) == {
        feed_of(NODE, lane): seq for lane, seq in zip(Lane, (1, 5, 0), strict=True)
    }
    assert (heard.head.reseals, heard.head.refusals) == (((FEED, 6),), ((0, "bad_signature"),))
    assert (heard.revocations, heard.prekeys) == (b"list", (b"prekey",))
    assert [c for piece in heard.segments for c in piece.changes] == ([] if heard.more else sync.alerts())


def test_frozen_hashes_are_computed_alike() -> None:
    """Chains and digests, each over the documented bytes."""
    start = bundle.chain_start(FEED)
    computed = {
        "feed": FEED,
        "chain_start": start.hex(),
        "chain_start_of_node_1_urgent": bundle.chain_start(feed_of(1, Lane.URGENT)).hex(),
        "chain_next_of_empty_body": bundle.chain_next(start, HEADER, b"").hex(),
        "segment_chain_of_bytes_abc": segment.chain_next(CHAIN_START, b"abc").hex(),
        "heads_digest_of_the_standing": heads_digest(sync.ends()).hex(),
        "feeds_digest_at_start": feeds_digest(sync.standing().cursors).hex(),
        "hub_tag": bundle.hub_tag(sync.HUB_SIGN.verify_key).hex(),
    }
    assert computed == CHAIN
