"""Looking into a hub's store from a test."""

from __future__ import annotations

from hub.hub import Hub
from hub.store import custody
from hub.store.custody import Fault
from shared.ledger import audit, records
from shared.ledger.records import Record
from shared.schema import Kind
from tests.hub.outpost import Outpost


def heads(hub: Hub, post: Outpost) -> tuple[int, ...]:
    """The contiguous heads the hub holds of a post."""
    with hub.kit.database.snapshot() as tx:
        return custody.heads_of(tx, post.number)


def records_of(hub: Hub, kind: Kind) -> list[Record]:
    with hub.kit.database.snapshot() as tx:
        return records.select(tx, kind, "1", (), "ORDER BY id")


def record(hub: Hub, kind: Kind, number: int) -> Record:
    with hub.kit.database.snapshot() as tx:
        found = records.read(tx, kind, number)
    assert found is not None
    return found


def faults(hub: Hub) -> list[Fault]:
    """What is in quarantine."""
    with hub.kit.database.snapshot() as tx:
        return custody.open_faults(tx, 100)


def count(hub: Hub, table: str) -> int:
    with hub.kit.database.snapshot() as tx:
        return int(tx.execute(f"SELECT count(*) FROM {table}").fetchone()[0])  # noqa: S608 - a test's own word


def audit_lines(hub: Hub) -> int:
    """How many audit lines there are; fails where their chain does not hold."""
    with hub.kit.database.snapshot() as tx:
        return audit.verify(tx).number
