"""The stick on the status page in Chromium without JavaScript: two buttons, and the page follows."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect, sync_playwright
from werkzeug.serving import make_server

from edge.app import create_app
from edge.node import assemble
from shared.courier import FOLDER
from tests.e2e.shots import DESK, folder_of, picture
from tests.edge.posts import OWN_PASSWORD, Post

pytestmark = pytest.mark.requires_program("chromium")


@pytest.fixture
def media(tmp_path: Path) -> Path:
    (tmp_path / "media" / "mira" / "KINGSTON" / FOLDER).mkdir(parents=True)
    return tmp_path / "media"


@pytest.fixture
def address(post: Post, media: Path) -> Iterator[str]:
    """A post without a link, and a stick in its machine."""
    node = assemble(post.identity, post.world, stick_roots=(media,))
    node.round.run(post.centre.exchange)
    node.link.down("link_down", "The next contact tries again by itself.")
    node.reporter.report()
    server = make_server("127.0.0.1", 0, create_app(node.booth, secret_key=b"p" * 32), threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()
    node.close()


@pytest.fixture
def page(chromium: str, address: str) -> Iterator[Page]:
    """A browser with scripts switched off, mira signed in."""
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page(viewport=DESK, java_script_enabled=False, base_url=address)
        page.goto("/sign-in")
        page.get_by_label("Log-in").fill("mira")
        page.get_by_label("Password").fill(OWN_PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        yield page
        browser.close()


def test_an_officer_exports_without_a_script(
    page: Page, media: Path, tmp_path_factory: pytest.TempPathFactory
):
    """Status, one press, and the page says by itself when the stick may be taken out."""
    page.goto("/status")
    page.get_by_role("button", name="Export to stick").click()
    expect(page.get_by_text("You can take it out.")).to_be_visible(timeout=20_000)
    expect(page.get_by_text("stay in the queue")).to_be_visible()
    assert list((media / "mira" / "KINGSTON" / FOLDER).glob("up-*-slip.krl"))
    folder = folder_of(tmp_path_factory)
    page.screenshot(path=folder / "officer-stick.png")


def test_an_import_of_nothing_says_what_to_do(page: Page):
    """A stick without anything for this post tells which way it has to go first."""
    page.goto("/status")
    page.get_by_role("button", name="Import from stick").click()
    expect(page.get_by_text("There is nothing for this post")).to_be_visible(timeout=20_000)


def test_the_panel_fits_every_screen(chromium: str, address: str, tmp_path_factory: pytest.TempPathFactory):
    """By day and night, at a booth's screen and on an upright tablet, never wider than it."""
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page(viewport=DESK, base_url=address)
        page.goto("/sign-in")
        page.get_by_label("Log-in").fill("mira")
        page.get_by_label("Password").fill(OWN_PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        page.goto("/status")
        picture(page, folder_of(tmp_path_factory), "stick-panel")
        browser.close()
