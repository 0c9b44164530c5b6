"""TLS in front of a hub, as nginx is in the field: a terminator in a thread, under an authority of its own.

What it adds is TLS's own: the handshake once a connection, some twenty bytes a record.
"""

from __future__ import annotations

import asyncio
import ssl
import threading
from contextlib import suppress
from typing import Self

import httpx
import trustme

_READ_BYTES = 1 << 16


class Terminator:
    """Takes TLS off on its way to a hub's port. `transport` is how a client comes to believe it."""

    def __init__(self, *, hub_port: int) -> None:
        authority = trustme.CA()
        self._hub_port = hub_port
        self._server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert("127.0.0.1").configure_cert(self._server)
        self._client = ssl.create_default_context()
        authority.configure_trust(self._client)
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, name="tls", daemon=True)
        self.port = 0

    def transport(self) -> httpx.HTTPTransport:
        return httpx.HTTPTransport(verify=self._client)

    def __enter__(self) -> Self:
        self._thread.start()
        self._ready.wait()
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        listening = asyncio.start_server(self._meet, "127.0.0.1", 0, ssl=self._server)
        server = self._loop.run_until_complete(listening)
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        self._loop.run_forever()
        server.close()
        left = asyncio.all_tasks(self._loop)
        for task in left:
            task.cancel()
        self._loop.run_until_complete(asyncio.gather(*left, return_exceptions=True))
        self._loop.run_until_complete(asyncio.sleep(0))  # what was closed lets go of its sockets
        self._loop.close()

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
