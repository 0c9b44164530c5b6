"""A record's row, from the changes it has; and back, where one change is all there is.

Job: `shown` binds what merge says of a record. `plain` does so for a record of one creating change,
at a tenth of the cost, and only where `created_from` gives that very change back from the row: then
no history need be kept of it.
Must not know: statements, transactions, where changes come from.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Any

from shared.change import Change, Value
from shared.clock import Stamp
from shared.ids import Dot, OfficerId, RecordId
from shared.ledger.columns import HOLE, Column, to_column, to_columns
from shared.ledger.tables import keep_extra
from shared.merge import FieldView, collect, standing_of, view_record
from shared.schema import OWNER, SCHEMA, Field, RecordType, Rule, Type
from shared.wire import ChangeTable

Row = tuple[Any, ...]
"""Bound as `statements.replace` wants it: id, stamp, author, standing, edited, every field, extra."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """What stands before a row's fields."""

    record: RecordId
    stamp: Stamp
    author: OfficerId


def shown(
    row_type: RecordType, record: int, changes: Sequence[Change], refused: frozenset[Dot]
) -> Row | None:
    """The row of a record, or None when it may not show (yet)."""
    created = next((change for change in changes if change.creates and change.dot not in refused), None)
    if created is None or created.owner is None:
        return None
    entries = collect(changes)
    views = view_record(row_type.kind, created.record, entries, refused)
    known = numbers_of(row_type)
    extra = {number: view.value for number, view in views.items() if number not in known}
    return (
        record,
        created.stamp,
        created.author,
        int(standing_of(views, entries, refused)),
        int(sum(change.dot not in refused for change in changes) > 1),
        *(_interim(views, f) for f in row_type.fields),
        keep_extra(extra),
    )


def plain(row_type: RecordType, change: Change) -> Row | None:
    """The row of a record that has this creating change alone.

    None where the row would not say all that the change says; then its history must be kept. What a newer
    peer says of a kind that gathers nothing is whole in `extra`; of another kind its rule is not known.
    """
    fields = change.fields
    if change.owner is None:
        return None
    extra = {number: fields[number] for number in fields.keys() - numbers_of(row_type)}
    if extra and not row_type.insert_only:
        return None
    cells = [fields.get(f.number) for f in row_type.fields]
    for place, f in _GATHERED[row_type.kind]:
        cell = cells[place]
        if not _tells_all(f, cell):
            return None
        if f.rule is Rule.APPEND and isinstance(cell, str):
            cells[place] = (cell,)
    return (change.record, change.stamp, change.author, 0, 0, *map(to_column, cells), keep_extra(extra))


@dataclass(frozen=True, slots=True, kw_only=True)
class PlainRows:
    """Records of one creating change each, side by side: `cells` has a column for each of `numbers`, as
    `statements.insert_columns` binds it. `places` are the rows of the table they were."""

    numbers: tuple[int, ...]
    places: list[int]
    heads: list[Row]
    cells: list[Sequence[Column]]

    def rows(self) -> list[Row]:
        """Id, stamp, author, fields."""
        return [
            (*head, *cells) for head, cells in zip(self.heads, zip(*self.cells, strict=True), strict=True)
        ]


def plain_rows(row_type: RecordType, table: ChangeTable, *, apart: Set[int]) -> PlainRows:
    """What `plain` says of a whole table of creations, column by column; records in `apart` are left out,
    and so is every one of which a row would not say all."""
    fields = [f for f in row_type.fields if f.number in table.columns]
    places = _plain_places(row_type, table, apart)

    def of(column: Sequence[Any]) -> Sequence[Any]:
        return column if len(places) == len(table) else [column[place] for place in places]

    cells: list[Sequence[Column]] = []
    for f in fields:
        column = of(table.columns[f.number])
        if f.rule is Rule.APPEND:
            column = [None if cell is None else (cell,) for cell in column]
            cells.append([HOLE if cell is None else to_column(cell) for cell in column])
        else:
            cells.append(to_columns(f.type, column))
    heads = list(zip(of(table.dots), of(table.stamps), of(table.authors), strict=True))
    return PlainRows(numbers=tuple(f.number for f in fields), places=places, heads=heads, cells=cells)


def _plain_places(row_type: RecordType, table: ChangeTable, apart: Set[int]) -> list[int]:
    owners = table.columns.get(OWNER)
    if owners is None:
        return []
    fits = [owner is not None and dot not in apart for owner, dot in zip(owners, table.dots, strict=True)]
    for number in table.columns.keys() - numbers_of(row_type):
        fits = [fit and cell is None for fit, cell in zip(fits, table.columns[number], strict=True)]
    for _, f in _GATHERED[row_type.kind]:
        column = table.columns.get(f.number)
        if column is not None:
            fits = [fit and _tells_all(f, cell) for fit, cell in zip(fits, column, strict=True)]
    return [place for place, fit in enumerate(fits) if fit]


def _tells_all(of: Field, cell: object) -> bool:
    """Whether a row gives back what one change said of a field that gathers."""
    if cell is None:
        return True
    if of.rule is Rule.APPEND:
        return isinstance(cell, str)
    return isinstance(cell, tuple) and _gathered(of, cell) == cell


def created_from(
    row_type: RecordType, head: Head, values: Mapping[str, Value], extra: Mapping[int, Value]
) -> Change:
    """The creating change that a row shows, where nothing else was ever said of the record."""
    fields = {f.number: _said(row_type, f, values[f.name]) for f in row_type.fields if f.name in values}
    return Change(
        dot=Dot(head.record),
        record=head.record,
        kind=row_type.kind,
        stamp=head.stamp,
        author=head.author,
        fields={**fields, **extra},
    )


def numbers_of(row_type: RecordType) -> frozenset[int]:
    """The fields this version knows."""
    return _NUMBERS[row_type.kind]


def _said(row_type: RecordType, of: Field, shown: Value) -> Value:
    """What one change said, by what a row shows of it: an appended text stands in a list of one."""
    if of.rule is Rule.APPEND and not row_type.insert_only and isinstance(shown, tuple) and len(shown) == 1:
        return shown[0]
    return shown


def _gathered(of: Field, cell: tuple[Any, ...]) -> Value:
    """How merge shows the elements of one change."""
    if of.type is Type.DOTS:
        return tuple(sorted(set(cell))) or None
    return tuple(sorted({str(element) for element in cell})) or None


def _interim(views: Mapping[int, FieldView], of: Field) -> object:
    view = views.get(of.number)
    return None if view is None else to_column(view.value)


_NUMBERS = {kind: frozenset(f.number for f in row.fields) for kind, row in SCHEMA.items()}
_GATHERED = {
    kind: [(place, f) for place, f in enumerate(row.fields) if f.rule in (Rule.APPEND, Rule.UNION)]
    for kind, row in SCHEMA.items()
}
