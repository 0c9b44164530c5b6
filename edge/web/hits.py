"""Hits: the list, one in full, and settling it.

Job: late hits stand first, as tasks. A discreet one shows only its time and state in the list and
opens by a POST, a deliberate act. Must not know: what matched, how it was found.
"""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from edge.form import FormError
from edge.web import gate

pages = Blueprint("hits", __name__)


@pages.get("/hits")
def page() -> ResponseReturnValue:
    rows = gate.booth().hits(gate.session())
    return render_template("edge/hits.html", rows=rows, done=request.args.get("done", ""))


@pages.post("/hits/<hit>")
def one(hit: str) -> ResponseReturnValue:
    view = gate.booth().open_hit(gate.session(), hit)
    return render_template("edge/hit.html", view=view, problems={}, typed={})


@pages.post("/hits/<hit>/settle")
def settle(hit: str) -> ResponseReturnValue:
    booth, session = gate.booth(), gate.session()
    typed = {name: request.form.get(name, "") for name in ("outcome", "reason", "contexts")}
    try:
        booth.settle_hit(session, hit, **typed)
    except FormError as error:
        view = booth.open_hit(session, hit)
        return render_template("edge/hit.html", view=view, problems=error.problems, typed=typed), error.status
    return redirect(url_for("hits.page", done=typed["outcome"]), code=303)
