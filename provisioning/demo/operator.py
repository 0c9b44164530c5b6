"""An operator at a desk of the centre: raises alerts, decides conflicts, keeps officers.

Job: the console's pages as an operator uses them. Every act is a form that some page offered.
Must not know: how the hub works behind its pages.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from urllib.parse import urlsplit

from provisioning.demo.browser import Browser, Unexpected
from provisioning.demo.page import Page
from provisioning.demo.roster import password as new_password


class OperatorAtDesk:
    """One operator's browser at the hub."""

    def __init__(self, url: str, *, country: str, login: str, password: str) -> None:
        self.browser = Browser(url)
        self.country = country
        self.login = login
        self.password = password

    def sign_in(self, *, new: str | None = None) -> None:
        """Sign in; a first password is changed at once, as the page demands.

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

    # --- alerts ---

    def raise_alert(self, form: Mapping[str, str]) -> str:
        """Raise one; returns its id in addresses."""
        page = self.browser.page
        if urlsplit(page.url).path != "/alerts/new":
            page = self.browser.get("/alerts/new")
        page = self.browser.send(page.form(name="category"), form)
        path = urlsplit(page.url).path
        if page.status != 200 or not path.startswith("/records/"):
            raise Unexpected(f"the alert was not raised ({page.status}): {_messages(page)}")
        return path.rpartition("/")[2]

    def raise_alerts(self, forms: Sequence[Mapping[str, str]]) -> int:
        """Raise several from the same open form, as somebody with a list to type does; returns how many."""
        blank = self.browser.get("/alerts/new").form(name="category")
        for form in forms:
            page = self.browser.send(blank, form)
            if page.status != 200:
                raise Unexpected(f"an alert was not raised ({page.status}): {_messages(page)}")
        return len(forms)

    # --- records ---

    def correct(self, record: str, *, reason: str, **values: str) -> None:
        """Correct a check of the own country."""
        page = self.browser.get(f"/records/{record}/correct")
        self.browser.send(page.form(name="reason"), {**values, "reason": reason})
        self.browser.expect()

    def hits(self) -> dict[str, str]:
        """All hits this desk sees: id -> the row's words."""
        self.browser.get("/hits?show=all")
        return self._rows("/records/")

    # --- conflicts ---

    def conflicts(self) -> dict[str, str]:
        """Open conflicts: id -> the row's words."""
        self.browser.get("/conflicts")
        return self._rows("/conflicts/")

    def conflict(self, record: str) -> Page:
        """Both sides of one."""
        self.browser.get(f"/conflicts/{record}")
        return self.browser.expect()

    def resolve(self, record: str, *, field: str, value: str, reason: str) -> None:
        """Decide one field of a conflict for the side that says `value`, with a reason."""
        page = self.conflict(record)
        label = next(
            (
                each
                for each in page.root.find_all("label", cls="choice")
                if each.find(cls="value") is not None and each.find(cls="value").text == value  # type: ignore[union-attr]  # found just before
            ),
            None,
        )
        choice = label.find("input") if label is not None else None
        if choice is None:
            raise Unexpected(f"no side says {value}: {page.text[:400]}")
        decided = {f"choice-{field}": choice.attributes["value"], "reason": reason}
        page = self.browser.send(page.form(name="reason"), decided)
        if page.status != 200 or not urlsplit(page.url).path.startswith("/records/"):
            raise Unexpected(f"not decided ({page.status}): {page.text[:400]}")

    # --- officers, nodes ---

    def add_officer(self, *, login: str, full_name: str, role: str, posts: list[str]) -> str:
        """Make an officer's account; returns the first password, which the page shows once."""
        page = self.browser.get("/officers/new")
        typed = {"login": login, "full_name": full_name, "role": role, "posts": posts}
        page = self.browser.send(page.form(name="login"), typed)
        shown = page.root.find(cls="password-once")
        if shown is None:
            raise Unexpected(f"no account for {login} ({page.status}): {_messages(page)}")
        return shown.text

    def disable(self, login: str) -> None:
        """Disable an officer of the own desk."""
        page = self.browser.get("/officers")
        row = next((row for row in page.root.find_all("tr") if login in row.text.split()), None)
        link = row.find("a") if row is not None else None
        if link is None:
            raise Unexpected(f"no officer {login}: {page.text[:300]}")
        page = self.browser.get(link.attributes["href"])
        self.browser.send(page.form(name="disabled"), {"disabled": "yes"})
        self.browser.expect()

    def nodes(self) -> dict[str, str]:
        """The nodes page: words of each row by its first word, the post's name."""
        self.browser.get("/nodes")
        rows = self.browser.expect().root.find_all("tr")
        return {row.find_all("td")[0].text: row.text for row in rows if row.find("td") is not None}

    def close(self) -> None:
        self.browser.close()

    def _rows(self, prefix: str) -> dict[str, str]:
        found = {}
        for row in self.browser.expect().root.find_all("tr"):
            link = row.find("a")
            path = urlsplit(link.attributes.get("href", "")).path if link is not None else ""
            if path.startswith(prefix):
                found[path.rpartition("/")[2]] = row.text
        return found


def _messages(page: Page) -> str:
    """What a refused form says, field by field."""
    found = [each.text for each in page.root.find_all(cls="message")]
    return "; ".join(found) or page.text[:400]
