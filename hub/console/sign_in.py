"""Signing in and out, the own password, and the theme of the workstation.

Job: the only pages that open without a session. Invariant: a refused sign-in says the same whether
the login or the password was wrong. Must not know: how passwords are kept.
"""

from __future__ import annotations

from typing import Final

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from hub.console.forms import Form, filled, refusal, submitted
from hub.console.furniture import THEME_COOKIE, THEMES
from hub.console.gate import Gate
from hub.desk import Desk
from hub.desk.view import Operator
from shared.errors import ForbiddenError, InputError, KaraulaError, SignInError
from shared.limits import PASSWORD_MIN_CHARS

_THEME_KEPT_S: Final = 365 * 24 * 3600
_DEVICE_MAX_CHARS: Final = 64


class SignInPages:
    """`/sign-in`, `/sign-out`, `/password`, `/theme`."""

    def __init__(self, desk: Desk, gate: Gate) -> None:
        self._desk = desk
        self._gate = gate

    def add_to(self, blueprint: Blueprint) -> None:
        add = blueprint.add_url_rule
        add("/sign-in", "sign_in", self.sign_in, methods=["GET", "POST"])
        add("/sign-out", "sign_out", self._gate.first(self.sign_out), methods=["POST"])
        add("/password", "password", self._gate.first(self.password), methods=["GET", "POST"])
        add("/theme", "theme", self.theme, methods=["POST"])

    def sign_in(self) -> ResponseReturnValue:
        if request.method == "GET":
            return _sign_in_page(Form(), _ended(request.args.get("why", "")), kind="warn")
        form = submitted(("login", "password"))
        try:
            operator = self._desk.sign_in(
                login=form.text("login"), password=form.text("password"), device=_workstation()
            )
        except (SignInError, ForbiddenError, InputError) as error:
            return _sign_in_page(form, error, kind="bad"), error.status
        self._gate.enter(operator)
        return redirect(url_for("console.overview"), 303)

    def sign_out(self, operator: Operator) -> ResponseReturnValue:
        self._desk.sign_out(operator)
        self._gate.leave()
        return redirect(url_for("console.sign_in"), 303)

    def password(self, operator: Operator) -> ResponseReturnValue:
        if request.method == "GET":
            return _password_page(Form())
        form = submitted(("current", "new", "again"))
        try:
            changed = self._desk.change_password(
                operator, current=form.text("current"), new=form.text("new"), again=form.text("again")
            )
        except InputError as error:
            return _password_page(refusal(form, error)), error.status
        self._gate.enter(changed)
        g.operator = changed
        flash(_("Your password is changed."), "good")
        return redirect(url_for("console.overview"), 303)

    def theme(self) -> ResponseReturnValue:
        """Keep the chosen theme. The script does the same without asking; this serves without it."""
        response = redirect(_own_path(request.form.get("next", "")), 303)
        if (chosen := request.form.get("theme")) in THEMES:
            response.set_cookie(THEME_COOKIE, chosen, max_age=_THEME_KEPT_S, samesite="Strict")
        return response


def _sign_in_page(form: Form, fault: KaraulaError | None, *, kind: str) -> str:
    kept = filled({"login": form.text("login")})
    return render_template("console/sign_in.html", form=kept, fault=fault, fault_kind=kind)


def _password_page(form: Form) -> str:
    return render_template("console/password.html", form=form, least=PASSWORD_MIN_CHARS)


def _ended(code: str) -> SignInError | None:
    """Why the session is gone, from the codes we send ourselves; anything else says nothing."""
    texts = {
        "session_ended": (_("Your session has ended."), _("Sign in again; what you saved is kept.")),
        "officer_disabled": (_("This account is disabled."), _("Ask another operator of your desk.")),
    }
    found = texts.get(code)
    return SignInError(code, found[0], hint=found[1]) if found else None


def _workstation() -> str:
    """What the audit calls this workstation: its address, as the proxy or the socket tells it."""
    return (request.remote_addr or "console")[:_DEVICE_MAX_CHARS]


def _own_path(path: str) -> str:
    """A path of ours, or the overview: never another site's address."""
    return path if path.startswith("/") and path[1:2] not in ("/", "\\") else url_for("console.overview")
