"""One change as one msgpack row: how the local log keeps it.

    row = [dot, kind, stamp, author, numbers, values]                               creates its record
    row = [dot, kind, stamp, author, numbers, values, record, seen numbers, seen]   edits one

`numbers` and `seen numbers` ascend; `values` and `seen` stand in their order. Invariants: strict as
`strict`, values within `values`. Must not know: columns, compression, storage.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Final

from shared.change import Change, Value
from shared.clock import Stamp
from shared.errors import WireError
from shared.ids import Dot, OfficerId, RecordId
from shared.limits import BODY_MAX_BYTES, CONTEXT_MAX_DOTS, FIELD_NUMBER_MAX
from shared.wire.strict import pack, unpack_walked
from shared.wire.values import INT_MAX, check_fields

_ROW_MAX_ITEMS: Final = 1024  # one array of a row: fields, list items or context dots
_CREATING: Final = [int, int, int, int, list, list]
_EDITING: Final = [*_CREATING, int, list, list]
_HINT: Final = "The log row or its sender is damaged; restore it from a backup or send it again."


def bad_change(what: str) -> WireError:
    return WireError("bad_change", what, hint=_HINT)


def check_change(change: Change) -> None:
    """Check what no field's type says: the heads, and what a creation may not have. Raises WireError."""
    if min(change.dot, change.record) < 1 or min(change.stamp, change.author) < 0:
        raise bad_change("a change's ids or stamp are out of range")
    if max(change.dot, change.record, change.stamp, change.author) > INT_MAX:
        raise bad_change("a change's ids or stamp are out of range")
    if not 0 < change.kind <= FIELD_NUMBER_MAX:
        raise bad_change("a change's kind is out of range")
    if change.creates and (change.context or None in change.fields.values()):
        raise bad_change("a creating change has a context or clears a field")
    if change.fields and (min(change.fields) < 1 or max(change.fields) > FIELD_NUMBER_MAX):
        raise bad_change("a field's number is out of range")
    for number, dots in change.context.items():
        if not 0 <= number <= FIELD_NUMBER_MAX or len(dots) > CONTEXT_MAX_DOTS:
            raise bad_change("a change's context is out of range")
        if not all(0 < dot <= INT_MAX for dot in dots):
            raise bad_change("a context names an impossible change")


def pack_change(change: Change) -> bytes:
    """The row of one change. Raises WireError `bad_change` or `bad_value`."""
    check_change(change)
    numbers = sorted(change.fields)
    values = [change.fields[number] for number in numbers]
    check_fields(change.kind, change.fields)
    row: list[object] = [change.dot, change.kind, change.stamp, change.author, numbers, values]
    if not change.creates:
        seen = sorted(change.context)
        row += [change.record, seen, [change.context[number] for number in seen]]
    return pack(row)


def unpack_change(data: bytes) -> Change:
    """The change of one row. Raises WireError `bad_change`, `bad_value` or what `strict` raises."""
    if len(data) > BODY_MAX_BYTES:
        raise WireError("too_large", "the row is longer than it may be", hint=_HINT)
    row = unpack_walked(data, max_items=_ROW_MAX_ITEMS)
    if type(row) is not list or [*map(type, row)] not in (_CREATING, _EDITING):
        raise bad_change("the row has an unknown shape")
    dot, kind, stamp, author, numbers, values = row[:6]
    record, seen, dots = row[6:] or (dot, [], [])
    if len(row) == len(_EDITING) and record == dot:
        raise bad_change("the row edits the record it creates")
    if not all(type(each) is list and set(map(type, each)) <= {int} for each in dots):
        raise bad_change("the row's contexts have an unknown shape")
    context = dict(zip(_ascending(seen, dots), map(tuple, dots), strict=True))
    cells = (tuple(value) if type(value) is list else value for value in values)
    fields: dict[int, Value] = dict(zip(_ascending(numbers, values), cells, strict=True))
    change = Change(
        dot=Dot(dot), record=RecordId(record), kind=kind, stamp=Stamp(stamp), author=OfficerId(author),
        fields=fields, **({"context": context} if context else {}),
    )  # fmt: skip
    check_change(change)
    check_fields(kind, fields)
    return change


def _ascending(numbers: list[object], values: list[object]) -> list[int]:
    """The field numbers, once they are integers in ascending order, one for each value."""
    if len(numbers) != len(values) or set(map(type, numbers)) - {int}:
        raise bad_change("the row's fields and values do not pair")
    known: list[int] = numbers  # type: ignore[assignment]  # just checked
    if any(a >= b for a, b in pairwise(known)):
        raise bad_change("the row's fields are not in ascending order")
    return known
