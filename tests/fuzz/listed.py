"""Whole lists in files: the front, what the hub signs in it, and the blocks.

A signature and an encryption would turn every bent input away: two targets make them right again.
"""

from __future__ import annotations

from dataclasses import replace
from random import Random

from shared import snapshot, wire
from shared.crypto import Purpose, lock_part
from shared.snapshot import Manifest, Opening
from tests.fuzz.bending import bend_bytes, bend_msgpack
from tests.fuzz.target import Target
from tests.vectors import sync


def listed() -> list[Target]:
    """All targets of whole lists."""
    vector = sync.read("snapshot")
    key = bytes.fromhex(vector["content_key"])
    files = [bytes.fromhex(case["raw"]) for case in vector["cases"]]
    front = files[0][: snapshot.front_bytes(files[0][: snapshot.PREFACE_BYTES])]
    opening = snapshot.read_opening(front)
    manifest = opening.believe(hub=sync.TAG, key=sync.HUB_SIGN.verify_key)
    bodies = [wire.encode(sync.alerts(), base=None), wire.encode(sync.changes(), base=None)]

    def read_front(data: bytes) -> object:
        return snapshot.read_opening(data[: snapshot.front_bytes(data[: snapshot.PREFACE_BYTES])])

    def signed(chance: Random, raw: bytes) -> Opening:
        bent = bend_msgpack(chance, raw)
        return Opening(manifest=bent, signature=sync.HUB_SIGN.sign(Purpose.SNAPSHOT, bent), keys={})

    def believed(made: Opening) -> object:
        read = made.believe(hub=sync.TAG, key=sync.HUB_SIGN.verify_key)
        return read.name, read.offsets()

    def locked(chance: Random, body: bytes) -> tuple[bytes, Manifest]:
        bent = bend_msgpack(chance, body) if chance.random() < 0.9 else bend_bytes(chance, body)
        block = lock_part(wire.compress(bent), key, number=0)
        return block, replace(manifest, sizes=(len(block),), hashes=(snapshot.block_hash(block),))

    def opened(pair: tuple[bytes, Manifest]) -> object:
        return list(snapshot.open_block(pair[0], pair[1], key, number=0).changes())

    return [
        Target(name="front of a list", seeds=[*files, front], bend=bend_bytes, read=read_front, share=4),
        Target(name="manifest of a list, signed", seeds=[opening.manifest], bend=signed, read=believed),
        Target(name="block of a list, locked", seeds=bodies, bend=locked, read=opened, share=6),
    ]
