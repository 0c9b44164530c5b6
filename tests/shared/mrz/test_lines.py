"""What a reader may type, and what is refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.errors import MrzError
from shared.mrz import Format, parse
from tests.shared.mrz.documents import CARD, CARD_2, PASSPORT, SPECIMENS, TODAY, VISA_A, VISA_B, swap


@pytest.mark.parametrize("end", ["\n", "\r", "\r\n", "\n\n", " \r\n\t"])
@pytest.mark.parametrize("specimen", SPECIMENS)
def test_every_line_end_case_and_blank_reads_the_same(specimen: str, end: str) -> None:
    """A wedge reader ends lines its own way, may type lower case, and blanks around do no harm."""
    expected = parse(specimen, today=TODAY)
    assert parse(specimen.replace("\n", end), today=TODAY) == expected
    assert parse("  \t" + specimen.lower().replace("\n", end) + end, today=TODAY) == expected


@pytest.mark.parametrize("specimen", SPECIMENS)
def test_one_run_of_a_whole_documents_length_is_cut_into_lines(specimen: str) -> None:
    """88, 72 and 90 characters without a line end are a document."""
    assert parse(specimen.replace("\n", ""), today=TODAY) == parse(specimen, today=TODAY)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (PASSPORT, Format.TD3),
        (CARD, Format.TD1),
        (CARD_2, Format.TD2),
        (VISA_A, Format.MRV_A),
        (VISA_B, Format.MRV_B),
    ],
)
def test_the_format_follows_from_the_shape_and_the_first_letter(text: str, expected: Format) -> None:
    """Two-line documents that begin with V are visas."""
    assert parse(text, today=TODAY).format is expected


def _without_last(text: str) -> str:
    return text[:-1]


@pytest.mark.parametrize(
    ("text", "code", "says"),
    [
        ("", "mrz_empty", "nothing"),
        (" \r\n \n", "mrz_empty", "nothing"),
        (_without_last(PASSPORT), "mrz_length", "line 2 has 43 characters, expected 44"),
        (PASSPORT + "<", "mrz_length", "line 2 has 45 characters, expected 44"),
        (PASSPORT[1:], "mrz_length", "line 1 has 43 characters, expected 44"),
        (_without_last(CARD), "mrz_length", "line 3 has 29 characters, expected 30"),
        (_without_last(CARD_2), "mrz_length", "line 2 has 35 characters, expected 36"),
        (PASSPORT.split("\n")[0] + "\nL898902C36", "mrz_length", "line 2 has 10 characters, expected 44"),
        (_without_last(PASSPORT).replace("\n", ""), "mrz_length", "line 1 has 87 characters, expected 88"),
        (PASSPORT.split("\n")[0], "mrz_line_count", "1 line read, expected 2 of 44"),
        ("\n".join(CARD.split("\n")[:2]), "mrz_line_count", "2 lines read, expected 3 of 30"),
        (CARD + "\n" + "<" * 30, "mrz_line_count", "4 lines read"),
        ("A", "mrz_line_count", "1 line read"),
        (PASSPORT.replace("<", "\x00", 1), "mrz_character", "line 1, position 2: U+0000"),
        (
            swap(PASSPORT, 2, 7, "\u202e"),
            "mrz_character",
            "line 2, position 7: U+202E RIGHT-TO-LEFT OVERRIDE",
        ),
        (swap(PASSPORT, 1, 6, "\u200f"), "mrz_character", "U+200F"),
        (swap(PASSPORT, 1, 6, "Е"), "mrz_character", "U+0415 CYRILLIC CAPITAL LETTER IE"),
        (swap(PASSPORT, 1, 6, "ß"), "mrz_character", "U+00DF"),
        (swap(PASSPORT, 1, 6, "ı"), "mrz_character", "U+0131"),
        (swap(PASSPORT, 1, 6, "١"), "mrz_character", "U+0661"),
        (swap(PASSPORT, 1, 6, " "), "mrz_character", "U+0020 SPACE"),
        (PASSPORT.replace("\n", "\u2028"), "mrz_character", "U+2028"),
        ("<" * 201, "mrz_too_long", "201 characters"),
        ("\n" * 10_000_000, "mrz_too_long", "10000000"),
    ],
)
def test_what_is_no_zone_is_refused_with_a_code_and_where_it_is_wrong(
    text: str, code: str, says: str
) -> None:
    """Lengths, counts and characters: the error names line, found and expected, and what to do."""
    with pytest.raises(MrzError) as refused:
        parse(text, today=TODAY)
    assert refused.value.code == code
    assert says in refused.value.message
    assert refused.value.hint.endswith(".")


@given(st.text() | st.text("<ABZ019\n\r \x00", max_size=100))
def test_any_text_is_read_or_refused_with_an_mrz_error(text: str) -> None:
    """Nothing else ever escapes, whatever is typed."""
    try:
        parse(text, today=TODAY)
    except MrzError as refused:
        repr(refused)


@given(
    st.lists(
        st.text("<ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", min_size=44, max_size=44), min_size=2, max_size=2
    )
)
def test_any_two_lines_of_the_right_shape_are_read(lines: list[str]) -> None:
    """Of the right shape and alphabet, even nonsense is read and judged, never refused."""
    found = parse("\n".join(lines), today=TODAY)
    assert found.lines == tuple(lines)


def test_errors_repeat_nothing_the_document_says() -> None:
    """Errors reach logs, so neither name nor number may stand in them."""
    with pytest.raises(MrzError) as refused:
        parse(_without_last(PASSPORT), today=TODAY)
    assert "ERIKSSON" not in str(refused.value)
    assert "L898902C3" not in str(refused.value)
