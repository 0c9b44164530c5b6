"""Writing columns: for each column, the operations that make it shortest.

Job: try what suits the values at hand and keep the cheapest expression; on a tie the earlier candidate,
so that the same changes always make the same bytes. Hints (`hints`) say which columns foretell which; a
wrong or missing hint costs bytes, never correctness. Invariant: whatever is written, `column_reader`
rebuilds exactly. Must not know: fields' meaning.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, pairwise
from typing import Any, Final

from shared.limits import SEQ_BITS, STAMP_COUNTER_BITS
from shared.wire.bits import Packed, put_gamma, put_number
from shared.wire.operations import DAY_BITS, EPOCH_MS, SPLIT_MAX_BITS, Op, Reference
from shared.wire.rows import Rows
from shared.wire.shapes import is_short, loose_shape_of, number_of, shape_of, shorten
from shared.wire.symbols import TABLES, Script, script_of

_LAYOUT_BITS: Final = 2  # what a layout integer costs after compression: layouts resemble each other
_SYMBOL_BITS: Final = 8  # the same for a symbol of text
_DEPTH_MAX: Final = 4
_BIG: Final = 1 << 41  # integers from here on are stamps and dots, made of two parts


class Expression:
    """A column as it will be written: its share of each section, and about how many bits that takes.

    Immutable by custom; not a dataclass, because thousands are made and dropped for each bundle.
    """

    __slots__ = ("bits", "cost", "extras", "layout", "texts")

    def __init__(
        self,
        layout: tuple[int, ...],
        bits: tuple[str | Packed, ...] = (),
        texts: tuple[tuple[Script, str], ...] = (),
        extras: tuple[object, ...] = (),
    ) -> None:
        self.layout = layout
        self.bits = bits
        self.texts = texts
        self.extras = extras
        symbols = sum([TABLES[script].size(text) for script, text in texts]) if texts else 0
        self.cost = _LAYOUT_BITS * len(layout) + sum(map(len, bits)) + _SYMBOL_BITS * symbols

    def then(self, *others: Expression) -> Expression:
        """This and the others, one after the other."""
        whole = Expression(())
        parts = (self, *others)
        whole.layout = tuple(chain.from_iterable([part.layout for part in parts]))
        whole.bits = tuple(chain.from_iterable([part.bits for part in parts]))
        whole.texts = tuple(chain.from_iterable([part.texts for part in parts]))
        whole.extras = tuple(chain.from_iterable([part.extras for part in parts]))
        whole.cost = sum([part.cost for part in parts])
        return whole

    def rendered(self) -> str:
        """The packed share as text of zeros and ones."""
        return "".join(map(str, self.bits))


@dataclass(frozen=True, slots=True, kw_only=True)
class Hint:
    """What may foretell a column: the fields of KEYED, of SAME, of NATIONAL, SINCE's references;
    `presence` are the KEYED fields of whether it is set at all."""

    keys: tuple[tuple[int, ...], ...] = ()
    same: tuple[int, ...] = ()
    birth: int | None = None
    since: tuple[Reference, ...] = ()
    elapsed: bool = False
    presence: tuple[tuple[int, ...], ...] = ()


NO_HINT: Final = Hint()


def write_column(values: Sequence[Any], rows: Rows, hint: Hint = NO_HINT, depth: int = 0) -> Expression:
    """The shortest expression found for values of any of the house's shapes."""
    kinds = set(map(type, values))
    if not kinds or kinds == {int}:
        return write_numbers(values, rows, hint, depth)
    if kinds == {str}:
        return _cheapest(_of_texts(values, rows, hint, depth))
    if kinds == {bool}:
        if len(set(values)) == 1:
            return _op(Op.TRUE if values[0] else Op.FALSE)
        return _op(Op.BOOLS).then(write_numbers([*map(int, values)], rows, NO_HINT, depth + 1))
    if kinds == {bytes}:
        return Expression((Op.BLOBS,), extras=tuple(values))
    if kinds == {tuple} and len({type(item) for items in values for item in items}) <= 1:
        return _write_lists(values, rows, hint, depth)
    return Expression((Op.PLAIN,), extras=tuple(values))


def write_numbers(values: Sequence[int], rows: Rows, hint: Hint = NO_HINT, depth: int = 0) -> Expression:
    """The shortest expression found for integers."""
    if len(set(values)) <= 1:
        return _cheapest(_of_one(values, rows, hint, depth))
    return _cheapest(_of_numbers(values, rows, hint, depth))


def _of_one(values: Sequence[int], rows: Rows, hint: Hint, depth: int) -> Iterator[Expression]:
    """One integer, as often as it takes."""
    value = values[0] if values else 0
    yield Expression((Op.CONST if value >= 0 else Op.CONST_BELOW,), (put_number(abs(value)),))
    if 1 << DAY_BITS - 4 <= value < 1 << DAY_BITS:
        yield Expression((Op.DAY,), (f"{value:0{DAY_BITS}b}",))
    if value >= _BIG:
        ms, counter = divmod(value, 1 << STAMP_COUNTER_BITS)
        if ms >= EPOCH_MS and not counter:
            yield Expression((Op.MOMENT,), (put_number(ms - EPOCH_MS),))
        yield from _of_parts(values, rows, hint, depth)


def _cheapest(candidates: Iterator[Expression]) -> Expression:
    return min(candidates, key=lambda expression: expression.cost)


def _op(*words: int) -> Expression:
    return Expression(words)


def _of_numbers(values: Sequence[int], rows: Rows, hint: Hint, depth: int) -> Iterator[Expression]:
    low, high = min(values), max(values)
    width = (high - low).bit_length()
    if low > 0 and high.bit_length() * len(values) < low.bit_length() + width * len(values):
        low, width = 0, high.bit_length()  # a base would cost more than it saves
    head = put_number(abs(low)) + put_number(width)
    yield Expression((Op.PACK if low >= 0 else Op.PACK_BELOW,), (head, Packed(values, width, low)))
    if depth > _DEPTH_MAX:
        return
    if depth < 2 and width > 3:
        steps = [b - a for a, b in pairwise(values)]
        yield _op(Op.DELTA).then(
            write_numbers(values[:1], rows, depth=9), write_numbers(steps, rows, depth=2)
        )
    if width > 6 and depth < 3:
        shift = min(max(1, (sorted(values)[len(values) // 2] - low).bit_length()), SPLIT_MAX_BITS)
        yield _op(Op.SPLIT, shift).then(*_halves(values, shift, rows, 3))  # long tails: few have high parts
    yield from _of_parts(values, rows, hint, depth)
    yield from _of_repeats(values, rows, hint, depth, write_numbers)


def _halves(values: Sequence[int], shift: int, rows: Rows, depth: int) -> tuple[Expression, Expression]:
    high, low = [value >> shift for value in values], [value & ((1 << shift) - 1) for value in values]
    return write_numbers(high, rows, NO_HINT, depth), write_numbers(low, rows, NO_HINT, depth)


def _of_parts(values: Sequence[int], rows: Rows, hint: Hint, depth: int) -> Iterator[Expression]:
    """Integers made of two parts, or counted from something the row has."""
    if min(values) >= _BIG and depth < 3:
        for shift in (STAMP_COUNTER_BITS, SEQ_BITS):
            yield _op(Op.SPLIT, shift).then(*_halves(values, shift, rows, depth + 1))
    if depth < 2:
        for reference in hint.since:
            rest = [value - start for value, start in zip(values, rows.references(reference), strict=True)]
            yield _op(Op.SINCE, reference).then(write_numbers(rest, rows, depth=depth + 1))
        if hint.elapsed:
            starts = _starts(rows.references(Reference.STAMP_MS), values)
            yield _op(Op.ELAPSED).then(write_numbers(starts, rows, depth=depth + 1))


def _starts(now: Sequence[int], ages: Sequence[int]) -> list[int]:
    """Moments from which these whole seconds have passed, changing as seldom as the seconds allow."""
    starts: list[int] = []
    earliest, latest = 0, -1
    for at, (ms, age) in enumerate(zip(now, ages, strict=True)):
        least, most = ms - age * 1000 - 999, ms - age * 1000
        if max(earliest, least) <= min(latest, most):
            earliest, latest = max(earliest, least), min(latest, most)
        else:
            starts += [latest] * (at - len(starts))
            earliest, latest = least, most
    return starts + [latest] * (len(now) - len(starts))


_Write = Callable[[Sequence[Any], Rows, Hint, int], Expression]


def _of_repeats(
    values: Sequence[Any], rows: Rows, hint: Hint, depth: int, write: _Write
) -> Iterator[Expression]:
    """Candidates for columns of any kind whose values come again."""
    counts = Counter(values)
    if hint is not NO_HINT:
        yield from _of_foretold(values, rows, hint, depth, write)
    if len(counts) == len(values) or depth > _DEPTH_MAX:
        return
    same = [int(a == b) for a, b in pairwise(values)]
    if sum(same) * 4 > len(same):
        fresh = [values[0], *(value for value, flag in zip(values[1:], same, strict=True) if not flag)]
        yield _op(Op.RUNS).then(write_flags(same, rows), write(fresh, rows, NO_HINT, depth + 1))
    if len(counts) * 2 <= len(values) and depth < 3:
        entries = [*counts]
        places = {entry: place for place, entry in enumerate(entries)}
        indexes = write_numbers([places[value] for value in values], rows, NO_HINT, depth + 2)
        yield _op(Op.DICTIONARY).then(
            Expression((), (put_number(len(entries)),)), write(entries, rows, NO_HINT, 9), indexes
        )
    common, times = counts.most_common(1)[0]
    if times * 4 > len(values):
        flags = [int(value == common) for value in values]
        rest = [value for value in values if value != common]
        yield _op(Op.PEEL).then(
            write([common], rows, NO_HINT, 9), write_flags(flags, rows), write(rest, rows, NO_HINT, depth + 1)
        )


def _of_foretold(
    values: Sequence[Any], rows: Rows, hint: Hint, depth: int, write: _Write
) -> Iterator[Expression]:
    """Candidates that lean on other columns of the row."""
    yield from _of_same(values, rows, hint)
    for fields in hint.keys:
        if all(map(rows.has, fields)):
            keys = [*zip(*map(rows.cells, fields), strict=True)]
            flags, fresh = _foretell(keys, values)
            yield _op(Op.KEYED, len(fields), *fields).then(
                write_flags(flags, rows), write(fresh, rows, NO_HINT, depth + 1)
            )


def _of_same(values: Sequence[Any], rows: Rows, hint: Hint) -> Iterator[Expression]:
    for number in hint.same:
        if rows.has(number) and _is_same(values, rows.cells(number)):
            yield _op(Op.SAME, number)


def _is_same(values: Sequence[Any], others: Sequence[Any]) -> bool:
    """Equal in value and type: 1 and True are equal, and yet not the same."""
    return [*values] == [*others] and [*map(type, values)] == [*map(type, others)]


def _foretell(keys: Sequence[Any], values: Sequence[Any]) -> tuple[list[int], list[Any]]:
    """(whether each foreseeable value is as foreseen, the values that are not)."""
    last: dict[Any, Any] = {}
    flags, fresh = [], []
    for key, value in zip(keys, values, strict=True):
        if key in last:
            flags.append(int(last[key] == value))
        if key not in last or last[key] != value:
            fresh.append(value)
        last[key] = value
    return flags, fresh


def write_flags(flags: Sequence[int], rows: Rows, hint: Hint = NO_HINT) -> Expression:
    """The shortest expression found for a column of 0 and 1."""
    return _cheapest(_of_flags(flags, rows, hint)) if len(set(flags)) > 1 else write_numbers(flags, rows)


def _of_flags(flags: Sequence[int], rows: Rows, hint: Hint) -> Iterator[Expression]:
    yield Expression((Op.BITS,), (Packed(flags, 1),))
    rare = int(sum(flags) * 2 < len(flags))
    places = [place for place, flag in enumerate(flags) if flag == rare]
    if len(places) * 8 < len(flags):
        gaps = [b - a - 1 for a, b in pairwise([-1, *places])]
        yield _op(Op.GAPS, rare).then(
            Expression((), (put_number(len(gaps)),)), write_numbers(gaps, rows, NO_HINT, 9)
        )
    if hint is not NO_HINT:
        yield from _of_foretold(flags, rows, hint, 2, write_numbers)


def _of_texts(values: Sequence[str], rows: Rows, hint: Hint, depth: int) -> Iterator[Expression]:
    for of_same in _of_same(values, rows, hint):
        yield of_same
        return
    same = len(set(values)) == 1
    if same and values[0] in rows.words.places:
        yield Expression((Op.WORD,), (put_gamma(rows.words.places[values[0]]),))
        return
    if same and len(values) > 1:
        yield _op(Op.REPEAT).then(write_column(values[:1], rows, NO_HINT, 9))
        return
    places = [rows.words.places.get(value, -1) for value in values]
    if min(places) >= 0:
        yield _op(Op.VOCABULARY).then(write_numbers(places, rows, hint, depth))
        if hint is NO_HINT or len(values) == 1:
            return
    script = script_of(values)
    yield Expression((Op.TEXT, script), texts=tuple((script, value) for value in values))
    if hint.birth is not None and rows.has(hint.birth):
        yield from _of_national(values, rows, hint.birth)
    yield from _of_shapes(values, rows, hint, depth)
    if len(values) > 1:
        yield from _of_repeats(values, rows, hint, depth, write_column)


def _of_national(values: Sequence[str], rows: Rows, birth: int) -> Iterator[Expression]:
    short = [shorten(value, born) or value for value, born in zip(values, rows.cells(birth), strict=True)]
    if any(map(is_short, short)) and not any(map(is_short, values)):
        yield _op(Op.NATIONAL, birth).then(write_column(short, rows, NO_HINT, 1))


def _of_shapes(values: Sequence[str], rows: Rows, hint: Hint, depth: int) -> Iterator[Expression]:
    """Serials: their shapes as a column of texts, then the serials of each shape as integers."""
    if depth > 2:
        return
    exact = [shape_of(value) for value in values]
    if exact.count(None) * 2 > len(exact):
        return  # words, not serials
    counts = Counter(exact)
    # A rare shape costs more than it saves: serials of such take the loose one that many share.
    shared = [
        shape if shape in rows.words.places or counts[shape] > 3 else loose_shape_of(value)
        for shape, value in zip(exact, values, strict=True)
    ]
    for shapes in (shared, exact) if shared != exact else (exact,):
        if None not in shapes:
            yield _by_shape(shapes, values, rows, hint, depth)


def _by_shape(
    shapes: Sequence[str | None], values: Sequence[str], rows: Rows, hint: Hint, depth: int
) -> Expression:
    groups: dict[str, list[str]] = {}
    for shape, value in zip(shapes, values, strict=True):
        groups.setdefault(shape or "", []).append(value)
    parts = [
        write_numbers([number_of(shape, value) for value in group], rows, NO_HINT, 9)
        for shape, group in groups.items()
    ]
    return _op(Op.SHAPES).then(write_column(shapes, rows, Hint(keys=hint.keys), depth + 1), *parts)


def _write_lists(values: Sequence[tuple[Any, ...]], rows: Rows, hint: Hint, depth: int) -> Expression:
    lengths = [*map(len, values)]
    items = [item for items in values for item in items]
    inner = rows.stretched(lengths)
    ids = tuple(reference for reference in hint.since if reference is not Reference.STAMP_MS)
    since = Hint(since=ids) if ids else NO_HINT
    return _op(Op.LISTS).then(
        write_numbers(lengths, rows, NO_HINT, depth + 1), write_column(items, inner, since, depth + 1)
    )
