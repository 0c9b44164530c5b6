"""A gap in what a post sent, given up: one page that asks for the reason, and the act.

Must not know: what a gap is made of.
"""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from hub.console.forms import Form, refusal, submitted
from hub.console.gate import Gate
from hub.desk import Desk
from hub.desk.view import Operator
from shared.errors import InputError


class GapPages:
    """`/gaps/FEED/FIRST/LAST`."""

    def __init__(self, desk: Desk, gate: Gate) -> None:
        self._desk = desk
        self._gate = gate

    def add_to(self, blueprint: Blueprint) -> None:
        blueprint.add_url_rule(
            "/gaps/<int:feed>/<int:first>/<int:last>", "gap", self._gate(self.gap), methods=("GET", "POST")
        )

    def gap(self, operator: Operator, feed: int, first: int, last: int) -> ResponseReturnValue:
        """Ask, with all that is known of the gap; then give it up."""
        form = Form()
        if request.method == "POST":
            form = submitted(("reason",))
            try:
                self._desk.gaps.give_up(operator, feed, first, last, reason=form.text("reason"))
            except InputError as error:
                form = refusal(form, error)
            else:
                flash(_("The missing changes are given up; what waited behind them is taken in."), "good")
                return redirect(url_for("console.nodes") + "#gaps", 303)
        row = self._desk.gaps.row(operator, feed, first, last)
        return render_template("console/gap.html", row=row, form=form), 422 if form.errors else 200
