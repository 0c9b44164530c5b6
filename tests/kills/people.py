"""People who go on when the machine dies under their hands, and remember what they were told.

An officer keeps the form until the page says "saved", and sends the same form again after a lost answer. What
a page called saved is *promised*; what was sent without an answer may be there or not, but not twice.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final, TypeVar

import httpx

from provisioning.demo.browser import Browser, Unexpected
from provisioning.demo.officer import OfficerAtBooth
from provisioning.demo.operator import OperatorAtDesk
from provisioning.demo.page import Form, Page
from provisioning.demo.process import Server
from provisioning.demo.roster import Person
from provisioning.demo.travellers import Traveller, Travellers
from provisioning.demo.watchlists import Watchlist

_PATIENCE_S: Final = 60.0
_TICK_S: Final = 0.03
_BUSY: Final = frozenset({429, 500, 502, 503, 504, 507})
_T = TypeVar("_T")


class Worker:
    """Somebody in a thread of their own, until `rest`. What broke them is raised by `rest`."""

    def __init__(self) -> None:
        self._over = threading.Event()
        self._broke: BaseException | None = None
        self._thread = threading.Thread(target=self._run, daemon=True)

    def begin(self) -> None:
        self._thread.start()

    def rest(self) -> None:
        """Finish what is in hand, and stop."""
        self._over.set()
        self._thread.join(_PATIENCE_S)
        assert not self._thread.is_alive(), "somebody waits for a page that never comes"
        if self._broke is not None:
            raise self._broke

    def work(self) -> None:
        raise NotImplementedError

    def _run(self) -> None:
        try:
            while not self._over.is_set():
                self.work()
        except BaseException as error:  # noqa: BLE001 - raised again by `rest`, in the test's own thread
            self._broke = error


class Officer(Worker):
    """Checks one traveller after another. `saved` has the checks that a page called saved, by document."""

    def __init__(self, node: Server, person: Person, *, seed: int, queue: list[Traveller]) -> None:
        super().__init__()
        self._node = node
        self._queue = queue
        self._travellers = Travellers(seed=seed, today=datetime.now(UTC).date())
        self.saved: dict[str, str] = {}
        self.sent_again = 0
        at = OfficerAtBooth(node.url, post=person.post, login=person.login, password=person.password)
        self._browser = at.browser
        self._sign_in(at)

    def _sign_in(self, at: OfficerAtBooth) -> None:
        end = time.monotonic() + _PATIENCE_S
        while True:
            try:
                at.sign_in()
            except Unexpected:  # the account has not come down yet
                if time.monotonic() > end:
                    raise
                time.sleep(0.2)
            else:
                return

    def work(self) -> None:
        traveller = self._travellers.next()
        form = until(lambda: self._scan(traveller))
        self.saved[traveller.document_number] = until(lambda: self._decide(form))
        self._queue.append(traveller)

    def close(self) -> None:
        self._browser.close()

    def sync_now(self) -> None:
        """Press the button, so that nothing waits for a backoff."""
        page = until(lambda: got(self._browser, "/status"))
        until(lambda: sent(self._browser, page.form(action="/status/sync")))

    def _scan(self, traveller: Traveller) -> Form:
        page = got(self._browser, "/")
        page = sent(self._browser, page.form(action="/scan"), mrz=traveller.mrz, source="scan")
        if traveller.surname not in page.text:
            raise Unexpected(f"the scan was not understood: {page.text[:300]}")
        return page.form(action="/decide")

    def _decide(self, form: Form) -> str:
        """Press the button; where the answer is lost, the same form is pressed again."""
        try:
            page = self._browser.send(form, press=("decision", "admit"))
        except httpx.HTTPError:
            self.sent_again += 1
            raise
        if page.status == 409:  # the list has learnt something meanwhile: look, and decide again
            page = self._browser.send(page.form(action="/decide"), press=("decision", "admit"))
        saved = refused_if_busy(page).root.find(cls="saved")
        link = saved.find("a") if saved is not None else None
        if page.status != 200 or link is None:
            raise Unexpected(f"not saved ({page.status}) at {page.url}: {page.text[:400]}")
        return link.attributes["href"].rpartition("/")[2]


class Operator(Worker):
    """Raises alerts on those who have just crossed. `raised` has the alerts a page showed as raised."""

    def __init__(self, hub: Server, *, country: str, login: str, password: str) -> None:
        super().__init__()
        self._desk = OperatorAtDesk(hub.url, country=country, login=login, password=password)
        self._watchlist = Watchlist(country=country, seed=1, today=datetime.now(UTC).date())
        self.queue: list[Traveller] = []
        self.raised: dict[str, str] = {}
        self._desk.sign_in()

    def close(self) -> None:
        self._desk.close()

    def work(self) -> None:
        time.sleep(0.25)
        if not self.queue:
            return
        form = self._watchlist.document(self.queue[-1])
        try:
            self.raised[form["reference"]] = self._desk.raise_alert(form)
        except (httpx.HTTPError, Unexpected, LookupError):
            self._desk.browser.page = replace(self._desk.browser.page, url="")  # begin from a fresh form
            time.sleep(_TICK_S)


def got(browser: Browser, path: str) -> Page:
    """A page, or httpx.HTTPError where the machine cannot give it now."""
    page = refused_if_busy(browser.get(path))
    if page.status != 200:
        raise Unexpected(f"{path} answered {page.status}: {page.text[:300]}")
    return page


def sent(browser: Browser, form: Form, **values: str) -> Page:
    """The page a form leads to; as `got`."""
    return refused_if_busy(browser.send(form, values))


def refused_if_busy(page: Page) -> Page:
    """The page, or httpx.HTTPError for one that says: not now."""
    if page.status in _BUSY:
        raise httpx.RemoteProtocolError(f"{page.status}: {page.text[:200]}")
    return page


def until(act: Callable[[], _T]) -> _T:
    """Do it again until the machine answers. Raises what the last try met when patience ends."""
    end = time.monotonic() + _PATIENCE_S
    while True:
        try:
            return act()
        except httpx.HTTPError:
            if time.monotonic() > end:
                raise
            time.sleep(_TICK_S)
