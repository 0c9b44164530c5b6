"""`karaula match`: the matcher at the command line, for engineers and tests.

Job: stream names and queries in and judgements out as JSON lines, in flat memory.
Invariants: one line out for each line in, in order; a line that cannot be used is answered with its error,
the others go on, and the exit status is then 1. Must not know: how names are compared.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import click

_FILE: Final = click.Path(exists=True, dir_okay=False, path_type=Path, allow_dash=True)


@click.command(
    "match",
    epilog="""\b
Examples:
  echo '{"a": "Ђорђевић Ана", "b": "DJORDJEVIC ANA"}' | karaula match --pair -
  karaula match --list alerts.csv --surname HODZA --given-names ENVER --birth-date 1958-10-16
  karaula match --list alerts.csv --plate 'A12-K-345'
  karaula match --list alerts.jsonl --queries travellers.csv > answers.jsonl
""",
)
@click.option(
    "--pair", "pairs", type=_FILE, metavar="FILE|-", help='Score {"a": name, "b": name}, one a line.'
)
@click.option(
    "--list", "listed", type=_FILE, metavar="FILE", help="The list: CSV with a head line, or JSON lines."
)
@click.option("--queries", type=_FILE, metavar="FILE|-", help="Whom to look for, many: CSV or JSON lines.")
@click.option("--csv", "as_csv", is_flag=True, help="Standard input is CSV (a file's name ends in .csv).")
@click.option("--surname", help="One query: the surname.")
@click.option("--given-names", help="The given names.")
@click.option("--name", help="The whole name, in any order and script.")
@click.option("--other-name", "other_names", multiple=True, help="Another name; may be given several times.")
@click.option("--birth-date", help="1958-10-16, 16.10.1958, or as much as is known: 1958-10, 1958.")
@click.option("--sex", help="M, F or X.")
@click.option("--nationality", help="Three letters.")
@click.option("--document", "document_number", help="The document's number.")
@click.option("--issuer", "document_issuer", help="Who issued it: three letters.")
@click.option("--plate", help="A vehicle's plate.")
@click.option("--plate-country", help="The plate's country: two letters.")
@click.option("--vin", help="A vehicle's identification number.")
def match(*, pairs: Path | None, listed: Path | None, queries: Path | None, as_csv: bool, **one: Any) -> None:
    """Match names against one another, or travellers and vehicles against a list.

    Prints one JSON object a line. For a pair: score (0 to 1) and reasons. For a query: every row of the list
    that matches, with tier (hit or possible), score, strength and reasons, those against it last.

    Columns and keys: id, surname, given_names, name, other_names (parted by ;), birth_date, sex, nationality,
    document_number, document_issuer, plate, plate_country, vin. Nothing is stored.

    Exit status: 0 when all was answered, 1 when some line could not be used (its answer says why).
    """
    from provisioning import match_answers  # `karaula --help` loads no database

    asked = {name: value for name, value in one.items() if value}
    if (pairs is not None) == (listed is not None) or (pairs is not None and (asked or queries)):
        raise click.UsageError("Say what to match: --pair FILE, or --list FILE with a query or --queries.")
    if pairs is not None:
        _finish(match_answers.pairs(pairs, as_csv=as_csv))
    elif listed is not None:
        if bool(asked) == (queries is not None):
            raise click.UsageError("Give one query by its options, or --queries FILE.")
        _finish(match_answers.against(listed, queries, asked, as_csv=as_csv))


def _finish(bad: int) -> None:
    if bad:
        click.echo(f"{bad} line(s) could not be used.", err=True)
        raise click.exceptions.Exit(1)
