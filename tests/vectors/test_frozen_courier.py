"""What was once put on a stick is read for ever, and believed or refused as named."""

from __future__ import annotations

import pytest

from shared import courier
from shared.courier import Sort, close_file, open_file
from shared.errors import RemoteError
from shared.ids import Lane, Node, feed_of
from tests.vectors import sync
from tests.vectors.sync import FEED, NODE, START_MS, TAG

COURIER = sync.read("courier")


@pytest.mark.parametrize("case", COURIER["cases"], ids=[case["name"] for case in COURIER["cases"]])
def test_each_frozen_packet_is_heard_or_fails_as_named(case: dict[str, str]) -> None:
    """Signature, address, time, positions, chain, seal."""
    key = sync.HUB_SIGN.verify_key
    try:
        packet = courier.read_packet(bytes.fromhex(case["raw"]), hub=TAG, hub_key=key)
        heard = courier.hear_packet(
            packet, sync.standing(), node=NODE, box=sync.NODE_BOX, hub=TAG, hub_key=key
        )
    except RemoteError as refused:
        assert case["expect"] == refused.code  # noqa: PT017 - which code is the point
        return
    assert case["expect"] == ("ok_more" if heard.more else "ok")
    assert heard.head.time_ms == START_MS
    assert heard.acked(Node(NODE)) == {
        feed_of(NODE, lane): seq for lane, seq in zip(Lane, (1, 5, 0), strict=True)
    }
    assert (heard.head.reseals, heard.head.refusals) == (((FEED, 6),), ((FEED, "feed_quarantined"),))
    assert (heard.revocations, heard.prekeys) == (b"list", (b"prekey",))
    assert [c for piece in heard.segments for c in piece.changes] == ([] if heard.more else sync.alerts())


def test_the_frozen_load_is_written_again_byte_for_byte() -> None:
    """Nothing in a load is random; its file is its bytes and their digest."""
    slip = courier.sign_slip(sync.standing(), node=NODE, hub=TAG, certificate=b"paper", signer=sync.NODE_SIGN)
    load = courier.write_load(slip, [b"one bundle"])
    assert load.hex() == COURIER["load"]
    assert close_file(Sort.LOAD, load).hex() == COURIER["file"]
    read = courier.read_load(open_file(bytes.fromhex(COURIER["file"]), Sort.LOAD))
    read.slip.believe(sync.NODE_SIGN.verify_key)
    assert (read.slip.node, read.slip.heads, read.slip.heard_ms) == (NODE, (1, 7, 0), START_MS - 1)
    assert (read.slip.revocations, read.slip.prekey, read.slip.certificate) == (3, 6, b"paper")
    assert read.bundles == (b"one bundle",)


def test_the_frozen_reply_reads_as_written() -> None:
    """What is carried, and what is handed back."""
    reply = courier.read_reply(bytes.fromhex(COURIER["reply"]))
    assert (dict(reply.carried), reply.packets) == ({FEED: 7}, (b"packet",))
