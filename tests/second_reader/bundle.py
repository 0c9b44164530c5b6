"""Bundles, segments and their chains."""

from __future__ import annotations

from dataclasses import dataclass

from nacl.exceptions import BadSignatureError, CryptoError
from nacl.public import PrivateKey, SealedBox
from nacl.signing import VerifyKey

from tests.second_reader.body import Change, Schema, decode, unpacked
from tests.second_reader.plain import Refused, blake, fits, need, read_varint, unpack, varint

SIGNATURE, CHAIN, SEALED = 64, 16, 48
CHAIN_START = bytes(CHAIN)


def believe(key: bytes, label: str, signed: bytes, signature: bytes) -> None:
    """Refuse what was not signed for this purpose."""
    try:
        VerifyKey(key).verify(f"karaula/{label}/1\0".encode() + signed, signature)
    except (BadSignatureError, ValueError):
        raise Refused("bad_signature") from None


def unseal(private: bytes, sealed: bytes) -> bytes:
    try:
        return SealedBox(PrivateKey(private)).decrypt(sealed)
    except (CryptoError, ValueError):
        raise Refused("cannot_open") from None


def hub_tag(verify_key: bytes) -> bytes:
    return blake(4, b"karaula/hub\0", verify_key)


@dataclass(frozen=True)
class Header:
    hub: bytes
    prekey: int
    feed: int
    first: int
    count: int

    @property
    def base(self) -> int:
        return self.feed << 40 | self.first


def read_header(raw: bytes) -> tuple[Header, int]:
    """The header, and where the sealed part begins."""
    need(len(raw) > SIGNATURE + SEALED, "truncated")
    need(raw[0] == 1, "version_unknown")
    numbers, at = [], 5
    for _ in range(4):
        number, at = read_varint(raw, at)
        numbers.append(number)
    header = Header(raw[1:5], *numbers)
    need(header.feed % 4 < 3 and header.feed < 1 << 23, "bad_header")
    need(header.first >= 1 and 1 <= header.count <= 2000, "bad_header")
    need(header.first + header.count <= 1 << 40, "bad_header")
    return header, at


def chain_start(feed: int) -> bytes:
    return blake(CHAIN, b"karaula/chain/1\0", varint(feed))


def chain_next(before: bytes, header: Header, body: bytes) -> bytes:
    return blake(CHAIN, before, varint(header.feed), varint(header.first), varint(header.count), body)


@dataclass(frozen=True)
class Bundle:
    header: Header
    before: bytes
    chain: bytes
    body: bytes
    changes: list[Change]


def open_bundle(raw: bytes, *, node_key: bytes, prekey: bytes, schema: Schema) -> Bundle:
    """A bundle as the hub opens it: header, signature, seal, header again, padding, body, chain."""
    header, at = read_header(raw)
    believe(node_key, "bundle", raw[:-SIGNATURE], raw[-SIGNATURE:])
    inside = unseal(prekey, raw[at:-SIGNATURE])
    need(inside.startswith(raw[:at]), "header_mismatch")
    content = inside[at:].rstrip(b"\0")
    need(content.endswith(b"\x80"), "bad_padding")
    before, payload = content[:CHAIN], content[CHAIN:-1]
    need(len(before) == CHAIN, "truncated")
    body = unpacked(payload)
    changes = decode(body, base=header.base, schema=schema)
    need(len(changes) == header.count, "count_mismatch")
    return Bundle(header, before, chain_next(before, header, body), body, changes)


@dataclass(frozen=True)
class Segment:
    generation: int
    scope: str
    first: int
    last: int
    before: bytes
    chain: bytes
    changes: list[Change]


def read_segment(raw: bytes, signature: bytes, *, hub: bytes, hub_key: bytes, schema: Schema) -> Segment:
    """A signed run of one scope's log."""
    believe(hub_key, "segment", raw, signature)
    parts = unpack(raw)
    need(fits(parts, int, bytes, int, str, int, int, bytes, bytes), "bad_segment")
    version, tag, generation, scope, first, last, before, payload = parts
    need(version == 1, "version_unknown")
    need(tag == hub, "wrong_hub")
    need(1 <= first <= last and len(before) == CHAIN, "bad_segment")
    changes = decode(unpacked(payload), base=None, schema=schema)
    need(len(changes) == last - first + 1, "bad_segment")
    return Segment(generation, scope, first, last, before, segment_chain(before, raw), changes)


def segment_chain(before: bytes, raw: bytes) -> bytes:
    return blake(CHAIN, before, raw)
