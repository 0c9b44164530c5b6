"""Integers side by side in as few bits as each needs.

Job: the packed section of a body. Bits run from the most significant down; the last byte is filled with
zeros. A *number* (0 … 2**64-1) announces itself: six or more bits of length, then its bits without the
leading one. Invariants: nothing is read past the end, and nothing but zeros is left over. Must not
know: columns.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import repeat
from typing import Final

from shared.errors import WireError

NUMBER_MAX: Final = (1 << 64) - 1
_LENGTH_BITS: Final = 6
_LOOK_BYTES: Final = 10
_SHORT_BITS: Final = 512  # up to here shifting one integer is quicker than cutting bytes
_GAMMA_MAX_BITS: Final = 32  # rows and words: both stay below 2**12
_LONGEST: Final = (1 << _LENGTH_BITS) - 1  # lengths 63 and 64 share this mark, and a bit tells them apart
_DIGITS: Final = bytes.maketrans(b"01", b"\0\1")


def put_number(number: int) -> str:
    """The bits of a number, as text of zeros and ones."""
    length = number.bit_length()
    if length < _LONGEST:
        mark = f"{length:06b}"
    else:
        mark = f"{_LONGEST:06b}{length - _LONGEST}"
    return mark + f"{number:b}"[1:] if number else mark


def put_gamma(number: int) -> str:
    """The bits of a number that is most often very small: Elias' gamma code of number + 1."""
    bits = f"{number + 1:b}"
    return "0" * (len(bits) - 1) + bits


@dataclass(frozen=True, slots=True)
class Packed:
    """Numbers still to be written, each less `base`, in `width` bits: most are tried and dropped."""

    numbers: Sequence[int]
    width: int
    base: int = 0

    def __len__(self) -> int:
        return len(self.numbers) * self.width

    def __str__(self) -> str:
        if not self.width:
            return ""
        offsets = [number - self.base for number in self.numbers] if self.base else self.numbers
        return "".join(map(format, offsets, repeat(f"0{self.width}b")))


def to_bytes(bits: str) -> bytes:
    """Text of zeros and ones as bytes."""
    filled = bits + "0" * (-len(bits) % 8)
    return int(filled, 2).to_bytes(len(filled) // 8, "big") if filled else b""


def _truncated() -> WireError:
    return WireError(
        "truncated", "the packed numbers end too early", hint="Send the bundle again from the source."
    )


class BitReader:
    """Reads what the `put_…` functions wrote. Every method raises WireError `truncated` at the end."""

    __slots__ = ("_at", "_data", "_end")

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0
        self._end = len(data) * 8

    def take(self, width: int) -> int:
        """The next `width` bits as an integer."""
        start, end = self._at, self._at + width
        if end > self._end:
            raise _truncated()
        self._at = end
        window = int.from_bytes(self._data[start >> 3 : (end + 7) >> 3], "big")
        return window >> (-end & 7) & ((1 << width) - 1)

    def number(self) -> int:
        """The next self-announcing number."""
        # One look is enough for the longest number, wherever in a byte it begins.
        start = self._at
        seen = self._data[start >> 3 : (start >> 3) + _LOOK_BYTES]
        window = int.from_bytes(seen, "big") << 8 * (_LOOK_BYTES - len(seen))
        left = 8 * _LOOK_BYTES - (start & 7) - _LENGTH_BITS
        length = window >> left & _LONGEST
        if length == _LONGEST:
            left -= 1
            length += window >> left & 1
        left -= max(length - 1, 0)
        self._at = (start & ~7) + 8 * _LOOK_BYTES - left
        if self._at > self._end:
            raise _truncated()
        return window >> left & ((1 << (length - 1)) - 1) | 1 << (length - 1) if length else 0

    def gamma(self) -> int:
        """The next number in gamma code."""
        zeros = 0
        while not self.take(1):
            zeros += 1
            if zeros > _GAMMA_MAX_BITS:
                raise WireError(
                    "bad_column", "a packed number is too long", hint="Send the bundle again from the source."
                )
        return (self.take(zeros) | 1 << zeros) - 1

    def take_all(self, count: int, width: int) -> list[int]:
        """The next `count` integers of `width` bits."""
        if not width:
            return [0] * count
        window = self.take(count * width)
        if width == 1:
            return [*f"{window:0{count}b}".encode().translate(_DIGITS)] if count else []
        if count * width <= _SHORT_BITS:
            mask = (1 << width) - 1
            return [window >> shift & mask for shift in range((count - 1) * width, -1, -width)]
        filler = -count % 8
        window <<= filler * width
        data = window.to_bytes((count + filler) * width // 8, "big")
        if width == 8:
            return [*data[:count]]
        # Eight integers fill `width` whole bytes: cut there, so that shifts stay within small integers.
        mask = (1 << width) - 1
        shifts = range(7 * width, -1, -width)
        blocks = [int.from_bytes(data[at : at + width], "big") for at in range(0, len(data), width)]
        return [block >> shift & mask for block in blocks for shift in shifts][:count]

    def finish(self) -> None:
        """Raise WireError `trailing_bytes` unless only the last byte's zeros are left."""
        rest = self._end - self._at
        if rest >= 8 or self.take(rest):
            raise WireError(
                "trailing_bytes", "there are packed numbers nobody asked for", hint="Send the bundle again."
            )
