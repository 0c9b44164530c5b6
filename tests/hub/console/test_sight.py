"""What a desk sees through the pages: its own in full, another's only by a route, and always why."""

from __future__ import annotations

from itertools import permutations
from pathlib import Path

import pytest

from hub.config import Policy
from hub.desk.view import Why
from tests.hub.console.centre import COUNTRIES, Centre, Papers, open_centre

PAIRS = list(permutations(COUNTRIES, 2))


@pytest.mark.parametrize("country", COUNTRIES)
def test_a_desk_sees_its_own_check_in_full(centre: Centre, country: str):
    """In the list and on the record's page, with the reason that it is the country's own."""
    check = centre.check(country, plate="A23-K-456", plate_country="BA")
    centre.sync(country)
    browser = centre.browser(country)
    listed = browser.text("/checks")
    assert "ERIKSSON, ANNA MARIA" in listed
    page = browser.text(f"/records/{check}")
    assert "your own" in page
    assert "L898902C3" in page


@pytest.mark.parametrize(("owner", "other"), PAIRS)
def test_another_desk_sees_nothing_of_it_without_a_route(centre: Centre, owner: str, other: str):
    """Neither list, nor record, nor correction, nor search shows that the check exists."""
    check = centre.check(owner)
    centre.sync(owner)
    centre.hub.catch_up()
    browser = centre.browser(other)
    assert "ERIKSSON" not in browser.text("/checks")
    hidden = browser.text(f"/records/{check}", status=404)
    missing = browser.text("/records/4398046511199", status=404)
    assert "no_record" in hidden
    assert "no_record" in missing
    assert browser.get(f"/records/{check}/correct").status_code == 404
    assert browser.get(f"/conflicts/{check}").status_code == 404
    found = browser.post(
        "/search", {"purpose": "investigation", "reference": "K-1/26", "document_number": "L898902C3"}
    )
    assert found.status_code == 200
    assert "ERIKSSON" not in found.text
    own = centre.browser(owner).post(
        "/search", {"purpose": "investigation", "reference": "K-1/26", "document_number": "L898902C3"}
    )
    assert "ERIKSSON" in own.text


@pytest.mark.parametrize(("owner", "other"), PAIRS)
def test_a_hit_on_ones_alert_opens_the_check_to_that_desk_alone(centre: Centre, owner: str, other: str):
    """The alert's owner reads the other country's check, is told by which hit, and may not change it."""
    (third,) = set(COUNTRIES) - {owner, other}
    centre.alert(other)
    check = centre.check(owner)
    centre.sync(owner)
    browser = centre.browser(other)
    assert "ERIKSSON" in browser.text("/checks")
    page = browser.text(f"/records/{check}")
    assert "hit on your alert" in page
    assert f"{COUNTRIES[owner]}-1-U-" in page, "the hit that opened it is named"
    assert browser.get(f"/records/{check}/correct").status_code == 403
    assert "ERIKSSON" in browser.text("/hits")
    stranger = centre.browser(third)
    assert stranger.get(f"/records/{check}").status_code == 404
    assert "ERIKSSON" not in stranger.text("/checks") + stranger.text("/hits") + stranger.text("/")


def test_a_policy_without_hits_opens_nothing(files: Path, papers: Papers):
    """Where the centre agreed on no such route, a hit opens the check to nobody."""
    centre = open_centre(files, papers, policy=Policy(routes=frozenset({Why.REQUEST})))
    centre.alert("RS")
    check = centre.check("BA")
    centre.sync("BA")
    assert centre.browser("RS").get(f"/records/{check}").status_code == 404
    centre.close()


@pytest.mark.parametrize(("owner", "other"), PAIRS)
def test_only_the_owner_withdraws_an_alert(centre: Centre, owner: str, other: str):
    """Another desk reads an alert meant for its posts, gets no form, and is refused when it sends one."""
    alert = centre.alert(owner)
    browser = centre.browser(other)
    page = browser.text(f"/records/{alert}")
    assert "meant for your posts" in page
    assert f"/records/{alert}/withdraw" not in page
    form = {"reason": "we think it is wrong", "contexts": "x"}
    refused = browser.post(f"/records/{alert}/withdraw", form, seen_at="/")
    assert refused.status_code == 403
    assert "not_the_owner" in refused.text
    assert centre.hub.desk.alerts(centre.operator(owner))[0].status == "active"


def test_officers_of_another_desk_do_not_exist(centre: Centre):
    """Neither listed, nor opened, nor reset from another country's desk."""
    row = next(row for row in centre.hub.desk.officers(centre.operator("BA")) if row.login == "ba.booth")
    browser = centre.browser("RS")
    assert "ba.booth" not in browser.text("/officers")
    assert browser.get(f"/officers/{row.id}").status_code == 404
    assert browser.post(f"/officers/{row.id}/reset", {"contexts": "x"}, seen_at="/").status_code == 404


def test_what_was_looked_at_is_in_the_own_audit(centre: Centre):
    """A record's page and a search leave a line with the printed id, the purpose and the reference."""
    check = centre.check("RS")
    centre.sync("RS")
    browser = centre.browser("RS")
    browser.text(f"/records/{check}")
    browser.post("/search", {"purpose": "investigation", "reference": "K-77/26", "plate": "BG 123-CD"})
    page = browser.text("/my-views")
    assert "check viewed" in page
    assert f"{COUNTRIES['RS']}-1-R-" in page
    assert "K-77/26" in page
    assert "BG 123-CD" not in page, "the audit says what was searched by, never for whom"
