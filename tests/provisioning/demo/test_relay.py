from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest

from provisioning.demo.relay import Relay


class Hub(BaseHTTPRequestHandler):
    """Answers a POST with its body turned round; counts them."""

    protocol_version = "HTTP/1.1"
    heard: list[bytes]

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        type(self).heard.append(body)
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body[::-1])

    def log_message(self, *_: object) -> None:
        """Quiet."""


@pytest.fixture
def relay() -> Iterator[Relay]:
    Hub.heard = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), Hub)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    link = Relay(name="test", target=("127.0.0.1", server.server_port))
    yield link
    link.close()
    server.shutdown()
    server.server_close()


def test_exchanges_are_carried_unaltered_over_one_connection(relay: Relay):
    """Two questions on a kept-alive connection come back as the hub answered them."""
    with httpx.Client(base_url=relay.url) as node:
        assert [node.post("/", content=each).content for each in (b"abc", b"x" * 200_000)] == [
            b"cba",
            b"x" * 200_000,
        ]
    assert [each.question_body for each in relay.exchanges] == [b"abc", b"x" * 200_000]


def test_cutting_ends_open_connections_and_lets_none_through(relay: Relay):
    """A connection that stood before the cut is dead, and a new one is not carried."""
    with httpx.Client(base_url=relay.url) as node:
        node.post("/", content=b"before")
        relay.cut()
        for _ in range(2):
            with pytest.raises(httpx.TransportError):
                node.post("/", content=b"during")
    assert Hub.heard == [b"before"]


def test_a_question_cut_off_half_way_never_reaches_the_hub(relay: Relay):
    """What was cut in the middle arrives nowhere, not even in part."""
    with socket.create_connection(("127.0.0.1", int(relay.url.rpartition(":")[2]))) as node:
        node.sendall(b"POST / HTTP/1.1\r\nContent-Length: 100\r\n\r\nhalf")
        relay.cut()
        assert node.recv(1) == b""
    assert Hub.heard == []


def test_healing_brings_the_same_address_back(relay: Relay):
    """The node need not be told anything new."""
    relay.cut()
    relay.heal()
    assert httpx.post(relay.url, content=b"after").content == b"retfa"


def test_recorded_bytes_can_be_sent_again(relay: Relay):
    """The hub hears the very same question twice."""
    httpx.post(relay.url, content=b"once")
    assert relay.send_again(relay.exchanges[0].question).endswith(b"ecno")
    assert Hub.heard == [b"once", b"once"]


def test_an_answer_can_be_exchanged_on_the_way(relay: Relay):
    """The node gets what the person on the way gives; the record keeps what the hub said."""
    httpx.post(relay.url, content=b"old")
    old = relay.exchanges[0].answer
    relay.tamper = lambda exchange: old
    assert httpx.post(relay.url, content=b"new").content == b"dlo"
    assert relay.exchanges[1].answer_body == b"wen"


def test_without_a_hub_the_connection_just_ends(relay: Relay):
    """A relay that leads nowhere behaves like a dead link."""
    relay.target = None
    with pytest.raises(httpx.TransportError):
        httpx.post(relay.url, content=b"hello")
