"""The rhythm of a node: contacts by themselves, at once when nudged, on and on after failures."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from edge.backoff import Backoff
from edge.node import EdgeNode, assemble
from edge.scheduler import Scheduler, Ways
from shared import courier
from shared.errors import RemoteError
from tests.edge.posts import Post

PATIENCE_S = 30  # how long a test waits for what must come; nothing is judged by how fast it came


class Watched:
    """The centre behind a switch, counting contacts."""

    def __init__(self, post: Post) -> None:
        self.post = post
        self.down = False
        self.contacts = threading.Semaphore(0)

    def exchange(self, question: bytes) -> bytes:
        try:
            if self.down:
                raise RemoteError("link_down", "cut", hint="wait")
            return self.post.centre.exchange(question)
        finally:
            self.contacts.release()

    def wait(self) -> None:
        assert self.contacts.acquire(timeout=PATIENCE_S)


@pytest.fixture
def scheduler() -> Iterator[Scheduler]:
    made = Scheduler(Backoff(interval_s=3600, chance=lambda: 0.0))
    yield made
    made.stop()


@pytest.fixture
def running(post: Post, scheduler: Scheduler) -> Iterator[tuple[EdgeNode, Watched]]:
    node = assemble(post.identity, post.world, nudge=scheduler.nudge)
    hub = Watched(post)
    scheduler.start(node, hub.exchange)
    hub.wait()
    yield node, hub
    scheduler.stop()
    node.close()


def link_of(node: EdgeNode, wanted: str) -> str:
    settled = threading.Event()
    for _ in range(PATIENCE_S * 100):
        if node.link.view().state == wanted:
            break
        settled.wait(0.01)
    return node.link.view().state


def test_the_first_contact_comes_by_itself(running: tuple[EdgeNode, Watched]):
    """Starting is enough: the link is up and the officers are there."""
    node, _ = running
    assert link_of(node, "up") == "up"


def test_a_nudge_brings_a_contact_long_before_the_next_turn(running: tuple[EdgeNode, Watched]):
    """With an hour between contacts, `sync now` still means now."""
    node, hub = running
    assert link_of(node, "up") == "up"
    node.kit.nudge(everything=True)
    hub.wait()


def test_a_dead_link_is_told_and_tried_again(running: tuple[EdgeNode, Watched]):
    """The failure shows with its code, and the next contact heals it."""
    node, hub = running
    assert link_of(node, "up") == "up"
    hub.down = True
    node.kit.nudge()
    hub.wait()
    assert link_of(node, "down") == "down"
    assert node.link.view().error == "link_down"
    hub.down = False
    node.kit.nudge()
    hub.wait()
    assert link_of(node, "up") == "up"


def test_a_fault_of_our_own_does_not_end_the_rhythm(
    running: tuple[EdgeNode, Watched], monkeypatch: pytest.MonkeyPatch
):
    """A programming error in one contact is shown, and the next contact still comes."""
    node, hub = running
    assert link_of(node, "up") == "up"
    with monkeypatch.context() as patch:
        patch.setattr(type(node.round), "run", lambda *_, **__: 1 / 0)
        node.kit.nudge()
        assert link_of(node, "down") == "down"
    assert node.link.view().error == "internal"
    node.kit.nudge()
    hub.wait()
    assert link_of(node, "up") == "up"


def test_a_dead_link_is_followed_by_a_call_at_the_neighbour_in_the_usual_rhythm(node: EdgeNode, post: Post):
    """With a neighbour that carries, the waits between tries do not grow; the page still says "no link"."""
    called = threading.Semaphore(0)

    def carry(load: bytes) -> bytes:
        called.release()
        return courier.write_reply(carried={}, packets=[])

    watched = Watched(post)
    watched.down = True
    made = Scheduler(Backoff(interval_s=0.05, chance=lambda: 1.0))
    made.start(node, watched.exchange, ways=Ways(to_relay=carry))
    try:
        for _ in range(20):  # with growing waits these would take many minutes
            assert called.acquire(timeout=PATIENCE_S)
        assert node.link.view().state == "down"
    finally:
        made.stop()


def test_what_a_neighbour_brought_is_handed_on_after_a_contact_of_our_own(node: EdgeNode, post: Post):
    """The relay is asked once the node's own round went well, and not while its link is dead."""
    watched = Watched(post)
    asked: list[bytes] = []
    node.relay.forward = lambda carry: asked.append(b"") or 0  # type: ignore[method-assign]  # what is called
    watched.down = True
    made = Scheduler(Backoff(interval_s=0.05, chance=lambda: 0.0))
    made.start(node, watched.exchange, ways=Ways(to_hub=lambda load: load))
    try:
        watched.wait()
        watched.wait()
        assert asked == []
        watched.down = False
        watched.wait()
        watched.wait()
        watched.wait()
        assert asked != []
    finally:
        made.stop()
