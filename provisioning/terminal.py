"""What a command says to the person at the terminal.

Job: plain lines, the next step, tables, questions, and the one red line of a refusal.
Invariants: nothing secret is ever printed; a path or a name is never read as markup; a refusal is one
line with code, message and hint. Must not know: what the commands do.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import IO, Any, Final

import click

from provisioning.disk import read_file
from shared.errors import InputError, KaraulaError
from shared.limits import PASSWORD_MAX_CHARS, PASSWORD_MIN_CHARS

_PASSPHRASE_FILE_MAX_BYTES: Final = 4 * PASSWORD_MAX_CHARS + 2  # UTF-8, and the line's end


def say(line: str) -> None:
    """One line."""
    click.echo(line)


def next_step(line: str) -> None:
    """What to do now; the last line of every command."""
    click.secho("Next: ", bold=True, nl=False)
    click.echo(line)


def show_table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """A table, cut to the terminal's width."""
    # Imported here: only tables need rich, and every other command starts the quicker.
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(*columns, box=None, pad_edge=False, header_style="bold")
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    Console().print(table)


class Refusal(click.ClickException):
    """A KaraulaError on its way to the terminal."""

    def __init__(self, error: KaraulaError) -> None:
        super().__init__(str(error))
        self.error = error

    def show(self, file: IO[Any] | None = None) -> None:
        """One red line on the error output."""
        click.secho(f"✗ {self.error}", fg="red", bold=True, file=file, err=file is None)


def confirm(question: str, *, yes: bool) -> None:
    """Go on only after a yes. Raises InputError `not_confirmed`."""
    if not yes and not click.confirm(question, default=False):
        raise InputError(
            "not_confirmed", "nothing was done", hint="Run the command again to decide otherwise."
        )


def ask_passphrase(file: Path | None, *, new: bool = False) -> str:
    """The authority's passphrase: the first line of `file`, or typed (twice where it is `new`).

    Raises InputError `weak_passphrase`, `bad_passphrase_file`; MissingError `no_such_file`.
    """
    if file is None:
        passphrase: str = click.prompt("Passphrase", hide_input=True, confirmation_prompt=new, err=True)
    else:
        try:
            lines = read_file(file, most_bytes=_PASSPHRASE_FILE_MAX_BYTES).decode().splitlines()
        except UnicodeDecodeError as error:
            raise InputError(
                "bad_passphrase_file",
                f"{file} is not text",
                hint="Write the passphrase in UTF-8 on the first line.",
            ) from error
        passphrase = lines[0] if lines else ""
    if new and not PASSWORD_MIN_CHARS <= len(passphrase) <= PASSWORD_MAX_CHARS:
        raise InputError(
            "weak_passphrase",
            f"a passphrase has {PASSWORD_MIN_CHARS} to {PASSWORD_MAX_CHARS} characters",
            hint="Take five or more words that nobody would guess together.",
        )
    return passphrase
