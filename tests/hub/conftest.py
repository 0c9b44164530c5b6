"""A hub on a real encrypted file, posts of three countries, and an operator at each desk."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from hub.desk.view import Operator
from hub.hub import Hub
from shared.enrolment import HubCertificate, files
from shared.ids import Node
from tests.hub.outpost import START_MS, Outpost, Realm
from tests.hub.staff import operators_of


@pytest.fixture
def realm(tmp_path: Path) -> Realm:
    return Realm(directory=tmp_path)


@pytest.fixture
def hub(realm: Realm) -> Iterator[Hub]:
    with realm.hub() as opened:
        yield opened


@pytest.fixture
def home(realm: Realm) -> Path:
    """A hub's data directory, as the engineer leaves it."""
    directory = realm.directory / "hub"
    directory.mkdir(mode=0o700)
    certificate = HubCertificate(
        node=Node(1), name="PCC", verify_key=realm.keys.sign.verify_key, issued_ms=START_MS
    )
    papers = {
        files.AUTHORITY_CARD: realm.card.signed(realm.authority.sign),
        files.HUB_CERTIFICATE: certificate.signed(realm.authority.sign),
        files.HUB_KEYS: realm.keys.lock(realm.key),
        files.DATABASE_KEY: realm.key,
    }
    for name, data in papers.items():
        (directory / name).write_bytes(data)
    return directory


@pytest.fixture
def klobuk(realm: Realm) -> Outpost:
    """A BA post."""
    return realm.post(5, "BA", "KLOBUK")


@pytest.fixture
def gostun(realm: Realm) -> Outpost:
    """An RS post."""
    return realm.post(6, "RS", "GOSTUN")


@pytest.fixture
def operators(hub: Hub) -> dict[str, Operator]:
    """One signed-in operator a desk, by country."""
    return operators_of(hub)
