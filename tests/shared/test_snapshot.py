"""The snapshot's format: nothing unsigned is believed, no block leaves its place, limits come first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared import snapshot, varint, wire
from shared.change import Change, named
from shared.clock import stamp_at
from shared.crypto import BoxKey, SigningKey, lock_part
from shared.errors import KaraulaError, RemoteError, WireError
from shared.ids import SYSTEM, Lane, RecordId, feed_of, make_dot
from shared.limits import SNAPSHOT_MAX_BLOCKS, SNAPSHOT_MAX_KEYS
from shared.schema import Kind
from shared.snapshot import Manifest, Opening
from tests.shared.wire.strategies import runs

HUB = SigningKey(b"\2" * 32)
BOX = BoxKey(b"\4" * 32)
KEY, TAG, NODE = b"\7" * 32, b"hubs", 5


def alerts(count: int, first: int = 1) -> list[Change]:
    feed = feed_of(1, Lane.URGENT)
    return [
        Change(
            dot=make_dot(feed, seq), record=RecordId(make_dot(feed, seq)), kind=Kind.ALERT,
            stamp=stamp_at(1_780_000_000_000, 1), author=SYSTEM,
            fields=named(Kind.ALERT, {"owner": "RS", "document_number": f"D{seq}"}),
        )
        for seq in range(first, first + count)
    ]  # fmt: skip


BLOCKS = [snapshot.seal_block(alerts(3, 1 + 3 * n), KEY, number=n) for n in range(2)]


def manifest(**changed: Any) -> Manifest:
    whole = Manifest(
        hub=TAG, generation=1, scope="all", position=6, chain=bytes(16), made_ms=1, records=6, changes=6,
        key_check=snapshot.key_check(KEY), sizes=tuple(map(len, BLOCKS)),
        hashes=tuple(map(snapshot.block_hash, BLOCKS)),
    )  # fmt: skip
    return replace(whole, **changed)


def opening(of: Manifest | None = None, keys: Mapping[int, bytes] | None = None) -> Opening:
    sealed = {NODE: snapshot.seal_key_to(KEY, BOX.seal_key)} if keys is None else keys
    return snapshot.sign(of or manifest(), HUB, sealed)


def believed(front: bytes) -> tuple[Manifest, bytes]:
    """All that a reader does with a front."""
    assert snapshot.front_bytes(front[: snapshot.PREFACE_BYTES]) == len(front)
    found = snapshot.read_opening(front)
    told = found.believe(hub=TAG, key=HUB.verify_key)
    return told, found.content_key(told, node=NODE, box=BOX)


def code_of(call: Any, *args: Any, **named_args: Any) -> str:
    with pytest.raises(KaraulaError) as refused:
        call(*args, **named_args)
    assert refused.value.hint
    return refused.value.code


def test_a_front_survives_writing_and_reading():
    """Manifest, readers and offsets come back; the name is the manifest's alone, whoever the readers are."""
    told, key = believed(opening().write())
    assert (told, key) == (manifest(), KEY)
    assert told.offsets() == (0, len(BLOCKS[0]), len(BLOCKS[0]) + len(BLOCKS[1]))
    assert told.name == manifest().name != manifest(position=7).name


@settings(max_examples=40)
@given(runs(), st.integers(0, 1 << 40))
def test_any_changes_survive_a_block(changes: list[Change], number: int):
    """Whatever the wire carries, a block carries."""
    block = snapshot.seal_block(changes, KEY, number=0)
    told = manifest(sizes=(len(block),), hashes=(snapshot.block_hash(block),))
    assert list(snapshot.open_block(block, told, KEY, number=0).changes()) == changes
    moved = snapshot.seal_block(changes, KEY, number=number + 1)
    told = manifest(sizes=(len(moved),), hashes=(snapshot.block_hash(moved),))
    with pytest.raises(RemoteError):  # rightly named, but another number's
        snapshot.open_block(moved, told, KEY, number=0)


def test_every_bit_of_a_front_counts():
    """A front with one bit over is refused, or tells the very same: the readers' list may name another."""
    front = opening().write()
    for place in range(len(front) * 8):
        spoilt = bytearray(front)
        spoilt[place // 8] ^= 1 << (place % 8)
        try:
            found = believed(bytes(spoilt))
        except (RemoteError, AssertionError):
            continue
        assert found == (manifest(), KEY)


def test_every_truncation_of_a_front_is_refused():
    """Byte by byte: never anything but a coded refusal."""
    front = opening().write()
    for length in range(len(front)):
        with pytest.raises(RemoteError):
            snapshot.read_opening(front[:length])


def test_every_bit_of_a_block_counts():
    """The hash tells, before anything is decrypted."""
    for place in range(0, len(BLOCKS[0]) * 8, 7):
        spoilt = bytearray(BLOCKS[0])
        spoilt[place // 8] ^= 1 << (place % 8)
        assert code_of(snapshot.open_block, bytes(spoilt), manifest(), KEY, number=0) == "block_damaged"
    for length in (0, 1, len(BLOCKS[0]) - 1):
        assert code_of(snapshot.open_block, BLOCKS[0][:length], manifest(), KEY, number=0) == "truncated"


def test_a_key_opens_its_own_file_only():
    """Another file's key is told before a block is touched; and no block opens with it."""
    assert code_of(believed, opening(manifest(key_check=bytes(16))).write()) == "cannot_open"
    assert code_of(snapshot.open_block, BLOCKS[0], manifest(), b"\1" * 32, number=0) == "cannot_open"


def test_no_key_in_a_file_means_no_way_in():
    """Neither an empty list of readers nor somebody else's key helps."""
    assert code_of(believed, opening(keys={}).write()) == "snapshot_not_for_us"
    others = {6: snapshot.seal_key_to(KEY, BOX.seal_key)}
    assert code_of(believed, opening(keys=others).write()) == "snapshot_not_for_us"
    front = opening().write()
    assert KEY not in front + b"".join(BLOCKS)


@pytest.mark.parametrize(
    "changed",
    [
        {"generation": -1},
        {"position": -1},
        {"made_ms": -5},
        {"scope": "x" * 65},
        {"made_ms": 1 << 48},
        {"generation": True},
        {"chain": b"short"},
        {"key_check": b""},
        {"sizes": (0, 5)},
        {"sizes": (1 << 21, 5)},
        {"sizes": (1,)},
        {"sizes": (True, 5)},
        {"hashes": (bytes(15), bytes(16))},
        {"sizes": (1,) * (SNAPSHOT_MAX_BLOCKS + 1), "hashes": (bytes(16),) * (SNAPSHOT_MAX_BLOCKS + 1)},
    ],
)
def test_a_manifest_that_does_not_add_up_is_refused(changed: dict[str, Any]):
    """Even when the hub signed it."""
    assert code_of(believed, opening(manifest(**changed)).write()) in ("bad_snapshot", "not_plain")


def test_readers_that_do_not_add_up_are_refused():
    """Twice the same, out of order, a key of another length, more than there may be."""
    sealed, good = snapshot.seal_key_to(KEY, BOX.seal_key), opening()
    for pairs in ([[5, sealed], [5, sealed]], [[6, sealed], [5, sealed]], [[5, sealed[:-1]]], [[5]], [5]):
        packed = wire.pack([1, good.manifest, good.signature, pairs])
        front = snapshot.LABEL + varint.put(len(packed)) + packed
        assert code_of(snapshot.read_opening, front) == "bad_snapshot"
    many = dict.fromkeys(range(SNAPSHOT_MAX_KEYS + 1), sealed)
    assert code_of(Opening(manifest=b"", signature=b"", keys=many).write) == "too_many_readers"


@pytest.mark.parametrize(
    ("preface", "code"),
    [
        (b"", "truncated"),
        (snapshot.LABEL[:4], "truncated"),
        (b"SQLite format 3\0" + bytes(10), "not_a_snapshot"),
        (b"karaula/snapshot/2\0" + bytes(4), "not_a_snapshot"),
        (snapshot.LABEL + b"\xff\xff\xff\x7f", "too_large"),
        (snapshot.LABEL + b"\xff\xff\xff\xff", "bad_varint"),
    ],
)
def test_what_is_no_snapshot_is_told_by_its_first_bytes(preface: bytes, code: str):
    """Before anything is read into memory."""
    assert code_of(snapshot.front_bytes, preface) == code


def test_a_bomb_in_a_block_is_capped():
    """Zeros that unpack to gigabytes: refused at the cap, even in a block that the hub signed."""
    import zstandard

    parameters = zstandard.ZstdCompressionParameters.from_level(
        19, format=zstandard.FORMAT_ZSTD1_MAGICLESS, write_content_size=False, write_dict_id=False
    )
    bomb = b"\1" + zstandard.ZstdCompressor(compression_params=parameters).compress(bytes(1 << 28))
    block = lock_part(bomb, KEY, number=0)
    told = manifest(sizes=(len(block),), hashes=(snapshot.block_hash(block),))
    with pytest.raises(WireError):
        snapshot.open_block(block, told, KEY, number=0)
