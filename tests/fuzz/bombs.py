"""Small inputs that want to become large: `python -m tests.fuzz.bombs` sets them off under a memory limit.

All are read in this one process. Its address space may grow by 64 MiB from where it stands when the decoders
are loaded, and each may take one second of the processor. What comes out is a refusal with a code, or a value
that harms nobody.
"""

from __future__ import annotations

import gc
import json
import resource
import sys
import time
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any, Final

import zstandard

from edge.contexts import from_text
from edge.photo import make_fit
from shared import bundle, courier, segment, wire
from shared.codelists import load_lists, packaged
from shared.courier import Sort, close_file, open_file
from shared.courier.stick import downs, ups
from shared.crypto import Purpose
from shared.doorbell import read_call
from shared.errors import KaraulaError
from shared.ids import Dot
from shared.limits import (
    BODY_MAX_BYTES,
    BUNDLE_MAX_CHANGES,
    PHOTO_MAX_BYTES,
    REPLY_MAX_BYTES,
    REQUEST_MAX_BYTES,
)
from shared.mrz import parse as parse_zone
from shared.names import fold, sanitise
from shared.partial_date import parse as parse_date
from shared.photo import MEDIA_TYPE, Piece, is_plain_jpeg, put_together
from shared.plates import read_plate
from shared.session import open_parcel, read_question
from shared.wire.bits import put_gamma, put_number, to_bytes
from shared.wire.operations import Op
from tests.edge.pictures import card, png_bomb
from tests.fuzz.kept import load_issued
from tests.shared import papers
from tests.vectors import sync

MEMORY_MIB: Final = 64
SECONDS: Final = 1.0
_PARAMETERS: Final = zstandard.ZstdCompressionParameters(
    format=zstandard.FORMAT_ZSTD1_MAGICLESS, window_log=20, write_checksum=False, write_content_size=False
)
Bomb = tuple[str, Callable[[], object]]


def bombs() -> Iterator[Bomb]:
    """(what it is, what sets it off)."""
    yield from _of_payloads()
    yield from _of_envelopes()
    yield from _of_msgpack()
    yield from _of_carried()
    yield from _of_photos()
    yield from _of_columns()
    yield from _of_texts()


def _squeezed(size_mib: int) -> bytes:
    """A payload whose frame holds so much of nothing."""
    compressor = zstandard.ZstdCompressor(level=19, compression_params=_PARAMETERS)
    parts = compressor.compressobj()
    return b"\x01" + b"".join(parts.compress(bytes(1 << 20)) for _ in range(size_mib)) + parts.flush()


def _of_payloads() -> Iterator[Bomb]:
    for size_mib in (5, 300):
        payload = _squeezed(size_mib)
        yield (
            f"{size_mib} MiB in a payload of {len(payload):,} bytes",
            lambda one=payload: wire.decompress(one),
        )
    plain = b"\0" + bytes(BODY_MAX_BYTES + 1)
    yield "a stored body beyond the limit", lambda: wire.decompress(plain)


def _of_envelopes() -> Iterator[Bomb]:
    """The same in everything that is opened on the way to a payload, rightly sealed and signed."""
    payload = _squeezed(300)
    inside = sync.HEADER.encode() + bytes(16) + payload + b"\x80"
    sealed = sync.HEADER.encode() + sync.PREKEY.seal_key.seal(inside + bytes(-len(inside) % 64))
    bundled = sealed + sync.NODE_SIGN.sign(Purpose.BUNDLE, sealed)
    yield "300 MiB in a sealed bundle", lambda: bundle.open_bundle(bundled, sync.PREKEY)
    entry = wire.pack([1, sync.TAG, 1, "all", 1, 2, bytes(16), payload])
    signature = sync.HUB_SIGN.sign(Purpose.SEGMENT, entry)
    key = sync.HUB_SIGN.verify_key
    yield "300 MiB in a segment", lambda: segment.read(entry, signature, hub=sync.TAG, key=key).changes
    for entries in ([[entry, signature]], [[0, 1, 0, len(entry) + 64, entry + signature]]):
        parcel = sync.NODE_BOX.seal_key.seal(wire.pack(entries))
        yield f"300 MiB in a parcel of {len(entries[0])} parts", lambda one=parcel: _changes_of(one)


def _changes_of(parcel: bytes) -> object:
    key = sync.HUB_SIGN.verify_key
    segments, _ = open_parcel(parcel, None, box=sync.NODE_BOX, hub_tag=sync.TAG, hub_key=key)
    return [entry.changes for entry in segments]


def _of_msgpack() -> Iterator[Bomb]:
    def read(data: bytes) -> Callable[[], object]:
        return lambda: wire.unpack(data, max_bytes=REPLY_MAX_BYTES)

    yield "100,000 arrays in one another", read(b"\x91" * 100_000 + b"\xc0")
    yield "100,000 maps in one another", read(b"\x81\x01" * 100_000 + b"\xc0")
    yield "an array that says it has 2^32 - 1 elements", read(b"\xdd\xff\xff\xff\xff" + bytes(64))
    yield "a text that says it has 2^32 - 1 bytes", read(b"\xdb\xff\xff\xff\xff" + bytes(64))
    yield "bytes that say they are 2^32 - 1", read(b"\xc6\xff\xff\xff\xff" + bytes(64))
    yield "eight million empty arrays", read(b"\xdd\x00\x7f\xff\xf0" + b"\x90" * 0x7FFFF0)
    yield "eight million numbers", read(b"\xdd\x00\x7f\xff\xf0" + bytes(0x7FFFF0))
    yield "an extension as long as an answer", read(b"\xc9\x00\x7f\xff\x00\x01" + bytes(0x7FFF00))
    question = wire.pack([1, b"", b"", [b""] * 200_000])
    yield "a question of 200,000 empty bundles", lambda: read_question(question)
    paper = b"\x92\xc4\x02\x91\x91\xc4\x00" + bytes(REQUEST_MAX_BYTES)
    yield "a paper of two megabytes", lambda: papers.READERS["node pack"](paper)


def _of_carried() -> Iterator[Bomb]:
    """What a stick and a neighbour bring, as large as it may be, and as empty."""
    crowded = wire.pack([1, b"", b"", [b""] * 200_000])
    yield "a load of 200,000 empty bundles", lambda: courier.read_load(crowded)
    pairs = wire.pack([1, [[1, 1]] * 60_000, []])
    yield "a reply with 60,000 feeds", lambda: courier.read_reply(pairs)
    packets = wire.pack([1, [], [b""] * 200_000])
    yield "a reply with 200,000 packets", lambda: courier.read_reply(packets)
    cover = wire.pack([1, b"", b"", None, None, [b""] * 200_000])
    hub = sync.HUB_SIGN.verify_key
    yield "a packet with 200,000 prekeys", lambda: courier.read_packet(cover, hub=sync.TAG, hub_key=hub)
    deep = close_file(Sort.LOAD, b"\x91" * 4_000_000)
    yield (
        "a file of four million arrays in one another",
        lambda: courier.read_load(open_file(deep, Sort.LOAD)),
    )
    full = close_file(Sort.PACKET, bytes(REPLY_MAX_BYTES))
    yield "a file as long as any may be", lambda: open_file(full, Sort.LOAD)
    names = ["up-" + "9" * 200_000 + "-slip.krl"] * 20
    yield "names of 200,000 digits", lambda: (ups(names), downs(names))
    call = wire.pack([1, wire.pack([1] * 200_000), b""])
    yield "a call with 200,000 positions", lambda: read_call(call)


def _of_photos() -> Iterator[Bomb]:
    """Pictures that claim to be large, and pieces that contradict one another."""
    for side in (2_800, 65_000):
        picture = png_bomb(side)
        yield f"a PNG that claims {side:,} pixels square", lambda one=picture: make_fit(one)
    frame = bytes.fromhex("ffd8ffc000110800400040030122000211010311") + b"\x01" + b"\xff\xda" * 80_000
    yield "a JPEG of nothing but scans", lambda: make_fit(frame)
    stuffed = b"\xff\xd8" + b"\xff\xda\x00\x02\xff\x00" * 27_000
    yield "a plain JPEG's scan of stuffing alone", lambda: is_plain_jpeg(stuffed)
    parts = [
        Piece(
            id=place, category="face", media_type=MEDIA_TYPE, size_bytes=PHOTO_MAX_BYTES, address=bytes(32),
            number=place % 20 + 1, count=20, content=bytes((place % 256,)) * 8_192,
        )
        for place in range(512)
    ]  # fmt: skip
    yield "a photo of 512 pieces that contradict one another", lambda: put_together(parts)


def _of_columns() -> Iterator[Bomb]:
    """Columns of a body that promise more values than they bring bytes."""
    rows = BUNDLE_MAX_CHANGES

    def body(*column: int, bits: str = "", texts: bytes = b"", count: int = rows) -> Callable[[], object]:
        heads = put_gamma(count) + put_number(9) + put_number(0)
        layout = [1, 1, 1, 1, Op.CONST, Op.CONST, 43, 0, *column]
        whole = wire.pack([1, layout, texts, to_bytes(heads + bits)])
        return lambda: list(wire.decode(whole, base=Dot((9 << 40) + 1)).changes())

    wide = [0xFE, 66] * 2_000 + [0]
    yield "one long text, 2,000 times", body(Op.REPEAT, Op.TEXT, 0, texts=bytes(wide))
    yield "2^60 rows", body(Op.CONST, bits=put_number(1), count=1 << 60)
    nested = [Op.REPEAT] * 4_000
    yield "4,000 columns in one another", body(*nested, Op.CONST, bits=put_number(1))
    lists = [Op.LISTS, Op.CONST, Op.CONST]
    yield "2,000 lists of 2^40 numbers", body(*lists, bits=put_number(1 << 40) + put_number(7))
    yield "2,000 lists of 256 numbers", body(*lists, bits=put_number(256) + put_number(7))
    yield "a dictionary of 2^50 entries", body(Op.DICTIONARY, Op.CONST, Op.CONST, bits=put_number(1 << 50))
    yield "2^62 gaps", body(Op.GAPS, 0, Op.CONST, bits=put_number(1 << 62) + put_number(1))


def _of_texts() -> Iterator[Bomb]:
    huge = 10 * 1024 * 1024
    today = date(2026, 6, 1)
    yield "a zone of ten megabytes", lambda: parse_zone("<" * huge, today=today)
    yield "a zone of a million lines", lambda: parse_zone("P<UTO\n" * 1_000_000, today=today)
    yield "a name of ten megabytes", lambda: sanitise("A" * huge)
    marks = "a" + "\u0301" * 1_000_000
    yield "a letter with a million accents", lambda: sanitise(marks)
    yield "a million signs of eighteen letters each", lambda: sanitise("\ufdfa" * 1_000_000)
    yield "the key of a name of a hundred such signs", lambda: fold("\ufdfa" * 100)
    yield "a plate of ten megabytes", lambda: read_plate("A" * huge)
    yield "a date of ten megabytes", lambda: parse_date("1" * huge)
    deep = b"[" * 100_000
    yield "contexts 9,000 deep", lambda: from_text('{"1":' + "[" * 9_000 + "}")
    yield "an authority's list 100,000 deep", lambda: load_issued(deep)
    yield (
        "a code list 100,000 deep",
        lambda: load_lists(lambda name: deep if name == "posts" else packaged(name)),
    )
    long = json.dumps({"source": "x", "entries": [{}] * 100_000}).encode()
    yield (
        "a code list of 100,000 rows",
        lambda: load_lists(lambda name: long if name == "posts" else packaged(name)),
    )


def set_off(what: str, bomb: Callable[[], object]) -> str:
    """What became of it. Raises AssertionError where it took too long or too much."""
    began = time.process_time()
    try:
        found: Any = bomb()
        became = f"read as {type(found).__name__}"
        del found
    except KaraulaError as refused:
        became = refused.code
    except MemoryError:
        raise AssertionError(f"{what}: wanted more than {MEMORY_MIB} MiB") from None
    spent = time.process_time() - began
    assert spent <= SECONDS, f"{what}: took {spent:.2f} s"
    return f"{became}, {spent * 1e3:.0f} ms"


def main() -> int:
    made = list(bombs())  # what an attacker makes at home is not ours to pay for
    wire.decompress(wire.compress(b"\x94" + bytes(200)))
    make_fit(card())  # its codecs are loaded at first use
    gc.collect()
    stands = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    limit = stands + MEMORY_MIB * 1024 * 1024
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    for what, bomb in made:
        print(f"{what}: {set_off(what, bomb)}", flush=True)
        gc.collect()
    return 0


if __name__ == "__main__":
    sys.exit(main())
