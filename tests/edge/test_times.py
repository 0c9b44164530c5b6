"""A node that was moved from post to post, and a traveller it met at both sooner than the road allows."""

from __future__ import annotations

from dataclasses import replace

import pytest

from edge.booth import Booth
from edge.record_view import Elsewhere
from edge.screen import Session
from tests.edge.posts import OWN_PASSWORD, TD3, Post
from tests.edge.test_cases import BIH, admit

_MINUTE_MS = 60_000


def moved(post: Post, code: str) -> tuple[Booth, Session]:
    """The node at another post, on the same file, with no link yet; its officer serves there too."""
    certificate = replace(post.identity.certificate, post=code, serial=2)
    post.identity = replace(
        post.identity, certificate=certificate, certificate_paper=certificate.signed(post.authority.sign)
    )
    node = post.node()
    return node.booth, node.booth.sign_in(login="mira", password=OWN_PASSWORD, device=node.booth.device(None))


@pytest.fixture
def van(post: Post) -> Post:
    """A post whose officer may also serve at Rača."""
    both = post.centre.logs["post:KLOBUK"][0]
    number = next(n for n, value in both.fields.items() if value == ("KLOBUK",))
    post.centre.logs["post:KLOBUK"][0] = replace(both, fields={**both.fields, number: ("KLOBUK", "RACA")})
    return post


def elsewhere(van: Post, minutes: int, mrz: str = TD3) -> tuple[tuple[Elsewhere, ...], ...]:
    """One traveller at Klobuk and later at Rača: what each check's page says."""
    first = van.node()
    first.round.run(van.centre.exchange)
    session = first.booth.sign_in(login="mira", password=OWN_PASSWORD, device=first.booth.device(None))
    one = admit(first.booth, session)
    van.dial.pass_ms(minutes * _MINUTE_MS)
    booth, session = moved(van, "RACA")
    other = admit(booth, session, mrz, confirm_digits="yes")
    return tuple(booth.check(session, saved.check).elsewhere for saved in (one, other))


def test_two_own_checks_at_two_posts_too_soon_point_at_one_another(van: Post):
    """Half an hour for 247 km: both pages ask, with distance and times; the check was saved all the same."""
    first, second = elsewhere(van, 30)
    assert [(one.post, one.same) for one in (*first, *second)] == [
        ("Rača", "document"),
        ("Klobuk", "document"),
    ]
    assert 240 < first[0].km < 255
    assert first[0].needed_s > first[0].at_most_s == 50 * 60


def test_time_enough_or_another_traveller_asks_nothing(van: Post):
    """Three hours will do."""
    assert elsewhere(van, 180) == ((), ())


def test_another_traveller_is_nobodys_elsewhere(van: Post):
    """Somebody else at once is no question."""
    assert elsewhere(van, 1, BIH) == ((), ())
