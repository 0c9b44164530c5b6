"""Printing a zone: it fits exactly or is refused."""

from __future__ import annotations

import pytest

from shared.errors import MrzError
from shared.mrz import parse
from tests.shared.mrz.documents import CARD, CARD_LONG, PASSPORT, TODAY, VISA_B, made


@pytest.mark.parametrize(
    ("text", "field", "value"),
    [
        (PASSPORT, "document_number", "L898902C34"),
        (CARD, "document_number", "D" * 24),
        (CARD_LONG, "document_number", "D2314589<734"),
        (CARD_LONG, "document_number", "D23145890<34"),
        (PASSPORT, "surname", "A" * 40),
        (PASSPORT, "surname", "ĐORĐEVIĆ"),
        (PASSPORT, "surname", "Eriksson"),
        (PASSPORT, "issuer", "UTOP"),
        (PASSPORT, "optional_1", "QQQ"),
        (PASSPORT, "document_number", "L-1"),
        (VISA_B, "personal_number", "QQQ"),
        (CARD, "optional_2", "1" * 12),
    ],
)
def test_what_does_not_fit_is_refused_never_cut(text: str, field: str, value: str) -> None:
    """Too long, of a foreign alphabet, or without a place in this format: a coded error."""
    with pytest.raises(MrzError) as refused:
        made(text, **{field: value})
    assert refused.value.code == "mrz_does_not_fit"
    assert value not in str(refused.value)


def test_digits_are_computed_not_copied() -> None:
    """A document printed from corrected fields carries right digits."""
    text = made(PASSPORT, document_number="L898902C4")
    assert text.split("\n")[1].startswith("L898902C47")
    assert parse(text, today=TODAY).digits_ok


def test_the_longest_card_number_fills_the_optional_field() -> None:
    """Nine characters, fourteen more, and the digit in the last position."""
    found = parse(made(CARD, document_number="D2314589012345678901234"), today=TODAY)
    assert found.document_number == "D2314589012345678901234"
    assert found.digits_ok
    assert found.round_trips
