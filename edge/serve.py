"""One node process: pages, rhythm and link around one `EdgeNode`, until it is told to stop.

Job: start in an order in which nothing is offered before it works, and stop in the reverse.
Must not know: what a check is.
"""

from __future__ import annotations

import contextlib
import fcntl
import logging
import os
import random
import signal
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from types import FrameType
from typing import Any, Final

import structlog
from waitress.server import BaseWSGIServer, create_server

from edge import memory
from edge.app import create_app
from edge.backoff import Backoff
from edge.config import Config
from edge.doorbell import SILENCE_MAX_S, DoorbellEar
from edge.node import EdgeNode, build
from edge.scheduler import Scheduler, Ways
from edge.transport import BellLine, HubLink, LoadLink
from shared.crypto import KEY_BYTES, digest
from shared.enrolment import check_url
from shared.errors import ConfigError, StoreError
from shared.limits import FORM_MAX_BYTES, PHOTO_FORM_MAX_BYTES

URL_FILE: Final = "url"
LOCK_FILE: Final = "lock"
_METERED_S: Final = 60.0  # between contacts where bytes cost: 0.7 MB a day when nothing happens
_SPOOLED_MAX_BYTES: Final = 2 * PHOTO_FORM_MAX_BYTES
"""A photo, or an oversized form up to this, is taken off the wire into an unlinked file of a file system
in memory (the process stays flat), so that the pages refuse what is too large in words instead of the
connection breaking off."""

_IN_MEMORY: Final = "/dev/shm"  # noqa: S108 - only ever unlinked files, and only where it is a mount of its own


def serve(config: Config, *, say: Callable[[str], None]) -> None:
    """Run a node until SIGTERM or SIGINT. `say` gets the one line with its address.

    Raises ConfigError, StoreError before anything listens.
    """
    os.umask(0o077)
    memory.share_pools()
    _log_to_stderr()
    anew = threading.Event()

    def stop(_signal: int, _frame: FrameType | None) -> None:
        anew.clear()
        raise SystemExit(0)

    def begin_anew(_signal: int, _frame: FrameType | None) -> None:
        anew.set()
        raise SystemExit(0)

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGUSR1, begin_anew)
    following: Config | None = config
    while following is not None:
        anew.clear()
        following = _run(following, say=say, anew=anew)


def _run(config: Config, *, say: Callable[[str], None], anew: threading.Event) -> Config | None:
    """One run, until it is told to stop; what is to follow at once, under a new number, at the same port."""
    interval_s = max(config.sync_interval_s, _METERED_S) if config.metered else config.sync_interval_s
    scheduler = Scheduler(Backoff(interval_s=interval_s, chance=random.SystemRandom().random))
    node = build(config, nudge=scheduler.nudge, filing=_tell_filed)
    try:
        _hold(config.data)
        secret = digest(b"karaula/pages\0", node.kit.identity.database_key, size=KEY_BYTES)
        relay = node.relay if config.relays else None
        app = create_app(node.booth, secret_key=secret, https=config.https, relay=relay)
        server = _listen(config, app)
        following = replace(config, port=_port_of(server))
        url = f"http://{config.host}:{following.port}"
        (config.data / URL_FILE).write_text(url + "\n", encoding="utf-8")
        hub_url = node.kit.identity.hub_url
        with HubLink(hub_url, tally=node.round.tally) as link, _ways(config, node) as ways:
            scheduler.start(node, link.exchange, ways=ways, start_again=_ask_anew)
            ear = _ear(node, scheduler)
            ear.start()
            try:
                say(f"listening on {url}")
                server.run()  # ends on SystemExit and KeyboardInterrupt
            except SystemExit:  # told so before it listened
                if not anew.is_set():
                    raise
            finally:
                server.close()
                ear.stop()
                scheduler.stop()
            with contextlib.suppress(StoreError):  # a full disk: the next start pays for what it cannot know
                node.end_run()
        return following if anew.is_set() else None
    finally:
        node.close()


@contextmanager
def _ways(config: Config, node: EdgeNode) -> Iterator[Ways]:
    """The ways by a neighbour, as the configuration has them."""
    hub_url, tally = node.kit.identity.hub_url, node.round.tally
    with ExitStack() as stack:
        to_hub = stack.enter_context(LoadLink(hub_url, tally=tally)).carry if config.relays else None
        to_relay = None
        if config.relay_url:
            to_relay = stack.enter_context(LoadLink(check_url(config.relay_url))).carry
        yield Ways(to_hub=to_hub, to_relay=to_relay)


def _ear(node: EdgeNode, scheduler: Scheduler) -> DoorbellEar:
    return DoorbellEar(
        node.kit,
        node.link,
        BellLine(node.kit.identity.hub_url, silence_max_s=SILENCE_MAX_S, tally=node.round.tally),
        nudge=scheduler.nudge,
        backoff=Backoff(interval_s=1.0, chance=random.SystemRandom().random),
    )


def _hold(directory: Path) -> None:
    """Hold a node's directory until this process ends. Raises ConfigError `already_running`."""
    handle = os.open(directory / LOCK_FILE, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(handle)
        raise ConfigError(
            "already_running",
            f"the node in {directory} is running already",
            hint="Stop that one first (systemctl stop karaula-edge), or give another node's --data.",
        ) from None


def _listen(config: Config, pages: Callable[..., Any]) -> BaseWSGIServer:
    try:
        server = create_server(
            pages,
            host=config.host,
            port=config.port,
            threads=config.threads,
            ident="",
            max_request_body_size=_SPOOLED_MAX_BYTES,
            inbuf_overflow=_held_bytes(),  # what a page may send never touches the disk in plain
            clear_untrusted_proxy_headers=True,
        )
    except (OSError, ValueError) as error:
        raise ConfigError(
            "port_taken",
            f"cannot listen on {config.host}:{config.port} ({error})",
            hint="Choose another --port (0 takes any free one), and as --host an address of this machine.",
        ) from None
    if not isinstance(server, BaseWSGIServer):  # a name with several addresses would open several doors
        server.close()
        raise ConfigError("host_ambiguous", "this host has several addresses", hint="Give one as --host.")
    return server


def _held_bytes() -> int:
    """How much of a body the process holds itself; more is spooled in memory too, or not at all."""
    if os.path.ismount(_IN_MEMORY) and os.access(_IN_MEMORY, os.W_OK):
        tempfile.tempdir = _IN_MEMORY
        return FORM_MAX_BYTES + 1
    return PHOTO_FORM_MAX_BYTES + 1


def _port_of(server: BaseWSGIServer) -> int:
    assert server.socket is not None  # it listens
    return int(server.socket.getsockname()[1])


def _ask_anew() -> None:
    """End this run; seen by the main thread, between two requests."""
    os.kill(os.getpid(), signal.SIGUSR1)


def _tell_filed(kind: str, persons: int) -> None:
    """An upgrade may file a long list anew: whoever waits for the post to come up sees that it works."""
    structlog.get_logger("karaula.edge").info("persons_filed_anew", of=kind, persons=persons)


def _log_to_stderr() -> None:
    """Structured lines without personal data; the libraries' own chatter from warnings up."""
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING, format="%(levelname)s %(name)s %(message)s")
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ],
        logger_factory=structlog.PrintLoggerFactory(file=sys.stderr),
    )
