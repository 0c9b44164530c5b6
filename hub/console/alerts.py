"""Alerts: the list, raising one, withdrawing an own one.

Job: the alert pages of a desk. Invariant: a discreet alert says so wherever it stands.
Must not know: what makes an alert valid (the desk does).
"""

from __future__ import annotations

from typing import Final

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from hub.console.forms import Form, once, refusal, submitted
from hub.console.gate import Gate
from hub.console.records import record_page
from hub.desk import ALERT_FORM, Desk
from hub.desk.view import Category, Operator
from shared.errors import ForbiddenError, InputError, StaleError

_ROWS: Final = 200
_SEVERAL: Final = frozenset({"warnings", "audience"})
_LINES: Final = frozenset({"aliases"})  # one a line

GROUPS: Final = {
    "person": (
        *("surname", "given_names", "birth", "sex", "nationality", "birth_place", "personal_number"),
        *("aliases", "marks", "warnings"),
    ),
    "document": ("document_category", "document_number", "document_issuer"),
    "vehicle": ("plate", "plate_country", "vin"),
    "object": ("object",),
}
"""The parts of the form; which of them a category is about follows from its fields."""


class AlertPages:
    """`/alerts`, `/alerts/new`, `/records/<alert>/withdraw`."""

    def __init__(self, desk: Desk, gate: Gate) -> None:
        self._desk = desk
        self._gate = gate

    def add_to(self, blueprint: Blueprint) -> None:
        add, gate = blueprint.add_url_rule, self._gate
        add("/alerts", "alerts", gate(self.alerts))
        add("/alerts/new", "new_alert", gate(self.new), methods=["GET", "POST"])
        add("/records/<alert>/withdraw", "withdraw", gate(self.withdraw), methods=["POST"])

    def alerts(self, operator: Operator) -> ResponseReturnValue:
        own_only = request.args.get("owner") == "own"
        active_only = request.args.get("show") != "all"
        rows = self._desk.alerts(operator, own_only=own_only, active_only=active_only, limit=_ROWS)
        return render_template(
            "console/alerts.html", rows=rows, own_only=own_only, active_only=active_only, limit=_ROWS
        )

    def new(self, operator: Operator) -> ResponseReturnValue:
        if request.method == "GET":
            return self._form_page(Form())
        form = submitted(ALERT_FORM)
        try:
            raised = self._desk.raise_alert(operator, _sent(form), once=once())
        except InputError as error:
            return self._form_page(refusal(form, error)), error.status
        flash(_("Alert %(id)s is raised and goes to the posts.", id=raised.printed), "good")
        return redirect(url_for("console.record", record=raised.id), 303)

    def withdraw(self, operator: Operator, alert: str) -> ResponseReturnValue:
        form = submitted(("reason", "contexts"))
        try:
            self._desk.withdraw_alert(
                operator,
                alert,
                reason=form.text("reason"),
                contexts=form.text("contexts"),
                once=once(),
            )
        except (InputError, StaleError, ForbiddenError) as error:
            return record_page(
                operator, self._desk.record(operator, alert), refusal(form, error)
            ), error.status
        flash(_("The alert is withdrawn; posts stop matching it when they hear of it."), "good")
        return redirect(url_for("console.record", record=alert), 303)

    def _form_page(self, form: Form) -> str:
        categories = self._desk.categories()
        choices = {
            name: self._desk.choices(name)
            for name in ("sex", "document_category", "handling", "warning", "country", "post", "offence")
        }
        return render_template(
            "console/new_alert.html",
            form=form,
            categories=[(one, groups_of(one)) for one in categories],
            choices=choices,
        )


def groups_of(category: Category) -> tuple[str, ...]:
    """The parts of the form that a category asks for."""
    return tuple(group for group, names in GROUPS.items() if set(names) & set(category.fields))


def _sent(form: Form) -> dict[str, object]:
    """The form as the desk takes it: only what was filled in."""
    sent: dict[str, object] = {}
    for name in ALERT_FORM:
        if name in _SEVERAL:
            value: object = tuple(item for item in form.several(name) if item)
        elif name in _LINES:
            value = tuple(line.strip() for line in form.text(name).splitlines() if line.strip())
        else:
            value = form.text(name)
        if value:
            sent[name] = value
    return sent
