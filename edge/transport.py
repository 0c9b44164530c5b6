"""Questions over HTTP: the one module that knows httpx.

Job: carry a question to `POST /sync/v1` and bring the answer, within time and size limits; every
failure becomes a RemoteError with a code. Invariant: an answer is never read beyond its cap.
Must not know: what the bytes say.
"""

from __future__ import annotations

from typing import Final, Self

import httpx

from edge.traffic import Tally
from shared import wire
from shared.errors import RemoteError, WireError
from shared.limits import REPLY_MAX_BYTES

PATH: Final = "/sync/v1"
_CONNECT_S: Final = 15.0
_PATIENCE_S: Final = 30.0  # a question's round trip over a satellite, with packets lost again and again
_SLOWEST_BYTES_PER_S: Final = 300.0  # GPRS at its worst; the kernel takes the whole at once
_ERROR_MAX_BYTES: Final = 4 * 1024


class HubLink:
    """A kept-alive connection to one hub. Used by one thread at a time."""

    def __init__(
        self, url: str, *, transport: httpx.BaseTransport | None = None, tally: Tally | None = None
    ) -> None:
        """`transport` stands in for the network in tests; `tally` is told what headers cost."""
        self._url = url.rstrip("/") + PATH
        self._tally = tally or Tally()
        self._client = httpx.Client(
            transport=transport,
            trust_env=False,  # a proxy from the environment would be nobody's decision
            follow_redirects=False,
            limits=httpx.Limits(max_connections=1, keepalive_expiry=60.0),
        )

    def exchange(self, question: bytes) -> bytes:
        """The answer to a question.

        Raises RemoteError: `link_down` (nobody there), `link_cut` (broke off), `link_slow`,
        `answer_too_large`, `hub_busy`, or the code the hub gives.
        """
        try:
            request = self._request(question)
            reply = self._client.send(request, stream=True)
            self._count(request)
            try:
                return self._hear(reply)
            finally:
                reply.close()
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol):
            raise RemoteError(
                "link_down", "the hub cannot be reached", hint="Work goes on; it is tried again by itself."
            ) from None
        except httpx.TimeoutException:
            raise RemoteError(
                "link_slow", "the hub did not answer in time", hint="The next contact tries again by itself."
            ) from None
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError):
            raise RemoteError(
                "link_cut", "the link to the hub broke off", hint="Work goes on; it is tried again by itself."
            ) from None

    def _request(self, question: bytes) -> httpx.Request:
        """A request with no header that nobody reads: Host and Content-Length are all there is."""
        patience = _PATIENCE_S + len(question) / _SLOWEST_BYTES_PER_S
        timeout = httpx.Timeout(patience, connect=_CONNECT_S)
        return httpx.Request("POST", self._url, content=question, extensions={"timeout": timeout.as_dict()})

    def _count(self, request: httpx.Request) -> None:
        self._tally.add(sent=len(f"POST {PATH} HTTP/1.1\r\n") + _header_bytes(request.headers))

    def _hear(self, reply: httpx.Response) -> bytes:
        self._tally.add(received=len("HTTP/1.1 200 OK\r\n") + _header_bytes(reply.headers))
        well = reply.status_code == httpx.codes.OK
        body = _read(reply, REPLY_MAX_BYTES if well else _ERROR_MAX_BYTES)
        if well:
            return body
        raise _refusal(reply.status_code, body)

    def close(self) -> None:
        self._client.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _header_bytes(headers: httpx.Headers) -> int:
    """What headers take on the wire, the empty line behind them included."""
    return sum(len(name) + len(value) + len(b": \r\n") for name, value in headers.raw) + len(b"\r\n")


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


class LoadLink:
    """Loads to a relay or, by a relay, to the hub: `POST /relay/v1`. Used by one thread at a time."""

    def __init__(
        self, url: str, *, transport: httpx.BaseTransport | None = None, tally: Tally | None = None
    ) -> None:
        """`transport` stands in for the network in tests; `tally` is told what a load costs."""
        self._tally = tally or Tally()
        self._client = httpx.Client(
            base_url=url,
            timeout=_LOAD_TIMEOUT,
            transport=transport,
            trust_env=False,
            follow_redirects=False,
            headers={"Content-Type": _LOAD_TYPE},
            limits=httpx.Limits(max_connections=1, keepalive_expiry=60.0),
        )

    def carry(self, load: bytes) -> bytes:
        """Hand a load over; the reply's bytes. Raises RemoteError as `HubLink.exchange`."""
        try:
            with self._client.stream("POST", LOAD_PATH, content=load) as reply:
                well = reply.status_code == httpx.codes.OK
                body = _read(reply, 2 * REPLY_MAX_BYTES if well else _ERROR_MAX_BYTES)
                self._tally.add(
                    sent=len(load) + _header_bytes(reply.request.headers),
                    received=len(body) + _header_bytes(reply.headers),
                )
                if well:
                    return body
                raise _refusal(reply.status_code, body)
        except httpx.TimeoutException:
            raise RemoteError(
                "link_slow", "nobody answered in time", hint="The next contact tries again by itself."
            ) from None
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError):
            raise RemoteError(
                "link_down", "nobody can be reached there", hint="Work goes on; it is tried again by itself."
            ) from None

    def close(self) -> None:
        self._client.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


LOAD_PATH: Final = "/relay/v1"
_LOAD_TYPE: Final = "application/octet-stream"
_LOAD_TIMEOUT: Final = httpx.Timeout(30.0, connect=5.0)
