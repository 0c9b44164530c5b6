"""`karaula match`: the matcher at the command line, for engineers and tests.

Job: stream names and queries in and judgements out as JSON lines, in flat memory.
Invariants: one line out for each line in, in order; a line that cannot be used is answered with its error,
the others go on, and the exit status is then 1. Must not know: how names are compared.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import click

from provisioning.match_list import rows_of, scratch, subject_from
from shared.errors import InputError, KaraulaError
from shared.ledger import match_list
from shared.ledger.match_list import Answer
from shared.matching.name_pair import score_names
from shared.watchlist import Subject

_FILE: Final = click.Path(exists=True, dir_okay=False, path_type=Path, allow_dash=True)
_TOLD_EVERY: Final = 50_000


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
    asked = {name: value for name, value in one.items() if value}
    if (pairs is not None) == (listed is not None) or (pairs is not None and (asked or queries)):
        raise click.UsageError("Say what to match: --pair FILE, or --list FILE with a query or --queries.")
    if pairs is not None:
        _finish(_answer_rows(pairs, _pair, is_csv=_is_csv(pairs, as_csv=as_csv)))
    elif listed is not None:
        if bool(asked) == (queries is not None):
            raise click.UsageError("Give one query by its options, or --queries FILE.")
        _finish(_against(listed, queries, asked, as_csv=as_csv))


def _pair(given: dict[str, Any]) -> dict[str, Any]:
    names = [given.get(name) for name in ("a", "b")]
    if not all(isinstance(name, str) for name in names):
        raise InputError(
            "bad_pair", "each line needs two names", hint='Write {"a": "one name", "b": "the other"}.'
        )
    found = score_names(str(names[0]), str(names[1]))
    return {
        "score": found.score,
        "reasons": [str(reason) for reason in found.reasons],
        "codes": [reason.code.value for reason in found.reasons],
    }


def _against(listed: Path, queries: Path | None, asked: dict[str, Any], *, as_csv: bool) -> int:
    """Load the list, answer; returns how many lines could not be used."""
    with scratch() as database:
        skipped: list[int] = []
        with database.transaction() as tx:
            match_list.set_up(tx)
            rows = _listed(listed, skipped, is_csv=_is_csv(listed, as_csv=as_csv and queries is None))
            count = match_list.load(tx, rows, progress=_tell)
        click.echo(f"{count} rows on the list.", err=True)

        def answer(row: dict[str, Any]) -> dict[str, Any]:
            name, subject = subject_from(row)
            return _said(name, subject, match_list.ask(tx, subject))

        with database.snapshot() as tx:
            if queries is not None:
                return len(skipped) + _answer_rows(queries, answer, is_csv=_is_csv(queries, as_csv=as_csv))
            asked["other_names"] = list(asked.get("other_names", ()))
            click.echo(json.dumps(answer(asked), ensure_ascii=False, indent=2))
            return len(skipped)


def _listed(path: Path, skipped: list[int], *, is_csv: bool) -> Iterator[tuple[str, Subject]]:
    """The rows of a list; one that cannot be used is named on the error output and left out."""
    with click.open_file(str(path), "rb") as source:
        for number, row in rows_of(source, is_csv=is_csv):
            try:
                if isinstance(row, InputError):
                    raise row
                name, subject = subject_from(row)
            except KaraulaError as error:
                skipped.append(number)
                click.echo(f"{path}, line {number}, left out: {error}", err=True)
                continue
            yield name or str(number), subject


def _said(name: str, subject: Subject, answer: Answer) -> dict[str, Any]:
    tiers = [each.match.verdict for each in answer.found]
    return {
        "id": name,
        "tier": max(tiers).code if tiers else "clear",
        "matches": [
            {
                "row": each.row,
                "id": each.name,
                "tier": each.match.verdict.code,
                "score": each.match.score,
                "strength": each.match.strength.value,
                "grounds": [ground.value for ground in each.match.grounds],
                "reasons": [str(reason) for reason in each.match.because],
                "codes": [reason.code.value for reason in each.match.because],
            }
            for each in answer.found
        ],
        "cut": answer.cut,
    }


def _answer_rows(path: Path, answer: Callable[[dict[str, Any]], dict[str, Any]], *, is_csv: bool) -> int:
    """Answer each row of a file; returns how many could not be used."""
    bad = 0
    with click.open_file(str(path), "rb") as source:
        for count, (number, row) in enumerate(rows_of(source, is_csv=is_csv), start=1):
            try:
                if isinstance(row, InputError):
                    raise row
                out = answer(row)
            except KaraulaError as error:
                bad += 1
                refusal = {"code": error.code, "message": error.message, "hint": error.hint}
                out = {"error": refusal, "line": number}
            click.echo(json.dumps(out, ensure_ascii=False))
            if count % _TOLD_EVERY == 0:
                _tell(count)
    return bad


def _is_csv(path: Path, *, as_csv: bool) -> bool:
    return as_csv if str(path) == "-" else path.suffix.lower() == ".csv"


def _tell(count: int) -> None:
    if count % _TOLD_EVERY == 0:
        click.echo(f"{count} …", err=True)


def _finish(bad: int) -> None:
    if bad:
        click.echo(f"{bad} line(s) could not be used.", err=True)
        raise click.exceptions.Exit(1)
