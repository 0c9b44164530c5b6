"""Who may pass, and what every answer says about itself to the browser."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from flask import Flask

from edge.app import create_app
from edge.booth import Booth
from shared.limits import SESSION_IDLE_S
from tests.edge.posts import FIRST_PASSWORD, OWN_PASSWORD, TD3, Post
from tests.edge.web.conftest import Browser

OPEN_TO_ALL = {"static", "design.static", "sign_in.form", "sign_in.enter", "node.bar", "node.theme"}
PAGES = ("/", "/manual", "/checks", "/hits", "/look-up", "/status", "/password", "/sign-in", "/nowhere")


def routes(app: Flask, method: str) -> Iterator[tuple[str, str]]:
    """Every address of the app that takes a method, with its endpoint; ids are made up."""
    for rule in app.url_map.iter_rules():
        if method in (rule.methods or ()):
            yield re.sub(r"<[^>]+>", "0" * 32, rule.rule), rule.endpoint


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_the_signed_out_are_led_to_the_door(door: Browser, app: Flask, method: str):
    """No address shows or does anything without a session, but the door, the look and the signals."""
    door.get("/sign-in")
    token = door.token()
    closed = [(path, name) for path, name in routes(app, method) if name not in OPEN_TO_ALL]
    assert len(closed) >= 8
    for path, _ in closed:
        answer = door.client.open(
            path, method=method, data={"csrf_token": token} if method == "POST" else None
        )
        assert (answer.status_code, answer.location.split("?")[0]) == (303, "/sign-in"), path


def test_every_writer_wants_its_token(officer: Browser, app: Flask, booth: Booth):
    """A POST without the page's CSRF token is refused with a page, and nothing happens."""
    for path, _ in routes(app, "POST"):
        answer = officer.client.post(path, data={})
        assert answer.status_code in {400, 403}, path
        assert "form_expired" in answer.text, path
    assert "mira" in officer.get("/").text.lower() or "Mira" in officer.text


@pytest.mark.parametrize("path", PAGES)
def test_no_page_is_kept_or_runs_anything_of_its_own(officer: Browser, path: str):
    """Nothing is stored by the browser, nothing inline runs or styles, nothing comes from elsewhere."""
    answer = officer.get(path)
    assert answer.headers["Cache-Control"] == "no-store"
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert "unsafe" not in answer.headers["Content-Security-Policy"]
    assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=|javascript:", answer.text)
    assert not re.search(r"(?:src|href|action)=\"(?:https?:)?//", answer.text)


def _named(browser: Browser, cookie: str) -> str:
    return f"{cookie}_{browser.client.application.config['NODE_TAG']}"


def test_two_booths_in_one_browser_do_not_sign_each_other_out(app: Flask, booth: Booth):
    """Browsers share cookies among the ports of a host: each node's carry a name of their own."""
    other = create_app(booth, secret_key=b"others" * 8)
    assert app.config["NODE_TAG"] != other.config["NODE_TAG"]
    assert app.config["SESSION_COOKIE_NAME"] != other.config["SESSION_COOKIE_NAME"]


def test_the_session_is_a_strict_cookie_that_scripts_cannot_read(app: Flask):
    """Session and device are random tokens in HttpOnly, SameSite=Strict cookies."""
    browser = Browser(app.test_client())
    browser.get("/sign-in")
    answer = browser.post("/sign-in", follow=False, login="mira", password=OWN_PASSWORD)
    cookies = {text.split("=")[0]: text for text in answer.headers.getlist("Set-Cookie")}
    for name in ("officer", "device"):
        cookie = cookies[f"{name}_{app.config['NODE_TAG']}"]
        assert "HttpOnly" in cookie
        assert "SameSite=Strict" in cookie
        assert "mira" not in cookie


def test_a_wrong_password_and_an_unknown_login_look_the_same(door: Browser):
    """The door tells nobody which log-ins exist, keeps the log-in typed, and never the password."""
    door.get("/sign-in")
    known = door.post("/sign-in", login="mira", password="wrong-password-1")
    assert known.status_code == 401
    assert 'value="mira"' in known.text
    assert "wrong-password-1" not in known.text
    unknown = door.post("/sign-in", login="nobody", password="wrong-password-1")

    def bare(text: str) -> str:
        return re.sub(r'name="csrf_token" value="[^"]+"|value="(mira|nobody)"', "", text)

    assert bare(known.text) == bare(unknown.text)


def test_wrong_passwords_make_no_new_devices(door: Browser, booth: Booth):
    """A browser is one device from its first try on, however often it fails."""
    door.get("/sign-in")
    door.post("/sign-in", login="mira", password="wrong-password-1")
    first = door.client.get_cookie(_named(door, "device"))
    door.post("/sign-in", login="mira", password="wrong-password-2")
    second = door.client.get_cookie(_named(door, "device"))
    assert first is not None
    assert second is not None
    assert booth.device(first.value).name == booth.device(second.value).name


def test_a_first_password_leads_nowhere_but_to_its_change(post: Post, booth: Booth, node, app: Flask):
    """Until the desk's first password is replaced no page opens; a bad new one says why beside its field."""
    post.centre.officer(login="novi")
    node.round.run(post.centre.exchange)
    browser = Browser(app.test_client())
    browser.get("/sign-in")
    assert "Set your own to go on" in browser.post("/sign-in", login="novi", password=FIRST_PASSWORD).text
    assert browser.get("/checks").location == "/password"
    refused = browser.post("/password", current=FIRST_PASSWORD, new="short", again="short")
    assert refused.status_code == 400
    assert 'id="f-new-wrong"' in refused.text
    assert FIRST_PASSWORD not in refused.text
    browser.post("/password", current=FIRST_PASSWORD, new="seven green hills", again="seven green hills")
    assert 'id="mrz"' in browser.text


def test_signing_out_ends_the_session(officer: Browser):
    """After signing out the old cookie opens nothing."""
    kept = officer.client.get_cookie(_named(officer, "officer"))
    assert kept is not None
    officer.get("/")
    officer.post("/sign-out")
    assert "Signed out" in officer.text
    officer.client.set_cookie(_named(officer, "officer"), kept.value)
    assert officer.get("/checks").status_code == 303


def test_signals_are_shown_to_anyone_and_keep_nobody_signed_in(officer: Browser, post: Post, door: Browser):
    """The status bar needs no sign-in, names nobody, and asking for it is no activity of the officer's."""
    assert "Alert list" in door.get("/bar").text
    step = SESSION_IDLE_S * 1000 // 4
    for _ in range(5):
        post.dial.pass_ms(step)
        assert "Mira" not in officer.get("/bar").text
    assert officer.get("/checks").location.startswith("/sign-in")


def test_an_ended_session_loses_nothing_captured(officer: Browser, post: Post):
    """The half-captured traveller is there again after signing in on the same device."""
    officer.scan(TD3)
    post.dial.pass_ms(SESSION_IDLE_S * 1000 + 1)
    assert "What you had captured is kept" in officer.client.get("/", follow_redirects=True).text
    officer.get("/sign-in")
    assert "ERIKSSON" in officer.post("/sign-in", login="mira", password=OWN_PASSWORD).text


def test_a_form_beyond_the_limit_is_refused_with_its_code(officer: Browser):
    """Ten megabytes get a 413 page that names what is wrong; the case is as it was."""
    officer.scan(TD3)
    case = officer.case()
    answer = officer.post(f"/case/{case}/scan", mrz="A" * 10_000_000)
    assert answer.status_code == 413
    assert "form_too_large" in answer.text
    assert "ERIKSSON" in officer.get("/").text


def test_a_wrong_address_is_a_page_with_a_code(officer: Browser):
    """An unknown page says so, in the frame, with a way back."""
    answer = officer.get("/nowhere")
    assert answer.status_code == 404
    assert "no_page" in answer.text
    assert 'aria-label="Pages"' in answer.text


def test_sheets_and_scripts_are_kept_by_name_of_their_content(door: Browser):
    """A page names its files by content; those may be kept, pages never."""
    paths = re.findall(r'(?:href|src)="((?:/static|/design)/[^"]+)"', door.get("/sign-in").text)
    assert len(paths) == 6
    for path in paths:
        assert "?v=" in path
        answer = door.client.get(path)
        assert answer.status_code == 200
        assert answer.headers["Cache-Control"].startswith("public")
        answer.close()


def test_the_theme_is_kept(door: Browser):
    """Night stays night on the next page, without scripts."""
    door.get("/sign-in")
    door.post("/theme", theme="night")
    assert 'data-theme="night"' in door.get("/sign-in").text
