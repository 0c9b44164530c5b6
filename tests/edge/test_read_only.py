"""A disk that can only be read: the officer is told, nothing shown as saved is lost, and it heals."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlcipher3.dbapi2 as sqlcipher

from edge.store.opening import connect_to
from shared.database import Database
from shared.errors import StoreError
from tests.edge.reborn import Stage

WRITES = ("INSERT", "UPDATE", "DELETE", "BEGIN IMMEDIATE")
NOBODY = 65_534


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    made = Stage(tmp_path)
    yield made
    made.close()


def _refuses(sql: str, call: Any) -> Any:
    if sql.startswith(WRITES):
        raise sqlcipher.OperationalError("attempt to write a readonly database")
    return call()


def test_the_officer_is_told_and_it_heals_by_itself(stage: Stage):
    """No check is shown as saved while it lasts; the ones before are there, and the next one is saved."""
    stage.officer.capture()
    before = stage.post.look("SELECT count(*) FROM check_record")
    passing, stage.post.disk.trip = stage.post.disk.trip, _refuses
    booth, session = stage.post.node.booth, stage.officer.session
    with pytest.raises(StoreError) as refused:
        booth.open_case(session)
    assert refused.value.code == "store_read_only"
    assert "read-only" in refused.value.hint
    assert booth.recent(session, limit=5)
    stage.post.disk.trip = passing
    assert stage.post.look("SELECT count(*) FROM check_record") == before
    stage.officer.capture()
    assert stage.talk() == ""
    assert set(stage.remarks().values()) == {1}
    assert len(stage.remarks()) == 2


@pytest.mark.skipif(os.geteuid() != 0, reason="another account than the file's owner is needed")
def test_a_directory_that_may_not_be_written_is_coded():
    """A real one, by a process that is not root: SQLite's own complaint, with a hint."""
    with tempfile.TemporaryDirectory() as top:
        place = Path(top)
        path = place / "a.db"
        connection = connect_to(path)()
        connection.execute(f"PRAGMA key = \"x'{bytes(32).hex()}'\"")
        connection.execute("CREATE TABLE note (number INTEGER)")
        connection.close()
        path.chmod(0o444)
        place.chmod(0o555)
        assert _as_nobody(lambda: _write(path)) == "store_read_only"


def _write(path: Path) -> str:
    try:
        with Database(connect_to(path), key=bytes(32)) as database, database.transaction() as tx:
            tx.execute("INSERT INTO note VALUES (1)")
    except StoreError as refused:
        return refused.code
    return "written"


def _as_nobody(do: Callable[[], str]) -> str:
    """What a child of another account says."""
    here, there = os.pipe()
    child = os.fork()
    if not child:
        try:
            os.setuid(NOBODY)
            os.write(there, do().encode())
        finally:
            os._exit(0)
    os.close(there)
    os.waitpid(child, 0)
    with os.fdopen(here) as said:
        return said.read()
