"""The doorbell as a process: opens the hub's store, listens, says where, ends at a signal.

Job: compose register and door. Invariant: the port stands in the store while it listens, so that the
hub's web server can send nodes here. Must not know: how a call is judged.
"""

from __future__ import annotations

import asyncio
import contextlib
import resource
import signal
from collections.abc import Callable

import structlog

from hub.config import Config
from hub.doorbell.door import Door
from hub.doorbell.register import Register
from hub.hub import Hub, build
from shared.errors import ConfigError

_log = structlog.get_logger("doorbell")
_OWN_FILES = 64  # the store, logs, and what Python has open


def serve(config: Config, *, listeners_max: int, say: Callable[[str], None]) -> None:
    """Ring until SIGTERM or SIGINT. Raises ConfigError, StoreError before anything listens."""
    allowed = _files_allowed() - _OWN_FILES
    if allowed < listeners_max:
        _log.warning("files_limited", listeners=allowed, asked=listeners_max)
    with build(config) as hub:
        asyncio.run(_serve(hub, config, listeners_max=min(listeners_max, allowed), say=say))


async def _serve(hub: Hub, config: Config, *, listeners_max: int, say: Callable[[str], None]) -> None:
    stopping, loop = asyncio.Event(), asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)
    door = Door(Register(hub.kit, hub.revoked), listeners_max=listeners_max)
    try:
        port = await door.open(config.host, config.port)
    except OSError as error:
        raise ConfigError(
            "port_taken",
            f"cannot listen on {config.host}:{config.port} ({error.strerror})",
            hint="Choose another --port (0 takes any free one), and as --host an address of this machine.",
        ) from None
    try:
        hub.keep_doorbell_port(port)
        say(f"listening on http://{config.host}:{port}")
        await stopping.wait()
    finally:
        await door.close()
        hub.keep_doorbell_port(0)


def _files_allowed() -> int:
    """How many files this process may have open, once it has asked for all it may."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    with contextlib.suppress(OSError, ValueError):  # a hardened unit sets the limit itself, and lets nobody
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
        soft = hard
    return soft if soft != resource.RLIM_INFINITY else 1 << 20
