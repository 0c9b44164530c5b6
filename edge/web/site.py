"""All the officer's pages as one site over the booth.

Job: put the pages, their words and their files into an app, and turn any refusal into a page.
Invariants: pages call `edge.booth.Booth` and render what it says; every text goes through gettext;
no personal data stands in a URL. Must not know: SQL, crypto, the wire, how anything is decided.
"""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from flask import Blueprint, Flask, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import Babel

import shared.design
from edge.web import case, check, gate, hits, look_up, moments, node, sign_in, words
from shared.errors import KaraulaError, SignInError

_A_DAY_S: Final = 24 * 3600
_DESIGN: Final = Path(shared.design.__file__).parent


def register(app: Flask) -> None:
    """Add the pages to an app whose `extensions["booth"]` holds the booth."""
    Babel(app, default_locale="en", default_timezone="UTC")
    app.register_blueprint(
        Blueprint(
            "design",
            shared.design.__name__,
            root_path=str(_DESIGN),
            static_folder="static",
            static_url_path="/design",
            template_folder="templates",
        )
    )
    for pages in (sign_in.pages, case.pages, check.pages, hits.pages, look_up.pages, node.pages):
        app.register_blueprint(pages)
    app.config["SEND_FILE_MAX_AGE_DEFAULT"] = _A_DAY_S
    app.url_defaults(_stamped(app))
    app.before_request(gate.guard)
    app.context_processor(gate.frame)
    app.jinja_env.filters.update(moments.FILTERS)
    app.jinja_env.globals.update(words=words)
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True


def _stamped(app: Flask) -> Callable[[str, dict[str, Any]], None]:
    """Name static files by their content, so that browsers may keep them and still never show old ones."""
    sheets = (Path(str(app.static_folder)), _DESIGN / "static")
    content = b"".join(path.read_bytes() for folder in sheets for path in sorted(folder.glob("*.*")))
    stamp = sha256(content).hexdigest()[:12]

    def add(endpoint: str, values: dict[str, Any]) -> None:
        if endpoint in {"static", "design.static"}:
            values["v"] = stamp

    return add


def error_page(error: KaraulaError) -> ResponseReturnValue:
    """A refusal as a page with code, message and what to do next; a lost sign-in leads to the door."""
    if isinstance(error, SignInError) and request.endpoint != "sign_in.form":
        answer = redirect(url_for("sign_in.form", why=error.code), code=303)
        gate.forget(answer)
        return answer
    return render_template("edge/error.html", error=error), error.status
