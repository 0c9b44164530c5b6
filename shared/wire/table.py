"""Tables: changes of one kind side by side, a list for each field.

Job: the decoded form that the hub stores column by column without building a `Change` a row.
Invariants: all lists of a table have one length; `Batch.order` has one entry a change and names, in
the order of the body, the table whose next row it is. Must not know: bytes, storage, merge.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, final

from shared.change import Change, Value
from shared.clock import Stamp
from shared.ids import Dot, OfficerId, RecordId

Context = Mapping[int, tuple[Dot, ...]]


@final
class Absent:
    """The type of `ABSENT`."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "ABSENT"


ABSENT: Final = Absent()
"""In a table of edits: the row does not touch this field (None: it clears it)."""

Cell = Value | Absent


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeTable:
    """Changes of one kind that all create their record, or all edit one.

    `columns` maps a field's number to one cell a row: for creations None means "not set"; for edits None
    means "cleared" and `ABSENT` "not touched". `records` and `contexts` are empty for creations, whose
    record is their dot and whose context is nothing. Lists are the table's own: read, never changed.
    """

    kind: int
    creates: bool
    dots: list[Dot]
    stamps: list[Stamp]
    authors: list[OfficerId]
    columns: dict[int, list[Cell]]
    records: list[RecordId]
    contexts: list[Context]

    def __len__(self) -> int:
        return len(self.dots)

    def changes(self) -> Iterator[Change]:
        """The rows as changes, in row order."""
        numbers = tuple(self.columns)
        rows: Iterator[tuple[Cell, ...]] = (
            zip(*self.columns.values(), strict=True) if numbers else iter([()] * len(self))
        )
        heads = zip(self.dots, self.stamps, self.authors, strict=True)
        if self.creates:
            for (dot, stamp, author), row in zip(heads, rows, strict=True):
                yield Change(
                    dot=dot, record=RecordId(dot), kind=self.kind, stamp=stamp, author=author,
                    fields={n: v for n, v in zip(numbers, row, strict=True) if v is not None},  # type: ignore[misc]  # no ABSENT here
                )  # fmt: skip
            return
        edits = zip(heads, rows, self.records, self.contexts, strict=True)
        for (dot, stamp, author), row, record, context in edits:
            yield Change(
                dot=dot, record=record, kind=self.kind, stamp=stamp, author=author, context=context,
                fields={n: v for n, v in zip(numbers, row, strict=True) if not isinstance(v, Absent)},
            )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """What a body holds: its tables, and the order in which their rows interleave."""

    tables: tuple[ChangeTable, ...]
    order: Sequence[int]

    @property
    def count(self) -> int:
        return len(self.order)

    def changes(self) -> Iterator[Change]:
        """Every change, in the order it was encoded: dot order in a bundle, log order in a segment."""
        rows = [table.changes() for table in self.tables]
        if len(rows) == 1:
            yield from rows[0]
            return
        for index in self.order:
            yield next(rows[index])
