"""Writing columns: for each column, the operations that make it shortest.

Job: try what suits the values at hand and keep the cheapest expression; on a tie the earlier candidate, so
that the same changes always make the same bytes. What cannot become cheaper than the best so far is not tried
to its end. Hints (`hints`) say which columns foretell which; a wrong or missing hint costs bytes, never
correctness. Invariant: whatever is written, `column_reader` rebuilds exactly. Must not know: fields' meaning.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any, Final

from shared.limits import SEQ_BITS, STAMP_COUNTER_BITS
from shared.wire.bits import Packed, put_gamma, put_number
from shared.wire.expression import NO_HINT, Expression, Hint
from shared.wire.operations import DAY_BITS, EPOCH_MS, SPLIT_MAX_BITS, Op, Reference
from shared.wire.rows import Rows
from shared.wire.shapes import is_short, loose_shape_of, number_of, shape_of, shorten
from shared.wire.symbols import script_of

_DEPTH_MAX: Final = 4
_FLAT: Final = 9  # a depth at which nothing is nested any more
_BIG: Final = 1 << 41  # integers from here on are stamps and dots, made of two parts
_SMALL_BITS: Final = 20  # a column this short is not worth another thought
_STEPS_MAX_BITS: Final = 63  # beyond, the difference of two steps is wider than a reader takes
_NO_LIMIT: Final = 1 << 62


class _Search:
    """The cheapest expression so far. Nothing at `limit` or above will be used by whoever asked."""

    __slots__ = ("best", "cost")

    def __init__(self, first: Expression, limit: int = _NO_LIMIT) -> None:
        self.best = first
        self.cost = min(first.cost, limit)

    def offer(self, expression: Expression) -> None:
        if expression.cost < self.cost:
            self.best, self.cost = expression, expression.cost

    def left(self, *parts: Expression) -> int:
        """What the rest of a candidate may cost after these parts; 0 or less: not worth trying."""
        return self.cost - sum([part.cost for part in parts])


_Write = Callable[[Sequence[Any], Rows, Hint, int, int], Expression]


def write_column(
    values: Sequence[Any], rows: Rows, hint: Hint = NO_HINT, depth: int = 0, limit: int = _NO_LIMIT
) -> Expression:
    """The shortest expression found for values of any of the house's shapes."""
    kinds = set(map(type, values))
    if not kinds or kinds == {int}:
        return write_numbers(values, rows, hint, depth, limit)
    if kinds == {str}:
        return _write_texts(values, rows, hint, depth, limit)
    if kinds == {bool}:
        if len(set(values)) == 1:
            return _op(Op.TRUE if values[0] else Op.FALSE)
        return _op(Op.BOOLS).then(write_flags([*map(int, values)], rows))
    if kinds == {bytes}:
        return Expression((Op.BLOBS,), extras=tuple(values))
    if kinds == {tuple} and len({type(item) for items in values for item in items}) <= 1:
        return _write_lists(values, rows, hint, depth)
    return Expression((Op.PLAIN,), extras=tuple(values))


def write_numbers(
    values: Sequence[int], rows: Rows, hint: Hint = NO_HINT, depth: int = 0, limit: int = _NO_LIMIT
) -> Expression:
    """The shortest expression found for integers."""
    if len(set(values)) <= 1:
        return _write_one(values, rows, hint, depth)
    search = _Search(_pack(values), limit)
    if depth > _DEPTH_MAX or search.cost <= _SMALL_BITS:
        return search.best
    width = (max(values) - min(values)).bit_length()
    if width > _STEPS_MAX_BITS:
        return search.best
    if depth < 2 and width > 3:
        steps, first = (
            [b - a for a, b in pairwise(values)],
            _op(Op.DELTA).then(write_numbers(values[:1], rows)),
        )
        search.offer(first.then(write_numbers(steps, rows, depth=2, limit=search.left(first))))
    if width > 6 and depth < 3:  # long tails: few have high parts
        shift = (sorted(values)[len(values) // 2] - min(values)).bit_length()
        _try_split(search, values, min(max(1, shift), SPLIT_MAX_BITS), rows, 3)
    _try_parts(search, values, rows, hint, depth)
    _try_repeats(search, values, rows, hint, depth, write_numbers)
    return search.best


def write_flags(flags: Sequence[int], rows: Rows, hint: Hint = NO_HINT) -> Expression:
    """The shortest expression found for a column of 0 and 1."""
    ones = sum(flags)
    if ones in (0, len(flags)):
        return write_numbers(flags, rows)
    search = _Search(Expression((Op.BITS,), (Packed(flags, 1),)))
    rare = int(ones * 2 < len(flags))
    if min(ones, len(flags) - ones) * 8 < len(flags):
        places = [place for place, flag in enumerate(flags) if flag == rare]
        gaps = [b - a - 1 for a, b in pairwise([-1, *places])]
        head = Expression((Op.GAPS, rare), (put_number(len(gaps)),))
        search.offer(head.then(write_numbers(gaps, rows, depth=_FLAT)))
    if hint is not NO_HINT:
        _try_foretold(search, flags, rows, hint, 2, write_numbers)
    return search.best


def _op(*words: int) -> Expression:
    return Expression(words)


def _pack(values: Sequence[int]) -> Expression:
    low, high = min(values), max(values)
    width = (high - low).bit_length()
    if low > 0 and high.bit_length() * len(values) < low.bit_length() + width * len(values):
        low, width = 0, high.bit_length()  # a base would cost more than it saves
    head = put_number(abs(low)) + put_number(width)
    return Expression((Op.PACK if low >= 0 else Op.PACK_BELOW,), (head, Packed(values, width, low)))


def _write_one(values: Sequence[int], rows: Rows, hint: Hint, depth: int) -> Expression:
    """One integer, as often as it takes."""
    value = values[0] if values else 0
    search = _Search(Expression((Op.CONST if value >= 0 else Op.CONST_BELOW,), (put_number(abs(value)),)))
    if 1 << DAY_BITS - 4 <= value < 1 << DAY_BITS:
        search.offer(Expression((Op.DAY,), (f"{value:0{DAY_BITS}b}",)))
    if value >= _BIG:
        ms, counter = divmod(value, 1 << STAMP_COUNTER_BITS)
        if ms >= EPOCH_MS and not counter:
            search.offer(Expression((Op.MOMENT,), (put_number(ms - EPOCH_MS),)))
        _try_parts(search, values, rows, hint, depth)
    return search.best


def _try_split(search: _Search, values: Sequence[int], shift: int, rows: Rows, depth: int) -> None:
    low = write_numbers([value & ((1 << shift) - 1) for value in values], rows, NO_HINT, depth)
    limit = search.left(low)
    if limit > 0:
        high = write_numbers([value >> shift for value in values], rows, NO_HINT, depth, limit)
        search.offer(_op(Op.SPLIT, shift).then(high, low))


def _try_parts(search: _Search, values: Sequence[int], rows: Rows, hint: Hint, depth: int) -> None:
    """Integers made of two parts, or counted from something the row has."""
    if min(values) >= _BIG and depth < 3:
        for shift in (STAMP_COUNTER_BITS, SEQ_BITS):
            _try_split(search, values, shift, rows, depth + 1)
    if depth < 2:
        for reference in hint.since:
            rest = [value - start for value, start in zip(values, rows.references(reference), strict=True)]
            since = _op(Op.SINCE, reference)
            search.offer(since.then(write_numbers(rest, rows, NO_HINT, depth + 1, search.left(since))))
        if hint.elapsed:
            starts = _starts(rows.references(Reference.STAMP_MS), values)
            search.offer(_op(Op.ELAPSED).then(write_numbers(starts, rows, NO_HINT, depth + 1, search.cost)))


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


def _try_repeats(
    search: _Search, values: Sequence[Any], rows: Rows, hint: Hint, depth: int, write: _Write
) -> None:
    """Columns of any kind whose values come again."""
    if hint is not NO_HINT:
        _try_foretold(search, values, rows, hint, depth, write)
    counts = Counter(values)
    if len(counts) == len(values) or depth > _DEPTH_MAX:
        return
    same = [int(a == b) for a, b in pairwise(values)]
    if sum(same) * 4 > len(same):
        fresh = [values[0], *(value for value, flag in zip(values[1:], same, strict=True) if not flag)]
        _try_with(search, _op(Op.RUNS).then(write_flags(same, rows)), fresh, rows, depth, write)
    common, times = counts.most_common(1)[0]
    if times * 4 > len(values):
        flags = write_flags([int(value == common) for value in values], rows)
        peel = _op(Op.PEEL).then(write([common], rows, NO_HINT, _FLAT, _NO_LIMIT), flags)
        _try_with(search, peel, [value for value in values if value != common], rows, depth, write)
    if len(counts) * 2 <= len(values) and depth < 3:
        _try_dictionary(search, [*counts], values, rows, depth, write)


def _try_with(
    search: _Search, head: Expression, rest: Sequence[Any], rows: Rows, depth: int, write: _Write
) -> None:
    """A candidate that ends in a column of what its head leaves."""
    limit = search.left(head)
    if limit > 0:
        search.offer(head.then(write(rest, rows, NO_HINT, depth + 1, limit)))


def _try_dictionary(
    search: _Search, entries: list[Any], values: Sequence[Any], rows: Rows, depth: int, write: _Write
) -> None:
    head = Expression((Op.DICTIONARY,), (put_number(len(entries)),))
    head = head.then(write(entries, rows, NO_HINT, _FLAT, _NO_LIMIT))
    limit = search.left(head)
    if limit > 0:
        places = {entry: place for place, entry in enumerate(entries)}
        indexes = write_numbers([places[value] for value in values], rows, NO_HINT, depth + 2, limit)
        search.offer(head.then(indexes))


def _try_foretold(
    search: _Search, values: Sequence[Any], rows: Rows, hint: Hint, depth: int, write: _Write
) -> None:
    """Columns that lean on others of the row."""
    if (same := _same_as(values, rows, hint)) is not None:
        search.offer(same)
    for fields in hint.keys:
        if all(map(rows.has, fields)):
            flags, fresh = _foretell([*zip(*map(rows.cells, fields), strict=True)], values)
            keyed = _op(Op.KEYED, len(fields), *fields).then(write_flags(flags, rows))
            _try_with(search, keyed, fresh, rows, depth, write)


def _same_as(values: Sequence[Any], rows: Rows, hint: Hint) -> Expression | None:
    """SAME, where another column has these very values: equal, and of one type (1 and True are equal too)."""
    for number in hint.same:
        if rows.has(number):
            cells = rows.cells(number)
            if [*values] == [*cells] and [*map(type, values)] == [*map(type, cells)]:
                return _op(Op.SAME, number)
    return None


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


def _write_texts(values: Sequence[str], rows: Rows, hint: Hint, depth: int, limit: int) -> Expression:
    same = _same_as(values, rows, hint)
    if same is not None:
        return same
    known = rows.words.places
    if len(set(values)) == 1:
        if values[0] in known:
            return Expression((Op.WORD,), (put_gamma(known[values[0]]),))
        if len(values) > 1:
            return _op(Op.REPEAT).then(_write_texts(values[:1], rows, NO_HINT, _FLAT, _NO_LIMIT))
    places = [known.get(value, -1) for value in values]
    if min(places) >= 0:
        return _op(Op.VOCABULARY).then(write_numbers(places, rows, hint, depth, limit))
    script = script_of(values)
    search = _Search(Expression((Op.TEXT, script), texts=tuple((script, value) for value in values)), limit)
    if hint.birth is not None and rows.has(hint.birth):
        _try_national(search, values, rows, hint.birth)
    _try_shapes(search, values, rows, hint, depth)
    if len(values) > 1:
        _try_repeats(search, values, rows, hint, depth, write_column)
    return search.best


def _try_national(search: _Search, values: Sequence[str], rows: Rows, birth: int) -> None:
    short = [shorten(value, born) or value for value, born in zip(values, rows.cells(birth), strict=True)]
    if any(map(is_short, short)) and not any(map(is_short, values)):
        national = _op(Op.NATIONAL, birth)
        search.offer(national.then(write_column(short, rows, NO_HINT, 1, search.left(national))))


def _try_shapes(search: _Search, values: Sequence[str], rows: Rows, hint: Hint, depth: int) -> None:
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
            _try_by_shape(search, shapes, values, rows, hint, depth)


def _try_by_shape(
    search: _Search, shapes: Sequence[str | None], values: Sequence[str], rows: Rows, hint: Hint, depth: int
) -> None:
    groups: dict[str, list[str]] = {}
    for shape, value in zip(shapes, values, strict=True):
        groups.setdefault(shape or "", []).append(value)
    parts = [
        write_numbers([number_of(shape, value) for value in group], rows, NO_HINT, _FLAT)
        for shape, group in groups.items()
    ]
    limit = search.left(*parts)
    if limit > 0:
        shown = write_column(shapes, rows, Hint(keys=hint.keys), depth + 1, limit)
        search.offer(_op(Op.SHAPES).then(shown, *parts))


def _write_lists(values: Sequence[tuple[Any, ...]], rows: Rows, hint: Hint, depth: int) -> Expression:
    lengths = [*map(len, values)]
    items = [item for items in values for item in items]
    inner = rows.stretched(lengths)
    ids = tuple(reference for reference in hint.since if reference is not Reference.STAMP_MS)
    since = Hint(since=ids) if ids else NO_HINT
    return _op(Op.LISTS).then(
        write_numbers(lengths, rows, NO_HINT, depth + 1), write_column(items, inner, since, depth + 1)
    )
