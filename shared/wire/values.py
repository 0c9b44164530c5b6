"""Which values may stand in which field: the border of the codec, both ways.

Job: check a field's values against the schema's type and the limits, a whole column at a time. A
field this version does not know may hold any of the house's value shapes within the same limits.
Invariants: everything that passes has exactly one encoding (no NUL, no lone surrogate, no integer of
64 bits). Must not know: bytes, columns, merge.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Final

from shared.change import Value
from shared.errors import WireError
from shared.limits import BLOB_MAX_BYTES, CODE_MAX_CHARS, LIST_MAX_ITEMS, TEXT_MAX_CHARS
from shared.schema import Field, Type, field_by_number

INT_MAX: Final = (1 << 63) - 1
_HINT: Final = "The sender's record is damaged or made by another version; the field is named in the log."


def bad_value(kind: int, number: int, what: str) -> WireError:
    return WireError("bad_value", f"field {number} of kind {kind} {what}", hint=_HINT)


def check_column(kind: int, number: int, values: Sequence[Value]) -> None:
    """Check the set values (no None) of one field. Raises WireError `bad_value`."""
    field = field_by_number(kind, number)
    wrong = _CHECKS[field.type](values) if field is not None else _any_shape(values)
    if wrong:
        raise bad_value(kind, number, wrong)


def check_field(kind: int, number: int, value: Value) -> None:
    """Check one value; None always passes. Raises WireError `bad_value`."""
    if value is not None:
        check_column(kind, number, (value,))


def _texts(values: Sequence[object], *, max_chars: int) -> str:
    if set(map(type, values)) - {str}:
        return "is not text"
    texts: Sequence[str] = values  # type: ignore[assignment]  # just checked
    if max(map(len, texts), default=0) > max_chars:
        return f"is longer than {max_chars} characters"
    joined = "".join(texts)
    if "\0" in joined:
        return "holds a NUL character"
    return "" if joined.isascii() or _is_unicode(joined) else "is not valid Unicode"


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _ints(values: Sequence[object], *, min_: int = -INT_MAX) -> str:
    if set(map(type, values)) - {int}:
        return "is not an integer"
    numbers: Sequence[int] = values  # type: ignore[assignment]  # just checked
    if numbers and (min(numbers) < min_ or max(numbers) > INT_MAX):
        return "is out of range"
    return ""


def _bools(values: Sequence[object]) -> str:
    return "is not true or false" if set(map(type, values)) - {bool} else ""


def _blobs(values: Sequence[object]) -> str:
    if set(map(type, values)) - {bytes}:
        return "is not bytes"
    blobs: Sequence[bytes] = values  # type: ignore[assignment]  # just checked
    return (
        f"is longer than {BLOB_MAX_BYTES} bytes" if max(map(len, blobs), default=0) > BLOB_MAX_BYTES else ""
    )


def _lists(values: Sequence[object], inner: Callable[[Sequence[object]], str]) -> str:
    if set(map(type, values)) - {tuple}:
        return "is not a list"
    lists: Sequence[tuple[object, ...]] = values  # type: ignore[assignment]  # just checked
    if max(map(len, lists), default=0) > LIST_MAX_ITEMS:
        return f"lists more than {LIST_MAX_ITEMS} items"
    return inner([item for items in lists for item in items])


def _codes(values: Sequence[object]) -> str:
    return _texts(values, max_chars=CODE_MAX_CHARS)


def _long_texts(values: Sequence[object]) -> str:
    return _texts(values, max_chars=TEXT_MAX_CHARS)


def _dots(values: Sequence[object]) -> str:
    return _ints(values, min_=0)


def _any_shape(values: Sequence[object]) -> str:
    """A newer peer's field: each shape within its own limits; a list is of texts or of integers."""
    for type_, check in _SHAPES.items():
        wrong = check([value for value in values if type(value) is type_])
        if wrong:
            return wrong
    if set(map(type, values)) - set(_SHAPES):
        return "has an unknown shape"
    return ""


def _any_lists(values: Sequence[object]) -> str:
    lists: Iterable[tuple[object, ...]] = values  # type: ignore[assignment]  # its caller selected tuples
    if any(len({*map(type, items)}) > 1 for items in lists):
        return "mixes texts and numbers in a list"
    texts = [items for items in lists if items and type(items[0]) is str]
    return _lists(texts, _long_texts) or _lists([items for items in lists if items not in texts], _ints)


_SHAPES: Final[dict[type, Callable[[Sequence[object]], str]]] = {
    str: _long_texts,
    int: _ints,
    bool: _bools,
    bytes: _blobs,
    tuple: _any_lists,
}
_CHECKS: Final[dict[Type, Callable[[Sequence[object]], str]]] = {
    Type.TEXT: _long_texts,
    Type.CODE: _codes,
    Type.INT: _ints,
    Type.BOOL: _bools,
    Type.INSTANT: _ints,
    Type.DATE: _ints,
    Type.DOT: _dots,
    Type.BYTES: _blobs,
    Type.CODES: lambda values: _lists(values, _codes),
    Type.TEXTS: lambda values: _lists(values, _long_texts),
    Type.DOTS: lambda values: _lists(values, _dots),
}
__all__ = ["INT_MAX", "Field", "bad_value", "check_column", "check_field"]
