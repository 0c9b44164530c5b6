"""Questions over HTTP: the one module that knows httpx.

Job: carry a question to `POST /sync/v1` and bring the answer, within time and size limits; every
failure becomes a RemoteError with a code. Invariant: an answer is never read beyond its cap.
Must not know: what the bytes say.
"""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Iterator
from typing import Final, Self

import httpx

from edge.traffic import Tally
from shared import doorbell, wire
from shared.errors import RemoteError, WireError
from shared.limits import ENROLMENT_MAX_BYTES, REPLY_MAX_BYTES

PATH: Final = "/sync/v1"
_CONNECT_S: Final = 15.0
_PATIENCE_S: Final = 30.0  # a question's round trip over a satellite, with packets lost again and again
_SLOWEST_BYTES_PER_S: Final = 300.0  # GPRS at its worst; the kernel takes the whole at once
_ERROR_MAX_BYTES: Final = 4 * 1024 + ENROLMENT_MAX_BYTES  # a revocation list may come along
_PORT_MAX: Final = 65_535
_CALLED_AGAIN: Final = "It is called again by itself; lists come at the usual interval meanwhile."


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


class BellLine:
    """A line to the hub's doorbell. `sounds` in one thread, `hang_up` in any."""

    def __init__(
        self,
        url: str,
        *,
        silence_max_s: float,
        transport: httpx.BaseTransport | None = None,
        tally: Tally | None = None,
    ) -> None:
        """`silence_max_s`: a line that says nothing for so long is dead. The others as for `HubLink`."""
        self._at = self._url = httpx.URL(url)
        self._silence_max_s = silence_max_s
        self._tally = tally or Tally()
        self._client = httpx.Client(
            transport=transport,
            trust_env=False,
            follow_redirects=False,
            limits=httpx.Limits(max_connections=1, max_keepalive_connections=0),
        )
        self._reply: httpx.Response | None = None

    def sounds(self, call: bytes) -> Iterator[bytes]:
        """What the doorbell says, in pieces, until the line ends; an empty one when it stands.

        Raises RemoteError: `link_down`, `link_slow`, or the code the doorbell gives.
        """
        try:
            self._reply = reply = self._client.send(self._request(call), stream=True)
            try:
                self._tally.add(received=len("HTTP/1.1 200 OK\r\n") + _header_bytes(reply.headers))
                if reply.status_code != httpx.codes.OK:
                    self._go_where_it_is(reply)
                    raise _refusal(reply.status_code, _read(reply, _ERROR_MAX_BYTES))
                yield b""
                for sound in reply.iter_raw():
                    self._tally.add(received=len(sound) + len("1\r\n\r\n"))
                    yield sound
            finally:
                reply.close()
        except httpx.TimeoutException:
            raise RemoteError("link_slow", "the doorbell fell silent", hint=_CALLED_AGAIN) from None
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError):
            self._at = self._url
            raise RemoteError("link_down", "the doorbell's line ended", hint=_CALLED_AGAIN) from None
        finally:
            self._reply = None

    def _request(self, call: bytes) -> httpx.Request:
        timeout = httpx.Timeout(self._silence_max_s, connect=_CONNECT_S, write=_PATIENCE_S)
        request = httpx.Request(
            "POST", self._at.join(doorbell.PATH), content=call, extensions={"timeout": timeout.as_dict()}
        )
        line = f"POST {doorbell.PATH} HTTP/1.1\r\n"
        self._tally.add(sent=len(line) + _header_bytes(request.headers) + len(call))
        return request

    def _go_where_it_is(self, reply: httpx.Response) -> None:
        """A hub reached without a proxy names the port beside it. Over TLS a proxy has to lead there."""
        port = reply.headers.get(doorbell.PORT_HEADER, "")
        plain = self._url.scheme == "http"
        if plain and port.isdecimal() and 0 < int(port) <= _PORT_MAX and self._at == self._url:
            self._at = self._url.copy_with(port=int(port))
            raise RemoteError("doorbell_moved", "the doorbell is at another port", hint=_CALLED_AGAIN)
        self._at = self._url

    def hang_up(self) -> None:
        """Wake whoever waits for a sound."""
        reply = self._reply
        stream = reply.extensions.get("network_stream") if reply is not None else None
        line = stream.get_extra_info("socket") if stream is not None else None
        if isinstance(line, socket.socket):
            with contextlib.suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        self._client.close()


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
            case [1, str() as code, str() as message, str() as hint, *papers]:
                refusal = RemoteError(code, message, hint=hint)
                refusal.paper = papers[0] if papers and isinstance(papers[0], bytes) else None
                return refusal
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
