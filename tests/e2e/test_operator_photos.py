"""An operator looks at a check's photos in Chromium: two that are whole, and one that is still arriving."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect, sync_playwright
from werkzeug.serving import make_server

from hub.app import create_app
from shared.change import named
from shared.ledger import records
from shared.schema import Kind
from tests.edge.pictures import scene, written
from tests.hub.console.centre import OWN_PASSWORD, TD3, Centre, make_papers, open_centre, staff

pytestmark = pytest.mark.requires_program("chromium")


@pytest.fixture
def centre(tmp_path: Path) -> Iterator[Centre]:
    opened = open_centre(tmp_path, make_papers())
    staff(opened)
    yield opened
    opened.close()


@pytest.fixture
def address(centre: Centre) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, create_app(centre.hub), threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def check_with_photos(centre: Centre) -> str:
    """A check of BA with a document and a face, all at the hub."""
    booth, session = centre.nodes["BA"].booth, centre.officer("BA")
    case = booth.open_case(session)
    booth.enter(session, case, {"mrz": TD3, "direction": "entry", "plate": "A23-K-456"})
    for seed, category in enumerate(("document", "face")):
        upload = written(scene(1600, 1200, seed), quality=85)
        booth.add_photo(session, case, upload, category=category)
    check = booth.decide(session, case, {"decision": "second_line"}).check
    centre.sync("BA")
    return check


def first_piece_only(centre: Centre, check: str) -> None:
    """One piece of a third photo."""
    values = {"owner": "BA", "of": int(check), "category": "vehicle", "media_type": "image/jpeg"}
    values |= {"size_bytes": 40_000, "digest": bytes(32), "piece": 1, "pieces": 5, "content": bytes(8192)}
    log = centre.nodes["BA"].kit.log
    with centre.nodes["BA"].kit.database.transaction() as tx:
        author = records.select(tx, Kind.OFFICER)[0].id
        log.append(tx, kind=Kind.ATTACHMENT, author=author, fields=named(Kind.ATTACHMENT, values))
    centre.sync("BA")


def test_photos_on_the_check_s_page(
    chromium: str, centre: Centre, address: str, tmp_path_factory: pytest.TempPathFactory
):
    """Whole ones load, the third says how far it is; nothing is wider than the screen; one opens in full."""
    chosen = os.environ.get("KARAULA_PICTURES")
    folder = Path(chosen) if chosen else tmp_path_factory.mktemp("pictures")
    check = check_with_photos(centre)
    first_piece_only(centre, check)
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1366, "height": 768}, locale="en-GB")
        page.goto(f"{address}/sign-in")
        page.get_by_label("Login").or_(page.locator("[name=login]")).first.fill("ba.desk")
        page.locator("[name=password]").fill(OWN_PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_url(f"{address}/")
        page.goto(f"{address}/records/{check}")
        expect(page.locator(".shot")).to_have_count(3)
        for image in page.locator(".shot img").all():
            assert image.evaluate("image => image.decode().then(() => image.naturalWidth)") == 1280
        expect(page.locator(".shot").last).to_contain_text("1 of 5 pieces have arrived")
        for theme in ("day", "night"):
            page.evaluate("theme => { document.documentElement.dataset.theme = theme }", theme)
            page.locator(".shots").scroll_into_view_if_needed()
            page.screenshot(path=folder / f"operator-photos{'' if theme == 'day' else '-night'}.png")
        assert page.evaluate("document.documentElement.scrollWidth") <= 1366
        page.locator(".shot a").first.click()
        expect(page.locator("img")).to_be_visible()
        browser.close()
    views = [
        line for line in centre.hub.desk.own_audit(centre.operator("BA")) if line.action == "photo_viewed"
    ]
    assert len(views) >= 3
