"""Rows for the desk's pages and for the search: only what the desk may see.

Must not know: how a row is shown.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from hub.store.sight import Sight
from shared.database import Connection
from shared.ids import Lane, feed_of_dot, lane_of_feed, node_of_dot
from shared.ledger import concern, records
from shared.ledger.records import Record
from shared.ledger.tables import table_of
from shared.schema import SCHEMA, Kind
from shared.watchlist import Subject

_SEQ_MASK = (1 << 40) - 1
_FILED = Subject._fields[:9]  # surname … vin
_NOT_OF = {Kind.CHECK: (), Kind.HIT: ("written_name",), Kind.ALERT: ("written_name",)}
_SUBJECT_OF = {
    kind: ", ".join(
        "birth" if name == "birth" else "''" if name in absent else f"coalesce({name}, '')" for name in _FILED
    )
    for kind, absent in _NOT_OF.items()
}
_KINDS_IN_LANE = {Lane.ROUTINE: (Kind.CHECK,), Lane.URGENT: (Kind.HIT, Kind.ALERT), Lane.BULK: ()}


OPEN: Final = "(outcome IS NULL OR outcome = 'possible')"
TASK: Final = concern.SHOWN_ONCE
OPEN_TASK: Final = f"{OPEN} AND {TASK}"
"""Conditions on hits: nobody has settled it; it stands for its pair of check and alert; both."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a check stands in the order of arrival: the bundle that brought it, and its id."""

    bundle: int
    record: int


def subjects_between(tx: Connection, base: int, top: int) -> Iterator[tuple[int, Subject]]:
    """Who and what the checks, hits and alerts base … top are about."""
    for kind in _KINDS_IN_LANE[lane_of_feed(feed_of_dot(base))]:
        rows = tx.execute(
            f"SELECT id, {_SUBJECT_OF[kind]} FROM {table_of(SCHEMA[kind])} WHERE id BETWEEN ? AND ?",  # noqa: S608 — schema names
            (base, top),
        )
        yield from ((row[0], Subject(*row[1:])) for row in rows)


def ids_between(tx: Connection, kind: Kind, base: int, top: int, *, limit: int) -> list[int]:
    """The first records of a kind among base … top."""
    rows = tx.execute(
        f"SELECT id FROM {table_of(SCHEMA[kind])} WHERE id BETWEEN ? AND ? ORDER BY id LIMIT ?",  # noqa: S608 — schema names
        (base, top, limit),
    )
    return [record for (record,) in rows]


def visible(
    tx: Connection,
    sight: Sight,
    kind: Kind,
    where: str = "1",
    parameters: Sequence[object] = (),
    tail: str = "",
) -> list[Record]:
    """Records of a kind by a condition, as far as the desk may see them. `tail` holds ORDER BY and LIMIT."""
    condition, more = sight.condition(kind, table_of(SCHEMA[kind]))
    return records.select(tx, kind, f"({where}) AND {condition}", (*parameters, *more), tail)


def visible_among(tx: Connection, sight: Sight, kind: Kind, found: Sequence[int]) -> list[Record]:
    """The records of a kind among these ids that the desk may see."""
    rows: list[Record] = []
    for at in range(0, len(found), 500):
        part = found[at : at + 500]
        rows += visible(tx, sight, kind, f"id IN ({','.join('?' * len(part))})", part)
    return rows


def place_of(tx: Connection, record: int) -> Place | None:
    """Where a record stands in the order of arrival; None for what no bundle brought."""
    row = tx.execute(
        "SELECT id FROM bundle WHERE feed = ? AND first <= ? ORDER BY first DESC LIMIT 1",
        (record >> 40, record & _SEQ_MASK),
    ).fetchone()
    return None if row is None else Place(bundle=row[0], record=record)


def latest_checks(tx: Connection, sight: Sight, *, before: Place | None, limit: int) -> list[Record]:
    """The checks a desk may see, latest received first."""
    at = before or Place(bundle=1 << 62, record=0)
    own = tx.execute(
        "SELECT b.id, c.id FROM bundle b CROSS JOIN check_record c ON c.id BETWEEN b.base AND b.top "
        "WHERE b.id <= ?1 AND b.feed & 3 = 1 "
        "AND b.feed IN (SELECT f.feed FROM feed f JOIN node n ON n.node = f.node WHERE n.country = ?2) "
        "AND (b.id < ?1 OR c.id < ?3) AND c.owner = ?2 ORDER BY b.id DESC, c.id DESC LIMIT ?4",
        (at.bundle, sight.country, at.record, limit),
    ).fetchall()
    condition, parameters = sight.condition(Kind.CHECK, "c")
    others = tx.execute(
        "SELECT b.id, c.id FROM (SELECT record FROM opened WHERE country = ? UNION "  # noqa: S608 — our own names
        "SELECT c.record FROM party p JOIN conflict c ON c.id = p.conflict "
        "WHERE p.country = ? AND c.resolved_ms IS NULL UNION "
        'SELECT h."check" FROM party p JOIN conflict c ON c.id = p.conflict '
        "JOIN hit_record h ON h.id = c.record WHERE p.country = ? AND c.resolved_ms IS NULL) x "
        "JOIN check_record c ON c.id = x.record "
        "JOIN bundle b ON b.feed = c.id >> 40 AND b.first = (SELECT max(first) FROM bundle "
        "WHERE feed = c.id >> 40 AND first <= c.id & ?) "
        f"WHERE c.owner <> ? AND (b.id < ? OR (b.id = ? AND c.id < ?)) AND {condition} "
        "ORDER BY b.id DESC, c.id DESC LIMIT ?",
        (
            *(sight.country, sight.country, sight.country, _SEQ_MASK, sight.country),
            *(at.bundle, at.bundle, at.record, *parameters, limit),
        ),
    ).fetchall()
    wanted = sorted({*own, *others}, reverse=True)[:limit]
    ids = [record for _, record in wanted]
    rows = {row.id: row for row in visible_among(tx, sight, Kind.CHECK, ids)}
    return [rows[record] for record in ids if record in rows]


def count_checks_since(tx: Connection, country: str, since_ms: int) -> int:
    """How many changes of a country's routine feeds came since then: mostly checks."""
    (count,) = tx.execute(
        "SELECT coalesce(sum(b.count), 0) FROM bundle b JOIN feed f ON f.feed = b.feed "
        "JOIN node n ON n.node = f.node WHERE n.country = ? AND b.feed & 3 = 1 AND b.received_ms >= ? "
        "AND b.id > (SELECT max(id) - 100000 FROM bundle)",
        (country, since_ms),
    ).fetchone()
    return int(count)


def newest_status(tx: Connection, node: int) -> Record | None:
    """The last status a node sent."""
    feed = (node << 2) | Lane.ROUTINE
    found = records.select(
        tx,
        Kind.NODE_STATUS,
        "id BETWEEN ? AND ?",
        ((feed << 40) + 1, (feed << 40) + _SEQ_MASK),
        "ORDER BY id DESC LIMIT 1",
    )
    return found[0] if found else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Why fields of a record were changed: who said so, where, when, of which fields."""

    node: int
    author: int
    stamp: int
    names: tuple[str, ...]
    text: str


def reasons_of(tx: Connection, record: int) -> list[Reason]:
    """The reasons given for a record's corrections, oldest first."""
    found = records.select(tx, Kind.CORRECTION, "of = ?", (record,), "ORDER BY stamp, id")
    reasons: list[Reason] = []
    for each in found:
        names = each.values.get("fields")
        listed = tuple(str(name) for name in names) if isinstance(names, tuple) else ()
        reasons.append(
            Reason(
                node=node_of_dot(each.id),
                author=each.author,
                stamp=each.stamp,
                names=listed,
                text=each.text("reason"),
            )
        )
    return reasons


def refusals_of(tx: Connection, record: int) -> dict[int, str]:
    """Why changes of a record were refused, by dot."""
    return dict(tx.execute("SELECT dot, reason FROM refused WHERE record = ?", (record,)).fetchall())


def hits_on(tx: Connection, alert: int) -> int:
    (count,) = tx.execute("SELECT count(*) FROM hit_record WHERE alert = ?", (alert,)).fetchone()
    return int(count)


def audit_of(
    tx: Connection, officer: int, limit: int
) -> list[tuple[int, str, int | None, str | None, str | None, str | None]]:
    """(at, action, record, purpose, reference, detail) of an officer's acts, newest first."""
    rows: list[tuple[int, str, int | None, str | None, str | None, str | None]] = tx.execute(
        "SELECT at_ms, action, record, purpose, reference, detail FROM audit WHERE officer = ? "
        "AND officer <> 0 ORDER BY number DESC LIMIT ?",
        (officer, limit),
    ).fetchall()
    return rows


def logins(tx: Connection) -> frozenset[str]:
    """Every login there is, folded: a login names one officer."""
    return frozenset(str(login).casefold() for (login,) in tx.execute("SELECT login FROM officer_record"))
