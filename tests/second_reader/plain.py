"""`pack` and its strict reading, varints, and the hashes all layers share."""

from __future__ import annotations

from hashlib import blake2b
from typing import Any

import msgpack

MAX_DEPTH, MAX_ITEMS = 12, 1 << 18


class Refused(Exception):  # noqa: N818 - the documents' own word
    """What a reader does not take; its text is the documents' code."""


def need(held: object, code: str) -> None:
    if not held:
        raise Refused(code)


def blake(size: int, *parts: bytes) -> bytes:
    return blake2b(b"".join(parts), digest_size=size).digest()


def pack(value: object) -> bytes:
    return msgpack.packb(value, use_bin_type=True)


def unpack(data: bytes) -> Any:
    """The value of bytes that are msgpack's one form of it; arrays come as lists."""
    try:
        value = msgpack.unpackb(data, raw=False, strict_map_key=False, max_array_len=MAX_ITEMS, use_list=True)
    except msgpack.ExtraData:
        raise Refused("trailing_bytes") from None
    except msgpack.StackError:
        raise Refused("too_deep") from None
    except UnicodeDecodeError:
        raise Refused("not_msgpack") from None
    except ValueError as error:
        raise Refused("too_many_items" if "exceeds" in str(error) else "truncated") from None
    _plain(value, 1)
    need(pack(value) == data, "not_canonical")
    return value


def _plain(value: object, depth: int) -> None:
    need(depth <= MAX_DEPTH + 1, "too_deep")
    if isinstance(value, list):
        for element in value:
            _plain(element, depth + 1)
    else:
        need(value is None or isinstance(value, bool | int | bytes | str), "not_plain")


def fits(value: Any, *types: type) -> bool:
    """Whether a list has elements of just these types, in this order; True is no integer."""
    return (
        isinstance(value, list) and len(value) == len(types)
        and all(type(element) is kind for element, kind in zip(value, types, strict=True))
    )  # fmt: skip


def varint(number: int) -> bytes:
    out = bytearray()
    while number >= 0x80:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes((*out, number))


def read_varint(data: bytes, at: int) -> tuple[int, int]:
    """A number below 2^63 in its shortest form, and the place behind it."""
    number = 0
    for place, byte in enumerate(data[at : at + 9]):
        number |= (byte & 0x7F) << 7 * place
        if byte < 0x80:
            need(byte or not place, "bad_varint")
            return number, at + place + 1
    raise Refused("bad_varint")
