"""Questions over HTTP: the one module that knows httpx.

Job: carry a question to `POST /sync/v1` and bring the answer, within time and size limits; every
failure becomes a RemoteError with a code. Invariant: an answer is never read beyond its cap.
Must not know: what the bytes say.
"""

from __future__ import annotations

from typing import Final, Self

import httpx

from shared import wire
from shared.errors import RemoteError, WireError
from shared.limits import REPLY_MAX_BYTES

PATH: Final = "/sync/v1"
MEDIA_TYPE: Final = "application/octet-stream"
_TIMEOUT: Final = httpx.Timeout(20.0, connect=5.0)
_ERROR_MAX_BYTES: Final = 4 * 1024


class HubLink:
    """A kept-alive connection to one hub. Used by one thread at a time."""

    def __init__(self, url: str, *, transport: httpx.BaseTransport | None = None) -> None:
        """`transport` stands in for the network in tests."""
        self._client = httpx.Client(
            base_url=url,
            timeout=_TIMEOUT,
            transport=transport,
            trust_env=False,  # a proxy from the environment would be nobody's decision
            follow_redirects=False,
            headers={"Content-Type": MEDIA_TYPE, "Accept": MEDIA_TYPE},
            limits=httpx.Limits(max_connections=1, keepalive_expiry=60.0),
        )

    def exchange(self, question: bytes) -> bytes:
        """The answer to a question.

        Raises RemoteError: `link_down`, `link_slow`, `answer_too_large`, `hub_busy`, or the code the
        hub gives.
        """
        try:
            with self._client.stream("POST", PATH, content=question) as reply:
                body = _read(
                    reply, REPLY_MAX_BYTES if reply.status_code == httpx.codes.OK else _ERROR_MAX_BYTES
                )
                if reply.status_code == httpx.codes.OK:
                    return body
                raise _refusal(reply.status_code, body)
        except httpx.TimeoutException:
            raise RemoteError(
                "link_slow", "the hub did not answer in time", hint="The next contact tries again by itself."
            ) from None
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError):
            raise RemoteError(
                "link_down", "the hub cannot be reached", hint="Work goes on; it is tried again by itself."
            ) from None

    def close(self) -> None:
        self._client.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _read(reply: httpx.Response, cap: int) -> bytes:
    parts, size = [], 0
    for part in reply.iter_bytes():
        size += len(part)
        if size > cap:
            raise RemoteError(
                "answer_too_large", "the hub's answer is larger than any may be", hint="Call the centre."
            )
        parts.append(part)
    return b"".join(parts)


def _refusal(status: int, body: bytes) -> RemoteError:
    """The hub's coded refusal, or a code for one that is none of its own (a proxy's page)."""
    try:
        match wire.unpack(body, max_bytes=_ERROR_MAX_BYTES):
            case [1, str() as code, str() as message, str() as hint]:
                return RemoteError(code, message, hint=hint)
    except WireError:
        pass
    if status in (429, 502, 503, 504):
        return RemoteError(
            "hub_busy", f"the hub is not ready ({status})", hint="It is tried again by itself."
        )
    return RemoteError(
        "not_a_hub",
        f"something answered that is no hub ({status})",
        hint="Check the hub's address in this node's hub.url.",
    )
