"""The node's ear: rings become contacts, as many as they are worth, and a hostile bell wears itself out."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator

import httpx
import pytest

from edge.backoff import Backoff
from edge.doorbell import DoorbellEar, Muffle
from edge.node import EdgeNode
from edge.transport import BellLine
from shared import doorbell, wire
from shared.doorbell import KEEP, RING, read_call
from shared.errors import RemoteError
from shared.limits import DOORBELL_WAIT_MAX_S
from tests.edge.posts import Post

PATIENCE_S = 20
HOUR_S = 3600


class Clock:
    def __init__(self) -> None:
        self.s = 0.0
        self.reached = 0

    def muffle(self) -> Muffle:
        return Muffle(now_s=lambda: self.s, reached=lambda: self.reached)


def test_the_first_ring_is_answered_at_once():
    """A new alert must not wait for a politeness."""
    assert Clock().muffle().rung() == 0.0


def test_rings_that_bring_something_are_answered_within_a_second():
    """A morning of many alerts: each ring told the truth, so none is held back for longer."""
    clock = Clock()
    muffle = clock.muffle()
    for number in range(50):
        wait = muffle.rung()
        assert wait is not None
        assert wait <= 1.0
        clock.reached = number + 1
        clock.s += 2.0


def test_a_bell_that_rings_for_nothing_wears_itself_out():
    """A day of ringing each second: some dozens of contacts, not 86,400."""
    clock = Clock()
    muffle, contacts = clock.muffle(), 0
    for _ in range(24 * HOUR_S):
        contacts += muffle.rung() is not None
        clock.s += 1.0
    assert contacts <= 40
    clock.s += 10 * HOUR_S
    assert muffle.rung() == 0.0  # and after a silence a ring is answered at once again


def test_a_ring_held_back_is_made_good_later():
    """Held back is not dropped: a contact is due, and further rings wait for the same one."""
    clock = Clock()
    muffle = clock.muffle()
    assert muffle.rung() == 0.0
    held = muffle.rung()
    assert held is not None
    assert 0 < held <= DOORBELL_WAIT_MAX_S
    assert muffle.rung() is None


class Bell:
    """A line on which the test decides what sounds; None ends it."""

    def __init__(self) -> None:
        self.calls: queue.Queue[bytes] = queue.Queue()
        self.sounding: queue.Queue[bytes | RemoteError | None] = queue.Queue()

    def sounds(self, call: bytes) -> Iterator[bytes]:
        self.calls.put(call)
        yield b""
        while (sound := self.sounding.get(timeout=PATIENCE_S)) is not None:
            if isinstance(sound, RemoteError):
                raise sound
            yield sound

    def hang_up(self) -> None:
        self.sounding.put(None)


@pytest.fixture
def heard() -> threading.Semaphore:
    return threading.Semaphore(0)


@pytest.fixture
def bell(node: EdgeNode, heard: threading.Semaphore) -> Iterator[Bell]:
    line = Bell()
    ear = DoorbellEar(
        node.kit,
        node.link,
        line,
        nudge=lambda: heard.release(),
        backoff=Backoff(interval_s=0.01, chance=lambda: 0.0),
    )
    node.link.up()
    ear.start()
    yield line
    ear.stop()


def test_a_ring_asks_for_a_contact_and_a_sign_of_life_does_not(bell: Bell, heard: threading.Semaphore):
    """Only the one byte means something."""
    for sound in (KEEP, b"?", KEEP):
        bell.sounding.put(sound)
    assert not heard.acquire(timeout=0.2)
    bell.sounding.put(RING)
    assert heard.acquire(timeout=PATIENCE_S)


def test_the_call_is_the_nodes_own_and_says_how_far_it_has_read(post: Post, node: EdgeNode, bell: Bell):
    """Signed by the node's key, with its positions and the hub's time."""
    call = read_call(bell.calls.get(timeout=PATIENCE_S))
    call.believe(post.identity.keys.sign.verify_key)
    assert (call.node, call.generation, call.positions) == (node.kit.node, 1, (0, 0, 1, 0))
    assert call.time_ms == post.dial.wall_ms


@pytest.mark.parametrize("end", [None, RemoteError("link_down", "cut", hint="wait")])
def test_a_line_that_ends_is_called_again(bell: Bell, end: RemoteError | None, heard: threading.Semaphore):
    """However it ended, the next one is opened by itself and rings as the first did."""
    bell.calls.get(timeout=PATIENCE_S)
    bell.sounding.put(end)
    bell.calls.get(timeout=PATIENCE_S)
    bell.sounding.put(RING)
    assert heard.acquire(timeout=PATIENCE_S)


def test_no_line_is_opened_while_the_link_is_down_or_before_the_hub_was_heard(post: Post):
    """A call needs the hub's time, and a dead link no second messenger to say so."""
    fresh, line = post.node(), Bell()
    ear = DoorbellEar(
        fresh.kit, fresh.link, line, nudge=lambda: None, backoff=Backoff(interval_s=0.01, chance=lambda: 0.0)
    )
    ear.start()
    fresh.link.up()  # but not heard in this run
    with pytest.raises(queue.Empty):
        line.calls.get(timeout=0.8)
    fresh.round.run(post.centre.exchange)
    assert line.calls.get(timeout=PATIENCE_S)
    ear.stop()


# --- the line over HTTP ---


def line_to(*answers: httpx.Response) -> tuple[BellLine, list[httpx.Request]]:
    """A line whose network gives these answers in turn."""
    asked: list[httpx.Request] = []
    waiting = iter(answers)

    def network(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return next(waiting)

    line = BellLine("http://hub.test", silence_max_s=5.0, transport=httpx.MockTransport(network))
    return line, asked


def code_of(line: BellLine) -> str:
    with pytest.raises(RemoteError) as told:
        list(line.sounds(b"call"))
    return told.value.code


def moved(port: str) -> httpx.Response:
    body = wire.pack([1, "no_doorbell", "no", "Start one."])
    return httpx.Response(421, content=body, headers={doorbell.PORT_HEADER: port})


def test_a_hub_without_a_proxy_names_the_port_and_the_node_goes_there():
    """The same machine, another port; once, not round and round."""
    there = httpx.Response(200, content=iter([b"!"]))
    line, asked = line_to(moved("4711"), there, moved("1"), moved("4712"))
    assert code_of(line) == "doorbell_moved"
    assert list(line.sounds(b"call")) == [b"", b"!"]
    assert [str(each.url) for each in asked] == [
        "http://hub.test/doorbell/v1",
        "http://hub.test:4711/doorbell/v1",
    ]
    assert code_of(line) == "no_doorbell"
    assert code_of(line) == "doorbell_moved"  # it asks the hub itself anew


@pytest.mark.parametrize("port", ["0", "65536", "-1", "x", ""])
def test_a_port_that_is_none_is_not_gone_to(port: str):
    """The answer is unsigned: nothing of it is used but a number between 1 and 65535."""
    line, _ = line_to(moved(port))
    assert code_of(line) == "no_doorbell"


def test_over_tls_the_node_goes_nowhere_else():
    """A plain port would throw away what TLS was there for."""
    answers = iter([moved("4711")])
    line = BellLine(
        "https://hub.test", silence_max_s=5.0, transport=httpx.MockTransport(lambda _: next(answers))
    )
    assert code_of(line) == "no_doorbell"
