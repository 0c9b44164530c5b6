"""The body: changes by column, in one msgpack array.

    body   = [version, layout, texts, packed], and extras if there are any
    layout = number of tables, tables          small integers, or the place of the same in `TEMPLATES`
    texts  = `symbols`                         bytes
    packed = `bits`                            bytes
    extras = blobs and other plain values      array

    table  = kind, creates, number of columns, heads, columns; packed before these: number of rows, gamma
    heads  = [dots], stamps, authors, [records, lists of seen fields, lists of seen dots]
    column = field, presence, [cleared], values

Where there is more than one table, a column of table numbers, one a change, stands before them. Dots
stand only where there is no `base`; records and what was seen only where rows edit. Presence is 0 for
all rows, 1 where a column of flags follows, 2 + k for the k-th such column of this table once more. In
tables of edits, `cleared` is 0, or 1 and a column of flags over the rows present. Must not know:
compression, keys, how columns are read.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from typing import Any, Final

from shared.change import Change
from shared.dictionaries import TEMPLATE_PLACES
from shared.errors import WireError
from shared.ids import Dot
from shared.limits import BUNDLE_MAX_CHANGES
from shared.wire.bits import put_gamma, to_bytes
from shared.wire.body_reader import decode
from shared.wire.column_writer import write_column, write_flags, write_numbers
from shared.wire.expression import NO_HINT, Expression, Hint
from shared.wire.hints import hint_for, in_order
from shared.wire.log_row import check_change
from shared.wire.operations import VERSION, Reference
from shared.wire.rows import Rows
from shared.wire.strict import pack
from shared.wire.symbols import Script, encode_texts
from shared.wire.table import ABSENT
from shared.wire.values import check_column
from shared.wire.vocabulary import words_for

_NEAR_DOT: Final = Hint(since=(Reference.DOT,))
_NEAR_RECORD: Final = Hint(since=(Reference.RECORD, Reference.DOT))


def encode(changes: Sequence[Change], *, base: Dot | None) -> bytes:
    """The body that holds these changes, in this order.

    With `base` they must be consecutive changes of one feed of which `base` is the first; their dots are then
    left out, since the header says them. The body is read once before it is given out, so nothing is sealed
    that no reader would take. Raises WireError `bad_run`, `bad_change`, `bad_value`; `too_large` and
    `too_many_cells` where fewer changes must be bundled.
    """
    if len(changes) > BUNDLE_MAX_CHANGES:
        raise _too_large()
    if base is not None and any(change.dot != base + place for place, change in enumerate(changes)):
        raise WireError(
            "bad_run", "the changes are not one run of a feed", hint="Encode consecutive changes."
        )
    for change in changes:
        check_change(change)
    groups: dict[tuple[int, bool], list[Change]] = {}
    for change in changes:
        groups.setdefault((change.kind, change.creates), []).append(change)
    keys = sorted(groups, key=lambda key: (key[0], not key[1]))
    parts = [Expression((len(keys),))]
    if len(keys) > 1:
        places = {key: place for place, key in enumerate(keys)}
        parts.append(Expression((), (put_gamma(len(changes)),)))
        parts.append(write_numbers([places[change.kind, change.creates] for change in changes], Rows()))
    whole = Expression(()).then(*parts, *(_table(groups[key], with_dots=base is None) for key in keys))
    texts = encode_texts([[text for script, text in whole.texts if script is share] for share in Script])
    layout = TEMPLATE_PLACES.get(whole.layout, list(whole.layout))
    sections: list[object] = [VERSION, layout, texts, to_bytes(whole.rendered())]
    body = pack([*sections, list(whole.extras)] if whole.extras else sections)
    if [*decode(body, base=base).changes()] != [*changes]:  # whatever is sealed can be read, by trial
        raise WireError("unfaithful", "these changes do not survive encoding", hint="Report this as a fault.")
    return body


def _too_large() -> WireError:
    return WireError("too_large", "these changes are too many for one body", hint="Cut smaller bundles.")


def _table(changes: Sequence[Change], *, with_dots: bool) -> Expression:
    kind, creates = changes[0].kind, changes[0].creates
    rows = Rows(
        dots=[change.dot for change in changes],
        stamps=[change.stamp for change in changes],
        authors=[change.author for change in changes],
        records=[change.record for change in changes],
    )
    numbers = in_order(kind, set(chain.from_iterable(change.fields for change in changes)))
    parts = [Expression((kind, int(creates), len(numbers)), (put_gamma(len(changes)),))]
    if with_dots:
        parts.append(write_numbers(rows.dots, rows))
    parts += [write_numbers(rows.stamps, rows), write_numbers(rows.authors, rows)]
    if not creates:
        parts += [write_numbers(rows.records, rows, _NEAR_DOT), *_contexts(changes, rows)]
    masks: list[list[int]] = []
    missing = None if creates else ABSENT  # an edit that clears a field is not one that leaves it
    for number in numbers:
        parts.append(_column(kind, number, changes, rows, masks))
        rows.fields[number] = [change.fields.get(number, missing) for change in changes]
    return Expression(()).then(*parts)


def _contexts(changes: Sequence[Change], rows: Rows) -> tuple[Expression, Expression]:
    seen = [tuple(sorted(change.context)) for change in changes]
    counts = [*map(len, seen)]
    inner = rows.stretched(counts)
    dots = [tuple(change.context[n]) for change, numbers in zip(changes, seen, strict=True) for n in numbers]
    return write_column(seen, rows), write_column(dots, inner, _NEAR_RECORD)


def _column(
    kind: int, number: int, changes: Sequence[Change], rows: Rows, masks: list[list[int]]
) -> Expression:
    hint = hint_for(kind, number)
    rows.words = words_for(kind, number)
    present = [int(number in change.fields) for change in changes]
    parts = [Expression((number,))]
    if all(present):
        parts.append(Expression((0,)))
    elif present in masks:
        parts.append(Expression((2 + masks.index(present),)))
    else:
        masks.append(present)
        parts += [Expression((1,)), write_flags(present, rows, _foretelling(hint))]
    values: list[Any] = [change.fields[number] for change in changes if number in change.fields]
    kept = rows if all(present) else rows.only(present)
    if not changes[0].creates:
        cleared = [int(value is None) for value in values]
        parts += [Expression((1,)), write_flags(cleared, kept)] if any(cleared) else [Expression((0,))]
        values, kept = (
            [value for value in values if value is not None],
            kept.only([1 - flag for flag in cleared]),
        )
    check_column(kind, number, values)
    return Expression(()).then(*parts, write_column(values, kept, hint))


def _foretelling(hint: Hint) -> Hint:
    return Hint(keys=hint.presence) if hint.presence else NO_HINT
