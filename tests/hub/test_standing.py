"""The revocation list of a hub: the newest one counts, whichever way it came."""

from __future__ import annotations

from pathlib import Path

import pytest

from hub.config import Config
from hub.hub import build
from shared.enrolment import AuthorityKeys, Revocations, files
from shared.errors import KaraulaError
from shared.ids import Node
from tests.hub.outpost import Realm


def listed(directory: Path, number: int, *nodes: int, authority: AuthorityKeys) -> bytes:
    """A signed list, put into the data directory."""
    revocations = Revocations(number=number, issued_ms=number, nodes=frozenset(map(Node, nodes)))
    paper = revocations.signed(authority.sign)
    (directory / files.REVOCATIONS).write_bytes(paper)
    return paper


def counting(home: Path) -> tuple[int, set[int]]:
    """Number and nodes of the list that counts after a start of the hub; (0, none) without one."""
    with build(Config(data=home)) as hub, hub.kit.database.snapshot() as tx:
        found = hub.revoked.read(tx)
    return (found.number, set(found.nodes)) if found is not None else (0, set())


def test_the_first_start_takes_the_list_in_the_directory(home: Path, realm: Realm):
    """`karaula hub init` leaves the authority's list there; nobody has to hand it over again."""
    listed(home, 1, 7, authority=realm.authority)
    assert counting(home) == (1, {7})


def test_a_start_takes_a_newer_list_and_never_an_older_one(home: Path, realm: Realm):
    """The file is looked at each time; the number only rises."""
    listed(home, 2, 7, 8, authority=realm.authority)
    assert counting(home) == (2, {7, 8})
    listed(home, 1, authority=realm.authority)
    assert counting(home) == (2, {7, 8})
    listed(home, 3, authority=realm.authority)
    assert counting(home) == (3, set())
    (home / files.REVOCATIONS).unlink()
    assert counting(home) == (3, set())


def test_a_hub_without_any_list_starts(home: Path):
    """A young authority has revoked nobody."""
    assert counting(home) == (0, set())


def test_a_list_of_another_authority_stops_the_start(home: Path, realm: Realm):
    """A file somebody else signed is told by its code; the hub does not run on as if there were none."""
    listed(home, 1, 7, authority=AuthorityKeys.generate())
    with pytest.raises(KaraulaError) as told:
        counting(home)
    assert told.value.code == "bad_signature"
    listed(home, 1, 7, authority=realm.authority)
    assert counting(home) == (1, {7})
