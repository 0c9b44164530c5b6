"""Answers of `karaula match`: names scored, travellers and vehicles looked for on a list, line by line.

Must not know: options, exit statuses.
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

_TOLD_EVERY: Final = 50_000


def pairs(path: Path, *, as_csv: bool) -> int:
    """Score each pair of a file; returns how many lines could not be used."""
    return _answer_rows(path, _pair, is_csv=_is_csv(path, as_csv=as_csv))


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


def against(listed: Path, queries: Path | None, asked: dict[str, Any], *, as_csv: bool) -> int:
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
