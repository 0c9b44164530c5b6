"""The persons of the alerts, filed by name and birth, for the desk's search.

Job: keep the index equal to the alerts the search takes in. Invariants: an alert that is gone leaves nothing
behind; filing one again changes nothing. Must not know: who searches, what a desk may see.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from shared.database import Connection
from shared.ledger import records
from shared.ledger.making_ready import made_ready
from shared.ledger.person_index import PersonIndex
from shared.ledger.savepoint import Spoilt, sparing
from shared.matching.evidence import Rarity
from shared.matching.matcher import person_in
from shared.schema import Kind
from shared.watchlist import Subject, subject_of

_ALERTS: Final = PersonIndex("alert_person")
_READ_AT_ONCE: Final = 500


def file_between(tx: Connection, base: int, top: int) -> None:
    """File the alerts base … top as they stand now; take out those that are gone."""
    there = {each.id: each for each in records.select(tx, Kind.ALERT, "id BETWEEN ? AND ?", (base, top))}
    filed = tx.execute(
        "SELECT DISTINCT owner FROM alert_person_entry WHERE owner BETWEEN ? AND ?", (base, top)
    ).fetchall()
    for (owner,) in filed:
        if owner not in there:
            _ALERTS.put(tx, owner, None)
    for alert in there.values():
        _ALERTS.put(tx, alert.id, person_in(subject_of(alert.values)))


def forget(tx: Connection, record: int) -> None:
    """Take out a record that was erased; harmless for one that was never filed."""
    _ALERTS.put(tx, record, None)


@dataclass(frozen=True, slots=True)
class Like:
    """Alerts whose person somebody may be; `cut`: too many are, and there may be others."""

    alerts: list[int]
    cut: bool


def alerts_like(tx: Connection, subject: Subject) -> Like:
    """The alerts whose person this may be."""
    meant = _ALERTS.find(tx, person_in(subject))
    return Like([filed.owner for filed, _ in meant.found], meant.may_be_more)


def rarity(tx: Connection) -> Rarity:
    """How rare the words of names are among the alerts."""
    return _ALERTS.rarity(tx)


def file_anew(tx: Connection) -> Spoilt:
    """Build the index where this version files persons otherwise; returns the alerts it could not take in."""
    spoilt: Spoilt = {}
    if not _ALERTS.is_current(tx):
        _ALERTS.clear(tx)
        _ALERTS.build(tx, made_ready(_all(tx, spoilt), spoilt))
    return spoilt


def _all(tx: Connection, spoilt: Spoilt) -> Iterator[tuple[int, Subject]]:
    last = 0
    while batch := records.select(tx, Kind.ALERT, "id > ?", (last,), f"ORDER BY id LIMIT {_READ_AT_ONCE}"):
        last = batch[-1].id
        for each in batch:
            with sparing(spoilt, each.id):
                yield each.id, subject_of(each.values)
