"""The link in a socket keeps to its own model: rate, round trip, losses and cuts, the same for a seed."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import suppress

import pytest

from tests.bench.relay import Link, Relay

QUESTION = b"POST /x HTTP/1.1\r\nContent-Length: 1000\r\n\r\n" + bytes(1000)


@pytest.fixture
def echo() -> Iterator[int]:
    """A hub that answers each question with two hundred bytes."""
    listening = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                connection, _ = listening.accept()
            except OSError:
                return
            threading.Thread(target=answer, args=(connection,), daemon=True).start()

    def answer(connection: socket.socket) -> None:
        came = 0
        with connection:
            while True:
                try:
                    data = connection.recv(1 << 16)
                    came += len(data)
                    if not data:
                        return
                    if came >= len(QUESTION):
                        came -= len(QUESTION)
                        connection.sendall(bytes(200))
                except OSError:
                    return

    threading.Thread(target=serve, daemon=True).start()
    yield listening.getsockname()[1]
    listening.close()


def ask(connection: socket.socket) -> int:
    """One question; how much of its answer came."""
    connection.settimeout(20)
    connection.sendall(QUESTION)
    came = 0
    while came < 200:
        data = connection.recv(1 << 16)
        if not data:
            break
        came += len(data)
    return came


def test_a_question_takes_what_rate_and_round_trip_say(echo: int) -> None:
    """Two hundred milliseconds around, and the bytes at 80 kbit/s; never less, whatever the machine does."""
    with Relay(Link(rate=80_000, round_trip_s=0.2), hub_port=echo) as relay:
        with socket.create_connection(("127.0.0.1", relay.port)) as connection:
            ask(connection)  # the connection's own round trip
            began = time.monotonic()
            assert ask(connection) == 200
        least = 0.2 + (len(QUESTION) + 200) * 8 / 80_000
        assert time.monotonic() - began >= least * 0.99
        assert (relay.seen.up, relay.seen.down) == (2 * len(QUESTION), 400)


def test_three_of_ten_questions_are_cut(echo: int) -> None:
    """By a shuffled deck, so that a short run has its share; what was sent until then is counted."""
    with Relay(Link(cuts=0.3, seed=4), hub_port=echo) as relay:
        whole = 0
        for _ in range(20):
            with suppress(OSError), socket.create_connection(("127.0.0.1", relay.port)) as connection:
                whole += ask(connection) == 200
        assert (whole, relay.seen.cut, relay.seen.questions) == (14, 6, 20)
        assert 14 * len(QUESTION) <= relay.seen.up < 20 * len(QUESTION)


def test_a_lost_segment_stalls_its_direction(echo: int) -> None:
    """Each loss costs a second or more."""
    with (
        Relay(Link(loss=0.5, seed=2), hub_port=echo) as relay,
        socket.create_connection(("127.0.0.1", relay.port)) as connection,
    ):
        began = time.monotonic()
        ask(connection)
        assert time.monotonic() - began >= min(relay.seen.stalls, 1)
