"""The officers of the own desk: add, change, reset, disable.

Job: the pages by which a desk keeps its officers. Invariant: a first password is shown once, on the
answer to the form that made it, and is kept nowhere. Must not know: verifiers.
"""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from hub.console.forms import Form, filled, once, refusal, submitted
from hub.console.gate import Gate
from hub.desk import Desk
from hub.desk.people import ALREADY_DONE
from hub.desk.view import FirstPassword, OfficerRow, Operator
from shared.errors import ForbiddenError, InputError, StaleError


class OfficerPages:
    """`/officers`, `/officers/new`, `/officers/<id>`, `/officers/<id>/reset`."""

    def __init__(self, desk: Desk, gate: Gate) -> None:
        self._desk = desk
        self._gate = gate

    def add_to(self, blueprint: Blueprint) -> None:
        add, gate, both = blueprint.add_url_rule, self._gate, ["GET", "POST"]
        add("/officers", "officers", gate(self.officers))
        add("/officers/new", "new_officer", gate(self.new), methods=both)
        add("/officers/<officer>", "officer", gate(self.officer), methods=both)
        add("/officers/<officer>/reset", "reset_officer", gate(self.reset), methods=["POST"])

    def officers(self, operator: Operator) -> ResponseReturnValue:
        return render_template("console/officers.html", rows=self._desk.officers(operator))

    def new(self, operator: Operator) -> ResponseReturnValue:
        if request.method == "GET":
            return self._page(operator, None, filled({"role": "officer"}))
        form = submitted(("login", "full_name", "role", "posts"))
        try:
            made = self._desk.add_officer(
                operator,
                login=form.text("login"),
                full_name=form.text("full_name"),
                role=form.text("role"),
                posts=_posts(form),
                once=once(),
            )
        except StaleError as error:
            return _told_before(error)
        except InputError as error:
            return self._page(operator, None, refusal(form, error)), error.status
        return _first_password(made)

    def officer(self, operator: Operator, officer: str) -> ResponseReturnValue:
        row = self._desk.officer(operator, officer)
        if request.method == "GET":
            return self._page(operator, row, _as_shown(row))
        form = submitted(("full_name", "role", "posts", "disabled", "contexts"))
        try:
            self._desk.set_officer(
                operator,
                officer,
                full_name=form.text("full_name"),
                role=form.text("role"),
                posts=_posts(form),
                disabled=form.text("disabled") == "yes",
                contexts=form.text("contexts"),
            )
        except StaleError as error:
            return self._page(operator, row, refusal(_as_shown(row), error)), error.status
        except (InputError, ForbiddenError) as error:
            return self._page(operator, row, refusal(form, error)), error.status
        flash(_("Saved; it goes to the officer's posts ahead of everything else."), "good")
        return redirect(url_for("console.officers"), 303)

    def reset(self, operator: Operator, officer: str) -> ResponseReturnValue:
        form = submitted(("contexts",))
        try:
            return _first_password(
                self._desk.reset_officer(operator, officer, contexts=form.text("contexts"), once=once())
            )
        except StaleError as error:
            if error.code == ALREADY_DONE:
                return _told_before(error)
            row = self._desk.officer(operator, officer)
            return self._page(operator, row, refusal(_as_shown(row), error)), error.status

    def _page(self, operator: Operator, row: OfficerRow | None, form: Form) -> str:
        own = operator.country
        return render_template(
            "console/officer.html",
            row=row,
            form=form,
            roles=self._desk.choices("role"),
            posts=[post for post in self._desk.choices("post") if post.group == own],
        )


def _first_password(made: FirstPassword) -> str:
    return render_template("console/first_password.html", made=made)


def _told_before(error: StaleError) -> ResponseReturnValue:
    """A form that comes twice: no second password, and where to make one."""
    flash(f"{_('This was done already, and the first password was shown then.')} {error.hint}", "warn")
    return redirect(url_for("console.officers"), 303)


def _posts(form: Form) -> tuple[str, ...]:
    return tuple(code for code in form.several("posts") if code)


def _as_shown(row: OfficerRow) -> Form:
    """The form with what the record says now."""
    return Form(
        values={
            "full_name": (row.full_name,),
            "role": (row.role,),
            "posts": row.posts,
            "disabled": ("yes" if row.disabled else "",),
        }
    )
