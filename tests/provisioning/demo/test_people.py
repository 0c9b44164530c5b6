from __future__ import annotations

from datetime import date

from provisioning.demo import roster
from provisioning.demo.acts import seconds_of
from provisioning.demo.travellers import Travellers
from provisioning.demo.watchlists import Watchlist
from shared.codelists import load
from shared.mrz import parse

TODAY = date(2026, 11, 24)


def test_every_traveller_has_a_sound_zone():
    """Each made-up zone parses to the person it was made for, with every check digit right."""
    travellers = Travellers(seed=7, today=TODAY)
    for _ in range(300):
        who = travellers.next()
        read = parse(who.mrz, today=TODAY)
        assert all(verdict.ok for verdict in read.verdicts)
        assert (read.surname, read.document_number) == (who.surname, who.document_number)


def test_no_two_travellers_share_a_name_or_a_document():
    """A canary found on a disk leads to one person."""
    travellers = Travellers(seed=7, today=TODAY)
    found = [travellers.next() for _ in range(500)]
    assert len({who.surname for who in found}) == len({who.document_number for who in found}) == 500


def test_a_seed_means_its_travellers():
    """The same seed makes the same people, another seed others."""
    first, second, third = (Travellers(seed=seed, today=TODAY).next() for seed in (1, 1, 2))
    assert first == second != third


def test_alerts_name_known_categories_and_their_own_desk():
    """Whatever the generator draws is in the code list and carries phone, reference and expiry."""
    categories = load().alert_categories
    watchlist = Watchlist(country="ME", seed=3, today=TODAY)
    for form in (watchlist.any() for _ in range(300)):
        assert form["category"] in categories
        assert form["phone"].startswith("+382")
        assert form["expires"] > TODAY.isoformat()
        assert form["reference"].startswith("ME-2026-")


def test_there_is_one_post_a_country_and_people_at_each():
    """Three countries, an operator a desk, two officers a post, each with an own log-in."""
    people = roster.people()
    assert sorted(post.country for post in roster.posts()) == ["BA", "ME", "RS"]
    assert len({person.login for person in people}) == len(people) == 9
    assert sum(person.is_operator for person in people) == 3


def test_passwords_are_made_anew():
    """No two people, and no two runs, share a password."""
    made = [person.password for person in (*roster.people(), *roster.people())]
    assert len(set(made)) == len(made)


def test_posts_are_known_in_any_case_and_by_either_name():
    """KLOBUK, klobuk and Šćepan Polje are understood."""
    assert roster.post_named("klobuk").code == roster.post_named("KLOBUK").code == "KLOBUK"
    assert roster.post_named("šćepan polje").code == "SCEPANPOLJE"


def test_an_age_in_words_is_understood():
    """The ages that answers name come back as seconds; words without one as None."""
    assert [
        seconds_of(said)
        for said in (
            "list of 0 s ago",
            "list of 12 min ago · to be confirmed",
            "list of 3 h 12 min ago",
            "list at least 2 d 4 h old",
            "no list yet",
        )
    ] == [0, 720, 11_520, 187_200, None]
