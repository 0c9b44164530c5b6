"""Who gets in: nobody signed out, nobody on a first password, no form without its token."""

from __future__ import annotations

import re

import pytest
from werkzeug.routing import Rule

from hub.app import create_app
from hub.cli import _desk_of
from tests.hub.console.centre import FIRST_PASSWORD, OWN_PASSWORD, Browser, Centre

OPEN = {
    *("console.sign_in", "console.theme", "console.static", "design.static"),
    *("sync.sync", "sync.health", "sync.elsewhere", "sync.relay"),
    *("snapshot.front", "snapshot.blocks"),  # signed by a node; what is read is sealed
}


ALERT = re.compile(r'role="alert">.*?</p>', re.DOTALL)


def rules(centre: Centre) -> list[Rule]:
    """Every address of the app."""
    return list(create_app(centre.hub).url_map.iter_rules())


def path_of(rule: Rule) -> str:
    """An address of the rule, with an id where one belongs."""
    return (
        str(rule.rule)
        .replace("<record>", "1")
        .replace("<hit>", "1")
        .replace("<alert>", "1")
        .replace("<officer>", "1")
        .replace("<int:feed>", "1")
        .replace("<int:first>", "1")
        .replace("<int:last>", "1")
    )


def test_every_page_sends_the_signed_out_to_the_sign_in(centre: Centre):
    """No address but the listed few answers anything else to a stranger; a writer is refused or sent away."""
    browser = centre.browser()
    for rule in rules(centre):
        if rule.endpoint in OPEN:
            continue
        for method in (rule.methods or set()) & {"GET", "POST"}:
            token = {"csrf_token": "none"} if method == "POST" else {}
            answer = browser.client.open(path_of(rule), method=method, data=token)
            assert answer.status_code == (403 if method == "POST" else 303), (method, rule.rule)
            if method == "GET":
                assert answer.location == "/sign-in", rule.rule


def test_a_writer_with_a_token_but_no_session_is_sent_away(centre: Centre):
    """A valid CSRF token of the sign-in page opens no writer."""
    browser = centre.browser()
    for rule in rules(centre):
        if rule.endpoint not in OPEN and "POST" in (rule.methods or set()):
            answer = browser.post(path_of(rule), {}, seen_at="/sign-in")
            assert (answer.status_code, answer.location) == (303, "/sign-in"), rule.rule


def test_every_writer_demands_its_token(centre: Centre, rs: Browser):
    """A form from elsewhere, signed in or not, does nothing and says what to do."""
    for rule in rules(centre):
        if "POST" in (rule.methods or set()) and not rule.endpoint.startswith("sync."):
            answer = rs.client.post(path_of(rule), data={"login": "x", "password": "y"})
            assert answer.status_code == 403, rule.rule
            assert "form_expired" in answer.text


def test_a_first_password_opens_only_its_own_change(centre: Centre):
    """A new operator can reach nothing but the password page, and is led there."""
    centre.hub.desk.people.add_with(
        _desk_of(centre.hub, "RS"),
        login="rs.new",
        full_name="New Test",
        role="operator",
        posts=(),
        password=FIRST_PASSWORD,
    )
    browser = centre.browser()
    assert browser.sign_in("rs.new", FIRST_PASSWORD).status_code == 303
    for path in ("/", "/checks", "/officers", "/search"):
        assert browser.get(path).location == "/password"
    form = {"current": FIRST_PASSWORD, "new": OWN_PASSWORD, "again": "something else entirely"}
    refused = browser.post("/password", form)
    assert (refused.status_code, "again-message" in refused.text) == (400, True)
    assert browser.post("/password", form | {"again": OWN_PASSWORD}).location == "/"
    assert "What needs a person now" in browser.text("/")


def test_a_wrong_login_and_a_wrong_password_look_the_same(centre: Centre):
    """The page gives away no login; what was typed as login stays, the password never comes back."""
    answers = [centre.browser().sign_in(login, "wrong wrong wrong") for login in ("rs.desk", "rs.nobody")]
    assert [answer.status_code for answer in answers] == [401, 401]
    pages = [answer.text.replace("rs.nobody", "rs.desk") for answer in answers]
    told = [ALERT.findall(page) for page in pages]
    assert told[0] == told[1] != []
    assert 'value="rs.desk"' in pages[0]
    assert "wrong wrong wrong" not in pages[0]


def test_a_booth_officer_does_not_get_in(centre: Centre):
    """An officer of a post is no operator, however right the password."""
    assert centre.browser().sign_in("rs.booth", OWN_PASSWORD).status_code == 401


def test_a_disabled_operator_is_out_at_the_next_page(centre: Centre, rs: Browser):
    """Disabling ends the session that is open, and the sign-in page says so."""
    centre.hub.desk.people.add_with(
        _desk_of(centre.hub, "RS"),
        login="rs.second",
        full_name="Second Test",
        role="operator",
        posts=(),
        password=FIRST_PASSWORD,
    )
    second = centre.browser()
    second.sign_in("rs.second", FIRST_PASSWORD)
    row = next(row for row in centre.hub.desk.officers(centre.operator("RS")) if row.login == "rs.second")
    saved = rs.post(
        f"/officers/{row.id}", {"full_name": "Second Test", "role": "operator", "disabled": "yes"}
    )
    assert saved.status_code == 303, saved.text
    answer = second.get("/")
    assert answer.location.startswith("/sign-in?why=")


def test_signing_out_ends_the_session_at_the_hub(centre: Centre, rs: Browser):
    """A stolen cookie of a signed-out session opens nothing."""
    cookie = rs.client.get_cookie("karaula_desk")
    assert cookie is not None
    assert rs.post("/sign-out", {}, seen_at="/").location == "/sign-in"
    thief = centre.browser()
    thief.client.set_cookie("karaula_desk", cookie.value)
    assert thief.get("/checks").status_code == 303


def test_the_cookie_is_for_this_console_alone(centre: Centre):
    """HttpOnly, SameSite=Strict, and Secure where people come by TLS."""
    app = create_app(centre.hub, https=True)
    cookie = app.test_client().get("/sign-in").headers["Set-Cookie"]
    assert {"HttpOnly", "SameSite=Strict", "Secure"} <= {part.strip() for part in cookie.split(";")}


@pytest.mark.parametrize("path", ["/sign-in", "/", "/nope", "/alerts/new"])
def test_every_answer_carries_the_strict_headers(rs: Browser, path: str):
    """Pages, redirects and faults alike: own files only, no frame, kept by nobody."""
    headers = rs.get(path).headers
    assert headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["Cache-Control"] == "no-store"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "no-referrer"


def test_the_theme_is_kept_and_leads_nowhere_else(rs: Browser):
    """Without a script the switch posts; it comes back to our own page, whatever was asked for."""
    answer = rs.post("/theme", {"theme": "night", "next": "//evil.example/"}, seen_at="/")
    assert answer.location == "/"
    assert 'data-theme="night"' in rs.text("/")
    rs.post("/theme", {"theme": "<script>", "next": "/"}, seen_at="/")
    assert 'data-theme="night"' in rs.text("/")
