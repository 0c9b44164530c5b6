"""Bundles: whatever is not exactly what its node sealed for this hub is refused with a code."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared import bundle, varint, wire
from shared.bundle import Header
from shared.change import Change, named
from shared.clock import Stamp
from shared.crypto import HASH_BYTES, SIGNATURE_BYTES, BoxKey, Purpose, SigningKey
from shared.errors import BundleError, RemoteError, TrustError, WireError
from shared.ids import SYSTEM, Lane, RecordId, Seq, feed_of, make_dot
from shared.limits import BUNDLE_MAX_BYTES, NODE_MAX, PAD_STEP_ROUTINE_BYTES, PAD_STEP_URGENT_BYTES
from shared.schema import Kind

NODE, OTHER_NODE = SigningKey(b"\1" * 32), SigningKey(b"\2" * 32)
PREKEY, OTHER_PREKEY = BoxKey(b"\3" * 32), BoxKey(b"\4" * 32)
HUB = bundle.hub_tag(SigningKey(b"\5" * 32).verify_key)
FEED = feed_of(5, Lane.ROUTINE)


def header(feed: int = FEED, first: int = 1, count: int = 1) -> Header:
    return Header(hub=HUB, prekey=3, feed=feed_of(feed >> 2, Lane(feed & 3)), first=Seq(first), count=count)


def body(of: Header) -> bytes:
    changes = [
        Change(
            dot=make_dot(of.feed, seq), record=RecordId(make_dot(of.feed, seq)), kind=Kind.CHECK,
            stamp=Stamp(seq), author=SYSTEM, fields=named(Kind.CHECK, {"owner": "BA", "surname": "ANIĆ"}),
        )
        for seq in range(of.first, of.last + 1)
    ]  # fmt: skip
    return wire.encode(changes, base=of.base)


def sealed(of: Header | None = None, *, before: bytes | None = None, plain: bytes | None = None) -> bytes:
    of = of or header()
    return bundle.seal(
        body(of) if plain is None else plain,
        header=of,
        before=bundle.chain_start(of.feed) if before is None else before,
        prekey=PREKEY.seal_key,
        signer=NODE,
    )


def take(raw: bytes) -> bundle.Opened:
    """What the hub does with received bytes, in its order."""
    bundle.read_header(raw)
    bundle.verify(raw, NODE.verify_key)
    return bundle.open_bundle(raw, PREKEY)


def test_a_bundle_opens_to_what_was_sealed() -> None:
    """Header, body and chain come out; the chain is over content."""
    of = header(count=3)
    opened = take(sealed(of))
    assert (opened.header, opened.body) == (of, body(of))
    assert opened.before == bundle.chain_start(FEED)
    assert opened.chain == bundle.chain_next(opened.before, of, opened.body)


def test_every_flipped_bit_is_refused_with_a_code() -> None:
    """All bits of a whole bundle, header to signature: none is slack, none makes the reader stumble."""
    raw = sealed()
    for bit in range(len(raw) * 8):
        damaged = bytearray(raw)
        damaged[bit // 8] ^= 1 << (bit % 8)
        with pytest.raises(RemoteError) as refused:
            take(bytes(damaged))
        assert refused.value.code
        assert refused.value.hint


def test_every_truncation_is_refused_with_a_code() -> None:
    """Cut anywhere, or with a byte more, it is no bundle."""
    raw = sealed()
    for size in range(len(raw)):
        with pytest.raises(RemoteError):
            take(raw[:size])
    with pytest.raises(RemoteError):
        take(raw + b"\0")


@given(st.binary(max_size=300))
def test_random_bytes_are_refused_with_a_code(raw: bytes) -> None:
    """Noise is a peer's fault, never ours."""
    with pytest.raises(RemoteError):
        take(raw)
    with pytest.raises(RemoteError):
        take(bytes((bundle.VERSION,)) + HUB + raw)


def test_another_nodes_signature_on_our_sealed_bytes_is_refused() -> None:
    """A thief who puts their own header and signature on another's seal is found by the header inside."""
    raw = sealed()
    ours = header().encode()
    assert raw.startswith(ours)
    theirs = header(feed=feed_of(6, Lane.ROUTINE)).encode()
    signed = theirs + raw[len(ours) : -SIGNATURE_BYTES]
    stolen = signed + OTHER_NODE.sign(Purpose.BUNDLE, signed)
    bundle.verify(stolen, OTHER_NODE.verify_key)  # the signature alone would pass
    with pytest.raises(BundleError, match="header_mismatch"):
        bundle.open_bundle(stolen, PREKEY)


@pytest.mark.parametrize("field", ["prekey", "first", "count"])
def test_a_node_cannot_move_its_own_seal(field: str) -> None:
    """Even the author cannot pass sealed content off as another run."""
    raw, of = sealed(header(count=2)), header(count=2)
    moved = replace(of, **{field: getattr(of, field) + 1}).encode()
    signed = moved + raw[len(of.encode()) : -SIGNATURE_BYTES]
    with pytest.raises(BundleError, match="header_mismatch"):
        take(signed + NODE.sign(Purpose.BUNDLE, signed))


def test_a_bundle_for_another_hub_does_not_open() -> None:
    """Sealed to another hub's prekey it stays shut, and the tag tells so before."""
    raw = bundle.seal(
        body(header()), header=replace(header(), hub=b"else"), before=bundle.chain_start(FEED),
        prekey=OTHER_PREKEY.seal_key, signer=NODE,
    )  # fmt: skip
    assert bundle.read_header(raw).hub != HUB
    with pytest.raises(BundleError, match="cannot_open"):
        take(raw)


def test_a_reseal_keeps_the_chain() -> None:
    """Another prekey makes other bytes of the same content: the same chain, so no fork."""
    of = header(count=2)
    newer = replace(of, prekey=4)
    again = bundle.seal(
        body(of), header=newer, before=bundle.chain_start(FEED), prekey=OTHER_PREKEY.seal_key, signer=NODE
    )
    bundle.verify(again, NODE.verify_key)
    assert bundle.open_bundle(again, OTHER_PREKEY).chain == take(sealed(of)).chain


def test_another_content_at_one_seq_is_another_chain() -> None:
    """A cloned node shows: its bundle of the same run has another hash."""
    of = header()
    fork = replace(header(), first=of.first)
    one = take(sealed(of))
    other = take(sealed(fork, plain=wire.encode([], base=None)))
    assert one.chain != other.chain


def test_the_chain_covers_place_and_past() -> None:
    """The same body elsewhere in the feed, in another feed, or after another past hashes otherwise."""
    of, plain = header(count=2), body(header(count=2))
    start = bundle.chain_start(FEED)
    chains = {
        bundle.chain_next(start, of, plain),
        bundle.chain_next(start, replace(of, first=Seq(3)), plain),
        bundle.chain_next(start, replace(of, count=3), plain),
        bundle.chain_next(start, replace(of, feed=feed_of(6, Lane.ROUTINE)), plain),
        bundle.chain_next(bundle.chain_start(feed_of(6, Lane.ROUTINE)), of, plain),
    }
    assert len(chains) == 5


@pytest.mark.parametrize(
    ("lane", "step"), [(Lane.URGENT, PAD_STEP_URGENT_BYTES), (Lane.ROUTINE, PAD_STEP_ROUTINE_BYTES)]
)
def test_the_length_tells_only_the_step(lane: Lane, step: int) -> None:
    """Over bodies of every length in a range, a bundle's size takes one value a step."""
    of = header(feed=feed_of(5, lane))
    plain = body(of)
    noise = [NODE.sign(Purpose.HEAD, bytes((i,))) for i in range(3)]
    sizes = set()
    for size in range(2 * step):
        raw = bundle.seal(plain, header=of, before=bytes(HASH_BYTES), prekey=PREKEY.seal_key, signer=NODE,
                          payload=b"\0" + b"".join(noise)[:size])  # fmt: skip
        sizes.add(len(raw))
    assert len(sizes) <= 3
    assert {later - sooner for sooner, later in zip(sorted(sizes), sorted(sizes)[1:], strict=False)} == {step}


@pytest.mark.parametrize("tail", [b"", b"\0\0", b"\x80", b"\x80\0", b"\0\x80\0\x80"])
def test_a_payload_may_end_in_what_looks_like_padding(tail: bytes) -> None:
    """Zeros and marks at the end of the content are content."""
    plain = body(header()) + tail
    raw = bundle.seal(plain, header=header(), before=bytes(HASH_BYTES), prekey=PREKEY.seal_key, signer=NODE,
                      payload=b"\0" + plain)  # fmt: skip
    assert take(raw).body == plain


@pytest.mark.parametrize("inner", ["nothing", "no mark", "only zeros", "no payload"])
def test_bad_padding_is_refused(inner: str) -> None:
    """A seal without its end mark, or without content, is damaged."""
    plain = header().encode() + bytes(HASH_BYTES)
    plain = {
        "nothing": header().encode(),
        "no mark": plain + b"\1",
        "only zeros": plain + bytes(9),
        "no payload": plain[:-1] + b"\x80",
    }[inner]
    signed = header().encode() + PREKEY.seal_key.seal(plain)
    with pytest.raises(RemoteError, match=r"bad_padding|truncated"):
        take(signed + NODE.sign(Purpose.BUNDLE, signed))


def start(*values: int) -> bytes:
    """A header's bytes with these numbers."""
    return bytes((bundle.VERSION,)) + HUB + b"".join(varint.put(value) for value in values)


BAD_HEADERS = [
    (start(1, (NODE_MAX + 1) << 2, 1, 1), "bad_header"),
    (start(1, 1, 1, 1), "bad_header"),  # node 0
    (start(1, (5 << 2) | 3, 1, 1), "bad_lane"),
    (start(1, FEED, 0, 1), "bad_header"),
    (start(1, FEED, 1, 0), "bad_header"),
    (start(1, FEED, 1, 1 << 40), "bad_header"),
    (start(1, FEED, (1 << 40) - 1, 2), "bad_header"),
    (start() + b"\x81\0" + start(FEED, 1, 1)[5:], "bad_varint"),
    (start() + b"\xff" * 10, "bad_varint"),
    (bytes((bundle.VERSION + 1,)) + start(1, FEED, 1, 1)[1:], "version_unknown"),
]


@pytest.mark.parametrize(("first", "code"), BAD_HEADERS)
def test_an_impossible_header_is_refused_before_anything_else(first: bytes, code: str) -> None:
    """Numbers out of range or in a longer form than needed are named as such."""
    with pytest.raises((BundleError, WireError), match=code):
        bundle.read_header(first + bytes(SIGNATURE_BYTES))


def test_a_giant_is_refused_unread() -> None:
    """Size is checked first."""
    with pytest.raises(BundleError, match="bundle_too_large"):
        bundle.read_header(bytes(BUNDLE_MAX_BYTES + 1))


def test_a_signature_of_another_purpose_is_none() -> None:
    """The node's own signature under a hello does not make a bundle."""
    raw = sealed()[:-SIGNATURE_BYTES]
    with pytest.raises(TrustError, match="bad_signature"):
        take(raw + NODE.sign(Purpose.HELLO, raw))


def test_private_tags_tell_hubs_apart() -> None:
    """Four bytes, the same for one hub, other ones for another."""
    assert len(HUB) == bundle.HUB_BYTES
    assert bundle.hub_tag(NODE.verify_key) != HUB
