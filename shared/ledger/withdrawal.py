"""Changes taken out of records again, and the edits of a run of records: for a log that gets other numbers.

Must not know: why a log gets other numbers, which they are.
"""

from __future__ import annotations

from collections.abc import Iterable

from shared import wire
from shared.change import Change
from shared.database import Connection
from shared.ids import Dot
from shared.ledger import records
from shared.ledger.tables import table_of
from shared.schema import Kind, record_type


def withdraw(tx: Connection, changes: Iterable[Change]) -> None:
    """Take changes of our own out of their records: they are to come back under other numbers.

    What others said of these records stays; a record without its creating change shows no more.
    """
    touched: dict[int, Kind] = {}
    for change in changes:
        row_type = record_type(change.kind)
        tx.execute("DELETE FROM history WHERE record = ? AND dot = ?", (change.record, change.dot))
        if row_type is not None:
            touched[change.record] = row_type.kind
            if change.creates:
                tx.execute(f"DELETE FROM {table_of(row_type)} WHERE id = ?", (change.record,))  # noqa: S608 - schema names
    for record, kind in touched.items():
        if records.has_history(tx, record):
            records.write_again(tx, kind, record)


def edits_between(tx: Connection, first: Dot, last: Dot) -> list[Change]:
    """The edits of records with ids from `first` to `last`."""
    rows = tx.execute(
        "SELECT payload FROM history WHERE record BETWEEN ? AND ? AND dot <> record ORDER BY record, dot",
        (first, last),
    )
    return [wire.unpack_change(payload) for (payload,) in rows]
