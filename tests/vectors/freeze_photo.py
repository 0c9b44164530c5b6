"""Write the frozen vector of a photo and its pieces anew: `python -m tests.vectors.freeze_photo`.

Never run by tests; see `freeze`. The pieces are two attachment records as they stand in a body.
"""

from __future__ import annotations

import json
from typing import Any

from shared import wire
from shared.change import Change, named
from shared.clock import stamp_at
from shared.ids import Lane, OfficerId, RecordId, feed_of, make_dot
from shared.photo import MEDIA_TYPE, address_of
from shared.schema import Kind
from tests.shared.jpegs import plain_jpeg
from tests.vectors.sync import FOLDER, START_MS

FEED = feed_of(2_000_000, Lane.BULK)
PHOTO = plain_jpeg(400)
_CUT = 250
PIECES = (PHOTO[:_CUT], PHOTO[_CUT:])


def piece(number: int) -> Change:
    dot = make_dot(FEED, number)
    values = {
        "owner": "BA",
        "of": make_dot(feed_of(2_000_000, Lane.ROUTINE), 77),
        "category": "face",
        "media_type": MEDIA_TYPE,
        "size_bytes": len(PHOTO),
        "digest": address_of(PHOTO),
        "piece": number,
        "pieces": len(PIECES),
        "content": PIECES[number - 1],
    }
    return Change(
        dot=dot, record=RecordId(dot), kind=Kind.ATTACHMENT, stamp=stamp_at(START_MS, number),
        author=OfficerId(7), fields=named(Kind.ATTACHMENT, values),
    )  # fmt: skip


def vector() -> dict[str, Any]:
    changes = [piece(1), piece(2)]
    bent = bytes((PIECES[1][0] ^ 1,)) + PIECES[1][1:]
    return {
        "photo": PHOTO.hex(),
        "address": address_of(PHOTO).hex(),
        "base": changes[0].dot,
        "body": wire.encode(changes, base=changes[0].dot).hex(),
        "cases": [
            {"name": "both pieces", "contents": [each.hex() for each in PIECES], "expect": "whole"},
            {"name": "the first alone", "contents": [PIECES[0].hex()], "expect": "arriving"},
            {
                "name": "a bit of the second",
                "contents": [PIECES[0].hex(), bent.hex()],
                "expect": "photo_address_wrong",
            },
        ],
    }


if __name__ == "__main__":
    (FOLDER / "photo.json").write_text(json.dumps(vector(), indent=1) + "\n", encoding="utf-8")
