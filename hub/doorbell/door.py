"""The door: sockets and just enough HTTP/1.1 to stand behind the same proxy as the hub.

Job: take one `POST /doorbell/v1`, let the register judge it, then keep the line open and put single
bytes on it. The answer is a chunked body that does not end, so any proxy that streams carries it.
Invariants
* An open line costs one small object and one socket: no thread, no task, no buffer of its own.
* A visitor that has not proved who it is has ten seconds, a few hundred bytes, and a bounded number of
  companions; a line whose reader does not read is closed, not buffered for.
* A burst of news is one ring; what comes within the quiet after it is rung when the quiet ends.
Must not know: what a call says, storage.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections import deque
from typing import Final

import structlog

from hub.doorbell.register import Caller, Register
from shared import wire
from shared.doorbell import KEEP, PATH, RING
from shared.errors import KaraulaError, SessionError, StoreError
from shared.limits import (
    DOORBELL_CALL_MAX_BYTES,
    DOORBELL_CALL_S,
    DOORBELL_KEEP_S,
    DOORBELL_QUIET_S,
    DOORBELL_UNPROVEN_MAX,
)

LOOK_S: Final = 0.1  # how often the store is asked whether anything was committed
_HEAD_MAX_BYTES: Final = 4 * 1024  # a proxy adds a few lines
_UNREAD_MAX_BYTES: Final = 256  # rings nobody reads
_UNANSWERED_MS: Final = 60_000  # sent and not acknowledged by the other machine: the line is dead
_BACKLOG: Final = 1_024
_REQUEST: Final = b"POST " + PATH.encode() + b" HTTP/1.1"
_OPEN: Final = (
    b"HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\nTransfer-Encoding: chunked\r\n"
    b"Cache-Control: no-store\r\nX-Accel-Buffering: no\r\n\r\n"
)
_SOUND: Final = {RING: b"1\r\n" + RING + b"\r\n", KEEP: b"1\r\n" + KEEP + b"\r\n"}
_REASONS: Final = {400: b"Bad Request", 403: b"Forbidden", 404: b"Not Found", 503: b"Service Unavailable"}

_log = structlog.get_logger("doorbell")


class Door:
    """Listens, looks, rings. All methods run in one event loop."""

    def __init__(self, register: Register, *, listeners_max: int, keep_s: float = DOORBELL_KEEP_S) -> None:
        """`listeners_max` is how many lines one process may hold; `keep_s` between two signs of life."""
        self.register = register
        self.unproven = 0
        self._listeners_max = listeners_max
        self._keep_s = keep_s
        self._to_keep: deque[tuple[float, Visitor]] = deque()
        self._quiet: list[tuple[float, Visitor]] = []
        self._server: asyncio.Server | None = None
        self._looking: asyncio.Task[None] | None = None

    async def open(self, host: str, port: int) -> int:
        """Begin to listen; returns the port. Raises OSError."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: Visitor(self), host, port, backlog=_BACKLOG)
        self._looking = loop.create_task(self._look())
        return int(self._server.sockets[0].getsockname()[1])

    async def close(self) -> None:
        """Hang up on everybody."""
        if self._looking is not None:
            self._looking.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._looking
        if self._server is not None:
            self._server.close()
        for _, visitor in [*self._to_keep]:
            visitor.hang_up()

    @property
    def is_crowded(self) -> bool:
        return self.unproven > DOORBELL_UNPROVEN_MAX

    def judge(self, data: bytes) -> Caller:
        """Whose call this is. Raises RemoteError; StoreError; SessionError `doorbell_full`."""
        if len(self.register) >= self._listeners_max:
            error = SessionError(
                "doorbell_full", "this doorbell rings as many nodes as it can", hint="Start another one."
            )
            error.status = 503
            raise error
        return self.register.believe(data)

    def keep(self, visitor: Visitor) -> None:
        """Give this line its signs of life from now on."""
        self._to_keep.append((asyncio.get_running_loop().time() + self._keep_s, visitor))

    def ring_later(self, visitor: Visitor, at: float) -> None:
        """Ring once the quiet is over."""
        self._quiet.append((at, visitor))

    async def _look(self) -> None:
        loop, failing = asyncio.get_running_loop(), ""
        while True:
            try:
                self.register.look()
                failing = ""
            except StoreError as error:
                if error.code != failing:
                    _log.error("look_failed", code=error.code, hint=error.hint)
                failing = error.code
            now = loop.time()
            due = [visitor for at, visitor in self._quiet if at <= now]
            self._quiet = [waiting for waiting in self._quiet if waiting[0] > now]
            for visitor in due:
                visitor.ring_now()
            while self._to_keep and self._to_keep[0][0] <= now:
                _, visitor = self._to_keep.popleft()
                if visitor.sound(KEEP):
                    self._to_keep.append((now + self._keep_s, visitor))
            await asyncio.sleep(LOOK_S)


class Visitor(asyncio.Protocol):
    """One connection: first a question, then a line."""

    __slots__ = ("_asked", "_deadline", "_door", "_node", "_rung_at", "_transport", "_waiting")

    def __init__(self, door: Door) -> None:
        self._door = door
        self._transport: asyncio.Transport | None = None
        self._asked: bytearray | None = bytearray()
        self._deadline: asyncio.TimerHandle | None = None
        self._node = 0
        self._rung_at = -DOORBELL_QUIET_S
        self._waiting = False

    # --- the question ---

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)  # a stream server makes no other
        self._transport = transport
        self._door.unproven += 1
        if self._door.is_crowded:
            transport.abort()
            return
        self._deadline = asyncio.get_running_loop().call_later(DOORBELL_CALL_S, transport.abort)

    def data_received(self, data: bytes) -> None:
        if self._asked is None:
            return  # nothing is to be said on an open line
        self._asked += data
        head, end, body = bytes(self._asked).partition(b"\r\n\r\n")
        if len(head) > _HEAD_MAX_BYTES or len(body) > DOORBELL_CALL_MAX_BYTES:
            self._refuse(400, "question_too_large", "a call is shorter", "Use a karaula node.")
        elif end:
            self._take(head, body)

    def _take(self, head: bytes, body: bytes) -> None:
        first, *lines = head.split(b"\r\n")
        if first != _REQUEST:
            self._refuse(404, "not_here", "this is a doorbell, and nothing else", "Ask the hub itself.")
            return
        length = _length(lines)
        if length is None or length > DOORBELL_CALL_MAX_BYTES:
            self._refuse(400, "question_too_large", "a call has a length, and a small one", "Use a node.")
        elif len(body) >= length:
            self._judge(body[:length])

    def _judge(self, body: bytes) -> None:
        try:
            caller = self._door.judge(body)
        except KaraulaError as error:
            self._refuse(error.status, error.code, error.message, error.hint)
            return
        transport = self._transport
        assert transport is not None  # the connection was made
        self._proven()
        self._node = caller.node
        _notice_death(transport)
        transport.write(_OPEN)
        self._door.keep(self)
        self._door.register.seat(caller, self)

    def _refuse(self, status: int, code: str, message: str, hint: str) -> None:
        transport = self._transport
        assert transport is not None  # the connection was made
        self._proven()
        body = wire.pack([1, code, message, hint])
        reason = _REASONS.get(status, b"Refused")
        transport.write(
            b"HTTP/1.1 %d %s\r\nContent-Type: application/octet-stream\r\nContent-Length: %d\r\n"
            b"Connection: close\r\n\r\n%s" % (status, reason, len(body), body)
        )
        transport.close()

    def _proven(self) -> None:
        """No longer among those who have yet to say who they are."""
        if self._asked is not None:
            self._asked = None
            self._door.unproven -= 1
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def connection_lost(self, exc: Exception | None) -> None:
        self._proven()
        self._transport = None
        if self._node:
            self._door.register.leave(self._node, self)

    # --- the line ---

    def ring(self) -> None:
        """Say that something waits: now, or when the quiet after the last ring is over."""
        if self._waiting:
            return
        quiet_until = self._rung_at + DOORBELL_QUIET_S
        if asyncio.get_running_loop().time() >= quiet_until:
            self.ring_now()
        else:
            self._waiting = True
            self._door.ring_later(self, quiet_until)

    def ring_now(self) -> None:
        self._waiting = False
        self._rung_at = asyncio.get_running_loop().time()
        self.sound(RING)

    def sound(self, what: bytes) -> bool:
        """Put one byte on the line; whether there is still a line."""
        transport = self._transport
        if transport is None or transport.is_closing():
            return False
        if transport.get_write_buffer_size() > _UNREAD_MAX_BYTES:
            transport.abort()
            return False
        transport.write(_SOUND[what])
        return True

    def hang_up(self) -> None:
        if self._transport is not None:
            self._transport.abort()


def _length(lines: list[bytes]) -> int | None:
    """The declared length of a body; None where there is none, or several."""
    declared = [
        value.strip()
        for name, _, value in (line.partition(b":") for line in lines)
        if name.lower() == b"content-length"
    ]
    return int(declared[0]) if len(declared) == 1 and declared[0].isdigit() and len(declared[0]) < 6 else None


def _notice_death(transport: asyncio.Transport) -> None:
    """A node that lost its power says no farewell: the first unanswered sign of life ends the line."""
    taken = transport.get_extra_info("socket")
    if taken is not None and hasattr(socket, "TCP_USER_TIMEOUT"):
        taken.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, _UNANSWERED_MS)
