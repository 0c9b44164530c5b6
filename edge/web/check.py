"""Saved checks: the newest ones, one in full, its correction, its voiding.

Job: list and show; a correction shows the values as they stand and carries their contexts back
unseen, so that two officers who correct at once are told. Must not know: how changes merge.
"""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from edge.form import FormError
from edge.record_view import CheckView
from edge.screen import Problem
from edge.web import gate, images

pages = Blueprint("check", __name__)


@pages.get("/checks")
def recent() -> ResponseReturnValue:
    return render_template("edge/recent.html", rows=gate.booth().recent(gate.session(), limit=100))


@pages.get("/checks/<check>")
def page(check: str) -> ResponseReturnValue:
    view = gate.booth().check(gate.session(), check)
    labels = {one.code: one.label for one in gate.booth().choices("void_reason")}
    return render_template(
        "edge/check.html", view=view, done=request.args.get("done", ""), void_labels=labels
    )


@pages.get("/checks/<check>/photo/<name>")
def photo(check: str, name: str) -> ResponseReturnValue:
    """A photo of a saved check."""
    return images.jpeg(gate.booth().photo(gate.session(), check, name))


@pages.get("/checks/<check>/correct")
def correct_form(check: str) -> ResponseReturnValue:
    return _correct_page(gate.booth().check(gate.session(), check), {}, {})


@pages.post("/checks/<check>/correct")
def correct(check: str) -> ResponseReturnValue:
    booth, session = gate.booth(), gate.session()
    before = booth.check(session, check)
    sent = {
        name: request.form[name] for name in before.correctable if name in request.form and name != "letters"
    }
    if "letters_asked" in request.form:
        sent["letters"] = " ".join(request.form.getlist("letters"))
    try:
        booth.correct(
            session,
            check,
            form=sent,
            reason=request.form.get("reason", ""),
            contexts=request.form.get("contexts", ""),
        )
    except FormError as error:
        return _correct_page(
            before, error.problems, {**sent, "reason": request.form.get("reason", "")}
        ), error.status
    return redirect(url_for("check.page", check=check, done="correct"), code=303)


@pages.get("/checks/<check>/void")
def void_form(check: str) -> ResponseReturnValue:
    return _void_page(gate.booth().check(gate.session(), check), {})


@pages.post("/checks/<check>/void")
def void(check: str) -> ResponseReturnValue:
    booth, session = gate.booth(), gate.session()
    reason, note = request.form.get("reason", ""), request.form.get("note", "")
    try:
        booth.void(session, check, reason=reason, note=note, contexts=request.form.get("contexts", ""))
    except FormError as error:
        return _void_page(booth.check(session, check), error.problems, reason, note), error.status
    return redirect(url_for("check.page", check=check, done="void"), code=303)


def _correct_page(view: CheckView, problems: Mapping[str, Problem], sent: Mapping[str, str]) -> str:
    booth = gate.booth()
    return render_template(
        "edge/correct.html",
        view=view,
        problems=problems,
        typed={**view.values, **sent},
        contexts=request.form.get("contexts", view.contexts),
        options={
            name: booth.choices(source)
            for name, source in {
                "sex": "sex",
                "document_category": "document_category",
                "vehicle_kind": "vehicle_kind",
                "purpose": "purpose",
            }.items()
        },
        letters=booth.choices("refusal_letter"),
        countries=booth.choices("country"),
    )


def _void_page(view: CheckView, problems: Mapping[str, Problem], reason: str = "", note: str = "") -> str:
    return render_template(
        "edge/void.html",
        view=view,
        problems=problems,
        reason=reason,
        note=note,
        contexts=request.form.get("contexts", view.contexts),
        reasons=gate.booth().choices("void_reason"),
    )
