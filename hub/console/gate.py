"""Who may open a page: the signed-in operator, and nobody on a first password.

Job: find the session of each request and hand its `Operator` to the view as the first argument.
Invariants: a view behind the gate runs only with a live session of the desk; the cookie holds a
random token and nothing else of value. Must not know: what the pages show.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, Final, ParamSpec

from flask import g, redirect, session, url_for
from flask.typing import ResponseReturnValue

from hub.desk import Desk
from hub.desk.view import Operator
from shared.errors import SignInError

_P = ParamSpec("_P")
_TOKEN: Final = "token"  # noqa: S105 - the name under which the cookie keeps it

View = Callable[Concatenate[Operator, _P], ResponseReturnValue]


class Gate:
    """Wraps views of one desk. `gate(view)` for all pages, `gate.first(view)` to let first passwords in."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def __call__(self, view: View[_P]) -> Callable[_P, ResponseReturnValue]:
        """Behind the gate, with an own password."""
        return self._guard(view, first_password=False)

    def first(self, view: View[_P]) -> Callable[_P, ResponseReturnValue]:
        """Behind the gate, also for somebody who has yet to choose a password."""
        return self._guard(view, first_password=True)

    def enter(self, operator: Operator) -> None:
        """Remember a fresh session. Whatever the cookie held before goes, the old CSRF secret too."""
        session.clear()
        session[_TOKEN] = operator.token

    def leave(self) -> None:
        """Forget the session on this side."""
        session.clear()

    def operator(self) -> Operator:
        """Whose request this is. Raises SignInError."""
        return self._desk.session(session.get(_TOKEN))

    def _guard(self, view: View[_P], *, first_password: bool) -> Callable[_P, ResponseReturnValue]:
        @wraps(view)
        def guarded(*args: _P.args, **kwargs: _P.kwargs) -> ResponseReturnValue:
            had_token = _TOKEN in session
            try:
                operator = self.operator()
            except SignInError as error:
                self.leave()
                # Without a cookie nothing has ended: the plain page needs no explanation.
                return redirect(url_for("console.sign_in", why=error.code if had_token else None), 303)
            g.operator = operator
            if operator.must_change and not first_password:
                return redirect(url_for("console.password"), 303)
            return view(operator, *args, **kwargs)

        return guarded
