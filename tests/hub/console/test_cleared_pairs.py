"""A traveller cleared once is not stopped again elsewhere: real posts, the real hub, the desk's page."""

from __future__ import annotations

from tests.hub.console.centre import TD3, Centre


def verdict(centre: Centre, country: str) -> str:
    """What the booth of a country's post answers for the specimen's document now."""
    centre.sync(country)
    booth, session = centre.nodes[country].booth, centre.officer(country)
    answer = booth.enter(session, booth.open_case(session), {"mrz": TD3, "direction": "entry"}).answer
    assert answer is not None
    return answer.verdict


def test_cleared_by_the_alerts_desk_nobody_is_stopped_again_until_the_alert_changes(centre: Centre):
    """A hit at BA on RS's alert, cleared on RS's page: all three answer clear; another alert asks again."""
    centre.alert("RS")
    assert {verdict(centre, country) for country in ("BA", "ME", "RS")} == {"hit"}
    centre.check("BA")
    centre.sync("BA")
    (row,) = centre.hub.desk.hits(centre.operator("RS"), open_only=True)
    browser = centre.browser("RS")
    answer = browser.post(
        f"/records/{row.id}/settle",
        {"outcome": "cleared", "reason": "other fingerprints"},
        seen_at=f"/records/{row.id}",
    )
    assert answer.status_code == 303, answer.text
    assert {verdict(centre, country) for country in ("BA", "ME", "RS")} == {"clear"}
    centre.alert("RS", reference="RS-119/26")
    assert {verdict(centre, country) for country in ("BA", "ME", "RS")} == {"hit"}


def test_cleared_at_a_post_its_own_country_is_not_asked_again(centre: Centre):
    """BA's officer clears it at the booth: BA's answer is clear, RS decides for its own posts."""
    centre.alert("RS")
    centre.sync("BA")
    centre.check("BA")
    booth, session = centre.nodes["BA"].booth, centre.officer("BA")
    (row,) = booth.hits(session, open_only=True)
    shown = booth.open_hit(session, row.hit).contexts
    booth.settle_hit(session, row.hit, outcome="cleared", reason="other face", contexts=shown)
    centre.sync("BA")
    assert (verdict(centre, "BA"), verdict(centre, "RS")) == ("clear", "hit")
    shown = booth.open_hit(session, row.hit).contexts
    booth.settle_hit(session, row.hit, outcome="confirmed", reason="it is she", contexts=shown)
    assert verdict(centre, "BA") == "hit"
