"""Reading bodies: what `body_writer` describes, received from a peer.

Invariants: a body decodes wholly or not at all, and what decodes is legal by `values` and `log_row`; memory
is paid for before it is taken; msgpack is strict. Must not know: compression, keys, which changes are
wanted.
"""

from __future__ import annotations

from itertools import islice, pairwise
from typing import Any, Final, NamedTuple

from shared.change import SEEN
from shared.dictionaries import TEMPLATES
from shared.errors import WireError
from shared.ids import Dot
from shared.limits import BODY_MAX_BYTES, BUNDLE_MAX_CHANGES, CONTEXT_MAX_DOTS, FIELD_NUMBER_MAX, SEQ_BITS
from shared.wire.bits import BitReader
from shared.wire.column_reader import ColumnReader
from shared.wire.operations import VERSION
from shared.wire.rows import Rows, bad_column, put_in
from shared.wire.strict import unpack
from shared.wire.symbols import decode_texts
from shared.wire.table import ABSENT, Batch, ChangeTable, Context
from shared.wire.values import INT_MAX, checker
from shared.wire.vocabulary import words_for

_SECTIONS: Final = [int, list, bytes, bytes]
_TABLES_MAX: Final = 128
_HINT: Final = "The bytes were damaged or made by a newer version; send them again, or upgrade this side."


def decode(body: bytes, *, base: Dot | None) -> Batch:
    """The changes of a body, as tables.

    `base` is the dot of the first change of a bundle, by its header; None where the body carries dots.
    Raises WireError: `bad_body`, `bad_column`, `bad_change`, `bad_value`, `bad_shape`, `version_unknown`,
    `too_deep`, `too_large`, `too_many_cells`, `too_many_changes`, `trailing_bytes`, `truncated`, and what
    `strict.unpack` raises.
    """
    try:
        return _batch(_open(body), base)
    except (ArithmeticError, LookupError, TypeError, ValueError, StopIteration) as error:
        # A damaged expression can put a text where a number belongs; the types above are all that can do.
        raise bad_column("the body's columns make no sense together") from error


def _open(body: bytes) -> ColumnReader:
    sections = unpack(body, max_bytes=BODY_MAX_BYTES)
    if type(sections) is not list or not sections:
        raise WireError("bad_body", "the body has an unknown shape", hint=_HINT)
    if sections[0] != VERSION:
        raise WireError("version_unknown", "the body speaks another version", hint=_HINT)
    if len(sections) > 1 and type(sections[1]) is int:
        sections[1] = _template(sections[1])
    types = [*map(type, sections)]
    if types not in (_SECTIONS, [*_SECTIONS, list]):
        raise WireError("bad_body", "the body has an unknown shape", hint=_HINT)
    _, layout, texts, packed, *rest = sections
    if set(map(type, layout)) - {int} or (layout and not 0 <= min(layout) <= max(layout) <= FIELD_NUMBER_MAX):
        raise WireError("bad_body", "the body's layout is out of range", hint=_HINT)
    if rest == [[]]:
        raise WireError("not_canonical", "the body has an empty section", hint=_HINT)
    return ColumnReader(layout, BitReader(packed), decode_texts(texts), rest[0] if rest else [])


def _template(place: int) -> list[int]:
    if not 0 <= place < len(TEMPLATES):
        raise WireError("dictionary_unknown", "the body uses a layout this side does not have", hint=_HINT)
    return [*TEMPLATES[place]]


def _batch(reader: ColumnReader, base: Dot | None) -> Batch:
    tables = reader.word()
    if tables > _TABLES_MAX:
        raise WireError("bad_body", "the body has more tables than it may", hint=_HINT)
    order: list[int] | None = None
    if tables > 1:
        order = reader.numbers(_count(reader.bits.gamma()), Rows())
        if order and not 0 <= min(order) <= max(order) < tables:
            raise bad_column("a change belongs to no table")
    found: list[ChangeTable] = []
    for place in range(tables):
        found.append(_table(reader, base, order, place))
    reader.finish()
    keys = [(table.kind, not table.creates) for table in found]
    if any(a >= b for a, b in pairwise(keys)):
        raise WireError("not_canonical", "the body's tables are not in order", hint=_HINT)
    if order is None:
        order = [0] * sum(map(len, found))
    return Batch(tables=tuple(found), order=order)


def _count(count: int) -> int:
    if not 0 < count <= BUNDLE_MAX_CHANGES:
        raise WireError("too_many_changes", "the body holds an impossible number of changes", hint=_HINT)
    return count


def _table(reader: ColumnReader, base: Dot | None, order: list[int] | None, place: int) -> ChangeTable:
    kind, creates, width = reader.word(), reader.word(), reader.word()
    count = _count(reader.bits.gamma())
    if not kind or creates > 1:
        raise bad_column("a table is of an impossible kind")
    if order is not None and order.count(place) != count:
        raise bad_column("a table has another number of rows than the order says")
    rows = Rows()
    if base is None:
        rows.dots = _ids(reader, count, rows)
    elif order is None:
        rows.dots = [*range(base, base + count)]
    else:
        rows.dots = [base + at for at, table in enumerate(order) if table == place]
    if base is not None and rows.dots[-1] >> SEQ_BITS != base >> SEQ_BITS:
        raise bad_column("the changes run past the end of their feed")
    rows.stamps = _ids(reader, count, rows, least=0)
    rows.authors = _ids(reader, count, rows, least=0)
    contexts: list[Context] = []
    if creates:
        rows.records = rows.dots
    else:
        rows.records = _ids(reader, count, rows)
        if any(map(int.__eq__, rows.records, rows.dots)):
            raise bad_column("an edit creates its record")
        contexts = _contexts(reader, count, rows)
    masks: list[_Mask] = []
    for _ in range(width):
        _field(reader, kind, rows, masks, creates=bool(creates))
    return ChangeTable(
        kind=kind, creates=bool(creates), dots=rows.dots, stamps=rows.stamps, authors=rows.authors,  # type: ignore[arg-type]  # checked ints become ids here
        columns=rows.fields, records=[] if creates else rows.records, contexts=contexts,  # type: ignore[arg-type]  # as above
    )  # fmt: skip


def _ids(reader: ColumnReader, count: int, rows: Rows, *, least: int = 1) -> list[int]:
    values = reader.numbers(count, rows)
    if min(values) < least or max(values) > INT_MAX:
        raise bad_column("an id or stamp is out of range")
    return values


def _contexts(reader: ColumnReader, count: int, rows: Rows) -> list[Context]:
    seen = _lists(reader, count, rows)
    counts = [*map(len, seen)]
    inner = rows.stretched(counts)
    dots = _lists(reader, sum(counts), inner)
    for numbers in set(seen):
        if numbers and not SEEN <= numbers[0] <= numbers[-1] <= FIELD_NUMBER_MAX:
            raise bad_column("a context names an impossible field")
        if any(a >= b for a, b in pairwise(numbers)):
            raise bad_column("a context's fields are not in order")
    for of_field in dots:
        if len(of_field) > CONTEXT_MAX_DOTS or (
            of_field and not 0 < min(of_field) <= max(of_field) <= INT_MAX
        ):
            raise bad_column("a context names an impossible change")
    each = iter(dots)
    return [dict(zip(numbers, islice(each, len(numbers)), strict=True)) for numbers in seen]


def _lists(reader: ColumnReader, count: int, rows: Rows) -> list[tuple[Any, ...]]:
    values = reader.column(count, rows)
    if set(map(type, values)) - {tuple} or {type(item) for items in values for item in items} - {int}:
        raise bad_column("a context is not made of numbers")
    return values


def _field(reader: ColumnReader, kind: int, rows: Rows, masks: list[_Mask], *, creates: bool) -> None:
    number, presence = reader.word(), reader.word()
    if not number or number in rows.fields:
        raise bad_column("a field stands twice")
    count = len(rows.dots)
    if presence == 1:
        present = reader.flags(count, rows)
        masks.append(_Mask(present, rows.only(present), sum(present)))
    mask = masks[presence - 2 if presence > 1 else -1] if presence else None
    kept, filled = (mask.rows, mask.size) if mask else (rows, count)
    kept.words = words_for(kind, number)
    check = checker(kind, number)
    if creates or not reader.word():
        values = reader.field(filled, kept, check)
    else:
        touched = [1 - cleared for cleared in reader.flags(filled, kept)]
        values = reader.field(sum(touched), kept.only(touched), check)
        values = put_in([None] * filled, touched, values)
    if mask:
        missing: list[Any] = [None if creates else ABSENT]
        values = put_in(missing * count, mask.present, values)
    rows.fields[number] = values


class _Mask(NamedTuple):
    """Rows present, and what is known of them: several fields are often set together."""

    present: list[int]
    rows: Rows
    size: int
