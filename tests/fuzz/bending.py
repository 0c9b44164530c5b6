"""Bending good inputs: blindly, by the structure of msgpack, and by what people and readers type."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random
from typing import Any, Final, TypeVar

import msgpack

_T = TypeVar("_T")
_EDGES: Final = (0, 1, 0x7F, 0x80, 0xFF)
_NUMBERS: Final = (
    *(0, 1, -1, 2, 3, 127, 128, 255, 256, 4095, 4096, 65_535, 65_536),
    *(2**31 - 1, 2**31, 2**32, 2**40, 2**53, 2**62, 2**63 - 1, 2**63, 2**64 - 1, -(2**31), -(2**63)),
)
_NESTED_MAX: Final = 6
NASTY: Final = (
    *(
        "",
        " ",
        "\0",
        "\n",
        "\r\n",
        "\t",
        "'",
        '"',
        "<",
        "<<",
        "%",
        "\\",
        "/../",
        "&amp;",
        "A" * 300,
        "<" * 90,
    ),
    *("\u202e", "\u200b", "\u2066", "\ufeff", "\u0301", "\u1ab0" * 40, "\U0001f6c2", "\ud800"),
    *("ß", "ŉ", "ǆ", "ﬁ", "İ", "ı", "Ђ", "Ћ", "ц", "Ǆ", "ﷺ", "ＡＢ１", "²", "١٢", "۹", "𝟗", "०"),
    *("1974-08-12", "12.08.1974.", "0000-00-00", "9999-99-99", "31.02.2000", "-", ".", "0", "00", "1e9"),
)
_LETTERS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789<<<<   .-"


def bend_bytes(chance: Random, data: bytes) -> bytes:
    """One to four blind edits."""
    bent = bytearray(data)
    for _ in range(chance.choice((1, 1, 1, 2, 4))):
        chance.choice(_BLIND)(chance, bent)
    return bytes(bent)


def _flip(chance: Random, bent: bytearray) -> None:
    if bent:
        bent[chance.randrange(len(bent))] ^= 1 << chance.randrange(8)


def _edge(chance: Random, bent: bytearray) -> None:
    if bent:
        bent[chance.randrange(len(bent))] = chance.choice(_EDGES)


def _cut(chance: Random, bent: bytearray) -> None:
    del bent[chance.randrange(len(bent) + 1) :]


def _drop(chance: Random, bent: bytearray) -> None:
    at = chance.randrange(len(bent) + 1)
    del bent[at : at + chance.choice((1, 1, 2, 4, 16))]


def _insert(chance: Random, bent: bytearray) -> None:
    at = chance.randrange(len(bent) + 1)
    bent[at:at] = chance.randbytes(chance.choice((1, 1, 2, 8, 64)))


def _repeat(chance: Random, bent: bytearray) -> None:
    at = chance.randrange(len(bent) + 1)
    bent[at:at] = bent[at : at + chance.choice((1, 4, 32))] * chance.choice((1, 2, 20))


_Edit = Callable[[Random, bytearray], None]
_BLIND: Final[tuple[_Edit, ...]] = (
    _flip,
    _flip,
    _edge,
    _cut,
    _drop,
    _insert,
    _repeat,
)


def bend_msgpack(chance: Random, data: bytes) -> bytes:
    """The same bytes with one of its values another; blindly where it is no msgpack, and sometimes anyway."""
    if chance.random() < 0.3:
        return bend_bytes(chance, data)
    try:
        whole = msgpack.unpackb(data, strict_map_key=False)
    except Exception:  # noqa: BLE001 - whatever msgpack thinks of it, it is bent blindly
        return bend_bytes(chance, data)
    return pack(bend_value(chance, whole))


def pack(value: Any) -> bytes:
    """Msgpack as the product writes it; an integer out of range is written as its largest."""
    try:
        packed: bytes = msgpack.packb(value, unicode_errors="surrogatepass")
    except OverflowError:
        packed = msgpack.packb(2**64 - 1)
    return packed


def bend_value(chance: Random, value: Any, depth: int = 0) -> Any:
    """A value with one part of it bent."""
    if isinstance(value, list) and value and depth < _NESTED_MAX and chance.random() < 0.9:
        bent = list(value)
        at = chance.randrange(len(bent))
        chance.choice(_OF_LISTS)(chance, bent, at, depth)
        return bent
    if isinstance(value, bytes) and chance.random() < 0.8:
        return bend_msgpack(chance, value) if value[:1] > b"\x80" else bend_bytes(chance, value)
    if isinstance(value, int) and not isinstance(value, bool) and chance.random() < 0.7:
        return chance.choice(
            (value + 1, value - 1, value ^ (1 << chance.randrange(63)), chance.choice(_NUMBERS))
        )
    if isinstance(value, str) and chance.random() < 0.7:
        return bend_text(chance, value)
    return any_value(chance)


def _inside(chance: Random, bent: list[Any], at: int, depth: int) -> None:
    bent[at] = bend_value(chance, bent[at], depth + 1)


def _without(_: Random, bent: list[Any], at: int, __: int) -> None:
    del bent[at]


def _twice(chance: Random, bent: list[Any], at: int, __: int) -> None:
    bent[at:at] = [bent[at]] * chance.choice((1, 1, 3, 300))


def _swapped(chance: Random, bent: list[Any], at: int, __: int) -> None:
    other = chance.randrange(len(bent))
    bent[at], bent[other] = bent[other], bent[at]


_OF_LISTS: Final = (_inside, _inside, _inside, _inside, _without, _twice, _swapped)


def any_value(chance: Random) -> Any:
    """Something else altogether."""
    return chance.choice(
        (
            None,
            True,
            chance.choice(_NUMBERS),
            chance.random(),
            chance.randbytes(chance.choice((0, 1, 16, 32, 64))),
            chance.choice(NASTY),
            [],
            [None] * chance.choice((1, 3, 70)),
            {},
            {"a": 1},
        )
    )


def bend_text(chance: Random, text: str) -> str:
    """One to three edits as a reader, a keyboard or a clipboard makes them."""
    for _ in range(chance.choice((1, 1, 2, 3))):
        at = chance.randrange(len(text) + 1)
        end = at + chance.choice((0, 0, 1, 1, 2, 8))
        put = chance.choices(
            (chance.choice(_LETTERS), "", chance.choice(NASTY), chr(chance.randrange(1, 0x2FFF))),
            weights=(60, 20, 12, 8),
        )[0]
        text = text[:at] + put + text[end:]
    if chance.random() < 0.1:
        text = chance.choice((text.lower(), text.swapcase(), text[::-1], text * 3, " ".join(text)))
    return text


def spliced(chance: Random, seeds: Sequence[bytes]) -> bytes:
    """The front of one and the back of another."""
    one, other = chance.choice(seeds), chance.choice(seeds)
    return one[: chance.randrange(len(one) + 1)] + other[chance.randrange(len(other) + 1) :]
