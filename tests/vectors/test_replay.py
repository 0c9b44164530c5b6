"""Bundles of every earlier version, replayed into a hub of today: all is merged, as it was meant then."""

from __future__ import annotations

import os
import random
import tempfile
from pathlib import Path
from typing import Any

import pytest

from hub.hub import Hub
from hub.identity import Identity
from hub.kit import World
from hub.store import custody
from hub.store.opening import connect_to
from shared.crypto import BoxKey
from shared.enrolment import AuthorityCard, HubCertificate
from shared.ledger import records
from shared.schema import SCHEMA
from tests.vectors import replay
from tests.vectors.replay import AUTHORITY, CERTIFICATE, HUB_KEYS, plain
from tests.vectors.sync import HUB, NODE, START_MS

FILES = replay.files()
each_version = pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)


def hub_in(folder: Path) -> Hub:
    """A fresh hub that knows the one frozen post."""
    card = AuthorityCard(
        name="Frozen",
        verify_key=AUTHORITY.verify_key,
        recovery_key=BoxKey(bytes((8,)) * 32).seal_key,
        made_ms=START_MS,
    )
    certificate = HubCertificate(
        node=HUB, name="PCC", verify_key=HUB_KEYS.sign.verify_key, issued_ms=START_MS
    )
    identity = Identity(certificate=certificate, authority=card, keys=HUB_KEYS, database_key=bytes(32))
    world = World(
        connect=connect_to(folder / "hub.db"), now_ms=lambda: START_MS + 3_600_000, random=os.urandom
    )
    hub = Hub(identity, world)
    hub.admit(CERTIFICATE.signed(AUTHORITY))
    return hub


def take(hub: Hub, raws: list[bytes]) -> list[tuple[int, str]]:
    """The bundles through the hub's inbox; returns its refusals."""
    refusals: list[tuple[int, str]] = []
    for raw in raws:
        with hub.kit.database.snapshot() as tx:
            parcel = hub.inbox.read(tx, raw, None)
        with hub.kit.database.transaction() as tx:
            receipt = hub.inbox.take(tx, [parcel], at_ms=hub.kit.now_ms())
        refusals += receipt.refusals
        assert not receipt.reseals
    return refusals


def state_of(hub: Hub) -> dict[str, Any]:
    """Heads, faults, and every change and every view of every record."""
    with hub.kit.database.snapshot() as tx:
        kept = {
            str(int(record)): kind
            for kind in [*SCHEMA, replay._NEWER_KIND]
            for (record,) in tx.execute("SELECT DISTINCT record FROM history")
            if records.changes_of(tx, kind, record)
        }
        for kind in SCHEMA:
            kept |= {str(int(each.id)): kind for each in records.select(tx, kind)}
        ours = {record: kind for record, kind in kept.items() if int(record) >> 42 == NODE}
        return {
            "heads": list(custody.heads_of(tx, NODE)),
            "faults": [fault.code for fault in custody.open_faults(tx, 100)],
            "records": {
                record: {
                    "kind": int(kind),
                    "values": {
                        str(number): plain(view.value)
                        for number, view in sorted(records.views_of(tx, kind, int(record)).items())
                    },
                    "dots": [int(change.dot) for change in records.changes_of(tx, kind, int(record))],
                }
                for record, kind in sorted(ours.items())
            },
        }


def state_after(raws: list[bytes]) -> dict[str, Any]:
    """What a hub of this version makes of the bundles."""
    with tempfile.TemporaryDirectory() as folder, hub_in(Path(folder)) as hub:
        assert take(hub, raws) == []
        return state_of(hub)


def frozen(path: Path) -> tuple[list[bytes], dict[str, Any]]:
    content = replay.read(path)
    return [bytes.fromhex(raw) for raw in content["bundles"]], content["state"]


def test_there_is_a_file_for_this_version():
    """A version that is not frozen before it is released is never replayed."""
    assert f"body-{replay.BODY_VERSION}" in {path.stem for path in FILES}


@each_version
def test_each_earlier_versions_bundles_are_merged_as_they_were_meant(path: Path):
    """Through custody and merge: heads, unknown fields and kinds, corrections and crossed edits."""
    raws, state = frozen(path)
    assert state["faults"] == []
    assert state_after(raws) == state


@each_version
@pytest.mark.parametrize("seed", range(3))
def test_they_may_come_in_any_order_and_more_than_once(path: Path, seed: int, tmp_path: Path):
    """Gaps wait, repeats do nothing: the state is the same."""
    raws, state = frozen(path)
    shuffled = raws * 2
    random.Random(seed).shuffle(shuffled)
    with hub_in(tmp_path) as hub:
        take(hub, shuffled)
        take(hub, raws)
        assert state_of(hub) == state


@each_version
def test_a_post_of_today_says_the_same_content(path: Path):
    """What was frozen is what this house would still put into its log (the seals differ each time)."""
    from shared import bundle, wire

    boxes = {number: box for number, (box, _) in HUB_KEYS.prekeys.items()}
    opened = [
        change
        for raw in frozen(path)[0]
        for header in [bundle.read_header(raw)]
        for change in wire.decode(
            bundle.open_bundle(raw, boxes[header.prekey]).body, base=header.base
        ).changes()
    ]
    meant = [change for log in replay.said().values() for change in log]
    assert sorted(opened, key=lambda c: c.dot) == sorted(meant, key=lambda c: c.dot)
