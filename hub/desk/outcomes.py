"""How often a stop at a post was for somebody else: the cleared share of its hits, and what it is worth.

Job: turn counts into rows. Invariant: a share stands beside its counts and its interval, and is not given at
all where too few hits were settled to tell anything. Must not know: SQL, pages.

Interval: Wilson's score interval at 95 per cent (E. B. Wilson, 1927), which stays inside 0 and 1 and holds
for shares near either.
"""

from __future__ import annotations

from math import sqrt
from typing import Final

from hub.desk.outcome_row import OutcomeRow
from hub.desk.rows import Rows
from hub.store import outcomes
from hub.store.outcomes import Tally
from shared.database import Connection

FEW: Final = 20  # settled; with fewer the interval spans more than 40 of 100: it would look like knowledge
_Z: Final = 1.959964  # the normal quantile of 95 per cent, two-sided


def rows_of(tx: Connection, rows: Rows, *, country: str, since_ms: int) -> tuple[OutcomeRow, ...]:
    """A row for each post with hits this desk may see; own posts first."""
    found = [_row(rows, tally, country) for tally in outcomes.by_post(tx, rows.sight, since_ms=since_ms)]
    return tuple(sorted(found, key=lambda row: (not row.own, row.country, row.post_name)))


def interval(part: int, whole: int) -> tuple[float, float]:
    """The 95 per cent interval of a share; (0, 1) of nothing."""
    if not whole:
        return 0.0, 1.0
    share, z2 = part / whole, _Z * _Z
    middle = (share + z2 / (2 * whole)) / (1 + z2 / whole)
    half = _Z * sqrt(share * (1 - share) / whole + z2 / (4 * whole * whole)) / (1 + z2 / whole)
    return max(0.0, middle - half), min(1.0, middle + half)


def _row(rows: Rows, tally: Tally, country: str) -> OutcomeRow:
    settled = tally.confirmed + tally.cleared
    enough = settled >= FEW
    low, high = interval(tally.cleared, settled)
    return OutcomeRow(
        post=tally.post,
        post_name=rows.directory.post_name(tally.post),
        country=tally.country,
        own=tally.country == country,
        hits=settled + tally.open,
        open=tally.open,
        confirmed=tally.confirmed,
        cleared=tally.cleared,
        share=tally.cleared / settled if enough else None,
        low=low if enough else None,
        high=high if enough else None,
    )
