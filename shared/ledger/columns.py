"""Values to SQLite columns and back, by schema type.

Lists lie as JSON text, so that people and SQL's json_each can read them; booleans as 0 and 1.
An APPEND or UNION field's interim value is a tuple whatever its type. Must not know: tables.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Final

from shared.change import Value
from shared.schema import Field, Rule, Type
from shared.wire import Absent

Column = str | int | bytes | None

COLUMN_TYPES: Final[dict[Type, type]] = {
    Type.TEXT: str,
    Type.CODE: str,
    Type.INT: int,
    Type.BOOL: int,
    Type.INSTANT: int,
    Type.DATE: int,
    Type.DOT: int,
    Type.BYTES: bytes,
    Type.CODES: str,
    Type.TEXTS: str,
    Type.DOTS: str,
}
_LISTS: Final = frozenset({Type.CODES, Type.TEXTS, Type.DOTS})
_CONVERTED: Final = _LISTS | {Type.BOOL}


def is_list(field: Field) -> bool:
    """Whether a field's interim value is a tuple."""
    return field.type in _LISTS or field.rule in (Rule.APPEND, Rule.UNION)


def to_column(value: Value) -> Column:
    """One value as SQLite keeps it."""
    if isinstance(value, tuple):
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return int(value) if isinstance(value, bool) else value


HOLE: Final = -(1 << 63)
"""Stands for NULL while a column is bound: the one integer that no field may hold (`wire.values`).

The driver takes half a microsecond to bind a None, ten times what it takes for a number, and half the
cells of a check are None.
"""


def to_columns(type_: Type, cells: Sequence[Value | Absent]) -> Sequence[Column]:
    """A whole column of creating changes as it is bound, with HOLE for what is not set."""
    if type_ in _CONVERTED:
        # Few different values stand in such a column: each is converted once.
        known = {
            cell: HOLE if cell is None or isinstance(cell, Absent) else to_column(cell) for cell in set(cells)
        }
        return [known[cell] for cell in cells]
    if None in cells:
        return [HOLE if cell is None else cell for cell in cells]  # type: ignore[misc]  # no ABSENT in creations
    return cells  # type: ignore[return-value]  # scalars lie as they are


def from_column(field: Field, column: Column) -> Value:
    """Undo `to_column` for a field of the schema."""
    if column is None:
        return None
    if is_list(field):
        assert isinstance(column, str)  # `to_column` wrote JSON
        return tuple(json.loads(column))
    return bool(column) if field.type is Type.BOOL else column
