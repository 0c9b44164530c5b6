"""Checks, and any record in full with its history.

Job: the latest checks, the record page with the acts that fit its kind, corrections of own checks,
and the list of what this operator looked at.
Invariants: an act's form carries the contexts it was shown with; a refused act leaves the page with
what was typed and a message beside the field. Must not know: who may see what (the desk does).
"""

from __future__ import annotations

from typing import Final

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from hub.console.forms import Form, filled, once, refusal, submitted, was_sent
from hub.console.gate import Gate
from hub.console.images import jpeg
from hub.desk import Desk
from hub.desk.view import Operator, RecordView
from shared.change import Value
from shared.errors import ForbiddenError, InputError, StaleError

ROWS: Final = 50
_VIEWS: Final = 200


class RecordPages:
    """`/checks`, `/times`, `/records/<id>`, `/records/<id>/correct`, `/my-views`."""

    def __init__(self, desk: Desk, gate: Gate) -> None:
        self._desk = desk
        self._gate = gate

    def add_to(self, blueprint: Blueprint) -> None:
        add, gate = blueprint.add_url_rule, self._gate
        add("/checks", "checks", gate(self.checks))
        add("/times", "times", gate(self.times))
        add("/records/<record>", "record", gate(self.record))
        add("/records/<record>/photo/<name>", "photo", gate(self.photo))
        add("/records/<record>/correct", "correct", gate(self.correct), methods=["GET", "POST"])
        add("/my-views", "own_views", gate(self.own_views))

    def checks(self, operator: Operator) -> ResponseReturnValue:
        before = request.args.get("before")
        rows = self._desk.checks(operator, limit=ROWS + 1, before=before)
        return render_template(
            "console/checks.html", rows=rows[:ROWS], more=len(rows) > ROWS, first_page=before is None
        )

    def times(self, operator: Operator) -> ResponseReturnValue:
        rows = self._desk.impossible_times(operator, limit=ROWS)
        return render_template("console/times.html", rows=rows, limit=ROWS)

    def record(self, operator: Operator, record: str) -> ResponseReturnValue:
        return record_page(operator, self._desk.record(operator, record), Form())

    def photo(self, operator: Operator, record: str, name: str) -> ResponseReturnValue:
        return jpeg(self._desk.photo(operator, record, name))

    def correct(self, operator: Operator, record: str) -> ResponseReturnValue:
        view = self._desk.record(operator, record)
        names = tuple(row.name for row in view.fields if row.editable)
        if not view.may_edit or not names:
            raise ForbiddenError(
                "not_correctable",
                "this record cannot be corrected here",
                hint="Only the owner's desk corrects a record, and only its own checks.",
            )
        if request.method == "GET":
            shown = {row.name: row.text for row in view.fields if row.editable}
            return _correct_page(view, filled({**shown, "reason": ""}), view.contexts)
        form = submitted((*names, "reason", "contexts"))
        try:
            self._desk.correct(
                operator,
                record,
                form=_changed(view, form),
                reason=form.text("reason"),
                contexts=form.text("contexts"),
                once=once(),
            )
        except (InputError, StaleError) as error:
            # A stale form goes back with fresh contexts: what the person now sees is what they decide on.
            contexts = view.contexts if isinstance(error, StaleError) else form.text("contexts")
            return _correct_page(view, refusal(form, error), contexts), error.status
        flash(_("The correction is saved and goes to the posts that hold the record."), "good")
        return redirect(url_for("console.record", record=record), 303)

    def own_views(self, operator: Operator) -> ResponseReturnValue:
        return render_template("console/own_views.html", rows=self._desk.own_audit(operator, limit=_VIEWS))


def record_page(operator: Operator, view: RecordView, form: Form) -> str:
    """The page of a record, with a form of one of its acts as it was typed."""
    return render_template(
        "console/record.html",
        view=view,
        form=form,
        seen=_has_seen(operator, view),
        is_party=operator.country in (view.owner, _value(view, "alert_owner")),
    )


def _value(view: RecordView, name: str) -> Value:
    row = view.field(name)
    return None if row is None else row.value


def _has_seen(operator: Operator, view: RecordView) -> bool:
    """Whether somebody of the operator's desk has acknowledged this hit: entries read `country:login`."""
    seen = _value(view, "seen_by")
    return isinstance(seen, tuple) and any(str(one).startswith(f"{operator.country}:") for one in seen)


def _correct_page(view: RecordView, form: Form, contexts: str) -> str:
    return render_template("console/correct.html", view=view, form=form, contexts=contexts)


def _changed(view: RecordView, form: Form) -> dict[str, str]:
    """The fields that were typed over; the others are not sent, so that nobody else's edit is undone."""
    return {
        row.name: form.text(row.name)
        for row in view.fields
        if row.editable and was_sent(row.name) and form.text(row.name).strip() != row.text
    }
