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

from provisioning.demo.process import karaula
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
    """Who can sign in where; narrow enough for eighty columns, because a cut password opens nothing."""
    out.print("\n[bold]Everybody and everything here is made up.[/bold] Who can sign in where:\n")
    places = [("The centre", "", stage.hub.url, [each for each in stage.people if each.is_operator])]
    for post in stage.posts:
        people = [each for each in stage.people if each.post == post.code]
        places.append((post.label, f", {post.country}", stage.nodes[post.code].url, people))
    width = max(len(person.login) for person in stage.people)
    for label, country, url, people in places:
        out.print(f"[bold]{escape(label)}[/bold]{country}  [cyan]{url}[/cyan]", soft_wrap=True)
        for person in people:
            out.print(f"   {person.login:<{width}}  {person.password:<32} {_work(person)}", soft_wrap=True)


def _work(person: Person) -> str:
    return f"{person.role}, {person.country}" if person.is_operator else person.role.replace("_", " ")


def tries(out: Console, *, clear: Traveller, hit: Traveller, discreet: Traveller) -> None:
    """Zones to paste into the scan field."""
    out.print("\n[bold]Try this[/bold]: paste a zone into the scan field of a post.")
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
    command = f"{_command()} demo"
    out.print()
    out.print(
        "The first passwords were changed through the pages already, as everybody must.\n"
        "From another terminal, cut a post's link and heal it, or see what runs:\n"
        f"  {command} --link-down klobuk{where}\n"
        f"  {command} --link-up klobuk{where}\n"
        f"  {command} --status{where}\n"
        "[bold]Ctrl-C stops everything.[/bold]",
        soft_wrap=True,
    )


def _command() -> str:
    """How to call the command from where the person stands."""
    path = Path(karaula()[0])
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else str(path)


def status(out: Console, state: dict[str, Any]) -> None:
    """What a running demo says of itself; nothing before it is up."""
    if not state:
        out.print("The demo is starting.")
        return
    hub = state.get("hub", {})
    out.print(f"The demo runs as process {state.get('pid')}. The hub: {hub.get('url')}")
    table = Table(box=None, pad_edge=False)
    for column in ("post", "country", "address", "link"):
        table.add_column(column, no_wrap=True)
    for post in state.get("posts", {}).values():
        table.add_row(post["label"], post["country"], post["url"], post["link"])
    out.print(table)
