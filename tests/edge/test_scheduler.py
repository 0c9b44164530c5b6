"""The rhythm of a node: contacts by themselves, at once when nudged, on and on after failures."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from edge.backoff import Backoff
from edge.node import EdgeNode, assemble
from edge.scheduler import Scheduler
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
