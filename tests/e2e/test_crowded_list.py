"""A list with too many alike, looked at in Chromium: the officer reads that not all were compared."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect, sync_playwright
from werkzeug.serving import make_server

from edge.app import create_app
from edge.node import EdgeNode
from shared.ledger.person_index import WEIGHED_MAX
from tests.e2e.shots import DESK, folder_of, picture
from tests.e2e.test_locked_pictures import sign_in
from tests.e2e.test_officer_flow import CLEAN, CLEAN_NUMBER, scan
from tests.edge.posts import TD3, Post
from tests.edge.test_passed_over import spoil_keys

pytestmark = pytest.mark.requires_program("chromium")

WORDS = "Too many alike on the list; not all were compared."


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return folder_of(tmp_path_factory)


@pytest.fixture
def address(post: Post, node: EdgeNode) -> Iterator[str]:
    """The node's pages; a whole crowd of one name and birth date is wanted."""
    for place in range(WEIGHED_MAX + 2):
        post.centre.alert(
            surname="ERIKSSON", given_names="ANNA MARIA", birth="1974-08-12", reference=f"{place + 1}/26",
            reason="Convicted in absence (synthetic)",
        )  # fmt: skip
    node.round.run(post.centre.exchange)
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


def test_the_check_page_and_the_look_up_say_that_an_answer_was_cut(
    page: Page, address: str, pictures: Path
) -> None:
    """Right under the answer, above the first alert, on the first screen; and not for anybody else."""
    scan(page, TD3)
    note = page.locator(".cut")
    expect(note).to_contain_text(WORDS)
    expect(note).to_contain_text("call the centre")
    box, first = note.bounding_box(), page.locator(".candidate").first.bounding_box()
    assert box is not None
    assert first is not None
    assert box["y"] + box["height"] <= first["y"]
    assert box["y"] + box["height"] < DESK["height"]
    picture(page, pictures, "crowded-list")

    page.goto(f"{address}/look-up")
    page.fill("#f-surname", "ERIKSSON")
    page.fill("#f-given_names", "ANNA MARIA")
    page.fill("#f-birth", "1974-08-12")
    page.select_option("#f-purpose", index=1)
    page.fill("#f-reference", "1/26")
    page.get_by_role("button", name="Look up").click()
    expect(page.locator(".cut")).to_contain_text(WORDS)
    expect(page.locator(".cut")).to_contain_text("full birth date")
    picture(page, pictures, "crowded-list-look-up")

    page.goto(address)
    page.keyboard.press("Escape")
    scan(page, CLEAN)
    expect(page.locator("#verdict")).to_contain_text("No match")
    expect(page.locator(".cut")).to_have_count(0)


def test_a_comparison_that_failed_is_no_good_answer(
    page: Page, address: str, pictures: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No word and no colour of "no match", and beside it what to do; the check is saved all the same."""
    spoil_keys(monkeypatch, CLEAN_NUMBER)
    scan(page, CLEAN)
    verdict = page.locator("#verdict")
    expect(verdict).to_contain_text("Not matched")
    expect(verdict).not_to_have_class("clear")
    expect(page.locator(".cut")).to_contain_text("Call the centre.")
    picture(page, pictures, "comparison-failed")

    page.goto(f"{address}/look-up")
    page.fill("#f-document_number", CLEAN_NUMBER)
    page.select_option("#f-purpose", index=1)
    page.fill("#f-reference", "1/26")
    page.get_by_role("button", name="Look up").click()
    expect(page.locator(".verdict")).to_contain_text("Not matched")
    picture(page, pictures, "comparison-failed-look-up")
