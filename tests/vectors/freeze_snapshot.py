"""Write the frozen snapshots anew: `python -m tests.vectors.freeze_snapshot`. Never run by tests.

What is said in `freeze` holds here too: a released format is frozen for good.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any, Final

from shared import snapshot
from shared.crypto import SigningKey
from shared.snapshot import Manifest, Opening
from tests.vectors import sync
from tests.vectors.sync import FOLDER, HUB_SIGN, NODE, NODE_BOX, OTHER_PREKEY, OTHER_SIGN, START_MS, TAG

KEY: Final = bytes((7,)) * 32


def _file(
    *, blocks: list[bytes] | None = None, signer: SigningKey = HUB_SIGN, readers: Any = None, **changed: Any
) -> bytes:
    records = sorted(sync.alerts(), key=lambda change: change.record)
    whole = [snapshot.seal_block([change], KEY, number=number) for number, change in enumerate(records)]
    manifest = Manifest(
        hub=TAG, generation=1, scope="all", position=2, chain=bytes(16), made_ms=START_MS,
        records=2, changes=2, key_check=snapshot.key_check(KEY), sizes=tuple(map(len, whole)),
        hashes=tuple(map(snapshot.block_hash, whole)),
    )  # fmt: skip
    manifest = replace(manifest, **changed)
    keys = {
        node: snapshot.seal_key_to(KEY, key) for node, key in (readers or {NODE: NODE_BOX.seal_key}).items()
    }
    opening = snapshot.sign(manifest, signer, keys)
    return opening.write() + b"".join(whole if blocks is None else blocks)


def snapshots() -> dict[str, Any]:
    """Files to read or to refuse, each naming the class of its failure."""
    good = _file()
    front = snapshot.front_bytes(good[: snapshot.PREFACE_BYTES])
    opening = snapshot.read_opening(good[:front])
    flipped, spoilt = bytearray(good), bytearray(opening.manifest)
    flipped[-1] ^= 1
    spoilt[-1] ^= 1
    forged = Opening(manifest=bytes(spoilt), signature=opening.signature, keys=opening.keys)
    cases = [
        ("two alerts in two blocks", good, "ok"),
        ("one bit of the last block", bytes(flipped), "block_damaged"),
        ("cut short", good[:-1], "truncated"),
        ("blocks of another order", good[:front] + _swapped(good[front:]), "block_damaged"),
        ("signed by another hub", _file(signer=OTHER_SIGN), "bad_signature"),
        ("another hub's", _file(hub=b"else"), "wrong_hub"),
        ("its manifest changed", forged.write() + good[front:], "bad_signature"),
        ("made for others", _file(readers={5: OTHER_PREKEY.seal_key}), "snapshot_not_for_us"),
        ("this node's key sealed to another", _file(readers={NODE: OTHER_PREKEY.seal_key}), "cannot_open"),
        ("the key of another snapshot", _file(key_check=bytes(16)), "cannot_open"),
        ("hashes for fewer blocks than sizes", _file(hashes=()), "bad_snapshot"),
        ("something else", b"SQLite format 3\0" + bytes(40), "not_a_snapshot"),
    ]
    return {
        "verify_key": HUB_SIGN.verify_key.raw.hex(),
        "hub": TAG.hex(),
        "node": NODE,
        "node_box_private": NODE_BOX.raw.hex(),
        "content_key": KEY.hex(),
        "name": snapshot.read_opening(good[:front])
        .believe(hub=TAG, key=HUB_SIGN.verify_key)
        .name.hex(),
        "cases": [{"name": name, "raw": raw.hex(), "expect": expect} for name, raw, expect in cases],
    }  # fmt: skip


def _swapped(blocks: bytes) -> bytes:
    """The same blocks, the second first; they are of one length."""
    half = len(blocks) // 2
    return blocks[half:] + blocks[:half]


if __name__ == "__main__":
    path = FOLDER / "snapshot.json"
    path.write_text(json.dumps(snapshots(), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    print(path)
