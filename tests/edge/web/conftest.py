"""The officer's pages over a real node: a client at the door, and one signed in."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from edge.app import create_app
from edge.booth import Booth
from tests.edge.posts import OWN_PASSWORD


@dataclass
class Browser:
    """A client that carries each page's CSRF token into the next form, as a browser's page does."""

    client: FlaskClient
    last: TestResponse | None = field(default=None, repr=False)

    def get(self, path: str) -> TestResponse:
        self.last = self.client.get(path)
        return self.last

    def post(self, path: str, *, follow: bool = True, **form: object) -> TestResponse:
        token = self.token()
        self.last = self.client.post(path, data={"csrf_token": token, **form}, follow_redirects=follow)
        return self.last

    def token(self) -> str:
        page = self.client.get("/status").text if self.last is None else self.last.text
        found = re.search(r'name="csrf_token" value="([^"]+)"', page) or re.search(
            r'name="csrf_token" value="([^"]+)"', self.client.get("/sign-in").text
        )
        assert found is not None
        return found[1]

    @property
    def text(self) -> str:
        assert self.last is not None
        return self.last.text

    def case(self) -> str:
        """The id of the case on the check page."""
        found = re.search(r"/case/([0-9a-f]{32})/", self.get("/").text)
        assert found is not None
        return found[1]

    def scan(self, zone: str) -> TestResponse:
        return self.post(f"/case/{self.case()}/scan", mrz=zone, source="scan")


@pytest.fixture
def app(booth: Booth) -> Flask:
    made = create_app(booth, secret_key=b"pages" * 8)
    made.testing = True
    return made


@pytest.fixture
def door(app: Flask) -> Browser:
    """A browser with nobody signed in."""
    return Browser(app.test_client())


@pytest.fixture
def officer(app: Flask) -> Browser:
    """A browser with the officer `mira` signed in."""
    browser = Browser(app.test_client())
    browser.get("/sign-in")
    browser.post("/sign-in", login="mira", password=OWN_PASSWORD)
    assert "mira" in browser.text or "Mira" in browser.text
    return browser
