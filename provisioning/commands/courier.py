"""`karaula courier export|import`: the same words at a node and at the hub.

Job: find out whose data directory it is, hand the stick to that side, say what happened. The sides stand
under the entry point group `karaula.couriers`, so that nobody imports a sibling.
Must not know: what is carried.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from importlib.metadata import entry_points
from pathlib import Path
from typing import Final, Protocol, cast

import click

from provisioning.commands.options import PATH
from provisioning.terminal import next_step, say
from shared.courier import Report
from shared.enrolment import files
from shared.errors import ConfigError, InputError

GROUP: Final = "karaula.couriers"
_SIDES: Final = {"edge": files.NODE_CERTIFICATE, "hub": files.HUB_CERTIFICATE}
_HARMLESS: Final = frozenset({"packet_older", "half_written"})


class Carrier(Protocol):
    """What each side offers."""

    name: str

    def export(self, stick: Path, *, nodes: Sequence[str], everyone: bool) -> Report: ...

    def import_(self, stick: Path) -> Report: ...


Opens = Callable[[Path, Path | None], AbstractContextManager[Carrier]]

_stick = click.argument("stick", type=click.Path(exists=True, file_okay=False, path_type=Path))
_data = click.option(
    "--data",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    required=True,
    help="The node's or the hub's data directory.",
)
_key_file = click.option("--key-file", type=PATH, help="The database key, where it lies elsewhere.")


@click.command("export")
@_stick
@_data
@_key_file
@click.option("--node", "nodes", multiple=True, help="At the hub: a node not on the stick, like KLOBUK-1.")
@click.option("--everyone", is_flag=True, help="At the hub: all nodes it knows.")
def export(*, stick: Path, data: Path, key_file: Path | None, nodes: tuple[str, ...], everyone: bool) -> None:
    """Put on STICK what must travel: at a node what waits for the hub, at the hub what its nodes lack.

    STICK is the directory where it is mounted; everything lies in its folder karaula.
    """
    side = _side(data)
    with _opens(side)(data, key_file) as carrier:
        report = carrier.export(stick, nodes=nodes, everyone=everyone)
        if side == "edge":
            say(f"{carrier.name}: {_count(report.changes, 'change')} on the stick, kept here for the receipt")
        else:
            say(f"{carrier.name}: packets for {_count(len(report.nodes), 'node')}")
    say(f"  {_count(report.written, 'file')} written, {report.kept} there already, {report.cleared} cleared")
    _problems(report)
    if side == "edge":
        next_step("take the stick out safely, carry it to the hub, and run courier import there.")
    elif not report.nodes:
        next_step("import a node's export first, or name nodes with --node.")
    else:
        next_step("take the stick out safely, carry it to each post, and run courier import there.")


@click.command("import")
@_stick
@_data
@_key_file
def import_(*, stick: Path, data: Path, key_file: Path | None) -> None:
    """Take from STICK what is for this node or hub. What is damaged or foreign is named and left."""
    side = _side(data)
    with _opens(side)(data, key_file) as carrier:
        report = carrier.import_(stick)
        if side == "edge":
            brought = _count(report.changes, "change")
            say(f"{carrier.name}: {_count(report.taken, 'new packet')} with {brought}")
            say(f"  {report.repeated} seen before, {report.others} for other posts, {report.cleared} cleared")
        else:
            say(
                f"{carrier.name}: {_count(report.taken, 'new bundle')} of {_count(len(report.nodes), 'node')}"
            )
            say(f"  {_count(report.cleared, 'file')} cleared")
    _problems(report)
    if side == "edge" and not report.taken + report.repeated:
        next_step("nothing was here for this post: run courier export at the hub on this stick first.")
    elif side == "edge":
        next_step("nothing; receipts and lists are in. Export again when something new waits.")
    elif not report.nodes:
        next_step("nothing was here for this hub: run courier export at a post on this stick first.")
    else:
        next_step("run courier export on the same stick, so that receipts and lists travel back.")


def _side(data: Path) -> str:
    """Whose directory it is. Raises ConfigError `not_enrolled`."""
    found = [side for side, mark in _SIDES.items() if (data / mark).exists()]
    if len(found) != 1:
        raise ConfigError(
            "not_enrolled",
            f"{data} is neither an enrolled node nor a hub",
            hint="Check --data.",
        )
    return found[0]


def _opens(side: str) -> Opens:
    points = entry_points(group=GROUP, name=side)
    if not points:
        raise InputError(
            "side_missing", f"this installation has no {side} part", hint="Install karaula again."
        )
    (point,) = points
    return cast(Opens, point.load())


def _problems(report: Report) -> None:
    """Each file that was passed over; exit status 1 where one needs somebody."""
    for problem in report.problems:
        click.echo(f"  passed over {problem.name}: {problem.code} — {problem.hint}")
    if any(problem.code not in _HARMLESS for problem in report.problems):
        raise click.exceptions.Exit(1)


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}" if number == 1 else f"{number:,} {what}s"
