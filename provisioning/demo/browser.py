"""One person at one machine: fetches pages, fills in forms, keeps cookies, times every answer.

Job: HTTP as a browser does it, without the browser. Invariants
* A form is sent with everything it held, the CSRF token included; nothing is posted that no page
  offered.
* Redirects are followed to a page; how long each answer took is kept.
Must not know: which pages there are.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Final
from urllib.parse import urljoin, urlsplit

import httpx

from provisioning.demo import page as pages
from provisioning.demo.page import Form, Page

_PATIENCE_S: Final = 30.0
_REDIRECTS_MAX: Final = 5
Values = Mapping[str, str | Sequence[str]]


class Unexpected(Exception):  # noqa: N818 - what a person would say of a page
    """A page did not do what it was used for; says what it showed instead."""


class Browser:
    """A person's browser. `times_s` has how long each answer took, in order."""

    def __init__(self, base: str) -> None:
        self._client = httpx.Client(timeout=_PATIENCE_S, follow_redirects=False, trust_env=False)
        self.base = base
        self.page = pages.read("")
        self.times_s: list[float] = []

    def get(self, path: str) -> Page:
        """Fetch a page. Raises httpx.HTTPError where there is no answer at all."""
        return self._arrive(self._timed("GET", urljoin(self.base, path)))

    def send(self, form: Form, values: Values | None = None, *, press: tuple[str, str] | None = None) -> Page:
        """Send a form with these values in place of its own; `press` names the button."""
        body = _filled(form, values or {})
        if press is not None:
            body.append(press)
        url = urljoin(form.page, form.action or urlsplit(form.page).path)
        merged: dict[str, list[str]] = {}
        for name, value in body:
            merged.setdefault(name, []).append(value)
        return self._arrive(self._timed(form.method.upper(), url, merged))

    def expect(self, status: int = 200) -> Page:
        """The page, if it has this status. Raises Unexpected with what it says."""
        if self.page.status != status:
            raise Unexpected(f"{self.page.url} answered {self.page.status}: {self.page.text[:400]}")
        return self.page

    def close(self) -> None:
        self._client.close()

    def _timed(self, method: str, url: str, body: Mapping[str, list[str]] | None = None) -> httpx.Response:
        began = time.monotonic()
        answer = self._client.request(method, url, data=body)
        self.times_s.append(time.monotonic() - began)
        return answer

    def _arrive(self, answer: httpx.Response) -> Page:
        for _ in range(_REDIRECTS_MAX):
            if not answer.is_redirect:
                break
            answer = self._timed("GET", urljoin(str(answer.url), answer.headers["location"]))
        self.page = pages.read(answer.text, url=str(answer.url), status=answer.status_code)
        return self.page


def _filled(form: Form, values: Values) -> list[tuple[str, str]]:
    """The form's pairs with ours in place. Raises LookupError for a name the form does not have."""
    unknown = [name for name in values if name not in form.names]
    if unknown:
        raise LookupError(f"the form {form.action} has no {', '.join(unknown)}")
    body = [(name, value) for name, value in form.values if name not in values]
    for name, given in values.items():
        body += [(name, given)] if isinstance(given, str) else [(name, each) for each in given]
    return body
