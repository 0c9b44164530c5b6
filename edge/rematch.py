"""Checks that were made while the list was locked, asked about once it is open again.

Invariants: each is asked about once, against the whole list, and what is found is a late hit; a check
and its hits are committed together; the booth waits for one slice at most; a check that cannot be asked about
is passed over, and no other waits for it.
Must not know: the session, pages, why the list was locked.
"""

from __future__ import annotations

from edge import answering, hitting
from edge.kit import Kit
from edge.store import lease, passed_over
from shared.database import Connection
from shared.ids import SYSTEM
from shared.ledger import records
from shared.ledger.savepoint import Spoilt, attempt, sparing
from shared.limits import APPLY_SLICE_MS
from shared.schema import Kind
from shared.watchlist import subject_of


def catch_up(kit: Kit) -> int:
    """Ask about every check that waits; returns how many late hits came of it."""
    late, going = 0, True
    while going:
        with kit.database.transaction() as tx:
            found, going = _slice(kit, tx)
            late += found
    return late


def _slice(kit: Kit, tx: Connection) -> tuple[int, bool]:
    until, late = kit.world.monotonic_ms() + APPLY_SLICE_MS, 0
    while (check := lease.next_unmatched(tx)) is not None:
        spoilt: Spoilt = {}
        with sparing(spoilt, check), attempt(tx):
            late += _one(kit, tx, check)
        passed_over.note(tx, spoilt, at_ms=kit.now_ms())
        lease.matched(tx, check)
        if kit.world.monotonic_ms() >= until:
            return late, True
    return late, False


def _one(kit: Kit, tx: Connection, number: int) -> int:
    check = records.read(tx, Kind.CHECK, number)
    if check is None or check.values.get("void"):
        return 0
    found = answering.search(kit, tx, subject_of(check.values)).found
    return hitting.append(kit, tx, check=number, values=check.values, found=found, author=SYSTEM, late=True)
