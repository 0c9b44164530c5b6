"""The door: sign in, sign out, change the password.

Job: three small forms. Invariants: a wrong log-in and a wrong password look the same; a password is
never sent back to the page. Must not know: how passwords are kept, who is throttled.
"""

from __future__ import annotations

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from edge.form import problem_of
from edge.web import gate
from shared.errors import InputError, SignInError

pages = Blueprint("sign_in", __name__)


@pages.get("/sign-in")
def form() -> ResponseReturnValue:
    return render_template("edge/sign_in.html", why=request.args.get("why", ""), login="", error=None)


@pages.post("/sign-in")
def enter() -> ResponseReturnValue:
    login, password = request.form.get("login", ""), request.form.get("password", "")
    at = gate.device()
    try:
        who = gate.booth().sign_in(login=login, password=password, device=at)
    except (SignInError, InputError) as error:
        page = render_template("edge/sign_in.html", why="", login=login, error=error)
        shut = make_response(page, error.status)
        gate.remember_device(shut, at)  # or each wrong password would name one more device
        return shut
    answer = redirect(url_for("sign_in.password" if who.must_change else "case.page"), code=303)
    gate.remember(answer, who, at)
    return answer


@pages.post("/sign-out")
def leave() -> ResponseReturnValue:
    gate.booth().sign_out(gate.session())
    answer = redirect(url_for("sign_in.form", why="left"), code=303)
    gate.forget(answer)
    return answer


@pages.get("/password")
def password() -> ResponseReturnValue:
    return render_template("edge/password.html", problems={})


@pages.post("/password")
def change() -> ResponseReturnValue:
    sent = {name: request.form.get(name, "") for name in ("current", "new", "again")}
    at = gate.device()
    try:
        who = gate.booth().change_password(gate.session(), **sent)
    except InputError as error:
        field = error.field or "current"
        return render_template("edge/password.html", problems={field: problem_of(error, field)}), error.status
    answer = redirect(url_for("case.page"), code=303)
    gate.remember(answer, who, at)
    return answer
