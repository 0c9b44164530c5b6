"""Options that several commands share, and the clock they all read.

Job: one wording for one option. Must not know: what a command does with it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, TypeVar

import click

from provisioning.authority import Authority
from provisioning.disk import alone_in
from provisioning.terminal import ask_passphrase
from shared.enrolment import files
from shared.errors import MissingError

F = TypeVar("F", bound=Callable[..., Any])

PATH: Final = click.Path(path_type=Path)


def authority_option(command: F) -> F:
    """`--authority DIR`."""
    return click.option(
        "--authority",
        "authority_dir",
        type=PATH,
        required=True,
        metavar="DIR",
        help="The authority's directory.",
    )(command)


def passphrase_option(command: F) -> F:
    """`--passphrase-file FILE`."""
    return click.option(
        "--passphrase-file",
        type=PATH,
        metavar="FILE",
        help="Read the authority's passphrase from the first line of FILE instead of asking.",
    )(command)


def key_file_option(command: F) -> F:
    """`--key-file FILE`."""
    return click.option(
        "--key-file",
        type=PATH,
        metavar="FILE",
        help="Keep the database key here instead of in the data directory.",
    )(command)


def yes_option(command: F) -> F:
    """`--yes`."""
    return click.option("--yes", is_flag=True, help="Answer every question with yes.")(command)


def now_ms() -> int:
    """The wall clock, UTC milliseconds since 1970."""
    return time.time_ns() // 1_000_000


@contextmanager
def unlocked(directory: Path, passphrase_file: Path | None) -> Iterator[Authority]:
    """The authority, open and to ourselves while the block runs.

    Raises MissingError `no_authority`; TrustError `wrong_key`.
    """
    if not (directory / files.AUTHORITY_KEYS).exists():
        raise MissingError(
            "no_authority",
            f"there is no authority in {directory}",
            hint="Make one: karaula authority init DIR",
        )
    passphrase = ask_passphrase(passphrase_file)
    with alone_in(directory):
        yield Authority.unlock(directory, passphrase)
