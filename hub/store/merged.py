"""The changes of a run of numbers, as they were said, read back from the records they were merged into.

What is missing was erased, or could not be used. Must not know: bundles, who asks.
"""

from __future__ import annotations

from shared import wire
from shared.change import Change
from shared.database import Connection
from shared.ids import Dot
from shared.ledger import records
from shared.schema import SCHEMA


def between(tx: Connection, first: Dot, last: Dot) -> list[Change]:
    """The changes with numbers from `first` to `last`, by number."""
    found = {
        change.dot: change for kind in SCHEMA for change in records.created_between(tx, kind, first, last)
    }
    # Of a record that has history the row says what it came to be; how it was created is kept there.
    rows = tx.execute(
        "SELECT payload FROM history WHERE record BETWEEN ?1 AND ?2 AND dot = record "
        "UNION ALL SELECT payload FROM history WHERE dot BETWEEN ?1 AND ?2 AND dot <> record",
        (first, last),
    )
    kept = (wire.unpack_change(payload) for (payload,) in rows)
    found |= {change.dot: change for change in kept}
    return [found[dot] for dot in sorted(found)]
