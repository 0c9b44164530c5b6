"""Push: how soon an alert raised at the hub is at a post, and how many posts one doorbell can ring.

push_latency_ms       a real hub, a real doorbell, a real node (three processes, loopback). An operator's
                      alert is raised through the hub's own code; the clock stops when the alert stands in
                      the node's own store. The node's usual interval is ten minutes, so only the bell brings
                      it. Median of `ALERTS`.
doorbell_ring_all_ms  one doorbell process, `LISTENERS` admitted nodes with an open line each, one alert for
                      everybody: until the last line has rung. The notes say what a line costs in memory.
"""

from __future__ import annotations

import selectors
import socket
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from edge import identity as node_papers
from edge.store import feed
from edge.store.opening import connect_to
from hub.config import Config
from hub.desk.people import desk_itself
from hub.hub import Hub, build
from hub.store import nodes
from provisioning.demo import ceremony
from provisioning.demo.directory import DemoDirectory
from provisioning.demo.process import Server
from provisioning.demo.roster import post_named
from shared import doorbell
from shared.crypto import BoxKey, SigningKey
from shared.database import Database
from shared.doorbell import Call, write_call
from shared.enrolment import Certificate, files
from shared.ids import Node
from tests.bench.figures import Context, Figure
from tests.bench.memory import resident_mb

ALERTS: Final = 15
LISTENERS: Final = 5_000
GOAL_MS: Final = 2_000.0
INTERVAL_S: Final = 600.0
PATIENCE_S: Final = 60.0
_FIRST_NODE: Final = 10_000
_LOOK_S: Final = 0.002
_AT_ONCE: Final = 250


def run(context: Context) -> list[Figure]:
    """Both figures, in about a minute."""
    at = DemoDirectory(path=context.folder)
    for folder in (at.sticks, at.logs):
        folder.mkdir()
    port = _free()
    hub = Server(name="hub", arguments=("hub", "run", "--data", str(at.hub)), log=at.logs / "hub.log")
    hub.port = port
    bell = Server(
        name="doorbell", arguments=("hub", "doorbell", "--data", str(at.hub)), log=at.logs / "doorbell.log"
    )
    ceremony.found_authority(at)
    ceremony.found_hub(at, url=f"http://127.0.0.1:{port}")
    ceremony.enrol(at, post_named("KLOBUK"), url=f"http://127.0.0.1:{port}")
    hub.start()
    try:
        hub.wait()
        bell.start()
        bell.wait()
        with build(Config(data=at.hub)) as desk:
            latency = _latency(context, at, desk)
            return [latency, _ring_all(context, desk, bell)]
    finally:
        bell.stop()
        hub.stop()


def _latency(context: Context, at: DemoDirectory, desk: Hub) -> Figure:
    data = at.node("KLOBUK")
    arguments = ("edge", "run", "--data", str(data), "--sync-interval", str(INTERVAL_S))
    node = Server(name="node", arguments=arguments, log=at.logs / "node.log")
    node.start()
    try:
        node.wait()
        _until(lambda: "doorbell_listening" in node.said(), "a line to the doorbell")
        with _store(data) as store:
            took = [_one(desk, store, number) for number in range(ALERTS)]
    finally:
        node.stop()
    took.sort()
    context.say(f"{ALERTS} alerts reached the post in {took[0]:.0f} … {took[-1]:.0f} ms")
    return Figure(
        name="push_latency_ms",
        value=statistics.median(took),
        unit="ms",
        better="lower",
        goal=GOAL_MS,
        spread=(took[0], took[-1]),
        notes=(("the node's own interval", f"{INTERVAL_S:.0f} s"),),
    )


def _one(desk: Hub, store: Database, number: int) -> float:
    """Raise one alert, after the quiet that follows a ring; milliseconds until the post holds it."""
    time.sleep(1.2)
    before = _position(store)
    began = time.perf_counter()
    raise_alert(desk, f"PUSH{number:05}")
    _until(lambda: _position(store) > before, "the alert", look_s=_LOOK_S)
    return (time.perf_counter() - began) * 1000


def raise_alert(desk: Hub, document: str) -> None:
    """An operator's alert for everybody, as the console's form would raise it."""
    form = {
        "category": "arrest",
        "surname": "PUSHED",
        "birth": "1970-01-01",
        "document_number": document,
        "authority": "District court (synthetic)",
        "reference": document,
        "reason": "bench",
        "phone": "+381 11 000 0000",
    }
    desk.desk.raise_alert(desk_itself("RS"), form)


@contextmanager
def _store(data: Path) -> Iterator[Database]:
    key = node_papers.load(data).database_key
    with Database(connect_to(data / files.DATABASE), key=key) as store:
        yield store


def _position(store: Database) -> int:
    with store.snapshot() as tx:
        return feed.position(tx)


# --- many lines ---


def _ring_all(context: Context, desk: Hub, bell: Server) -> Figure:
    signer = SigningKey.generate()
    admit_many(desk, signer, LISTENERS)
    before_mb = resident_mb(bell.pid)
    began = time.perf_counter()
    lines = open_lines(("127.0.0.1", bell.port), desk, signer, LISTENERS)
    opened_s = time.perf_counter() - began
    time.sleep(1.0)  # the first rings go: nobody here has read anything
    _drain(lines)
    line_kb = (resident_mb(bell.pid) - before_mb) * 1_000 / LISTENERS
    took = []
    for number in range(3):
        time.sleep(1.2)
        began = time.perf_counter()
        raise_alert(desk, f"RING{number:05}")
        rung = _wait_for_rings(lines)
        took.append((time.perf_counter() - began) * 1000)
        if rung != LISTENERS:
            raise RuntimeError(f"{rung} of {LISTENERS} lines rang")
    cpu = _idle_share(bell.pid)
    for line in lines:
        line.close()
    context.say(f"{LISTENERS:,} lines opened in {opened_s:.1f} s, {line_kb:.1f} kB each")
    return Figure(
        name="doorbell_ring_all_ms",
        value=statistics.median(took),
        unit="ms",
        better="lower",
        goal=GOAL_MS,
        spread=(min(took), max(took)),
        notes=(
            ("lines", f"{LISTENERS:,}"),
            ("opened in", f"{opened_s:.1f} s"),
            ("memory a line", f"{line_kb:.1f} kB"),
            ("processor while nothing happens", f"{cpu:.1%}"),
        ),
    )


def admit_many(desk: Hub, signer: SigningKey, count: int) -> None:
    """Nodes that only listen; they share a signing key, which changes nothing of what a line costs."""
    seal = BoxKey.generate().seal_key
    now = desk.kit.now_ms()
    with desk.kit.database.transaction() as tx:
        for number in range(_FIRST_NODE, _FIRST_NODE + count):
            certificate = Certificate(
                serial=number,
                node=Node(number),
                post=f"P{number}",
                epoch=1,
                country="BA",
                verify_key=signer.verify_key,
                seal_key=seal,
                issued_ms=now,
            )
            nodes.admit(tx, certificate, b"", at_ms=now)


def open_lines(at: tuple[str, int], desk: Hub, signer: SigningKey, count: int) -> list[socket.socket]:
    """A line for each node, opened some hundred at a time; each has had its answer's head."""
    lines: list[socket.socket] = []
    for first in range(_FIRST_NODE, _FIRST_NODE + count, _AT_ONCE):
        some = []
        for number in range(first, min(first + _AT_ONCE, _FIRST_NODE + count)):
            call = Call(node=Node(number), time_ms=desk.kit.now_ms(), generation=1, positions=(0, 0, 0, 0))
            body = write_call(call, signer=signer)
            line = socket.create_connection(at, timeout=PATIENCE_S)
            head = f"POST {doorbell.PATH} HTTP/1.1\r\nHost: hub\r\nContent-Length: {len(body)}\r\n\r\n"
            line.sendall(head.encode() + body)
            some.append(line)
        for line in some:
            if not line.recv(4096).startswith(b"HTTP/1.1 200"):
                raise RuntimeError("a call was refused")
        lines += some
    return lines


def _drain(lines: list[socket.socket]) -> None:
    for line in lines:
        line.setblocking(False)
        try:
            line.recv(4096)
        except BlockingIOError:
            continue


def _wait_for_rings(lines: list[socket.socket]) -> int:
    rung = 0
    end = time.monotonic() + PATIENCE_S
    with selectors.DefaultSelector() as waiting:
        for line in lines:
            waiting.register(line, selectors.EVENT_READ)
        while rung < len(lines) and time.monotonic() < end:
            for key, _ in waiting.select(timeout=1.0):
                assert isinstance(key.fileobj, socket.socket)
                if doorbell.RING in key.fileobj.recv(4096):
                    waiting.unregister(key.fileobj)
                    rung += 1
    return rung


# --- measuring ---


def _until(happened: Callable[[], bool], what: str, *, look_s: float = 0.02) -> None:
    end = time.monotonic() + PATIENCE_S
    while not happened():
        if time.monotonic() > end:
            raise RuntimeError(f"waited in vain for {what}")
        time.sleep(look_s)


def _idle_share(pid: int) -> float:
    """The share of one processor the process takes while nothing happens."""

    def ticks() -> int:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return int(fields[11]) + int(fields[12])

    before, began = ticks(), time.monotonic()
    time.sleep(5.0)
    return (ticks() - before) / 100 / (time.monotonic() - began)


def _free() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        port: int = found.getsockname()[1]
        return port
