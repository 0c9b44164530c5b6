"""A whole list in one file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from nacl.exceptions import CryptoError
from nacl.secret import SecretBox

from tests.second_reader.body import Change, Schema, decode, unpacked
from tests.second_reader.bundle import believe, unseal
from tests.second_reader.plain import Refused, blake, fits, need, read_varint, unpack

LABEL = b"karaula/snapshot/1\0"
OPENING_MAX = 4 << 20
MANIFEST = (int, bytes, int, str, int, bytes, int, int, int, bytes, list, bytes)


@dataclass(frozen=True)
class Snapshot:
    name: bytes
    manifest: list[Any]
    content_key: bytes
    changes: list[Change]


def read_snapshot(
    raw: bytes, *, node: int, box: bytes, hub: bytes, hub_key: bytes, schema: Schema
) -> Snapshot:
    """A file as its reader takes it: front, signature, hub, key, then block after block."""
    need(raw.startswith(LABEL), "not_a_snapshot")
    size, at = read_varint(raw, len(LABEL))
    need(size <= OPENING_MAX, "too_large")
    need(at + size <= len(raw), "truncated")
    version, packed, signature, readers = unpack(raw[at : at + size])
    need(version == 1, "version_unknown")
    believe(hub_key, "snapshot", packed, signature)
    manifest = unpack(packed)
    need(fits(manifest, *MANIFEST) and len(manifest[11]) == 16 * len(manifest[10]), "bad_snapshot")
    need(manifest[1] == hub, "wrong_hub")
    keys = dict(readers)
    need(node in keys, "snapshot_not_for_us")
    key = unseal(box, keys[node])
    need(blake(16, b"karaula/snapshot-key\0", key) == manifest[9], "cannot_open")
    bodies = _blocks(raw[at + size :], manifest, key)
    changes = [change for body in bodies for change in decode(body, base=None, schema=schema)]
    return Snapshot(blake(16, packed), manifest, key, changes)


def _blocks(raw: bytes, manifest: list[Any], key: bytes) -> Iterator[bytes]:
    """The body of each block."""
    sizes, hashes = manifest[10], manifest[11]
    at = 0
    for number, size in enumerate(sizes):
        block = raw[at : at + size]
        need(len(block) == size, "truncated")
        told = hashes[16 * number : 16 * number + 16]
        need(blake(16, b"karaula/snapshot-block\0", block) == told, "block_damaged")
        try:
            nonce = b"karaula/part/1\0\0" + number.to_bytes(8, "big")
            yield unpacked(SecretBox(key).decrypt(block, nonce))
        except CryptoError:
            raise Refused("cannot_open") from None
        at += size
    need(at == len(raw), "trailing_bytes")
