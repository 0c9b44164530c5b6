"""Lists and queries as files: CSV with a head line, or JSON lines.

Job: turn a row of either into the subject that is matched; hold a list in a scratch file while it is asked.
Invariants: files are streamed; a row that cannot be used is an error with its number, never half a
subject; the scratch file is encrypted with a key that is kept nowhere, and goes when the command ends.
Must not know: how matching works, the terminal.
"""

from __future__ import annotations

import csv
import json
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, Any, Final

import sqlcipher3.dbapi2 as sqlcipher

from shared.database import KEY_BYTES, Connection, Database
from shared.errors import InputError
from shared.partial_date import parse as parse_date
from shared.typed_text import typed_text
from shared.watchlist import Subject

LINE_MAX_BYTES: Final = 64 * 1024  # a query with a hundred aliases is a tenth of it
VALUE_MAX_CHARS: Final = 2_000

# What files call it -> what it is here. The first of a row is the name the documentation uses.
FIELDS: Final[Mapping[str, tuple[str, ...]]] = {
    "id": ("id", "reference", "caseid"),
    "surname": ("surname", "last_name", "family_name", "primary_identifier"),
    "given_names": ("given_names", "given_name", "first_name", "forenames", "secondary_identifier"),
    "name": ("name", "full_name", "written_name"),
    "other_names": ("other_names", "aliases", "alias", "aka"),
    "birth_date": ("birth_date", "birth", "date_of_birth", "dob", "birthdate"),
    "sex": ("sex", "gender"),
    "nationality": ("nationality", "citizenship"),
    "document_number": ("document_number", "document", "passport", "passport_number"),
    "document_issuer": ("document_issuer", "issuer", "issuing_state"),
    "plate": ("plate", "licence_plate", "registration"),
    "plate_country": ("plate_country",),
    "vin": ("vin",),
}
_MEANING: Final = {word: field for field, words in FIELDS.items() for word in words}


def subject_from(row: Mapping[str, Any]) -> tuple[str, Subject]:
    """(the row's own id, its subject).

    Raises InputError `bad_value`, `nothing_to_match`, and what `typed_text` and `partial_date.parse` raise.
    """
    values: dict[str, str] = {}
    others: list[str] = []
    for word, value in row.items():
        field = _MEANING.get(str(word).strip().lower().replace(" ", "_").replace("-", "_"))
        if field is None or value is None or value == "":
            continue
        if field == "other_names":
            others += _several(value)
        else:
            values[field] = _text(field, value)
    birth = values.get("birth_date", "")
    subject = Subject(
        surname=values.get("surname", ""),
        given_names=values.get("given_names", ""),
        written_name=values.get("name", ""),
        aliases=tuple(others),
        birth=parse_date(birth).day_number() if birth else None,
        sex=values.get("sex", "")[:1].upper(),
        nationality=values.get("nationality", "").upper(),
        document_number=values.get("document_number", ""),
        document_issuer=values.get("document_issuer", "").upper(),
        plate=values.get("plate", ""),
        plate_country=values.get("plate_country", "").upper(),
        vin=values.get("vin", ""),
    )
    if not any((subject.surname, subject.given_names, subject.written_name, others, subject.document_number,
                subject.plate, subject.vin)):  # fmt: skip
        raise InputError(
            "nothing_to_match",
            "there is no name, document, plate or VIN in this row",
            hint=f"Name the columns or keys: {', '.join(FIELDS)}.",
        )
    return values.get("id", ""), subject


def _text(field: str, value: object) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise InputError("bad_value", f"{field} is no text", hint="Write it as text.", field=field)
    return typed_text(str(value), field=field, chars_max=VALUE_MAX_CHARS)


def _several(value: object) -> list[str]:
    parts = value if isinstance(value, list) else str(value).split(";")
    return [text for part in parts if (text := _text("other_names", part))]


def rows_of(source: IO[bytes], *, is_csv: bool) -> Iterator[tuple[int, dict[str, Any] | InputError]]:
    """(line, row or why there is none), in order, blank lines left out."""
    yield from _csv_rows(source) if is_csv else _json_rows(source)


def _json_rows(source: IO[bytes]) -> Iterator[tuple[int, dict[str, Any] | InputError]]:
    for number, line in enumerate(_lines(source), start=1):
        if line is not None and not line.strip():
            continue
        try:
            found = json.loads(line.decode("utf-8-sig")) if line is not None else None
        except (ValueError, RecursionError):
            found = None
        yield number, found if isinstance(found, dict) else _bad_line()


def _csv_rows(source: IO[bytes]) -> Iterator[tuple[int, dict[str, Any] | InputError]]:
    csv.field_size_limit(LINE_MAX_BYTES)
    reader = csv.DictReader(_decoded(source))
    while True:
        try:
            row = next(reader)
        except StopIteration:
            return
        except (csv.Error, UnicodeDecodeError):
            yield reader.line_num, _bad_line()
            return  # the reader has lost its place
        yield reader.line_num, {word: value for word, value in row.items() if isinstance(word, str)}


def _decoded(source: IO[bytes]) -> Iterator[str]:
    """Raises csv.Error for a line beyond the limit, UnicodeDecodeError for one that is not UTF-8."""
    for line in _lines(source):
        if line is None:
            raise csv.Error("a line is too long")
        yield line.decode("utf-8").removeprefix("\ufeff")


def _bad_line() -> InputError:
    return InputError(
        "bad_line",
        "this line is no JSON object or CSV row, or is longer than 64 kB",
        hint="Write one JSON object a line, or CSV with a line of column names first, in UTF-8.",
    )


def _lines(source: IO[bytes]) -> Iterator[bytes | None]:
    """Lines; None for one longer than LINE_MAX_BYTES, which is never held whole."""
    while line := source.readline(LINE_MAX_BYTES + 1):
        if len(line) > LINE_MAX_BYTES and not line.endswith(b"\n"):
            while (rest := source.readline(LINE_MAX_BYTES)) and not rest.endswith(b"\n"):
                pass
            yield None
        else:
            yield line


@contextmanager
def scratch() -> Iterator[Database]:
    """An encrypted file for as long as the block runs."""
    with TemporaryDirectory(prefix="karaula-match-") as directory:
        path = Path(directory, "list.db")

        def connect() -> Connection:
            opened: Connection = sqlcipher.connect(str(path), isolation_level=None, check_same_thread=False)
            return opened

        yield Database(connect, key=secrets.token_bytes(KEY_BYTES))
