"""Reading a machine-readable zone into fields, verdicts, repairs and issues.

Job: `parse`, the one way in. A wrong check digit, an unknown state or an impossible date is
shown to the officer, who decides; only what is no zone at all is refused.
Invariants: fields and verdicts are of the lines after the listed repairs; no clock is read.
Must not know: alerts, acceptance rules, screens. Source: ICAO Doc 9303 parts 3 to 7.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Final, Protocol

from shared import partial_date
from shared.errors import InputError, MrzError
from shared.mrz.check_digit import FILLER
from shared.mrz.issues import date_issue, find_issues
from shared.mrz.layout import FieldName, Layout
from shared.mrz.lines import read_lines
from shared.mrz.model import Issue, Mrz, Sex
from shared.mrz.render import render
from shared.mrz.repair import continuation, repair
from shared.mrz.verdicts import judge
from shared.partial_date import UNKNOWN, PartialDate

_SEXES: Final = {"F": Sex.FEMALE, "M": Sex.MALE}


class _DateReader(Protocol):
    def __call__(self, text: str, *, today: date) -> PartialDate: ...


_DATES: Final[Mapping[FieldName, _DateReader]] = {
    FieldName.BIRTH: partial_date.from_mrz_birth,
    FieldName.EXPIRY: partial_date.from_mrz_expiry,
}


def parse(text: str, *, today: date) -> Mrz:
    """Read what a reader or a person typed.

    `today` settles the century of two-digit years (see `partial_date`).
    Raises MrzError (the codes of `lines.read_lines`) when this is no machine-readable zone.
    """
    layout, as_read = read_lines(text)
    lines, repairs = repair(layout, as_read)
    texts = {field: span.of(lines) for field, span in layout.fields.items()}
    verdicts, suggestions = judge(layout, lines)
    document_number, optional_1 = _number(layout, lines, texts)
    surname, given_names = _names(texts[FieldName.NAMES])
    dates, date_issues = _dates(texts, today)
    personal_number = _plain(texts, FieldName.PERSONAL_NUMBER)
    mrz = Mrz(
        format=layout.format,
        document_code=_plain(texts, FieldName.DOCUMENT_CODE),
        issuer=_plain(texts, FieldName.ISSUER),
        document_number=document_number,
        surname=surname,
        given_names=given_names,
        nationality=_plain(texts, FieldName.NATIONALITY),
        sex=_SEXES.get(texts[FieldName.SEX], Sex.UNSPECIFIED),
        birth=dates[FieldName.BIRTH],
        expiry=dates[FieldName.EXPIRY],
        optional_1=optional_1,
        optional_2=_plain(texts, FieldName.OPTIONAL_2),
        personal_number=personal_number,
        zero_when_empty=not personal_number and texts.get(FieldName.PERSONAL_NUMBER_CHECK) == "0",
        name_truncated=not texts[FieldName.NAMES].endswith(FILLER),
        lines=as_read,
        verdicts=verdicts,
        repairs=repairs,
        suggestions=suggestions,
        issues=(),
        round_trips=False,
    )
    issues = (*find_issues(mrz, texts), *date_issues)
    return replace(mrz, issues=issues, round_trips=_round_trips(mrz))


def _plain(texts: Mapping[FieldName, str], field: FieldName) -> str:
    return texts.get(field, "").rstrip(FILLER)


def _number(layout: Layout, lines: tuple[str, ...], texts: Mapping[FieldName, str]) -> tuple[str, str]:
    """The whole document number, and what the first optional field holds beside its continuation."""
    number, optional = _plain(texts, FieldName.DOCUMENT_NUMBER), texts.get(FieldName.OPTIONAL_1, "")
    if more := continuation(layout, lines):
        number += optional[: more.width - 1]
        optional = optional[more.width + 1 :]
    return number, optional.rstrip(FILLER)


def _names(text: str) -> tuple[str, str]:
    """Surname and given names, parted at the first double filler; single fillers become spaces."""
    surname, _, given = text.rstrip(FILLER).partition(FILLER * 2)
    return " ".join(surname.replace(FILLER, " ").split()), " ".join(given.replace(FILLER, " ").split())


def _dates(
    texts: Mapping[FieldName, str], today: date
) -> tuple[dict[FieldName, PartialDate], tuple[Issue, ...]]:
    """Birth and expiry; a date that cannot be is unknown, and an issue."""
    dates, issues = {}, []
    for field, read in _DATES.items():
        try:
            dates[field] = read(texts[field], today=today)
        except InputError as refused:
            dates[field] = UNKNOWN
            issues.append(date_issue(refused, field))
    return dates, tuple(issues)


def _round_trips(mrz: Mrz) -> bool:
    try:
        return render(mrz) == mrz.lines
    except MrzError:  # a damaged zone can read as a number too long to print
        return False
