"""Hits: the queue, and what a desk does about one: see it, settle it, answer it.

Job: the list of hits and the three acts. Invariant: a late hit is always marked as late, in words.
Must not know: who may do what (the desk does).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from hub.console.forms import Form, once, refusal, submitted
from hub.console.gate import Gate
from hub.console.records import record_page
from hub.desk import Desk
from hub.desk.view import Operator
from shared.errors import ForbiddenError, InputError, StaleError

_ROWS: Final = 100


class HitPages:
    """`/hits` and the acts under `/records/<hit>/`."""

    def __init__(self, desk: Desk, gate: Gate) -> None:
        self._desk = desk
        self._gate = gate

    def add_to(self, blueprint: Blueprint) -> None:
        add, gate, post = blueprint.add_url_rule, self._gate, ["POST"]
        add("/hits", "hits", gate(self.hits))
        add("/records/<hit>/acknowledge", "acknowledge", gate(self.acknowledge), methods=post)
        add("/records/<hit>/settle", "settle", gate(self.settle), methods=post)
        add("/records/<hit>/answer", "answer", gate(self.answer), methods=post)

    def hits(self, operator: Operator) -> ResponseReturnValue:
        open_only = request.args.get("show") != "all"
        rows = self._desk.hits(operator, open_only=open_only, limit=_ROWS)
        return render_template("console/hits.html", rows=rows, open_only=open_only, limit=_ROWS)

    def acknowledge(self, operator: Operator, hit: str) -> ResponseReturnValue:
        self._desk.acknowledge_hit(operator, hit)
        flash(_("Marked as seen by your desk."), "good")
        return redirect(url_for("console.record", record=hit), 303)

    def settle(self, operator: Operator, hit: str) -> ResponseReturnValue:
        form = submitted(("outcome", "reason", "contexts"))

        def act() -> None:
            self._desk.settle_hit(
                operator,
                hit,
                outcome=form.text("outcome"),
                reason=form.text("reason"),
                contexts=form.text("contexts"),
                once=once(),
            )

        return self._act(operator, hit, form, act, _("The outcome is saved and goes to the post."))

    def answer(self, operator: Operator, hit: str) -> ResponseReturnValue:
        form = submitted(("answer",))

        def act() -> None:
            self._desk.answer_hit(operator, hit, answer=form.text("answer"), once=once())

        return self._act(operator, hit, form, act, _("The answer is saved and goes to the post."))

    def _act(
        self, operator: Operator, hit: str, form: Form, act: Callable[[], None], done: str
    ) -> ResponseReturnValue:
        """Do it and go back to the hit; or show the hit again with what was typed and what was wrong."""
        try:
            act()
        except (InputError, StaleError, ForbiddenError) as error:
            return record_page(operator, self._desk.record(operator, hit), refusal(form, error)), error.status
        flash(done, "good")
        return redirect(url_for("console.record", record=hit), 303)
