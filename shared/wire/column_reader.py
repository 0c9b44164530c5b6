"""Reading columns: the operations of `operations`, one function each.

Job: rebuild a table's columns from the four sections of a body, column by column, with the loops inside C.
Invariants
* Every list that is built was paid for first, out of the body's budgets for cells and characters.
* Nesting is capped; every section is used up in the end.
* A malformed expression ends in a `WireError`. Must not know: fields' meaning, how a writer chose.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import accumulate, chain, islice
from typing import Any, Final

from shared.errors import WireError
from shared.limits import BODY_MAX_BYTES, BODY_MAX_CELLS, CONTEXT_MAX_DOTS, STAMP_COUNTER_BITS
from shared.wire.bits import BitReader
from shared.wire.operations import DAY_BITS, EPOCH_MS, SPLIT_MAX_BITS, Op, Reference
from shared.wire.rows import Column, Rows, bad_column, put_in
from shared.wire.shapes import lengthen, serials

_NESTING_MAX: Final = 16  # our writer stays below 12; each level is one Python call or two


class ColumnReader:
    """Takes columns off the sections of one body, in order.

    `word` is the next layout integer; past the last one it raises StopIteration, which `decode` names.
    """

    __slots__ = ("_cells_left", "_chars_left", "_depth", "_extras", "_layout", "_texts", "bits", "word")

    def __init__(
        self, layout: Sequence[int], bits: BitReader, texts: Sequence[Sequence[str]], extras: Sequence[object]
    ) -> None:
        self._layout = iter(layout)
        self.word: Callable[[], int] = self._layout.__next__
        self.bits = bits
        self._texts = [*map(iter, texts)]
        self._extras = iter(extras)
        self._cells_left = BODY_MAX_CELLS
        self._chars_left = BODY_MAX_BYTES
        self._depth = 0

    def column(self, count: int, rows: Rows) -> Column:
        """The next column, of `count` values for these rows."""
        return self._read(self.word(), count, rows)

    def field(self, count: int, rows: Rows, check: Callable[[Column], int]) -> Column:
        """The next column, once `check` has passed its values; it returns how many characters they hold."""
        operation = self.word()
        values = self._read(operation, count, rows)
        if operation in _UNIFORM:
            self._charge(check(values[:1]) * count)
        else:
            self._charge(check(values))
        return values

    def numbers(self, count: int, rows: Rows) -> list[int]:
        """The next column, which must hold integers."""
        operation = self.word()
        values = self._read(operation, count, rows)
        if operation not in _NUMBERS and set(map(type, values)) - {int}:
            raise bad_column("a column of numbers holds something else")
        return values

    def flags(self, count: int, rows: Rows) -> list[int]:
        """The next column, which must hold 0 and 1."""
        operation = self.word()
        values = self._read(operation, count, rows)
        if operation in _FLAGS:
            return values
        if operation not in _NUMBERS and set(map(type, values)) - {int}:
            raise bad_column("a column of flags holds something else")
        if values.count(0) + values.count(1) != len(values):
            raise bad_column("a column of flags holds something else")
        return values

    def _read(self, operation: int, count: int, rows: Rows) -> Column:
        self._cells_left -= count
        if self._cells_left < 0:
            raise _too_many_cells()
        leaf = _LEAVES.get(operation)
        if leaf is not None:
            return leaf(self, count, rows)
        branch = _BRANCHES.get(operation)
        if branch is None:
            raise bad_column("the body uses an unknown operation")
        self._depth += 1
        if self._depth > _NESTING_MAX:
            raise WireError("too_deep", "a column is nested deeper than any of ours", hint="Send it again.")
        values = branch(self, count, rows)
        self._depth -= 1
        return values

    def pay(self, cells: int) -> None:
        """Take cells from the budget before they are built."""
        self._cells_left -= cells
        if self._cells_left < 0:
            raise _too_many_cells()

    def _charge(self, chars: int) -> None:
        """Pay for the characters that repeated texts would make of few bytes."""
        self._chars_left -= chars
        if self._chars_left < 0:
            raise WireError("too_large", "the body unpacks to more than it may", hint="Cut smaller bundles.")

    def texts(self, count: int, script: int) -> list[str]:
        """The next texts of one script's share."""
        if script >= len(self._texts):
            raise bad_column("a column is in an unknown script")
        texts = [*islice(self._texts[script], count)]
        if len(texts) != count:
            raise bad_column("the texts end too early")
        return texts

    def extras(self, count: int) -> Column:
        extras = [*islice(self._extras, count)]
        if len(extras) != count:
            raise bad_column("the extras end too early")
        return extras

    def finish(self) -> None:
        """Raise WireError `trailing_bytes` unless every section was used up."""
        self.bits.finish()
        for section in (self._layout, *self._texts, self._extras):
            if next(section, self) is not self:
                raise WireError("trailing_bytes", "a section holds more than is used", hint="Send it again.")


def _too_many_cells() -> WireError:
    return WireError("too_many_cells", "the body unpacks to more than it may", hint="Cut smaller bundles.")


def _const(reader: ColumnReader, count: int, rows: Rows) -> Column:
    return [reader.bits.number()] * count


def _const_below(reader: ColumnReader, count: int, rows: Rows) -> Column:
    return [-reader.bits.number()] * count


def _pack(reader: ColumnReader, count: int, rows: Rows, sign: int = 1) -> Column:
    base = sign * reader.bits.number()
    width = reader.bits.number()
    if width > 64:
        raise bad_column("a column is wider than any integer")
    offsets = reader.bits.take_all(count, width)
    return [base + offset for offset in offsets] if base else offsets


def _pack_below(reader: ColumnReader, count: int, rows: Rows) -> Column:
    return _pack(reader, count, rows, sign=-1)


def _bits(reader: ColumnReader, count: int, rows: Rows) -> Column:
    return reader.bits.take_all(count, 1)


def _gaps(reader: ColumnReader, count: int, rows: Rows) -> Column:
    rare = reader.word() & 1
    gaps = reader.numbers(reader.bits.number(), rows)
    places = [*accumulate(gaps, lambda place, gap: place + gap + 1, initial=-1)][1:]
    if gaps and (min(gaps) < 0 or places[-1] >= count):
        raise bad_column("a rare flag stands outside its column")
    flags = [1 - rare] * count
    for place in places:
        flags[place] = rare
    return flags


def _delta(reader: ColumnReader, count: int, rows: Rows) -> Column:
    first = reader.numbers(min(count, 1), rows)
    return [*accumulate(chain(first, reader.numbers(count - len(first), rows)))]


def _split(reader: ColumnReader, count: int, rows: Rows) -> Column:
    shift = reader.word()
    if not 0 < shift <= SPLIT_MAX_BITS:
        raise bad_column("a column is split at an impossible place")
    high, low = reader.numbers(count, rows), reader.numbers(count, rows)
    return [a << shift | b for a, b in zip(high, low, strict=True)]


def _since(reader: ColumnReader, count: int, rows: Rows) -> Column:
    references = rows.references(reader.word())
    return [a + b for a, b in zip(references, reader.numbers(count, rows), strict=True)]


def _elapsed(reader: ColumnReader, count: int, rows: Rows) -> Column:
    starts = reader.numbers(count, rows)
    return [
        (now - then) // 1000 for now, then in zip(rows.references(Reference.STAMP_MS), starts, strict=True)
    ]


def _repeat(reader: ColumnReader, count: int, rows: Rows) -> Column:
    return reader.column(1, rows) * count


def _dictionary(reader: ColumnReader, count: int, rows: Rows) -> Column:
    entries = reader.column(reader.bits.number(), rows)
    return _look_up(entries, reader.numbers(count, rows))


def _look_up(entries: Sequence[Any], places: list[int]) -> Column:
    if places and min(places) < 0:
        raise bad_column("a column points outside its word list")
    return [*map(entries.__getitem__, places)]  # beyond the end: an IndexError, which `decode` names


def _peel(reader: ColumnReader, count: int, rows: Rows) -> Column:
    values = reader.column(1, rows) * count
    others = [1 - flag for flag in reader.flags(count, rows)]
    return put_in(values, others, reader.column(sum(others), rows))


def _runs(reader: ColumnReader, count: int, rows: Rows) -> Column:
    flags = reader.flags(max(count - 1, 0), rows)
    fresh = reader.column(min(count, 1) + flags.count(0), rows)
    places = accumulate([1 - same for same in flags], initial=0)
    return [*map(fresh.__getitem__, islice(places, count))]


def _keyed(reader: ColumnReader, count: int, rows: Rows) -> Column:
    fields = [rows.cells(reader.word()) for _ in range(reader.word() & 7)]
    keys: Sequence[Any] = fields[0] if len(fields) == 1 else [*zip(*fields, strict=True)]
    if len(keys) != count:
        raise bad_column("a column leans on nothing")
    distinct = dict.fromkeys(keys)
    flags = reader.flags(count - len(distinct), rows)
    fresh = reader.column(len(distinct) + flags.count(0), rows)
    if 0 not in flags:
        return [*map(dict(zip(distinct, fresh, strict=True)).__getitem__, keys)]
    next_flag, next_fresh = iter(flags).__next__, iter(fresh).__next__
    last: dict[Any, Any] = {}
    values = []
    for key in keys:
        if key not in last or not next_flag():
            values.append(fresh_one := next_fresh())
            last[key] = fresh_one
        else:
            values.append(last[key])
    return values


def _same(reader: ColumnReader, count: int, rows: Rows) -> Column:
    values = [*rows.cells(reader.word())]
    if len(values) != count:
        raise bad_column("a column repeats another of a different length")
    return values


def _text(reader: ColumnReader, count: int, rows: Rows) -> Column:
    return reader.texts(count, reader.word())


def _word(reader: ColumnReader, count: int, rows: Rows) -> Column:
    return _look_up(rows.words.words, [reader.bits.gamma()]) * count


def _vocabulary(reader: ColumnReader, count: int, rows: Rows) -> Column:
    return _look_up(rows.words.words, reader.numbers(count, rows))


def _false(reader: ColumnReader, count: int, rows: Rows) -> Column:
    return [False] * count


def _true(reader: ColumnReader, count: int, rows: Rows) -> Column:
    return [True] * count


def _day(reader: ColumnReader, count: int, rows: Rows) -> Column:
    return [reader.bits.take(DAY_BITS)] * count


def _moment(reader: ColumnReader, count: int, rows: Rows) -> Column:
    return [(reader.bits.number() + EPOCH_MS) << STAMP_COUNTER_BITS] * count


def _shapes(reader: ColumnReader, count: int, rows: Rows) -> Column:
    shapes = reader.column(count, rows)
    if set(map(type, shapes)) - {str}:
        raise bad_column("a shape is not text")
    parts = {}
    for shape in dict.fromkeys(shapes):
        parts[shape] = iter(serials(shape, reader.numbers(shapes.count(shape), rows)))
    return [*map(next, map(parts.__getitem__, shapes))]


def _national(reader: ColumnReader, count: int, rows: Rows) -> Column:
    births = rows.cells(reader.word())
    shortened = reader.column(count, rows)
    if set(map(type, shortened)) - {str}:
        raise bad_column("a national number is not text")
    if len(births) != count:
        raise bad_column("national numbers and births do not pair")
    return [*map(lengthen, shortened, births)]


def _bools(reader: ColumnReader, count: int, rows: Rows) -> Column:
    return [*map(bool, reader.flags(count, rows))]


def _blobs(reader: ColumnReader, count: int, rows: Rows) -> Column:
    return reader.extras(count)


def _lists(reader: ColumnReader, count: int, rows: Rows) -> Column:
    lengths = reader.numbers(count, rows)
    total = sum(lengths)
    if lengths and not (min(lengths) >= 0 and max(lengths) <= CONTEXT_MAX_DOTS):
        raise bad_column("a list has an impossible length")
    reader.pay(total)
    inner = rows.stretched(lengths)
    elements = iter(reader.column(total, inner))
    return [tuple(islice(elements, length)) for length in lengths]


def _plain(reader: ColumnReader, count: int, rows: Rows) -> Column:
    return [tuple(value) if type(value) is list else value for value in reader.extras(count)]


_Read = Callable[[ColumnReader, int, Rows], Column]
_LEAVES: Final[Mapping[int, _Read]] = {
    Op.CONST: _const,
    Op.CONST_BELOW: _const_below,
    Op.PACK: _pack,
    Op.PACK_BELOW: _pack_below,
    Op.BITS: _bits,
    Op.SAME: _same,
    Op.TEXT: _text,
    Op.WORD: _word,
    Op.BLOBS: _blobs,
    Op.PLAIN: _plain,
    Op.FALSE: _false,
    Op.TRUE: _true,
    Op.DAY: _day,
    Op.MOMENT: _moment,
}
_BRANCHES: Final[Mapping[int, _Read]] = {
    Op.GAPS: _gaps,
    Op.DELTA: _delta,
    Op.SPLIT: _split,
    Op.SINCE: _since,
    Op.ELAPSED: _elapsed,
    Op.REPEAT: _repeat,
    Op.DICTIONARY: _dictionary,
    Op.PEEL: _peel,
    Op.RUNS: _runs,
    Op.KEYED: _keyed,
    Op.VOCABULARY: _vocabulary,
    Op.SHAPES: _shapes,
    Op.NATIONAL: _national,
    Op.BOOLS: _bools,
    Op.LISTS: _lists,
}
"""Operations with inner columns; what they nest is counted."""

_NUMBERS: Final = frozenset(
    {
        *(Op.CONST, Op.CONST_BELOW, Op.PACK, Op.PACK_BELOW, Op.BITS, Op.GAPS, Op.DELTA, Op.SPLIT, Op.SINCE),
        *(Op.ELAPSED, Op.DAY, Op.MOMENT),
    }
)
"""Operations that make nothing but integers."""

_FLAGS: Final = frozenset({Op.BITS, Op.GAPS})
_UNIFORM: Final = frozenset(
    {Op.CONST, Op.CONST_BELOW, Op.REPEAT, Op.WORD, Op.FALSE, Op.TRUE, Op.DAY, Op.MOMENT}
)
"""Operations that make one value over and over: checking the first is checking all."""
