"""A real hub process with three enrolled posts, all made by the commands an engineer types.

The hub is `karaula hub run` in its own process. The posts are the production node on files of their
own, driven by the test: they speak to the hub over HTTP, but only when the test says so, because a
conflict needs two places that do not hear of one another in between.
"""

from __future__ import annotations

import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from edge import identity
from edge.node import EdgeNode, assemble, real_world
from edge.screen import CaseView, Session
from edge.transport import HubLink
from shared.enrolment import files
from shared.mrz.layout import Format
from shared.mrz.model import MrzFields, Sex
from shared.mrz.render import render
from shared.partial_date import parse

KARAULA = Path(sys.executable).with_name("karaula")
OWN_PASSWORD = "quiet mountain road"
POSTS = {"RS": "GOSTUN", "BA": "KLOBUK", "ME": "DOBRAKOVO"}
SILENT = "SPILJANI"
"""A post of RS that was admitted and never spoke."""
_PATIENCE_S = 60  # how long a command may take on two busy cores; no test waits this long when well
_THREE_DAYS_MS = 3 * 24 * 60 * 60 * 1000


@dataclass
class Post:
    """One country's post: its node, its officer, and its cable, which is plugged in only for `sync`."""

    node: EdgeNode
    hub_url: str
    officer: Session | None = None

    def sync(self) -> None:
        """One contact over HTTP, with everything that waits."""
        with HubLink(self.hub_url) as link:
            self.node.round.run(link.exchange, everything=True)

    def enter(self, login: str, password: str) -> None:
        """The officer signs in with the first password and chooses an own one."""
        booth = self.node.booth
        first = booth.sign_in(login=login, password=password, device=booth.device(None))
        self.officer = booth.change_password(first, current=password, new=OWN_PASSWORD, again=OWN_PASSWORD)

    @property
    def session(self) -> Session:
        assert self.officer is not None, "nobody is signed in at this post"
        return self.officer

    def check(self, mrz: str, *, decision: str = "admit", **form: str) -> str:
        """One traveller, decided and committed at the post; returns the check's id."""
        booth = self.node.booth
        case = booth.open_case(self.session)
        view: CaseView = booth.enter(self.session, case, {"mrz": mrz, "direction": "entry", **form})
        said = {"decision": decision} | ({"confirm_clock": "yes"} if view.confirm_clock else {})
        return booth.decide(self.session, case, said).check

    def correct(self, check: str, **form: str) -> None:
        """The officer sets fields of a check right."""
        booth = self.node.booth
        view = booth.check(self.session, check)
        booth.correct(
            self.session, check, form=form, reason="Read again from the paper slip", contexts=view.contexts
        )


@dataclass
class HubProcess:
    """The running hub: its address, its first operator's log-in, and the posts."""

    url: str
    login: str
    first_password: str
    posts: dict[str, Post]
    process: subprocess.Popen[str] = field(repr=False)


def traveller(surname: str, given_names: str, number: str, *, state: str, birth: str, sex: str = "F") -> str:
    """The zone of a synthetic passport, its check digits right."""
    return "\n".join(
        render(
            MrzFields(
                format=Format.TD3,
                document_code="P",
                issuer=state,
                document_number=number,
                surname=surname,
                given_names=given_names,
                nationality=state,
                sex=Sex(sex),
                birth=parse(birth),
                expiry=parse("2031-06-11"),
            )
        )
    )


def karaula(*arguments: object) -> str:
    """Run one command of the product; returns what it said."""
    done = subprocess.run(
        [KARAULA, *map(str, arguments)], capture_output=True, text=True, check=False, timeout=_PATIENCE_S
    )
    assert done.returncode == 0, done.stderr + done.stdout
    return done.stdout


@contextmanager
def running(directory: Path) -> Iterator[HubProcess]:
    """The hub's process from its start to its clean end, with its posts in contact once."""
    hub, secret = _found(directory)
    login, password = _officer(hub, "RS", "j.maric", "--name", "Jelena Marić", "--role", "operator")
    booths = {
        country: _officer(hub, country, f"{country.lower()}.booth", "--name", name, "--post", POSTS[country])
        for country, name in (("RS", "Marko Ilić"), ("BA", "Amra Hadžić"), ("ME", "Vuk Radović"))
    }
    with open(directory / "hub.log", "w", encoding="utf-8") as log:
        command = [str(part) for part in (KARAULA, "hub", "run", "--data", hub)]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True)
        posts: dict[str, Post] = {}
        try:
            assert process.stdout is not None
            said = process.stdout.readline()
            assert said.startswith("listening on "), (said, (directory / "hub.log").read_text())
            url = said.removeprefix("listening on ").strip()
            for country, code in POSTS.items():
                posts[country] = Post(node=_node(directory, code, hub, secret, country), hub_url=url)
                posts[country].sync()
                posts[country].enter(*booths[country])
            yield HubProcess(url=url, login=login, first_password=password, posts=posts, process=process)
        finally:
            for post in posts.values():
                post.node.close()
            process.terminate()
            assert process.wait(_PATIENCE_S) == 0, (directory / "hub.log").read_text()
            assert process.stdout is not None
            process.stdout.close()


def _found(directory: Path) -> tuple[Path, tuple[object, ...]]:
    """An authority and a hub, and a node of it that is admitted but never speaks."""
    phrase = directory / "passphrase"
    phrase.write_text("four words nobody guesses\n", encoding="utf-8")
    secret = ("--passphrase-file", phrase)
    authority, hub = directory / "authority", directory / "hub"
    karaula("authority", "init", authority, *secret)
    karaula("hub", "init", hub, "--url", "http://127.0.0.1:9", "--authority", authority, *secret)
    silent = _enrolled(directory, SILENT, hub, secret)
    karaula("hub", "admit", "--data", hub, silent / files.NODE_CERTIFICATE)
    return hub, secret


def _enrolled(directory: Path, code: str, hub: Path, secret: tuple[object, ...]) -> Path:
    authority, node, pack = directory / "authority", directory / code, directory / f"{code}.pack"
    issue = ("--authority", authority, "--hub-card", hub / files.HUB_CARD, "--post", code, "--out", pack)
    karaula("node", "issue", *issue, *secret)
    karaula("node", "enrol", pack, "--data", node, "--yes", "--approve-with", authority, *secret)
    return node


def _node(directory: Path, code: str, hub: Path, secret: tuple[object, ...], country: str) -> EdgeNode:
    data = _enrolled(directory, code, hub, secret)
    world = real_world(data)
    if country == "ME":  # a board whose battery died: its clock shows a day to come
        world = replace(world, now_ms=lambda: time.time_ns() // 1_000_000 + _THREE_DAYS_MS)
    return assemble(identity.load(data), world)


def _officer(hub: Path, country: str, login: str, *more: str) -> tuple[str, str]:
    """(login, first password) as the command shows them once."""
    said = karaula("officer", "add", "--data", hub, "--country", country, login, *more)
    found = re.search(r"first password: (\S+)", said)
    assert found is not None, said
    return login, found[1]
