"""The rows beside a column: what its values may lean on.

Job: hold a table's ids, stamps and earlier columns for the operations that refer to them: for all rows,
for those where a field is set, or once for each element of a list. What nobody asks for is never made.
Must not know: bytes, what a field means.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import chain, compress, repeat
from typing import Any

from shared.errors import WireError
from shared.limits import STAMP_COUNTER_BITS
from shared.wire.operations import AUTHOR_KEY, Reference
from shared.wire.vocabulary import WORDS, Vocabulary

Column = list[Any]
"""A column's values; what stands in it is checked once it is whole, against the schema."""

_Derive = Callable[[Sequence[Any]], Column]


def bad_column(what: str) -> WireError:
    return WireError(
        "bad_column", what, hint="The bytes are damaged or newer; send them again or upgrade this side."
    )


class Rows:
    """Rows in order. `fields` holds the columns already known, for all rows of the table.

    `words` are those of the field at hand. Rows made by `only` and `stretched` derive from others.
    """

    __slots__ = ("_derive", "_derived", "_whole", "authors", "dots", "fields", "records", "stamps", "words")

    def __init__(
        self,
        *,
        dots: Sequence[int] = (),
        stamps: Sequence[int] = (),
        authors: Sequence[int] = (),
        records: Sequence[int] = (),
        fields: dict[int, Column] | None = None,
    ) -> None:
        self.dots = dots
        self.stamps = stamps
        self.authors = authors
        self.records = records
        self.fields: dict[int, Column] = {} if fields is None else fields
        self.words: Vocabulary = WORDS
        self._whole: Rows | None = None
        self._derive: _Derive | None = None
        self._derived: dict[object, Column] = {}

    def has(self, number: int) -> bool:
        """Whether `cells` would find this column."""
        return number == AUTHOR_KEY or number in self.fields

    def cells(self, number: int) -> Sequence[Any]:
        """The column KEYED, SAME and NATIONAL look at. Raises WireError `bad_column` before it is there."""
        if self._whole is not None:
            return self._from_whole(number, self._whole.cells, number)
        found = self.authors if number == AUTHOR_KEY else self.fields.get(number)
        if found is None:
            raise bad_column("a column leans on one that is not there yet")
        return found

    def references(self, reference: int) -> Sequence[int]:
        """What SINCE adds, a number a row."""
        if self._whole is not None:
            return self._from_whole(("since", reference), self._whole.references, reference)
        if reference == Reference.STAMP_MS:
            return [stamp >> STAMP_COUNTER_BITS for stamp in self.stamps]
        if reference == Reference.DOT:
            return self.dots
        if reference == Reference.RECORD:
            return self.records
        raise bad_column("a column counts from something unknown")

    def only(self, present: Sequence[int]) -> Rows:
        """The rows where `present` is 1."""
        return self._derived_by(lambda cells: [*compress(cells, present)])

    def stretched(self, lengths: Sequence[int]) -> Rows:
        """Each row as often as its list has elements."""
        return self._derived_by(lambda cells: [*chain.from_iterable(map(repeat, cells, lengths))])

    def _derived_by(self, derive: _Derive) -> Rows:
        rows = Rows(fields=self.fields)
        rows.words, rows._whole, rows._derive = self.words, self, derive
        return rows

    def _from_whole(self, name: object, find: Callable[[int], Sequence[Any]], number: int) -> Column:
        if name not in self._derived:
            assert self._derive is not None
            self._derived[name] = self._derive(find(number))
        return self._derived[name]


def put_in(values: Column, where: Sequence[int], others: Sequence[Any]) -> Column:
    """Replace the values of the rows where `where` is 1 by the others, in order."""
    for place, other in zip(compress(range(len(values)), where), others, strict=True):
        values[place] = other
    return values
