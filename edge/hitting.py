"""A hit: the record by which a desk can act although its check may arrive days later.

Job: append hits in the transaction of the check, and run newer alerts against earlier checks.
Invariants: one hit for one pair of check and alert, however often a feed is replayed; a hit
carries the person, the document, the vehicle and the alert's own words.
Must not know: pages, who is at the booth.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from edge import answering
from edge.answering import Found
from edge.kit import Kit
from edge.store import checks, watch
from shared.change import Value, named
from shared.database import Connection
from shared.ids import SYSTEM, OfficerId
from shared.ledger import concern
from shared.ledger.records import Record
from shared.limits import LATE_HIT_CHECKS
from shared.schema import Kind
from shared.watchlist import subject_of


def append(
    kit: Kit,
    tx: Connection,
    *,
    check: int,
    values: Mapping[str, Value],
    found: Iterable[Found],
    author: OfficerId,
    late: bool = False,
) -> int:
    """Append a hit for each alert that has none with this check yet; returns how many."""
    count = 0
    for one in found:
        if checks.has_hit(tx, check=check, alert=one.alert.id, owner=kit.country):
            continue
        kit.log.append(
            tx,
            kind=Kind.HIT,
            author=author,
            fields=named(
                Kind.HIT,
                concern.hit_values(one, kit.lists, owner=kit.country, check=check, values=values, late=late),
            ),
        )
        count += 1
    return count


def late_hits(kit: Kit, tx: Connection, alerts: Sequence[Record]) -> int:
    """Run a few new or changed alerts against the node's last checks; returns how many hits came of it."""
    if not alerts:
        return 0
    subjects = [subject_of(alert.values) for alert in alerts]
    like = watch.checks_with(tx, kit.matcher, subjects, newest=LATE_HIT_CHECKS)
    pairs = ((alert, check) for alert, checks in zip(alerts, like, strict=True) for check in checks)
    count = 0
    for alert, check in pairs:
        if check.values.get("void"):
            continue
        found = answering.judge(kit, tx, subject_of(check.values), alert)
        if found is not None:
            count += append(
                kit, tx, check=check.id, values=check.values, found=(found,), author=SYSTEM, late=True
            )
    return count
