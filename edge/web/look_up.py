"""A look-up without a check: alerts and this post's own checks, for a stated purpose.

Job: one form, its answer below it. Everything is posted: what is searched for never stands in a URL.
Must not know: what matches.
"""

from __future__ import annotations

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from edge.booth import LOOK_UP_FIELDS
from edge.record_view import LookUpView
from edge.web import gate

pages = Blueprint("look_up", __name__)


@pages.get("/look-up")
def form() -> ResponseReturnValue:
    return _page(LookUpView(form={}, problems={}, answer=None, checks=(), more_checks=False))


@pages.post("/look-up")
def look() -> ResponseReturnValue:
    view = gate.booth().look_up(gate.session(), _sent())
    return _page(view), 400 if view.problems else 200


@pages.post("/look-up/details")
def details() -> ResponseReturnValue:
    alerts = gate.booth().open_look_up_cue(gate.session(), _sent())
    return render_template("edge/details.html", alerts=alerts, back=url_for("look_up.form"))


def _sent() -> dict[str, str]:
    return {name: request.form.get(name, "") for name in LOOK_UP_FIELDS}


def _page(view: LookUpView) -> str:
    booth = gate.booth()
    return render_template(
        "edge/look_up.html",
        view=view,
        problems=view.problems,
        purposes=booth.choices("search_purpose"),
        countries=booth.choices("country"),
    )
