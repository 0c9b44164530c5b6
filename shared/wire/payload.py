"""The payload: a body compressed, and received bytes decompressed within the cap.

    payload = method(1) ‖ rest
    0  STORED   rest is the body
    1  FRAME    rest is a zstd frame of the body, without dictionary
    2  BLOCK    rest = varint z ‖ one zstd block of z bytes, dictionary 1 ‖ the body's tail as it is

The tail of a body is its packed section and what follows, which nothing makes shorter; before it stand
texts and layout. Frames are magicless, without checksum, size or dictionary number (the seal and the
signature guard the bytes). BLOCK leaves away the frame's and the block's header too, five bytes that
follow from z and that a single alert would feel. Invariants: whatever is sent, at most the cap is ever
unpacked; an unknown dictionary is told apart from damage. Must not know: what a body means, beyond
where its packed section begins.
"""

from __future__ import annotations

from functools import cache
from io import BytesIO
from typing import Final

import zstandard

from shared import varint
from shared.dictionaries import ZSTD
from shared.errors import WireError
from shared.limits import BODY_MAX_BYTES
from shared.wire.strict import walk

STORED, FRAME, BLOCK = range(3)
_LEVEL: Final = 19  # bodies are small: the best level still takes milliseconds
_QUICK_LEVEL: Final = 1
_LONG_TAIL_BYTES: Final = 8 * 1024
_PACKED_PLACE: Final = 3  # which element of the body's array the packed section is
_BLOCK_MAX_BYTES: Final = 1 << 17  # zstd's own limit for a block
_FRAME_HEADER: Final = b"\x00\x38"  # no options; a window of one largest block
_LAST_COMPRESSED: Final = 0b101  # a block header's low bits: the last one, compressed
_NO_DICTIONARY: Final = b""
_DAMAGED: Final = "The bytes were damaged on the way; send the bundle again from the source."


def compress(body: bytes) -> bytes:
    """The shortest payload for a body. The same body gives the same payload under one version of zstd."""
    cut = compressible(body)
    candidates = [bytes((STORED,)) + body]
    if len(body) - cut < _LONG_TAIL_BYTES or _gives(body[cut:]):
        candidates.append(bytes((FRAME,)) + _compressor(_NO_DICTIONARY).compress(body))
    block = _block(body[:cut])
    if block:
        candidates.append(bytes((BLOCK,)) + varint.put(len(block)) + block + body[cut:])
    return min(candidates, key=len)


def decompress(payload: bytes) -> bytes:
    """The body of a payload.

    Raises WireError `truncated`, `bad_payload`, `too_large`, `dictionary_unknown`.
    """
    if not payload:
        raise WireError("truncated", "the payload is empty", hint=_DAMAGED)
    method = payload[0]
    if method == STORED:
        return _within_cap(payload[1:])
    if method == FRAME:
        return _unpack(payload[1:], _NO_DICTIONARY)
    if method != BLOCK:
        raise WireError(
            "dictionary_unknown",
            "the payload was made with a dictionary this side does not have",
            hint="Upgrade this side to the sender's version; the sender keeps the bundle until then.",
        )
    length, at = varint.take(payload, 1)
    block, tail = payload[at : at + length], payload[at + length :]
    if len(block) != length or length > _BLOCK_MAX_BYTES:
        raise WireError("truncated", "the payload ends too early", hint=_DAMAGED)
    header = (length << 3 | _LAST_COMPRESSED).to_bytes(3, "little")
    return _within_cap(_unpack(_FRAME_HEADER + header + block, ZSTD) + tail)


def _gives(tail: bytes) -> bool:
    """Whether compressing a long tail is worth its time: a photo's pieces come out no shorter."""
    quick = zstandard.ZstdCompressor(level=_QUICK_LEVEL).compress(tail)
    return len(quick) < len(tail) - len(tail) // 64


def compressible(body: bytes) -> int:
    """How many bytes of a body stand before its packed section; 0 where there is none."""
    at = 1
    try:
        for _ in range(_PACKED_PLACE):
            at += walk(body[at:])
    except WireError:
        return 0
    return at


def _block(head: bytes) -> bytes:
    """One zstd block of `head`, or nothing where it does not become exactly one compressed block."""
    frame = _compressor(ZSTD).compress(head)
    header = int.from_bytes(frame[2:5], "little")
    whole = header & 7 == _LAST_COMPRESSED and header >> 3 == len(frame) - 5
    return frame[5:] if whole and frame[0] == _FRAME_HEADER[0] else b""


def _within_cap(body: bytes) -> bytes:
    if len(body) > BODY_MAX_BYTES:
        raise WireError("too_large", "the payload unpacks to more than it may", hint="Cut smaller bundles.")
    return body


@cache
def _dictionary(dictionary: bytes) -> zstandard.ZstdCompressionDict:
    return zstandard.ZstdCompressionDict(dictionary)


def _compressor(dictionary: bytes) -> zstandard.ZstdCompressor:
    parameters = zstandard.ZstdCompressionParameters.from_level(
        _LEVEL,
        format=zstandard.FORMAT_ZSTD1_MAGICLESS,
        write_content_size=False,
        write_checksum=False,
        write_dict_id=False,
    )
    chosen = _dictionary(dictionary) if dictionary else None
    return zstandard.ZstdCompressor(compression_params=parameters, dict_data=chosen)


def _unpack(frame: bytes, dictionary: bytes) -> bytes:
    """Decompress one frame, reading at most one byte beyond the cap, whatever size it claims."""
    chosen = _dictionary(dictionary) if dictionary else None
    unpacker = zstandard.ZstdDecompressor(
        dict_data=chosen, format=zstandard.FORMAT_ZSTD1_MAGICLESS, max_window_size=BODY_MAX_BYTES
    )
    try:
        with unpacker.stream_reader(BytesIO(frame), read_across_frames=False) as reader:
            body: bytes = reader.read(BODY_MAX_BYTES + 1)
    except zstandard.ZstdError as error:
        raise WireError("bad_payload", "the payload cannot be decompressed", hint=_DAMAGED) from error
    return _within_cap(body)
