"""A centre with three desks and three posts: the production hub and nodes on real encrypted files.

Questions go from node to hub as bytes, without HTTP; everything else is what runs in the field. The
clocks are dials that tests turn.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from edge import identity as edge_identity
from edge.kit import World as PostWorld
from edge.node import EdgeNode, assemble
from edge.record_view import CheckView
from edge.screen import Session
from edge.store.opening import connect_to as connect_post
from hub.app import create_app
from hub.cli import _desk_of
from hub.config import Policy
from hub.desk.view import Operator
from hub.hub import Hub
from hub.identity import Identity
from hub.kit import World
from hub.store.opening import connect_to
from shared.enrolment import (
    AuthorityCard,
    AuthorityKeys,
    Certificate,
    HubCard,
    HubCertificate,
    HubKeys,
    NodeKeys,
)
from shared.ids import Node

START_MS = 1_780_000_000_000  # 28 May 2026
FIRST_PASSWORD = "spring river stone"
OWN_PASSWORD = "quiet mountain road"
_LATER_MS = 60 * 60 * 1000
COUNTRIES = {"BA": "KLOBUK", "ME": "DOBRAKOVO", "RS": "GOSTUN"}
TD3 = "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<10"
_TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
_CONTEXTS = re.compile(r'name="contexts" value="([^"]+)"')
_ONCE = re.compile(r'name="once" value="([^"]+)"')


@dataclass
class Dial:
    """The wall clock all share, and one post's error."""

    ms: int = START_MS
    skew_ms: dict[str, int] = field(default_factory=dict)

    def of(self, country: str) -> int:
        self.ms += 1  # time passes between any two looks
        return self.ms + self.skew_ms.get(country, 0)


@dataclass
class Browser:
    """An operator's browser: keeps cookies, sends the CSRF token of the page it looked at."""

    client: FlaskClient

    def get(self, path: str) -> TestResponse:
        return self.client.get(path)

    def text(self, path: str, status: int = 200) -> str:
        """A page's text; the status is checked."""
        page = self.get(path)
        assert page.status_code == status, page.text
        return page.text

    def post(self, path: str, form: Mapping[str, object], *, seen_at: str | None = None) -> TestResponse:
        """Send a form as the page at `seen_at` (or `path`) would: with its tokens and its contexts."""
        return self.client.post(path, data=self.filled(form, seen_at or path))

    def filled(self, form: Mapping[str, object], page: str) -> dict[str, object]:
        """The form as it stands on the page, filled in: sent twice it is the same form twice."""
        text = self.get(page).text
        token = _TOKEN.search(text)
        assert token is not None, text
        sent: dict[str, object] = {"csrf_token": token[1], **form}
        contexts, once = _CONTEXTS.search(text), _ONCE.search(text)
        if contexts is not None:
            sent.setdefault("contexts", contexts[1])
        sent.setdefault("once", "made up" if once is None else once[1])  # anybody can make one up
        return sent

    def sign_in(self, login: str, password: str) -> TestResponse:
        return self.post("/sign-in", {"login": login, "password": password})


@dataclass
class Centre:
    """The hub, its app, and one post and one operator a country."""

    hub: Hub
    dial: Dial
    nodes: dict[str, EdgeNode]
    operators: dict[str, Operator] = field(default_factory=dict)

    def operator(self, country: str) -> Operator:
        """A desk's operator, for what a test does past the pages."""
        if country not in self.operators:
            self.operators[country] = self.hub.desk.sign_in(
                login=f"{country.lower()}.desk", password=OWN_PASSWORD, device="test"
            )
        return self.operators[country]

    def browser(self, country: str | None = None) -> Browser:
        """A browser, signed in as a desk's operator."""
        browser = Browser(create_app(self.hub).test_client())
        if country is not None:
            answer = browser.sign_in(f"{country.lower()}.desk", OWN_PASSWORD)
            assert answer.status_code == 303, answer.text
        return browser

    def sync(self, country: str) -> None:
        """One contact of a country's post with the hub."""
        self.nodes[country].round.run(self.hub.exchange, everything=True)

    def officer(self, country: str) -> Session:
        """The officer at a country's post, signed in with an own password."""
        booth = self.nodes[country].booth
        return booth.sign_in(
            login=f"{country.lower()}.booth", password=OWN_PASSWORD, device=booth.device(None)
        )

    def check(self, country: str, **form: str) -> str:
        """A check at a country's post, committed there and not yet sent; returns its id."""
        booth, session = self.nodes[country].booth, self.officer(country)
        case = booth.open_case(session)
        booth.enter(session, case, {"mrz": TD3, "direction": "entry", **form})
        return booth.decide(session, case, {"decision": "second_line"}).check

    def correct(self, country: str, check: str, **form: str) -> CheckView:
        """The officer at the post sets fields of a check right, not yet sent."""
        booth, session = self.nodes[country].booth, self.officer(country)
        view = booth.check(session, check)
        return booth.correct(session, check, form=form, reason="misread at night", contexts=view.contexts)

    def conflict(self, country: str) -> str:
        """A check whose surname the post and its desk corrected unknown to one another."""
        check = self.check(country)
        self.sync(country)
        view = self.hub.desk.record(self.operator(country), check)
        self.hub.desk.correct(
            self.operator(country),
            check,
            form={"surname": "ERIKSEN"},
            reason="as the passport's visual zone says",
            contexts=view.contexts,
        )
        self.correct(country, check, surname="ERICSON")
        self.sync(country)
        return check

    def alert(self, country: str, **form: str) -> str:
        """An alert of a country on the specimen's document, at every post already."""
        whole = {
            "category": "arrest",
            "document_number": "L898902C3",
            "document_issuer": "UTO",
            "authority": "Court (synthetic)",
            "reference": f"{country}-118/26",
            "reason": "synthetic robbery",
            "phone": "+381 11 000 0000",
        }
        row = self.hub.desk.raise_alert(self.operator(country), whole | form)
        for each in self.nodes:
            self.sync(each)
        return row.id

    def close(self) -> None:
        for node in self.nodes.values():
            node.close()
        self.hub.close()


@dataclass(kw_only=True)
class Papers:
    """Who is who: the hub's identity and each post's. Opening them on copied files is a fresh centre."""

    hub: Identity
    posts: Mapping[str, edge_identity.Identity]

    def keep(self, keys: HubKeys) -> None:
        """What the key file does in the field: the hub's keys after a rotation."""
        self.hub = replace(self.hub, keys=keys)


def make_papers() -> Papers:
    """An authority, a hub and a post for each country, with new keys."""
    authority, keys = AuthorityKeys.generate(), HubKeys.generate().with_prekeys(2, now_ms=START_MS)
    card = AuthorityCard(
        name="Test",
        verify_key=authority.sign.verify_key,
        recovery_key=authority.recovery.seal_key,
        made_ms=START_MS,
    )
    certificate = HubCertificate(
        node=Node(1), name="PCC", verify_key=keys.sign.verify_key, issued_ms=START_MS
    )
    hub_card = HubCard.gather(
        certificate=certificate.signed(authority.sign),
        signed_prekeys=keys.signed_prekeys(),
        url="http://127.0.0.1:1",
        authority=authority.sign.verify_key,
    )
    posts = {
        country: _post_papers(number, post, country, authority, card, hub_card)
        for number, (country, post) in enumerate(COUNTRIES.items(), start=5)
    }
    hub = Identity(certificate=certificate, authority=card, keys=keys, database_key=os.urandom(32))
    return Papers(hub=hub, posts=posts)


def open_centre(directory: Path, papers: Papers, *, policy: Policy | None = None) -> Centre:
    """The centre on the files in `directory`, made where they are missing."""
    dial = Dial(ms=START_MS + (_LATER_MS if (directory / "hub.db").exists() else 0))
    world = World(
        connect=connect_to(directory / "hub.db"),
        now_ms=lambda: dial.of("PCC"),
        random=os.urandom,
        save_keys=papers.keep,
    )
    centre = Centre(hub=Hub(papers.hub, world, policy=policy), dial=dial, nodes={})
    for country, identity in papers.posts.items():
        centre.nodes[country] = assemble(identity, _post_world(directory / f"{country}.db", dial, country))
    return centre


def staff(centre: Centre) -> None:
    """An operator at each desk and an officer at each post, all with passwords of their own."""
    for country, post in COUNTRIES.items():
        _staff(centre, country, post)


def _post_papers(
    number: int, post: str, country: str, authority: AuthorityKeys, card: AuthorityCard, hub_card: HubCard
) -> edge_identity.Identity:
    keys = NodeKeys.generate()
    certificate = Certificate(
        serial=number,
        node=Node(number),
        post=post,
        epoch=1,
        country=country,
        verify_key=keys.sign.verify_key,
        seal_key=keys.box.seal_key,
        issued_ms=START_MS,
    )
    return edge_identity.Identity(
        certificate=certificate,
        certificate_paper=certificate.signed(authority.sign),
        keys=keys,
        authority=card,
        hub=hub_card,
        hub_url=hub_card.url,
        database_key=os.urandom(32),
    )


def _post_world(path: Path, dial: Dial, country: str) -> PostWorld:
    return PostWorld(
        connect=connect_post(path),
        now_ms=lambda: dial.of(country),
        monotonic_ms=lambda: dial.ms - START_MS,
        random=os.urandom,
        disk_free_mb=lambda: 20_000,
    )


def _staff(centre: Centre, country: str, post: str) -> None:
    """An operator at the desk and an officer at the post, both with passwords of their own."""
    people, desk, code = centre.hub.desk.people, _desk_of(centre.hub, country), country.lower()
    for login, role, posts in ((f"{code}.desk", "operator", ()), (f"{code}.booth", "officer", (post,))):
        people.add_with(
            desk, login=login, full_name=f"{country} {role}", role=role, posts=posts, password=FIRST_PASSWORD
        )
    entered = people.sign_in(login=f"{code}.desk", password=FIRST_PASSWORD, device="test")
    people.change_password(entered, current=FIRST_PASSWORD, new=OWN_PASSWORD, again=OWN_PASSWORD)
    centre.sync(country)
    booth = centre.nodes[country].booth
    session = booth.sign_in(login=f"{code}.booth", password=FIRST_PASSWORD, device=booth.device(None))
    booth.change_password(session, current=FIRST_PASSWORD, new=OWN_PASSWORD, again=OWN_PASSWORD)
    centre.sync(country)
