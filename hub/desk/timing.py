"""Pairs of checks that cannot both be in time, as rows of a page.

Invariant: of a check the desk may not see nothing is said but whose it is. Must not know: SQL, roads, pages.
"""

from __future__ import annotations

from collections.abc import Sequence

from hub.desk.rows import Rows
from hub.desk.view import CheckRow, TimesRow
from hub.store import lists, times
from hub.store.times import Pair
from shared.database import Connection
from shared.schema import Kind
from shared.travel import TOP_SPEED_KM_H


def rows_of(tx: Connection, rows: Rows, *, check: int | None = None, limit: int) -> tuple[TimesRow, ...]:
    """The pairs of which this desk may see a check, newest first; those of one check, if one is named."""
    pairs = times.visible(tx, rows.sight, check=check, limit=limit)
    wanted = sorted({each for pair in pairs for each in (pair.one, pair.other)})
    shown = rows.checks(lists.visible_among(tx, rows.sight, Kind.CHECK, wanted))
    by_id = {int(row.id): row for row in shown}
    return tuple(_row(pair, by_id) for pair in pairs)


def _row(pair: Pair, by_id: dict[int, CheckRow]) -> TimesRow:
    checks: Sequence[CheckRow] = [by_id[each] for each in (pair.one, pair.other) if each in by_id]
    whole = len(checks) == 2
    return TimesRow(
        same=pair.found.same.value,
        checks=tuple(sorted(checks, key=lambda row: row.happened_ms)),
        elsewhere="" if whole else pair.countries[1 if pair.one in by_id else 0],
        km=round(pair.found.km) if whole else None,
        speed_km_h=round(TOP_SPEED_KM_H),
        needed_s=pair.found.needed_ms // 1000 if whole else None,
        at_most_s=pair.found.at_most_ms // 1000 if whole else None,
    )
