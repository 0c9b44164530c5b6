"""Whole lists over HTTP, in pieces: a node that has none fetches one, and goes on after every cut.

Job: `GET /snapshot/v1/list/<scope>` gives the front of the newest snapshot, `GET
/snapshot/v1/blocks/<name>` with a `Range` a piece of its blocks. A request names its node and is signed
for its own path (label `karaula/fetch/1`): that keeps strangers off the disk; what is read is sealed
in any case. A refusal is answered as at the sync door. Must not know: what the bytes say.
"""

from __future__ import annotations

import re
from typing import Final

from flask import Blueprint, Response, request

from hub.api import OCTETS, refusal
from hub.snapshots import Snapshots
from shared.errors import InputError, KaraulaError
from shared.limits import NODE_MAX, SNAPSHOT_PIECE_MAX_BYTES

_RANGE: Final = re.compile(r"bytes=(\d{1,15})-(\d{1,15})", re.ASCII)
_NODE: Final = re.compile(r"\d{1,7}", re.ASCII)
_SIGNATURE: Final = re.compile(r"[0-9a-f]{128}", re.ASCII)
_NAME: Final = re.compile(r"[0-9a-f]{32}", re.ASCII)


def snapshot_api(snapshots: Snapshots) -> Blueprint:
    """The blueprint for one hub."""
    blueprint = Blueprint("snapshot", __name__)

    @blueprint.get("/snapshot/v1/list/<scope>")
    def front(scope: str) -> Response:
        try:
            node, signature = _asker()
            return _octets(snapshots.front_for(node, scope, path=request.path, signature=signature), 200)
        except KaraulaError as error:
            return refusal(error)

    @blueprint.get("/snapshot/v1/blocks/<name>")
    def blocks(name: str) -> Response:
        try:
            node, signature = _asker()
            first, count = _wanted()
            piece, total = snapshots.piece_for(
                node, _named(name), path=request.path, signature=signature, first=first, count=count
            )
        except KaraulaError as error:
            return refusal(error)
        reply = _octets(piece, 206)
        reply.headers["Content-Range"] = f"bytes {first}-{first + len(piece) - 1}/{total}"
        return reply

    return blueprint


def _asker() -> tuple[int, bytes]:
    """The node that asks, and its signature. Raises InputError `bad_request`."""
    node, signature = request.headers.get("Karaula-Node", ""), request.headers.get("Karaula-Signature", "")
    if not _NODE.fullmatch(node) or int(node) > NODE_MAX or not _SIGNATURE.fullmatch(signature):
        raise InputError("bad_request", "the request names no node", hint="Use a karaula node.")
    return int(node), bytes.fromhex(signature)


def _wanted() -> tuple[int, int]:
    """(first byte, how many). Raises InputError `bad_range`."""
    found = _RANGE.fullmatch(request.headers.get("Range", ""))
    first, last = (int(found[1]), int(found[2])) if found else (1, 0)
    if last < first:
        raise InputError("bad_range", "a piece is asked for as bytes=FIRST-LAST", hint="Use a karaula node.")
    return first, min(last - first + 1, SNAPSHOT_PIECE_MAX_BYTES)


def _named(name: str) -> bytes:
    if not _NAME.fullmatch(name):
        raise InputError("bad_request", "the request names no snapshot", hint="Use a karaula node.")
    return bytes.fromhex(name)


def _octets(body: bytes, status: int) -> Response:
    return Response(body, status=status, mimetype=OCTETS, headers={"Cache-Control": "no-store"})
