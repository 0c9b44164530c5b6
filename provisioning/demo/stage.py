"""The running demo: a hub, three nodes, their links, and people who can sign in.

Job: bring it all up through the doors the product has, keep the links as people ask, take it all
down again. Invariants
* Processes are started from the main thread (see `tether`) and all of them are gone after `close`.
* A link is cut and healed in one way: through the control file, whoever asks.
Must not know: what is played on it.
"""

from __future__ import annotations

import os
import secrets
import socket
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from provisioning.demo import ceremony, roster
from provisioning.demo.directory import DemoDirectory
from provisioning.demo.officer import OfficerAtBooth
from provisioning.demo.operator import OperatorAtDesk
from provisioning.demo.process import Server
from provisioning.demo.relay import Relay
from provisioning.demo.roster import Person, Post
from provisioning.demo.travellers import Travellers
from provisioning.demo.watchlists import Watchlist
from shared.errors import ConfigError

Progress = Callable[[str], None]

_LOOK_S: Final = 0.1  # how often the control file is looked at
_PATIENCE_S: Final = 45.0


class Stage:
    """A demo in its directory. Call `raise_up`, then `close` whatever happened."""

    def __init__(self, at: DemoDirectory, *, alerts: int, sync_interval_s: float = 2.0) -> None:
        self.at = at
        self.alerts = alerts
        self.sync_interval_s = sync_interval_s
        self.travellers = Travellers(seed=secrets.randbits(32), today=datetime.now(UTC).date())
        self.wanted, self.watched = self.travellers.next(), self.travellers.next()
        """Two who are on the list from the start: one openly, one discreetly."""
        self.posts = roster.posts()
        self.people = list(roster.people())
        self.relays = {post.code: Relay(name=post.name) for post in self.posts}
        self.hub = Server(
            name="hub", arguments=("hub", "run", "--data", str(at.hub)), log=at.logs / "hub.log"
        )
        self.doorbell = Server(
            name="doorbell",
            arguments=("hub", "doorbell", "--data", str(at.hub)),
            log=at.logs / "doorbell.log",
        )
        self.nodes = {post.code: self._node(post) for post in self.posts}
        self._ended = threading.Event()
        self._linking = threading.Lock()

    def _node(self, post: Post) -> Server:
        arguments = (
            *("edge", "run", "--data", str(self.at.node(post.code)), "--demo"),
            *("--sync-interval", str(self.sync_interval_s), "--host", _own_address(self.posts.index(post))),
        )
        return Server(name=post.name, arguments=arguments, log=self.at.logs / f"{post.name}.log")

    # --- up ---

    def raise_up(self, tell: Progress) -> None:
        """Everything from an empty directory to signed-in people."""
        tell("the authority makes its keys")
        ceremony.found_authority(self.at)
        tell("the hub makes its keys and is certified")
        self.hub.port = _free_port()
        ceremony.found_hub(self.at, url=f"http://127.0.0.1:{self.hub.port}")
        tell("three nodes are enrolled, three operators get accounts")
        self._identities()
        tell("the hub starts")
        self.start_hub()
        tell("operators sign in, choose passwords and add their officers")
        desks = self._open_desks()
        tell(f"the desks raise {self.alerts} synthetic alerts")
        self._raise_alerts(desks)
        tell("the nodes start and fetch their lists")
        for node in self.nodes.values():
            node.start()
        for node in self.nodes.values():
            node.wait()
        threading.Thread(target=self._watch_links, name="links", daemon=True).start()
        tell("officers sign in at their posts and choose passwords")
        self._open_booths()
        self.publish()

    def _identities(self) -> None:
        with ThreadPoolExecutor(max_workers=2) as both:
            enrolled = [
                both.submit(ceremony.enrol, self.at, post, url=self.relays[post.code].url)
                for post in self.posts
            ]
            for place, person in enumerate(self.people):
                if person.is_operator:
                    first = ceremony.add_person(self.at, person)
                    self.people[place] = replace(person, password=first)
            for each in enrolled:
                each.result()

    def start_hub(self) -> None:
        """Start the hub where it was before, and its doorbell, and lead the relays to them."""
        self.hub.start()
        self.hub.wait()
        if not self.doorbell.is_running:
            self.doorbell.start()
            self.doorbell.wait()
        for relay in self.relays.values():
            relay.target = ("127.0.0.1", self.hub.port)
            relay.doorbell = ("127.0.0.1", self.doorbell.port)

    def start_node(self, post: str) -> None:
        self.nodes[post].start()
        self.nodes[post].wait()

    def _open_desks(self) -> list[OperatorAtDesk]:
        """Operators sign in for the first time and make the accounts of their officers."""
        desks = []
        for person in [each for each in self.people if each.is_operator]:
            desk = self.desk(person.country)
            desk.sign_in()
            self._remember(person, desk.password)
            desks.append(desk)
            for officer in [each for each in self.people if each.country == person.country and each.post]:
                self._remember(
                    officer,
                    desk.add_officer(
                        login=officer.login,
                        full_name=officer.full_name,
                        role=officer.role,
                        posts=[officer.post],
                    ),
                )
        return desks

    def _raise_alerts(self, desks: list[OperatorAtDesk]) -> None:
        share = max(0, self.alerts - 2) // len(desks)
        for place, desk in enumerate(desks):
            watchlist = self.watchlist(desk.country)
            forms = [watchlist.any() for _ in range(share)]
            if not place:
                forms += [watchlist.person(self.wanted, "arrest"), watchlist.person(self.watched, "discreet")]
            desk.raise_alerts(forms)
            desk.close()

    def watchlist(self, country: str) -> Watchlist:
        """A source of alerts for a desk; always of new ones."""
        return Watchlist(country=country, seed=secrets.randbits(32), today=datetime.now(UTC).date())

    def _open_booths(self) -> None:
        for person in [each for each in self.people if each.post]:
            officer = self.booth(person.login)
            self.wait_for(officer.has_list, f"{person.post} has no list")
            officer.sign_in()
            self._remember(person, officer.password)
            officer.close()

    # --- people ---

    def _remember(self, person: Person, password: str) -> None:
        self.people = [
            replace(each, password=password) if each.login == person.login else each for each in self.people
        ]

    def person(self, login: str) -> Person:
        return next(each for each in self.people if each.login == login)

    def desk(self, country: str) -> OperatorAtDesk:
        """The country's operator at a fresh browser, not signed in yet."""
        person = next(each for each in self.people if each.is_operator and each.country == country)
        return OperatorAtDesk(self.hub.url, country=country, login=person.login, password=person.password)

    def booth(self, login: str) -> OfficerAtBooth:
        """An officer at a fresh browser at their post, not signed in yet."""
        person = self.person(login)
        url = self.nodes[person.post].url
        return OfficerAtBooth(url, post=person.post, login=login, password=person.password)

    # --- links ---

    def link_down(self, post: str) -> None:
        self.at.set_link(post, up=False)
        self._follow_links()

    def link_up(self, post: str) -> None:
        self.at.set_link(post, up=True)
        self._follow_links()

    def _watch_links(self) -> None:
        while not self._ended.wait(_LOOK_S):
            self._follow_links()

    def _follow_links(self) -> None:
        with self._linking:
            cut = self.at.cut_links()
            changed = [(post, relay) for post, relay in self.relays.items() if (post in cut) != relay.is_cut]
            for post, relay in changed:
                if post in cut:
                    relay.cut()
                else:
                    relay.heal()
            if changed and not self._ended.is_set():
                self._publish()

    # --- what others may know ---

    def publish(self) -> None:
        """Say in the state file what runs where."""
        with self._linking:
            self._publish()

    def _publish(self) -> None:
        self.at.say(
            {
                "pid": os.getpid(),
                "hub": {"url": self.hub.url, "pid": self.hub.pid},
                "doorbell": {"url": self.doorbell.url, "pid": self.doorbell.pid},
                "posts": {
                    post.code: {
                        "label": post.label,
                        "country": post.country,
                        "url": self.nodes[post.code].url,
                        "pid": self.nodes[post.code].pid,
                        "link": "down" if self.relays[post.code].is_cut else "up",
                    }
                    for post in self.posts
                },
            }
        )

    def first_dead(self) -> Server | None:
        """A server that ended by itself, if one did."""
        servers = (self.hub, self.doorbell, *self.nodes.values())
        return next((each for each in servers if not each.is_running), None)

    # --- down ---

    def close(self) -> None:
        """Stop everything; nothing of it runs afterwards."""
        self._ended.set()
        self.stop_servers()
        for relay in self.relays.values():
            relay.close()

    def stop_servers(self) -> None:
        """Stop hub and nodes; links and files stay."""
        servers = (*self.nodes.values(), self.doorbell, self.hub)
        for server in servers:
            server.thaw()
            server.ask_to_stop()
        for server in servers:
            server.stop()

    def wait_for(self, happened: Callable[[], object], otherwise: str) -> None:
        """Wait until something is so. Raises ConfigError `demo_waited_in_vain`."""
        end = time.monotonic() + _PATIENCE_S
        while time.monotonic() < end:
            if happened():
                return
            time.sleep(_LOOK_S)
        raise ConfigError("demo_waited_in_vain", otherwise, hint=f"Look at the logs in {Path(self.at.logs)}.")


def _free_port() -> int:
    """A port that is free now. Where another takes it first, the start says so."""
    with socket.create_server(("127.0.0.1", 0)) as found:
        port: int = found.getsockname()[1]
        return port


def _own_address(place: int) -> str:
    """A loopback address for each node, where the machine has more than one.

    A browser keeps cookies by address and not by port: two posts at one address would sign each other out.
    """
    address = f"127.0.0.{place + 2}"
    try:
        with socket.create_server((address, 0)):
            return address
    except OSError:
        return "127.0.0.1"
