"""A post whose lease ends, looked at in Chromium: the warning, the lock, and that work goes on."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect, sync_playwright
from werkzeug.serving import make_server

from edge.app import create_app
from edge.node import EdgeNode
from shared.limits import LEASE_DAYS
from tests.e2e.shots import DESK, folder_of, picture
from tests.e2e.test_officer_flow import ready, scan
from tests.edge.posts import OWN_PASSWORD, TD3, Post

pytestmark = pytest.mark.requires_program("chromium")

DAY_MS = 86_400_000
SECRET = "Convicted in absence (synthetic)"


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return folder_of(tmp_path_factory)


@pytest.fixture
def address(post: Post, node: EdgeNode) -> Iterator[str]:
    """The node's pages; the traveller of `TD3` is wanted; the link is dead for six days and more."""
    post.centre.alert(
        document_number="L898902C3",
        document_issuer="UTO",
        surname="ERIKSSON",
        birth="1974-08-12",
        reason=SECRET,
    )
    node.round.run(post.centre.exchange)
    node.link.down("link_down", "The next contact tries again by itself.")
    post.dial.pass_ms((LEASE_DAYS - 1) * DAY_MS - 3 * 3_600_000)
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
        sign_in(page)
        yield page
        browser.close()


def sign_in(page: Page) -> None:
    page.fill("#f-login", "mira")
    page.fill("#f-password", OWN_PASSWORD)
    page.keyboard.press("Enter")
    expect(page.locator("#mrz")).to_be_focused()


def test_the_warning_the_lock_and_the_work_that_goes_on(
    page: Page, post: Post, address: str, pictures: Path
) -> None:
    """A day before the end every page says so; then a scan shows no alert, says why, and is saved."""
    expect(page.locator(".signals")).to_contain_text("List locks in")
    page.goto(f"{address}/status")
    expect(page.get_by_text("The alert list locks in 1 d 3 h.")).to_be_visible()
    picture(page, pictures, "lease-ends-soon")

    post.dial.pass_ms(2 * DAY_MS)
    page.goto(address)
    sign_in(page)
    scan(page, TD3)
    banner = page.locator("#verdict")
    expect(banner).to_contain_text("List locked")
    expect(banner).to_contain_text("No contact since")
    expect(banner).to_contain_text("Decide by the paper procedure")
    assert SECRET not in page.content()
    picture(page, pictures, "list-locked")
    page.goto(f"{address}/status")
    expect(page.get_by_text("The alert list is locked:")).to_be_visible()
    picture(page, pictures, "list-locked-status")

    page.goto(address)
    ready(page)
    page.keyboard.press("F9")
    page.keyboard.press("F9")
    expect(page.locator(".saved")).to_contain_text("Saved")
    expect(page.locator("table")).to_contain_text("Not matched")
    picture(page, pictures, "saved-under-the-lock")
