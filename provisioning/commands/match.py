"""`karaula match`: the matcher at the command line, for engineers and tests.

Job: stream names in and judgements out as JSON lines, in flat memory.
Invariants: one line out for each line in, in order; a line that cannot be used is answered with its error,
the others go on, and the exit status is then 1. Must not know: how names are compared.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any, Final

import click

from shared.errors import InputError, KaraulaError
from shared.matching.name_pair import score_names

LINE_MAX_BYTES: Final = 64 * 1024  # a query with a hundred aliases is a tenth of it
_STDIN: Final = "-"


@click.command(
    "match",
    epilog="""\b
Examples:
  echo '{"a": "Ђорђевић Ана", "b": "DJORDJEVIC ANA"}' | karaula match --pair -
""",
)
@click.option(
    "--pair",
    "pairs",
    type=click.Path(dir_okay=False, path_type=Path, allow_dash=True),
    metavar="FILE | -",
    help='Score pairs of names, one JSON object {"a": name, "b": name} a line.',
)
def match(*, pairs: Path | None) -> None:
    """Match names against one another, or travellers and vehicles against a list."""
    if pairs is None:
        raise click.UsageError("Say what to match: --pair FILE, or --list FILE with a query.")
    _finish(_stream(pairs, _pair))


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


def _stream(path: Path, answer: Any) -> int:
    """Answer each line of a file; returns how many lines could not be used."""
    bad = 0
    with click.open_file(str(path), "rb") as source:
        for number, line in enumerate(_lines(source), start=1):
            if not line.strip():
                continue
            try:
                out = answer(_object(line))
            except KaraulaError as error:
                bad += 1
                refusal = {"code": error.code, "message": error.message, "hint": error.hint}
                out = {"error": refusal, "line": number}
            click.echo(json.dumps(out, ensure_ascii=False))
    return bad


def _lines(source: IO[Any]) -> Iterator[bytes]:
    """Lines of at most LINE_MAX_BYTES; a longer one comes shortened, so that it is refused, not held."""
    while line := source.readline(LINE_MAX_BYTES + 1):
        if len(line) > LINE_MAX_BYTES and not line.endswith(b"\n"):
            while (rest := source.readline(LINE_MAX_BYTES)) and not rest.endswith(b"\n"):
                pass
            yield b"!"
        else:
            yield line


def _object(line: bytes) -> dict[str, Any]:
    """Raises InputError `bad_json`."""
    try:
        found = json.loads(line.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise InputError(
            "bad_json",
            "this line is no JSON object, or longer than 64 kB",
            hint="Write one JSON object a line, in UTF-8.",
        )
    return found


def _finish(bad: int) -> None:
    if bad:
        click.echo(f"{bad} line(s) could not be used; their answers say why.", err=True)
        raise click.exceptions.Exit(1)
