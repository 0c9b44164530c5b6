"""The layout tables cover each page exactly."""

from __future__ import annotations

import pytest

from shared.mrz.layout import LAYOUTS, FieldName, Layout


@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=str)
def test_fields_leave_no_gap_and_do_not_overlap(layout: Layout) -> None:
    """Each position of each line belongs to exactly one field."""
    taken = [(span.line, at) for span in layout.fields.values() for at in range(span.first, span.last + 1)]
    page = [(line, at) for line in range(1, layout.line_count + 1) for at in range(1, layout.width + 1)]
    assert sorted(taken) == page


@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=str)
def test_a_composite_digit_and_what_it_covers_stand_together(layout: Layout) -> None:
    """Only visas have no composite, and none covers itself."""
    assert bool(layout.composite) == (FieldName.COMPOSITE in layout.fields) == ("MRV" not in layout.format)
    if layout.composite:
        own = layout.fields[FieldName.COMPOSITE]
        assert all(
            not (span.line == own.line and span.first <= own.first <= span.last) for span in layout.composite
        )


@pytest.mark.parametrize("layout", [each for each in LAYOUTS.values() if each.composite], ids=str)
def test_the_composite_covers_all_but_what_the_standard_leaves_out(layout: Layout) -> None:
    """Code, issuer, nationality, sex, names and the digit itself are left out, and nothing else."""
    covered = {(span.line, at) for span in layout.composite for at in range(span.first, span.last + 1)}
    left_out = {
        field
        for field, span in layout.fields.items()
        if not covered & {(span.line, at) for at in range(span.first, span.last + 1)}
    }
    assert left_out == {
        FieldName.DOCUMENT_CODE,
        FieldName.ISSUER,
        FieldName.NATIONALITY,
        FieldName.SEX,
        FieldName.NAMES,
        FieldName.COMPOSITE,
    }
    rest = [span for field, span in layout.fields.items() if field not in left_out]
    assert covered == {(span.line, at) for span in rest for at in range(span.first, span.last + 1)}
