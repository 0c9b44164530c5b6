"""Look-alike characters: changed where the alphabet decides, only suggested where it does not.

Job: undo what optical readers confuse (0 O, 1 I, 2 Z, 5 S, 8 B) in fields of digits alone or
letters alone, and list each change. In numbers, where both may stand, find the one swap that a
failed check digit points to, and leave it to a person.
Invariant: a character never changes without a `Repair`. Must not know: what the fields mean.
"""

from __future__ import annotations

from typing import Final

from shared.mrz.check_digit import FILLER, check_digit
from shared.mrz.layout import ALPHABETS, Alphabet, FieldName, Layout, Span
from shared.mrz.model import Repair, Suggestion

_LETTER_OF: Final = {"0": "O", "1": "I", "2": "Z", "5": "S", "8": "B"}
_DIGIT_OF: Final = {letter: digit for digit, letter in _LETTER_OF.items()}
_LOOK_ALIKE: Final = _LETTER_OF | _DIGIT_OF
_READ_AS: Final = {Alphabet.DIGITS: _DIGIT_OF, Alphabet.LETTERS: _LETTER_OF, Alphabet.MIXED: {}}


def continuation(layout: Layout, lines: tuple[str, ...]) -> Span | None:
    """Where a card's long document number runs on, its check digit included; None for a short number.

    The sign: a filler where the number's digit would stand, a number that fills its field, and
    optional data that begins with at least two characters before their first filler.
    """
    number = layout.fields[FieldName.DOCUMENT_NUMBER].of(lines)
    digit = layout.fields[FieldName.DOCUMENT_NUMBER_CHECK].of(lines)
    if not layout.long_numbers or digit != FILLER or number.endswith(FILLER):
        return None
    optional = layout.fields[FieldName.OPTIONAL_1]
    length = len(optional.of(lines).split(FILLER, 1)[0])
    return Span(optional.line, optional.first, optional.first + length - 1) if length > 1 else None


def repair(layout: Layout, lines: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[Repair, ...]]:
    """The lines with look-alikes put right where the field's alphabet decides, and what was changed."""
    repairs: list[Repair] = []
    for field, span in layout.fields.items():
        repairs += _repairs_in(field, span, ALPHABETS[field], lines)
    lines = _apply(repairs, lines)
    if more := continuation(layout, lines):
        digit = Span(more.line, more.last, more.last)
        late = _repairs_in(FieldName.DOCUMENT_NUMBER_CHECK, digit, Alphabet.DIGITS, lines)
        lines = _apply(late, lines)
        repairs += late
    return lines, tuple(sorted(repairs, key=lambda each: (each.line, each.position)))


def suggest(
    field: FieldName, spans: tuple[Span, ...], digit: str, lines: tuple[str, ...]
) -> list[Suggestion]:
    """The look-alike swap within `spans` that gives `digit`, if exactly one does; else nothing."""
    places = [(span.line, at) for span in spans for at in range(span.first, span.last + 1)]
    text = "".join(span.of(lines) for span in spans)
    found = [
        Suggestion(field=field, line=line, position=at, before=text[index], after=swapped)
        for index, (line, at) in enumerate(places)
        if (swapped := _LOOK_ALIKE.get(text[index]))
        and check_digit(text[:index] + swapped + text[index + 1 :]) == digit
    ]
    return found if len(found) == 1 else []


def _repairs_in(field: FieldName, span: Span, alphabet: Alphabet, lines: tuple[str, ...]) -> list[Repair]:
    read_as = _READ_AS[alphabet]
    return [
        Repair(
            field=field,
            line=span.line,
            position=at,
            before=character,
            after=read_as[character],
            why=alphabet,
        )
        for at, character in enumerate(span.of(lines), start=span.first)
        if character in read_as
    ]


def _apply(repairs: list[Repair], lines: tuple[str, ...]) -> tuple[str, ...]:
    cells = [list(line) for line in lines]
    for each in repairs:
        cells[each.line - 1][each.position - 1] = each.after
    return tuple("".join(line) for line in cells)
