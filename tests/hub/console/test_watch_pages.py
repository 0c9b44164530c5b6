"""Impossible times and outcomes by post, as the desks read them."""

from __future__ import annotations

from pathlib import Path

from hub.app import create_app
from tests.hub.console.centre import Browser
from tests.hub.outpost import PASSWORD, Realm
from tests.hub.staff import operators_of
from tests.hub.test_outcomes import hit
from tests.hub.test_rematch import asked
from tests.hub.test_times import check

_MINUTE_MS = 60_000


def test_the_pages_ask_with_numbers_and_accuse_nobody(tmp_path: Path):
    """BA reads why its two checks cannot be in time; RS reads whose the other is, and nothing more of it."""
    realm = Realm(directory=tmp_path)
    klobuk, raca, gostun = (
        realm.post(5, "BA", "KLOBUK"),
        realm.post(7, "BA", "RACA"),
        realm.post(6, "RS", "GOSTUN"),
    )
    first = check(klobuk, at_ms=realm.dial.ms)
    check(raca, at_ms=realm.dial.ms + 30 * _MINUTE_MS)
    check(raca, at_ms=realm.dial.ms, document_number="T1", surname="SOMEBODY")
    check(gostun, at_ms=realm.dial.ms, document_number="T1", surname="SOMEBODY")
    realm.dial.ms += 60 * _MINUTE_MS
    with realm.hub() as hub:
        operators_of(hub)
        for post in (klobuk, raca, gostun):
            post.send(hub)
        asked(hub)
        ba, rs = (Browser(create_app(hub).test_client()) for _ in range(2))
        ba.sign_in("ba.desk", PASSWORD)
        rs.sign_in("rs.desk", PASSWORD)
        page = ba.text("/times")
        assert "take at least 1 h 52 min at 130 km/h; by their clocks at most 50 min lie between" in page
        assert "never an accusation" in page
        assert "take at least 1 h 52 min" in ba.text(f"/records/{first.dot}")
        foreign = rs.text("/times")
        assert "The other check is of Bosnia and Herzegovina: its desk may be asked." in foreign
        assert not [word for word in ("Rača", "km/h", "TESTOVIC") if word in foreign]
        assert 'href="/times"' in rs.text("/checks")


def test_the_nodes_page_tells_a_share_with_its_interval_or_that_it_is_too_few(tmp_path: Path):
    """Counts, share and interval of Klobuk, counts alone of Gostun; a window nobody offers is the longest."""
    realm = Realm(directory=tmp_path)
    klobuk, gostun = realm.post(5, "BA", "KLOBUK"), realm.post(6, "RS", "GOSTUN")
    for number in range(30):
        hit(klobuk, alert_owner="RS", outcome="cleared" if number < 9 else "confirmed")
    hit(gostun, alert_owner="BA", outcome="cleared")
    with realm.hub() as hub:
        operators_of(hub)
        klobuk.send(hub)
        gostun.send(hub)
        browser = Browser(create_app(hub).test_client())
        browser.sign_in("ba.desk", PASSWORD)
        page = browser.text("/nodes")
        assert "9 of 30 settled; 95 % interval: 16 to 48 %" in page
        assert "too few to tell: 1 settled" in page
        assert "hits on your alerts only" in page
        assert "<strong>90 days</strong>" in page
        assert "<strong>7 days</strong>" in browser.text("/nodes?days=7")
        assert "<strong>90 days</strong>" in browser.text("/nodes?days=many")
