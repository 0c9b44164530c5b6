"""`karaula demo`: the whole thing on one machine, by hand or as a story that checks itself.

Job: options, signals, exit status. Invariants: whatever ends the demo, everything it started is
stopped; exit status 0 says that all was as it should be, 1 that a promise or a step failed, 130
that a person stopped a story half-way. Must not know: what a step does.
"""

from __future__ import annotations

import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import click
import httpx
from rich.console import Console

from provisioning.demo import board, sabotage
from provisioning.demo.browser import Unexpected
from provisioning.demo.directory import DemoDirectory
from provisioning.demo.roster import UnknownPostError, post_named, posts
from provisioning.demo.stage import Stage
from provisioning.demo.story import play
from shared.errors import ConfigError, InputError

_LINK_S: Final = 5.0
_TICK_S: Final = 0.1
_INTERRUPTED: Final = 130
_SYNC_S: Final = 2.0
_STORY_SYNC_S: Final = 0.5
_STORY_ALERTS: Final = 60


class _Post(click.ParamType[str]):
    """A post of the demo by its code or name, in any case."""

    name = "post"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> str:
        try:
            return post_named(str(value)).code
        except UnknownPostError:
            names = ", ".join(post.name for post in posts())
            self.fail(f"{value} is no post of the demo; there are {names}", param, ctx)


@click.command("demo")
@click.option(
    "--dir",
    "directory",
    type=click.Path(path_type=Path),
    default=Path(".demo"),
    show_default=True,
    help="Where the demo keeps everything; emptied at each start.",
)
@click.option(
    "--alerts", type=click.IntRange(0, 5_000), default=200, show_default=True, help="How many alerts."
)
@click.option("--link-down", type=_Post(), metavar="POST", help="Cut the link of a post of the running demo.")
@click.option("--link-up", type=_Post(), metavar="POST", help="Heal it.")
@click.option("--status", "show_status", is_flag=True, help="What the running demo is doing.")
@click.option("--scenario", is_flag=True, help="Play the whole story and check every promise at its end.")
@click.option(
    "--sabotage", "fault", metavar="NAME", help="With --scenario: plant a fault that must be noticed."
)
@click.option("--list-sabotage", is_flag=True, help="The names of those faults, one a line.")
def demo(
    directory: Path,
    alerts: int,
    link_down: str | None,
    link_up: str | None,
    show_status: bool,  # noqa: FBT001 — click passes options by keyword
    scenario: bool,  # noqa: FBT001 — as above
    fault: str | None,
    list_sabotage: bool,  # noqa: FBT001 — as above
) -> None:
    """An authority, a hub and three posts on this machine, with synthetic people.

    Without options it starts them, prints who can sign in where, and runs until Ctrl-C.
    """
    at, out = DemoDirectory(path=directory), board.console()
    if list_sabotage:
        for each in sabotage.FAULTS:
            click.echo(each)
    elif link_down or link_up:
        _set_links(at, out, down=link_down, up=link_up)
    elif show_status:
        at.require_running()
        board.status(out, at.state())
    elif scenario or fault:
        _play(at, out, fault)
    else:
        _run(at, out, alerts)


def _run(at: DemoDirectory, out: Console, alerts: int) -> None:
    """The demo for a person: up, then until somebody stops it."""
    with _held(at, alerts=alerts) as stage:
        try:
            with board.progress(out) as tell:
                stage.raise_up(tell)
            board.doors(out, stage)
            board.tries(out, clear=stage.travellers.next(), hit=stage.wanted, discreet=stage.watched)
            board.how_to_go_on(out, at.path)
            while (dead := stage.first_dead()) is None:
                time.sleep(_TICK_S)
        except KeyboardInterrupt:
            out.print("\nStopping …")
            return
    raise ConfigError("demo_server_failed", f"{dead.name} ended by itself", hint=f"Its log is {dead.log}.")


def _play(at: DemoDirectory, out: Console, fault: str | None) -> None:
    """The story; exits 1 when a promise is broken."""
    if fault is not None and fault not in sabotage.FAULTS:
        raise InputError(
            "no_such_sabotage",
            f"there is no sabotage called {fault}",
            hint="karaula demo --list-sabotage lists them.",
            field="sabotage",
        )
    with _held(at, alerts=_STORY_ALERTS, sync_interval_s=_STORY_SYNC_S) as stage:
        try:
            holds = play(stage, out, fault)
        except KeyboardInterrupt:
            out.print("\nStopped half-way.")
            sys.exit(_INTERRUPTED)
    sys.exit(0 if holds else 1)


@contextmanager
def _held(at: DemoDirectory, *, alerts: int, sync_interval_s: float = _SYNC_S) -> Iterator[Stage]:
    """A stage in its directory; whatever happens, nothing of it is left running."""
    lock = at.take()
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)  # ends like Ctrl-C
    stage = Stage(at, alerts=alerts, sync_interval_s=sync_interval_s)
    try:
        yield stage
    except (Unexpected, LookupError, httpx.HTTPError) as error:
        raise ConfigError(
            "demo_page_unexpected",
            f"a page was not as expected: {type(error).__name__} {error}",
            hint=f"The logs are in {at.logs}.",
        ) from error
    finally:
        for number in (signal.SIGINT, signal.SIGTERM):  # one Ctrl-C is enough; a second would leave orphans
            signal.signal(number, signal.SIG_IGN)
        stage.close()
        lock.release()
        signal.signal(signal.SIGTERM, before)
        signal.signal(signal.SIGINT, signal.default_int_handler)


def _set_links(at: DemoDirectory, out: Console, *, down: str | None, up: str | None) -> None:
    """Ask the running demo, and wait until it has done so."""
    at.require_running()
    wanted = {post: state for post, state in ((down, "down"), (up, "up")) if post is not None}
    for post, state in wanted.items():
        at.set_link(post, up=state == "up")
    end = time.monotonic() + _LINK_S
    while time.monotonic() < end:
        links = {post: told["link"] for post, told in at.state().get("posts", {}).items()}
        if all(links.get(post) == state for post, state in wanted.items()):
            for post, state in wanted.items():
                out.print(f"The link of {post_named(post).label} is {state}.")
            return
        time.sleep(_TICK_S)
    raise ConfigError(
        "demo_not_ready", "the demo has not answered yet", hint="It may still be starting; try again."
    )
