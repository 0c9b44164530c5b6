"""Plain JPEGs made by hand, without a picture library: right in their segments, noise in their scan."""

from __future__ import annotations

import random

_HEAD = (
    b"\xff\xd8\xff\xe0\x00\x10JFIF\0\x01\x01\x00\x00\x01\x00\x01\x00\x00"
    b"\xff\xdb\x00\x43\x00"
    + bytes(range(1, 65))
    + b"\xff\xc0\x00\x0b\x08\x00\x40\x00\x40\x01\x01\x11\x00"
    + b"\xff\xc4\x00\x14\x00\x01"
    + bytes(15)
    + b"\x07"
    + b"\xff\xda\x00\x08\x01\x01\x00\x00\x3f\x00"
)


def plain_jpeg(size_bytes: int, seed: int = 1) -> bytes:
    """A file of exactly that size that is a plain JPEG by its segments."""
    scan = random.Random(seed).randbytes(size_bytes - len(_HEAD) - 2).replace(b"\xff", b"\xfe")
    return _HEAD + scan + b"\xff\xd9"
