"""Who may see what: every desk × every country's record × every route, and none of them by default."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import permutations
from pathlib import Path

import pytest

from hub.config import ROUTES, Policy
from hub.desk.view import Operator, Why
from hub.hub import Hub
from shared.change import Value, named
from shared.errors import KaraulaError, MissingError
from shared.ids import Lane
from shared.ledger import records
from shared.schema import Kind
from tests.hub.outpost import Outpost, Realm
from tests.hub.staff import operators_of
from tests.hub.test_merger import alert

POSTS = {"BA": "KLOBUK", "ME": "DOBRAKOVO", "RS": "GOSTUN"}
DESKS = tuple(POSTS)


@dataclass
class Scene:
    """A hub with one post and one desk a country."""

    hub: Hub
    posts: dict[str, Outpost]
    operators: dict[str, Operator]

    def check(self, country: str) -> str:
        """A check at a country's post, sent; returns its id."""
        made = self.posts[country].check()
        self.posts[country].send(self.hub)
        return str(made.record)

    def open_by_hit(self, owner: str, desk: str, check: str) -> str:
        """A hit at the owner's post on an alert of the desk."""
        raised = alert(self.hub, self.operators[desk])
        values: dict[str, Value] = {
            "owner": owner,
            "check": int(check),
            "alert": raised.record,
            "alert_owner": desk,
            "post": POSTS[owner],
        }
        hit = self.posts[owner].say(Kind.HIT, values)
        self.posts[owner].send(self.hub)
        return str(hit.record)

    def open_by_request(self, owner: str, desk: str, check: str, *, answer: str = "full") -> None:
        """A request of the desk about a check, answered by the owner."""
        asked: dict[str, Value] = {"owner": desk, "from_desk": desk, "to_desk": owner, "state": "sent"}
        answered: dict[str, Value] = {
            "about": (int(check),),
            "state": "answered",
            "answer_category": answer,
        }
        with self.hub.kit.database.transaction() as tx:
            applied = self.hub.kit.log.append(
                tx,
                kind=Kind.REQUEST,
                author=self.operators[desk].officer,
                fields=named(Kind.REQUEST, asked),
            )
            self.hub.merger.accept_own(tx, applied)
            request = applied.change.record
            applied = self.hub.kit.log.append(
                tx,
                kind=Kind.REQUEST,
                author=self.operators[owner].officer,
                fields=named(Kind.REQUEST, answered),
                record=request,
                context=records.context_of(tx, Kind.REQUEST, request),
            )
            self.hub.merger.accept_own(tx, applied)

    def open_by_conflict(self, owner: str, desk: str, check: str) -> str:
        """A hit both desks settled differently, unknown to each other. Returns the hit."""
        hit = self.open_by_hit(owner, desk, check)
        contexts = self.hub.desk.record(self.operators[desk], hit).contexts
        created = self.posts[owner].log[Lane.URGENT][-1]
        self.hub.desk.settle_hit(
            self.operators[desk], hit, outcome="confirmed", reason="this is our man", contexts=contexts
        )
        self.posts[owner].edit(created, {"outcome": "cleared", "outcome_reason": "another person"})
        self.posts[owner].send(self.hub)
        return hit

    def sees(self, desk: str, check: str) -> str | None:
        """By which route a desk sees a check, in its list, on its page and by search alike; None if none."""
        operator = self.operators[desk]
        listed = {row.id: row.why for row in self.hub.desk.checks(operator)}
        try:
            opened: Why | None = self.hub.desk.record(operator, check).why
        except MissingError:
            opened = None
        assert listed.get(check) == opened
        self.hub.catch_up()
        number = f"T{self.posts_number(check)}000000"
        form = {"document_number": number, "purpose": "investigation", "reference": "K-1/26"}
        assert (check in {row.id for row in self.hub.desk.search(operator, form).checks}) == (
            opened is not None
        )
        return None if opened is None else opened.value

    def posts_number(self, check: str) -> int:
        return int(check) >> 42


def make_scene(directory: Path, policy: Policy | None = None) -> Scene:
    realm = Realm(directory=directory)
    hub = realm.hub(policy=policy)
    posts = {
        country: realm.post(number, country, post)
        for number, (country, post) in enumerate(POSTS.items(), start=5)
    }
    return Scene(hub=hub, posts=posts, operators=operators_of(hub))


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    made = make_scene(tmp_path)
    yield made
    made.hub.close()


@pytest.mark.parametrize("owner", DESKS)
def test_a_check_is_seen_by_its_own_desk_and_no_other(scene: Scene, owner: str):
    """Without a route another country's check does not exist for a desk: list, page and search agree."""
    check = scene.check(owner)
    assert {desk: scene.sees(desk, check) for desk in DESKS} == {
        desk: "own" if desk == owner else None for desk in DESKS
    }


@pytest.mark.parametrize("owner", DESKS)
@pytest.mark.parametrize("desk", DESKS)
def test_a_hit_opens_the_check_to_the_alerts_owner_alone(scene: Scene, owner: str, desk: str):
    """The desk whose alert was hit sees the check; the third desk does not."""
    check = scene.check(owner)
    scene.open_by_hit(owner, desk, check)
    expected = dict.fromkeys(DESKS) | {desk: "hit"} | {owner: "own"}
    assert {each: scene.sees(each, check) for each in DESKS} == expected


@pytest.mark.parametrize(("owner", "desk"), list(permutations(DESKS, 2)))
def test_an_answered_request_opens_the_check_to_the_asking_desk_alone(scene: Scene, owner: str, desk: str):
    """The asking desk sees what the answer is about; the third desk does not."""
    check = scene.check(owner)
    scene.open_by_request(owner, desk, check)
    expected = dict.fromkeys(DESKS) | {desk: "request"} | {owner: "own"}
    assert {each: scene.sees(each, check) for each in DESKS} == expected


@pytest.mark.parametrize("answer", ["negative", "refused", ""])
def test_a_request_that_was_not_answered_opens_nothing(scene: Scene, answer: str):
    """Only a full or partial answer opens a record."""
    check = scene.check("BA")
    scene.open_by_request("BA", "RS", check, answer=answer)
    assert scene.sees("RS", check) is None


def test_an_answer_opens_only_the_answering_desks_records(scene: Scene):
    """ME's answer to RS cannot open BA's check."""
    check = scene.check("BA")
    scene.open_by_request("ME", "RS", check)
    assert scene.sees("RS", check) is None


def test_nobody_answers_their_own_request(scene: Scene):
    """A request that a BA post sends as answered by ME opens nothing of ME's to BA."""
    check = scene.check("ME")
    values: dict[str, Value] = {
        "owner": "BA",
        "from_desk": "BA",
        "to_desk": "ME",
        "about": (int(check),),
        "state": "answered",
        "answer_category": "full",
    }
    scene.posts["BA"].say(Kind.REQUEST, values)
    scene.posts["BA"].send(scene.hub)
    assert scene.sees("BA", check) is None


def test_a_hit_opens_only_its_own_countrys_check(scene: Scene):
    """A hit made at a BA post cannot open ME's check to RS by naming it."""
    check = scene.check("ME")
    scene.open_by_hit("BA", "RS", check)
    assert {each: scene.sees(each, check) for each in DESKS} == {"BA": None, "ME": "own", "RS": None}


def test_a_conflict_about_a_hit_opens_only_its_own_countrys_check(scene: Scene):
    """Nor is ME's check seen because BA and RS settle such a hit differently."""
    check = scene.check("ME")
    scene.open_by_conflict("BA", "RS", check)
    assert {each: scene.sees(each, check) for each in DESKS} == {"BA": None, "ME": "own", "RS": None}


def test_a_conflict_opens_the_check_to_its_parties_while_it_is_open(tmp_path: Path):
    """With conflict as the only route: both parties see the check behind the hit, until it is decided."""
    scene = make_scene(tmp_path)
    check = scene.check("BA")
    hit = scene.open_by_conflict("BA", "RS", check)
    scene.hub.close()
    only = Policy(routes=frozenset({Why.CONFLICT}))
    with again(scene, policy=only) as hub:
        assert scene.sees("RS", check) == "conflict"
        assert scene.sees("ME", check) is None
        view = hub.desk.conflict(scene.operators["BA"], hit)
        hub.desk.resolve(
            scene.operators["BA"],
            hit,
            choices={row.name: row.siblings[0].dot for row in view.fields},
            typed={},
            reason="fingerprints agree",
            contexts=view.contexts,
        )
        assert scene.sees("RS", check) is None


@pytest.mark.parametrize("left_out", sorted(ROUTES))
def test_a_route_the_policy_leaves_out_opens_nothing(tmp_path: Path, left_out: Why):
    """Each route alone, and then without it: the check is gone from list, page and search."""
    scene = make_scene(tmp_path)
    check = scene.check("BA")
    {
        Why.HIT: lambda: scene.open_by_hit("BA", "RS", check),
        Why.REQUEST: lambda: scene.open_by_request("BA", "RS", check),
        Why.CONFLICT: lambda: scene.open_by_conflict("BA", "RS", check),
    }[left_out]()
    scene.hub.close()
    with again(scene, policy=Policy(routes=frozenset({left_out}))):
        assert scene.sees("RS", check) == left_out.value
    without = ROUTES - {left_out} - ({Why.HIT} if left_out is Why.CONFLICT else set())
    with again(scene, policy=Policy(routes=without)):
        assert scene.sees("RS", check) is None
        assert scene.sees("BA", check) == "own"


@pytest.mark.parametrize("desk", DESKS)
def test_hits_are_seen_by_the_posts_desk_and_the_alerts_owner(scene: Scene, desk: str):
    """The third desk neither lists nor opens a hit between the two others."""
    check = scene.check("BA")
    hit = scene.open_by_hit("BA", "RS", check)
    seen = hit in {row.id for row in scene.hub.desk.hits(scene.operators[desk])}
    assert seen == (desk != "ME")
    if not seen:
        with pytest.raises(MissingError):
            scene.hub.desk.record(scene.operators[desk], hit)


def test_an_alert_with_an_audience_is_listed_for_that_audience(scene: Scene):
    """RS raises one for all and one for BA: ME lists only the first."""
    alert(scene.hub, scene.operators["RS"], reference="all")
    alert(scene.hub, scene.operators["RS"], reference="ba", audience="BA")
    listed = {desk: {row.reference for row in scene.hub.desk.alerts(scene.operators[desk])} for desk in DESKS}
    assert listed == {"RS": {"all", "ba"}, "BA": {"all", "ba"}, "ME": {"all"}}


@pytest.mark.parametrize("kind", [Kind.INCIDENT, Kind.REFERRAL, Kind.NODE_STATUS, Kind.OFFICER])
def test_other_records_are_their_own_desks_too(scene: Scene, kind: Kind):
    """What no route speaks of stays with its country."""
    if kind is Kind.OFFICER:
        with scene.hub.kit.database.snapshot() as tx:
            made = records.select(tx, kind, "owner = 'BA'")[0].id
    else:
        made = scene.posts["BA"].say(kind, {"owner": "BA", "post": "KLOBUK"}).record
        scene.posts["BA"].send(scene.hub)
    assert scene.hub.desk.record(scene.operators["BA"], str(made)).why is Why.OWN
    with pytest.raises(KaraulaError):
        scene.hub.desk.record(scene.operators["RS"], str(made))


def test_every_view_leaves_an_audit_line(scene: Scene):
    """Who looked at whose record, and by which route, stands in the chained audit."""
    check = scene.check("BA")
    scene.open_by_hit("BA", "RS", check)
    scene.hub.desk.checks(scene.operators["RS"])
    scene.hub.desk.record(scene.operators["RS"], check)
    lines = scene.hub.desk.own_audit(scene.operators["RS"])
    assert [(line.action, line.detail) for line in lines[:2]] == [
        ("check_viewed", "as hit"),
        ("checks_listed", "1 shown, 1 of others"),
    ]
    assert lines[0].record == scene.hub.desk.record(scene.operators["RS"], check).printed


@contextmanager
def again(scene: Scene, *, policy: Policy) -> Iterator[Hub]:
    """The scene's hub opened again under another policy."""
    scene.hub = scene.posts["BA"].realm.hub(policy=policy)
    yield scene.hub
    scene.hub.close()
