"""An officer's shift in real Chromium against a real node process: scan, decide, correct, with the hub dead.

The reader is played as what it is: a keyboard that types fast, without looking where the cursor stands.
Screenshots of each step go to a temporary folder; the handbook's come from `test_officer_pictures`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.e2e.booth_process import Booth, running
from tests.e2e.shots import DESK, TABLET, picture
from tests.edge.posts import FIRST_PASSWORD, OWN_PASSWORD, TD3, TD3_WRONG_DIGIT

NEW_PASSWORD = "three lakes by noon"

pytestmark = pytest.mark.requires_program("chromium")

# Nobody's documents: generated names and numbers with right check digits.
CLEAN_NUMBER = "012345678"
CLEAN = "P<SRBPETROVIC<<MARKO<<<<<<<<<<<<<<<<<<<<<<<<\n0123456784SRB8001014M3001019<<<<<<<<<<<<<<<4"
LATE = "P<MNERADOVIC<<JELENA<<<<<<<<<<<<<<<<<<<<<<<<\nP000000175MNE8512316F2904010<<<<<<<<<<<<<<<2"
QUIET = "P<UTODOE<<JANE<ROSE<<<<<<<<<<<<<<<<<<<<<<<<<\nU123456784UTO9003059F3106110<<<<<<<<<<<<<<<6"


@pytest.fixture(scope="module")
def booth(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Booth]:
    """A node that has heard the centre once, and whose cable was pulled then."""
    with running(tmp_path_factory.mktemp("klobuk")) as booth:
        booth.cable.cut()
        booth.wait_for("No link")
        yield booth


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    with sync_playwright() as play:
        started = play.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield started
        started.close()


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("pictures")


@pytest.fixture
def page(browser: Browser, booth: Booth) -> Iterator[Page]:
    """A kiosk's page; whatever its console complains of fails the test."""
    context = browser.new_context(viewport=DESK, locale="en-GB")
    page = context.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda said: complaints.append(said.text) if _is_fault(said.text) else None)
    yield page
    context.close()
    assert complaints == []


def _is_fault(text: str) -> bool:
    return "Failed to load resource" not in text  # a refused form is answered with 400 on purpose


def sign_in(page: Page, booth: Booth, login: str = "mira", password: str = OWN_PASSWORD) -> None:
    page.goto(booth.url)
    expect(page.locator("#f-login")).to_be_focused()
    page.keyboard.type(login)
    page.keyboard.press("Tab")
    page.keyboard.type(password)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "sign-in" not in url)


def read_document(page: Page, zone: str) -> None:
    """What a wedge reader does: type each line and end it with Enter."""
    for line in zone.split("\n"):
        page.keyboard.type(line)
        page.keyboard.press("Enter")


def ready(page: Page) -> None:
    """Until the page takes Enter: right after opening it leaves one to the reader."""
    page.locator("html[data-calm]").wait_for()


def scan(page: Page, zone: str) -> None:
    expect(page.locator("#mrz")).to_be_focused()
    ready(page)
    read_document(page, zone)
    expect(page.locator("#verdict")).to_be_visible()
    ready(page)


def test_the_officers_flow(page: Page, booth: Booth, pictures: Path):
    """First password, scan, plate, admit, saved, recent, void: by keyboard alone, with the hub dead."""
    page.goto(booth.url)
    picture(page, pictures, "sign-in")
    sign_in(page, booth, "novi", FIRST_PASSWORD)
    expect(page.get_by_role("heading", name="Change password")).to_be_visible()
    expect(page.locator("#f-current")).to_be_focused()
    for text in (FIRST_PASSWORD, NEW_PASSWORD, NEW_PASSWORD):
        page.keyboard.type(text)
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#mrz")).to_be_focused()

    picture(page, pictures, "ready")

    scan(page, TD3)
    expect(page.locator(".verdict.hit .word")).to_have_text("Hit")
    expect(page.locator(".candidate")).to_contain_text("+381 11 000 0000")
    expect(page.locator(".digits .ok")).to_have_count(5)
    picture(page, pictures, "hit")
    page.keyboard.press("F6")
    page.keyboard.press("H")
    picture(page, pictures, "refusal")
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    expect(page.locator(".saved")).to_contain_text("Refused")

    scan(page, TD3_WRONG_DIGIT)
    expect(page.locator(".digits .wrong").first).to_contain_text("6 expected, 7 read")
    picture(page, pictures, "wrong-digit")
    for _ in range(2):
        page.keyboard.press("F10")
    expect(page.locator("#mrz")).to_be_focused()

    scan(page, CLEAN)
    expect(page.locator(".verdict.clear .word")).to_have_text("No match")
    expect(page.locator("#f-plate")).to_be_focused()
    picture(page, pictures, "check")
    page.keyboard.type("a12-e-345")
    page.keyboard.press("Enter")
    expect(page.locator("#decision-admit")).to_be_focused()
    ready(page)
    page.keyboard.press("Enter")
    expect(page.locator(".saved")).to_contain_text(re.compile(r"Saved.*KLOBUK-1-R-[\w-]+"))
    expect(page.locator("#mrz")).to_be_focused()
    picture(page, pictures, "saved")

    page.keyboard.press("Alt+r")
    expect(page.locator("tbody tr").first).to_contain_text("PETROVIC")
    picture(page, pictures, "recent")
    page.locator("tbody tr").first.get_by_role("link").press("Enter")
    picture(page, pictures, "check-page")
    page.keyboard.press("F10")
    expect(page.locator("input[name=reason]").first).to_be_focused()
    page.keyboard.press("Space")
    picture(page, pictures, "void")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("the check is void")
    page.wait_for_load_state()
    page.keyboard.press("Alt+s")
    expect(page.get_by_text("Go on working.")).to_be_visible()
    picture(page, pictures, "status")


def test_a_clean_traveller_takes_two_keys_after_the_scan(page: Page, booth: Booth):
    """No vehicle: Enter to the decision, Enter to admit."""
    sign_in(page, booth)
    scan(page, CLEAN)
    for _ in range(2):
        page.keyboard.press("Enter")
    expect(page.locator(".saved")).to_contain_text("Admitted")


@pytest.mark.parametrize("where", ["End", "Home"])
def test_a_document_read_while_the_cursor_is_elsewhere_still_goes_to_the_scan(
    page: Page, booth: Booth, where: str
):
    """The next traveller's passport lands on the reader while the cursor stands somewhere in the remark."""
    sign_in(page, booth)
    scan(page, CLEAN)
    page.locator("#f-remark").fill("two dogs")
    page.locator("#f-remark").press(where)
    page.wait_for_timeout(300)  # a person's pause before the reader's burst
    read_document(page, TD3)
    expect(page.locator("h1.name")).to_contain_text("ERIKSSON")
    for _ in range(2):
        page.keyboard.press("F10")
    expect(page.locator("#mrz")).to_be_focused()


def test_a_readers_last_enter_decides_nothing(page: Page, booth: Booth):
    """A reader that ends with more Enters than it should does not admit anyone."""
    sign_in(page, booth)
    expect(page.locator("#mrz")).to_be_focused()
    ready(page)
    read_document(page, CLEAN + "\n\n")
    expect(page.locator("#verdict")).to_be_visible()
    expect(page.locator(".saved")).to_have_count(0)
    for _ in range(2):
        page.keyboard.press("F10")
    expect(page.locator("#mrz")).to_be_focused()


def test_a_discreet_alert_is_a_cue_that_a_deliberate_act_opens(page: Page, booth: Booth, pictures: Path):
    """Green and "no match" to whoever looks on; F8 opens small plain text; Esc closes it."""
    sign_in(page, booth)
    scan(page, QUIET)
    expect(page.locator(".verdict.clear .word")).to_have_text("No match")
    expect(page.locator(".info circle.full")).to_have_count(1)
    picture(page, pictures, "cue")
    page.keyboard.press("F8")
    expect(page.get_by_text("RS-Q-9")).to_be_visible()
    assert page.locator(".verdict, .chip").count() == 0
    picture(page, pictures, "cue-opened")
    page.keyboard.press("Escape")
    expect(page.locator(".verdict.clear")).to_be_visible()
    for _ in range(2):
        page.keyboard.press("F10")
    expect(page.locator("#mrz")).to_be_focused()


def test_past_a_hit_admitting_takes_two_presses(page: Page, booth: Booth):
    """The habit of F9 does not admit somebody who is wanted."""
    sign_in(page, booth)
    scan(page, TD3)
    page.keyboard.press("F9")
    expect(page.locator("#decision-admit")).to_contain_text("Press again")
    expect(page.locator(".saved")).to_have_count(0)
    page.keyboard.press("F7")
    expect(page.locator(".saved")).to_contain_text("second line")


def test_typed_by_hand_without_a_document(page: Page, booth: Booth, pictures: Path):
    """F2, the fields, Enter, and the case stands on the same screen; a bad date comes back as typed."""
    sign_in(page, booth)
    page.keyboard.press("F2")
    page.select_option("#f-document_category", "none")
    page.fill("#f-surname", "TRAVELLER")
    page.fill("#f-birth", "31. 2. 1980")
    page.fill("#f-nationality", "UTO")
    picture(page, pictures, "manual")
    page.locator("#f-birth").press("Enter")
    expect(page.locator("#f-birth-wrong")).to_be_visible()
    expect(page.locator("#f-birth")).to_have_value("31. 2. 1980")
    page.fill("#f-birth", "1980")
    page.locator("#f-birth").press("Enter")
    expect(page.locator("h1.name")).to_contain_text("TRAVELLER")
    for _ in range(2):
        page.keyboard.press("F10")
    expect(page.locator("#mrz")).to_be_focused()


def test_everything_works_without_scripts(browser: Browser, booth: Booth):
    """Scripts off: the zone is pasted, read by the button, decided by a button."""
    context = browser.new_context(viewport=DESK, java_script_enabled=False)
    page = context.new_page()
    sign_in(page, booth)
    page.fill("#mrz", CLEAN)
    page.get_by_role("button", name="Read").click()
    expect(page.locator("h1.name")).to_contain_text("PETROVIC")
    page.fill("#f-plate", "A12-E-345")
    page.locator("#f-plate").press("Enter")
    expect(page.locator("#f-plate")).to_have_value("A12-E-345")
    page.locator("#decision-admit").click()
    expect(page.locator(".saved")).to_contain_text("Admitted")
    context.close()


def test_what_can_be_pressed_is_large_enough_for_gloves(page: Page, booth: Booth):
    """Buttons, fields and main links on the check are at least 48 pixels high, at both sizes."""
    sign_in(page, booth)
    scan(page, CLEAN)
    for size in (DESK, TABLET):
        page.set_viewport_size(size)
        small = page.evaluate(
            """() => [...document.querySelectorAll("button, input, select, textarea, nav a, a.button")]
                .filter(e => e.offsetParent && !e.classList.contains("unseen") && !e.closest(".tick"))
                .filter(e => e.getBoundingClientRect().height < 47.5)
                .map(e => `${e.outerHTML.slice(0, 80)} ${e.getBoundingClientRect().height}`)"""
        )
        assert small == []
    page.set_viewport_size(DESK)
    for _ in range(2):
        page.keyboard.press("F10")


def test_ten_megabytes_are_refused_with_a_coded_page(page: Page, booth: Booth):
    """A form of 10 MB gets a 413 page with its code and hint from the process itself."""
    sign_in(page, booth)
    token = page.locator("input[name=csrf_token]").first.get_attribute("value")
    answer = page.request.post(f"{booth.url}/look-up", form={"csrf_token": token, "plate": "A" * 10_000_000})
    assert answer.status == 413
    assert "form_too_large" in answer.text()


def test_the_link_comes_back_and_a_late_hit_becomes_a_task(page: Page, booth: Booth, pictures: Path):
    """The cable is plugged in again: the queue empties, and an alert that came late finds who has passed."""
    sign_in(page, booth)
    scan(page, LATE)
    page.keyboard.press("F9")
    expect(page.locator(".saved")).to_contain_text("Admitted")
    with booth.cable.speaking() as centre:
        centre.alert(category="missing", action="locate", document_number="P00000017", document_issuer="MNE")
    booth.cable.join()
    page.goto(
        booth.url + "/status"
    )  # the officer knows that the link is back; the node would find out in a minute
    page.get_by_role("button", name="Sync now").press("Enter")
    booth.wait_for("Link up")
    page.keyboard.press("Alt+h")
    page.wait_for_url("**/hits")
    for _ in range(50):
        if page.locator(".hit-row.task").count():
            break
        page.wait_for_timeout(200)
        page.reload()
    expect(page.locator(".hit-row.task").first).to_be_visible()
    expect(page.locator(".nav .badge")).to_be_visible()
    picture(page, pictures, "hits")
    page.locator(".hit-row.task button").first.press("Enter")
    page.locator("#f-reason").fill("photo is another person")
    page.locator("input[value=cleared]").check()
    picture(page, pictures, "hit-page")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status")).to_contain_text("cleared")
    booth.wait_for("<dt>To send</dt><dd>0</dd>")
    booth.cable.cut()
