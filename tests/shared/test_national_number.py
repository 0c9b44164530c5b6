"""National numbers: they warn and never block."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.mrz import Sex
from shared.national_number import Doubt, judge
from shared.partial_date import PartialDate, parse

SOUND = "0101006500006"


def test_a_sound_number_tells_birth_and_sex() -> None:
    """1 January 2006, male; nothing to doubt."""
    verdict = judge(SOUND)
    assert verdict.ok
    assert (str(verdict.birth), verdict.sex) == ("2006-01-01", Sex.MALE)


@pytest.mark.parametrize(
    ("number", "birth", "sex", "doubts"),
    [
        (SOUND, "2006-01-01", Sex.MALE, ()),
        (SOUND, "2006-01", Sex.UNSPECIFIED, ()),
        (SOUND, "XXXX", None, ()),
        (SOUND, "2006-01-02", Sex.MALE, (Doubt.OTHER_BIRTH,)),
        (SOUND, "1906-01-01", None, (Doubt.OTHER_BIRTH,)),
        (SOUND, None, Sex.FEMALE, (Doubt.OTHER_SEX,)),
        ("0101006500007", None, None, (Doubt.CHECK_DIGIT,)),
        ("010100650000", None, None, (Doubt.SHAPE,)),
        ("01010065000O6", None, None, (Doubt.SHAPE,)),
        ("٠101006500006", None, None, (Doubt.SHAPE,)),
        ("", None, None, (Doubt.SHAPE,)),
        ("0" * 1_000_000, None, None, (Doubt.SHAPE,)),
        ("3002990500006", None, None, (Doubt.IMPOSSIBLE_BIRTH,)),
    ],
)
def test_what_is_doubtful_is_named(
    number: str, birth: str | None, sex: Sex | None, doubts: tuple[Doubt, ...]
) -> None:
    """Each doubt by its own name; an unknown part of a birth date disagrees with nothing."""
    assert judge(number, birth=parse(birth) if birth else None, sex=sex).doubts == doubts


@pytest.mark.parametrize(("number", "sex"), [("1503985184998", Sex.MALE), ("1503985185005", Sex.FEMALE)])
def test_a_birth_of_the_last_century_on_either_side_of_the_sexes(number: str, sex: Sex) -> None:
    """900 and above are 19xx; serials to 499 are men's, from 500 women's."""
    verdict = judge(number)
    assert verdict.ok
    assert (str(verdict.birth), verdict.sex) == ("1985-03-15", sex)


@given(st.text("0123456789", min_size=12, max_size=12))
def test_of_ten_last_digits_exactly_one_is_right_or_the_number_was_never_issued(body: str) -> None:
    """The digit is a function of the twelve before it, and the remainder of 1 has none."""
    doubts = [set(judge(f"{body}{digit}").doubts) for digit in range(10)]
    right = [each for each in doubts if not each & {Doubt.CHECK_DIGIT, Doubt.NEVER_ISSUED}]
    never = [each for each in doubts if Doubt.NEVER_ISSUED in each]
    assert (len(right), len(never)) in {(1, 0), (0, 10)}


@given(st.integers(0, 11), st.integers(1, 9))
def test_one_wrong_digit_is_seen(place: int, shift: int) -> None:
    """Weights and modulus share no factor, so each single slip shows."""
    wrong = str((int(SOUND[place]) + shift) % 10)
    doubts = judge(SOUND[:place] + wrong + SOUND[place + 1 :]).doubts
    assert {Doubt.CHECK_DIGIT, Doubt.NEVER_ISSUED} & set(doubts)


def test_a_birth_date_may_be_partial_on_the_other_side() -> None:
    """The holder's document says only the year."""
    assert judge(SOUND, birth=PartialDate(year=2006)).ok
    assert not judge(SOUND, birth=PartialDate(year=2007)).ok
