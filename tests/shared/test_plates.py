"""Plates and vehicle identification numbers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.errors import InputError
from shared.plates import FORMATS, PlateFormat, VinProblem, normalise_plate, read_plate, vin_verdict


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("A12-K-345", "A12K345"),
        (" a12 k 345 ", "A12K345"),
        ("ČA 1234-ĆŽ", "CA1234CZ"),
        ("ŠĐ·123·AB", "SD123AB"),
        ("C\u030cA 1234", "CA1234"),
        ("А12-К-345", "A12K345"),  # Cyrillic А, К
        ("СА 1234 ВН", "CA1234BH"),  # Cyrillic throughout, by its look
        ("---", ""),
    ],
)
def test_a_plates_key_has_no_separators_marks_or_script(text: str, key: str) -> None:
    """However it is typed, one plate has one key."""
    assert normalise_plate(text) == key


@pytest.mark.parametrize("plate_format", FORMATS, ids=lambda each: f"{each.country}-{each.name}")
def test_each_formats_example_is_recognised(plate_format: PlateFormat) -> None:
    """The table's own examples lead back to their rows."""
    assert (plate_format.country, plate_format.name) in read_plate(plate_format.example).candidates


@pytest.mark.parametrize(
    ("text", "countries"),
    [
        ("A12-K-345", {"BA"}),
        ("B12-K-345", set()),  # no such letter on plates of Bosnia and Herzegovina
        ("TA-123456", {"BA"}),
        ("AA 123 BB", {"AL", "RS", "HR"}),
        ("SK 1234 AB", {"MK", "RS", "HR", "BG"}),
        ("PG AB 123", {"ME", "HU"}),
        ("01-123-AB", {"XK"}),
        ("W-12345X", set()),
    ],
)
def test_a_plate_without_a_country_has_every_candidate(text: str, countries: set[str]) -> None:
    """Formats overlap, so all that fit are named; none is no error."""
    assert {country for country, _ in read_plate(text).candidates} == countries


def test_cyrillic_is_read_by_look_and_by_sound() -> None:
    """НС is HC on a Bulgarian plate and NS on a Serbian keyboard: both are looked up."""
    plate = read_plate("НС 123-АВ")
    assert plate.key == "HC123AB"
    assert plate.readings == ("HC123AB", "NS123AV")
    assert read_plate("А12-К-345").readings == ("A12K345",)


def test_the_original_is_kept_as_typed() -> None:
    """What the officer typed stays beside the key."""
    plate = read_plate(" bg 123-čć ")
    assert (plate.original, plate.key) == ("bg 123-čć", "BG123CC")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "plate_empty"),
        ("- -", "plate_empty"),
        ("A" * 21, "text_too_long"),
        ("A" * 10_000_000, "text_too_long"),
        ("A12\x00K345", "text_control"),
        ("A12\u202eK345", "text_reordering"),
    ],
)
def test_what_is_no_plate_at_all_is_refused(text: str, code: str) -> None:
    """Nothing in it, too much of it, or invisible characters."""
    with pytest.raises(InputError) as refused:
        read_plate(text)
    assert refused.value.code == code
    assert refused.value.field == "plate"


@given(st.text(max_size=20))
def test_the_key_of_a_key_is_the_key(text: str) -> None:
    """Normalising twice changes nothing, whatever is typed."""
    assert normalise_plate(normalise_plate(text)) == normalise_plate(text)


@pytest.mark.parametrize(
    ("text", "problem", "binding"),
    [
        ("1M8GDM9AXKP042788", None, True),
        ("1m8gdm9ax-kp 042788", None, True),
        ("1M8GDM9A1KP042788", VinProblem.CHECK_DIGIT, True),
        ("11111111111111111", None, True),
        ("WDBZZZ12Z3A456789", None, False),  # a European number with Z in the check digit's place
        ("TMBJJ7NE8F0123456", None, False),
        ("1M8GDM9AXKP04278", VinProblem.LENGTH, False),
        ("", VinProblem.LENGTH, False),
        ("1M8GDM9AXKPO42788", VinProblem.CHARACTER, False),
        ("1M8GDM9AXKPQ42788", VinProblem.CHARACTER, False),
        ("1M8GDM9AXKPI42788", VinProblem.CHARACTER, False),
        ("1М8GDM9AXKP042788", VinProblem.CHARACTER, False),  # a Cyrillic М
    ],
)
def test_a_vins_digit_binds_in_north_america_only(
    text: str, problem: VinProblem | None, *, binding: bool
) -> None:
    """Seventeen signs without I, O, Q; elsewhere the ninth sign is free."""
    verdict = vin_verdict(text)
    assert (verdict.problem, verdict.binding) == (problem, binding)
    assert verdict.ok is (problem is None)


@pytest.mark.parametrize(
    ("first", "binding"), [*((n, True) for n in "12345"), *((n, False) for n in "0689JVWZ")]
)
def test_makers_of_north_america_are_the_regions_one_to_five(first: str, *, binding: bool) -> None:
    """The first sign of a number is its maker's region."""
    assert vin_verdict(first + "M8GDM9AXKP042788").binding is binding


@given(st.text("0123456789ABCDEFGHJKLMNPRSTUVWXYZ", min_size=17, max_size=17), st.integers(0, 16), st.data())
def test_a_vins_digit_finds_a_wrong_digit(vin: str, place: int, data: st.DataObject) -> None:
    """In a sound North American number, any one digit changed to another shows (weights are below 11)."""
    vin = "1" + vin[1:]
    vin = vin[:8] + vin_verdict(vin).expected + vin[9:]
    assert vin_verdict(vin).ok
    if place == 0 or not vin[place].isdigit():
        return
    wrong = data.draw(st.sampled_from([digit for digit in "0123456789" if digit != vin[place]]))
    assert vin_verdict(vin[:place] + wrong + vin[place + 1 :]).problem is VinProblem.CHECK_DIGIT


def test_a_vin_with_invisible_characters_is_refused() -> None:
    """Controls never reach a list or a log."""
    with pytest.raises(InputError) as refused:
        vin_verdict("1M8GDM9AXKP04278\x00")
    assert (refused.value.code, refused.value.field) == ("text_control", "vin")
