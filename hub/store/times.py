"""Pairs of checks that lie nearer in time than the road allows, as the last look at them found.

Invariants: of a pair there is one row, whichever check came first; a check's rows are set anew whenever it is
looked at; a desk is given no pair of which it may see neither check. Must not know: roads, clocks, pages.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from hub.store.sight import Sight
from shared.database import Connection
from shared.ledger import records
from shared.ledger.records import Record
from shared.limits import COUNT_MAX
from shared.schema import Kind
from shared.travel import Same, TooSoon

_AT_ONCE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Two checks, and which of them the desk may see. `one` is the lower id."""

    one: int
    other: int
    found: TooSoon
    sees_one: bool
    sees_other: bool
    countries: tuple[str, str]


def near(tx: Connection, among: Sequence[int], check: Record, *, within_ms: int) -> list[Record]:
    """The checks among these ids at other posts and within a time of this one, by their corrected clocks."""
    at = (check.number("happened") or 0) + (check.number("clock_correction_ms") or 0)
    found: list[Record] = []
    for start in range(0, len(among), _AT_ONCE):
        part = among[start : start + _AT_ONCE]
        marks = ",".join("?" * len(part))
        found += records.select(
            tx,
            Kind.CHECK,
            f"id IN ({marks}) AND id <> ? AND post <> ? "
            "AND happened + coalesce(clock_correction_ms, 0) BETWEEN ? AND ?",
            (*part, check.id, check.text("post"), _held(at - within_ms), _held(at + within_ms)),
        )
    return found


def _held(ms: int) -> int:
    """The nearest number that a column holds: a peer may say any, and their sum is none of them."""
    return min(max(ms, -COUNT_MAX), COUNT_MAX)


def set_of(tx: Connection, check: int, found: Sequence[tuple[int, TooSoon]], *, at_ms: int) -> None:
    """Set the pairs a check is in."""
    forget(tx, check)
    tx.executemany(
        "INSERT INTO impossible_time (one, other, same, metres, needed_ms, at_most_ms, at_ms) "
        "VALUES (?, ?, ?, ?, ?, ?, ?)",
        [
            (
                min(check, other),
                max(check, other),
                each.same.value,
                round(each.km * 1000),
                each.needed_ms,
                each.at_most_ms,
                at_ms,
            )
            for other, each in found
        ],
    )


def forget(tx: Connection, check: int) -> None:
    """Take a check out of every pair; harmless for one that is in none."""
    tx.execute("DELETE FROM impossible_time WHERE one = ?", (check,))
    tx.execute("DELETE FROM impossible_time WHERE other = ?", (check,))


def visible(tx: Connection, sight: Sight, *, check: int | None = None, limit: int) -> list[Pair]:
    """The pairs of which the desk may see a check (all, or those `check` is in), newest first."""
    ours, parameters = sight.condition(Kind.CHECK, "a")
    theirs, more = sight.condition(Kind.CHECK, "b")
    of_check = "" if check is None else "AND (t.one = ? OR t.other = ?) "
    rows = tx.execute(
        "SELECT * FROM (SELECT t.one, t.other, t.same, t.metres, t.needed_ms, t.at_most_ms, "  # noqa: S608 — our own names
        f"{ours} AS sees_one, {theirs} AS sees_other, a.owner, b.owner, t.at_ms AS at_ms "
        "FROM impossible_time t JOIN check_record a ON a.id = t.one JOIN check_record b ON b.id = t.other "
        f"WHERE 1 {of_check}) WHERE sees_one OR sees_other ORDER BY at_ms DESC, one, other LIMIT ?",
        (*parameters, *more, *(() if check is None else (check, check)), limit),
    )
    return [
        Pair(
            one=row[0],
            other=row[1],
            found=TooSoon(same=Same(row[2]), km=row[3] / 1000, needed_ms=row[4], at_most_ms=row[5]),
            sees_one=bool(row[6]),
            sees_other=bool(row[7]),
            countries=(row[8], row[9]),
        )
        for row in rows
    ]
