"""A text as a number: what indexes keep in its place.

Job: hash a text to so many bits, the same for ever and on every machine: stores keep these numbers. Two texts
may share one, so that equal numbers are a reason to look and no more. Must not know: what the text is.
"""

from __future__ import annotations

from hashlib import blake2b


def number_of(text: str, bits: int) -> int:
    """BLAKE2b (RFC 7693) of the UTF-8 bytes, as long as it takes to fill `bits`, whose first `bits` count."""
    return int.from_bytes(blake2b(text.encode(), digest_size=bits + 7 >> 3).digest(), "big") >> (-bits & 7)
