"""Posts without a link, as real processes: on foot or by a neighbour they give and get all the same."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from provisioning.demo.officer import OfficerAtBooth
from provisioning.demo.operator import OperatorAtDesk
from provisioning.demo.travellers import Traveller, Travellers
from provisioning.demo.watchlists import Watchlist

KARAULA = Path(sys.executable).with_name("karaula")
PATIENCE_S = 60
DEAD = "http://127.0.0.1:9"  # nobody listens on the discard port


class Town:
    """An authority, a hub that runs, an operator, and posts that are enrolled by the real commands."""

    def __init__(self, top: Path, stack: ExitStack) -> None:
        self.top, self.stack = top, stack
        self.stick = top / "media" / "KINGSTON"
        self.stick.mkdir(parents=True)
        (top / "passphrase").write_text("four words nobody guesses\n")
        self.secret = ("--passphrase-file", top / "passphrase")
        self.run("authority", "init", top / "authority", *self.secret)
        port = free_port()
        self.hub_url = f"http://127.0.0.1:{port}"
        hub = ("hub", "init", top / "hub", "--url", self.hub_url, "--authority", top / "authority")
        self.run(*hub, *self.secret)
        self.serve("hub", "run", "--data", top / "hub", "--port", port)
        self.operator = OperatorAtDesk(
            self.hub_url, country="BA", login="ana", password=self.officer("ana", "operator")
        )
        self.operator.sign_in()

    def run(self, *words: object) -> str:
        """One command; it must succeed."""
        done = subprocess.run(
            [KARAULA, *map(str, words)], capture_output=True, text=True, check=False, timeout=PATIENCE_S
        )
        assert done.returncode == 0, f"{words}\n{done.stdout}{done.stderr}"
        return done.stdout

    def serve(self, *words: object) -> str:
        """Start a server; its address. It is stopped at the end, and must stop cleanly."""
        process = subprocess.Popen(
            list(map(str, [KARAULA, *words])), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )

        def stop() -> None:
            process.terminate()
            process.communicate(timeout=PATIENCE_S)
            assert process.returncode == 0

        self.stack.callback(stop)
        assert process.stdout is not None
        said = process.stdout.readline()
        assert said.startswith("listening on "), said
        return said.removeprefix("listening on ").strip()

    def officer(self, login: str, role: str, *posts: str) -> str:
        """An officer of BA; the first password."""
        words = [*("officer", "add", login, "--data", self.top / "hub", "--country", "BA"), "--role", role]
        words += ["--name", f"{login} Synthetic"]
        for post in posts:
            words += ["--post", post]
        return self.run(*words).rpartition("first password: ")[2].split()[0]

    def enrol(self, post: str) -> Path:
        """A post's directory; the hub has heard nothing of it."""
        pack, data = self.top / f"{post}.pack", self.top / post.lower()
        authority = self.top / "authority"
        issue = ("--authority", authority, "--hub-card", self.top / "hub" / "hub.card", "--post", post)
        self.run("node", "issue", *issue, "--out", pack, *self.secret)
        self.run("node", "enrol", pack, "--data", data, "--approve-with", authority, "--yes", *self.secret)
        return data

    def carry(self, way: str, data: Path) -> str:
        """`karaula courier …` on the one stick."""
        return self.run("courier", way, self.stick, "--data", data)

    def alert(self, traveller: Traveller) -> None:
        """The desk raises an alert on a document."""
        self.operator.raise_alert(
            Watchlist(country="BA", today=datetime.now(UTC).date(), seed=1).person(traveller, "arrest")
        )

    def checks(self) -> str:
        """The console's newest checks, in words."""
        self.operator.browser.get("/checks")
        return self.operator.browser.expect().text


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    with ExitStack() as stack:
        made = Town(tmp_path, stack)
        stack.callback(made.operator.close)
        yield made


def test_a_post_that_never_has_a_link_works_by_stick(town: Town):
    """First list, check, export on the page, hub, alert, back on the page: the next check of that document
    hits, the earlier one is a late hit, and the queue has the receipt."""
    klobuk = town.enrol("KLOBUK")
    password = town.officer("mira", "officer", "KLOBUK")
    town.carry("export", klobuk)  # a slip: the hub has never heard of this post
    town.carry("import", town.top / "hub")
    town.carry("export", town.top / "hub")
    town.carry("import", klobuk)
    url = town.serve(
        *("edge", "run", "--data", klobuk, "--hub-url", DEAD, "--stick-root", town.top / "media")
    )
    traveller = Travellers(seed=5, today=datetime.now(UTC).date()).next()
    with at_booth(url, password) as mira:
        saved = mira.check(traveller)
        assert saved.answer.verdict == "clear"
        assert "stay in the queue" in press(mira, "export")
        assert waiting(mira) > 0
        town.carry("import", town.top / "hub")
        assert traveller.surname in town.checks()
        town.alert(traveller)
        town.carry("export", town.top / "hub")
        before = waiting(mira)
        assert "from the centre" in press(mira, "import")
        assert waiting(mira) < before
        assert mira.check(traveller).answer.verdict == "hit"
        assert any(hit.late for hit in mira.hits())


def test_a_post_behind_another_reaches_the_hub(town: Town):
    """One node has a link and carries; the other calls it, and gets alerts and receipts back."""
    klobuk, zupci = town.enrol("KLOBUK"), town.enrol("ZUPCI")
    password = town.officer("mira", "officer", "ZUPCI")
    relay = town.serve("edge", "run", "--data", klobuk, "--relay", "--sync-interval", "0.3")
    url = town.serve(
        *("edge", "run", "--data", zupci, "--hub-url", DEAD, "--relay-url", relay, "--sync-interval", "0.3")
    )
    traveller = Travellers(seed=6, today=datetime.now(UTC).date()).next()
    visitor = OfficerAtBooth(url, post="ZUPCI", login="mira", password=password)
    until(visitor.has_list, "the first list through the neighbour")
    visitor.close()
    with at_booth(url, password) as mira:
        mira.check(traveller)
        mira.sync_now()
        until(lambda: waiting(mira) == 0, "the hub's receipt through the neighbour")
        town.alert(traveller)
        mira.check(Travellers(seed=7, today=datetime.now(UTC).date()).next())
        mira.sync_now()  # with something new to carry the relay asks at once, else each minute
        until(lambda: any(hit.late for hit in mira.hits()), "the alert through the neighbour")
        assert mira.signals()["Link"].startswith("No link")


@contextmanager
def at_booth(url: str, password: str) -> Iterator[OfficerAtBooth]:
    officer = OfficerAtBooth(url, post="", login="mira", password=password)
    officer.sign_in(new="three quiet synthetic words")
    yield officer
    officer.close()


def waiting(officer: OfficerAtBooth) -> int:
    return int(officer.signals()["To send"])


def press(officer: OfficerAtBooth, action: str) -> str:
    """Press a button of the stick and wait for what the page says of it."""
    page = officer.browser.get("/status")
    officer.browser.send(page.form(action="/status/stick"), press=("action", action))
    until(lambda: "Leave the stick in" not in officer.status(), "the stick")
    return officer.status()


def until(happened: Callable[[], bool], what: str) -> None:
    end = time.monotonic() + PATIENCE_S * 2
    while not happened():
        assert time.monotonic() < end, f"waited in vain: {what}"
        time.sleep(0.3)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
