"""Backup, restore, certificate, start: with the files and commands an engineer uses."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from hub.backup import papers_of
from hub.backup_commands import backup, restore
from hub.config import Config
from hub.hub import build
from hub.restoring import restore as restore_from
from provisioning.authority import Authority, create
from provisioning.hub_setup import HubSetup
from shared.enrolment import HubRequest, files
from shared.errors import ConfigError, InputError
from tests.hub.outpost import START_MS

PASSPHRASE = "five quiet synthetic words here"


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    create(tmp_path / "authority", name="Test", passphrase=PASSPHRASE, now_ms=START_MS)
    return Authority.unlock(tmp_path / "authority", PASSPHRASE)


@pytest.fixture
def data(authority: Authority, tmp_path: Path) -> Path:
    """A hub as `karaula hub init` leaves it."""
    setup = HubSetup(directory=tmp_path / "hub")
    card = (authority.directory / files.AUTHORITY_CARD).read_bytes()
    request = setup.begin(authority_card=card, name="PCC", url="http://127.0.0.1:1", now_ms=START_MS)
    setup.complete(authority.certify_hub(request, now_ms=START_MS)[1], None)
    return setup.directory


def backed_up(data: Path, tmp_path: Path) -> Path:
    folder = tmp_path / "backups"
    folder.mkdir()
    with build(Config(data=data), tends=True) as hub:
        return hub.backups.make(folder, papers=papers_of(data)).path


def test_an_engineer_brings_a_hub_back(authority: Authority, data: Path, tmp_path: Path):
    """The two commands, the authority between them; then the hub runs under its new number."""
    folder, again = tmp_path / "backups", tmp_path / "again"
    folder.mkdir()
    done = CliRunner().invoke(backup, [str(folder), "--data", str(data)])
    assert done.exit_code == 0, done.output
    (made,) = folder.iterdir()
    again.mkdir()
    (again / files.DATABASE_KEY).write_bytes((data / files.DATABASE_KEY).read_bytes())
    done = CliRunner().invoke(restore, [str(made), "--data", str(again)])
    assert done.exit_code == 0, done.output
    request = HubRequest.read((again / files.HUB_REQUEST).read_bytes())
    certificate, paper = authority.certify_hub(request, now_ms=START_MS + 1, restored=True)
    HubSetup(directory=again).complete(paper, None)
    with build(Config(data=again), tends=True) as hub:
        assert hub.kit.node == certificate.node == 2
        assert hub.feed.generation == 2
        assert hub.ring.current == 2 << 10
        assert hub.kit.identity.keys.sign.verify_key == request.verify_key
    with build(Config(data=again), tends=True) as hub:
        assert hub.feed.generation == 2


def test_each_restore_gets_a_number_and_each_request_one(authority: Authority, data: Path, tmp_path: Path):
    """The same request is answered the same again; another restore's is not, nor any node's number given."""
    made, key = backed_up(data, tmp_path), data / files.DATABASE_KEY
    one = restore_from(made, tmp_path / "one", now_ms=START_MS + 1, key_file=key)
    two = restore_from(made, tmp_path / "two", now_ms=START_MS + 2, key_file=key)
    first, paper = authority.certify_hub(one, now_ms=START_MS, restored=True)
    card = (data / files.HUB_CARD).read_bytes()
    node, _ = authority.issue(hub_card=card, post="KLOBUK", country="BA", now_ms=START_MS)
    second, _ = authority.certify_hub(two, now_ms=START_MS, restored=True)
    assert len({1, first.node, node.node, second.node}) == 4
    assert first.node < second.node
    assert authority.certify_hub(one, now_ms=START_MS + 9, restored=True)[1] == paper
    assert authority.certify_hub(two, now_ms=START_MS)[0].node == second.node


def test_nothing_is_written_over_and_nothing_half_is_left(data: Path, tmp_path: Path):
    """A directory with a database, a folder without one, the wrong key: named, and nothing begins."""
    made, key = backed_up(data, tmp_path), data / files.DATABASE_KEY
    with pytest.raises(InputError) as told:
        restore_from(made, data, now_ms=1, key_file=key)
    assert told.value.code == "file_exists"
    with pytest.raises(InputError) as told:
        restore_from(tmp_path, tmp_path / "new", now_ms=1, key_file=key)
    assert told.value.code == "not_a_backup"
    with pytest.raises(ConfigError) as missing:
        restore_from(made, tmp_path / "new", now_ms=1, environment={})
    assert missing.value.code == "no_database_key"
    assert not (tmp_path / "new" / files.DATABASE).exists()
