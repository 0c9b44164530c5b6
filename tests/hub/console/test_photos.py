"""Photos at the console: from a booth's camera to the desks that may see the check, page and headers."""

from __future__ import annotations

import re

import pytest

from shared.errors import RemoteError
from shared.ids import Lane
from shared.ledger import records
from shared.schema import Kind
from tests.edge.pictures import noise, written
from tests.hub.console.centre import TD3, Browser, Centre

LARGE = written(noise(200, 200), quality=80)


def check_with_photo(centre: Centre, country: str) -> str:
    """A check with one photo of several pieces, committed at the post and not yet sent."""
    booth, session = centre.nodes[country].booth, centre.officer(country)
    case = booth.open_case(session)
    booth.enter(session, case, {"mrz": TD3, "direction": "entry"})
    booth.add_photo(session, case, LARGE, category="face")
    return booth.decide(session, case, {"decision": "second_line"}).check


def photo_on(page: str) -> str:
    found = re.search(r'<img src="(/records/\d+/photo/[0-9a-f]{64})"', page)
    assert found is not None, page
    return found[1]


def send_pieces(centre: Centre, country: str, count: int) -> None:
    """So many bulk bundles, by a link that then dies."""
    node = centre.nodes[country]
    node.sealer.seal(link_appeared=True)
    with node.kit.database.snapshot() as tx:
        waiting = node.kit.log.pending(tx, budget_bytes=10_000_000)
    chosen = [each for each in waiting if each.feed & 3 != Lane.BULK]
    chosen += [each for each in waiting if each.feed & 3 == Lane.BULK][:count]
    pending = node.kit.log.pending
    node.kit.log.pending = lambda *_, **__: chosen  # type: ignore[method-assign]  # a link that dies
    asked = 0

    def once(question: bytes) -> bytes:
        nonlocal asked
        asked += 1
        if asked > 2:  # a hello, then the chosen ones
            raise RemoteError("link_down", "cut", hint="Try again.")
        return centre.hub.exchange(question)

    with pytest.raises(RemoteError, match="link_down"):
        node.round.run(once)
    node.kit.log.pending = pending  # type: ignore[method-assign]  # a link that dies


def test_a_photo_shows_as_far_as_it_has_arrived(centre: Centre):
    """ "2 of 5 pieces have arrived", and no picture; once all are here the picture, with strict headers."""
    check = check_with_photo(centre, "BA")
    send_pieces(centre, "BA", 2)
    ba = centre.browser("BA")
    page = ba.text(f"/records/{check}")
    assert re.search(r"2 of \d pieces have arrived", page)
    assert "<img" not in page
    centre.sync("BA")
    source = photo_on(ba.text(f"/records/{check}"))
    shown = ba.get(source)
    assert shown.headers["Content-Type"] == "image/jpeg"
    assert shown.headers["X-Content-Type-Options"] == "nosniff"
    assert shown.headers["Cache-Control"] == "no-store"
    assert shown.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert shown.data[:2] == b"\xff\xd8"
    booth, session = centre.nodes["BA"].booth, centre.officer("BA")
    (own,) = booth.check(session, check).photos
    assert booth.photo(session, check, own.name) == shown.data


def views_of(centre: Centre, country: str) -> int:
    return sum(line.action == "photo_viewed" for line in centre.hub.desk.own_audit(centre.operator(country)))


def test_another_desk_sees_it_by_a_hit_and_each_view_is_audited(centre: Centre):
    """Not before the hit, not the third desk, and never without a line under the viewer's name."""
    centre.alert("RS")
    check = check_with_photo(centre, "BA")
    source = f"/records/{check}/photo/{'0' * 64}"
    rs, me = centre.browser("RS"), centre.browser("ME")
    assert "no_record" in rs.text(source, status=404)
    centre.sync("BA")
    source = photo_on(rs.text(f"/records/{check}"))
    assert rs.get(source).status_code == 200
    assert rs.get(source).status_code == 200
    assert views_of(centre, "RS") == 2
    for name in ("no_photo", "no_record"):
        browser, wrong = (rs, source[:-64] + "0" * 64) if name == "no_photo" else (me, source)
        assert name in browser.text(wrong, status=404)
    assert views_of(centre, "ME") == 0
    assert Browser(centre.browser().client).get(source).status_code == 303  # nobody is signed in


def test_a_piece_s_own_page_spells_no_content_out(centre: Centre):
    """A piece is a record with an id like any other; its page says how many bytes it holds."""
    check_with_photo(centre, "BA")
    centre.sync("BA")
    with centre.hub.kit.database.snapshot() as tx:
        piece = records.select(tx, Kind.ATTACHMENT, "piece = 1")[0]
    page = centre.browser("BA").text(f"/records/{piece.id}")
    assert "8192 bytes" in page
    assert len(page) < 60_000
    centre.browser("RS").text(f"/records/{piece.id}", status=404)
