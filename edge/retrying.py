"""What was passed over, tried again after a start, which may be after an upgrade.

Job: apply what the feed brought and could not be applied; file and match records that could not be. What
fails again stays where it is. Must not know: pages, the session.
"""

from __future__ import annotations

from edge import hitting
from edge.kit import Kit
from edge.replica import Replica
from edge.store import lease, load, passed_over, watch
from edge.store.passed_over import PassedOver
from shared import wire
from shared.database import Connection
from shared.ledger import records
from shared.ledger.savepoint import Spoilt, attempt, sparing
from shared.schema import Kind
from shared.watchlist import subject_of


def retry(kit: Kit) -> None:
    """Each in a transaction of its own."""
    with kit.database.snapshot() as tx:
        waiting = passed_over.every(tx)
    replica = Replica(kit)
    for one in waiting:
        again: Spoilt = {}
        with kit.database.transaction() as tx, sparing(again, one.dot), attempt(tx):
            if one.scope is not None and one.payload is not None:
                replica.one(tx, one.scope, wire.unpack_change(one.payload))
                passed_over.drop(tx, one.dot)
            elif _match(kit, tx, one):
                passed_over.drop(tx, one.dot)


def _match(kit: Kit, tx: Connection, one: PassedOver) -> bool:
    """File a record and have it matched; False for an alert of a list that is still to come."""
    check = records.read(tx, Kind.CHECK, one.dot)
    if check is not None:
        if not check.values.get("void"):
            subject = subject_of(check.values)
            watch.key_check(tx, one.dot, keys=kit.matcher.keys_of(subject))
            watch.file_check(tx, one.dot, subject)
            lease.note_unmatched(tx, one.dot)
        return True
    if records.read(tx, Kind.ALERT, one.dot) is None:
        return load.read(tx) is None
    hitting.late_hits(kit, tx, watch.rekey(tx, kit.matcher, [one.dot]))
    return True
