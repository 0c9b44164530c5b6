"""The commands that bring a whole list: `karaula edge load` from a file, `karaula edge fetch` from the hub.

Job: open the node beside its running process, show how far it is, and say what is next. Either command
may be stopped, killed or unplugged at any moment: the same command goes on. Must not know: how a list
is made.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from edge.config import Config
from edge.fetching import Fetcher
from edge.loading import Loader
from edge.loading import Progress as Step
from edge.node import build
from edge.snapshot_file import SnapshotFile
from edge.store.load import Phase
from edge.transport_snapshot import SnapshotLink
from shared.errors import StaleError
from shared.scope import EVERYBODY
from shared.snapshot import Manifest, Opening

_WORDS: Final = {
    Phase.BLOCKS: "reading the list",
    Phase.PERSONS: "filing who is on it",
    Phase.KEYS: "sorting what it is found by",
    Phase.HELD: "keeping what other lists hold",
    Phase.ROWS: "keeping this post's own",
    Phase.CHANGES: "keeping this post's own",
    Phase.SWITCH: "about to switch",
}
_NO_NEED: Final = frozenset({"snapshot_not_newer", "snapshot_overtaken"})
_BREATH_S: Final = 0.004  # between two steps, so that an officer's save never waits for a row of them
_data = click.option(
    "--data",
    required=True,
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="The node's directory.",
)
_key_file = click.option(
    "--key-file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The database key, if neither a systemd credential nor in the directory.",
)


@click.command()
@_data
@_key_file
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def load(*, data: Path, key_file: Path | None, file: Path) -> None:
    """Load a whole alert list from the file the centre made. The node may be running meanwhile.

    Stopped or killed, the same command goes on from where it was. The old list answers until the new one
    is whole.
    """
    with closing(build(Config(data=data, key_file=key_file))) as node, SnapshotFile(file) as snapshot:
        loader = Loader(node.kit, breathe=_breathe)
        believed = _believed(loader, snapshot.opening)
        if believed is None:
            return
        manifest, key = believed
        snapshot.check_whole(manifest)
        loader.begin(manifest)
        _load(loader, manifest, loader.run(manifest, key, lambda number: snapshot.block(manifest, number)))


@click.command()
@_data
@_key_file
@click.option("--scope", default=EVERYBODY, show_default=True, help="Which list: all, country:XX, post:CODE.")
@click.option("--hub-url", help="Where the hub is, if not as the directory says.")
def fetch(*, data: Path, key_file: Path | None, scope: str, hub_url: str | None) -> None:
    """Fetch a whole alert list from the hub and load it, piece by piece, over any link.

    What was fetched is kept: stopped, killed or cut off, the same command goes on.
    """
    config = Config(data=data, key_file=key_file, hub_url=hub_url)
    with closing(build(config)) as node, SnapshotLink(node.kit.identity) as link:
        loader = Loader(node.kit, breathe=_breathe)
        with Fetcher(link, data / "incoming.snapshot", wait=_wait) as fetcher:
            believed = _believed(loader, fetcher.open(scope))
            if believed is not None:
                manifest, key = believed
                loader.begin(manifest)
                steps = loader.run(manifest, key, lambda number: fetcher.block(manifest, number))
                _load(loader, manifest, steps)
        fetcher.discard()


def _believed(loader: Loader, opening: Opening) -> tuple[Manifest, bytes] | None:
    """Manifest and key; None, and a sentence, where this node has that list already."""
    try:
        return loader.believe(opening)
    except StaleError as stale:
        _no_need(stale)
        return None


def _no_need(stale: StaleError) -> None:
    """A list that brings nothing new is no failure; anything else is."""
    if stale.code not in _NO_NEED:
        raise stale
    click.echo("This node already holds that list. Nothing to do.")


def _load(loader: Loader, manifest: Manifest, steps: Iterable[Step]) -> None:
    try:
        with _bar() as move:
            for step in steps:
                words = _WORDS.get(step.phase, "") if step.phase is not None else ""
                move(step.share, f"{words} · {step.records:,} of {step.of_records:,}")
            move(1.0, "in use")
    except StaleError as stale:
        _no_need(stale)
    else:
        click.echo(f"The list of {manifest.scope} is in use ({manifest.records:,} in the file).")
        click.echo("Now earlier checks are run against it, and the old list is cleared away.")
    while loader.tend():
        pass
    click.echo("Done. The feed goes on from here at the next contact.")


@contextmanager
def _bar() -> Iterator[Callable[[float, str], None]]:
    """A progress bar on a terminal; on anything else a line for every tenth."""
    console = Console(stderr=True)
    if not console.is_terminal:
        said = [-1]

        def line(share: float, words: str) -> None:
            if int(share * 10) > said[0]:
                said[0] = int(share * 10)
                click.echo(f"{said[0] * 10} % · {words}", err=True)

        yield line
        return
    columns = (BarColumn(), TaskProgressColumn(), TimeRemainingColumn(), TextColumn("{task.description}"))
    with Progress(*columns, console=console) as progress:
        task = progress.add_task("", total=1.0)
        yield lambda share, words: progress.update(task, completed=share, description=words)


def _wait(seconds: float) -> None:
    click.echo(f"The hub does not answer. Trying again in {seconds:.0f} s.", err=True)
    time.sleep(seconds)


def _breathe() -> None:
    time.sleep(_BREATH_S)
