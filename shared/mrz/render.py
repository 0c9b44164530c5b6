"""From fields to the exact lines of a document.

Job: print a zone again from its contents, check digits computed, so that the lines of a sound
document need not be stored beside its fields.
Invariant: what is printed fits; nothing is cut or changed silently. Must not know: reading.
Source: the layouts of ICAO Doc 9303; long numbers as in part 5, section 4.2.2, note j.
"""

from __future__ import annotations

from typing import Final

from shared.errors import MrzError
from shared.mrz.check_digit import CHARACTERS, FILLER, check_digit
from shared.mrz.layout import CHECKED, LAYOUTS, FieldName, Span
from shared.mrz.model import MrzFields, Sex

_NUMBER_WIDTH: Final = 9
_ALPHABET: Final = frozenset(CHARACTERS)


def render(fields: MrzFields) -> tuple[str, ...]:
    """The lines that hold these fields.

    Names are given in the zone's letters (`names.transliterate_to_mrz` makes them so).
    Raises MrzError `mrz_does_not_fit` for text too long for its place or foreign to the alphabet.
    """
    layout = LAYOUTS[fields.format]
    number, digit, optional_1 = _number(fields, long_numbers=layout.long_numbers)
    texts = {
        FieldName.DOCUMENT_CODE: fields.document_code,
        FieldName.ISSUER: fields.issuer,
        FieldName.DOCUMENT_NUMBER: number,
        FieldName.DOCUMENT_NUMBER_CHECK: digit,
        FieldName.NATIONALITY: fields.nationality,
        FieldName.BIRTH: fields.birth.mrz(),
        FieldName.SEX: FILLER if fields.sex is Sex.UNSPECIFIED else fields.sex.value,
        FieldName.EXPIRY: fields.expiry.mrz(),
        FieldName.NAMES: _names(fields.surname, fields.given_names),
        FieldName.OPTIONAL_1: optional_1,
        FieldName.OPTIONAL_2: fields.optional_2,
        FieldName.PERSONAL_NUMBER: fields.personal_number,
    }
    cells = [[FILLER] * layout.width for _ in range(layout.line_count)]
    for field, text in texts.items():
        _put(cells, layout.fields.get(field), text)
    for field in (FieldName.BIRTH, FieldName.EXPIRY, FieldName.PERSONAL_NUMBER):
        span = layout.fields.get(field)
        if span is not None and (texts[field] or fields.zero_when_empty):
            _put(cells, layout.fields[CHECKED[field]], check_digit(span.of(_joined(cells))))
    if layout.composite:
        covered = "".join(span.of(_joined(cells)) for span in layout.composite)
        _put(cells, layout.fields[FieldName.COMPOSITE], check_digit(covered))
    return _joined(cells)


def _number(fields: MrzFields, *, long_numbers: bool) -> tuple[str, str, str]:
    """What stands in the number's field, in its digit's place, and in the first optional field."""
    number = fields.document_number
    if len(number) <= _NUMBER_WIDTH or not long_numbers:
        return number, check_digit(_spelled(number)), fields.optional_1
    if FILLER in number[_NUMBER_WIDTH - 1 :]:
        raise _does_not_fit("a long document number has a filler where it would seem to end")
    rest = number[_NUMBER_WIDTH:] + check_digit(_spelled(number))
    optional = f"{rest}{FILLER}{fields.optional_1}" if fields.optional_1 else rest
    return number[:_NUMBER_WIDTH], FILLER, optional


def _names(surname: str, given_names: str) -> str:
    joined = f"{surname}{FILLER * 2}{given_names}" if given_names else surname
    return joined.replace(" ", FILLER)


def _put(cells: list[list[str]], span: Span | None, text: str) -> None:
    if not text:
        return
    if span is None or len(text) > span.width:
        raise _does_not_fit(f"{len(text)} characters for a field of {span.width if span else 0}")
    cells[span.line - 1][span.first - 1 : span.first - 1 + len(text)] = _spelled(text)


def _spelled(text: str) -> str:
    if not _ALPHABET.issuperset(text):
        raise _does_not_fit("a field holds a character that a machine-readable zone has not")
    return text


def _joined(cells: list[list[str]]) -> tuple[str, ...]:
    return tuple("".join(line) for line in cells)


def _does_not_fit(message: str) -> MrzError:
    hint = "Write the field in A–Z, 0–9 and <, as short as its issuer would, or keep the lines as read."
    return MrzError("mrz_does_not_fit", message, hint=hint)
