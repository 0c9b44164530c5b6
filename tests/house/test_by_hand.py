"""docs/running.md, "By hand": every block is run as it stands, by real processes, and what it says is so."""

from __future__ import annotations

import json
import os
import re
import shlex
import socket
import subprocess
import sysconfig
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest

from provisioning.demo.browser import Unexpected
from provisioning.demo.officer import OfficerAtBooth
from provisioning.demo.process import environment
from provisioning.demo.travellers import Travellers
from tests.house.documentation import pages

PATIENCE_S = 90
SERVERS = (["karaula", "hub", "run"], ["karaula", "hub", "doorbell"], ["karaula", "edge", "run"])
FIRST_PASSWORD = re.compile(r"first password: *(\S+)")
HUB_PORT = "8440"  # in the handbook; here a free one takes its place


class Walk:
    """A directory in which the lines of the handbook are run. `said` is by line, `urls` by data directory."""

    def __init__(self, place: Path) -> None:
        self.place = place
        self.said: dict[str, str] = {}
        self.urls: dict[str, str] = {}
        self._servers: list[subprocess.Popen[str]] = []
        self._hub_port = _free_port()
        self._environment = environment() | {
            "PATH": f"{sysconfig.get_path('scripts')}:/usr/bin:/bin",
            "HOME": str(place),
        }

    def do(self, line: str) -> None:
        """Run one line; one that serves is left running once it listens."""
        typed = line.replace(HUB_PORT, self._hub_port)
        if shlex.split(line)[:3] in SERVERS:
            self._serve(typed)
            return
        done = subprocess.run(
            ["bash", "-c", typed],
            cwd=self.place,
            env=self._environment,
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            timeout=PATIENCE_S,
            check=False,
        )
        assert done.returncode == 0, f"{line}\n{done.stdout}{done.stderr}"
        self.said[line] = done.stdout

    def mira(self) -> OfficerAtBooth:
        """The officer at Klobuk, with the first password that was shown last."""
        shown = [found[1] for said in self.said.values() if (found := FIRST_PASSWORD.search(said))]
        return OfficerAtBooth(self.urls["klobuk"], post="KLOBUK", login="mira", password=shown[-1])

    def log(self, data: str) -> str:
        """What the server of a data directory wrote on its error output."""
        return (self.place / f"{data}.log").read_text()

    def stop(self) -> None:
        for server in reversed(self._servers):
            server.terminate()
        for server in self._servers:
            server.communicate(timeout=PATIENCE_S)
            assert server.returncode == 0

    def _serve(self, line: str) -> None:
        words = shlex.split(line)
        data = "doorbell" if words[2] == "doorbell" else words[words.index("--data") + 1]
        with (self.place / f"{data}.log").open("w") as log:
            server = subprocess.Popen(
                words,
                cwd=self.place,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        self._servers.append(server)
        assert server.stdout is not None
        said = server.stdout.readline()
        assert said.startswith("listening on http://127.0.0.1:"), said
        self.urls[data] = said.removeprefix("listening on ").strip()


def _free_port() -> str:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return str(probe.getsockname()[1])


def until(happened: Callable[[], bool], what: str) -> None:
    end = time.monotonic() + PATIENCE_S
    while not happened():
        assert time.monotonic() < end, f"waited in vain: {what}"
        time.sleep(0.5)


# --- what must be so after a line ---


def the_hub_is_where_its_card_says(walk: Walk) -> None:
    """The port of `--url` and the port of `--port` are the same one."""
    assert walk.urls["hub"] == (walk.place / "hub" / "hub.url").read_text().strip()


def an_officer_works_at_the_post(walk: Walk) -> None:
    """Mira signs in with the password that was shown, changes it, checks a traveller, presses the button."""
    mira = walk.mira()
    until(mira.has_list, "the first contact")
    mira.sign_in(new="three quiet synthetic words")
    mira.check(Travellers(seed=1, today=datetime.now(UTC).date()).next())
    mira.sync_now()  # else the check waits a minute for others to share its bundle
    until(lambda: mira.signals()["To send"] == "0", "sent")
    mira.close()


def the_officer_is_shut_out(walk: Walk) -> None:
    """Mira, who has forgotten her password, does not get in with the new one either: she is disabled."""
    mira = walk.mira()

    def refused() -> bool:
        try:
            mira.sign_in()
        except Unexpected as told:
            print(told)
            return "disabled" in str(told)
        return False

    try:
        until(refused, "shut out")
    finally:
        mira.close()


def the_stick_has_brought_a_list(walk: Walk) -> None:
    """The post that never had a link says that something came, and passes over nothing."""
    said = walk.said["karaula courier import stick --data gostun"]
    assert "1 new packet" in said, said
    assert "passed over" not in said, said


def the_new_number_has_spoken(walk: Walk) -> None:
    """The authority's list knows both, the old one is replaced, and nothing is passed over."""
    said = walk.said["karaula courier import second-stick --data hub"]
    assert "passed over" not in said, said
    if "karaula courier import second-stick --data gostun" in walk.said:
        walk.do("karaula node list --authority authority --json")
        rows = json.loads(walk.said["karaula node list --authority authority --json"])
        assert {row["epoch"]: row["state"] for row in rows if row["post"] == "GOSTUN"} == {
            1: "replaced",
            2: "approved",
        }


def the_node_is_told(walk: Walk) -> None:
    """The revoked node's link goes down with that code, and its pages still answer."""
    until(lambda: "node_revoked" in walk.log("klobuk"), "told")
    visitor = OfficerAtBooth(walk.urls["klobuk"], post="KLOBUK", login="", password="")
    until(lambda: visitor.signals()["Link"].startswith("No link"), "shown")
    visitor.close()


def the_restored_hub_has_a_number_of_its_own(walk: Walk) -> None:
    """The authority gave another one, and the database has begun a new life under it."""
    (said,) = [text for line, text in walk.said.items() if line.startswith("karaula hub init hub-again")]
    (first,) = [text for line, text in walk.said.items() if line.startswith("karaula hub init hub --cert")]
    assert _NUMBER.search(said)[1] != _NUMBER.search(first)[1]  # type: ignore[index]  # else the walk is wrong


_NUMBER = re.compile(r"is node (\d+)")
AFTER: Mapping[str, Callable[[Walk], None]] = {
    "karaula hub run": the_hub_is_where_its_card_says,
    "karaula hub run --data hub-again": the_restored_hub_has_a_number_of_its_own,
    "karaula edge run": an_officer_works_at_the_post,
    "karaula courier import stick --data gostun": the_stick_has_brought_a_list,
    "karaula courier import second-stick --data hub": the_new_number_has_spoken,
    "karaula officer disable": the_officer_is_shut_out,
    "karaula hub revocations": the_node_is_told,
}


@pytest.fixture
def walk(tmp_path: Path) -> Iterator[Walk]:
    made = Walk(tmp_path)
    yield made
    made.stop()
    for data in made.urls:
        print(f"--- {data} said:\n{made.log(data)}")  # shown where the test fails


def test_the_walk_through_works_line_by_line(walk: Walk):
    """From an authority to a revoked node: each command succeeds, and what the text promises happens."""
    (page,) = [each for each in pages() if each.path == "docs/running.md"]
    checked = set()
    for line in page.section("By hand").lines():
        walk.do(line)
        for start in AFTER:
            if line.startswith(start):
                AFTER[start](walk)
                checked.add(start)
    assert checked == set(AFTER)
    listed = next(text for line, text in walk.said.items() if line.startswith("karaula node list"))
    assert "GOSTUN-1" in listed
    assert not os.path.exists(walk.place / "recovered.key")
