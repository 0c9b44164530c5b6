"""The hub's commands: run it, give it a revocation list, admit a node, look after officers.

Job: the `hub.…` and `officer.…` commands. They work on the hub's data directory, also while it runs.
Invariants: passwords are read from a prompt or made here, and shown once; none is a default.
Must not know: what the commands' work consists of.
"""

from __future__ import annotations

import fcntl
import os
import signal
import threading
from pathlib import Path
from typing import Final

import click
import structlog
from waitress.server import BaseWSGIServer, create_server

from hub import collector, options
from hub.app import create_app
from hub.config import ROUTES, Config, Policy
from hub.desk.people import ROLES, desk_itself
from hub.desk.view import OfficerRow, Operator, Why
from hub.doorbell import serve as doorbells
from hub.hub import Hub, build
from hub.identity import write_whole
from hub.scheduler import Scheduler
from shared.errors import ConfigError, InputError
from shared.limits import REQUEST_MAX_BYTES

URL_FILE: Final = "url"
LOCK_FILE: Final = "lock"
_country = click.option("--country", required=True, help="The officer's desk: BA, ME or RS.")


@click.command()
@options.data
@options.key_file
@click.option(
    "--key-backup",
    type=click.Path(file_okay=False, path_type=Path),
    help="Where sealed copies of prekeys go, on another disk; `escrow` in the data directory without it.",
)
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@options.port
@click.option(
    "--threads", default=8, show_default=True, type=click.IntRange(1, 128), help="How many requests at once."
)
@click.option("--https", is_flag=True, help="People reach it by TLS, through a proxy.")
@click.option(
    "--open-by",
    default=",".join(sorted(ROUTES)),
    show_default=True,
    help="By which routes a desk may see another country's check; empty for none.",
)
def run(
    *,
    data: Path,
    key_file: Path | None,
    key_backup: Path | None,
    host: str,
    port: int,
    threads: int,
    https: bool,
    open_by: str,
) -> None:
    """Run the hub until SIGTERM or Ctrl-C."""
    config = Config(
        data=data,
        key_file=key_file,
        key_backup=key_backup,
        host=host,
        port=port,
        threads=threads,
        https=https,
        policy=Policy(routes=_routes(open_by)),
    )
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(20))
    with build(config, tends=True) as hub:
        _serve(hub, config)


@click.command()
@options.data
@options.key_file
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@options.port
@click.option(
    "--listeners",
    default=10_000,
    show_default=True,
    type=click.IntRange(min=1),
    help="How many nodes at once, at most.",
)
def doorbell(*, data: Path, key_file: Path | None, host: str, port: int, listeners: int) -> None:
    """Ring nodes when there is news for them, until SIGTERM or Ctrl-C. Runs beside `hub run`."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(20))
    config = Config(data=data, key_file=key_file, host=host, port=port)
    doorbells.serve(config, listeners_max=listeners, say=click.echo)


@click.command()
@options.data
@options.key_file
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def revocations(*, data: Path, key_file: Path | None, file: Path) -> None:
    """Take over a revocation list the authority signed."""
    with build(Config(data=data, key_file=key_file)) as hub:
        paper = file.read_bytes()
        taken = hub.revoked.take(paper)
    click.echo(f"list {taken.number} counts: {len(taken.nodes)} nodes revoked")


@click.command()
@options.data
@options.key_file
@click.argument("certificate", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def admit(*, data: Path, key_file: Path | None, certificate: Path) -> None:
    """Make a node known by its certificate, before it speaks for itself (bundles on a stick)."""
    with build(Config(data=data, key_file=key_file)) as hub:
        node = hub.admit(certificate.read_bytes())
    click.echo(f"{node.post}-{node.epoch} is node {node.node} of {node.country}")


@click.command("add")
@options.data
@options.key_file
@_country
@click.argument("login")
@click.option("--name", "full_name", required=True, help="The officer's name, as on the badge.")
@click.option("--role", type=click.Choice(ROLES), default="officer", show_default=True)
@click.option("--post", "posts", multiple=True, help="A post's code; may be given more than once.")
@click.option("--ask", is_flag=True, help="Ask for the first password instead of making one.")
def officer_add(
    *,
    data: Path,
    key_file: Path | None,
    country: str,
    login: str,
    full_name: str,
    role: str,
    posts: tuple[str, ...],
    ask: bool,
) -> None:
    """Make an officer, or an operator of a desk. The first password must be changed at sign-in."""
    with build(Config(data=data, key_file=key_file)) as hub:
        desk = _desk_of(hub, country)
        if ask:
            password = click.prompt("First password", hide_input=True, confirmation_prompt=True)
            hub.desk.people.add_with(
                desk, login=login, full_name=full_name, role=role, posts=posts, password=password
            )
            click.echo(f"{login} was made; the password must be changed at the first sign-in")
            return
        made = hub.desk.people.add(desk, login=login, full_name=full_name, role=role, posts=posts)
    click.echo(f"login:          {made.officer.login}")
    click.echo(f"first password: {made.password}    (shown this once; must be changed at sign-in)")


@click.command("reset")
@options.data
@options.key_file
@_country
@click.argument("login")
def officer_reset(*, data: Path, key_file: Path | None, country: str, login: str) -> None:
    """Give an officer a new first password."""
    with build(Config(data=data, key_file=key_file)) as hub:
        desk = _desk_of(hub, country)
        row = _officer(hub, desk, login)
        made = hub.desk.people.reset(desk, row.id, contexts=row.contexts)
    click.echo(f"first password: {made.password}    (shown this once; must be changed at sign-in)")


@click.command("disable")
@options.data
@options.key_file
@_country
@click.argument("login")
def officer_disable(*, data: Path, key_file: Path | None, country: str, login: str) -> None:
    """Shut an officer out, here at once and at the posts with the next contact."""
    with build(Config(data=data, key_file=key_file)) as hub:
        desk = _desk_of(hub, country)
        row = _officer(hub, desk, login)
        hub.desk.people.set(
            desk,
            row.id,
            full_name=row.full_name,
            role=row.role,
            posts=row.posts,
            disabled=True,
            contexts=row.contexts,
        )
    click.echo(f"{row.login} is disabled")


@click.command("list")
@options.data
@options.key_file
@_country
def officer_list(*, data: Path, key_file: Path | None, country: str) -> None:
    """The officers of a country's desk."""
    with build(Config(data=data, key_file=key_file)) as hub:
        rows = hub.desk.people.officers(_desk_of(hub, country))
    for row in rows:
        state = "disabled" if row.disabled else "first password" if row.must_change else "active"
        click.echo(f"{row.login:24} {row.role:14} {state:15} {' '.join(row.posts):24} {row.full_name}")


def _serve(hub: Hub, config: Config) -> None:
    """Serve until a signal; then finish what is under way and close."""
    _hold(config.data)
    server = _listen(hub, config)
    url = f"http://{config.host}:{_port_of(server)}"
    write_whole(config.data / URL_FILE, f"{url}\n".encode())
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    serving = threading.Thread(target=server.run, name="serving", daemon=True)
    collector.look_seldom()
    scheduler = Scheduler(hub)
    scheduler.start()
    serving.start()
    click.echo(f"listening on {url}")
    try:
        stopping.wait()
    finally:
        server.close()
        server.task_dispatcher.shutdown()
        scheduler.stop()
        (config.data / URL_FILE).unlink(missing_ok=True)


def _hold(directory: Path) -> None:
    """Hold a hub's directory until this process ends. Raises ConfigError `already_running`."""
    handle = os.open(directory / LOCK_FILE, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(handle)
        raise ConfigError(
            "already_running",
            f"the hub in {directory} is running already",
            hint="Stop that one first (systemctl stop karaula-hub), or give another hub's --data.",
        ) from None


def _listen(hub: Hub, config: Config) -> BaseWSGIServer:
    """Raises ConfigError `port_taken`, `host_ambiguous`."""
    try:
        server = create_server(
            create_app(hub, https=config.https),
            host=config.host,
            port=config.port,
            threads=config.threads,
            max_request_body_size=REQUEST_MAX_BYTES + 1,
            ident="karaula",
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


def _port_of(server: BaseWSGIServer) -> int:
    assert server.socket is not None  # it listens
    return int(server.socket.getsockname()[1])


def _routes(text: str) -> frozenset[Why]:
    names = {name.strip() for name in text.split(",") if name.strip()}
    if not names <= set(ROUTES):
        raise InputError(
            "unknown_route",
            "a record opens by hit, conflict or request",
            hint=f"Use some of: {', '.join(sorted(ROUTES))}.",
        )
    return frozenset(Why(name) for name in names)


def _desk_of(hub: Hub, country: str) -> Operator:
    """The desk itself, for what the person at the machine does in its name."""
    code = country.upper()
    if code not in hub.kit.lists.countries:
        raise InputError("unknown_code", "there is no such desk", hint="Use BA, ME or RS.", field="country")
    return desk_itself(code)


def _officer(hub: Hub, desk: Operator, login: str) -> OfficerRow:
    for row in hub.desk.people.officers(desk):
        if row.login == login.lower():
            return row
    raise InputError(
        "no_officer", f"the {desk.country} desk has no such officer", hint="See `karaula officer list`."
    )
