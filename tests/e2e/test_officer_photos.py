"""An officer takes photos in Chromium: by one press and the camera, and with scripts switched off."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, FilePayload, Page, expect, sync_playwright
from werkzeug.serving import make_server

from edge.app import create_app
from edge.node import EdgeNode
from tests.e2e.shots import DESK, folder_of, picture
from tests.e2e.test_officer_flow import scan
from tests.edge.pictures import scene, with_everything
from tests.edge.posts import OWN_PASSWORD, TD3, Post, rows

pytestmark = pytest.mark.requires_program("chromium")


def camera(seed: int, name: str = "IMG_0001.jpg") -> FilePayload:
    """What a tablet's camera hands to the browser."""
    return {"name": name, "mimeType": "image/jpeg", "buffer": with_everything(scene(1600, 1200, seed))}


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return folder_of(tmp_path_factory)


@pytest.fixture
def address(post: Post, node: EdgeNode) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, create_app(node.booth, secret_key=b"p" * 32), threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def browser(chromium: str) -> Iterator[Browser]:
    with sync_playwright() as play:
        opened = play.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield opened
        opened.close()


def signed_in(browser: Browser, address: str, *, scripts: bool = True) -> Page:
    page = browser.new_context(java_script_enabled=scripts, locale="en-GB", viewport=DESK).new_page()
    page.goto(address)
    page.fill("#f-login", "mira")
    page.fill("#f-password", OWN_PASSWORD)
    page.keyboard.press("Enter")
    expect(page.locator("#mrz")).to_be_visible()
    return page


def take(page: Page, what: str, file: FilePayload) -> None:
    """Press what it shows; the camera opens; its picture goes in."""
    before = page.locator(".shot").count()
    with page.expect_file_chooser() as camera_app:
        page.get_by_role("button", name=what, exact=True).click()
    camera_app.value.set_files(file)
    expect(page.locator(".shot")).to_have_count(before + 1)


def all_loaded(page: Page) -> None:
    for shot in page.locator(".shot img").all():
        assert shot.evaluate("image => image.decode().then(() => image.naturalWidth)") > 0


def test_photos_by_one_press_each(browser: Browser, address: str, node: EdgeNode, post: Post, pictures: Path):
    """Taken, seen, one removed, saved with the check, opened again; the plate typed meanwhile stays."""
    page = signed_in(browser, address)
    scan(page, TD3)
    for button in page.locator("[data-photo]").all():
        box = button.bounding_box()
        assert box is not None
        assert min(box["height"], box["width"]) >= 48
    page.fill("#f-plate", "A12-B-345")
    take(page, "Document", camera(1))
    take(page, "Face", camera(2))
    take(page, "Vehicle", camera(3))
    all_loaded(page)
    expect(page.locator("#f-plate")).to_have_value("A12-B-345")
    picture(page, pictures, "photos")
    page.locator(".shot", has_text="Vehicle").get_by_role("button", name="Remove").click()
    expect(page.locator(".shot")).to_have_count(2)
    page.locator("#decision-admit").click()
    expect(page.locator(".saved")).to_be_visible()
    page.locator(".saved a").click()
    expect(page.locator(".shot")).to_have_count(2)
    expect(page.locator(".shot").first).to_contain_text(re.compile(r"0 of \d+ pieces sent"))
    all_loaded(page)
    node.round.run(post.centre.exchange, everything=True)
    page.reload()
    expect(page.locator(".shot").first).to_contain_text("At the centre")
    picture(page, pictures, "check-with-photos")
    page.goto(f"{address}/checks")
    expect(page.locator("tbody tr").first).to_contain_text("2 photos")
    page.locator(".rowlink").first.click()
    page.locator(".shot a").first.click()
    expect(page.locator("img")).to_be_visible()


def test_a_file_that_is_no_photo_is_refused_beside_the_buttons(
    browser: Browser, address: str, pictures: Path
):
    """The message stands where the photo was to be; what was typed stays."""
    page = signed_in(browser, address)
    scan(page, TD3)
    page.fill("#f-plate", "E55-T-555")
    with page.expect_file_chooser() as camera_app:
        page.get_by_role("button", name="Face", exact=True).click()
    camera_app.value.set_files({"name": "a.jpg", "mimeType": "image/jpeg", "buffer": b"%PDF-1.7"})
    expect(page.locator("#f-photo-wrong")).to_contain_text("photo")
    expect(page.locator("#f-plate")).to_have_value("E55-T-555")
    picture(page, pictures, "photo-refused")


def test_photos_without_scripts(browser: Browser, address: str, node: EdgeNode, pictures: Path):
    """Choose a file, say what it shows, save: no script has a part in it."""
    page = signed_in(browser, address, scripts=False)
    page.fill("#mrz", TD3)
    page.get_by_role("button", name="Read").click()
    page.set_input_files("#f-photo", [camera(4)])
    page.get_by_role("button", name="Face", exact=True).click()
    expect(page.locator(".shot")).to_have_count(1)
    page.screenshot(path=pictures / "officer-photos-without-scripts.png")
    page.set_input_files("#f-photo", [camera(5)])
    page.locator("#decision-admit").click()
    expect(page.locator("#f-photo-wrong")).to_contain_text("not added")
    page.locator("#decision-admit").click()
    expect(page.locator(".saved")).to_be_visible()
    assert rows(node, "SELECT count(DISTINCT digest) FROM attachment_record") == [(1,)]
