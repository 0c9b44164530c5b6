"""A device put back to an older copy, and no link: a stick tells its log from the centre's, too."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from shared.change import named
from shared.ids import SYSTEM, Lane
from shared.schema import Kind
from tests.courier.house import House
from tests.simulation.machine import Post

SURNAMES = (f"TESTOVIC{number}" for number in count())


def log(post: Post, many: int) -> None:
    """So many checks at the post, in one bundle."""
    kit = post.node.kit
    for _ in range(many):
        fields = named(Kind.CHECK, {"owner": "BA", "post": "KLOBUK", "surname": next(SURNAMES)})
        with kit.database.transaction() as tx:
            kit.log.append(tx, kind=Kind.CHECK, author=SYSTEM, fields=fields)
    post.node.sealer.seal(link_appeared=True)


@pytest.fixture
def put_back(house: House, tmp_path: Path) -> Iterator[House]:
    """Klobuk has as many checks as the centre has of it, and others."""
    post, image = house.klobuk, tmp_path / "monday.image"
    log(post, 1)
    house.there_and_back(post)
    post.stop()
    shutil.copy(post.disk.path, image)
    post.boot()
    log(post, 2)
    house.there_and_back(post)
    post.stop()
    for part in ("-wal", "-shm"):
        post.disk.path.with_name(post.disk.path.name + part).unlink(missing_ok=True)
    shutil.copy(image, post.disk.path)
    post.boot()
    log(post, 2)
    return house


def test_a_packet_tells_another_log(put_back: House):
    """The post learns it from the packet alone; nothing is acknowledged, and its bundles go to the centre."""
    house, post = put_back, put_back.klobuk
    house.sky.move(60_000)
    house.hub_export(also=(post.number,))
    house.post_import(post)
    assert "feed_forked" in dict(post.node.booth.status().trouble)
    assert house.acked(post)[Lane.ROUTINE] == 1
    house.post_export(post)
    house.hub_import()
    assert house.centre.look("SELECT code FROM quarantine") == [("feed_forked",)]
    house.sky.move(60_000)
    house.hub_export()
    house.post_import(post)
    assert {"feed_forked", "refused_feed_quarantined"} <= dict(post.node.booth.status().trouble).keys()
    assert house.acked(post)[Lane.ROUTINE] == 1


def test_a_load_tells_the_centre(put_back: House):
    """The first stick that comes from the post names it at the console."""
    put_back.post_export(put_back.klobuk)
    put_back.hub_import()
    assert put_back.centre.look("SELECT code FROM quarantine") == [("feed_forked",)]
