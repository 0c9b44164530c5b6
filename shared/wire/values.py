"""Which values may stand in which field: the border of the codec, both ways.

Job: check a field's values against the schema's type and the limits, a whole column at a time. A
field this version does not know may hold any of the house's value shapes within the same limits.
Invariants: everything that passes has exactly one encoding (no NUL, no lone surrogate, no integer of
64 bits). Must not know: bytes, columns, merge.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any, Final

from shared.change import Value
from shared.errors import WireError
from shared.limits import BLOB_MAX_BYTES, CODE_MAX_CHARS, LIST_MAX_ITEMS, TEXT_MAX_CHARS
from shared.schema import Type, field_by_number

INT_MAX: Final = (1 << 63) - 1
_HINT: Final = "The sender's record is damaged or made by another version; the field is named in the log."
_TEXTUAL: Final = frozenset({Type.TEXT, Type.CODE})
_NUMERIC: Final = frozenset({Type.INT, Type.INSTANT, Type.DATE, Type.DOT})
_Check = Callable[[Sequence[Any]], int]


class _WrongError(Exception):
    """What is wrong with a field's value, to be told with the field's number."""


def check_column(kind: int, number: int, values: Sequence[Value]) -> int:
    """Check the set values (no None) of one field; returns how many characters or bytes they hold.

    Raises WireError `bad_value`.
    """
    return checker(kind, number)(values)


@lru_cache(maxsize=1 << 12)
def checker(kind: int, number: int) -> _Check:
    """`check_column` for one field."""
    field = field_by_number(kind, number)
    check = _CHECKS[field.type] if field is not None else _any_shape

    def check_values(values: Sequence[Any]) -> int:
        try:
            return check(values)
        except _WrongError as wrong:
            raise WireError("bad_value", f"field {number} of kind {kind} {wrong}", hint=_HINT) from None

    return check_values


def check_fields(kind: int, fields: Mapping[int, Value]) -> None:
    """Check the values of one change; None always passes. Raises WireError `bad_value`."""
    for number, value in fields.items():
        field = field_by_number(kind, number)
        if value is not None and not (field and _is_plainly_right(field.type, value)):
            check_column(kind, number, (value,))


def _is_plainly_right(type_: Type, value: Value) -> bool:
    """A quick yes for the values nearly all records have; no says nothing."""
    if type(value) is str:
        return type_ in _TEXTUAL and len(value) <= CODE_MAX_CHARS and value.isascii() and "\0" not in value
    return type(value) is int and type_ in _NUMERIC and 0 <= value <= INT_MAX


def _only(values: Sequence[Any], type_: type, what: str) -> None:
    if set(map(type, values)) - {type_}:
        raise _WrongError(what)


def _texts(values: Sequence[Any], *, chars_max: int = TEXT_MAX_CHARS) -> int:
    try:
        joined = "".join(values)
    except TypeError:
        raise _WrongError("is not text") from None
    if len(joined) > chars_max and max(map(len, values)) > chars_max:
        raise _WrongError(f"is longer than {chars_max} characters")
    if "\0" in joined:
        raise _WrongError("holds a NUL character")
    if not joined.isascii():
        try:
            joined.encode()
        except UnicodeEncodeError:
            raise _WrongError("is not valid Unicode") from None
    return len(joined)


def _codes(values: Sequence[Any]) -> int:
    return _texts(values, chars_max=CODE_MAX_CHARS)


def _ints(values: Sequence[Any], *, least: int = -INT_MAX) -> int:
    _only(values, int, "is not an integer")
    if values and not least <= min(values) <= max(values) <= INT_MAX:
        raise _WrongError("is out of range")
    return 0


def _dots(values: Sequence[Any]) -> int:
    return _ints(values, least=0)


def _bools(values: Sequence[Any]) -> int:
    _only(values, bool, "is not true or false")
    return 0


def _blobs(values: Sequence[Any]) -> int:
    _only(values, bytes, "is not bytes")
    if max(map(len, values), default=0) > BLOB_MAX_BYTES:
        raise _WrongError(f"is longer than {BLOB_MAX_BYTES} bytes")
    return sum(map(len, values))


def _lists(values: Sequence[Any], inner: _Check) -> int:
    _only(values, tuple, "is not a list")
    if max(map(len, values), default=0) > LIST_MAX_ITEMS:
        raise _WrongError(f"lists more than {LIST_MAX_ITEMS} items")
    return inner([item for items in values for item in items])


def _any_lists(values: Sequence[Any]) -> int:
    """Each list is of texts or of integers."""
    if any(len({*map(type, items)}) > 1 for items in values):
        raise _WrongError("mixes texts and numbers in a list")
    of_texts = [items for items in values if items and type(items[0]) is str]
    of_ints = [items for items in values if not items or type(items[0]) is not str]
    return _lists(of_texts, _texts) + _lists(of_ints, _ints)


def _any_shape(values: Sequence[Any]) -> int:
    """A newer peer's field: each shape within its own limits."""
    if set(map(type, values)) - set(_SHAPES):
        raise _WrongError("has an unknown shape")
    return sum(check([value for value in values if type(value) is type_]) for type_, check in _SHAPES.items())


_SHAPES: Final[Mapping[type, _Check]] = {
    str: _texts,
    int: _ints,
    bool: _bools,
    bytes: _blobs,
    tuple: _any_lists,
}
_CHECKS: Final[Mapping[Type, _Check]] = {
    Type.TEXT: _texts,
    Type.CODE: _codes,
    Type.INT: _ints,
    Type.BOOL: _bools,
    Type.INSTANT: _ints,
    Type.DATE: _ints,
    Type.DOT: _dots,
    Type.BYTES: _blobs,
    Type.CODES: lambda values: _lists(values, _codes),
    Type.TEXTS: lambda values: _lists(values, _texts),
    Type.DOTS: lambda values: _lists(values, _dots),
}
