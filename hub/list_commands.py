"""The commands that write whole lists: `karaula hub snapshot` and `karaula hub snapshot-keys`.

They work on the hub's data directory, also while it runs. Must not know: what a snapshot consists of.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from hub import options
from hub.config import Config
from hub.hub import build
from hub.offered import FOLDER
from hub.snapshots import Written
from shared.scope import EVERYBODY

_MB: Final = 1_000_000


@click.command()
@options.data
@options.key_file
@click.option("--scope", default=EVERYBODY, show_default=True, help="Which list: all, country:XX, post:CODE.")
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    help="A file for a stick. Without it the hub keeps the file and offers it to nodes by the link.",
)
def snapshot(*, data: Path, key_file: Path | None, scope: str, out: Path | None) -> None:
    """Write a whole alert list into one file, for every node that may have it."""
    with build(Config(data=data, key_file=key_file)) as hub, _bar() as say:
        if out is None:
            written = hub.snapshots.offer(data / FOLDER, scope, say=say)
        else:
            written = hub.snapshots.write(out, scope, say=say)
    _tell(written)
    if out is None:
        click.echo("Next: on a node, `karaula edge fetch --data DIRECTORY`")
    else:
        click.echo(
            f"Next: carry {out.name} to a node; there, `karaula edge load {out.name} --data DIRECTORY`"
        )


@click.command("snapshot-keys")
@options.data
@options.key_file
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def snapshot_keys(*, data: Path, key_file: Path | None, file: Path) -> None:
    """Write the keys of such a file anew: for nodes admitted since, and without those revoked since."""
    with build(Config(data=data, key_file=key_file)) as hub:
        _tell(hub.snapshots.rekey(file))


def _tell(written: Written) -> None:
    click.echo(
        f"{written.records:,} records of {written.scope} at position {written.position:,}, "
        f"{written.bytes / _MB:.1f} MB, for {written.readers} nodes"
    )


@contextmanager
def _bar() -> Iterator[Callable[[int, int], None]]:
    """A progress bar on a terminal, silence elsewhere."""
    console = Console(stderr=True)
    columns = (BarColumn(), TaskProgressColumn(), TimeRemainingColumn(), TextColumn("{task.description}"))
    with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
        task = progress.add_task("", total=None)

        def say(done: int, of: int) -> None:
            progress.update(task, completed=done, total=max(of, done), description=f"{done:,} records")

        yield say
