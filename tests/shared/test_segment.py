"""Segments: signed runs of a scope that a reader can trust or name as foreign."""

from __future__ import annotations

import pytest

from shared import segment, wire
from shared.change import Change, named
from shared.clock import Stamp
from shared.crypto import HASH_BYTES, Purpose, SigningKey
from shared.errors import RemoteError, SessionError, TrustError, WireError
from shared.ids import SYSTEM, Lane, RecordId, feed_of, make_dot
from shared.schema import Kind

HUB_KEY = SigningKey(b"\5" * 32)
HUB = b"hub!"


def alert(seq: int, node: int = 9) -> Change:
    dot = make_dot(feed_of(node, Lane.URGENT), seq)
    return Change(
        dot=dot, record=RecordId(dot), kind=Kind.ALERT, stamp=Stamp(seq), author=SYSTEM,
        fields=named(Kind.ALERT, {"owner": "BA", "surname": "ANIĆ", "status": "active"}),
    )  # fmt: skip


def cut(count: int = 2, *, hub: bytes = HUB, first: int = 1) -> tuple[bytes, bytes]:
    changes = [alert(7), alert(3, node=4), alert(8)][:count]
    return segment.cut(changes, hub=hub, generation=1, scope="all", first=first,
                       before=segment.CHAIN_START, signer=HUB_KEY)  # fmt: skip


def read(raw: bytes, signature: bytes) -> segment.Segment:
    return segment.read(raw, signature, hub=HUB, key=HUB_KEY.verify_key)


def test_a_segment_reads_back_in_order() -> None:
    """Changes of several feeds keep the log's order, and the chain is over the bytes as signed."""
    raw, signature = cut(3, first=4)
    found = read(raw, signature)
    assert found.changes == (alert(7), alert(3, node=4), alert(8))
    assert (found.generation, found.scope, found.first, found.last) == (1, "all", 4, 6)
    assert found.chain == segment.chain_next(segment.CHAIN_START, raw)


def test_every_flipped_bit_and_truncation_is_refused() -> None:
    """Bytes and signature: nothing in them is slack."""
    raw, signature = cut()
    for bit in range(len(raw) * 8):
        damaged = bytearray(raw)
        damaged[bit // 8] ^= 1 << (bit % 8)
        with pytest.raises(TrustError, match="bad_signature"):
            read(bytes(damaged), signature)
    for size in range(len(raw)):
        with pytest.raises(TrustError, match="bad_signature"):
            read(raw[:size], signature)


def test_another_signer_is_refused() -> None:
    """Only the hub this node is set to may feed it."""
    raw, _ = cut()
    with pytest.raises(TrustError, match="bad_signature"):
        read(raw, SigningKey(b"\6" * 32).sign(Purpose.SEGMENT, raw))


def test_a_segment_of_another_hub_is_foreign() -> None:
    """The same key under another hub's tag is named, not applied."""
    with pytest.raises(SessionError, match="wrong_hub"):
        read(*cut(hub=b"else"))


def signed(*fields: object) -> tuple[bytes, bytes]:
    raw = wire.pack([*fields])
    return raw, HUB_KEY.sign(Purpose.SEGMENT, raw)


BEFORE = bytes(HASH_BYTES)
PAYLOAD = wire.compress(wire.encode([alert(1)], base=None))
EMPTY = wire.compress(wire.encode([], base=None))


@pytest.mark.parametrize(
    "fields",
    [
        (2, HUB, 1, "all", 1, 1, BEFORE, PAYLOAD),
        (1, HUB, 1, "all", 1, 2, BEFORE, PAYLOAD),
        (1, HUB, 1, "all", 0, 0, BEFORE, PAYLOAD),
        (1, HUB, 1, "all", 1, 1, BEFORE[1:], PAYLOAD),
        (1, HUB, 1, "all", 1, 0, BEFORE, EMPTY),
        (1, HUB, 1, b"all", 1, 1, BEFORE, PAYLOAD),
        (1, HUB, 1, "all", 1, 1, BEFORE),
    ],
    ids=["version", "too few", "from zero", "short hash", "empty", "scope type", "a field missing"],
)
def test_a_misshapen_segment_is_refused_though_signed(fields: tuple[object, ...]) -> None:
    """Even the hub's own signature does not excuse positions that do not add up."""
    with pytest.raises(WireError, match="bad_segment"):
        assert read(*signed(*fields)).changes


@pytest.mark.parametrize("payload", [b"", b"\xff", PAYLOAD[:-1]])
def test_a_payload_that_does_not_decode_is_refused(payload: bytes) -> None:
    """Whatever is wrong inside is a peer's coded fault."""
    with pytest.raises(RemoteError):
        assert read(*signed(1, HUB, 1, "all", 1, 1, BEFORE, payload)).changes
