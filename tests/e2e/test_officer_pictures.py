"""The pages of a post whose link has been dead for three hours, looked at in Chromium.

The node is the product's, on its own encrypted file; only its clock is a dial, so that the list can be old
without anybody waiting. `KARAULA_PICTURES=docs/images` renews the handbook's pictures.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect, sync_playwright
from werkzeug.serving import make_server

from edge.app import create_app
from edge.node import EdgeNode
from tests.e2e.shots import DESK, folder_of, picture
from tests.e2e.test_officer_flow import CLEAN, QUIET, ready, scan
from tests.edge.posts import OWN_PASSWORD, TD3, TD3_WRONG_DIGIT, Post

pytestmark = pytest.mark.requires_program("chromium")

DEAD_FOR_MS = (3 * 60 + 12) * 60_000


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return folder_of(tmp_path_factory)


@pytest.fixture
def address(post: Post, node: EdgeNode) -> Iterator[str]:
    """The node's pages, its lists three hours old, its cable pulled."""
    post.centre.alert(
        document_number="L898902C3",
        document_issuer="UTO",
        surname="ERIKSSON",
        given_names="ANNA MARIA",
        birth="1974-08-12",
        warnings=("armed",),
        reason="Convicted in absence (synthetic)",
    )
    post.centre.alert(category="vehicle", action="seize", plate="A12-E-345", plate_country="ME")
    post.centre.alert(category="discreet", action="observe", document_number="U12345678")
    node.round.run(post.centre.exchange)
    node.link.down("link_down", "The next contact tries again by itself.")
    post.dial.pass_ms(DEAD_FOR_MS)
    server = make_server("127.0.0.1", 0, create_app(node.booth, secret_key=b"p" * 32), threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def page(chromium: str, address: str) -> Iterator[Page]:
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page(viewport=DESK, locale="en-GB")
        page.goto(address)
        page.fill("#f-login", "mira")
        page.fill("#f-password", OWN_PASSWORD)
        page.keyboard.press("Enter")
        expect(page.locator("#mrz")).to_be_focused()
        yield page
        browser.close()


def admit(page: Page, plate: str = "") -> None:
    page.fill("#f-plate", plate)
    page.keyboard.press("F9")
    expect(page.locator(".saved")).to_be_visible()


def test_pages_with_old_lists(page: Page, post: Post, node: EdgeNode, pictures: Path):
    """Every answer says three hours and twelve minutes; nothing on any page is wider than its screen."""
    scan(page, CLEAN)
    expect(page.locator(".verdict")).to_contain_text("list of 3 h 12 min ago")
    expect(page.locator("#bar")).to_contain_text("No link · 3 h 12 min")
    picture(page, pictures, "check")
    admit(page, "A34-K-567")
    picture(page, pictures, "saved")
    scan(page, TD3)
    picture(page, pictures, "hit")
    page.keyboard.press("F6")
    page.keyboard.press("H")
    picture(page, pictures, "refusal")
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    expect(page.locator(".saved")).to_contain_text("Refused")
    scan(page, TD3_WRONG_DIGIT.replace("L898902C3", "K898902C3"))
    picture(page, pictures, "wrong-digit")
    for _ in range(2):
        page.keyboard.press("F10")
    scan(page, QUIET)
    picture(page, pictures, "cue")
    page.fill("#f-plate", "A12-E-345")
    page.fill("#f-plate_country", "BA")
    page.keyboard.press("Enter")
    expect(page.locator(".verdict.possible")).to_be_visible()
    ready(page)
    picture(page, pictures, "possible")
    page.keyboard.press("F7")
    expect(page.locator(".saved")).to_contain_text("second line")

    post.centre.alert(category="missing", action="locate", document_number="012345678")
    node.round.run(post.centre.exchange)
    node.link.up()
    page.goto(page.url.split("?")[0] + "hits")
    expect(page.locator(".hit-row.task")).to_be_visible()
    picture(page, pictures, "hits")
    page.keyboard.press("Alt+s")
    expect(page.get_by_role("heading", name="Status of this post")).to_be_visible()
    picture(page, pictures, "status")
    page.keyboard.press("Alt+r")
    expect(page.locator("tbody tr")).to_have_count(3)
    picture(page, pictures, "recent")
    page.keyboard.press("Alt+l")
    expect(page.locator("#f-document_number")).to_be_focused()
    picture(page, pictures, "look-up")
