"""v0 payload: plain zstd."""

from __future__ import annotations

from io import BytesIO
from typing import Final

import zstandard

from shared.errors import WireError
from shared.limits import BODY_MAX_BYTES

_RAW: Final = 0
_ZSTD: Final = 1
_HINT: Final = "The sender uses a newer dictionary; upgrade this side."


def compress(body: bytes) -> bytes:
    parameters = zstandard.ZstdCompressionParameters.from_level(
        19, format=zstandard.FORMAT_ZSTD1_MAGICLESS, write_content_size=False
    )
    packed = zstandard.ZstdCompressor(compression_params=parameters).compress(body)
    return bytes((_ZSTD,)) + packed if len(packed) < len(body) else bytes((_RAW,)) + body


def decompress(payload: bytes) -> bytes:
    if not payload:
        raise WireError("truncated", "the payload is empty", hint=_HINT)
    if payload[0] == _RAW:
        body = payload[1:]
    elif payload[0] == _ZSTD:
        reader = zstandard.ZstdDecompressor(format=zstandard.FORMAT_ZSTD1_MAGICLESS).stream_reader(
            BytesIO(payload[1:])
        )
        try:
            body = reader.read(BODY_MAX_BYTES + 1)
        except zstandard.ZstdError as error:
            raise WireError("bad_payload", "the payload cannot be decompressed", hint=_HINT) from error
    else:
        raise WireError("dictionary_unknown", "the payload uses an unknown dictionary", hint=_HINT)
    if len(body) > BODY_MAX_BYTES:
        raise WireError("too_large", "the payload unpacks to more than it may", hint=_HINT)
    return body
