"""A snapshot: a scope's whole list as it stood at one position, in one file, made once for all readers.

Job: the file's format. It is encrypted once under a content key of its own; that key is sealed to
each node that may have the list. The hub signs the manifest, which names every block by its hash:
so a file is believed wherever it comes from, and each block is verified before it is used.

    file     = label ‖ varint(length) ‖ opening ‖ block …
    opening  = pack([1, manifest, signature, [[node, SealedBox(content key)] …]])
    manifest = pack([1, hub tag, generation, scope, position, chain(16), made ms, records, changes,
                     key check(16), [size of each block …], hash(16) of each block, one after the other])
    block i  = secretbox(content key, number i, payload)

A payload is a compressed body (`shared.wire`) whose changes carry their dots; changes of one record
stand together, the creating one first, records ascending.
Invariants: a block opens in its own place only; nothing is decoded that the signature does not cover;
who was sealed a key can read this file and no other. The keys are outside the signature: sealing
needs no secret, and a wrong key is told by the manifest's key check.
Must not know: where the file lies, what is done with the changes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from typing import Final

from shared import varint, wire
from shared.change import Change
from shared.crypto import (
    HASH_BYTES,
    KEY_BYTES,
    BoxKey,
    Purpose,
    SealKey,
    SigningKey,
    VerifyKey,
    digest,
    lock_part,
    unlock_part,
)
from shared.errors import BundleError, SessionError, TrustError, WireError
from shared.limits import (
    CODE_MAX_CHARS,
    COUNT_MAX,
    MOMENT_MAX_MS,
    SNAPSHOT_BLOCK_MAX_BYTES,
    SNAPSHOT_MAX_BLOCKS,
    SNAPSHOT_MAX_KEYS,
    SNAPSHOT_OPENING_MAX_BYTES,
)
from shared.wire import Batch

VERSION: Final = 1
LABEL: Final = b"karaula/snapshot/1\0"
PREFACE_BYTES: Final = len(LABEL) + 4
"""What must be read of a file to know how long its opening is: the label and the longest varint allowed."""

_AGAIN: Final = "The file was damaged or is not whole; fetch or copy it again from the source."


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What a snapshot is: whose, of what, as of when, and how it is cut. `records` counts what it holds."""

    hub: bytes
    generation: int
    scope: str
    position: int
    chain: bytes
    made_ms: int
    records: int
    changes: int
    key_check: bytes
    sizes: tuple[int, ...]
    hashes: tuple[bytes, ...]

    def pack(self) -> bytes:
        """The bytes that are signed."""
        return wire.pack(
            [VERSION, self.hub, self.generation, self.scope, self.position, self.chain, self.made_ms,
             self.records, self.changes, self.key_check, list(self.sizes), b"".join(self.hashes)]
        )  # fmt: skip

    def offsets(self) -> tuple[int, ...]:
        """Where each block begins, counted from the first; one more entry than blocks: the end."""
        return tuple(accumulate(self.sizes, initial=0))

    @property
    def name(self) -> bytes:
        """What tells one snapshot from every other."""
        return digest(self.pack())


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """The front of a file: the manifest as signed, and the sealed content key of each reader by node."""

    manifest: bytes
    signature: bytes
    keys: Mapping[int, bytes] = field(repr=False)

    def write(self) -> bytes:
        """The file's front: label, length, opening. Raises WireError `too_many_readers`."""
        if len(self.keys) > SNAPSHOT_MAX_KEYS:
            raise WireError("too_many_readers", "too many nodes for one file", hint="Make one a country.")
        keys = [[node, sealed] for node, sealed in sorted(self.keys.items())]
        opening = wire.pack([VERSION, self.manifest, self.signature, keys])
        return LABEL + varint.put(len(opening)) + opening

    def believe(self, *, hub: bytes, key: VerifyKey) -> Manifest:
        """The manifest, once it is the hub's. Raises TrustError, WireError, SessionError `wrong_hub`."""
        key.verify(Purpose.SNAPSHOT, self.manifest, self.signature)
        manifest = _read_manifest(self.manifest)
        if manifest.hub != hub:
            raise SessionError(
                "wrong_hub", "the snapshot is another hub's", hint="Check which hub this node is set to."
            )
        return manifest

    def content_key(self, manifest: Manifest, *, node: int, box: BoxKey) -> bytes:
        """This node's way in. Raises TrustError `snapshot_not_for_us`, BundleError `cannot_open`."""
        sealed = self.keys.get(node)
        if sealed is None:
            raise TrustError(
                "snapshot_not_for_us",
                "the snapshot was not made for this node",
                hint="Have the centre write its keys again: every admitted node of that list gets one.",
            )
        key = box.open(sealed)
        if key_check(key) != manifest.key_check:
            raise BundleError("cannot_open", "the sealed key is not this snapshot's", hint=_AGAIN)
        return key


def front_bytes(preface: bytes) -> int:
    """How many bytes stand before the first block, from a file's first `PREFACE_BYTES` (or all it has).

    Raises WireError `not_a_snapshot`, `truncated`, `too_large`.
    """
    if not preface.startswith(LABEL[: len(preface)]):
        raise WireError(
            "not_a_snapshot", "this file is no snapshot of a list", hint="Choose the file the centre made."
        )
    if len(preface) <= len(LABEL):
        raise WireError("truncated", "the snapshot's front is not whole", hint=_AGAIN)
    length, at = varint.take(preface, len(LABEL))
    if length > SNAPSHOT_OPENING_MAX_BYTES:
        raise WireError("too_large", "the snapshot's front is longer than it may be", hint=_AGAIN)
    return at + length


def read_opening(front: bytes) -> Opening:
    """The opening of a file's front. Raises WireError; nothing in it is believed yet."""
    end = front_bytes(front[:PREFACE_BYTES])
    if len(front) != end:
        raise WireError("truncated", "the snapshot's front is not whole", hint=_AGAIN)
    _, at = varint.take(front, len(LABEL))
    match wire.unpack(front[at:], max_bytes=SNAPSHOT_OPENING_MAX_BYTES):
        case [1, bytes() as manifest, bytes() as signature, list() as pairs]:
            return Opening(manifest=manifest, signature=signature, keys=_keys(pairs))
        case _:
            raise _unknown_shape()


def sign(manifest: Manifest, signer: SigningKey, keys: Mapping[int, bytes]) -> Opening:
    """The opening the hub vouches for. `keys` come from `seal_key_to`."""
    raw = manifest.pack()
    return Opening(manifest=raw, signature=signer.sign(Purpose.SNAPSHOT, raw), keys=keys)


def seal_key_to(key: bytes, reader: SealKey) -> bytes:
    """The content key so that one node alone can open it."""
    return reader.seal(key)


def key_check(key: bytes) -> bytes:
    """What the manifest says of the content key, so that a wrong one is told at once."""
    return digest(b"karaula/snapshot-key\0", key)


def block_hash(block: bytes) -> bytes:
    """How the manifest names a block."""
    return digest(b"karaula/snapshot-block\0", block)


def seal_block(changes: Sequence[Change], key: bytes, *, number: int) -> bytes:
    """One block. Raises WireError with a code of `wire.TOO_MUCH` where it must take fewer changes."""
    block = lock_part(wire.compress(wire.encode(changes, base=None)), key, number=number)
    if len(block) > SNAPSHOT_BLOCK_MAX_BYTES:
        raise WireError("too_large", "these changes are too many for one block", hint="Cut smaller blocks.")
    return block


def open_block(block: bytes, manifest: Manifest, key: bytes, *, number: int) -> Batch:
    """Verify and decode block `number`. Raises WireError, BundleError, TrustError `block_damaged`."""
    if len(block) != manifest.sizes[number]:
        raise WireError("truncated", "the snapshot ends too early", hint=_AGAIN)
    if block_hash(block) != manifest.hashes[number]:
        raise TrustError(
            "block_damaged", f"block {number + 1} of the snapshot is not what the hub signed", hint=_AGAIN
        )
    return wire.decode(wire.decompress(unlock_part(block, key, number=number)), base=None)


def _read_manifest(raw: bytes) -> Manifest:
    match wire.unpack(raw, max_bytes=SNAPSHOT_OPENING_MAX_BYTES):
        case [
            1, bytes() as hub, int() as generation, str() as scope, int() as position, bytes() as chain,
            int() as made_ms, int() as records, int() as changes, bytes() as check, list() as sizes,
            bytes() as hashes,
        ]:  # fmt: skip
            pass
        case _:
            raise _unknown_shape()
    numbers = (generation, position, made_ms, records, changes)
    sound = (
        all(type(number) is int and 0 <= number <= COUNT_MAX for number in numbers)
        and made_ms <= MOMENT_MAX_MS
        and len(scope) <= CODE_MAX_CHARS
        and len(chain) == len(check) == HASH_BYTES
        and len(sizes) <= SNAPSHOT_MAX_BLOCKS
        and len(hashes) == HASH_BYTES * len(sizes)
        and all(type(size) is int and 0 < size <= SNAPSHOT_BLOCK_MAX_BYTES for size in sizes)
    )
    if not sound:
        raise WireError("bad_snapshot", "the snapshot's manifest does not add up", hint=_AGAIN)
    starts = range(0, len(hashes), HASH_BYTES)
    return Manifest(
        hub=hub, generation=generation, scope=scope, position=position, chain=chain, made_ms=made_ms,
        records=records, changes=changes, key_check=check, sizes=tuple(sizes),
        hashes=tuple(hashes[at : at + HASH_BYTES] for at in starts),
    )  # fmt: skip


def _keys(pairs: Sequence[object]) -> dict[int, bytes]:
    """The readers' sealed keys: at most so many, ascending, each of one length."""
    keys: dict[int, bytes] = {}
    last = -1
    for pair in pairs:
        match pair:
            case [int() as node, bytes() as sealed] if (
                last < node <= COUNT_MAX and type(node) is int and len(sealed) == _SEALED_KEY_BYTES
            ):
                keys[node] = sealed
                last = node
            case _:
                raise WireError("bad_snapshot", "the snapshot's readers do not add up", hint=_AGAIN)
    if len(keys) > SNAPSHOT_MAX_KEYS:
        raise WireError("too_many_readers", "the snapshot has more readers than it may", hint=_AGAIN)
    return keys


_SEALED_KEY_BYTES: Final = KEY_BYTES + 48


def _unknown_shape() -> WireError:
    return WireError("bad_snapshot", "the snapshot has an unknown shape", hint="Upgrade this node.")
