"""An operator's night in real Chromium against a real hub process and three real posts.

Sign in, see the nodes, raise an alert, get the hit, decide a conflict side by side, withdraw the alert.
Screenshots go to a temporary folder; `KARAULA_PICTURES=docs/images` puts the handbook's there instead.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.e2e.hub_process import OWN_PASSWORD, HubProcess, running, traveller

pytestmark = pytest.mark.requires_program("chromium")

SCREEN = {"width": 1366, "height": 768}
SOUGHT = traveller("ERIKSSON", "ANNA MARIA", "L898902C3", state="UTO", birth="1974-08-12")
OTHERS = (
    ("JOVANOVIC", "MARKO", "012345678", "SRB", "1980-01-01", "M", "BG 123-CD", "RS"),
    ("HODZIC", "LEJLA", "A1234567B", "BIH", "1991-05-17", "F", "A23-K-456", "BA"),
    ("KOVACS", "ISTVAN", "HU4471192", "HUN", "1966-11-02", "M", "ABC-123", "HU"),
    ("RADULOVIC", "JELENA", "ME0098712", "MNE", "2001-02-28", "F", "PG CG123", "ME"),
    ("DOE", "JANE ROSE", "U12345678", "UTO", "1990-03-05", "F", "", ""),
)


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HubProcess]:
    with running(tmp_path_factory.mktemp("centre")) as hub:
        yield hub


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    with sync_playwright() as play:
        started = play.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield started
        started.close()


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    chosen = os.environ.get("KARAULA_PICTURES")
    folder = Path(chosen) if chosen else tmp_path_factory.mktemp("pictures")
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.fixture
def page(browser: Browser, hub: HubProcess) -> Iterator[Page]:
    """An operator's page; whatever its console complains of fails the test."""
    context = browser.new_context(viewport=SCREEN, locale="en-GB", base_url=hub.url)
    page = context.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    # A refused form answers with a status of its own on purpose; everything else is a complaint.
    page.on("console", lambda said: complaints.append(said.text) if "status of 4" not in said.text else None)
    yield page
    context.close()
    assert complaints == []


class Shots:
    """Pictures of a page by day and by night, as the operator's own switch makes them."""

    def __init__(self, page: Page, folder: Path) -> None:
        self._page, self._folder = page, folder

    def take(self, name: str) -> None:
        page = self._page
        page.evaluate("scrollTo(0, 0)")
        for theme, switch in (("day", "Night"), ("night", "Day")):
            expect(page.locator("html")).to_have_attribute("data-theme", theme)
            assert page.evaluate("document.documentElement.scrollWidth") <= SCREEN["width"], (
                "it scrolls sideways"
            )
            page.mouse.move(0, 0)
            page.screenshot(path=self._folder / f"operator-{name}-{theme}.png", animations="disabled")
            page.get_by_role("button", name=switch, exact=True).click()


def enter(page: Page, hub: HubProcess) -> None:
    """Sign in with the first password, which leads to an own one and then to the overview."""
    page.goto("/")
    page.get_by_label("Login").fill(hub.login)
    page.get_by_label("Password").fill("not this one")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("do not fit")
    page.get_by_label("Password").fill(hub.first_password)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Change the password")
    page.get_by_label("Password now").fill(hub.first_password)
    page.get_by_label("New password", exact=True).fill(OWN_PASSWORD)
    page.get_by_label("New password again").fill(OWN_PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("What needs a person now")


def go(page: Page, key: str, heading: str) -> None:
    """Open a place of the rail by its key."""
    page.keyboard.press(key)
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile(heading))


def fill_alert(page: Page) -> None:
    """Open the form and fill it; it shows what the category asks for and hides the rest."""
    go(page, "6", "Alerts")
    page.get_by_role("link", name="Raise an alert").click()
    page.get_by_label("Category").select_option("arrest")
    expect(page.get_by_text("Detain and call the owner")).to_be_visible()
    expect(page.get_by_label("VIN", exact=True)).to_be_hidden()
    page.get_by_label("Surname").fill("ERIKSSON")
    page.get_by_label("Given names").fill("ANNA MARIA")
    page.get_by_label("Born").fill("12. 8. 1974.")
    page.get_by_label("Number", exact=True).fill("L898902C3")
    page.get_by_label("Authority").fill("Viši sud u Beogradu (synthetic)")
    page.get_by_label("Decision reference").fill("K-118/26")
    page.get_by_label("Duty phone").fill("+381 11 000 0000")
    page.get_by_label("Reason", exact=True).fill("Robbery in Užice (synthetic)")


def miss_a_field(page: Page) -> None:
    """Send an impossible date: the message stands beside the field, and everything typed is still there."""
    born = page.get_by_label("Born")
    born.fill("31.2.1974")
    page.get_by_role("button", name="Raise the alert").click()
    expect(born).to_have_attribute("aria-invalid", "true")
    expect(born).to_have_value("31.2.1974")
    expect(page.get_by_label("Authority")).to_have_value("Viši sud u Beogradu (synthetic)")
    born.fill("12. 8. 1974.")


def test_an_operators_night(page: Page, hub: HubProcess, pictures: Path):
    """The whole way of an operator, with what each step must show before the next can be taken."""
    rs, ba, me = (hub.posts[country] for country in ("RS", "BA", "ME"))
    shots = Shots(page, pictures)
    enter(page, hub)

    # Checks of the own post arrive.
    for surname, given, number, state, birth, sex, plate, country in OTHERS:
        zone = traveller(surname, given, number, state=state, birth=birth, sex=sex)
        vehicle = {"plate": plate, "plate_country": country} if plate else {}
        rs.check(zone, **vehicle)
    disputed = rs.check(
        traveller("PETROVIC", "NIKOLA", "987654321", state="SRB", birth="1974-08-12", sex="M")
    )
    rs.sync()
    go(page, "2", "Nodes")
    expect(page.locator("#main")).to_contain_text("Gostun")
    expect(page.get_by_role("row").filter(has_text="Špiljani")).to_contain_text("never heard")
    go(page, "3", "Latest checks")
    expect(page.get_by_role("link", name="JOVANOVIC, MARKO")).to_be_visible()

    # An alert is raised; the posts hear of it, and two travellers match it: one at a post with a wrong clock.
    fill_alert(page)
    shots.take("raise-alert")
    miss_a_field(page)
    page.get_by_role("button", name="Raise the alert").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Alert PCC-")
    alert = page.url
    go(page, "1", "What needs a person now")
    hits = page.get_by_role("region", name="Hits nobody has acknowledged")
    expect(hits).to_contain_text("Every hit has been seen by a person.")
    for post in (ba, me):
        post.sync()
        post.check(SOUGHT, decision="second_line", plate="A23-K-456", plate_country="BA")
        post.sync()
    page.evaluate("renew()")  # what the page does by itself once a minute
    expect(hits).to_contain_text("ERIKSSON, ANNA MARIA")
    expect(page.locator(".rail a[aria-current]")).to_contain_text("Now")

    # The desk corrects a check while the post, not knowing, corrects it too.
    page.goto(f"/records/{disputed}")
    page.get_by_role("link", name="Correct").click()
    page.get_by_label("Surname").fill("PETROVIĆ")
    page.get_by_label("Reason for the correction").fill("The visual zone has Ć")
    page.get_by_role("button", name="Save the correction").click()
    expect(page.get_by_text("The correction is saved")).to_be_visible()
    rs.correct(disputed, surname="PETKOVIC", document_number="987654327")
    rs.sync()

    # The posts report on themselves; the overview says what needs a person.
    for post in hub.posts.values():
        post.node.reporter.report()
        post.sync()
    go(page, "1", "What needs a person now")
    expect(hits).to_contain_text("ERIKSSON, ANNA MARIA")
    expect(page.get_by_role("region", name="Open conflicts")).to_contain_text("Surname")
    shots.take("overview")
    go(page, "2", "Nodes")
    shots.take("nodes")
    go(page, "3", "Latest checks")
    expect(page.get_by_text("clock suspect")).to_be_visible()
    shots.take("checks")

    # The hit is seen and answered.
    go(page, "4", "Hits")
    page.get_by_role("row").filter(has_text="Klobuk").get_by_role("link").first.click()
    page.get_by_role("button", name="I have seen it").click()
    page.get_by_label("Answer").fill("Hold her; a patrol of ours is at the line in 20 minutes.")
    page.get_by_role("button", name="Send the answer").click()
    expect(page.get_by_text("The answer is saved")).to_be_visible()
    shots.take("hit")

    # The conflict, side by side: refused without a reason, then decided.
    go(page, "5", "Conflicts")
    page.get_by_role("link", name="Check PET").click()
    expect(page.get_by_text("The visual zone has Ć")).to_be_visible()
    expect(page.get_by_text("Read again from the paper slip")).to_be_visible()
    expect(page.get_by_text("shown meanwhile")).to_have_count(1)
    page.get_by_label("PETROVIĆ").check()
    page.get_by_label("Reason for the decision").fill("Photograph of the data page compared")
    shots.take("conflict")
    page.get_by_label("Reason for the decision").fill("")
    page.get_by_role("button", name="Decide").click()
    expect(page.get_by_label("Reason for the decision")).to_have_attribute("aria-invalid", "true")
    expect(page.get_by_label("PETROVIĆ")).to_be_checked()
    page.get_by_label("Reason for the decision").fill("Photograph of the data page compared")
    page.get_by_role("button", name="Decide").click()
    expect(page.get_by_role("heading", level=1)).not_to_contain_text("conflict")
    expect(page.get_by_text("Photograph of the data page compared")).to_be_visible()
    shots.take("record")
    rs.sync()
    decided = rs.node.booth.check(rs.session, disputed)
    assert decided.values["surname"] == "PETROVIĆ", "the decision reached the post"

    # The alert is withdrawn with a reason.
    page.goto(alert)
    page.get_by_label("Reason").fill("Lifted by the court today")
    page.get_by_role("button", name="Withdraw the alert").click()
    expect(page.get_by_text("The alert is withdrawn")).to_be_visible()
    expect(page.get_by_role("heading", level=1)).to_contain_text("withdrawn")
    go(page, "6", "Alerts")
    expect(page.get_by_text("No alerts here.")).to_be_visible()


def test_a_form_that_went_stale_says_so(page: Page, hub: HubProcess):
    """Two windows decide one conflict: the second is told, sees the new state, and nothing is done twice."""
    rs = hub.posts["RS"]
    check = rs.check(traveller("NIKOLIC", "PETAR", "555000111", state="SRB", birth="1988-04-04", sex="M"))
    rs.sync()
    page.goto("/")
    page.get_by_label("Login").fill(hub.login)
    page.get_by_label("Password").fill(OWN_PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("What needs a person now")
    page.goto(f"/records/{check}/correct")
    page.get_by_label("Surname").fill("NIKOLIĆ")
    page.get_by_label("Reason for the correction").fill("The visual zone has Ć")
    page.get_by_role("button", name="Save the correction").click()
    expect(page.get_by_text("The correction is saved")).to_be_visible()
    rs.correct(check, surname="NIKOLITCH")
    rs.sync()
    page.goto(f"/conflicts/{check}")
    page.get_by_label("NIKOLIĆ").check()
    page.get_by_label("Reason for the decision").fill("Compared with the photograph")
    other = page.context.new_page()
    other.goto(f"/records/{check}/correct")
    other.get_by_label("Document number").fill("555000112")
    other.get_by_label("Reason for the correction").fill("One digit was misread")
    other.get_by_role("button", name="Save the correction").click()
    expect(other.get_by_text("The correction is saved")).to_be_visible()
    page.get_by_role("button", name="Decide").click()
    expect(page.get_by_role("alert")).to_contain_text("changed while this form was open")
    expect(page.get_by_label("Reason for the decision")).to_have_value("Compared with the photograph")
    expect(page.get_by_label("NIKOLITCH")).to_be_visible()
    expect(page.get_by_label("NIKOLIĆ")).not_to_be_checked()
    for window in (other, page):  # the first decides on what it now sees; the second finds it decided
        window.goto(f"/conflicts/{check}")
    for window in (other, page):
        window.get_by_label("NIKOLIĆ").check()
        window.get_by_label("Reason for the decision").fill("Compared with the photograph")
        window.get_by_role("button", name="Decide").click()
    expect(other.get_by_text("Decided.")).to_be_visible()
    expect(page.get_by_text("Nothing is in dispute here any more.")).to_be_visible()


def test_nothing_needs_a_script(browser: Browser, hub: HubProcess):
    """With scripts switched off an operator signs in, changes the theme and raises an alert all the same."""
    context = browser.new_context(viewport=SCREEN, base_url=hub.url, java_script_enabled=False)
    page = context.new_page()
    page.goto("/")
    page.get_by_label("Login").fill(hub.login)
    page.get_by_label("Password").fill(OWN_PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("button", name="Night", exact=True).click()
    expect(page.locator("html")).to_have_attribute("data-theme", "night")
    page.goto("/alerts/new")
    page.get_by_label("Category").select_option("plate")
    page.get_by_label("Plate", exact=True).fill("BG 999-XX")
    page.get_by_label("Plate country").fill("RS")
    page.get_by_label("Authority").fill("Police station (synthetic)")
    page.get_by_label("Decision reference").fill("P-7/26")
    page.get_by_label("Duty phone").fill("+381 11 000 0000")
    page.get_by_label("Reason", exact=True).fill("Stolen plate (synthetic)")
    page.get_by_role("button", name="Raise the alert").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Alert PCC-")
    expect(page.get_by_text("Number plate")).to_be_visible()
    context.close()
