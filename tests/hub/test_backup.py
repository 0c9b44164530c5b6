"""Backups: one moment, proven by opening the copy, and only then counted."""

from __future__ import annotations

from pathlib import Path

import pytest

from hub.backup import all_in, papers_of
from hub.config import Config
from hub.hub import Hub, build
from hub.store import backups, copying, opening
from shared.database import Database
from shared.enrolment import files
from shared.errors import ConfigError, StoreError
from tests.hub.outpost import Outpost


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "backups"
    made.mkdir()
    return made


def safe(hub: Hub) -> int:
    with hub.kit.database.snapshot() as tx:
        return backups.safe_ms(tx)


def test_a_backup_moves_what_nodes_may_let_go_of(hub: Hub, klobuk: Outpost, folder: Path):
    """What was acknowledged before it began is below `safe`; what is acknowledged after is signed later."""
    assert klobuk.ask(hub).head.safe == 0
    klobuk.check()
    before = klobuk.send(hub).head
    made = hub.backups.make(folder, papers={})
    klobuk.check()
    after = klobuk.send(hub).head
    assert before.time_ms <= made.covers_ms == after.safe < after.time_ms


def test_no_clock_makes_a_later_ack_look_covered(hub: Hub, klobuk: Outpost, folder: Path):
    """The hub's clock is set back after the copy: what is signed next is later than it all the same."""
    made = hub.backups.make(folder, papers={})
    klobuk.realm.dial.ms -= 3_600_000
    klobuk.check()
    assert klobuk.send(hub).head.time_ms > made.covers_ms


def test_a_copy_is_of_one_moment_while_work_goes_on(hub: Hub, klobuk: Outpost, folder: Path):
    """A post sends in the middle of the copying: the copy is whole, and without what came meanwhile."""
    klobuk.check()
    klobuk.send(hub)
    sent = []

    def busy(_done: int, _all: int) -> None:
        if not sent:
            klobuk.check()
            sent.append(klobuk.realm)
            with klobuk.realm.hub() as beside:
                klobuk.send(beside)

    made = hub.backups.make(folder, papers={}, say=busy)
    assert sent
    key = hub.kit.identity.database_key
    path = made.path / files.DATABASE
    with Database(opening.connect_to(path), key=key) as copy, copy.snapshot() as tx:
        assert tx.execute("SELECT count(*) FROM check_record").fetchone() == (1,)


@pytest.mark.parametrize("where", ["damaged", "unlike", "cut off"])
def test_nothing_counts_before_the_copy_is_proven(
    hub: Hub, folder: Path, monkeypatch: pytest.MonkeyPatch, where: str
):
    """A disk that bends a page, a copy that says something else, a crash: `safe` and older backups stay."""
    first = hub.backups.make(folder, papers={})
    prove = copying.prove

    def fail(path: Path, *, key: bytes) -> list[tuple[object, ...]]:
        if where == "cut off":
            raise KeyboardInterrupt
        if where == "unlike":
            return [*prove(path, key=key), ()]
        data = bytearray(path.read_bytes())
        data[len(data) // 2] ^= 1
        path.write_bytes(data)
        return prove(path, key=key)

    monkeypatch.setattr(copying, "prove", fail)
    with pytest.raises((StoreError, KeyboardInterrupt)) as told:
        hub.backups.make(folder, papers={})
    if where != "cut off":
        assert isinstance(told.value, StoreError)
        assert told.value.code == "backup_damaged"
    assert safe(hub) == first.covers_ms
    assert all_in(folder) == [first.path]
    monkeypatch.setattr(copying, "prove", prove)
    hub.backups.make(folder, papers={})
    assert not list(folder.glob("making-*"))


def test_old_ones_go_once_there_are_newer(hub: Hub, folder: Path):
    """The newest few are kept."""
    made = [hub.backups.make(folder, papers={}, kept=2).path for _ in range(3)]
    assert all_in(folder) == made[:0:-1]


def test_a_disk_that_is_not_there_is_named(hub: Hub, tmp_path: Path):
    with pytest.raises(ConfigError) as told:
        hub.backups.make(tmp_path / "not mounted", papers={})
    assert told.value.code == "backup_unwritable"
    assert safe(hub) == 0


def test_the_key_of_the_database_does_not_go_along(home: Path, folder: Path):
    """A backup holds papers and locked keys; neither the database's key nor the sealed prekeys."""
    with build(Config(data=home), tends=True) as hub:
        key = hub.kit.identity.database_key
        made = hub.backups.make(folder, papers=papers_of(home))
    names = {path.name for path in made.path.iterdir()}
    assert {files.DATABASE, files.HUB_KEYS, files.HUB_CERTIFICATE, files.AUTHORITY_CARD} == names
    assert all(key not in path.read_bytes() for path in made.path.iterdir())
    assert all(path.stat().st_mode & 0o077 == 0 for path in made.path.iterdir())


def test_the_console_says_how_old_the_last_backup_is(hub: Hub, klobuk: Outpost, folder: Path):
    """None before the first; then its age."""
    with hub.kit.database.snapshot() as tx:
        assert backups.age_s(tx, now_ms=hub.kit.now_ms()) is None
    hub.backups.make(folder, papers={})
    klobuk.realm.dial.ms += 7_200_000
    with hub.kit.database.snapshot() as tx:
        assert backups.age_s(tx, now_ms=hub.kit.now_ms()) == 7_200
