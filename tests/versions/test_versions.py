"""A node one schema version ahead of the hub, or behind it, goes on syncing, and nothing it says is lost.

Hub and nodes are real processes of two versions of the house, talking over HTTP.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from hub.config import Config
from hub.desk.people import desk_itself
from hub.hub import build
from provisioning.demo import ceremony
from provisioning.demo.directory import DemoDirectory
from provisioning.demo.roster import Post, post_named
from shared.schema import SCHEMA_VERSION, Kind
from tests.house.source import ROOT
from tests.versions import newer
from tests.versions.newer import GATE, HAIR, KIND, ROADS, TOLD, make_newer

HUB = "import sys; from provisioning.cli import main; sys.exit(main())"
ALERT = {1: "BA", 3: "arrest", 4: "detain", 5: "active", 11: "X1234567", 20: "1/26"}
POSTS = (
    post_named("KLOBUK"),
    Post(code="ZUPCI", label="Zupci", country="BA"),
    Post(code="UVAC", label="Uvac", country="BA"),
)


class Speaker:
    """A node in a process of its own, of one version or the other."""

    def __init__(self, house: Path, data: Path) -> None:
        command = [sys.executable, "-m", "tests.versions.speaker", str(data)]
        self._process = subprocess.Popen(
            command, cwd=house, env=_on(house), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert self._line() == "ready"

    def do(self, what: str, **more: object) -> Any:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({"do": what, **more}) + "\n")
        self._process.stdin.flush()
        return json.loads(self._line())

    def show(self, record: int, kind: int = Kind.ALERT) -> Any:
        return self.do("show", record=record, kind=kind)

    def close(self) -> None:
        self._process.communicate(timeout=60)
        assert self._process.returncode == 0

    def _line(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline().strip()


@dataclass(frozen=True, slots=True, kw_only=True)
class Papers:
    """A hub and three BA posts as engineers leave them, and the house of tomorrow."""

    folder: Path
    tomorrow: Path
    port: int


@pytest.fixture(scope="module")
def papers(tmp_path_factory: pytest.TempPathFactory) -> Papers:
    """Made once: each test starts from a copy."""
    at = DemoDirectory(path=tmp_path_factory.mktemp("papers"))
    for folder in (at.sticks, at.logs):
        folder.mkdir()
    with socket.create_server(("127.0.0.1", 0)) as found:
        port = found.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    ceremony.found_authority(at)
    ceremony.found_hub(at, url=url)
    for post in POSTS:
        ceremony.enrol(at, post, url=url)
    tomorrow = make_newer(tmp_path_factory.mktemp("houses") / "tomorrow")
    return Papers(folder=at.path, tomorrow=tomorrow, port=port)


class Place:
    """A hub and three BA posts, and whoever runs there now."""

    def __init__(self, papers: Papers, directory: Path) -> None:
        shutil.copytree(papers.folder, directory)
        self.at = DemoDirectory(path=directory)
        self.now, self.tomorrow, self.port = ROOT, papers.tomorrow, papers.port
        self._hub: subprocess.Popen[str] | None = None
        self._nodes: list[Speaker] = []

    def hub(self, house: Path) -> None:
        """Start the hub, or stop the one that runs and start another version on the same data."""
        self.stop_hub()
        command = [
            sys.executable,
            "-c",
            HUB,
            "hub",
            "run",
            "--data",
            str(self.at.hub),
            "--port",
            str(self.port),
        ]
        self._hub = subprocess.Popen(command, cwd=house, env=_on(house), stdout=subprocess.PIPE, text=True)
        assert self._hub.stdout is not None
        assert self._hub.stdout.readline().startswith("listening")

    def stop_hub(self) -> None:
        if self._hub is not None:
            self._hub.terminate()
            self._hub.communicate(timeout=60)
            self._hub = None

    def node(self, house: Path, code: str) -> Speaker:
        self._nodes.append(Speaker(house, self.at.node(code)))
        return self._nodes[-1]

    def stop(self, node: Speaker) -> None:
        node.close()
        self._nodes.remove(node)

    def close(self) -> None:
        for node in self._nodes:
            node.close()
        self.stop_hub()

    def at_hub(self, house: Path, sql: str) -> Any:
        """The first row of a query, asked by a version's own program, which may bring the file up first."""
        program = (
            "import json, sys\nfrom pathlib import Path\n"
            "from hub.config import Config\nfrom hub.hub import build\n"
            "with build(Config(data=Path(sys.argv[1]))) as hub, hub.kit.database.snapshot() as tx:\n"
            "    print(json.dumps(tx.execute(sys.argv[2]).fetchone()))"
        )
        done = subprocess.run(
            [sys.executable, "-c", program, str(self.at.hub), sql],
            cwd=house, env=_on(house), capture_output=True, text=True, check=True, timeout=60,
        )  # fmt: skip
        return json.loads(done.stdout)


def _on(house: Path) -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(house), "PYTHONDONTWRITEBYTECODE": "1"}


@pytest.fixture
def place(papers: Papers, tmp_path: Path) -> Iterator[Place]:
    made = Place(papers, tmp_path / "place")
    try:
        yield made
    finally:
        made.close()


def test_newer_posts_talk_through_an_older_hub_and_past_an_older_post(place: Place):
    """A field the hub and a third post do not know arrives at the other newer post; an edit by the third,
    who never saw the field, leaves it as it is everywhere."""
    place.hub(place.now)
    one, two = place.node(place.tomorrow, "KLOBUK"), place.node(place.tomorrow, "ZUPCI")
    old = place.node(place.now, "UVAC")
    record = one.do("say", kind=Kind.ALERT, fields={**ALERT, HAIR: "red"})
    for node in (one, two, old):
        node.do("sync")
    assert two.show(record)["columns"]["hair"] == "red"
    kept = old.show(record)
    assert (kept["named"], kept["extra"], kept["schema"]) == (False, {str(HAIR): "red"}, SCHEMA_VERSION)
    old.do("edit", kind=Kind.ALERT, record=record, fields={21: "seen at Uvac"})
    for node in (old, one, two):
        node.do("sync")
    for node in (one, two):
        columns = node.show(record)["columns"]
        assert (columns["hair"], columns["reason"]) == ("red", "seen at Uvac")
    assert old.show(record)["extra"] == {str(HAIR): "red"}


def test_a_conflict_about_an_unknown_field_is_decided_at_the_older_hub(place: Place):
    """Two posts set it differently: the desk sees both values and chooses; the choice is everybody's."""
    place.hub(place.now)
    one, two = place.node(place.tomorrow, "KLOBUK"), place.node(place.tomorrow, "ZUPCI")
    record = one.do("say", kind=Kind.ALERT, fields=ALERT)
    one.do("sync")
    two.do("sync")
    one.do("edit", kind=Kind.ALERT, record=record, fields={HAIR: "red"})
    chosen = two.do("edit", kind=Kind.ALERT, record=record, fields={HAIR: "fair"})
    for node in (one, two):
        node.do("sync")
    with build(Config(data=place.at.hub)) as hub:
        desk = desk_itself("BA")
        (row,) = hub.desk.conflicts(desk)
        assert row.fields == (f"field_{HAIR}",)
        view = hub.desk.conflict(desk, row.id)
        choices = {f"field_{HAIR}": str(chosen)}
        hub.desk.resolve(desk, row.id, choices=choices, typed={}, reason="asked", contexts=view.contexts)
    for node in (one, two):
        node.do("sync")
        assert node.show(record)["columns"]["hair"] == "fair"


def test_older_posts_talk_with_a_newer_hub(place: Place):
    """What a newer post says reaches an older one through a newer hub; the older one's words come back."""
    place.hub(place.tomorrow)
    new, old = place.node(place.tomorrow, "KLOBUK"), place.node(place.now, "UVAC")
    record = new.do("say", kind=Kind.ALERT, fields={**ALERT, HAIR: "red"})
    new.do("sync")
    old.do("sync")
    old.do("edit", kind=Kind.ALERT, record=record, fields={21: "seen"})
    old.do("sync")
    new.do("sync")
    assert new.show(record)["columns"]["hair"] == "red"
    assert place.at_hub(place.tomorrow, "SELECT hair, reason FROM alert_record") == ["red", "seen"]


def test_an_upgrade_takes_over_what_was_kept_for_it(place: Place):
    """Fields of edited and untouched records, and records of a kind the hub had no table for; and a node
    upgraded in place finds its own."""
    place.hub(place.now)
    new, old = place.node(place.tomorrow, "KLOBUK"), place.node(place.now, "UVAC")
    alert = new.do("say", kind=Kind.ALERT, fields={**ALERT, HAIR: "red", TOLD: "limps"})
    new.do("say", kind=Kind.CHECK, fields={1: "BA", 3: "KLOBUK", 4: 1, GATE: 7})
    new.do("say", kind=KIND, fields={1: "BA", ROADS: "M-20 closed"})
    new.do("sync")
    old.do("sync")
    place.stop(old)
    place.hub(place.tomorrow)
    assert place.at_hub(place.tomorrow, "SELECT hair, extra FROM alert_record") == ["red", None]
    assert place.at_hub(place.tomorrow, "SELECT gate, extra FROM check_record WHERE gate NOT NULL") == [
        7,
        None,
    ]
    assert place.at_hub(place.tomorrow, "SELECT owner, roads FROM landslide_record") == ["BA", "M-20 closed"]
    upgraded = place.node(place.tomorrow, "UVAC")
    shown = upgraded.show(alert)["columns"]
    assert (shown["hair"], shown["told"]) == ("red", new.show(alert)["columns"]["told"])
    upgraded.do("edit", kind=Kind.ALERT, record=alert, fields={HAIR: "grey"})
    upgraded.do("sync")
    assert place.at_hub(place.tomorrow, "SELECT hair FROM alert_record") == ["grey"]


def test_the_console_knows_each_programs_schema(place: Place):
    """The hello tells it; one that is not the hub's is marked."""
    place.hub(place.now)
    for house, code in ((place.tomorrow, "KLOBUK"), (place.now, "UVAC")):
        place.node(house, code).do("sync")
    with build(Config(data=place.at.hub)) as hub:
        rows = {row.post: row for row in hub.desk.nodes(desk_itself("BA"))}
    assert (rows["KLOBUK"].schema, rows["KLOBUK"].schema_differs) == (SCHEMA_VERSION + 1, True)
    assert (rows["UVAC"].schema, rows["UVAC"].schema_differs) == (SCHEMA_VERSION, False)


assert newer.KIND not in set(Kind), "the house has grown the kind that was to be tomorrow's"
