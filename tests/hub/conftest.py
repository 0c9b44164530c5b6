"""A hub on a real encrypted file, posts of three countries, and an operator at each desk."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from hub.desk.view import Operator
from hub.hub import Hub
from tests.hub.outpost import Outpost, Realm
from tests.hub.staff import operators_of


@pytest.fixture
def realm(tmp_path: Path) -> Realm:
    return Realm(directory=tmp_path)


@pytest.fixture
def hub(realm: Realm) -> Iterator[Hub]:
    with realm.hub() as opened:
        yield opened


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
