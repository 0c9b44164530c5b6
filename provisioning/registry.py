"""Which commands there are: found by name among the installed packages, loaded only when used.

Job: turn the entry points of the group `karaula.commands` into click commands. An entry point named
`hub.init` is the command `init` in the group `hub`; a name without a dot stands at the top. So hub,
edge and provisioning fill one group without importing one another.
Invariants: listing loads nothing at the top; a command that cannot be loaded says so itself, and the
others go on. Must not know: what any command does.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib.metadata import EntryPoint, entry_points
from typing import Final

import click

from shared.errors import ConfigError

GROUP: Final = "karaula.commands"

# Shown without loading anything, so that `karaula --help` is quick.
SUMMARIES: Final = {
    "authority": "The offline authority: its keys, its word on hubs, its recovery key.",
    "courier": "What travels on a stick between a node and the hub.",
    "demo": "An authority, a hub and three posts on this machine, with synthetic people.",
    "edge": "A node at a crossing point.",
    "hub": "The hub at the cooperation centre.",
    "node": "Identities of nodes: issue, enrol, approve, revoke.",
    "officer": "Officers of a desk.",
}


def installed() -> dict[str, EntryPoint]:
    """Every entry point of the group by its name."""
    return {point.name: point for point in entry_points(group=GROUP)}


class Branch(click.Group):
    """A group whose commands are entry points, by their names as seen from this level."""

    def __init__(self, points: Mapping[str, EntryPoint], *, name: str, summary: str) -> None:
        super().__init__(name=name, help=summary, no_args_is_help=True)
        self._points = points
        self._groups = {name.partition(".")[0] for name in points if "." in name}

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Every name at this level."""
        return sorted(self._groups | {name for name in self._points if "." not in name})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command, loaded now; one that cannot be loaded answers with the reason."""
        point = self._points.get(cmd_name)
        if cmd_name in self._groups:
            if point is not None:
                return _broken(point, f"{cmd_name} is a group of other commands too")
            inner = {
                name.removeprefix(f"{cmd_name}."): point
                for name, point in self._points.items()
                if name.startswith(f"{cmd_name}.")
            }
            return Branch(inner, name=cmd_name, summary=_summary(cmd_name))
        return None if point is None else load(point)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list in the help: what SUMMARIES knows is not loaded for it."""
        rows = []
        for name in self.list_commands(ctx):
            summary = SUMMARIES.get(name) if ctx.parent is None else None
            if summary is None:
                command = self.get_command(ctx, name)
                summary = command.get_short_help_str(limit=formatter.width) if command else ""
            rows.append((name, summary))
        if rows:
            with formatter.section("Commands"):
                formatter.write_dl(rows)


def _summary(name: str) -> str:
    return SUMMARIES.get(name, f"Commands of {name}.")


def load(point: EntryPoint) -> click.Command:
    """The command of an entry point, or one that says why it cannot be used."""
    try:
        command = point.load()
    except Exception as error:  # noqa: BLE001 — a plug-in may fail in any way and must not stop the others
        return _broken(point, f"{type(error).__name__}: {error}")
    if not isinstance(command, click.Command):
        return _broken(point, f"{point.value} is not a command")
    return command


def _broken(point: EntryPoint, reason: str) -> click.Command:
    def refuse(arguments: tuple[str, ...]) -> None:
        raise ConfigError(
            "broken_command",
            f"the command {point.name.replace('.', ' ')} cannot be loaded ({reason})",
            hint="Install karaula again; the other commands still work.",
        )

    return click.Command(
        name=point.name.rpartition(".")[2],
        callback=refuse,
        params=[click.Argument(["arguments"], nargs=-1, type=click.UNPROCESSED)],
        context_settings={"ignore_unknown_options": True, "help_option_names": []},
        short_help=f"(broken: {reason})",
    )
