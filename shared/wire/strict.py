"""Strict msgpack: the only module that knows the package.

Job: turn plain objects into bytes and received bytes into plain objects. Plain means arrays, integers,
strings, bytes, booleans and None; no maps (so no duplicate keys), floats (so no NaN), extensions, timestamps.

Invariants
* Received bytes are walked before they are unpacked, so that neither nesting nor an array header
  that promises more than it brings can cost memory or stack.
* What was unpacked packs to the same bytes again: every object has exactly one encoding.
* Whatever is wrong is a `WireError`.
Must not know: what the objects mean.
"""

from __future__ import annotations

import re
from typing import Final

import msgpack

from shared.errors import WireError
from shared.limits import MSGPACK_MAX_DEPTH, MSGPACK_MAX_ITEMS

_DAMAGED: Final = "The bytes were damaged or made by something else; send them again from the source."
_NEWER: Final = "The sender may speak a newer version; upgrade whichever side is older."


def pack(obj: object) -> bytes:
    """Encode a plain object in its one form.

    Raises WireError `not_plain` for anything msgpack could carry but the house does not.
    """
    try:
        data: bytes = msgpack.packb(obj, use_bin_type=True)
    except (TypeError, ValueError, OverflowError) as error:
        raise WireError("not_plain", "this cannot be put on the wire", hint=_NEWER) from error
    return data


def unpack(data: bytes, *, max_bytes: int) -> object:
    """Decode one plain object that fills `data` exactly; arrays come back as lists.

    Raises WireError `too_large`, `too_deep`, `too_many_items`, `truncated`, `trailing_bytes`, `not_plain`,
    `not_msgpack`, `not_canonical`.
    """
    if len(data) > max_bytes:
        raise WireError("too_large", "the message is longer than it may be", hint="Send it in smaller parts.")
    end = walk(data)
    if end != len(data):
        raise WireError("trailing_bytes", "there are bytes after the message", hint=_DAMAGED)
    return unpack_walked(data)


def unpack_walked(data: bytes, *, max_items: int = MSGPACK_MAX_ITEMS) -> object:
    """Decode without the walk, for callers that check every element's type themselves.

    `max_items` caps one array, and with msgpack's own 1,024 levels the memory. Raises WireError.
    """
    try:
        obj: object = msgpack.unpackb(data, raw=False, max_array_len=max_items, max_map_len=0, max_ext_len=0)
    except msgpack.ExtraData as error:
        raise WireError("trailing_bytes", "there are bytes after the message", hint=_DAMAGED) from error
    except (ValueError, msgpack.UnpackException, RecursionError) as error:
        raise WireError("not_msgpack", "the message cannot be decoded", hint=_DAMAGED) from error
    if pack(obj) != data:
        raise WireError("not_canonical", "the message is not in its one exact form", hint=_DAMAGED)
    return obj


# What to do at each leading byte: > 0 skip that many bytes; otherwise one of the markers.
_ARRAY_SHORT, _ARRAY_16, _ARRAY_32, _REFUSED = 0, -1, -2, -3
_LENGTH_1, _LENGTH_2, _LENGTH_4 = -4, -5, -6


def _steps() -> list[int]:
    """The table by leading byte, from the msgpack specification's format overview."""
    steps = [_REFUSED] * 256
    steps[0x00:0x80] = [1] * 128
    steps[0x90:0xA0] = [_ARRAY_SHORT] * 16
    steps[0xA0:0xC0] = [1 + length for length in range(32)]
    for code in (0xC0, 0xC2, 0xC3):
        steps[code] = 1
    for code, marker in ((0xC4, _LENGTH_1), (0xC5, _LENGTH_2), (0xC6, _LENGTH_4)):
        steps[code] = steps[code + 0x15] = marker  # bytes and strings
    for code, width in ((0xCC, 1), (0xCD, 2), (0xCE, 4), (0xCF, 8)):
        steps[code] = steps[code + 4] = 1 + width  # unsigned and signed
    steps[0xDC], steps[0xDD] = _ARRAY_16, _ARRAY_32
    steps[0xE0:] = [1] * 32
    return steps


_STEPS: Final = _steps()
_SINGLES: Final = re.compile(rb"[\x00-\x7f\xc0\xc2\xc3\xe0-\xff]+")
_WIDTHS: Final = {_ARRAY_16: 2, _ARRAY_32: 4, _LENGTH_1: 1, _LENGTH_2: 2, _LENGTH_4: 4}


def walk(data: bytes, *, max_depth: int = MSGPACK_MAX_DEPTH, max_items: int = MSGPACK_MAX_ITEMS) -> int:
    """Follow one object's structure without building it; returns the offset after it.

    Constant memory, one step an element. Raises WireError `too_deep`, `too_many_items`, `truncated`,
    `not_plain`.
    """
    at, items = 0, 0
    open_arrays = [1]  # elements still expected at each level
    while open_arrays:
        if not open_arrays[-1]:
            open_arrays.pop()
            continue
        if at >= len(data):
            raise _truncated()
        run = _SINGLES.match(data, at, at + open_arrays[-1])
        if run:  # many small numbers in a row, at one step
            items += run.end() - at
            open_arrays[-1] -= run.end() - at
            at = run.end()
            continue
        open_arrays[-1] -= 1
        items += 1
        step = _STEPS[data[at]]
        if step > 0:
            at += step
            continue
        if step == _REFUSED:
            raise WireError("not_plain", "the message holds a map, a float or an extension", hint=_NEWER)
        at, inside = _open(data, at, step)
        if inside < 0:
            continue
        items += inside
        if items > max_items or len(open_arrays) > max_depth:
            raise _overfull(deep=len(open_arrays) > max_depth)
        open_arrays.append(inside)
        items -= inside
    if at > len(data):
        raise _truncated()
    return at


def _open(data: bytes, at: int, step: int) -> tuple[int, int]:
    """Step over a header with a length; returns (next offset, elements inside or -1 for no array)."""
    if step == _ARRAY_SHORT:
        return at + 1, data[at] & 15
    width = _WIDTHS[step]
    length = int.from_bytes(data[at + 1 : at + 1 + width], "big")
    if step in (_ARRAY_16, _ARRAY_32):
        return at + 1 + width, length
    return at + 1 + width + length, -1


def _truncated() -> WireError:
    return WireError("truncated", "the message ends too early", hint=_DAMAGED)


def _overfull(*, deep: bool) -> WireError:
    if deep:
        return WireError("too_deep", "the message is nested deeper than any of ours", hint=_DAMAGED)
    return WireError(
        "too_many_items", "the message has more elements than it may", hint="Send it in smaller parts."
    )
