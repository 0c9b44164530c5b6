"""The rows beside a column: what its values may lean on.

Job: hold a table's ids, stamps and earlier columns for the operations that refer to them, for all rows or for
those where a field is set. Must not know: bytes, what a field means.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import chain, compress, repeat
from typing import Any

from shared.errors import WireError
from shared.limits import STAMP_COUNTER_BITS
from shared.wire.operations import AUTHOR_KEY, Reference
from shared.wire.vocabulary import WORDS, Vocabulary

Column = list[Any]
"""A column's values; what stands in it is checked once it is whole, against the schema."""


def bad_column(what: str) -> WireError:
    return WireError(
        "bad_column", what, hint="The bytes are damaged or newer; send them again or upgrade this side."
    )


@dataclass(kw_only=True)
class Rows:
    """The rows a column belongs to: what references and keys may use. `fields` holds full-length columns."""

    dots: Sequence[int] = ()
    stamps: Sequence[int] = ()
    authors: Sequence[int] = ()
    records: Sequence[int] = ()
    fields: dict[int, Column] = field(default_factory=dict)
    words: Vocabulary = WORDS

    def cells(self, number: int) -> Sequence[Any]:
        """The column KEYED and SAME look at."""
        found = self.authors if number == AUTHOR_KEY else self.fields.get(number)
        if found is None:
            raise bad_column("a column leans on one that is not there yet")
        return found

    def references(self, reference: int) -> list[int]:
        """What SINCE adds, a number a row."""
        if reference == Reference.STAMP_MS:
            return [stamp >> STAMP_COUNTER_BITS for stamp in self.stamps]
        if reference == Reference.DOT:
            return list(self.dots)
        if reference == Reference.RECORD:
            return list(self.records)
        raise bad_column("a column counts from something unknown")

    def only(self, present: Sequence[int]) -> Rows:
        """The rows where `present` is 1."""
        return Rows(
            dots=[*compress(self.dots, present)],
            stamps=[*compress(self.stamps, present)],
            authors=[*compress(self.authors, present)],
            records=[*compress(self.records, present)],
            fields=_Picked(self.fields, present),
            words=self.words,
        )

    def stretched(self, lengths: Sequence[int]) -> Rows:
        """Each row as often as its list has elements; only ids can be leaned on there."""
        return Rows(
            dots=[*chain.from_iterable(map(repeat, self.dots, lengths))],
            records=[*chain.from_iterable(map(repeat, self.records, lengths))],
            words=self.words,
        )


class _Picked(dict[int, Column]):
    """Columns cut to the present rows, each when first asked for."""

    def __init__(self, whole: dict[int, Column], present: Sequence[int]) -> None:
        super().__init__()
        self._whole, self._present = whole, present

    def __contains__(self, number: object) -> bool:
        return number in self._whole

    def __missing__(self, number: int) -> Column:
        found = [*compress(self._whole[number], self._present)]  # the whole may itself be a pick of a pick
        self[number] = found
        return found

    def get(self, number: int, default: Any = None) -> Any:
        return self[number] if number in self._whole else default


def put_in(values: Column, where: Sequence[int], others: Sequence[Any]) -> Column:
    """Replace the values of the rows where `where` is 1 by the others, in order."""
    for place, other in zip(compress(range(len(values)), where), others, strict=True):
        values[place] = other
    return values
