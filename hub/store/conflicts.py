"""Conflicts as rows: opened, worsened, resolved, and whose countries are in them.

Invariant: a record has at most one open conflict; a resolved one is history and stays.
Must not know: how standing is found.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from shared.database import Connection
from shared.ids import Dot, OfficerId, RecordId
from shared.merge import Standing


@dataclass(frozen=True, slots=True, kw_only=True)
class Conflict:
    """One conflict of one record. `correction` is the record that holds the reason of the decision."""

    id: int
    record: RecordId
    kind: int
    owner: str
    standing: Standing
    opened_ms: int
    resolved_ms: int | None
    resolved_by: OfficerId | None
    parties: tuple[str, ...]


_COLUMNS = "c.id, c.record, c.kind, c.owner, c.standing, c.opened_ms, c.resolved_ms, c.resolved_by"


def note(
    tx: Connection,
    *,
    record: int,
    kind: int,
    owner: str,
    standing: Standing,
    parties: Iterable[str],
    by: int,
    change: int,
    at_ms: int,
) -> None:
    """Bring a record's conflict row in line with its standing."""
    row = tx.execute("SELECT id FROM conflict WHERE record = ? AND resolved_ms IS NULL", (record,)).fetchone()
    if standing is Standing.AGREED:
        if row is not None:
            tx.execute(
                "UPDATE conflict SET resolved_ms = ?, resolved_by = ?, resolution = ? WHERE id = ?",
                (at_ms, by, change, row[0]),
            )
        return
    if row is None:
        row = tx.execute(
            "INSERT INTO conflict (record, kind, owner, standing, opened_ms) "
            "VALUES (?, ?, ?, ?, ?) RETURNING id",
            (record, kind, owner, standing, at_ms),
        ).fetchone()
    else:
        tx.execute("UPDATE conflict SET standing = ? WHERE id = ?", (standing, row[0]))
    tx.execute("DELETE FROM party WHERE conflict = ?", (row[0],))
    tx.executemany(
        "INSERT OR IGNORE INTO party (conflict, country) VALUES (?, ?)",
        [(row[0], country) for country in {owner, *parties}],
    )


def explain(tx: Connection, *, record: int, correction: int) -> None:
    """Put the record that holds the reason beside the newest resolution."""
    tx.execute(
        "UPDATE conflict SET correction = ? WHERE id = (SELECT max(id) FROM conflict WHERE record = ?)",
        (correction, record),
    )


def of_country(tx: Connection, country: str, *, open_only: bool, limit: int) -> list[Conflict]:
    """Conflicts a country is a party to: hard before soft, then the oldest first."""
    rows = tx.execute(
        f"SELECT {_COLUMNS} FROM conflict c JOIN party p ON p.conflict = c.id AND p.country = ? "  # noqa: S608 — our own names
        + ("WHERE c.resolved_ms IS NULL " if open_only else "")
        + "ORDER BY c.resolved_ms IS NOT NULL, c.standing DESC, c.opened_ms LIMIT ?",
        (country, limit),
    ).fetchall()
    return [_conflict(tx, row) for row in rows]


def count_hard(tx: Connection, country: str) -> int:
    (count,) = tx.execute(
        "SELECT count(*) FROM conflict c JOIN party p ON p.conflict = c.id AND p.country = ? "
        "WHERE c.resolved_ms IS NULL AND c.standing = 2",
        (country,),
    ).fetchone()
    return int(count)


def open_of(tx: Connection, record: int) -> Conflict | None:
    """A record's open conflict."""
    row = tx.execute(
        f"SELECT {_COLUMNS} FROM conflict c WHERE c.record = ? AND c.resolved_ms IS NULL",  # noqa: S608 — our own names
        (record,),
    ).fetchone()
    return None if row is None else _conflict(tx, row)


def _conflict(tx: Connection, row: Any) -> Conflict:
    countries = tx.execute("SELECT country FROM party WHERE conflict = ? ORDER BY country", (row[0],))
    return Conflict(
        id=row[0],
        record=RecordId(Dot(row[1])),
        kind=row[2],
        owner=str(row[3]),
        standing=Standing(row[4]),
        opened_ms=row[5],
        resolved_ms=row[6],
        resolved_by=None if row[7] is None else OfficerId(row[7]),
        parties=tuple(country for (country,) in countries),
    )
