"""What the demo tells the person at the terminal: progress, the table of doors, what to try.

Job: words and tables. Must not know: how anything runs.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from rich.console import Console
from rich.markup import escape
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from provisioning.demo.roster import Person
from provisioning.demo.stage import Progress as Tell
from provisioning.demo.stage import Stage
from provisioning.demo.travellers import Traveller

_PLAIN_WIDTH: Final = 150  # where the output is no terminal, nothing is wrapped


def console() -> Console:
    """The terminal, or whatever stands in for it."""
    return Console(highlight=False, width=None if sys.stdout.isatty() else _PLAIN_WIDTH)


@contextmanager
def progress(out: Console) -> Iterator[Tell]:
    """A line that says what is being done, and how long it has taken."""
    if not out.is_terminal:
        yield lambda text: out.print(f"· {escape(text)}")
        return
    with Progress(
        SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn(), console=out, transient=True
    ) as bar:
        task = bar.add_task("…", total=None)

        def tell(text: str) -> None:
            bar.update(task, description=escape(text))

        yield tell


def doors(out: Console, stage: Stage) -> None:
    """Who can sign in where."""
    table = Table(
        title="Everybody and everything here is made up", title_justify="left", box=None, pad_edge=False
    )
    for column in ("where", "country", "address", "log-in", "password", "role"):
        table.add_column(column, no_wrap=True)
    for person in stage.people:
        where, url = _place(stage, person)
        table.add_row(*map(escape, (where, person.country, url, person.login, person.password, person.role)))
    out.print()
    out.print(table)


def _place(stage: Stage, person: Person) -> tuple[str, str]:
    if person.is_operator:
        return "the centre", stage.hub.url
    label = next(post.label for post in stage.posts if post.code == person.post)
    return label, stage.nodes[person.post].url


def tries(out: Console, *, clear: Traveller, hit: Traveller, discreet: Traveller) -> None:
    """Zones to paste into the scan field."""
    out.print()
    out.print("[bold]Try this[/bold]: paste a zone into the scan field of a post.")
    for words, traveller in (
        ("no match", clear),
        ("a hit, with the action to take and whom to call", hit),
        ("a discreet alert: only a neutral cue, opened with F8", discreet),
    ):
        out.print(f"  {words}")
        for line in traveller.mrz.splitlines():
            out.print(f"    {escape(line)}")


def how_to_go_on(out: Console, at: Path) -> None:
    """Links, and how to end."""
    where = "" if at == Path(".demo") else f" --dir {at}"
    out.print()
    out.print(
        f"The first passwords were changed through the pages already. Cut a link from another terminal:\n"
        f"  karaula demo --link-down klobuk{where}     heal it:  karaula demo --link-up klobuk{where}\n"
        f"  karaula demo --status{where}\n"
        "[bold]Ctrl-C stops everything.[/bold]",
        soft_wrap=True,
    )


def status(out: Console, state: dict[str, Any]) -> None:
    """What a running demo says of itself."""
    hub = state.get("hub", {})
    out.print(f"The demo runs as process {state.get('pid')}. The hub: {hub.get('url')}")
    table = Table(box=None, pad_edge=False)
    for column in ("post", "country", "address", "link"):
        table.add_column(column, no_wrap=True)
    for post in state.get("posts", {}).values():
        table.add_row(post["label"], post["country"], post["url"], post["link"])
    out.print(table)
