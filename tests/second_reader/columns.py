"""Columns: the 29 operations of a body, read in one pass."""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import accumulate, islice
from math import prod
from typing import Any

from tests.second_reader import static
from tests.second_reader.plain import Refused, need

CELLS_MAX, DEPTH_MAX = 1 << 19, 16
BAD = "bad_column"
Rows = Sequence[int]
DIGITS, CAPITALS, SOME = "0123456789", "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "AEJKMOT"
SIGNS = {"0": DIGITS, "@": CAPITALS, "*": SOME, "?": DIGITS + CAPITALS}


@dataclass
class Sections:
    """The four or five sections of a body, each read from its front."""

    words: list[int]
    texts: list[list[str]]
    packed: bytes
    extras: list[Any]
    at_word: int = 0
    at_bit: int = 0
    at_text: list[int] = field(default_factory=lambda: [0, 0, 0])
    at_extra: int = 0
    cells: int = 0

    def word(self) -> int:
        need(self.at_word < len(self.words), BAD)
        self.at_word += 1
        return self.words[self.at_word - 1]

    def bits(self, width: int) -> int:
        end = self.at_bit + width
        need(end <= 8 * len(self.packed), "truncated")
        first, last = self.at_bit // 8, -(-end // 8)
        window = int.from_bytes(self.packed[first:last])
        self.at_bit = end
        return window >> (8 * last - end) & (1 << width) - 1

    def number(self) -> int:
        width = self.bits(6)
        if width == 63:
            width += self.bits(1)
        return 1 << width - 1 | self.bits(width - 1) if width else 0

    def gamma(self) -> int:
        zeros = 0
        while not self.bits(1):
            zeros += 1
            need(zeros <= 32, BAD)
        return (1 << zeros | self.bits(zeros)) - 1

    def take_texts(self, share: int, count: int) -> list[str]:
        need(share < len(self.texts), BAD)
        first = self.at_text[share]
        need(first + count <= len(self.texts[share]), BAD)
        self.at_text[share] += count
        return self.texts[share][first : first + count]

    def take_extras(self, count: int) -> list[Any]:
        need(self.at_extra + count <= len(self.extras), BAD)
        self.at_extra += count
        return self.extras[self.at_extra - count : self.at_extra]

    def finish(self) -> None:
        """All of each section was used, and the last byte of bits filled with zeros."""
        used = self.at_word == len(self.words) and self.at_extra == len(self.extras)
        used = used and all(at == len(texts) for at, texts in zip(self.at_text, self.texts, strict=False))
        used = used and -(-self.at_bit // 8) == len(self.packed) and not self.bits(-self.at_bit % 8)
        need(used, "trailing_bytes")


def read_texts(section: bytes) -> list[list[str]]:
    """The texts of each share."""
    if not section:
        return []
    shares = section.split(b"\xfd")
    need(len(shares) <= 3, "bad_text")
    need(shares[-1], "not_canonical")
    return [_share(share, static.SYMBOLS[place]) for place, share in enumerate(shares)]


def _share(share: bytes, symbols: list[bytes]) -> list[str]:
    out, signs = bytearray(), iter(share)
    for sign in signs:
        if sign >= 0xFE:
            low = next(signs, 0)
            need(2 <= low <= 129, "bad_text")
            out.append(low - 2 + (128 if sign == 0xFF else 0))
        else:
            need(sign < len(symbols), "bad_text")
            out += symbols[sign]
    need(not out or out[-1] == 0, "bad_text")
    try:
        return out.decode().split("\0")[:-1]
    except UnicodeDecodeError:
        raise Refused("bad_text") from None


@dataclass
class Table:
    """What a column can see of its table: the rows' own numbers, and the cells of earlier fields."""

    source: Sections
    kind: int
    dots: list[int] = field(default_factory=list)
    stamps: list[int] = field(default_factory=list)
    records: list[int] = field(default_factory=list)
    cells: dict[int, list[Hashable]] = field(default_factory=dict)
    number: int = -1

    def column(self, count: int, rows: Rows, depth: int = 0) -> list[Any]:
        """So many values, while these rows are at hand; the columns inside are read on the way."""
        self.pay(count)
        operation = self.source.word()
        need(operation < len(OPERATIONS), BAD)
        read, nests = OPERATIONS[operation], operation in NESTING
        need(depth + nests <= DEPTH_MAX, "too_deep")
        return read(self, count, rows, lambda inner, at_hand=rows: self.column(inner, at_hand, depth + nests))

    def pay(self, cells: int) -> None:
        self.source.cells += cells
        need(self.source.cells <= CELLS_MAX, "too_many_cells")

    def numbers(self, values: list[Any]) -> list[int]:
        need(all(type(value) is int for value in values), BAD)
        return values

    def flags(self, values: list[Any]) -> list[int]:
        need(all(type(value) is int and value in (0, 1) for value in values), BAD)
        return values

    def cells_of(self, number: int, count: int, rows: Rows) -> list[Hashable]:
        """The cells of an earlier field, one for each of so many values: the rows at hand must be as many."""
        need(number in self.cells and count == len(rows), BAD)
        return [self.cells[number][row] for row in rows]

    def reference(self, which: int, count: int, rows: Rows) -> list[int]:
        """The stamps in ms (0), dots (1) or records (2) of the rows at hand, which must be as many."""
        need(which <= 2, BAD)
        known = ([stamp >> 15 for stamp in self.stamps], self.dots, self.records)[which]
        seen = [known[row] for row in rows] if known else []
        need(count == len(seen), BAD)
        return seen


Inner = Callable[..., list[Any]]


def _const(t: Table, n: int, rows: Rows, inner: Inner) -> list[int]:
    return [t.source.number()] * n


def _const_below(t: Table, n: int, rows: Rows, inner: Inner) -> list[int]:
    return [-t.source.number()] * n


def _pack(t: Table, n: int, rows: Rows, inner: Inner, sign: int = 1) -> list[int]:
    base, width = sign * t.source.number(), t.source.number()
    need(width <= 64, BAD)
    return [base + t.source.bits(width) for _ in range(n)]


def _pack_below(t: Table, n: int, rows: Rows, inner: Inner) -> list[int]:
    return _pack(t, n, rows, inner, sign=-1)


def _bits(t: Table, n: int, rows: Rows, inner: Inner) -> list[int]:
    return [t.source.bits(1) for _ in range(n)]


def _gaps(t: Table, n: int, rows: Rows, inner: Inner) -> list[int]:
    bit = t.source.word() & 1
    out: list[int] = []
    for gap in t.numbers(inner(t.source.number())):
        need(0 <= gap < n - len(out), BAD)
        out += [1 - bit] * gap + [bit]
    return out + [1 - bit] * (n - len(out))


def _delta(t: Table, n: int, rows: Rows, inner: Inner) -> list[int]:
    first = t.numbers(inner(min(n, 1)))
    return list(accumulate(first + t.numbers(inner(n - len(first)))))


def _split(t: Table, n: int, rows: Rows, inner: Inner) -> list[int]:
    shift = t.source.word()
    need(1 <= shift <= 48, BAD)
    high, low = t.numbers(inner(n)), t.numbers(inner(n))
    return [h << shift | part for h, part in zip(high, low, strict=True)]


def _since(t: Table, n: int, rows: Rows, inner: Inner) -> list[int]:
    bases = t.reference(t.source.word(), n, rows)
    return [base + step for base, step in zip(bases, t.numbers(inner(n)), strict=True)]


def _elapsed(t: Table, n: int, rows: Rows, inner: Inner) -> list[int]:
    now = t.reference(0, n, rows)
    return [(ms - then) // 1000 for ms, then in zip(now, t.numbers(inner(n)), strict=True)]


def _repeat(t: Table, n: int, rows: Rows, inner: Inner) -> list[Any]:
    return inner(1) * n


def _dictionary(t: Table, n: int, rows: Rows, inner: Inner) -> list[Any]:
    entries = inner(t.source.number())
    return _at(entries, t.numbers(inner(n)))


def _at(entries: Sequence[Any], places: list[int]) -> list[Any]:
    need(all(0 <= place < len(entries) for place in places), BAD)
    return [entries[place] for place in places]


def _peel(t: Table, n: int, rows: Rows, inner: Inner) -> list[Any]:
    first = inner(1)[0]
    flags = t.flags(inner(n))
    rest = iter(inner(flags.count(0)))
    return [first if flag else next(rest) for flag in flags]


def _runs(t: Table, n: int, rows: Rows, inner: Inner) -> list[Any]:
    flags = [0, *t.flags(inner(max(n - 1, 0)))][:n]
    fresh = iter(inner(flags.count(0)))
    out: list[Any] = []
    for flag in flags:
        out.append(out[-1] if flag else next(fresh))
    return out


def _keyed(t: Table, n: int, rows: Rows, inner: Inner) -> list[Any]:
    fields = [t.source.word() for _ in range(t.source.word() & 7)]
    need(fields or not n, BAD)
    keys = list(zip(*(t.cells_of(number, n, rows) for number in fields), strict=True))
    flags = t.flags(inner(n - len(set(keys))))
    fresh, turns = iter(inner(len(set(keys)) + flags.count(0))), iter(flags)
    last: dict[Hashable, Any] = {}
    out: list[Any] = []
    for key in keys:
        if key not in last or not next(turns):
            last[key] = next(fresh)
        out.append(last[key])
    return out


def _same(t: Table, n: int, rows: Rows, inner: Inner) -> list[Any]:
    return list(t.cells_of(t.source.word(), n, rows))


def _text(t: Table, n: int, rows: Rows, inner: Inner) -> list[str]:
    return t.source.take_texts(t.source.word(), n)


def _word(t: Table, n: int, rows: Rows, inner: Inner) -> list[str]:
    return _at(static.words(t.kind, t.number), [t.source.gamma()]) * n


def _vocabulary(t: Table, n: int, rows: Rows, inner: Inner) -> list[str]:
    return _at(static.words(t.kind, t.number), t.numbers(inner(n)))


def _shapes(t: Table, n: int, rows: Rows, inner: Inner) -> list[str]:
    shapes = inner(n)
    need(all(isinstance(shape, str) for shape in shapes), BAD)
    serials = {shape: iter(t.numbers(inner(shapes.count(shape)))) for shape in dict.fromkeys(shapes)}
    return [_shaped(shape, next(serials[shape])) for shape in shapes]


def _shaped(shape: str, serial: int) -> str:
    """The serial at this place among all of its shape."""
    alphabets = [SIGNS.get(sign, sign) for sign in shape]
    total = prod(map(len, alphabets))
    need(len(shape) <= 24 and 2 <= total <= 1 << 62 and 0 <= serial < total, "bad_shape")
    signs = []
    for alphabet in reversed(alphabets):
        serial, place = divmod(serial, len(alphabet))
        signs.append(alphabet[place])
    return "".join(reversed(signs))


def _national(t: Table, n: int, rows: Rows, inner: Inner) -> list[str]:
    births = t.cells_of(t.source.word(), n, rows)
    return [_national_number(text, birth) for text, birth in zip(inner(n), births, strict=True)]


def _national_number(text: Any, birth: Any) -> str:
    need(isinstance(text, str), BAD)
    if not text.startswith("#"):
        return text
    need(re.fullmatch("#[0-9]{5}", text) and type(birth) is int and 0 <= birth < 110_000, "bad_shape")
    day = date(1900, 1, 1) + timedelta(days=birth)
    first = f"{day.day:02}{day.month:02}{day.year % 1000:03}{text[1:]}"
    total = sum(int(digit) * weight for digit, weight in zip(first, (7, 6, 5, 4, 3, 2) * 2, strict=True))
    return f"{first}{-total % 11 % 10}"


def _bools(t: Table, n: int, rows: Rows, inner: Inner) -> list[bool]:
    return [flag == 1 for flag in t.flags(inner(n))]


def _lists(t: Table, n: int, rows: Rows, inner: Inner) -> list[tuple[Any, ...]]:
    lengths = t.numbers(inner(n))
    need(all(0 <= length <= 256 for length in lengths), BAD)
    t.pay(sum(lengths))
    stretched = [row for row, length in zip(rows, lengths, strict=False) for _ in range(length)]
    elements = iter(inner(sum(lengths), stretched))
    return [tuple(islice(elements, length)) for length in lengths]


def _blobs(t: Table, n: int, rows: Rows, inner: Inner) -> list[Any]:
    return t.source.take_extras(n)


def _plain(t: Table, n: int, rows: Rows, inner: Inner) -> list[Any]:
    return [tuple(value) if isinstance(value, list) else value for value in t.source.take_extras(n)]


def _false(t: Table, n: int, rows: Rows, inner: Inner) -> list[bool]:
    return [False] * n


def _true(t: Table, n: int, rows: Rows, inner: Inner) -> list[bool]:
    return [True] * n


def _day(t: Table, n: int, rows: Rows, inner: Inner) -> list[int]:
    return [t.source.bits(17)] * n


def _moment(t: Table, n: int, rows: Rows, inner: Inner) -> list[int]:
    return [t.source.number() + 1_767_225_600_000 << 15] * n


OPERATIONS = (
    _const, _const_below, _pack, _pack_below, _bits, _gaps, _delta, _split, _since, _elapsed,
    _repeat, _dictionary, _peel, _runs, _keyed, _same, _text, _word, _vocabulary, _shapes,
    _national, _bools, _blobs, _lists, _plain, _false, _true, _day, _moment,
)  # fmt: skip
"""By their numbers."""
NESTING = frozenset({*range(5, 15), 18, 19, 20, 21, 23})
"""Those with inner columns."""
