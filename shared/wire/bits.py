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
_FEW: Final = 12  # up to here cutting each integer out of the text is quicker than going by whole bytes
_WIDE: Final = 40  # from here on eight of them are no small integer
_GAMMA_MAX_BITS: Final = 32  # rows and words: both stay below 2**12
_LONGEST: Final = (1 << _LENGTH_BITS) - 1  # lengths 63 and 64 share this mark, and a bit tells them apart
_LENGTHS: Final = {f"{length:0{_LENGTH_BITS}b}": length for length in range(1 << _LENGTH_BITS)}
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
    """Reads what the `put_…` functions wrote. Every method raises WireError `truncated` at the end.

    The section is held as text of zeros and ones: cutting a few signs off a text and reading them as an
    integer takes half the steps of shifting them out of bytes.
    """

    __slots__ = ("_at", "_bits", "_end")

    def __init__(self, data: bytes) -> None:
        self._at = 0
        self._end = len(data) * 8
        self._bits = f"{int.from_bytes(data, 'big'):0{self._end}b}" if data else ""

    def take(self, width: int) -> int:
        """The next `width` bits as an integer."""
        start, end = self._at, self._at + width
        if end > self._end:
            raise _truncated()
        self._at = end
        return int(self._bits[start:end], 2) if width else 0

    def number(self) -> int:
        """The next self-announcing number."""
        start = self._at + _LENGTH_BITS
        length = _LENGTHS.get(self._bits[start - _LENGTH_BITS : start])
        if length is None:
            raise _truncated()
        if length == _LONGEST:
            length += self._bits[start : start + 1] == "1"
            start += 1
        end = start + length - 1 if length else start
        if end > self._end:
            raise _truncated()
        self._at = end
        return int("1" + self._bits[start:end], 2) if length else 0

    def gamma(self) -> int:
        """The next number in gamma code."""
        start = self._at
        one = self._bits.find("1", start)
        zeros = (self._end if one < 0 else one) - start
        if zeros > _GAMMA_MAX_BITS:
            raise WireError(
                "bad_column", "a packed number is too long", hint="Send the bundle again from the source."
            )
        end = one + zeros + 1
        if one < 0 or end > self._end:
            raise _truncated()
        self._at = end
        return int(self._bits[one:end], 2) - 1

    def take_all(self, count: int, width: int) -> list[int]:
        """The next `count` integers of `width` bits."""
        if not width:
            return [0] * count
        start = self._at
        end = start + count * width
        if end > self._end:
            raise _truncated()
        self._at = end
        bits = self._bits
        if width == 1:
            return [*bits[start:end].encode().translate(_DIGITS)]
        if count < _FEW or width > _WIDE:
            return [int(bits[at : at + width], 2) for at in range(start, end, width)]
        # Eight integers fill `width` whole bytes: cut there, so that shifts stay within small integers.
        filler = -count % 8
        data = (int(bits[start:end], 2) << filler * width).to_bytes((count + filler) * width // 8, "big")
        if width == 8:
            return [*data[:count]]
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
