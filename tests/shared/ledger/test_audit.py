"""The audit chain: every change of the past shows."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlcipher3.dbapi2 import IntegrityError

from shared.database import Connection
from shared.errors import StoreError
from shared.ids import OfficerId
from shared.ledger import audit
from shared.ledger.audit import Line
from tests.shared.ledger.files import open_ledger


@pytest.fixture
def tx(tmp_path: Path) -> Iterator[Connection]:
    with open_ledger(tmp_path / "audit.db") as database, database.transaction() as tx:
        yield tx


def write(tx: Connection, count: int) -> None:
    for at in range(count):
        audit.write(tx, Line(at_ms=at, officer=OfficerId(1), device="d", action="look", detail=f"n{at}"))


def test_a_chain_verifies_to_its_head(tx: Connection) -> None:
    """What was written line by line walks to the same head; an empty audit is at 0."""
    assert audit.verify(tx) == audit.head(tx)
    write(tx, 5)
    assert audit.verify(tx) == audit.head(tx)
    assert audit.head(tx).number == 5


@pytest.mark.parametrize(
    "column", ["at_ms", "officer", "device", "action", "record", "purpose", "reference", "detail"]
)
def test_a_rewritten_line_shows(tx: Connection, column: str) -> None:
    """No field of a line can be altered, even by one who can drop the triggers."""
    write(tx, 3)
    tx.execute("DROP TRIGGER audit_no_update")
    tx.execute(f"UPDATE audit SET {column} = 9 WHERE number = 2")  # noqa: S608 - from the list above
    with pytest.raises(StoreError, match="audit line 2"):
        audit.verify(tx)


def test_a_missing_line_shows(tx: Connection) -> None:
    """A line taken out of the middle breaks the chain after it."""
    write(tx, 3)
    tx.execute("DROP TRIGGER audit_no_delete")
    tx.execute("DELETE FROM audit WHERE number = 2")
    with pytest.raises(StoreError, match="audit line 3"):
        audit.verify(tx)


def test_the_table_refuses_update_and_delete(tx: Connection) -> None:
    """Only below a mark that was set first may old lines go."""
    write(tx, 3)
    for sql in ("UPDATE audit SET detail = ''", "DELETE FROM audit WHERE number = 1"):
        with pytest.raises(IntegrityError, match="append-only"):
            tx.execute(sql)
    tx.execute("INSERT INTO meta (name, number) VALUES ('audit_pruned_to', 1)")
    tx.execute("DELETE FROM audit WHERE number = 1")
    with pytest.raises(IntegrityError, match="append-only"):
        tx.execute("DELETE FROM audit WHERE number = 2")
    assert audit.verify(tx).number == 3
