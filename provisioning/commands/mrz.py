"""`karaula mrz`: one machine-readable zone in, one JSON object out.

Job: take lines from arguments, a file or standard input, and print what they say. A zone with wrong
digits is an answer; what is no zone is an error, as JSON too, with exit status 1.
Must not know: how a zone is read.
"""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import Final

import click

from shared.errors import KaraulaError, MrzError
from shared.limits import MRZ_MAX_CHARS
from shared.mrz import parse
from shared.mrz.report import report

_READ_MAX_BYTES: Final = 8 * MRZ_MAX_CHARS  # blank lines and line ends around a zone; more is refused unread


@click.command(
    "mrz",
    epilog="""\b
Examples:
  karaula mrz 'P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<' \\
              'L898902C36UTO7408122F1204159ZE184226B<<<<<10'
  karaula mrz - < zone.txt
""",
)
@click.argument("lines", nargs=-1, required=True, metavar="LINE… | -")
@click.option(
    "--today",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="YYYY-MM-DD",
    help="The day that settles the century of two-digit years; this machine's if not given.",
)
@click.option("--compact", is_flag=True, help="One line of JSON instead of an indented object.")
def mrz(*, lines: tuple[str, ...], today: datetime | None, compact: bool) -> None:
    """Read a machine-readable zone and print it as JSON.

    TD1, TD2, TD3, MRV-A and MRV-B. Give the lines as arguments, or - to read them from standard input. The
    object says the format, whether every check digit agrees, each field, each digit, and each look-alike
    character that was put right.

    Exit status: 0 when a zone was read (look at "valid"), 1 when this is none ("error" says why).
    """
    day = today.date() if today is not None else date.today()  # noqa: DTZ011 — the operator's own calendar
    indent = None if compact else 2
    try:
        answer = report(parse(_text(lines), today=day))
    except KaraulaError as error:
        refusal = {"code": error.code, "message": error.message, "hint": error.hint}
        click.echo(json.dumps({"valid": False, "error": refusal}, ensure_ascii=False, indent=indent))
        raise click.exceptions.Exit(1) from error
    click.echo(json.dumps(answer, ensure_ascii=False, indent=indent))


def _text(lines: tuple[str, ...]) -> str:
    """The zone's text. Raises MrzError `mrz_too_long`, `mrz_encoding`."""
    if lines != ("-",):
        return "\n".join(lines)
    with click.open_file("-", "rb") as source:
        raw: bytes = source.read(_READ_MAX_BYTES + 1)
    if len(raw) > _READ_MAX_BYTES:
        raise MrzError(
            "mrz_too_long",
            f"more than {_READ_MAX_BYTES} bytes; no machine-readable zone has more than 90 characters",
            hint="Give the lines of one document at a time.",
        )
    try:
        return raw.decode("utf-8-sig").strip()
    except UnicodeDecodeError as error:
        raise MrzError(
            "mrz_encoding", "the input is not UTF-8 text", hint="Save the lines as plain text and try again."
        ) from error
