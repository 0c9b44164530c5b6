"""Whole lists over HTTP, a piece at a time: the other module that knows httpx.

Job: ask the hub for the front of its newest snapshot of a scope, and for pieces of its blocks. Each
request is signed for its own path; what comes is sealed and signed by itself. Every failure becomes a
RemoteError with a code. Must not know: files, what the bytes say.
"""

from __future__ import annotations

from typing import Final
from urllib.parse import quote

import httpx

from edge.identity import Identity
from edge.transport import Connection, read_capped, refusal_of
from shared.crypto import Purpose
from shared.errors import RemoteError
from shared.limits import SNAPSHOT_OPENING_MAX_BYTES, SNAPSHOT_PIECE_MAX_BYTES
from shared.snapshot import PREFACE_BYTES

_TIMEOUT: Final = httpx.Timeout(30.0, connect=5.0)
_OK: Final = frozenset({200, 206})


class SnapshotLink(Connection):
    """A kept-alive connection to the hub for whole lists. Used by one thread at a time."""

    def __init__(self, identity: Identity, *, transport: httpx.BaseTransport | None = None) -> None:
        """`transport` stands in for the network in tests."""
        super().__init__(transport=transport)
        self._identity = identity
        self._url = identity.hub_url.rstrip("/")

    def front(self, scope: str) -> bytes:
        """The front of the newest snapshot of a scope, with this node's key alone.

        Raises RemoteError: `link_down`, `link_slow`, or the code the hub gives (`no_snapshot`).
        """
        path = f"/snapshot/v1/list/{quote(scope)}"
        return self._get(path, cap=SNAPSHOT_OPENING_MAX_BYTES + PREFACE_BYTES)

    def piece(self, name: bytes, first: int, count: int) -> bytes:
        """Up to `count` bytes of a snapshot's blocks, from offset `first`.

        Raises RemoteError as `front`; `snapshot_unknown` where the hub no longer offers it.
        """
        path = f"/snapshot/v1/blocks/{name.hex()}"
        data = self._get(path, cap=SNAPSHOT_PIECE_MAX_BYTES, bytes_=(first, first + count - 1))
        if not 0 < len(data) <= count:
            raise RemoteError("bad_piece", "the hub sent another piece", hint="Run the command again.")
        return data

    def _get(self, path: str, *, cap: int, bytes_: tuple[int, int] | None = None) -> bytes:
        headers = {
            "Karaula-Node": str(self._identity.certificate.node),
            "Karaula-Signature": self._identity.keys.sign.sign(Purpose.FETCH, path.encode()).hex(),
        }
        if bytes_ is not None:
            headers["Range"] = f"bytes={bytes_[0]}-{bytes_[1]}"
        try:
            with self._client.stream("GET", self._url + path, headers=headers, timeout=_TIMEOUT) as reply:
                body = read_capped(reply, cap)
                if reply.status_code in _OK:
                    return body
                raise refusal_of(reply.status_code, body)
        except httpx.TimeoutException:
            raise RemoteError(
                "link_slow", "the hub did not answer in time", hint="The same command goes on later."
            ) from None
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError):
            raise RemoteError(
                "link_down", "the hub cannot be reached", hint="The same command goes on later."
            ) from None
