"""The sync door: nodes' questions over HTTP, answers in the same bytes as everywhere else.

Job: `POST /sync/v1`, octets in and out; a node leaves the type out, as an answer does: it costs bytes at
each turn. A refusal is an HTTP status and a body `pack([1, code, message, hint])`, with the paper that
proves it where there is one, so that a node can tell its officers what to do.
Invariants: a body beyond the limit is refused by its announced length, unread; nothing is answered
that the exchange did not commit; answers are kept by nobody on the way.
Must not know: what a question says.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import Final

from flask import Blueprint, Response, request
from werkzeug.exceptions import RequestEntityTooLarge

from hub.hub import Hub
from shared import doorbell, wire
from shared.errors import KaraulaError, RemoteError, SessionError
from shared.limits import REQUEST_MAX_BYTES

OCTETS: Final = "application/octet-stream"
_REFUSAL_VERSION: Final = 1
_DOOR: Final = "sync"
_NEEDED: Final = frozenset({"Content-Length", "Cache-Control"})


def sync_api(hub: Hub) -> Blueprint:
    """The blueprint for one hub."""
    blueprint = Blueprint(_DOOR, __name__)

    @blueprint.post("/sync/v1")
    def sync() -> Response:
        try:
            return _octets(hub.exchange(_body()), 200)
        except KaraulaError as error:
            return refusal(error)

    @blueprint.post("/relay/v1")
    def relay() -> Response:
        """A neighbour's load, handed on by a node that has a link; packets for that neighbour go back."""
        try:
            return _octets(hub.carry(_body()), 200)
        except KaraulaError as error:
            return refusal(error)

    @blueprint.post(doorbell.PATH)
    def elsewhere() -> Response:
        """Where no proxy leads to the doorbell: its port, for whoever reaches this machine directly."""
        port = hub.doorbell_port()
        error = SessionError("no_doorbell", "no doorbell rings here", hint="Start `karaula hub doorbell`.")
        error.status = 421 if port else 503
        answer = refusal(error)
        answer.headers[doorbell.PORT_HEADER] = str(port)
        return answer

    @blueprint.get("/healthz")
    def health() -> Response:
        """Whether the database answers; for monitors, says nothing else."""
        with hub.kit.database.snapshot():
            return Response("ok\n", mimetype="text/plain")

    return blueprint


def bare(response: Response) -> Response:
    """Take off a sync answer what only browsers read: it would outweigh an idle answer twice over.

    Registered with the app before anything that adds headers, so that it runs after it.
    """
    if request.blueprint == _DOOR and response.status_code == HTTPStatus.OK and request.method == "POST":
        for name in {*response.headers.keys()} - _NEEDED:
            del response.headers[name]
    return response


def refusal(error: KaraulaError) -> Response:
    """An error as bytes a node understands."""
    told: list[object] = [_REFUSAL_VERSION, error.code, error.message, error.hint]
    if isinstance(error, RemoteError) and error.paper is not None:
        told.append(error.paper)
    return _octets(wire.pack(told), error.status)


def _body() -> bytes:
    """The question's bytes. Raises SessionError `not_octets`, `question_too_large` (413)."""
    if request.mimetype not in (OCTETS, ""):
        error = SessionError("not_octets", f"a question is sent as {OCTETS}", hint="Use a karaula node.")
        error.status = 415
        raise error
    try:
        request.max_content_length = REQUEST_MAX_BYTES
        return request.get_data(cache=False)
    except RequestEntityTooLarge:
        error = SessionError(
            "question_too_large",
            f"a question has at most {REQUEST_MAX_BYTES} bytes",
            hint="Send fewer bundles at a time.",
        )
        error.status = 413
        raise error from None


def _octets(body: bytes, status: int) -> Response:
    return Response(body, status=status, mimetype=OCTETS, headers={"Cache-Control": "no-store"})
