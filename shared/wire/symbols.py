"""Texts as symbols: frequent runs of letters travel as one byte.

Job: turn many texts into few bytes and back. Each text gets an end mark (NUL), and is covered with the
fewest symbols of a static table of up to 252. A byte no symbol stands for travels as two: an escape and
the byte's lower seven bits, shifted clear of the marks. Three tables: CAPITALS (names as a
machine-readable zone has them), LATIN and CYRILLIC. The shares of the three stand one after the other,
parted by a mark; empty ones at the end are left out. Invariants: every UTF-8 text has an encoding in
every table; reading takes time and memory in proportion to the bytes, at most `SYMBOL_MAX_BYTES` each.
Must not know: where the texts stand. Source of the idea: Boncz, Neumann, Leis, "FSST: Fast Random
Access String Compression", VLDB 2020.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from enum import IntEnum
from functools import lru_cache
from typing import Final

from shared.dictionaries import SYMBOLS
from shared.errors import WireError
from shared.limits import BODY_MAX_BYTES

SYMBOL_MAX_BYTES: Final = 8
SYMBOLS_MAX: Final = 252
_PART: Final = b"\xfd"  # between two tables' shares
_ESCAPES: Final = (0xFE, 0xFF)  # for bytes below and above 128
_SHIFT: Final = 2
_ESCAPED: Final = re.compile(rb"([\xfe\xff][\x02-\x81])", re.DOTALL)


class Symbols:
    """One table. Symbol 0 is the end mark alone; the others stand for symbol n - 1."""

    def __init__(self, symbols: Sequence[bytes]) -> None:
        assert len(symbols) <= SYMBOLS_MAX
        assert max(map(len, symbols)) <= SYMBOL_MAX_BYTES
        self._bytes: list[bytes] = [b"\0", *symbols]
        self._lengths = bytes([len(symbol) for symbol in self._bytes] + [0] * (256 - len(self._bytes)))
        self._numbers = {symbol: number for number, symbol in enumerate(self._bytes)}
        self._encode_one = lru_cache(maxsize=1 << 12)(self._cover)
        self._letters = frozenset(letter for letter in map(bytes.decode, self._bytes) if len(letter) == 1)

    def covers(self, texts: Iterable[str]) -> bool:
        """Whether no text needs an escape."""
        return set().union(*texts) <= self._letters

    def size(self, text: str) -> int:
        """How many bytes one text takes."""
        return len(self._encode_one(text))

    def encode(self, texts: Sequence[str]) -> bytes:
        """All texts, each ended by NUL."""
        return b"".join(map(self._encode_one, texts))

    def decode(self, data: bytes) -> list[str]:
        """All texts. Raises WireError `bad_text` for bytes that stand for no texts, `too_large`."""
        if sum(data.translate(self._lengths)) > BODY_MAX_BYTES:
            raise WireError(
                "too_large", "the body's texts are longer than they may be", hint="Cut smaller bundles."
            )
        try:
            # With a capturing group, `split` yields plain symbols and escapes in turn.
            parts = _ESCAPED.split(data)
            parts[::2] = [b"".join(map(self._bytes.__getitem__, part)) for part in parts[::2]]
            parts[1::2] = [bytes([(pair[1] - _SHIFT) | (pair[0] & 1) << 7]) for pair in parts[1::2]]
            *texts, rest = b"".join(parts).decode().split("\0")
        except (IndexError, UnicodeDecodeError) as error:
            raise _bad_text() from error
        if rest:
            raise _bad_text()
        return texts

    def _cover(self, text: str) -> bytes:
        """The fewest symbols for a text and its end mark, found from the end; on a tie the longer one."""
        data = text.encode() + b"\0"
        best = [0] * (len(data) + 1)
        steps: list[tuple[int, bytes]] = [(0, b"")] * len(data)
        for at in range(len(data) - 1, -1, -1):
            best[at] = best[at + 1] + 2
            steps[at] = (1, bytes((_ESCAPES[data[at] >> 7], (data[at] & 127) + _SHIFT)))
            for length in range(1, min(SYMBOL_MAX_BYTES, len(data) - at) + 1):
                number = self._numbers.get(data[at : at + length])
                if number is not None and best[at + length] + 1 <= best[at]:
                    best[at] = best[at + length] + 1
                    steps[at] = (length, bytes((number,)))
        at, out = 0, []
        while at < len(data):
            length, code = steps[at]
            out.append(code)
            at += length
        return b"".join(out)


def _bad_text() -> WireError:
    return WireError(
        "bad_text", "the body's texts cannot be rebuilt", hint="Send the bundle again from the source."
    )


class Script(IntEnum):
    """Which table a column of texts uses; the number is its share's place."""

    CAPITALS = 0
    LATIN = 1
    CYRILLIC = 2


TABLES: Final = tuple(map(Symbols, SYMBOLS))


def script_of(texts: Sequence[str]) -> Script:
    """The first table that has all the letters; LATIN where none has."""
    return next((script for script in Script if TABLES[script].covers(texts)), Script.LATIN)


def encode_texts(shares: Sequence[Sequence[str]]) -> bytes:
    """The section for each table's texts, in table order."""
    parts = [table.encode(texts) for table, texts in zip(TABLES, shares, strict=True)]
    return _PART.join(parts).rstrip(_PART)


def decode_texts(data: bytes) -> list[list[str]]:
    """Each table's texts. Raises WireError `bad_text`, `too_large`, `not_canonical`."""
    parts = data.split(_PART)
    if len(parts) > len(TABLES):
        raise _bad_text()
    if data.endswith(_PART):
        raise WireError(
            "not_canonical", "the body's texts are not in their one form", hint="Send the bundle again."
        )
    parts += [b""] * (len(TABLES) - len(parts))
    return [table.decode(part) for table, part in zip(TABLES, parts, strict=True)]
