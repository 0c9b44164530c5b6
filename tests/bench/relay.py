"""A link in a socket: a TCP relay with a rate, a round trip, losses and cuts, all drawn from a seed.

The model, which stands in for a network emulator where the kernel has none:

* Each direction carries `rate` bits a second, one byte after another, over all connections together.
* What has gone through arrives half a round trip later; a new connection costs one round trip first.
* Bytes travel in segments of at most 1,200. Each is lost with p = `loss`; a lost one stalls its direction for
  max(round trip, 1 s), and for twice as long each time the same segment is lost again.
* Of each ten questions `cuts` · 10 are cut, by a shuffled deck, so that a short run has its share too: at
  a byte drawn evenly from the question and the ANSWER_BYTES after it the connection is reset both ways, and
  what was under way is gone. Questions are told apart by their Content-Length: plain HTTP only.

All TCP payload is counted as it enters the link, what is lost by a cut included. Not modelled: slow start,
queues of other traffic, and the bytes of retransmissions and of headers below TCP.
"""

from __future__ import annotations

import asyncio
import random
import re
import socket
import struct
import time
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from tests.bench.loopback import Loopback

SEGMENT_BYTES: Final = 1_200
STALL_S: Final = 1.0
ANSWER_BYTES: Final = 200
_DECK: Final = 10
_LENGTH: Final = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """What kind of link. `rate` in bits a second, 0 for no limit."""

    rate: float = 0.0
    round_trip_s: float = 0.0
    loss: float = 0.0
    cuts: float = 0.0
    seed: int = 1


@dataclass(slots=True)
class Seen:
    """What went in. Times are of the monotonic clock."""

    up: int = 0
    down: int = 0
    questions: int = 0
    cut: int = 0
    stalls: int = 0
    connections: int = 0
    hub_s: float = 0.0  # the hub's time between a question's last byte and its answer's first
    node_s: float = 0.0  # the node's between an answer's last byte and the next question's first
    began: float = 0.0
    ended: float = 0.0


class _LinkCutError(Exception):
    """The connection breaks here."""


@dataclass(slots=True, kw_only=True)
class _Way:
    """One direction of the link: who sends waits until the link is free."""

    link: Link
    dice: random.Random
    seen: Seen
    free_at: float = 0.0

    async def carry(self, size: int) -> float:
        """Wait until a segment is through; returns when it arrives."""
        now = asyncio.get_running_loop().time()
        self.free_at = max(now, self.free_at) + (size * 8 / self.link.rate if self.link.rate else 0.0)
        stall = max(self.link.round_trip_s, STALL_S)
        while self.dice.random() < self.link.loss:
            self.seen.stalls += 1
            self.free_at += stall
            stall *= 2
        arrives = self.free_at + self.link.round_trip_s / 2
        await asyncio.sleep(max(0.0, self.free_at - now))
        return arrives


@dataclass(slots=True)
class _Questions:
    """Where the questions of one connection begin, and which of them is cut where."""

    link: Link
    dice: random.Random
    seen: Seen
    deck: list[bool]  # of the whole link: a connection ends with each cut
    head: bytes = b""
    left: int = 0  # bytes of the present question still to come
    until: int | None = None  # bytes until the cut

    def sent(self, data: bytes) -> int:
        """How many of these bytes get through; fewer than all means a cut."""
        through = 0
        while through < len(data):
            if not self.left:
                self._begin(data[through:])
                if not self.left:
                    return len(data)  # a head in two parts
            step = min(self.left, len(data) - through)
            if self.until is not None and self.until <= step:
                return through + self.until
            through, self.left = through + step, self.left - step
            if self.until is not None:
                self.until -= step
        return len(data)

    def answered(self, size: int) -> bool:
        """Whether the answer still comes through."""
        if self.until is not None and not self.left:
            self.until -= size
            return self.until > 0
        return True

    def _drawn(self) -> bool:
        """Whether the next card says cut."""
        if not self.deck:
            self.deck += [place < round(self.link.cuts * _DECK) for place in range(_DECK)]
            self.dice.shuffle(self.deck)
        return self.deck.pop()

    def _begin(self, data: bytes) -> None:
        self.head += data
        at = self.head.find(b"\r\n\r\n")
        if at < 0:
            return
        found = _LENGTH.search(self.head[:at])
        self.left = at + 4 + (int(found[1]) if found else 0) - (len(self.head) - len(data))
        self.head = b""
        self.seen.questions += 1
        self.until = None
        if self._drawn():
            self.until = 1 + self.dice.randrange(self.left + ANSWER_BYTES)


class Relay(Loopback):
    """A relay in a thread of its own, between whoever connects to `port` and a hub's port."""

    def __init__(self, link: Link, *, hub_port: int) -> None:
        super().__init__("relay")
        self.link = link
        self.seen = Seen()
        self._hub_port = hub_port
        self._dice = random.Random(f"link {link.seed}")
        self._ways = [
            _Way(link=link, dice=random.Random(f"way {link.seed} {name}"), seen=self.seen)
            for name in ("up", "down")
        ]
        self._deck: list[bool] = []
        self._passed_at, self._passed_up = 0.0, False

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def _meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(asyncio.CancelledError):  # the relay ends: so does this, without a word
            await self._join(reader, writer)

    async def _join(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Join a new connection to one to the hub, until either ends or is cut."""
        self.seen.connections += 1
        self.seen.began = self.seen.began or time.monotonic()
        await asyncio.sleep(self.link.round_trip_s)
        try:
            from_hub, to_hub = await asyncio.open_connection("127.0.0.1", self._hub_port)
        except OSError:
            writer.close()
            return
        questions = _Questions(self.link, self._dice, self.seen, self._deck)
        ways = (
            self._pump(reader, to_hub, questions, up=True),
            self._pump(from_hub, writer, questions, up=False),
        )
        tasks = [asyncio.ensure_future(way) for way in ways]
        broken = False
        try:
            done, others = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            broken = any(isinstance(task.exception(), _LinkCutError) for task in done)
            for task in others:
                task.cancel()
        finally:
            for end in (writer, to_hub):
                if broken:
                    _reset(end)
                end.close()

    def _think(self, *, up: bool) -> None:
        """The first bytes one way after the last the other way: what lay between was thinking."""
        if self._passed_at and up != self._passed_up:
            thought = max(0.0, self._loop.time() - self._passed_at)
            self.seen.node_s += thought if up else 0.0
            self.seen.hub_s += 0.0 if up else thought
            self._passed_at = 0.0

    async def _pump(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, questions: _Questions, *, up: bool
    ) -> None:
        """Carry one direction of a connection until it ends; raises _LinkCutError where it is cut."""
        on_the_way: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()
        arriving = asyncio.ensure_future(_arrive(on_the_way, writer))
        try:
            while data := await reader.read(SEGMENT_BYTES):
                self._think(up=up)
                through = questions.sent(data) if up else len(data)
                if up:
                    self.seen.up += through
                else:
                    self.seen.down += len(data)
                arrives = await self._ways[0 if up else 1].carry(through)
                if through < len(data) or (not up and not questions.answered(len(data))):
                    self.seen.cut += 1
                    raise _LinkCutError
                on_the_way.put_nowait((arrives, data))
                self.seen.ended = self._passed_at = arrives
                self._passed_up = up
            await on_the_way.join()
        finally:
            arriving.cancel()


async def _arrive(on_the_way: asyncio.Queue[tuple[float, bytes]], writer: asyncio.StreamWriter) -> None:
    loop = asyncio.get_running_loop()
    with suppress(OSError):
        while True:
            arrives, data = await on_the_way.get()
            await asyncio.sleep(max(0.0, arrives - loop.time()))
            writer.write(data)
            await writer.drain()
            on_the_way.task_done()


def _reset(writer: asyncio.StreamWriter) -> None:
    """Close with a reset, as a link does that is gone."""
    raw = writer.get_extra_info("socket")
    if raw is not None:
        with suppress(OSError):
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
