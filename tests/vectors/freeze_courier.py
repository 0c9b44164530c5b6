"""Write the frozen vectors of what sticks carry anew: `python -m tests.vectors.freeze_courier`.

Never run by tests; see `freeze` on what a diff here means.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from shared import courier, segment
from shared.courier import Sort, close_file
from shared.ids import Node, Seq
from shared.segment import CHAIN_START
from shared.session import Cursor, Head, feeds_digest
from tests.vectors import sync
from tests.vectors.sync import (
    FEED,
    FOLDER,
    HUB,
    HUB_SIGN,
    NODE,
    NODE_BOX,
    NODE_SIGN,
    OTHER_PREKEY,
    OTHER_SIGN,
    START_MS,
    TAG,
)


def packets() -> dict[str, Any]:
    """A load, a reply, files; and packets to believe or not."""
    raw, signature = segment.cut(
        sync.alerts(), hub=TAG, generation=1, scope="all", first=1, before=CHAIN_START, signer=HUB_SIGN
    )
    cursors = list(sync.standing().cursors)
    cursors[0] = Cursor(scope="all", position=2, chain=segment.chain_next(CHAIN_START, raw))
    head = Head(
        time_ms=START_MS, hub_node=HUB, generation=1, acks=(1, 5, 0), safe=START_MS - 9,
        positions=(2, 0, 0, 0), feeds_digest=feeds_digest(cursors), prekey=7,
        reseals=((FEED, 6),), refusals=((FEED, "feed_quarantined"),),
    )  # fmt: skip

    def packet(of: Head = head, **changed: Any) -> bytes:
        given = {"node": NODE, "hub": TAG, "segments": [(raw, signature)], "reader": NODE_BOX.seal_key,
                 "signer": HUB_SIGN, "revocations": b"list", "prekeys": [b"prekey"]} | changed  # fmt: skip
        return courier.write_packet(of, **given)

    slip = courier.sign_slip(sync.standing(), node=NODE, hub=TAG, certificate=b"paper", signer=NODE_SIGN)
    good = packet()
    cases = [
        ("believed", good, "ok"),
        ("without its segments, rightly signed", packet(segments=[]), "ok_more"),
        ("signed by another key", packet(signer=OTHER_SIGN), "bad_signature"),
        ("another post's", packet(node=Node(5)), "not_for_us"),
        ("another hub's", packet(hub=b"else"), "wrong_hub"),
        ("older than what the node knows", packet(replace(head, time_ms=START_MS - 2)), "feed_rolled_back"),
        ("of a generation before", packet(replace(head, generation=0)), "feed_rolled_back"),
        ("another chain at the same position", packet(replace(head, feeds_digest=bytes(16))), "feed_forked"),
        ("sealed to another reader", packet(reader=OTHER_PREKEY.seal_key), "cannot_open"),
        ("cut short", good[:-1], "truncated"),
    ]
    load = courier.write_load(slip, [b"one bundle"])
    return {
        "hub_verify_key": HUB_SIGN.verify_key.raw.hex(),
        "node_box_private": NODE_BOX.raw.hex(),
        "load": load.hex(),
        "reply": courier.write_reply(carried={FEED: Seq(7)}, packets=[b"packet"]).hex(),
        "file": close_file(Sort.LOAD, load).hex(),
        "cases": [{"name": name, "raw": data.hex(), "expect": expect} for name, data, expect in cases],
    }


def main() -> None:
    path = FOLDER / "courier.json"
    path.write_text(json.dumps(packets(), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    print(path)


if __name__ == "__main__":
    main()
