"""What the centre gave up of this node's feeds: told by its head, kept, and brought if it is here after all.

Must not know: why it was given up, SQL of the log.
"""

from __future__ import annotations

from collections.abc import Sequence

from edge.kit import Kit
from edge.store import lost
from shared.database import Connection
from shared.ids import SYSTEM
from shared.ledger import audit
from shared.ledger.audit import Line

Run = tuple[int, int, int]
"""(feed, first seq, last seq)."""


def told(tx: Connection) -> tuple[Run, ...]:
    """The runs given up, as the centre last said."""
    return lost.runs(tx)


def hear(kit: Kit, tx: Connection, runs: Sequence[Run]) -> bool:
    """Keep what the centre says it gave up; returns whether something of it is new and here after all."""
    before = lost.runs(tx)
    if tuple(runs) == before:
        return False
    lost.keep(tx, runs)
    new = [run for run in runs if run not in before]
    for feed, first, last in new:
        detail = f"feed {feed}, {first} to {last}"
        audit.write(
            tx,
            Line(at_ms=kit.now_ms(), officer=SYSTEM, device="hub", action="gap_given_up", detail=detail),
        )
    return bool(new) and bool(kit.log.bundles_in(tx, new, budget_bytes=1))
