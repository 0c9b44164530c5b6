"""Bytes from a peer that means harm, or from a bad line: a coded `WireError`, and memory stays flat."""

from __future__ import annotations

import contextlib
import random
import struct
import tracemalloc
from collections.abc import Callable

import msgpack
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from shared import wire
from shared.dictionaries import SYMBOLS
from shared.errors import WireError
from shared.ids import Dot
from shared.limits import BODY_MAX_BYTES, MSGPACK_MAX_DEPTH
from shared.wire.bits import put_gamma, put_number, to_bytes
from shared.wire.operations import VERSION, Op
from shared.wire.payload import BLOCK, FRAME, STORED
from tests.bench.generator import Post, alerts

CHECKS = Post(seed=9).take(12)
BASE = CHECKS[0].dot
BODY = wire.encode(CHECKS, base=BASE)
PAYLOAD = wire.compress(BODY)
ROW = wire.pack_change(CHECKS[0])
LONG = 1 + max(range(len(SYMBOLS[0])), key=lambda place: len(SYMBOLS[0][place]))
FLAT_BYTES = 48 * 1024 * 1024


def code_of(decode: Callable[[], object]) -> str:
    with pytest.raises(WireError) as caught:
        decode()
    assert caught.value.hint
    return caught.value.code


def read(body: bytes) -> object:
    return [*wire.decode(body, base=BASE).changes()]


def body_of(
    layout: list[int], bits: str = "", texts: bytes = b"", extras: list[object] | None = None
) -> bytes:
    sections: list[object] = [VERSION, layout, texts, to_bytes(bits)]
    return wire.pack(sections if extras is None else [*sections, extras])


def one_row(
    *column: int, bits: str = "", texts: bytes = b"", extras: list[object] | None = None, rows: int = 1
) -> bytes:
    """A body of one table of checks with constant heads and the remark column as given."""
    heads = put_gamma(rows) + put_number(9) + put_number(0)
    return body_of([1, 1, 1, 1, Op.CONST, Op.CONST, 43, 0, *column], heads + bits, texts, extras)


# --- msgpack ---


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "truncated"),
        (b"\x91" * 100_000 + b"\xc0", "too_deep"),
        (b"\x91" * (MSGPACK_MAX_DEPTH + 1) + b"\xc0", "too_deep"),
        (b"\xdd\xff\xff\xff\xff", "too_many_items"),
        (b"\x92\xc0", "truncated"),
        (b"\xda\xff\xffabc", "truncated"),
        (b"\xc6\xff\xff\xff\xff", "truncated"),
        (b"\xc0\xc0", "trailing_bytes"),
        (b"\x82\x01\x02\x01\x03", "not_plain"),  # a map that says 1 twice
        (b"\x80", "not_plain"),
        (b"\xcb" + struct.pack(">d", float("nan")), "not_plain"),
        (b"\xca" + struct.pack(">f", 1.0), "not_plain"),
        (b"\xd6\xff\x00\x00\x00\x00", "not_plain"),  # a timestamp
        (b"\xc1", "not_plain"),  # never used in msgpack
        (b"\xcc\x01", "not_canonical"),  # 1 in two bytes
        (b"\xd1\x00\x01", "not_canonical"),
        (b"\xd9\x01a", "not_canonical"),
        (b"\xdc\x00\x00", "not_canonical"),
        (b"\xa1\xff", "not_msgpack"),  # no UTF-8
        (b"\xc4\x40" + bytes(64), "too_large"),
    ],
)
def test_what_is_not_strict_msgpack_is_refused(data: bytes, code: str):
    """Each class of fault has its own code."""
    assert code_of(lambda: wire.unpack(data, max_bytes=64 if code == "too_large" else 1 << 20)) == code


def test_the_deepest_allowed_object_passes():
    """The cap on depth is where it says."""
    obj: object = None
    for _ in range(MSGPACK_MAX_DEPTH):
        obj = [obj]
    assert wire.unpack(wire.pack(obj), max_bytes=99) == obj


@pytest.mark.parametrize(
    "obj", [{"a": 1}, 1.5, float("nan"), {1, 2}, 1 << 65, msgpack.Timestamp(1), "\ud800"]
)
def test_only_plain_objects_are_packed(obj: object):
    """What a peer would refuse is refused here."""
    packed = code_of(lambda: wire.unpack(wire.pack(obj), max_bytes=99))
    assert packed == "not_plain"


# --- payloads ---


def frame(data: bytes) -> bytes:
    return bytes((FRAME,)) + zstandard.ZstdCompressor(
        compression_params=zstandard.ZstdCompressionParameters(format=zstandard.FORMAT_ZSTD1_MAGICLESS)
    ).compress(data)


@pytest.mark.parametrize(
    ("payload", "code"),
    [
        (b"", "truncated"),
        (bytes((3,)) + b"rest", "dictionary_unknown"),
        (bytes((FRAME,)) + b"\xff" * 20, "bad_payload"),
        (bytes((BLOCK,)) + b"\x05ab", "truncated"),
        (bytes((BLOCK,)), "bad_varint"),
        (bytes((STORED,)) + bytes(BODY_MAX_BYTES + 1), "too_large"),
        (frame(bytes(BODY_MAX_BYTES + 1)), "too_large"),
        (frame(bytes(300 * 1024 * 1024)), "too_large"),
    ],
)
def test_a_bad_payload_is_refused(payload: bytes, code: str):
    """An unknown dictionary is told apart from damage, and from more than may be unpacked."""
    assert code_of(lambda: wire.decompress(payload)) == code


def test_a_bomb_costs_no_memory():
    """300 MiB in a few bytes unpack no further than the cap."""
    bomb = frame(bytes(300 * 1024 * 1024))
    tracemalloc.start()
    try:
        assert code_of(lambda: wire.decompress(bomb)) == "too_large"
        assert tracemalloc.get_traced_memory()[1] < FLAT_BYTES
    finally:
        tracemalloc.stop()


# --- bodies ---

NEVER = put_number((1 << 64) - 1)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (wire.pack(7), "bad_body"),
        (wire.pack([]), "bad_body"),
        (wire.pack([VERSION + 1, [], b"", b""]), "version_unknown"),
        (wire.pack([VERSION, [], b""]), "bad_body"),
        (wire.pack([VERSION, ["a"], b"", b""]), "bad_body"),
        (wire.pack([VERSION, [True], b"", b""]), "bad_body"),
        (wire.pack([VERSION, [1 << 13], b"", b""]), "bad_body"),
        (wire.pack([VERSION, [0], b"", b"", []]), "not_canonical"),
        (wire.pack([VERSION, 4_000, b"", b""]), "dictionary_unknown"),
        (body_of([]), "bad_column"),
        (body_of([200]), "bad_body"),
        (body_of([0], "1" * 8), "trailing_bytes"),
        (body_of([0, 0]), "trailing_bytes"),
        (body_of([0], texts=b"\x00"), "trailing_bytes"),
        (body_of([0], texts=b"\x01"), "bad_text"),
        (body_of([0], texts=b"\x00\xfd"), "not_canonical"),
        (body_of([0], texts=b"\xfd\xfd\xfd\xfd\x00"), "bad_text"),
        (body_of([0], texts=b"\xfe"), "bad_text"),  # an escape of nothing
        (body_of([1, 1, 1, 0], put_gamma(2_001)), "too_many_changes"),
        (body_of([1, 1, 1, 0], put_gamma(0)), "too_many_changes"),
        (body_of([1, 0, 1, 0], put_gamma(1)), "bad_column"),  # kind 0
        (body_of([1, 1, 2, 0], put_gamma(1)), "bad_column"),
        (body_of([1, 1, 1, 0], "0" * 400), "bad_column"),  # a number without end
        (one_row(63), "bad_column"),  # no such operation
        (one_row(Op.CONST, bits=put_number(5)), "bad_value"),  # a remark is no integer
        (one_row(Op.TEXT, 1), "bad_column"),  # no text left
        (one_row(Op.TEXT, 3), "bad_column"),  # no such script
        (one_row(Op.WORD, bits=put_gamma(100_000)), "bad_column"),
        (one_row(Op.SAME, 22), "bad_column"),  # leans on what is not there
        (one_row(Op.SINCE, 9, Op.CONST, bits=put_number(0)), "bad_column"),
        (one_row(Op.SPLIT, 49, Op.CONST, Op.CONST, bits=put_number(0) * 2), "bad_column"),
        (one_row(Op.PACK, bits=put_number(0) + put_number(65)), "bad_column"),
        (one_row(Op.PACK, bits=put_number(0) + put_number(40)), "truncated"),
        (one_row(Op.DICTIONARY, Op.CONST, Op.CONST, bits=NEVER), "too_many_cells"),
        (one_row(Op.GAPS, 1, Op.CONST, bits=NEVER), "too_many_cells"),
        (one_row(Op.GAPS, 1, Op.CONST, bits=put_number(1) + put_number(5)), "bad_column"),
        (one_row(Op.DICTIONARY, Op.CONST, Op.CONST, bits=put_number(1) + put_number(1) * 2), "bad_column"),
        (one_row(Op.LISTS, Op.CONST, Op.CONST, bits=NEVER * 2), "bad_column"),
        (one_row(Op.LISTS, Op.TEXT, 1, Op.CONST, texts=b"\xfd\x00"), "bad_column"),
        (one_row(Op.BOOLS, Op.CONST, bits=put_number(2)), "bad_column"),
        (one_row(Op.SHAPES, Op.CONST, bits=put_number(2)), "bad_column"),
        (one_row(Op.SHAPES, Op.TEXT, 1, Op.CONST, texts=b"\xfd\x00", bits=put_number(2)), "bad_shape"),
        (one_row(Op.NATIONAL, 25, Op.TEXT, 0, texts=b"\x00"), "bad_column"),
        (one_row(*[Op.REPEAT] * 40, Op.CONST), "too_deep"),
        (one_row(Op.PLAIN, extras=[7]), "bad_value"),
        (one_row(Op.PLAIN, extras=["a\0"]), "bad_value"),
        (one_row(Op.PLAIN, extras=[["a", 1]]), "bad_value"),
        (one_row(Op.PLAIN, extras=["a", "b"]), "trailing_bytes"),
        (one_row(Op.PLAIN), "bad_column"),
    ],
)
def test_a_malformed_body_is_refused(body: bytes, code: str):
    """Each way a body can lie has a code, before it costs anything."""
    assert code_of(lambda: read(body)) == code


def test_the_crafted_body_is_legal_without_its_fault():
    """The table above would prove nothing if its frame were wrong."""
    (change,) = wire.decode(one_row(Op.PLAIN, extras=["fine"]), base=BASE).changes()
    assert dict(change.fields) == {43: "fine"}


def test_tables_out_of_order_are_refused():
    """A body has one form: each kind stands once, in order."""
    order, heads = put_gamma(2), put_gamma(1) + put_number(9) + put_number(0)
    table = [1, 1, 0, Op.CONST, Op.CONST]
    assert (
        code_of(lambda: read(body_of([2, Op.BITS, *table * 2], order + "01" + heads * 2))) == "not_canonical"
    )


def test_a_feed_that_would_end_is_refused():
    """A run past the last number of its feed is nobody's."""
    end = Dot((BASE >> 40 << 40) | ((1 << 40) - 1))
    assert code_of(lambda: [*wire.decode(BODY, base=end).changes()]) == "bad_column"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        # 2,000 rows, each a list of 256 equal numbers
        (
            one_row(Op.LISTS, Op.CONST, Op.CONST, bits=put_number(256) + put_number(1), rows=2_000),
            "too_many_cells",
        ),
        # 2,000 rows, each the same three long texts
        (
            body_of(
                [1, 1, 1, 3, Op.CONST, Op.CONST]
                + [word for field in (33, 34, 43) for word in (field, 0, Op.REPEAT, Op.PLAIN)],
                put_gamma(2_000) + put_number(9) + put_number(0),
                extras=["x" * 2_000] * 3,
            ),
            "too_large",
        ),
        # each of 2,000 rows repeated 2,000 times over
        (
            body_of(
                [1, 1, 1, 2, Op.CONST, Op.CONST, 33, 0, Op.TEXT, 0, 43, 0, Op.REPEAT, Op.SAME, 33],
                put_gamma(2_000) + put_number(9) + put_number(0),
                texts=bytes(2_000),
            ),
            "bad_column",
        ),
        # nothing but a long symbol
        (body_of([0], texts=bytes([LONG]) * 4_000_000), "too_large"),
    ],
)
def test_a_small_body_never_becomes_large(body: bytes, code: str):
    """What repeats are worth is paid for before it is built."""
    tracemalloc.start()
    try:
        assert code_of(lambda: read(body)) == code
        assert tracemalloc.get_traced_memory()[1] < FLAT_BYTES
    finally:
        tracemalloc.stop()


# --- rows of the log ---


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ([5, 1, 9, 0, [], []], None),
        ([True, 1, 9, 0, [], []], "bad_change"),
        ([5, 1, 9, 0, [3], []], "bad_change"),
        ([5, 1, 9, 0, [3, 3], ["a", "b"]], "bad_change"),
        ([5, 1, 9, 0, [4, 3], [1, "b"]], "bad_change"),
        ([5, 1, 9, 0, [3], [None]], "bad_change"),
        ([5, 1, 9, 0, [43], [7]], "bad_value"),
        ([5, 1, 9, 0, [], [], 5, [], []], "bad_change"),
        ([5, 1, 9, 0, [], [], 6, [1], [[0]]], "bad_change"),
        ([5, 1, 9, 0, [], [], 6, [1], [["a"]]], "bad_change"),
        ([0, 1, 9, 0, [], []], "bad_change"),
        ([5, 0, 9, 0, [], []], "bad_change"),
        ("row", "bad_change"),
    ],
)
def test_a_malformed_row_is_refused(row: object, code: str | None):
    """The first row is right; every other differs from a right one in one thing."""
    data = wire.pack(row)
    assert (code_of(lambda: wire.unpack_change(data)) if code else wire.unpack_change(data).dot) == (
        code or 5
    )


def test_a_row_may_not_nest():
    """Nesting is refused in rows too, however deep."""
    assert code_of(lambda: wire.unpack_change(b"\x91" * 100_000 + b"\xc0")) == "not_msgpack"


# --- every bit ---


def survives(decode: Callable[[bytes], object], data: bytes) -> None:
    """Another legal value or a WireError; anything else fails the test."""
    with contextlib.suppress(WireError):
        decode(data)


@pytest.mark.parametrize("part", range(8))
def test_every_flipped_bit_ends_in_a_code(part: int):
    """One bit after the other, in body, payload and row."""
    for data, decode in (
        (BODY, read),
        (PAYLOAD, lambda raw: read(wire.decompress(raw))),
        (ROW, wire.unpack_change),
    ):
        for place in range(part, len(data), 8):
            for bit in range(0, 8, 3):
                flipped = bytearray(data)
                flipped[place] ^= 1 << bit
                survives(decode, bytes(flipped))


def test_every_cut_ends_in_a_code():
    """However early the bytes end."""
    for data, decode in ((BODY, read), (ROW, wire.unpack_change), (PAYLOAD, wire.decompress)):
        for length in range(len(data)):
            survives(decode, data[:length])
    assert code_of(lambda: read(BODY[:-1])) == "truncated"


@given(st.binary(max_size=200))
def test_any_bytes_end_in_a_code(data: bytes):
    """Noise is refused wherever it arrives."""
    for decode in (read, wire.decompress, wire.unpack_change, lambda raw: wire.unpack(raw, max_bytes=100)):
        survives(decode, data)


@given(st.lists(st.integers(0, 30), max_size=60), st.binary(max_size=60), st.binary(max_size=30))
def test_any_expression_ends_in_a_code(layout: list[int], bits: bytes, texts: bytes):
    """Well-formed msgpack around a senseless layout."""
    survives(read, wire.pack([VERSION, [1, 1, 1, *layout], texts, bits]))


def test_a_changed_layout_ends_in_a_code():
    """A real body with some operations exchanged for others."""
    chance = random.Random(5)
    bodies = [msgpack.unpackb(BODY), msgpack.unpackb(wire.encode(alerts(2, 5), base=None))]
    for _ in range(400):
        version, layout, *rest = chance.choice(bodies)
        changed = [*layout]
        for _ in range(chance.randrange(1, 4)):
            changed[chance.randrange(len(changed))] = chance.randrange(30)
        survives(read, wire.pack([version, changed, *rest]))
