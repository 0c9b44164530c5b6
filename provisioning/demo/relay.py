"""A node's link to the hub: a relay on loopback that can be cut, healed, and listened in on.

Job: carry HTTP/1.1 exchanges between one node and the hub, byte for byte. The demo owns it, so the
link can be cut in the middle of anything, what went over it can be sent again, and what comes back
can be exchanged for something else, as somebody on the way could do.
Invariants
* It knows lengths only, never contents: what it carries is sealed, and it has no key.
* Cutting closes every connection at once, half-carried exchanges included, and no connection is
  carried while the link is cut; the address stays the same.
Must not know: nodes' papers, what an exchange means.
"""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from shared import doorbell

_HEAD_MAX_BYTES: Final = 64 * 1024
_BODY_MAX_BYTES: Final = 16 * 1024 * 1024
_PATIENCE_S: Final = 30.0
_PIECE_BYTES: Final = 64 * 1024
_KEPT_EXCHANGES: Final = 400
_DOORBELL: Final = f"POST {doorbell.PATH} ".encode()


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """One request and its answer, as carried: head and body in one."""

    question: bytes
    answer: bytes

    @property
    def question_body(self) -> bytes:
        return self.question.partition(b"\r\n\r\n")[2]

    @property
    def answer_body(self) -> bytes:
        return self.answer.partition(b"\r\n\r\n")[2]


Tamper = Callable[[Exchange], bytes]
"""Given a true exchange, the bytes of the answer that the node gets in its place."""


class Cut(Exception):  # noqa: N818 - an event of the link, not an error
    """The connection ended: the link was cut, or one side hung up."""


@dataclass(slots=True, kw_only=True)
class Relay:
    """One link. `target` is the hub's (host, port); None while the hub is down. `doorbell` is where the
    hub's doorbell is: like a proxy in front of both, the link leads each path to its own."""

    name: str
    target: tuple[str, int] | None = None
    doorbell: tuple[str, int] | None = None
    tamper: Tamper | None = None
    exchanges: deque[Exchange] = field(default_factory=lambda: deque(maxlen=_KEPT_EXCHANGES))
    up_bytes: int = 0
    down_bytes: int = 0
    carried: tuple[float, float] = (0.0, 0.0)
    """When the newest untampered exchange began and ended, by the monotonic clock."""
    _listener: socket.socket = field(init=False, repr=False)
    _cut: bool = field(default=False, init=False)
    _open: set[socket.socket] = field(default_factory=set, init=False, repr=False)
    _guard: threading.Lock = field(default_factory=threading.Lock, init=False, repr=False)

    def __post_init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))  # any free port
        threading.Thread(target=self._accept, name=f"relay-{self.name}", daemon=True).start()

    @property
    def url(self) -> str:
        """Where the node finds the hub."""
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def recorded(self) -> tuple[Exchange, ...]:
        """What was carried last, oldest first; complete, while more goes on being carried."""
        with self._guard:
            return tuple(self.exchanges)

    @property
    def is_cut(self) -> bool:
        return self._cut

    def cut(self) -> None:
        """Cut the link, open connections included."""
        with self._guard:
            self._cut = True
            ended, self._open = self._open, set()
        for each in ended:
            _end(each)

    def heal(self) -> None:
        with self._guard:
            self._cut = False

    def close(self) -> None:
        """Cut for good, and give the port back."""
        self.cut()
        _end(self._listener)

    def send_again(self, question: bytes) -> bytes:
        """Send recorded bytes to the hub as they went the first time; returns the whole answer.

        Raises OSError or `Cut` when the hub is not there.
        """
        if self.target is None:
            raise Cut
        with socket.create_connection(self.target, timeout=_PATIENCE_S) as hub:
            hub.sendall(question)
            return _Reader(hub).message()

    # --- the carrying ---

    def _accept(self) -> None:
        while True:
            try:
                node, _ = self._listener.accept()
            except OSError:  # closed: the demo ends
                return
            threading.Thread(target=self._serve, args=(node,), daemon=True).start()

    def _serve(self, node: socket.socket) -> None:
        hub: socket.socket | None = None
        try:
            self._keep(node)
            if self.target is None:
                raise Cut
            hub = socket.create_connection(self.target, timeout=_PATIENCE_S)
            self._keep(hub)
            asked, answered = _Reader(node), _Reader(hub)
            while True:
                question = asked.message()
                if question.startswith(_DOORBELL):
                    self._carry_sounds(node, question)
                self._carry(question, asked, answered)
        except (Cut, OSError):
            return
        finally:
            for each in (node, hub):
                if each is not None:
                    self._drop(each)

    def _carry_sounds(self, node: socket.socket, call: bytes) -> None:
        """A call to the doorbell, and what comes back for as long as the line holds; ends with `Cut`."""
        if self.doorbell is None:
            raise Cut
        bell = socket.create_connection(self.doorbell, timeout=_PATIENCE_S)
        try:
            self._keep(bell)
            bell.sendall(call)
            while sound := bell.recv(_PIECE_BYTES):
                node.sendall(sound)
            raise Cut
        finally:
            self._drop(bell)

    def _carry(self, question: bytes, node: _Reader, hub: _Reader) -> None:
        began = time.monotonic()
        self.up_bytes += len(question)
        hub.socket.sendall(question)
        exchange = Exchange(question=question, answer=hub.message())
        with self._guard:
            self.exchanges.append(exchange)
        given = exchange.answer if self.tamper is None else self.tamper(exchange)
        if given == exchange.answer and given.split(b" ", 2)[1:2] == [b"200"]:
            self.carried = (began, time.monotonic())
        self.down_bytes += len(given)
        node.socket.sendall(given)

    def _keep(self, each: socket.socket) -> None:
        each.settimeout(None)
        with self._guard:
            if self._cut:
                raise Cut
            self._open.add(each)

    def _drop(self, each: socket.socket) -> None:
        with self._guard:
            self._open.discard(each)
        _end(each)


class _Reader:
    """Takes whole HTTP/1.1 messages of a declared length off a socket."""

    def __init__(self, carrier: socket.socket) -> None:
        self.socket = carrier
        self._waiting = b""

    def message(self) -> bytes:
        """The next message, head and body. Raises `Cut` at the end or at anything else."""
        while b"\r\n\r\n" not in self._waiting:
            if len(self._waiting) > _HEAD_MAX_BYTES:
                raise Cut
            self._more()
        head = self._waiting.partition(b"\r\n\r\n")[0]
        length = len(head) + 4 + _length(head)
        while len(self._waiting) < length:
            self._more()
        found, self._waiting = self._waiting[:length], self._waiting[length:]
        return found

    def _more(self) -> None:
        piece = self.socket.recv(_PIECE_BYTES)
        if not piece:
            raise Cut
        self._waiting += piece


def _length(head: bytes) -> int:
    """The body's declared length. Raises `Cut` for a body without one: nobody here sends such."""
    for line in head.lower().split(b"\r\n")[1:]:
        name, _, value = line.partition(b":")
        if name == b"transfer-encoding":
            raise Cut
        if name == b"content-length":
            number = value.strip()
            if not number.isdigit() or int(number) > _BODY_MAX_BYTES:
                raise Cut
            return int(number)
    return 0


def _end(each: socket.socket) -> None:
    """Close, and wake whoever waits in it."""
    with contextlib.suppress(OSError):
        each.shutdown(socket.SHUT_RDWR)
    each.close()
