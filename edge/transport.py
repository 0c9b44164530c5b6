"""Questions over HTTP; besides `transport_snapshot` the one module that knows httpx.

Job: carry a question to the hub's door, a load to a relay's, a call to a doorbell's, and bring back what is
said, within time and size limits; every failure becomes a RemoteError with a code.
Invariants: an answer is never read beyond its cap; one way out, `_Caller`, for all three: no proxy of the
environment, no redirect, no header that nobody reads. Must not know: what the bytes say.
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
LOAD_PATH: Final = "/relay/v1"
_CONNECT_S: Final = 15.0
_LAN_CONNECT_S: Final = 5.0
_PATIENCE_S: Final = 30.0  # a question's round trip over a satellite, with packets lost again and again
_SLOWEST_BYTES_PER_S: Final = 300.0  # GPRS at its worst; the kernel takes the whole at once
_KEPT_ALIVE_S: Final = 60.0
_ERROR_MAX_BYTES: Final = 4 * 1024 + ENROLMENT_MAX_BYTES  # a revocation list may come along
_PORT_MAX: Final = 65_535
_OK_LINE: Final = len("HTTP/1.1 200 OK\r\n")
_CALLED_AGAIN: Final = "It is called again by itself; lists come at the usual interval meanwhile."


class Connection:
    """One connection to one machine. Used by one thread at a time."""

    def __init__(self, *, kept_alive: bool = True, transport: httpx.BaseTransport | None) -> None:
        """`transport` stands in for the network in tests."""
        self._client = httpx.Client(
            transport=transport,
            trust_env=False,  # a proxy from the environment would be nobody's decision
            follow_redirects=False,
            limits=httpx.Limits(
                max_connections=1,
                max_keepalive_connections=1 if kept_alive else 0,
                keepalive_expiry=_KEPT_ALIVE_S,
            ),
        )

    def close(self) -> None:
        self._client.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class _Caller(Connection):
    """A connection for questions, and what its headers cost."""

    def __init__(
        self, *, kept_alive: bool = True, transport: httpx.BaseTransport | None, tally: Tally | None
    ) -> None:
        """`tally` is told what headers cost."""
        super().__init__(kept_alive=kept_alive, transport=transport)
        self.tally = tally or Tally()

    @contextlib.contextmanager
    def asked(self, url: httpx.URL, body: bytes, *, timeout: httpx.Timeout) -> Iterator[httpx.Response]:
        """The reply to a POST while it is read: Host and Content-Length are all the headers there are."""
        request = httpx.Request("POST", url, content=body, extensions={"timeout": timeout.as_dict()})
        self.tally.add(sent=len(f"POST {url.path} HTTP/1.1\r\n") + _header_bytes(request.headers))
        reply = self._client.send(request, stream=True)
        try:
            self.tally.add(received=_OK_LINE + _header_bytes(reply.headers))
            yield reply
        finally:
            reply.close()

    def answer(self, url: str, body: bytes, *, connect_s: float, most_bytes: int, whom: str) -> bytes:
        """The whole answer to a POST, in time and within its cap.

        Raises RemoteError: `link_down` (nobody there), `link_cut` (broke off), `link_slow`,
        `answer_too_large`, `hub_busy`, or the code the other machine gives.
        """
        patience = httpx.Timeout(_PATIENCE_S + len(body) / _SLOWEST_BYTES_PER_S, connect=connect_s)
        try:
            with self.asked(httpx.URL(url), body, timeout=patience) as reply:
                if reply.status_code == httpx.codes.OK:
                    return read_capped(reply, most_bytes)
                raise refusal_of(reply.status_code, read_capped(reply, _ERROR_MAX_BYTES))
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol):
            raise RemoteError(
                "link_down", f"{whom} cannot be reached", hint="Work goes on; it is tried again by itself."
            ) from None
        except httpx.TimeoutException:
            raise RemoteError(
                "link_slow", f"{whom} did not answer in time", hint="The next contact tries again by itself."
            ) from None
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError):
            raise RemoteError(
                "link_cut", f"the link to {whom} broke off", hint="Work goes on; it is tried again by itself."
            ) from None


class HubLink(_Caller):
    """A kept-alive connection to one hub. Used by one thread at a time."""

    def __init__(
        self, url: str, *, transport: httpx.BaseTransport | None = None, tally: Tally | None = None
    ) -> None:
        super().__init__(transport=transport, tally=tally)
        self._url = url.rstrip("/") + PATH

    def exchange(self, question: bytes) -> bytes:
        """The answer to a question; its own bytes are its sender's to count. Raises as `_Caller.answer`."""
        return self.answer(
            self._url, question, connect_s=_CONNECT_S, most_bytes=REPLY_MAX_BYTES, whom="the hub"
        )


class LoadLink(_Caller):
    """Loads to a relay or, by a relay, to the hub. Used by one thread at a time."""

    def __init__(
        self, url: str, *, transport: httpx.BaseTransport | None = None, tally: Tally | None = None
    ) -> None:
        super().__init__(transport=transport, tally=tally)
        self._url = url.rstrip("/") + LOAD_PATH

    def carry(self, load: bytes) -> bytes:
        """Hand a load over; the reply's bytes. Counts both. Raises as `_Caller.answer`."""
        reply = self.answer(
            self._url,
            load,
            connect_s=_LAN_CONNECT_S,
            most_bytes=2 * REPLY_MAX_BYTES,
            whom="the machine there",
        )
        self.tally.add(sent=len(load), received=len(reply))
        return reply


class BellLine(_Caller):
    """A line to the hub's doorbell. `sounds` in one thread, `hang_up` in any."""

    def __init__(
        self,
        url: str,
        *,
        silence_max_s: float,
        transport: httpx.BaseTransport | None = None,
        tally: Tally | None = None,
    ) -> None:
        """`silence_max_s`: a line that says nothing for so long is dead."""
        super().__init__(kept_alive=False, transport=transport, tally=tally)
        self._at = self._url = httpx.URL(url)
        self._timeout = httpx.Timeout(silence_max_s, connect=_CONNECT_S, write=_PATIENCE_S)
        self._reply: httpx.Response | None = None

    def sounds(self, call: bytes) -> Iterator[bytes]:
        """What the doorbell says, in pieces, until the line ends; an empty one when it stands.

        Raises RemoteError: `link_down`, `link_slow`, or the code the doorbell gives.
        """
        try:
            with self.asked(self._at.join(doorbell.PATH), call, timeout=self._timeout) as reply:
                self._reply = reply
                self.tally.add(sent=len(call))
                if reply.status_code != httpx.codes.OK:
                    self._go_where_it_is(reply)
                    raise refusal_of(reply.status_code, read_capped(reply, _ERROR_MAX_BYTES))
                yield b""
                for sound in reply.iter_raw():
                    self.tally.add(received=len(sound) + len("1\r\n\r\n"))
                    yield sound
        except httpx.TimeoutException:
            raise RemoteError("link_slow", "the doorbell fell silent", hint=_CALLED_AGAIN) from None
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError):
            self._at = self._url
            raise RemoteError("link_down", "the doorbell's line ended", hint=_CALLED_AGAIN) from None
        finally:
            self._reply = None

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


def _header_bytes(headers: httpx.Headers) -> int:
    """What headers take on the wire, the empty line behind them included."""
    return sum(len(name) + len(value) + len(b": \r\n") for name, value in headers.raw) + len(b"\r\n")


def read_capped(reply: httpx.Response, cap: int) -> bytes:
    """A reply's body. Raises RemoteError `answer_too_large`."""
    parts, size = [], 0
    for part in reply.iter_bytes():
        size += len(part)
        if size > cap:
            raise RemoteError(
                "answer_too_large", "the hub's answer is larger than any may be", hint="Call the centre."
            )
        parts.append(part)
    return b"".join(parts)


def refusal_of(status: int, body: bytes) -> RemoteError:
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
