"""Little-endian base-128 integers, in their one shortest form.

Job: the small numbers of binary headers. Invariant: exactly one encoding per number, so that a
header re-encodes to itself. Must not know: what the numbers mean.
"""

from __future__ import annotations

from shared.errors import WireError

_MAX_BYTES = 9  # 63 bits: the widest number in the house


def put(number: int) -> bytes:
    """Encode 0 … 2**63-1 in as few bytes as it takes."""
    out = bytearray()
    while number > 127:
        out.append((number & 127) | 128)
        number >>= 7
    out.append(number)
    return bytes(out)


def take(data: bytes, at: int) -> tuple[int, int]:
    """Decode the number at offset `at`; returns (number, next offset).

    Raises WireError `bad_varint` when cut short, too long or not in its shortest form.
    """
    number = 0
    for place in range(_MAX_BYTES):
        if at + place >= len(data):
            break
        byte = data[at + place]
        number |= (byte & 127) << (7 * place)
        if byte < 128:
            if byte == 0 and place:
                break
            return number, at + place + 1
    raise WireError("bad_varint", "a number in the header is damaged", hint="Send the bundle again.")
