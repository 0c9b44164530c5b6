"""The command `karaula`: the root under which every package hangs its own commands.

Job: gather the commands, and turn every refusal into one red line and an exit status (1; 2 for a
wrong use of the command). Must not know: what any command does.
"""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path
from typing import Any

import click

from provisioning.disk import complaint
from provisioning.registry import Branch, installed
from provisioning.terminal import Refusal
from shared.errors import KaraulaError


class Root(Branch):
    """The top level: refusals of any command end here."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command. Raises `Refusal` in place of a KaraulaError, or of an OSError about a file."""
        try:
            return super().invoke(ctx)
        except KaraulaError as error:
            raise Refusal(error) from error
        except OSError as error:
            if error.filename is None:
                raise
            raise Refusal(complaint(error, Path(error.filename))) from error


def root() -> click.Group:
    """The command with everything that is installed now."""
    group = Root(
        installed(), name="karaula", summary="Offline-first checks and alerts for border crossing points."
    )
    return click.version_option(version("karaula"), prog_name="karaula")(group)


def main() -> None:
    """Entry point of the console script."""
    root().main(prog_name="karaula")
