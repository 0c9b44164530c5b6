"""A bundle: a run of one feed's changes, compressed, padded, sealed to the hub, signed, chained.

    bundle = header ‖ sealed ‖ signature(64)
    header = version(1) ‖ hub(4) ‖ prekey id ‖ feed ‖ first seq ‖ count      (varints)
    sealed = SealedBox(prekey, header ‖ H_before(16) ‖ payload ‖ 0x80 00…)
    H_n    = BLAKE2b-16(H_before ‖ feed ‖ first seq ‖ count ‖ body)

`payload` is the compressed `body` (see `wire`). Invariants
* The signature covers header and sealed bytes as received, so a bundle verifies alone.
* The header stands inside the seal again: someone else's signature on our sealed bytes is refused.
* The chain is over *content*: the same content sealed to a newer prekey is no fork.
* Padding hides the exact length: 64 bytes a step, 16 in the urgent lane.
Must not know: storage, which bundles are wanted, who may send.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from shared import varint, wire
from shared.crypto import HASH_BYTES, SIGNATURE_BYTES, BoxKey, Purpose, SealKey, SigningKey, VerifyKey, digest
from shared.errors import BundleError, WireError
from shared.ids import Dot, Feed, Lane, Node, Seq, lane_of_feed, make_dot, node_of_feed
from shared.limits import (
    BUNDLE_MAX_BYTES,
    BUNDLE_MAX_CHANGES,
    NODE_MAX,
    PAD_STEP_ROUTINE_BYTES,
    PAD_STEP_URGENT_BYTES,
    SEQ_MAX,
)

VERSION: Final = 1
HUB_BYTES: Final = 4
_PAD: Final = b"\x80"
_DAMAGED = "The bytes were damaged on the way; send the bundle again from the node."


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """Who wrote which run of changes, and for whom. Public, and repeated inside the seal.

    `hub` is the first 4 bytes of the hub identity's hash: enough to tell a stray bundle early
    (the seal itself is what binds it to the hub).
    """

    hub: bytes
    prekey: int
    feed: Feed
    first: Seq
    count: int

    @property
    def last(self) -> Seq:
        return Seq(self.first + self.count - 1)

    @property
    def node(self) -> Node:
        return node_of_feed(self.feed)

    @property
    def lane(self) -> Lane:
        return lane_of_feed(self.feed)

    @property
    def base(self) -> Dot:
        """The dot of the first change."""
        return make_dot(self.feed, self.first)

    def encode(self) -> bytes:
        return bytes((VERSION,)) + self.hub + varint.put(self.prekey) + self.run()

    def run(self) -> bytes:
        """The part that belongs to the content, and so to the chain."""
        return varint.put(self.feed) + varint.put(self.first) + varint.put(self.count)


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """What was inside: the decompressed body, the chain hash it builds on, and its own."""

    header: Header
    before: bytes
    chain: bytes
    body: bytes


def hub_tag(verify_key: VerifyKey) -> bytes:
    """The 4 bytes by which headers name a hub."""
    return digest(b"karaula/hub\0", verify_key.raw, size=HUB_BYTES)


def chain_start(feed: Feed) -> bytes:
    """H_0 of a feed."""
    return digest(b"karaula/chain/1\0", varint.put(feed))


def chain_next(before: bytes, header: Header, body: bytes) -> bytes:
    """H_n from H_before and the content of bundle n."""
    return digest(before, header.run(), body)


def seal(
    body: bytes,
    *,
    header: Header,
    before: bytes,
    prekey: SealKey,
    signer: SigningKey,
    payload: bytes | None = None,
) -> bytes:
    """Make the bundle's bytes. Pass `payload` (the compressed body) where it is at hand."""
    inner = header.encode() + before + (wire.compress(body) if payload is None else payload) + _PAD
    step = PAD_STEP_URGENT_BYTES if header.lane is Lane.URGENT else PAD_STEP_ROUTINE_BYTES
    inner += bytes(-len(inner) % step)
    signed = header.encode() + prekey.seal(inner)
    return signed + signer.sign(Purpose.BUNDLE, signed)


def read_header(raw: bytes) -> Header:
    """The header of received bytes, before anything is believed.

    Raises BundleError `bundle_too_large`, `truncated`, `version_unknown`; WireError for a
    damaged number.
    """
    return _split(raw)[0]


def verify(raw: bytes, key: VerifyKey) -> Header:
    """Check the signature over the received bytes; returns the header it covers.

    Raises TrustError `bad_signature`, and what `read_header` raises.
    """
    header, _ = _split(raw)
    key.verify(Purpose.BUNDLE, raw[:-SIGNATURE_BYTES], raw[-SIGNATURE_BYTES:])
    return header


def open_bundle(raw: bytes, prekey: BoxKey) -> Opened:
    """Unseal a verified bundle and check what is inside against its header.

    Raises BundleError `cannot_open`, `header_mismatch`, `bad_padding`; WireError from the payload.
    """
    header, at = _split(raw)
    inner = prekey.open(raw[at:-SIGNATURE_BYTES])
    outer = header.encode()
    if not inner.startswith(outer):
        raise BundleError(
            "header_mismatch",
            "the header inside is not the one outside",
            hint="Someone re-signed another's bundle.",
        )
    start = len(outer) + HASH_BYTES
    end = inner.rstrip(b"\0")
    if not end.endswith(_PAD) or len(end) <= start:
        raise BundleError("bad_padding", "the padding is damaged", hint=_DAMAGED)
    before, body = inner[len(outer) : start], wire.decompress(end[start:-1])
    return Opened(header=header, before=before, chain=chain_next(before, header, body), body=body)


def _split(raw: bytes) -> tuple[Header, int]:
    """(header, offset of the sealed part) of received bytes."""
    if len(raw) > BUNDLE_MAX_BYTES:
        raise BundleError(
            "bundle_too_large", "the bundle is larger than any may be", hint="Cut smaller bundles."
        )
    if len(raw) < 1 + HUB_BYTES + SIGNATURE_BYTES:
        raise BundleError("truncated", "the bundle is cut short", hint=_DAMAGED)
    if raw[0] != VERSION:
        raise BundleError(
            "version_unknown", "this bundle speaks another version", hint="Upgrade whichever side is older."
        )
    prekey, at = varint.take(raw, 1 + HUB_BYTES)
    feed, at = varint.take(raw, at)
    first, at = varint.take(raw, at)
    count, at = varint.take(raw, at)
    lane_of_feed(feed)
    node = node_of_feed(feed)
    if not 0 < node <= NODE_MAX or not 0 < count <= BUNDLE_MAX_CHANGES or not 0 < first <= SEQ_MAX - count:
        raise WireError("bad_header", "the header names an impossible run", hint=_DAMAGED)
    header = Header(hub=raw[1 : 1 + HUB_BYTES], prekey=prekey, feed=Feed(feed), first=Seq(first), count=count)
    return header, at
