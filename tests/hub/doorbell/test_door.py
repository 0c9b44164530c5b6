"""The door on real sockets: what a caller gets, what a stranger costs, how a ring sounds."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from hub.doorbell.door import Door
from hub.doorbell.register import Caller
from shared import doorbell, wire
from shared.errors import TrustError
from shared.limits import DOORBELL_CALL_MAX_BYTES, DOORBELL_QUIET_S

HOST = "127.0.0.1"
PATIENCE_S = 20
Told = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Everybody:
    """A register that believes every call but one, and keeps its lines."""

    def __init__(self) -> None:
        self.lines: list[object] = []
        self.left: list[int] = []
        self.behind = False

    def __len__(self) -> int:
        return len(self.lines)

    def believe(self, data: bytes) -> Caller:
        if data == b"thief":
            raise TrustError("node_revoked", "no", hint="Call the authority.")
        return Caller(node=5, scopes=("all",), behind=self.behind)

    def seat(self, caller: Caller, line: object) -> None:
        self.lines.append(line)
        if caller.behind:
            line.ring()  # type: ignore[attr-defined]  # a line

    def leave(self, node: int, line: object) -> None:
        self.left.append(node)

    def look(self) -> int:
        return 0


def played(scene: Callable[[Everybody, int], Awaitable[None]], **given: float) -> Everybody:
    """Open a door, play a scene with it, close it."""
    register = Everybody()

    async def play() -> None:
        door = Door(register, listeners_max=2, **given)  # type: ignore[arg-type]  # stands in for a register
        port = await door.open(HOST, 0)
        try:
            await asyncio.wait_for(scene(register, port), PATIENCE_S)
        finally:
            await door.close()
            await asyncio.sleep(0)

    asyncio.run(play())
    return register


async def call(port: int, body: bytes = b"call", *, head: str = "") -> Told:
    reader, writer = await asyncio.open_connection(HOST, port)
    head = head or f"POST {doorbell.PATH} HTTP/1.1\r\nHost: hub\r\nContent-Length: {len(body)}\r\n\r\n"
    writer.write(head.encode() + body)
    await writer.drain()
    return reader, writer


async def refusal(told: Told) -> tuple[bytes, str]:
    """(status, code) of an answer that ends."""
    whole = await told[0].read()
    told[1].close()
    head, _, body = whole.partition(b"\r\n\r\n")
    answer = wire.unpack(body, max_bytes=4096)
    assert isinstance(answer, list)
    return head.split(b" ")[1], str(answer[1])


async def ended(reader: asyncio.StreamReader) -> bool:
    """Whether the other side hung up without a word, politely or not."""
    try:
        return await reader.read() == b""
    except ConnectionResetError:
        return True


async def opened(told: Told) -> asyncio.StreamReader:
    head = await told[0].readuntil(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200 OK\r\n")
    assert b"X-Accel-Buffering: no" in head
    return told[0]


def test_a_believed_caller_gets_a_line_on_which_rings_sound():
    """A chunk of one byte, at once."""

    async def scene(register: Everybody, port: int) -> None:
        told = await call(port)
        line = await opened(told)
        register.lines[0].ring()  # type: ignore[attr-defined]  # a line
        assert await line.readexactly(6) == b"1\r\n!\r\n"
        told[1].close()

    played(scene)


def test_a_burst_is_one_ring_and_one_more_after_the_quiet():
    """Fifty alerts in a row cost a post two contacts, and the last one is not forgotten."""

    async def scene(register: Everybody, port: int) -> None:
        told = await call(port)
        line = await opened(told)
        for _ in range(50):
            register.lines[0].ring()  # type: ignore[attr-defined]  # a line
        assert await line.readexactly(12) == b"1\r\n!\r\n" * 2
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(line.read(1), 2 * DOORBELL_QUIET_S)
        told[1].close()

    played(scene)


def test_a_line_shows_signs_of_life():
    """A network that forgets silent lines is kept from it, and a node can tell a dead line."""

    async def scene(_: Everybody, port: int) -> None:
        told = await call(port)
        line = await opened(told)
        assert await line.readexactly(12) == b"1\r\n.\r\n" * 2
        told[1].close()

    played(scene, keep_s=0.1)


def test_a_call_may_come_in_pieces():
    """A slow link delivers it byte by byte."""

    async def scene(_: Everybody, port: int) -> None:
        reader, writer = await asyncio.open_connection(HOST, port)
        for byte in f"POST {doorbell.PATH} HTTP/1.1\r\nContent-Length: 4\r\n\r\ncall".encode():
            writer.write(bytes((byte,)))
            await writer.drain()
        await opened((reader, writer))
        writer.close()

    played(scene)


def test_a_refused_caller_is_told_why():
    """The register's code and status, in the bytes of every refusal."""

    async def scene(_: Everybody, port: int) -> None:
        assert await refusal(await call(port, b"thief")) == (b"403", "node_revoked")

    assert played(scene).lines == []


@pytest.mark.parametrize(
    ("head", "told"),
    [
        ("GET /doorbell/v1 HTTP/1.1\r\n\r\n", (b"404", "not_here")),
        ("POST /sync/v1 HTTP/1.1\r\nContent-Length: 4\r\n\r\n", (b"404", "not_here")),
        ("POST /doorbell/v1 HTTP/1.1\r\n\r\n", (b"400", "question_too_large")),
        ("POST /doorbell/v1 HTTP/1.1\r\nContent-Length: -1\r\n\r\n", (b"400", "question_too_large")),
        (
            "POST /doorbell/v1 HTTP/1.1\r\nContent-Length: 4\r\ncontent-length: 5\r\n\r\n",
            (b"400", "question_too_large"),
        ),
        (
            f"POST /doorbell/v1 HTTP/1.1\r\nContent-Length: {DOORBELL_CALL_MAX_BYTES + 1}\r\n\r\n",
            (b"400", "question_too_large"),
        ),
        ("x" * 5_000, (b"400", "question_too_large")),
    ],
)
def test_anything_but_a_call_is_refused_and_ended(head: str, told: tuple[bytes, str]):
    """Within limits that are checked before anything is kept."""

    async def scene(_: Everybody, port: int) -> None:
        assert await refusal(await call(port, head=head)) == told

    assert played(scene).lines == []


def test_one_more_than_it_can_hold_is_told_so():
    """503, and those who listen go on listening."""

    async def scene(_: Everybody, port: int) -> None:
        first, second = await call(port), await call(port)
        await opened(first)
        await opened(second)
        assert await refusal(await call(port)) == (b"503", "doorbell_full")
        for told in (first, second):
            told[1].close()

    played(scene)


def test_a_visitor_that_says_nothing_is_shut_out(monkeypatch: pytest.MonkeyPatch):
    """Half a question holds a socket for seconds, not for ever."""
    monkeypatch.setattr("hub.doorbell.door.DOORBELL_CALL_S", 0.1)

    async def scene(_: Everybody, port: int) -> None:
        reader, writer = await call(port, head="POST /doorbell/v1 HTTP/1.1\r\n")
        assert await ended(reader)
        writer.close()

    played(scene)


def test_a_crowd_that_proves_nothing_is_not_let_in(monkeypatch: pytest.MonkeyPatch):
    """Silent visitors beyond the bound are dropped at once; the bound is free again when they go."""
    monkeypatch.setattr("hub.doorbell.door.DOORBELL_UNPROVEN_MAX", 2)

    async def scene(_: Everybody, port: int) -> None:
        silent = [await asyncio.open_connection(HOST, port) for _ in range(2)]
        await asyncio.sleep(0.05)
        reader, writer = await asyncio.open_connection(HOST, port)
        assert await ended(reader)
        for _, each in (*silent, (reader, writer)):
            each.close()
        await asyncio.sleep(0.05)
        told = await call(port)
        await opened(told)
        told[1].close()

    played(scene)


def test_the_end_of_a_line_is_noticed():
    """The register is told, so that nobody rings into the void."""

    async def scene(register: Everybody, port: int) -> None:
        told = await call(port)
        await opened(told)
        told[1].close()
        while not register.left:
            await asyncio.sleep(0.01)

    assert played(scene).left == [5]
