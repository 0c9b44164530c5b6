"""axe-core looks at the pages of both sides by day and by night: nothing it calls a violation may be there.

It sees contrast, names of controls, headings and roles; what only a person sees stays with the other tests.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.e2e import booth_process, hub_process
from tests.e2e.shots import DESK
from tests.e2e.test_officer_flow import CLEAN, scan, sign_in
from tests.e2e.test_operator_flow import enter
from tests.edge.posts import TD3

pytestmark = pytest.mark.requires_program("chromium")

THEMES = ("day", "night")


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    with sync_playwright() as play:
        started = play.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield started
        started.close()


@contextmanager
def opened(browser: Browser, url: str) -> Iterator[Page]:
    context = browser.new_context(viewport=DESK, locale="en-GB", reduced_motion="reduce", base_url=url)
    yield context.new_page()
    context.close()


def violations(page: Page) -> list[str]:
    """What axe finds on the page as it stands: rule, gravity and the first place."""
    found = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
    return [f"{page.url}: {one['id']} ({one['impact']}) at {one['nodes'][0]['target']}" for one in found]


def at_each(page: Page, paths: Iterable[str]) -> list[str]:
    """The violations of several pages, in both lights."""
    found = []
    for theme in THEMES:
        for path in paths:
            page.goto(path)
            page.evaluate("theme => { document.cookie = `theme=${theme}; path=/; samesite=strict` }", theme)
            page.reload()
            expect(page.locator("html")).to_have_attribute("data-theme", theme)
            found += violations(page)
    return found


def test_the_posts_pages(browser: Browser, tmp_path: Path):
    """Sign-in, scan, a hit with its decision, and every page an officer opens."""
    with booth_process.running(tmp_path) as booth, opened(browser, booth.url) as page:
        assert at_each(page, ["/sign-in", "/nowhere"]) == []
        sign_in(page, booth)
        assert at_each(page, ["/", "/checks", "/hits"]) == []
        page.goto("/")
        scan(page, TD3)
        assert at_each(page, ["/", "/manual"]) == []  # the case stays open meanwhile
        page.goto("/")
        page.keyboard.press("F7")
        expect(page.locator(".saved")).to_be_visible()
        check = page.locator(".saved a").get_attribute("href")
        assert check is not None
        rest = [
            "/checks",
            "/hits",
            "/look-up",
            "/status",
            check,
            f"{check}/correct",
            f"{check}/void",
            "/checks/1",
        ]
        assert at_each(page, rest) == []


def test_the_centres_pages(browser: Browser, tmp_path: Path):
    """Sign-in, the overview, and every place of the rail, with a check in it."""
    with hub_process.running(tmp_path) as hub, opened(browser, hub.url) as page:
        assert at_each(page, ["/sign-in"]) == []
        record = hub.posts["RS"].check(CLEAN)
        hub.posts["RS"].sync()
        page.evaluate("document.cookie = 'theme=day; path=/; samesite=strict'")
        enter(page, hub)
        rail = ["/", "/nodes", "/checks", "/times", "/hits", "/conflicts", "/alerts", "/search", "/officers"]
        forms = [
            "/alerts/new",
            "/officers/new",
            "/password",
            f"/records/{record}",
            f"/records/{record}/correct",
        ]
        assert at_each(page, [*rail, "/my-views", *forms, "/records/1", "/nowhere"]) == []
