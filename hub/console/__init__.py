"""The console: the pages of the desks at the centre.

Job: put the pages of one `Desk` into a Flask app: `install`.
Invariants: every page but the sign-in stands behind the gate; every writer is CSRF-checked; every
answer carries the strict headers and is kept by nobody. Must not know: SQL, keys, the wire.

gate        who may open a page          faults      every refusal as a page
furniture   what stands around a page    headers     what a page says to the browser
words, values, moments   codes, values and times as people read them
sign_in, overview, records, hits, conflicts, alerts, officers, search   the pages
"""

from __future__ import annotations

from datetime import timedelta
from importlib.metadata import version

from flask import Blueprint, Flask
from flask_babel import Babel
from flask_wtf.csrf import CSRFProtect
from werkzeug.exceptions import HTTPException

from hub.console.alerts import AlertPages
from hub.console.conflicts import ConflictPages
from hub.console.faults import FaultPages
from hub.console.furniture import furnish
from hub.console.gaps import GapPages
from hub.console.gate import Gate
from hub.console.headers import harden
from hub.console.hits import HitPages
from hub.console.officers import OfficerPages
from hub.console.overview import OverviewPages
from hub.console.records import RecordPages
from hub.console.search import SearchPages
from hub.console.sign_in import SignInPages
from hub.desk import Desk
from shared.codelists import load
from shared.errors import KaraulaError
from shared.limits import FORM_MAX_BYTES

__all__ = ["install"]

_PAGES = (
    SignInPages,
    OverviewPages,
    RecordPages,
    HitPages,
    ConflictPages,
    AlertPages,
    OfficerPages,
    SearchPages,
    GapPages,
)


def install(app: Flask, desk: Desk) -> CSRFProtect:
    """Put the console into `app`. Returns the CSRF protection, from which an API may be exempted.

    `app` brings its SECRET_KEY, which must outlive restarts, or every open form dies with them.
    """
    app.config.update(
        SESSION_COOKIE_NAME="karaula_desk",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Strict",
        WTF_CSRF_TIME_LIMIT=None,  # a shift outlasts any limit; the token dies with the session
        WTF_CSRF_SSL_STRICT=False,  # it asks for a Referer, which our own policy forbids to send
        MAX_FORM_MEMORY_SIZE=FORM_MAX_BYTES,
        MAX_FORM_PARTS=200,
        SEND_FILE_MAX_AGE_DEFAULT=timedelta(minutes=10),
    )
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    Babel(app)
    csrf = CSRFProtect(app)
    app.register_blueprint(_design())
    gate = Gate(desk)
    app.register_blueprint(_pages(desk, gate))
    furnish(app, desk, load())
    app.after_request(harden)
    faults = FaultPages(gate)
    app.register_error_handler(KaraulaError, faults.page)
    app.register_error_handler(HTTPException, faults.http_page)
    return csrf


def _design() -> Blueprint:
    """The look shared with the booth, served as it is."""
    return _versioned(
        Blueprint(
            "design",
            "shared.design",
            static_folder="static",
            static_url_path="/design",
            template_folder="templates",
        )
    )


def _pages(desk: Desk, gate: Gate) -> Blueprint:
    blueprint = _versioned(
        Blueprint(
            "console",
            __name__,
            static_folder="../static",
            static_url_path="/console",
            template_folder="../templates",
        )
    )
    for pages in _PAGES:
        pages(desk, gate).add_to(blueprint)
    return blueprint


def _versioned(blueprint: Blueprint) -> Blueprint:
    """Name the release in the address of each file, so that no browser mixes two."""
    release = version("karaula")

    @blueprint.app_url_defaults
    def add_release(endpoint: str, values: dict[str, object]) -> None:
        if endpoint == f"{blueprint.name}.static":
            values.setdefault("v", release)

    return blueprint
