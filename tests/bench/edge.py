"""The node: how long an officer waits for "saved", and how much memory a node needs.

A real hub process holds 100,000 alerts. A real node process (see `booth`) is enrolled by the command,
fetches them over HTTP and applies them through its replica. Then it captures 10,000 checks: the first few
hundred through its pages over HTTP, as officers do, the rest by the calls the pages make, as fast as they
go; one in two hundred is an alerted document. Its scheduler seals and syncs meanwhile. At the end everything
is sent, and the resident memory of the process is read.

edge_commit_p99_ms   from the sent decision to the committed check, over the checks that came without a
                     page: the whole form is read and judged again, the list is asked again, then one
                     transaction on SQLCipher with synchronous=FULL. Baseline: after each check a block of
                     4 KiB is written and synced in the same directory by the same thread.
edge_rss_mb          resident memory at the end. Baseline: Flask and waitress with one word to say.

Checks and alerts are `generator`'s, made outside the measured process.
"""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any, Final, Self

import httpx

from hub.config import Config
from hub.hub import build
from provisioning.demo import ceremony
from provisioning.demo.directory import DemoDirectory
from provisioning.demo.officer import OfficerAtBooth
from provisioning.demo.process import Server, environment
from provisioning.demo.roster import Person, post_named
from provisioning.demo.travellers import Travellers
from shared.change import Change
from shared.ids import SYSTEM
from shared.schema import Kind, field_by_name
from tests.bench.figures import Context, Figure
from tests.bench.forms import form_of
from tests.bench.generator import Post, alerts
from tests.bench.memory import peak_mb, resident_mb

ALERTS: Final = 100_000
CHECKS: Final = 10_000
BY_PAGE: Final = 300
WANTED_EVERY: Final = 200
GOAL_MS: Final = 25.0
GOAL_OVER_BASELINE_MS: Final = 12.0
GOAL_MB: Final = 120.0
SYNC_INTERVAL_S: Final = 5.0
PATIENCE_S: Final = 900.0
PASSWORD: Final = "quiet mountain road"
_ALERTS_A_TRANSACTION: Final = 2_000
_NUMBER: Final = field_by_name(Kind.ALERT, "document_number").number
_OFFICER: Final = Person(
    login="mira", full_name="Mira Bench", country="BA", role="officer", post="KLOBUK", password=""
)


def run(context: Context) -> list[Figure]:
    """Both figures. Takes some minutes, most of them the loading of the list."""
    at = DemoDirectory(path=context.folder)
    for folder in (at.sticks, at.logs):
        folder.mkdir()
    hub = Server(
        name="hub", arguments=("hub", "run", "--data", str(at.hub)), log=at.logs / "hub.log", port=_free()
    )
    ceremony.found_authority(at)
    ceremony.found_hub(at, url=f"http://127.0.0.1:{hub.port}")
    ceremony.enrol(at, post_named("KLOBUK"), url=f"http://127.0.0.1:{hub.port}")
    first_password = ceremony.add_person(at, _OFFICER)
    context.say(f"a hub is given {ALERTS:,} alerts")
    wanted = fill_hub(at.hub, ALERTS)
    hub.start()
    try:
        hub.wait()
        with Node(at.node("KLOBUK")) as node:
            return measure(context, node, wanted, first_password)
    finally:
        hub.stop()


def measure(context: Context, node: Node, wanted: list[str], first_password: str) -> list[Figure]:
    """Everything that happens at the post."""
    officer = OfficerAtBooth(node.url, post="KLOBUK", login=_OFFICER.login, password=first_password)
    began = time.monotonic()
    _until(officer.has_list, "the list")
    loaded_s = time.monotonic() - began
    after_list_mb = node.resident_mb()
    context.say(f"the node holds the list after {loaded_s:.0f} s")
    officer.sign_in(new=PASSWORD)
    travellers = Travellers(seed=8, today=datetime.now(UTC).date())
    for _ in range(BY_PAGE):
        officer.check(travellers.next())
    context.say(f"{BY_PAGE} checks went through the pages; {CHECKS - BY_PAGE:,} more follow")
    took = [node.capture(form) for form in _forms(CHECKS - BY_PAGE, wanted)]
    refused = [each for each in took if "refused" in each]
    if len(refused) > len(took) // 100:
        raise RuntimeError(f"{len(refused)} checks were refused, such as {refused[0]}")
    officer.sync_now()
    _until(lambda: officer.signals()["To send"] == "0", "everything sent")
    held = [each for each in took if "refused" not in each]
    return [
        _commit(node, held),
        _memory(node, loaded_s=loaded_s, after_list_mb=after_list_mb),
    ]


def _commit(node: Node, took: list[dict[str, Any]]) -> Figure:
    decided, whole, disk = (
        sorted(each[what] for each in took) for what in ("decide_ms", "whole_ms", "disk_ms")
    )
    baseline = _part(disk, 0.99)
    return Figure(
        name="edge_commit_p99_ms",
        value=_part(decided, 0.99),
        unit="ms",
        better="lower",
        goal=max(GOAL_MS, baseline + GOAL_OVER_BASELINE_MS),
        baseline=baseline,
        spread=(decided[0], decided[-1]),
        notes=(
            ("over", f"{len(took):,} checks, {sum(each['hits'] for each in took)} hits"),
            ("median", f"{_part(decided, 0.5):.1f} ms, the disk's {_part(disk, 0.5):.1f} ms"),
            ("with scan and answer", f"{_part(whole, 0.5):.1f} ms, p99 {_part(whole, 0.99):.1f} ms"),
            ("disk", _file_system(node.directory)),
        ),
    )


def _memory(node: Node, *, loaded_s: float, after_list_mb: float) -> Figure:
    with subprocess.Popen(
        [sys.executable, "-m", "tests.bench.bare"], stdout=subprocess.PIPE, text=True, env=environment()
    ) as bare:
        try:
            assert bare.stdout is not None
            url = bare.stdout.readline().removeprefix("listening on ").strip()
            for _ in range(50):
                httpx.get(url)
            baseline = resident_mb(bare.pid)
        finally:
            bare.terminate()
    return Figure(
        name="edge_rss_mb",
        value=node.resident_mb(),
        unit="MB",
        better="lower",
        goal=GOAL_MB,
        baseline=baseline,
        notes=(
            ("right after the list", f"{after_list_mb:.0f} MB, loaded in {loaded_s:.0f} s"),
            ("peak", f"{peak_mb(node.pid):.0f} MB"),
            ("store", f"{(node.directory / 'karaula.db').stat().st_size / 1e6:.0f} MB on disk"),
        ),
    )


class Node:
    """The node's process, with an officer who takes forms."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        words = [str(directory), str(SYNC_INTERVAL_S), _OFFICER.login, PASSWORD]
        self._log = (directory.parent / "node.log").open("w")
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.bench.booth", *words],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            text=True,
            env=environment(),
        )
        self.url = self._read().removeprefix("listening on ").strip()

    @property
    def pid(self) -> int:
        return self._process.pid

    def capture(self, form: Mapping[str, str]) -> dict[str, Any]:
        """One check; what it took."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(form) + "\n")
        self._process.stdin.flush()
        found: dict[str, Any] = json.loads(self._read())
        return found

    def resident_mb(self) -> float:
        return resident_mb(self.pid)

    def _read(self) -> str:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"the node ended; its log is {self._log.name}")
        return line

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.communicate()
        self._log.close()


def fill_hub(directory: Path, count: int) -> list[str]:
    """Raise so many alerts at the hub, in the desks' name; returns their documents."""
    numbers: list[str] = []
    made = _alerts_at_the_hub(count)
    with build(Config(data=directory)) as hub:
        while part := list(islice(made, _ALERTS_A_TRANSACTION)):
            with hub.kit.database.transaction() as tx:
                for alert in part:
                    applied = hub.kit.log.append(tx, kind=Kind.ALERT, author=SYSTEM, fields=alert.fields)
                    hub.merger.accept_own(tx, applied)
                    numbers.append(str(alert.fields[_NUMBER]))
    return numbers


def _alerts_at_the_hub(count: int) -> Iterator[Change]:
    for seed in range(count // _ALERTS_A_TRANSACTION + 1):
        yield from alerts(1_000 + seed, min(_ALERTS_A_TRANSACTION, count - seed * _ALERTS_A_TRANSACTION))


def _forms(count: int, wanted: list[str]) -> Iterator[dict[str, str]]:
    """Forms of generated checks; now and then the officer types the number of an alerted document over."""
    for number, check in enumerate(Post(seed=11, desk="BA").take(count)):
        form = form_of(check)
        if number % WANTED_EVERY == 0:
            form |= {"document_number": wanted[number % len(wanted)]}
        yield form


def _part(ordered: list[float], share: float) -> float:
    """A quantile by rank: the smallest value that `share` of all do not exceed."""
    return ordered[max(0, -int(-share * len(ordered) // 1) - 1)]


def _until(happened: Callable[[], bool], what: str) -> None:
    end = time.monotonic() + PATIENCE_S
    while not happened():
        if time.monotonic() > end:
            raise RuntimeError(f"waited in vain for {what}")
        time.sleep(0.25)


def _free() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _file_system(directory: Path) -> str:
    """The mount a directory is on: type and device."""
    lines = [line.split() for line in Path("/proc/mounts").read_text().splitlines()]
    mounts = [each for each in lines if directory.resolve().is_relative_to(each[1])]
    device, _, kind, *_ = max(mounts, key=lambda each: len(each[1]))
    return f"{kind} on {device}"
