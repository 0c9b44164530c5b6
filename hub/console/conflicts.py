"""Conflicts: the list, and one side by side, decided field by field with a reason.

Job: show both versions with who, when, where and why, and take the decision.
Invariants: the form carries the contexts of what it shows, so that a decision never covers a value
nobody saw; a stale form comes back with the fresh values on top and the typed reason kept.
Must not know: how merge works (the desk says what is in dispute and what shows meanwhile).
"""

from __future__ import annotations

from typing import Final

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from hub.console.forms import Form, refusal, submitted
from hub.console.gate import Gate
from hub.desk import Desk
from hub.desk.view import ConflictView, FieldRow, Operator, Sibling
from shared.errors import InputError, MissingError, StaleError

OTHER: Final = "other"
"""The choice of none of the siblings: the typed value instead."""


_TOLD: Final = ("reason", "contexts")


class ConflictPages:
    """`/conflicts` and `/conflicts/<record>`."""

    def __init__(self, desk: Desk, gate: Gate) -> None:
        self._desk = desk
        self._gate = gate

    def add_to(self, blueprint: Blueprint) -> None:
        blueprint.add_url_rule("/conflicts", "conflicts", self._gate(self.conflicts))
        blueprint.add_url_rule(
            "/conflicts/<record>", "conflict", self._gate(self.conflict), methods=["GET", "POST"]
        )

    def conflicts(self, operator: Operator) -> ResponseReturnValue:
        open_only = request.args.get("show") != "all"
        rows = self._desk.conflicts(operator, open_only=open_only)
        return render_template("console/conflicts.html", rows=rows, open_only=open_only)

    def conflict(self, operator: Operator, record: str) -> ResponseReturnValue:
        try:
            view = self._desk.conflict(operator, record)
        except MissingError as error:
            if error.code != "no_conflict":
                raise
            # Somebody was quicker, perhaps while this form was open: their decision is on the record's page.
            flash(f"{_('Nothing is in dispute here any more.')} {error.hint}", "warn")
            return redirect(url_for("console.record", record=record), 303)
        if request.method == "GET":
            return _page(view, Form(), stale=False)
        names = [row.name for row in view.fields]
        parts = (f"{part}-{name}" for part in ("choice", "typed") for name in names)
        form = submitted((*parts, *names, *_TOLD))  # the bare names are where a field's error belongs
        choices = {name: chosen for name in names if (chosen := form.text(f"choice-{name}"))}
        try:
            self._desk.resolve(
                operator,
                record,
                choices=choices,
                typed={name: form.text(f"typed-{name}") for name in names if choices.get(name) == OTHER},
                reason=form.text("reason"),
                contexts=form.text("contexts"),
            )
        except InputError as error:
            return _page(view, refusal(form, error), stale=False), error.status
        except StaleError as error:
            # Ticked choices may name values that are no longer in dispute: only the reason is kept.
            kept = Form(values={"reason": (form.text("reason"),)})
            return _page(view, kept, stale=True), error.status
        flash(_("Decided. The decision goes to every post that holds the record."), "good")
        return redirect(url_for("console.record", record=record), 303)


def _page(view: ConflictView, form: Form, *, stale: bool) -> str:
    sides = _sides(view.fields)
    return render_template(
        "console/conflict.html",
        view=view,
        form=form,
        stale=stale,
        sides=sides,
        cells={(row.name, side.dot): _of(row, side) for row in view.fields for side in sides},
        other=OTHER,
    )


def _sides(fields: tuple[FieldRow, ...]) -> tuple[Sibling, ...]:
    """One column a change: a sibling of each, oldest first, so that a version reads downwards."""
    changes = {sibling.dot: sibling for row in fields for sibling in row.siblings}
    return tuple(sorted(changes.values(), key=lambda sibling: (sibling.at_ms, int(sibling.dot))))


def _of(row: FieldRow, side: Sibling) -> Sibling | None:
    """What a change says of a field, if it does."""
    return next((sibling for sibling in row.siblings if sibling.dot == side.dot), None)
