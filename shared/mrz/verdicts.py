"""What each check digit says about the characters it covers.

Job: one verdict a digit, and where a number's digit fails, the one look-alike swap that explains it.
Invariant: a verdict compares characters as printed; nothing is mended here.
Must not know: what the fields mean. Source: ICAO Doc 9303 part 3, section 4.9, parts 4 to 7.
"""

from __future__ import annotations

from typing import Final

from shared.mrz.check_digit import FILLER, check_digit
from shared.mrz.layout import ALPHABETS, CHECKED, Alphabet, FieldName, Layout, Span
from shared.mrz.model import Suggestion, Verdict
from shared.mrz.repair import continuation, suggest

_MAY_BE_BLANK: Final = FieldName.PERSONAL_NUMBER
"""The field whose digit may be a filler when it holds nothing (part 4, section 4.2.2)."""


def judge(layout: Layout, lines: tuple[str, ...]) -> tuple[tuple[Verdict, ...], tuple[Suggestion, ...]]:
    """A verdict for each check digit of the layout, the composite last, and suggestions for failed ones."""
    verdicts: list[Verdict] = []
    suggestions: list[Suggestion] = []
    for field in CHECKED:
        if field not in layout.fields:
            continue
        covered, digit = _covered(layout, field, lines)
        text, found = _joined(covered, lines), digit.of(lines)
        blank = field is _MAY_BE_BLANK and found == FILLER and not text.strip(FILLER)
        verdict = _verdict(field, FILLER if blank else check_digit(text), found)
        verdicts.append(verdict)
        if not verdict.ok and ALPHABETS[field] is Alphabet.MIXED:
            suggestions += suggest(field, covered, found, lines)
    if layout.composite:
        expected = check_digit(_joined(layout.composite, lines))
        found = layout.fields[FieldName.COMPOSITE].of(lines)
        verdicts.append(_verdict(FieldName.COMPOSITE, expected, found))
    return tuple(verdicts), tuple(suggestions)


def _covered(layout: Layout, field: FieldName, lines: tuple[str, ...]) -> tuple[tuple[Span, ...], Span]:
    """The characters a field's digit covers, and where that digit stands."""
    span = layout.fields[field]
    more = continuation(layout, lines) if field is FieldName.DOCUMENT_NUMBER else None
    if more is None:
        return (span,), layout.fields[CHECKED[field]]
    rest = Span(more.line, more.first, more.last - 1)
    return (span, rest), Span(more.line, more.last, more.last)


def _verdict(field: FieldName, expected: str, found: str) -> Verdict:
    return Verdict(field=field, expected=expected, found=found, ok=expected == found)


def _joined(spans: tuple[Span, ...], lines: tuple[str, ...]) -> str:
    return "".join(span.of(lines) for span in spans)
