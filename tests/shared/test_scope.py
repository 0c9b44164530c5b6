"""Scopes: who may hold which record."""

from __future__ import annotations

import pytest

from shared.change import Value
from shared.ids import Lane, feed_of, make_dot
from shared.schema import Kind
from shared.scope import scopes_of_node, scopes_of_record

RECORD = make_dot(feed_of(2_000_000, Lane.ROUTINE), 4)


def test_a_node_reads_four_scopes_in_one_order() -> None:
    """From the widest to its own; the order is the cursor's and never changes."""
    assert scopes_of_node(node=5, post="KLOBUK", country="BA") == (
        "all",
        "country:BA",
        "post:KLOBUK",
        "node:5",
    )


@pytest.mark.parametrize("kind", [Kind.ALERT, Kind.BULLETIN])
@pytest.mark.parametrize(
    ("audience", "scopes"),
    [
        (None, {"all"}),
        ((), {"all"}),
        (("BA",), {"country:BA"}),
        (("BA", "KLOBUK"), {"country:BA", "post:KLOBUK"}),
    ],
)
def test_an_alert_goes_to_its_audience(kind: Kind, audience: Value, scopes: set[str]) -> None:
    """Countries and posts by name; nobody named means everybody."""
    assert scopes_of_record(kind, RECORD, {"audience": audience}) == scopes


@pytest.mark.parametrize("kind", [Kind.ALERT, Kind.BULLETIN])
@pytest.mark.parametrize("handling", ["H2", "H3", "H9"])
@pytest.mark.parametrize(
    ("audience", "scopes"),
    [
        (None, {"country:RS"}),
        ((), {"country:RS"}),
        (("BA",), {"country:RS", "country:BA"}),
        (("KLOBUK",), {"country:RS", "post:KLOBUK"}),
    ],
)
def test_what_must_not_be_passed_on_stays_at_home_and_with_whom_the_owner_named(
    kind: Kind, handling: str, audience: Value, scopes: set[str]
) -> None:
    """H2, H3 and a newer code: the owner's posts, and named recipients; never everybody."""
    values: dict[str, Value] = {"owner": "RS", "handling": handling, "audience": audience}
    assert scopes_of_record(kind, RECORD, values) == scopes


@pytest.mark.parametrize("handling", [None, "", "H0", "H1"])
def test_a_code_about_use_narrows_nobody_out(handling: str | None) -> None:
    """Not in court, or prevention only: every post still has to know."""
    values: dict[str, Value] = {"owner": "RS", "handling": handling}
    assert scopes_of_record(Kind.ALERT, RECORD, values) == {"all"}


def test_what_must_not_be_passed_on_and_has_no_owner_goes_nowhere() -> None:
    """A creation without its owner is nobody's to spread."""
    assert scopes_of_record(Kind.ALERT, RECORD, {"handling": "H2"}) == frozenset()


def test_an_officer_goes_to_their_posts_alone() -> None:
    """A verifier reaches no node where its officer does not serve; without a post, none."""
    assert scopes_of_record(Kind.OFFICER, RECORD, {"posts": ("KLOBUK", "GOSTUN")}) == {
        "post:KLOBUK",
        "post:GOSTUN",
    }
    assert scopes_of_record(Kind.OFFICER, RECORD, {}) == frozenset()


def test_a_request_goes_to_the_post_it_names() -> None:
    """A request between desks stays at the centre."""
    assert scopes_of_record(Kind.REQUEST, RECORD, {"post": "KLOBUK"}) == {"post:KLOBUK"}
    assert scopes_of_record(Kind.REQUEST, RECORD, {}) == frozenset()


def test_a_tombstone_goes_to_everybody() -> None:
    """Whoever may hold a purged record must learn of it."""
    assert scopes_of_record(Kind.TOMBSTONE, RECORD, {}) == {"all"}


@pytest.mark.parametrize("kind", [Kind.CHECK, Kind.HIT, Kind.INCIDENT, Kind.REFUSAL])
def test_what_a_post_made_comes_back_to_it_alone(kind: Kind) -> None:
    """The desk's corrections and decisions arrive where the record was made."""
    assert scopes_of_record(kind, RECORD, {"owner": "BA"}) == {"node:2000000"}


def test_a_newer_kind_stays_with_its_maker() -> None:
    """The narrowest scope is the safe one for what this version does not know."""
    assert scopes_of_record(777, RECORD, {}) == {"node:2000000"}
