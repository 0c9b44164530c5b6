"""A post and a hub for a bench: an authority, a hub's process, a node's directory, and work done offline."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Final, Self, TypeVar

from edge import identity as identities
from edge.node import EdgeNode, assemble, real_world
from edge.store.opening import connect_to
from provisioning.demo import ceremony
from provisioning.demo.directory import DemoDirectory
from provisioning.demo.process import Server
from provisioning.demo.roster import post_named
from shared.change import SEEN, named
from shared.clock import ms_of
from shared.database import Database
from shared.enrolment import files
from shared.ids import RecordId
from shared.schema import Kind
from tests.bench.generator import START_MS, Post
from tests.bench.relay import Relay

_A_TRANSACTION: Final = 500
_POST: Final = "KLOBUK"
_T = TypeVar("_T")


class Station:
    """A hub's process and a node's directory, with an authority of their own."""

    def __init__(self, folder: Path) -> None:
        self._at = DemoDirectory(path=folder)
        for each in (folder, self._at.sticks, self._at.logs):
            each.mkdir()
        self.hub_port = _free()
        self._servers: list[Server] = []
        hub_url = f"http://127.0.0.1:{self.hub_port}"
        ceremony.found_authority(self._at)
        ceremony.found_hub(self._at, url=hub_url)
        ceremony.enrol(self._at, post_named(_POST), url=hub_url)
        self._serve("hub", ("hub", "run", "--data", str(self._at.hub)), self.hub_port)

    @property
    def directory(self) -> Path:
        return self._at.node(_POST)

    def node(self, clock: Clock) -> EdgeNode:
        """The node in this process, by a clock that the captures turn."""
        world = replace(real_world(self.directory), now_ms=clock)
        return assemble(identities.load(self.directory), world)

    def capture(self, checks: int, updates: int) -> None:
        """Work done at the post while its node's process does not run."""
        clock = Clock()
        node = self.node(clock)
        capture(node, clock, checks, updates)
        node.close()

    def start_node(self, relay: Relay) -> None:
        self._serve("node", ("edge", "run", "--data", str(self.directory), "--hub-url", relay.url), 0)

    def look(self, sql: str) -> list[tuple[int, ...]]:
        """What the node's file says, beside its process."""
        identity = identities.load(self.directory)
        database = Database(connect_to(self.directory / files.DATABASE), key=identity.database_key)
        try:
            return database.connection().execute(sql).fetchall()
        finally:
            database.close()

    def _serve(self, name: str, arguments: tuple[str, ...], port: int) -> None:
        server = Server(name=name, arguments=arguments, log=self._at.logs / f"{name}.log", port=port)
        server.start()
        self._servers.append(server)
        server.wait()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for server in reversed(self._servers):
            server.stop()


class Clock:
    """The machine's clock; while work of earlier days is captured it shows when that was."""

    def __init__(self) -> None:
        self.ms = START_MS
        self.back = False

    def __call__(self) -> int:
        return self.ms if self.back else time.time_ns() // 1_000_000


def capture(node: EdgeNode, clock: Clock, checks: int, updates: int, *, seed: int = 11) -> None:
    """Checks made offline, then corrections of every fifth, each at its own time."""
    made = Post(seed=seed, desk="BA").take(max(checks, 1))
    clock.back, dice = True, Random(seed)
    records = [RecordId(record) for (record,) in _rows(node, "SELECT id FROM check_record ORDER BY id")]
    for some in _parts(made[:checks]):
        with node.kit.database.transaction() as tx:
            for change in some:
                clock.ms = max(clock.ms + 1, ms_of(change.stamp))
                applied = node.kit.log.append(tx, kind=Kind.CHECK, author=change.author, fields=change.fields)
                records.append(applied.change.record)
    records = records[-5 * updates :]
    for places in _parts(range(updates)):
        with node.kit.database.transaction() as tx:
            for place in places:
                clock.ms += 20_000
                record = records[place * len(records) // updates]
                fields = named(Kind.CHECK, {"document_number": f"{dice.randrange(10**8):08}"})
                shown = dict.fromkeys((*fields, SEEN), (record,))
                node.kit.log.append(
                    tx, kind=Kind.CHECK, author=made[0].author, fields=fields, record=record, context=shown
                )
    clock.back = False


def _rows(node: EdgeNode, sql: str) -> list[tuple[int, ...]]:
    with node.kit.database.snapshot() as tx:
        return tx.execute(sql).fetchall()


def _parts(things: Sequence[_T]) -> Iterator[Sequence[_T]]:
    for start in range(0, len(things), _A_TRANSACTION):
        yield things[start : start + _A_TRANSACTION]


def _free() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
