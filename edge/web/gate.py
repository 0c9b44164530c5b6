"""Who may pass: the officer's session and the device, by their cookies.

Job: find the session of a request, send the signed-out to the door and those with a first password
to the change of it, and give every page its frame (status bar, who is signed in, theme).
Invariants: the session and device cookies are HttpOnly and SameSite=Strict and hold a random token
only; polling the status bar never counts as an officer's activity.
Must not know: how passwords or tokens are checked.
"""

from __future__ import annotations

from contextlib import suppress
from typing import Any, Final, cast

from flask import current_app, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from werkzeug.wrappers import Response

from edge.booth import Booth
from edge.screen import Device, Session
from shared.errors import KaraulaError

SESSION_COOKIE: Final = "officer"
DEVICE_COOKIE: Final = "device"
THEME_COOKIE: Final = "theme"
DIRECTION_COOKIE: Final = "direction"
_LONG_S: Final = 10 * 365 * 24 * 3600  # a device keeps its name as long as it stands in the booth

# Pages that need nobody: the door, the look, the status bar (it names no person).
_OPEN: Final = frozenset(
    {
        *("static", "design.static", "sign_in.form", "sign_in.enter", "node.bar", "node.theme"),
        "neighbours.carry",  # no person's: the loads are signed
    }
)
_WITH_FIRST_PASSWORD: Final = frozenset({"sign_in.password", "sign_in.change", "sign_in.leave"})


def named(cookie: str) -> str:
    """A cookie's name at this node. Browsers share cookies among the ports of one host, so two booths
    opened on one machine would otherwise sign each other out."""
    return f"{cookie}_{current_app.config['NODE_TAG']}"


def direction() -> str:
    """Which way this booth's lane leads, as it was last used."""
    return "exit" if request.cookies.get(named(DIRECTION_COOKIE)) == "exit" else "entry"


def booth() -> Booth:
    """The booth this app was made for."""
    return cast(Booth, current_app.extensions["booth"])


def session() -> Session:
    """The session of this request; only behind the gate."""
    return cast(Session, g.officer_session)


def device() -> Device:
    """This tablet or kiosk; a new one where the cookie is missing or unknown."""
    return booth().device(request.cookies.get(named(DEVICE_COOKIE)))


def guard() -> ResponseReturnValue | None:
    """Before each request: let it pass, send it to the door, or ask for a new password first."""
    if request.endpoint is None or request.endpoint in _OPEN:
        if request.endpoint is None:  # a wrong address keeps its frame, for whoever is signed in
            with suppress(KaraulaError):
                g.officer_session = booth().session(request.cookies.get(named(SESSION_COOKIE)))
        return None
    g.officer_session = booth().session(request.cookies.get(named(SESSION_COOKIE)))
    if g.officer_session.must_change and request.endpoint not in _WITH_FIRST_PASSWORD:
        return redirect(url_for("sign_in.password"), code=303)
    return None


def frame() -> dict[str, Any]:
    """What the frame around every page shows. An error page still comes when the status cannot."""
    try:
        status = booth().status()
    except KaraulaError:
        status = None
    theme = request.cookies.get(THEME_COOKIE)
    return {
        "status": status,
        "officer": g.get("officer_session"),
        "locale": str(get_locale() or "en"),
        "theme": "night" if theme == "night" else "day",
    }


def remember(answer: Response, who: Session, at: Device) -> None:
    """Put the session and the device into their cookies."""
    _set(answer, SESSION_COOKIE, who.token, max_age=None)
    remember_device(answer, at)


def remember_device(answer: Response, at: Device) -> None:
    """Put the device into its cookie."""
    _set(answer, DEVICE_COOKIE, at.token, max_age=_LONG_S)


def keep_direction(answer: Response, direction: str) -> None:
    """Remember which way this booth's lane leads, for the next traveller."""
    _set(answer, DIRECTION_COOKIE, direction, max_age=_LONG_S)


def forget(answer: Response) -> None:
    """Drop the session's cookie."""
    answer.delete_cookie(named(SESSION_COOKIE), httponly=True, samesite="Strict")


def _set(answer: Response, name: str, value: str, *, max_age: int | None) -> None:
    secure = bool(current_app.config["SESSION_COOKIE_SECURE"])
    answer.set_cookie(
        named(name), value, max_age=max_age, httponly=True, samesite="Strict", secure=secure, path="/"
    )
