"""`karaula hub backup` and `karaula hub restore`.

The first works on the hub's data directory, also while it runs; the second makes one.
Must not know: what a backup consists of.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TimeRemainingColumn

from hub import options
from hub.backup import KEPT, papers_of
from hub.config import Config
from hub.hub import build, now_ms
from hub.restoring import restore as restore_from
from shared.enrolment import files

_MB: Final = 1_000_000


@click.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@options.data
@options.key_file
@click.option("--keep", default=KEPT, show_default=True, type=click.IntRange(1), help="How many to keep.")
def backup(*, folder: Path, data: Path, key_file: Path | None, keep: int) -> None:
    """Copy the hub's database into FOLDER, on another disk, and prove the copy.

    Posts let go of what they sent only once such a backup has it. The key of the database does not go
    along; keep it, or the authority's recovery key, elsewhere.
    """
    with build(Config(data=data, key_file=key_file)) as hub, _bar() as say:
        made = hub.backups.make(folder, papers=papers_of(data), kept=keep, say=say)
    click.echo(f"{made.path}: {made.bytes / _MB:.1f} MB, opened and looked through")


@click.command()
@click.argument("source", type=click.Path(exists=True, file_okay=False, path_type=Path), metavar="BACKUP")
@click.option(
    "--data",
    type=click.Path(file_okay=False, path_type=Path),
    required=True,
    help="The new data directory; it may hold database.key, and nothing else is needed in it.",
)
@options.key_file
def restore(*, source: Path, data: Path, key_file: Path | None) -> None:
    """Make a hub's data directory from BACKUP, and a request to the authority for a new number."""
    request = restore_from(source, data, now_ms=now_ms(), key_file=key_file)
    path = data / files.HUB_REQUEST
    click.echo(f"{data} holds the database as it was. The hub's fingerprint: {request.fingerprint}")
    click.echo(
        f"Next: carry {path} to the authority; there, `karaula authority certify-hub {path.name} --restored "
        f"--authority DIR --out {files.HUB_CERTIFICATE}`; back here, `karaula hub init {data} --certificate "
        f"{files.HUB_CERTIFICATE}` and `karaula hub run`"
    )


@contextmanager
def _bar() -> Iterator[Callable[[int, int], None]]:
    """A progress bar on a terminal, silence elsewhere."""
    console = Console(stderr=True)
    columns = (BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
        task = progress.add_task("", total=None)
        yield lambda done, of: progress.update(task, completed=done, total=of)
