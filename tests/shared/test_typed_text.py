"""Typed text: what is refused, what is normalised."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.errors import InputError
from shared.typed_text import typed_text


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Ana\x00", "text_control"),
        ("A\x1bna", "text_control"),
        ("Ana\tMarija", "text_control"),
        ("A\u200bna", "text_control"),
        ("A\ud800", "text_control"),
        ("A\ue000", "text_control"),
        ("A\uffff", "text_control"),
        ("A\u2028B", "text_control"),
        ("Ana\u202e", "text_reordering"),
        ("\u2067Ana", "text_reordering"),
        ("\u200fAna", "text_reordering"),
        ("A" * 101, "text_too_long"),
        ("A" * 10_000_000, "text_too_long"),
        ("\ufdfa" * 101, "text_too_long"),
    ],
)
def test_what_nobody_types_on_purpose_is_refused(text: str, code: str) -> None:
    """Controls, marks that reorder the screen, broken characters and floods have a code and a hint."""
    with pytest.raises(InputError) as refused:
        typed_text(text, field="surname", chars_max=100)
    assert refused.value.code == code
    assert refused.value.field == "surname"
    assert refused.value.hint


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("", ""),
        (" \t\r\n", ""),
        ("  Ana   Marija \r\n", "Ana Marija"),
        ("Ana\u00a0Marija", "Ana Marija"),
        ("Milos\u030c", "Miloš"),
        ("Ђорђевић", "Ђорђевић"),
        ("محمد", "محمد"),
        ("C\u030c" * 100, "Č" * 100),
    ],
)
def test_what_people_type_is_trimmed_and_composed(text: str, clean: str) -> None:
    """Blanks go, letters and their marks become one character, every script stays."""
    assert typed_text(text, field="surname", chars_max=100) == clean


@given(st.text(max_size=50))
def test_what_passes_is_composed_and_passes_again(text: str) -> None:
    """Cleaning is idempotent, and its result is NFC within the length."""
    try:
        clean = typed_text(text, field="surname", chars_max=40)
    except InputError:
        return
    assert typed_text(clean, field="surname", chars_max=40) == clean
    assert unicodedata.is_normalized("NFC", clean)
    assert len(clean) <= 40
