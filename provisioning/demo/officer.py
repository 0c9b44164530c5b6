"""An officer at a booth: signs in, scans, decides, reads what the page says.

Job: the node's pages as an officer uses them. Every act is a form that some page offered.
Invariant: what is returned was read off a page, so "saved" means that the page said so.
Must not know: how the node works behind its pages.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from provisioning.demo.browser import Browser, Unexpected
from provisioning.demo.page import Element, Form, Page
from provisioning.demo.roster import password as new_password
from provisioning.demo.travellers import Traveller


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the list answered: `verdict` clear | possible | hit, the words about the list's age, the cards.

    `age` holds the list's age in words as the page gave it; `cue` whether something lies behind.
    """

    verdict: str
    age: str
    cards: tuple[str, ...]
    cue: bool
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedCheck:
    """A check the page said was saved. `printed` is the id people read, `id` the one in addresses."""

    id: str
    printed: str
    post: str
    traveller: Traveller
    answer: Answer


@dataclass(frozen=True, slots=True, kw_only=True)
class HitCard:
    """One row of the hits page."""

    id: str
    text: str
    late: bool
    path: str


class OfficerAtBooth:
    """One officer's browser at one post."""

    def __init__(self, url: str, *, post: str, login: str, password: str) -> None:
        self.browser = Browser(url)
        self.post = post
        self.login = login
        self.password = password

    def sign_in(self, *, new: str | None = None) -> None:
        """Sign in; a first password is changed at once, as the page demands, to `new`.

        Raises Unexpected with what the page says when the door stays shut.
        """
        page = self.browser.get("/sign-in")
        page = self.browser.send(page.form(name="login"), {"login": self.login, "password": self.password})
        if page.status == 200 and urlsplit(page.url).path == "/password":
            chosen = new or new_password()
            typed = {"current": self.password, "new": chosen, "again": chosen}
            page = self.browser.send(page.form(name="current"), typed)
            self.password = chosen
        if page.status != 200 or urlsplit(page.url).path != "/":
            raise Unexpected(page.text)

    def is_signed_in(self) -> bool:
        """Whether the check page still opens."""
        page = self.browser.get("/")
        return page.status == 200 and urlsplit(page.url).path == "/"

    # --- a check ---

    def scan(self, traveller: Traveller) -> Answer:
        """Put the document under the reader and read the answer."""
        page = self.browser.get("/")
        page = self.browser.send(page.form(action="/scan"), {"mrz": traveller.mrz, "source": "scan"})
        self.browser.expect()
        if traveller.surname not in page.text:
            raise Unexpected(f"the scan was not understood: {page.text[:300]}")
        return _answer(page)

    def check(self, traveller: Traveller, *, plate: bool = True, decision: str = "admit") -> SavedCheck:
        """Scan, type the plate, decide; returns the check once the page says it is saved."""
        answer = self.scan(traveller)
        if plate:
            typed = {"plate": traveller.plate, "plate_country": traveller.plate_country}
            look = self.browser.page.form(action="/decide")
            self.browser.send(_to(look, "/look"), typed)
            answer = _answer(self.browser.expect())
        page = self.browser.send(self.browser.page.form(action="/decide"), press=("decision", decision))
        saved = page.root.find(cls="saved")
        if page.status != 200 or saved is None:
            raise Unexpected(f"not saved ({page.status}): {page.text[:400]}")
        printed, link = saved.find(cls="mono"), saved.find("a")
        if printed is None or link is None:
            raise Unexpected(f"saved without an id: {saved.text}")
        return SavedCheck(
            id=link.attributes["href"].rpartition("/")[2],
            printed=printed.text,
            post=self.post,
            traveller=traveller,
            answer=answer,
        )

    def open_cue(self, traveller: Traveller) -> str:
        """Scan and open what lies behind the neutral cue, a deliberate act; returns that page's words."""
        self.scan(traveller)
        self.browser.send(self.browser.page.form(action="/details"))
        return self.browser.expect().text

    def drop(self) -> None:
        """Throw the open case away."""
        page = self.browser.get("/")
        self.browser.send(_to(page.form(action="/decide"), "/drop"))

    # --- afterwards ---

    def correct(self, check: SavedCheck, *, reason: str, **values: str) -> None:
        """Correct fields of a saved check."""
        page = self.browser.get(f"/checks/{check.id}/correct")
        self.browser.send(page.form(name="reason"), {**values, "reason": reason})
        self.browser.expect()

    def check_page(self, check: str) -> Page:
        self.browser.get(f"/checks/{check}")
        return self.browser.expect()

    def recent(self) -> dict[str, str]:
        """The recent checks: printed id -> the row's words."""
        self.browser.get("/checks")
        rows = self.browser.expect().root.find_all("tr")
        links = [(row.find("a"), row.text) for row in rows]
        return {link.text: text for link, text in links if link is not None}

    def hits(self) -> list[HitCard]:
        self.browser.get("/hits")
        page = self.browser.expect()
        late = {id(row) for part in page.root.find_all("section") if _is_late(part) for row in part.walk()}
        found = []
        for row in page.root.find_all(cls="hit-row"):
            form = row.find("form")
            path = form.attributes["action"] if form is not None else ""
            found.append(HitCard(id=path.rpartition("/")[2], text=row.text, late=id(row) in late, path=path))
        return found

    def open_hit(self, hit: HitCard) -> str:
        """Open a hit; returns what its page says."""
        page = self.browser.get("/hits")
        self.browser.send(page.form(action=hit.path))
        return self.browser.expect().text

    def look_up(self, *, purpose: str = "first_line", **values: str) -> Page:
        """Ask the list without a check."""
        page = self.browser.get("/look-up")
        self.browser.send(page.form(name="document_number"), {**values, "purpose": purpose})
        return self.browser.expect()

    # --- the node ---

    def signals(self) -> dict[str, str]:
        """The status bar: title -> words."""
        page = self.browser.get("/bar")
        bar = page.root.find(cls="signals")
        pairs = [
            (each.find("dt"), each.find("dd")) for each in (bar.find_all("div") if bar is not None else [])
        ]
        return {dt.text: dd.text for dt, dd in pairs if dt is not None and dd is not None}

    def has_list(self) -> bool:
        """Whether the node says how old its list is. Anyone at the booth may see that."""
        return "none" not in self.signals().get("Alert list", "none")

    def status(self) -> str:
        """The status page's words."""
        self.browser.get("/status")
        return self.browser.expect().text

    def troubles(self) -> list[str]:
        """The codes of what the node says needs a person."""
        self.browser.get("/status")
        notes = self.browser.expect().root.find_all(cls="warn")
        return [code.text for note in notes if (code := note.find(cls="mono")) is not None]

    def sync_now(self) -> None:
        page = self.browser.get("/status")
        self.browser.send(page.form(action="/status/sync"))

    def close(self) -> None:
        self.browser.close()


def _to(form: Form, step: str) -> Form:
    """The decision form as a button with another address (`formaction`) sends it."""
    return replace(form, action=form.action.rpartition("/")[0] + step)


def _answer(page: Page) -> Answer:
    banner = page.root.find(id="verdict")
    if banner is None:
        raise Unexpected(f"no answer shown: {page.text[:300]}")
    classes = set(banner.attributes.get("class", "").split())
    age = banner.find(cls="age")
    return Answer(
        verdict=next((each for each in ("clear", "possible", "hit") if each in classes), "none"),
        age=age.text if age is not None else "",
        cards=tuple(card.text for card in page.root.find_all(cls="candidate")),
        cue=banner.find(cls="full") is not None,
        text=page.text,
    )


def _is_late(part: Element) -> bool:
    return part.attributes.get("aria-labelledby") == "late"
