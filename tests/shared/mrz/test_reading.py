"""Reading whole documents: fields, verdicts, issues, and what a corrupted character does."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.mrz import FieldName, Format, MrzFields, Sex, parse, render
from shared.mrz.check_digit import CHARACTERS, SAME_VALUE
from shared.mrz.layout import CHECKED, LAYOUTS
from shared.partial_date import UNKNOWN
from tests.shared.mrz.documents import (
    CARD,
    CARD_2,
    CARD_2_LONG,
    CARD_LONG,
    PASSPORT,
    SPECIMENS,
    TODAY,
    VISA_A,
    VISA_B,
    codes,
    contents,
    documents,
    made,
    swap,
)


@pytest.mark.parametrize("specimen", SPECIMENS)
def test_every_specimens_digits_are_right_and_its_lines_come_back(specimen: str) -> None:
    """Each digit is computed anew, nothing is repaired, and the lines need not be stored."""
    found = parse(specimen, today=TODAY)
    assert found.digits_ok
    assert found.verdicts
    assert (found.repairs, found.suggestions) == ((), ())
    assert codes(found) == {"specimen_state"}
    assert found.round_trips
    assert "\n".join(render(found)) == specimen


@pytest.mark.parametrize(
    ("specimen", "digits"),
    [
        (PASSPORT, "62910"),
        (CARD, "7296"),
        (CARD_LONG, "9722"),
        (CARD_2, "7296"),
        (CARD_2_LONG, "9728"),
        (VISA_A, "489"),
        (VISA_B, "489"),
    ],
)
def test_specimens_carry_the_digits_that_are_printed_on_them(specimen: str, digits: str) -> None:
    """Number, birth, expiry, then the personal number's and the composite where there are any."""
    verdicts = parse(specimen, today=TODAY).verdicts
    assert "".join(verdict.found for verdict in verdicts) == digits
    assert "".join(verdict.expected for verdict in verdicts) == digits


def test_a_passport_in_full() -> None:
    """Every field of the passport specimen."""
    found = parse(PASSPORT, today=TODAY)
    assert (found.format, found.document_code, found.issuer) == (Format.TD3, "P", "UTO")
    assert (found.surname, found.given_names, found.name_truncated) == ("ERIKSSON", "ANNA MARIA", False)
    assert (found.document_number, found.personal_number) == ("L898902C3", "ZE184226B")
    assert (found.nationality, found.sex) == ("UTO", Sex.FEMALE)
    assert (str(found.birth), str(found.expiry)) == ("1974-08-12", "2012-04-15")
    assert (found.optional_1, found.optional_2) == ("", "")


@pytest.mark.parametrize("specimen", [CARD_LONG, CARD_2_LONG])
def test_a_long_number_is_joined_and_its_digit_checked_over_the_whole(specimen: str) -> None:
    """The number runs on in the optional data; the inner filler is no part of it."""
    found = parse(specimen, today=TODAY)
    assert found.document_number == "D23145890734"
    assert found.optional_1 == ""
    assert found.verdicts[0].found == "9"
    assert str(found.birth) == "1934-07-12"
    assert str(found.expiry) == "1995-07-12"


def test_optional_data_after_a_long_number_stays_optional_data() -> None:
    """What follows the filler after the number's digit is the issuer's own."""
    text = made(CARD_LONG, optional_1="AB7")
    assert "<7349<AB7<" in text
    found = parse(text, today=TODAY)
    assert (found.document_number, found.optional_1) == ("D23145890734", "AB7")
    assert found.digits_ok


def test_optional_data_beside_a_short_number_is_no_continuation() -> None:
    """A number with its own digit ends there, whatever the optional data says."""
    text = swap(CARD, 1, 16, "9")
    assert parse(text, today=TODAY).document_number == "D23145890"
    assert parse(text, today=TODAY).optional_1 == "9"


@pytest.mark.parametrize(("number", "optional"), [("D23145890", "7"), ("D2314589<", "734")])
def test_what_cannot_be_a_continuation_is_a_missing_digit(number: str, optional: str) -> None:
    """One character holds no rest and digit; a number that ends early does not run on."""
    line = f"I<UTO{number}<{optional}".ljust(30, "<")
    found = parse("\n".join((line, *CARD.split("\n")[1:])), today=TODAY)
    assert (found.document_number, found.optional_1) == (number.rstrip("<"), optional)
    assert (found.verdicts[0].found, found.verdicts[0].ok) == ("<", False)


def test_a_personal_number_that_is_there_needs_its_digit() -> None:
    """Only an empty one may have a filler for it."""
    found = parse(swap(PASSPORT, 2, 43, "<"), today=TODAY)
    assert not found.verdicts[3].ok
    assert (found.verdicts[3].expected, found.verdicts[3].found) == ("1", "<")


@pytest.mark.parametrize(("zero", "digit"), [(False, "<"), (True, "0")])
def test_an_empty_personal_number_may_have_a_zero_or_a_filler_as_its_digit(*, zero: bool, digit: str) -> None:
    """Both are in use; each is right, and each comes back as printed."""
    text = made(PASSPORT, personal_number="", zero_when_empty=zero)
    assert text[-2] == digit
    found = parse(text, today=TODAY)
    assert found.digits_ok
    assert (found.personal_number, found.zero_when_empty) == ("", zero)
    assert found.round_trips


def test_a_wrong_digit_is_a_verdict_that_names_both_digits() -> None:
    """The officer sees which digit, what it should be and what it is; nothing is refused."""
    found = parse(swap(PASSPORT, 2, 20, "3"), today=TODAY)
    failed = [verdict for verdict in found.verdicts if not verdict.ok]
    assert [verdict.field for verdict in failed] == [FieldName.BIRTH, FieldName.COMPOSITE]
    assert (failed[0].expected, failed[0].found) == ("2", "3")
    assert not found.digits_ok
    assert not found.round_trips


def test_a_filler_for_a_digit_is_wrong_outside_the_personal_number() -> None:
    """Only an empty personal number may leave its digit out."""
    found = parse(swap(PASSPORT, 2, 28, "<"), today=TODAY)
    assert {verdict.field for verdict in found.verdicts if not verdict.ok} == {
        FieldName.EXPIRY,
        FieldName.COMPOSITE,
    }


def test_a_full_name_field_is_marked_as_possibly_cut() -> None:
    """A letter in the last position is the sign; such names compare by their beginning."""
    name = "NILAVADHANANANDA<<CHAYAPA<DEJTHAMRONG<K"
    found = parse("P<UTO" + name + "\n" + PASSPORT.split("\n")[1], today=TODAY)
    assert found.name_truncated
    assert (found.surname, found.given_names) == ("NILAVADHANANANDA", "CHAYAPA DEJTHAMRONG K")
    assert found.round_trips


@pytest.mark.parametrize(
    ("name", "surname", "given", "odd"),
    [
        ("ARKFREITH", "ARKFREITH", "", set()),
        ("<<ARKFREITH", "", "ARKFREITH", set()),
        ("VAN<DER<MUELLEN<<INGE", "VAN DER MUELLEN", "INGE", set()),
        ("A<<B<<C", "A", "B C", {"name_separator"}),
        ("A<<<B", "A", "B", {"name_separator"}),
        ("<A<<B", "A", "B", {"name_separator"}),
        ("", "", "", {"name_missing"}),
        ("ER4KSSON<<ANNA", "ER4KSSON", "ANNA", {"not_a_letter"}),
    ],
)
def test_names_are_parted_at_the_double_filler(name: str, surname: str, given: str, odd: set[str]) -> None:
    """One name, no surname, several parts; irregular fillers and digits are pointed out."""
    text = "P<UTO" + name.ljust(39, "<") + "\n" + PASSPORT.split("\n")[1]
    found = parse(text, today=TODAY)
    assert (found.surname, found.given_names) == (surname, given)
    assert codes(found) - {"specimen_state"} == odd
    assert found.round_trips is ("name_separator" not in odd)


@pytest.mark.parametrize(
    ("line", "position", "characters", "code", "field"),
    [
        (1, 3, "QQQ", "unknown_state", "issuer"),
        (2, 11, "QQQ", "unknown_state", "nationality"),
        (2, 11, "<<<", "unknown_state", "nationality"),
        (2, 14, "740230", "impossible_date", "birth"),
        (2, 14, "7<0812", "bad_date", "birth"),
        (2, 22, "121301", "impossible_date", "expiry"),
        (2, 22, "600812", "birth_after_expiry", "birth"),
        (2, 21, "X", "unknown_sex", "sex"),
        (1, 1, "X", "unusual_document_code", "document_code"),
        (2, 1, "<<<<<<<<<", "number_missing", "document_number"),
    ],
)
def test_what_is_odd_is_an_issue_and_no_error(
    line: int, position: int, characters: str, code: str, field: str
) -> None:
    """Unknown states, impossible dates and the rest are named with field and message."""
    text = PASSPORT
    for offset, character in enumerate(characters):
        text = swap(text, line, position + offset, character)
    found = parse(text, today=TODAY)
    assert (code, field) in {(issue.code.value, issue.field.value) for issue in found.issues}
    assert all(issue.message for issue in found.issues)


def test_an_impossible_date_is_unknown_and_keeps_the_lines() -> None:
    """The field holds nothing invented; the raw lines stay the only witness."""
    text = PASSPORT
    for offset, character in enumerate("740230"):
        text = swap(text, 2, 14 + offset, character)
    found = parse(text, today=TODAY)
    assert found.birth == UNKNOWN
    assert not found.round_trips
    assert "740230" in found.lines[1]


def test_an_unspecified_sex_is_the_filler() -> None:
    """The zone's filler reads as unspecified, without an issue."""
    found = parse(swap(PASSPORT, 2, 21, "<"), today=TODAY)
    assert found.sex is Sex.UNSPECIFIED
    assert codes(found) == {"specimen_state"}
    assert found.round_trips


@pytest.mark.parametrize("printed", ["D<<", "RKS", "XKX", "UNK", "XXA", "SCG"])
def test_codes_outside_iso_are_known_and_kept_as_printed(printed: str) -> None:
    """Special and former codes raise no issue, and aliases change nothing that is read."""
    text = PASSPORT
    for offset, character in enumerate(printed):
        text = swap(swap(text, 1, 3 + offset, character), 2, 11 + offset, character)
    found = parse(text, today=TODAY)
    assert found.issues == ()
    assert found.issuer == found.nationality == printed.rstrip("<")
    assert found.round_trips


def test_the_century_depends_on_the_day_that_is_handed_in() -> None:
    """No clock is read: the same lines on another day read in another century."""
    text = swap(swap(PASSPORT, 2, 14, "2"), 2, 15, "6")
    assert str(parse(text, today=date(2026, 8, 12)).birth) == "2026-08-12"
    assert str(parse(text, today=date(2026, 8, 11)).birth) == "1926-08-12"


@given(documents())
def test_any_sound_document_reads_back_whole(document: MrzFields) -> None:
    """Print, read: the same fields, every digit right, no repair, and the lines come back."""
    text = "\n".join(render(document))
    found = parse(text, today=TODAY)
    assert contents(found) == contents(document)
    assert found.digits_ok
    assert (found.repairs, found.suggestions) == ((), ())
    assert found.round_trips
    has_personal = document.format is Format.TD3
    has_composite = document.format in {Format.TD1, Format.TD2, Format.TD3}
    assert len(found.verdicts) == 3 + has_personal + has_composite


@settings(max_examples=500)
@given(documents(), st.data())
def test_one_wrong_character_under_a_digit_never_passes_unseen(
    document: MrzFields, data: st.DataObject
) -> None:
    """Each checked position, each character of another value: a digit fails or a repair is listed.

    Characters of the same value are the known limit of the digit itself (see `check_digit`).
    """
    layout = LAYOUTS[document.format]
    own = [layout.fields[field] for pair in CHECKED.items() for field in pair if field in layout.fields]
    if FieldName.COMPOSITE in layout.fields:
        own.append(layout.fields[FieldName.COMPOSITE])
    places = [(s.line, at) for s in (*own, *layout.composite) for at in range(s.first, s.last + 1)]
    line, at = data.draw(st.sampled_from(places))
    lines = render(document)
    right = lines[line - 1][at - 1]
    same = next(each for each in SAME_VALUE if right in each)
    wrong = data.draw(st.sampled_from([character for character in CHARACTERS if character not in same]))
    found = parse(swap("\n".join(lines), line, at, wrong), today=TODAY)
    assert not found.digits_ok or found.repairs
    assert not found.round_trips


def test_the_known_limit_a_character_of_equal_value_passes_its_digit() -> None:
    """B for L in a number is seen by no digit: 21 and 11 end alike. The limit is real."""
    found = parse(swap(PASSPORT, 2, 1, "B"), today=TODAY)
    assert found.digits_ok
    assert found.document_number == "B898902C3"


@pytest.mark.parametrize(("line", "position"), [(1, 3), (1, 7), (2, 11), (2, 21)])
def test_the_known_limit_some_fields_have_no_digit_at_all(line: int, position: int) -> None:
    """Issuer, names, nationality and sex are covered by nothing, whatever stands there."""
    assert parse(swap(PASSPORT, line, position, "M"), today=TODAY).digits_ok
