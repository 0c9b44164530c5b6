"""The node itself: its state in words, "sync now", the status bar, the theme.

Job: say what a tired officer needs to know and which person to call. The bar is served to anyone at
the booth, signed in or not: it names nobody. Must not know: how syncing works.
"""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from edge.web import gate

pages = Blueprint("node", __name__)

_YEAR_S = 365 * 24 * 3600


@pages.get("/status")
def page() -> ResponseReturnValue:
    return render_template(
        "edge/status.html",
        asked=request.args.get("asked") == "1",
        carry=gate.booth().sticks(gate.session()),
    )


@pages.post("/status/stick")
def stick() -> ResponseReturnValue:
    """Begin an export or import; the page then shows how far it is, and loads itself while it runs."""
    form = request.form
    gate.booth().carry(gate.session(), action=form.get("action", ""), stick=form.get("stick", ""))
    return redirect(url_for("node.page"), code=303)


@pages.post("/status/sync")
def sync() -> ResponseReturnValue:
    gate.booth().sync_now(gate.session())
    return redirect(url_for("node.page", asked=1), code=303)


@pages.get("/bar")
def bar() -> ResponseReturnValue:
    """The signals alone, for a page that has stood open for a while."""
    return render_template("edge/bar.html")


@pages.post("/theme")
def theme() -> ResponseReturnValue:
    chosen = "night" if request.form.get("theme") == "night" else "day"
    answer = redirect(url_for("case.page"), code=303)
    # Not HttpOnly: the page's own switch sets it too, without a reload. It says nothing about anyone.
    answer.set_cookie(gate.THEME_COOKIE, chosen, max_age=_YEAR_S, samesite="Strict", path="/")
    return answer
