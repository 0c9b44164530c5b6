"""An own check filed under what it says, so that later alerts find it.

Invariant: what cannot be filed stops neither the officer nor the check: it is passed over, told on the status
page, and tried again after a start. Must not know: pages, what the list answered.
"""

from __future__ import annotations

from edge.kit import Kit
from edge.store import passed_over, watch
from shared.database import Connection
from shared.ledger.savepoint import Spoilt, attempt, spared, sparing
from shared.watchlist import Subject


def file(
    kit: Kit, tx: Connection, check: int, subject: Subject | None, *, before: Subject | None = None
) -> bool:
    """File a check in place of what it said `before`; None takes it out. Returns whether that went well."""
    spoilt: Spoilt = {}
    with sparing(spoilt, check), attempt(tx):
        keys = kit.matcher.keys_of(subject) if subject is not None else ()
        watch.key_check(tx, check, before=_keys_once(kit, before), keys=keys)
        watch.file_check(tx, check, subject)
    passed_over.note(tx, spoilt, at_ms=kit.now_ms())
    return not spoilt


def _keys_once(kit: Kit, subject: Subject | None) -> tuple[int, ...]:
    """The keys a check had; none where it could not be filed then."""
    return spared(lambda: kit.matcher.keys_of(subject), otherwise=()) if subject is not None else ()
