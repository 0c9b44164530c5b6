"""The door for neighbours' loads: bytes in, bytes out, for machines only.

Job: `POST /relay/v1`, application/octet-stream. A refusal is an HTTP status and `pack([1, code, message,
hint])`, as the hub's doors give it. Invariants: a body beyond the limit is refused by its announced length,
unread; who hands over shows it by signature, so neither a session nor a form's token is asked.
Must not know: what a load says.
"""

from __future__ import annotations

from flask import Blueprint, Response, request
from werkzeug.exceptions import RequestEntityTooLarge

from edge.relay import Relay
from shared import wire
from shared.errors import KaraulaError, SessionError
from shared.limits import REQUEST_MAX_BYTES

_OCTETS = "application/octet-stream"


def relay_door(relay: Relay) -> Blueprint:
    """The blueprint for one relay."""
    blueprint = Blueprint("neighbours", __name__)

    @blueprint.post("/relay/v1")
    def carry() -> Response:
        try:
            return Response(relay.receive(_body()), mimetype=_OCTETS)
        except KaraulaError as error:
            refusal = wire.pack([1, error.code, error.message, error.hint])
            return Response(refusal, status=error.status, mimetype=_OCTETS)

    return blueprint


def _body() -> bytes:
    """The load's bytes. Raises SessionError `load_too_large` (413)."""
    try:
        request.max_content_length = REQUEST_MAX_BYTES
        return request.get_data(cache=False)
    except RequestEntityTooLarge:
        error = SessionError(
            "load_too_large",
            f"a load has at most {REQUEST_MAX_BYTES} bytes",
            hint="Hand over less at a time.",
        )
        error.status = 413
        raise error from None
