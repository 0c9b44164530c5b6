"""What a stolen post can say with its own good keys, and what the centre makes of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from shared.change import Value, named
from shared.ids import Lane, OfficerId, RecordId, feed_of, make_dot
from shared.ledger import records
from shared.schema import Kind
from tests.simulation.papers import HUB
from tests.simulation.people import Operators
from tests.simulation.world import World


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """Three posts and the centre on a perfect link."""
    world = World(1, tmp_path, tmp_path)
    for machine in world.machines:
        machine.boot()
    world.network.healed = True
    yield world
    for machine in world.machines:
        machine.stop()


def forge(world: World, kind: Kind, record: RecordId, values: Mapping[str, Value]) -> None:
    """The first post signs an edit of this record, and brings it to the centre."""
    post = world.posts[0]
    with post.database.transaction() as tx:
        post.node.kit.log.append(
            tx, kind=kind, author=OfficerId(0), fields=named(kind, values), record=record, context={}
        )
    post.node.sealer.seal(link_appeared=True)
    assert world.network.contact(post)


def officer(operators: Operators, **values: Value) -> None:
    whole: dict[str, Value] = {
        "owner": "BA", "login": "boss", "role": "operator", "verifier": "the desk's", "reset": 1,
    }  # fmt: skip
    operators._say(Kind.OFFICER, whole | values)


def next_of_the_hub(world: World) -> RecordId:
    """The id the hub will give to its next urgent record: anybody can count."""
    with world.centre.database.snapshot() as tx:
        head = world.centre.hub.kit.log.heads(tx)[Lane.URGENT]
    return RecordId(make_dot(feed_of(HUB, Lane.URGENT), head.seq + 1))


PASSWORD: Mapping[str, Value] = {"own_verifier": "the thief's", "own_reset": 1}


@pytest.mark.parametrize("posts", [(), ("GOSTUN",)], ids=["an operator", "an officer elsewhere"])
def test_it_sets_no_password_of_who_does_not_serve_there(world: World, posts: Value) -> None:
    """Own country or not: an account of the centre or of another post stays its owner's."""
    record = next_of_the_hub(world)
    officer(world.operators, posts=posts)
    forge(world, Kind.OFFICER, record, PASSWORD)
    with world.centre.database.snapshot() as tx:
        found = records.read(tx, Kind.OFFICER, record)
        assert found is not None
        assert found.text("own_verifier") == ""


def test_its_own_officers_choose_their_passwords_there(world: World) -> None:
    """The honest case goes on working."""
    record = next_of_the_hub(world)
    officer(world.operators, posts=("KLOBUK",))
    forge(world, Kind.OFFICER, record, PASSWORD)
    with world.centre.database.snapshot() as tx:
        found = records.read(tx, Kind.OFFICER, record)
        assert found is not None
        assert found.text("own_verifier") == "the thief's"


def test_it_cannot_edit_a_record_before_the_hub_makes_it(world: World) -> None:
    """Ids can be guessed; an edit sent ahead is judged when its record comes, and refused."""
    record = next_of_the_hub(world)
    forge(world, Kind.ALERT, record, {"status": "withdrawn", "surname": "NOBODY"})
    world.operators._say(
        Kind.ALERT, {"owner": "RS", "category": "arrest", "status": "active", "surname": "ILIĆ"}
    )
    with world.centre.database.snapshot() as tx:
        found = records.read(tx, Kind.ALERT, record)
        assert found is not None
        assert (found.text("status"), found.text("surname")) == ("active", "ILIĆ")
        assert record in {row[0] for row in tx.execute("SELECT record FROM refused")}
