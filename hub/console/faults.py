"""Every refusal as a page: what happened, its code, and what to do next.

Job: turn the error tree, and what the web server refuses by itself, into one page with the right
status. Invariant: a page never shows a traceback or a value that was sent. Must not know: why.
"""

from __future__ import annotations

from contextlib import suppress
from typing import Final

from flask import g, render_template
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from hub.console.gate import Gate
from shared.errors import ForbiddenError, InputError, KaraulaError, MissingError

_BY_STATUS: Final = {
    404: ("no_page", "there is no such page", "Check the address, or start from the overview."),
    405: ("wrong_method", "this address takes no such request", "Start again from the overview."),
    413: ("form_too_large", "the form is too large", "Send only what the page asks for."),
    500: ("internal", "something broke on the hub", "Try once more; if it stays, call the engineer on duty."),
}


class FaultPages:
    """The error handlers of one console."""

    def __init__(self, gate: Gate) -> None:
        self._gate = gate

    def page(self, error: KaraulaError) -> ResponseReturnValue:
        """The page for one of our own errors."""
        if "operator" not in g:
            # No view ran, so nobody asked yet; a signed-in operator keeps the rail on a wrong address too.
            with suppress(KaraulaError):
                g.operator = self._gate.operator()
        return render_template("console/fault.html", error=error), error.status

    def http_page(self, error: HTTPException) -> ResponseReturnValue:
        """The page for a refusal by the web framework, in our own tree. A redirect passes as it is."""
        if error.code is not None and error.code < 400:
            return error.get_response()
        return self.page(_coded(error))


def _coded(error: HTTPException) -> KaraulaError:
    if isinstance(error, CSRFError):
        return ForbiddenError(
            "form_expired",
            "this form is no longer valid",
            hint="Load the page again and repeat the step. Nothing was saved.",
        )
    status = error.code or 500
    code, message, hint = _BY_STATUS.get(
        status, ("bad_request", "the hub could not use this request", "Load the page again.")
    )
    kind = MissingError if status == 404 else InputError if status < 500 else KaraulaError
    coded = kind(code, message, hint=hint)
    coded.status = status
    return coded
