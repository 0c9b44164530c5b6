"""Every bit and every truncation of a question and of an answer: refused, and nothing in a store has changed.

The question carries one bundle of checks, for a whole one beside a bent one is taken, as it should be; the
answer carries a segment with an alert, and acks. Both ends are the production ones on real files. `make test`
takes every 17th bit, `make prove` all of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import blake2b
from pathlib import Path

import pytest

from shared.errors import KaraulaError, RemoteError
from shared.schema import Kind
from tests.simulation.machine import Machine
from tests.simulation.world import Size, World

STRIDE = 17
SHORTER = 13
_SEEN_ONLY = ("node", "reader")
"""What a hub notes of any believable hello: that it came. No content."""


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """One post and the centre, each with news for the other."""
    world = World(3, tmp_path, tmp_path, Size(posts=1))
    for machine in world.machines:
        machine.boot()
    world.network.healed = True
    alert = {"owner": "BA", "category": "arrest", "status": "active", "document_number": "NOBODY"}
    world.operators._say(Kind.ALERT, alert)
    world._drain()
    for _ in range(4):
        world.officers[0].capture()
    world.operators._say(Kind.ALERT, alert | {"reference": "REF 2"})
    yield world
    for machine in world.machines:
        machine.stop()


def picture(machine: Machine, without: tuple[str, ...] = ("traffic",)) -> dict[str, str]:
    """Every table's content, by a digest; but for the day's count of bytes, which refused ones are in too."""
    tables = [
        name
        for (name,) in machine.look(
            "SELECT name FROM sqlite_schema WHERE type = 'table' AND name <> 'traffic'"
        )
    ]  # counts bytes
    found = {}
    for name in tables:
        if name not in without:
            rows = machine.look(f'SELECT * FROM "{name}"')  # noqa: S608 - the schema's names
            found[str(name)] = blake2b(repr(rows).encode()).hexdigest()
    return found


def bent(data: bytes, stride: int, first: int) -> Iterator[bytes]:
    """The data with one bit flipped, for every so-manieth bit, and cut short at every so-manieth byte."""
    for bit in range(first, len(data) * 8, stride):
        flipped = bytearray(data)
        flipped[bit // 8] ^= 1 << bit % 8
        yield bytes(flipped)
    for size in range(first % max(1, min(stride, SHORTER)), len(data), min(stride, SHORTER)):
        yield data[:size]


def question_of(world: World) -> bytes:
    """What the post would send next, with its bundles; the hub does not hear it."""
    asked: list[bytes] = []

    def overhear(question: bytes) -> bytes:
        asked.append(question)
        if len(asked) == 1:  # a hello alone comes first; it has its answer
            return world.centre.hub.exchange(question)
        raise RemoteError("link_down", "cut", hint="Wait.")

    world.posts[0].restart()
    with pytest.raises(RemoteError, match="link_down"):
        world.posts[0].node.round.run(overhear)
    return asked[-1]


def a_bent_question_changes_nothing(world: World, stride: int, first: int = 0) -> int:
    """Returns how many were tried."""
    hub, question = world.centre.hub, question_of(world)
    before = picture(world.centre, _SEEN_ONLY)
    tried, codes = 0, set()
    for tried, bad in enumerate(bent(question, stride, first), 1):
        try:
            hub.exchange(bad)  # where only a bundle is bent, the answer names it as refused
        except KaraulaError as refused:
            codes.add(refused.code)
        if tried % 50 == 0:
            assert picture(world.centre, _SEEN_ONLY) == before, f"the hub changed within 50 of {tried}"
    assert picture(world.centre, _SEEN_ONLY) == before
    assert codes, "every bent question was answered"
    hub.exchange(question)
    assert picture(world.centre, _SEEN_ONLY) != before, "the whole question would have brought nothing"
    return tried


def a_bent_answer_changes_nothing(world: World, stride: int, first: int = 0) -> int:
    """Returns how many were tried. Each answers a question of its own, so that only the bend can spoil it."""
    post, hub = world.posts[0], world.centre.hub
    post.node.round.run(hub.exchange)
    alert = {"owner": "BA", "category": "arrest", "status": "active", "document_number": "SOMEBODY"}
    world.operators._say(Kind.ALERT, alert)
    for _ in range(2):  # from here on the trouble is noted, and what waited is in bundles
        size = len(refused_of(world, bit=400, size=0))  # in the head: bad_signature
    before = picture(post)
    places = range(first, size * 8 + size, stride)
    for tried, place in enumerate(places, 1):
        refused_of(world, bit=place, size=place - size * 8)
        if tried % 50 == 0:
            assert picture(post) == before, f"the post changed within 50 of {tried}"
    assert picture(post) == before
    post.node.round.run(hub.exchange)
    assert picture(post) != before, "the whole answer would have brought nothing"
    return len(places)


def refused_of(world: World, *, bit: int, size: int) -> bytes:
    """Let the post hear an answer with this bit flipped, or cut to `size` where that is above 0."""
    heard: list[bytes] = []

    def exchange(question: bytes) -> bytes:
        answer = world.centre.hub.exchange(question)
        heard.append(answer)
        if size > 0 or bit >= len(answer) * 8:
            return answer[:size]
        flipped = bytearray(answer)
        flipped[bit // 8] ^= 1 << bit % 8
        return bytes(flipped)

    with pytest.raises(RemoteError):
        world.posts[0].node.round.run(exchange)
    return heard[0]


def test_a_bent_question_is_refused_and_changes_nothing_at_the_hub(world: World) -> None:
    """A sample of bits and lengths; afterwards the same question whole is believed."""
    assert a_bent_question_changes_nothing(world, STRIDE, 3) > 200


def test_a_bent_answer_is_refused_and_changes_nothing_at_the_post(world: World) -> None:
    """A sample of bits and lengths; afterwards the next whole answer is believed."""
    assert a_bent_answer_changes_nothing(world, STRIDE, 3) > 150


@pytest.mark.prove
def test_every_bit_and_every_length_of_a_question(world: World) -> None:
    """All of them, hello, signature and bundles."""
    assert a_bent_question_changes_nothing(world, 1) > 3_500


@pytest.mark.prove
def test_every_bit_and_every_length_of_an_answer(world: World) -> None:
    """All of them, head, signature, parcel and prekeys."""
    assert a_bent_answer_changes_nothing(world, 1) > 2_500
