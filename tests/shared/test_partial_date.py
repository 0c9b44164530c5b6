"""Partial dates: reading, printing, centuries, packing."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared import partial_date
from shared.errors import InputError, WireError
from shared.partial_date import UNKNOWN, PartialDate

TODAY = date(2026, 11, 24)


def _possible(parts: tuple[int | None, int | None, int | None]) -> bool:
    try:
        PartialDate(year=parts[0], month=parts[1], day=parts[2])
    except InputError:
        return False
    return True


dates = (
    st.tuples(
        st.none() | st.integers(1900, 2199), st.none() | st.integers(1, 12), st.none() | st.integers(1, 31)
    )
    .filter(_possible)
    .map(lambda parts: PartialDate(year=parts[0], month=parts[1], day=parts[2]))
)


@pytest.mark.parametrize(
    ("text", "year", "month", "day"),
    [
        ("1974-08-12", 1974, 8, 12),
        ("1974-08", 1974, 8, None),
        ("1974", 1974, None, None),
        ("1974-XX-12", 1974, None, 12),
        ("XXXX-08-12", None, 8, 12),
        ("XXXX-02-29", None, 2, 29),
        ("XXXX", None, None, None),
    ],
)
def test_iso_text_reads_and_prints_alike(
    text: str, year: int | None, month: int | None, day: int | None
) -> None:
    """Each text form reads into its parts and prints as it was."""
    found = partial_date.parse(text)
    assert found == PartialDate(year=year, month=month, day=day)
    assert str(found) == text


@pytest.mark.parametrize("text", ["12.08.1974.", "12.8.1974", "12. 8. 1974.", " 12.08.1974 "])
def test_the_regions_own_way_of_writing_a_date_is_understood(text: str) -> None:
    """Day, month, year with dots is what an officer types."""
    assert str(partial_date.parse(text)) == "1974-08-12"


def test_a_dotted_date_may_lack_its_day_or_month() -> None:
    """`08.1974.` and `1974.` are partial dates."""
    assert str(partial_date.parse("08.1974.")) == "1974-08"
    assert str(partial_date.parse("1974.")) == "1974"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("1974-02-30", "impossible_date"),
        ("1900-02-29", "impossible_date"),
        ("XXXX-04-31", "impossible_date"),
        ("1974-XX-32", "impossible_date"),
        ("1974-13", "impossible_date"),
        ("1974-00-01", "impossible_date"),
        ("1899-12-31", "date_range"),
        ("2200", "date_range"),
        ("12/08/1974", "bad_date"),
        ("12.1974.08", "bad_date"),
        ("", "bad_date"),
        ("١٩٧٤", "bad_date"),
        ("1974-08-12\x00", "bad_date"),
        ("9" * 1_000_000, "bad_date"),
    ],
)
def test_what_cannot_be_a_date_is_refused_with_its_code(text: str, code: str) -> None:
    """An impossible or unreadable date is named, with something to do about it."""
    with pytest.raises(InputError) as refused:
        partial_date.parse(text)
    assert refused.value.code == code
    assert refused.value.hint


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("740812", "1974-08-12"),
        ("261124", "2026-11-24"),  # born today
        ("261125", "1926-11-25"),  # tomorrow is no birth date
        ("26<<<<", "2026"),
        ("2612<<", "1926-12"),
        ("26<<25", "2026-XX-25"),
        ("000229", "2000-02-29"),
        ("<<0812", "XXXX-08-12"),
        ("74<<12", "1974-XX-12"),
        ("<<<<<<", "XXXX"),
    ],
)
def test_a_birth_is_read_in_the_latest_century_that_is_not_the_future(text: str, expected: str) -> None:
    """Birth dates of the machine-readable zone, with every kind of unknown part."""
    assert str(partial_date.from_mrz_birth(text, today=TODAY)) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [("950712", "1995-07-12"), ("120415", "2012-04-15"), ("561231", "2056-12-31"), ("57<<<<", "1957")],
)
def test_an_expiry_is_read_at_most_thirty_years_ahead(text: str, expected: str) -> None:
    """The expiry window ends thirty years after today's year."""
    assert str(partial_date.from_mrz_expiry(text, today=TODAY)) == expected


@pytest.mark.parametrize("text", ["7<0812", "74O812", "7408", "74081212", "", "740800", "740230", "741301"])
def test_an_impossible_zone_date_is_refused(text: str) -> None:
    """Half-known pairs, letters, wrong lengths and days outside the calendar are coded errors."""
    with pytest.raises(InputError) as refused:
        partial_date.from_mrz_birth(text, today=TODAY)
    assert refused.value.code in {"bad_date", "impossible_date"}


def test_a_clock_that_reads_1970_is_named_rather_than_a_birth_moved_to_the_1800s() -> None:
    """With a board's clock at its epoch, the century rule leaves the range and says to check the clock."""
    with pytest.raises(InputError) as refused:
        partial_date.from_mrz_birth("740812", today=date(1970, 1, 1))
    assert refused.value.code == "date_range"
    assert "clock" in refused.value.hint


@given(st.dates(date(1927, 1, 1), TODAY))
def test_any_birth_within_the_century_survives_the_zone(born: date) -> None:
    """Two-digit years lose nothing for people under a hundred, and never yield a future birth."""
    found = partial_date.from_mrz_birth(f"{born:%y%m%d}", today=TODAY)
    assert found == partial_date.from_date(born)


@given(dates, st.dates(date(2020, 1, 1), date(2090, 1, 1)))
def test_no_birth_date_is_read_as_a_future_one(born: PartialDate, today: date) -> None:
    """Whatever is printed and whatever the day, a birth that reads at all may lie in the past."""
    try:
        found = partial_date.from_mrz_birth(born.mrz(), today=today)
    except InputError:
        return
    assert found.earliest is None or found.earliest <= today
    assert found.mrz() == born.mrz()


@given(dates)
def test_text_and_number_are_exact_round_trips(when: PartialDate) -> None:
    """Print then parse, pack then unpack: the same date."""
    assert partial_date.parse(str(when)) == when
    assert partial_date.from_day_number(when.day_number()) == when


@given(st.integers(-10, 300_000) | st.integers())
def test_an_integer_is_one_date_or_is_refused(number: int) -> None:
    """Unpacking is total: each integer is exactly one date, or a coded error."""
    try:
        when = partial_date.from_day_number(number)
    except WireError:
        return
    assert when.day_number() == number


def test_the_numbers_are_those_written_down() -> None:
    """Frozen values: stored and sent dates keep their meaning."""
    assert PartialDate(year=1900, month=1, day=1).day_number() == 0
    assert PartialDate(year=1974, month=8, day=12).day_number() == 27_251
    assert PartialDate(year=2199, month=12, day=31).day_number() == 109_572
    assert UNKNOWN.day_number() == 131_072
    assert PartialDate(year=1974).day_number() == 131_072 + 75 * 13 * 32
    assert PartialDate(year=1974, month=8).day_number() == 131_072 + (75 * 13 + 8) * 32
    assert PartialDate(month=8, day=12).day_number() == 131_072 + 8 * 32 + 12


@given(dates, dates)
def test_could_equal_means_that_some_day_is_both(one: PartialDate, other: PartialDate) -> None:
    """Checked against the definition: their known parts, put together, are a possible date."""
    agree = all(
        a is None or b is None or a == b
        for a, b in [(one.year, other.year), (one.month, other.month), (one.day, other.day)]
    )
    together = (one.year or other.year, one.month or other.month, one.day or other.day)
    assert one.could_equal(other) == (agree and _possible(together)) == other.could_equal(one)
    assert one.could_equal(one)


def test_could_equal_sees_that_two_halves_make_no_day() -> None:
    """1975 and 29 February agree nowhere, though they share no known part."""
    assert not PartialDate(year=1975).could_equal(PartialDate(month=2, day=29))
    assert PartialDate(year=1976).could_equal(PartialDate(month=2, day=29))


@given(st.integers(-10, 260_000) | dates.map(PartialDate.day_number))
def test_the_parts_alone_are_the_dates(number: int) -> None:
    """The short way to the parts agrees with the whole date, and refuses the same numbers."""
    try:
        expected = partial_date.from_day_number(number).parts
    except WireError as error:
        with pytest.raises(WireError, match=error.args[0]):
            partial_date.parts_of_day_number(number)
        return
    assert partial_date.parts_of_day_number(number) == expected


@given(dates)
def test_earliest_and_latest_bound_the_date(when: PartialDate) -> None:
    """The two bounds agree with the date, and the days outside do not."""
    first, last = when.earliest, when.latest
    if first is None or last is None:
        assert when.year is None
        return
    assert first <= last
    for bound in (first, last):
        assert partial_date.from_date(bound).could_equal(when)
    if when.month is not None or when.day is None:
        for outside in (first - timedelta(days=1), last + timedelta(days=1)):
            if 1900 <= outside.year <= 2199:
                assert not partial_date.from_date(outside).could_equal(when)


def test_full_means_each_part_is_known() -> None:
    """Only a date with year, month and day is full."""
    assert PartialDate(year=1974, month=8, day=12).is_full
    assert not PartialDate(year=1974, month=8).is_full
