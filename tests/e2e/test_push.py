"""An alert raised at the centre is at the post by itself: hub, doorbell and node as real processes."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from edge import identity
from edge.store import feed
from edge.store.opening import connect_to
from hub.config import Config
from hub.hub import build
from provisioning.demo import ceremony
from provisioning.demo.directory import DemoDirectory
from provisioning.demo.process import Server
from provisioning.demo.relay import Relay
from provisioning.demo.roster import post_named
from shared.database import Database
from shared.enrolment import files
from tests.bench.push import raise_alert

PATIENCE_S = 60
INTERVAL_S = "3000"  # but for the bell, nothing would come in this test's time


class Centre:
    """A hub with its doorbell and one post, on a link that can be cut."""

    def __init__(self, directory: Path) -> None:
        self.at = DemoDirectory(path=directory)
        for folder in (self.at.sticks, self.at.logs):
            folder.mkdir()
        self.relay = Relay(name="link")
        ceremony.found_authority(self.at)
        ceremony.found_hub(self.at, url=self.relay.url)
        ceremony.enrol(self.at, post_named("KLOBUK"), url=self.relay.url)
        self.hub = self._server("hub", "hub", "run", "--data", str(self.at.hub))
        self.bell = self._server("doorbell", "hub", "doorbell", "--data", str(self.at.hub))
        self.node = self._server(
            "node", "edge", "run", "--data", str(self.at.node("KLOBUK")), "--sync-interval", INTERVAL_S
        )

    def _server(self, name: str, *arguments: str) -> Server:
        return Server(name=name, arguments=arguments, log=self.at.logs / f"{name}.log")

    def start(self) -> None:
        for server in (self.hub, self.bell):
            server.start()
            server.wait()
        self.relay.target = ("127.0.0.1", self.hub.port)
        self.relay.doorbell = ("127.0.0.1", self.bell.port)
        self.node.start()
        self.node.wait()

    def stop(self) -> None:
        for server in (self.node, self.bell, self.hub):
            server.stop()
        self.relay.close()

    def listens(self, times: int = 1) -> None:
        self.until(lambda: self.node.said().count("doorbell_listening") >= times, "a line to the doorbell")

    def raised(self, number: str) -> None:
        with build(Config(data=self.at.hub)) as hub:
            raise_alert(hub, number)

    def position(self) -> int:
        data = self.at.node("KLOBUK")
        key = identity.load(data).database_key
        with Database(connect_to(data / files.DATABASE), key=key) as store, store.snapshot() as tx:
            return feed.position(tx)

    def until(self, happened: Callable[[], bool], what: str) -> None:
        end = time.monotonic() + PATIENCE_S
        while not happened():
            logs = "\n".join(each.read_text() for each in self.at.logs.glob("*.log"))
            assert time.monotonic() < end, f"waited in vain for {what}\n{logs}"
            time.sleep(0.05)


@pytest.fixture
def centre(tmp_path: Path) -> Iterator[Centre]:
    made = Centre(tmp_path)
    try:
        made.start()
        yield made
    finally:
        made.stop()


def test_an_alert_reaches_the_post_without_waiting_for_its_interval(centre: Centre):
    """Raised by one process, rung by another, fetched by a third; and again after the doorbell came back."""
    centre.listens()
    centre.raised("PUSH1")
    centre.until(lambda: centre.position() == 1, "the first alert")
    centre.bell.kill()
    centre.raised("PUSH2")  # nobody rings; but the next call says how far the node has read
    centre.bell.port = 0
    centre.bell.start()
    centre.bell.wait()
    centre.relay.doorbell = ("127.0.0.1", centre.bell.port)
    centre.until(lambda: centre.position() == 2, "the alert raised while no doorbell ran")


def test_the_doorbell_stops_at_a_signal_and_takes_its_port_out_of_the_store(centre: Centre):
    """The hub sends nobody to a door that is shut; everything else goes on."""
    centre.listens()
    with build(Config(data=centre.at.hub)) as hub:
        assert hub.doorbell_port() == centre.bell.port
        centre.bell.stop()
        assert hub.doorbell_port() == 0
    assert centre.node.is_running
