"""Snapshots that were once accepted are accepted for ever, and read to the same changes."""

from __future__ import annotations

import pytest

from shared import snapshot
from shared.change import Change
from shared.crypto import BoxKey, VerifyKey
from shared.errors import RemoteError
from tests.vectors import sync

FROZEN = sync.read("snapshot")


def read(raw: bytes) -> tuple[snapshot.Manifest, list[Change]]:
    """A file as its reader takes it: front, signature, key, then block after block."""
    front = snapshot.front_bytes(raw[: snapshot.PREFACE_BYTES])
    opening = snapshot.read_opening(raw[:front])
    manifest = opening.believe(
        hub=bytes.fromhex(FROZEN["hub"]), key=VerifyKey(bytes.fromhex(FROZEN["verify_key"]))
    )
    box = BoxKey(bytes.fromhex(FROZEN["node_box_private"]))
    key = opening.content_key(manifest, node=FROZEN["node"], box=box)
    assert key.hex() == FROZEN["content_key"]
    ends = manifest.offsets()
    changes: list[Change] = []
    for number in range(len(manifest.sizes)):
        block = raw[front + ends[number] : front + ends[number + 1]]
        changes += snapshot.open_block(block, manifest, key, number=number).changes()
    return manifest, changes


@pytest.mark.parametrize("case", FROZEN["cases"], ids=[case["name"] for case in FROZEN["cases"]])
def test_each_frozen_snapshot_reads_or_fails_as_named(case: dict[str, str]) -> None:
    """Label, length, signature, hub, shape, key, then each block's size, hash and place."""
    try:
        manifest, changes = read(bytes.fromhex(case["raw"]))
    except RemoteError as refused:
        assert case["expect"] == refused.code  # noqa: PT017 - which code is the point
        return
    assert case["expect"] == "ok"
    assert changes == sorted(sync.alerts(), key=lambda change: change.record)
    assert (manifest.scope, manifest.position, manifest.records) == ("all", 2, 2)
    assert manifest.name.hex() == FROZEN["name"]
