"""What is odd about a zone that reads, in words for the officer.

Job: the table of issues and the rules that find them.
Invariant: an issue never stops a check; codes are stable, messages are plain English that pages
may translate by code. Must not know: what a country accepts, whether a document is on a list.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from shared.errors import InputError
from shared.mrz.check_digit import FILLER
from shared.mrz.layout import ALPHABETS, Alphabet, FieldName, Format
from shared.mrz.model import Issue, IssueCode, Mrz
from shared.mrz.states import SPECIMEN, STATES

_MESSAGES: Final = {
    IssueCode.UNKNOWN_STATE: "No state or organisation has this code. Compare it with the printed page.",
    IssueCode.SPECIMEN_STATE: "Utopia stands on specimens only. This is no genuine document.",
    IssueCode.BAD_DATE: "These characters are no date. Take the date from the printed page.",
    IssueCode.IMPOSSIBLE_DATE: "There is no such day. Take the date from the printed page.",
    IssueCode.DATE_RANGE: "This year is out of range. Check the printed page and this machine's clock.",
    IssueCode.BIRTH_AFTER_EXPIRY: "The birth reads later than the expiry. Check the century of both.",
    IssueCode.UNKNOWN_SEX: "Neither M, F nor the filler stands here. Compare it with the printed page.",
    IssueCode.UNUSUAL_DOCUMENT_CODE: "Unusual for a document of this size. Look at the document itself.",
    IssueCode.NUMBER_MISSING: "There is no document number. Type it from the printed page.",
    IssueCode.NAME_MISSING: "There is no name. Type it from the printed page.",
    IssueCode.NAME_SEPARATOR: "The fillers between the names are irregular. Compare with the printed page.",
    IssueCode.NOT_A_LETTER: "A digit stands where only letters may. Compare it with the printed page.",
}

_USUAL_FIRST_LETTERS: Final[Mapping[Format, str]] = {
    Format.TD1: "ACI",
    Format.TD2: "ACI",
    Format.TD3: "P",
    Format.MRV_A: "V",
    Format.MRV_B: "V",
}
_SEXES: Final = frozenset({"M", "F", FILLER})


def issue(code: IssueCode, field: FieldName) -> Issue:
    """An issue with its message from the table."""
    return Issue(code=code, field=field, message=_MESSAGES[code])


def date_issue(refused: InputError, field: FieldName) -> Issue:
    """The issue for a date that `partial_date` refused; their codes are the same words."""
    return issue(IssueCode(refused.code), field)


def find_issues(mrz: Mrz, texts: Mapping[FieldName, str]) -> Iterator[Issue]:
    """The issues of a zone, from its fields and the repaired `texts` they came from; dates are apart."""
    if not mrz.document_code.startswith(tuple(_USUAL_FIRST_LETTERS[mrz.format])):
        yield issue(IssueCode.UNUSUAL_DOCUMENT_CODE, FieldName.DOCUMENT_CODE)
    for field, code in ((FieldName.ISSUER, mrz.issuer), (FieldName.NATIONALITY, mrz.nationality)):
        if code not in STATES:
            yield issue(IssueCode.UNKNOWN_STATE, field)
    if mrz.issuer == SPECIMEN:
        yield issue(IssueCode.SPECIMEN_STATE, FieldName.ISSUER)
    if not mrz.document_number:
        yield issue(IssueCode.NUMBER_MISSING, FieldName.DOCUMENT_NUMBER)
    if texts[FieldName.SEX] not in _SEXES:
        yield issue(IssueCode.UNKNOWN_SEX, FieldName.SEX)
    born, expires = mrz.birth.earliest, mrz.expiry.latest
    if born is not None and expires is not None and born > expires:
        yield issue(IssueCode.BIRTH_AFTER_EXPIRY, FieldName.BIRTH)
    yield from _name_issues(texts[FieldName.NAMES])
    for field, text in texts.items():
        if ALPHABETS[field] is Alphabet.LETTERS and any(character.isdigit() for character in text):
            yield issue(IssueCode.NOT_A_LETTER, field)


def _name_issues(text: str) -> Iterator[Issue]:
    name = text.rstrip(FILLER)
    if not name:
        yield issue(IssueCode.NAME_MISSING, FieldName.NAMES)
    # One double filler parts surname and given names; a name without surname begins with it.
    surname, _, given = name.partition(FILLER * 2)
    if surname.startswith(FILLER) or given.startswith(FILLER) or FILLER * 2 in given:
        yield issue(IssueCode.NAME_SEPARATOR, FieldName.NAMES)
