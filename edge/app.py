"""The node's web application: wiring only.

Job: a Flask app around a `Booth`. Invariants: every answer carries the strict content policy and
is kept by nobody; every writer is CSRF-checked; a body beyond its limit is refused unread, and no part
of one touches the disk; one handler turns the error tree into pages. Must not know: storage, crypto,
the wire.
"""

from __future__ import annotations

from io import BytesIO
from typing import IO

from flask import Flask, Request, Response, request
from flask_wtf.csrf import CSRFError, CSRFProtect
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from edge.booth import Booth
from edge.relay import Relay
from edge.web import neighbours, site
from shared.crypto import digest
from shared.errors import ForbiddenError, InputError, KaraulaError, MissingError
from shared.limits import FORM_MAX_BYTES, PHOTO_FORM_MAX_BYTES

_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; "
    "font-src 'self'; connect-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def create_app(booth: Booth, *, secret_key: bytes, https: bool = False, relay: Relay | None = None) -> Flask:
    """The app for one booth. `secret_key` signs the CSRF cookie only; sessions are the store's. With
    `relay` it has a door for neighbours' loads too."""
    tag = digest(b"karaula/cookies\0", secret_key, size=4).hex()  # each node has its own secret
    app = Flask("edge", static_folder="static", template_folder="templates")
    app.request_class = _Request
    app.config.update(
        SECRET_KEY=secret_key,
        NODE_TAG=tag,
        SESSION_COOKIE_NAME=f"form_{tag}",
        MAX_CONTENT_LENGTH=FORM_MAX_BYTES,
        MAX_FORM_MEMORY_SIZE=FORM_MAX_BYTES,
        MAX_FORM_PARTS=200,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SECURE=https,
        SESSION_COOKIE_SAMESITE="Strict",
        WTF_CSRF_TIME_LIMIT=None,  # a shift outlasts any limit; the token dies with the cookie
        WTF_CSRF_SSL_STRICT=False,
    )
    app.extensions["booth"] = booth
    app.before_request(_make_room_for_photo)  # before the CSRF check, which reads the form
    csrf = CSRFProtect(app)
    site.register(app)
    if relay is not None:
        door = neighbours.relay_door(relay)
        csrf.exempt(door)  # machines come by here, under their own signatures
        app.register_blueprint(door)
    app.after_request(_harden)
    app.register_error_handler(KaraulaError, site.error_page)
    app.register_error_handler(HTTPException, lambda error: site.error_page(_coded(error)))
    return app


class _Request(Request):
    """A request whose files stay in memory: no photo lies in a temporary folder, readable to a thief."""

    def _get_file_stream(
        self,
        total_content_length: int | None,
        content_type: str | None,
        filename: str | None = None,
        content_length: int | None = None,
    ) -> IO[bytes]:
        return BytesIO()


def _make_room_for_photo() -> None:
    """One page alone takes more than a form."""
    if request.endpoint == "case.photo":
        request.max_content_length = PHOTO_FORM_MAX_BYTES


def _harden(response: Response) -> Response:
    for name, value in _HEADERS.items():
        response.headers.setdefault(name, value)
    if not response.headers.get("Cache-Control", "").startswith("public"):  # static files say so themselves
        response.headers["Cache-Control"] = "no-store"
    return response


def _coded(error: HTTPException) -> KaraulaError:
    """Werkzeug's refusals in our own tree."""
    if isinstance(error, CSRFError):
        coded: KaraulaError = ForbiddenError(
            "form_expired", "this form is no longer valid", hint="Load the page again and repeat the step."
        )
    elif isinstance(error, RequestEntityTooLarge):
        coded = InputError(
            "form_too_large", "the form is too large", hint="Send only what the page asks for."
        )
    elif error.code == 404:
        coded = MissingError("no_page", "there is no such page", hint="Go back to the check.")
    elif (error.code or 500) >= 500:
        coded = KaraulaError(
            "internal", "something went wrong here", hint="Nothing was saved by this step. Try it again."
        )
    else:
        coded = InputError("bad_request", "the page could not use this request", hint="Load the page again.")
    coded.status = error.code or coded.status
    return coded
