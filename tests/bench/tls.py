"""TLS in front of a hub, as nginx is in the field: a terminator in a thread, under an authority of its own.

What it adds is TLS's own: the handshake once a connection, some twenty bytes a record.
"""

from __future__ import annotations

import asyncio
import ssl
from contextlib import suppress

import httpx
import trustme

from tests.bench.loopback import Loopback

_READ_BYTES = 1 << 16


class Terminator(Loopback):
    """Takes TLS off on its way to a hub's port. `transport` is how a client comes to believe it."""

    def __init__(self, *, hub_port: int) -> None:
        authority = trustme.CA()
        server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert("127.0.0.1").configure_cert(server)
        super().__init__("tls", tls=server)
        self._hub_port = hub_port
        self._client = ssl.create_default_context()
        authority.configure_trust(self._client)

    def transport(self) -> httpx.HTTPTransport:
        return httpx.HTTPTransport(verify=self._client)

    async def _meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        ends = [writer]
        try:
            from_hub, to_hub = await asyncio.open_connection("127.0.0.1", self._hub_port)
            ends.append(to_hub)
            ways = (_copy(reader, to_hub), _copy(from_hub, writer))
            await asyncio.wait([*map(asyncio.ensure_future, ways)], return_when=asyncio.FIRST_COMPLETED)
        except (asyncio.CancelledError, OSError):
            pass  # the terminator ends, or the hub does: so does this, without a word
        finally:
            for end in ends:
                end.close()


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while data := await reader.read(_READ_BYTES):
            writer.write(data)
            await writer.drain()
