"""Sight: which records a desk may see, and by which route. Enforced here, in the query itself.

Job: keep the routes by which another country's record is opened (`opened`), and give every list
and every look-up of the desk the condition that leaves the rest out.

    own        owner is the desk's country
    hit        a hit on one of its alerts names a check of the hit's country (and the hit itself)
    request    its request about the record was answered by the owner
    conflict   it is a party to an open conflict of the record, or of a hit on it
    listed     an alert whose audience includes the country

Invariants: a record no route leads to is not loaded at all, so no page can show it by mistake; a
route the policy leaves out opens nothing. Must not know: operators, pages.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from hub.why import Why
from shared.database import Connection
from shared.ledger.tables import table_of
from shared.schema import SCHEMA, Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """One desk's eyes: its country, and the routes the policy allows."""

    country: str
    routes: frozenset[Why]

    def condition(self, kind: Kind, alias: str) -> tuple[str, tuple[object, ...]]:
        """(SQL, parameters): true for rows `alias` of a kind's table that this desk may see."""
        parts, parameters = [f"{alias}.owner = ?"], [self.country]
        by_row = sorted(self.routes & {Why.HIT, Why.REQUEST})
        if by_row:
            marks = ",".join("?" * len(by_row))
            parts.append(
                f"EXISTS (SELECT 1 FROM opened o WHERE o.record = {alias}.id AND o.country = ? "  # noqa: S608 — only marks
                f"AND o.route IN ({marks}))"
            )
            parameters += [self.country, *by_row]
        if Why.CONFLICT in self.routes:
            parts.append(f"{alias}.id IN (SELECT record FROM ({_IN_CONFLICT}))")  # noqa: S608 — our own names
            parameters += [self.country, self.country]
        if kind is Kind.ALERT:
            parts.append(f"({alias}.audience IS NULL OR {alias}.audience LIKE ?)")
            parameters.append(f'%"{self.country}"%')
        return "(" + " OR ".join(parts) + ")", tuple(parameters)


# The records of open conflicts a country is in, and the checks behind hits in such a conflict.
_IN_CONFLICT = (
    "SELECT c.record AS record FROM party p JOIN conflict c ON c.id = p.conflict "
    "WHERE p.country = ? AND c.resolved_ms IS NULL "
    "UNION SELECT k.id FROM party p JOIN conflict c ON c.id = p.conflict "
    "JOIN hit_record h ON h.id = c.record "
    'JOIN check_record k ON k.id = h."check" AND k.owner = h.owner '  # a hit may name any check
    "WHERE p.country = ? AND c.resolved_ms IS NULL"
)


def route_to(tx: Connection, sight: Sight, kind: Kind, record: int) -> tuple[Why, int] | None:
    """(route, through which record) by which a desk sees a record; None when it may not."""
    condition, parameters = sight.condition(kind, "r")
    row = tx.execute(
        f"SELECT r.owner FROM {table_of(SCHEMA[kind])} r WHERE r.id = ? AND {condition}",  # noqa: S608 — schema names
        (record, *parameters),
    ).fetchone()
    if row is None:
        return None
    if row[0] == sight.country:
        return Why.OWN, 0
    found = tx.execute(
        "SELECT route, via FROM opened WHERE record = ? AND country = ? ORDER BY route LIMIT 1",
        (record, sight.country),
    ).fetchone()
    if found is not None and found[0] in sight.routes:
        return Why(found[0]), int(found[1])
    return (Why.LISTED if kind is Kind.ALERT else Why.CONFLICT), 0


def open_by(tx: Connection, via: int, route: Why, country: str, records: Iterable[int]) -> None:
    """Let `via` (a hit or a request) open exactly these records to a country."""
    tx.execute("DELETE FROM opened WHERE via = ? AND route = ?", (via, route))
    tx.executemany(
        "INSERT OR IGNORE INTO opened (record, country, route, via) VALUES (?, ?, ?, ?)",
        [(record, country, route, via) for record in records],
    )


def close_by(tx: Connection, via: int, route: Why) -> None:
    """Let it open nothing any more."""
    tx.execute("DELETE FROM opened WHERE via = ? AND route = ?", (via, route))
