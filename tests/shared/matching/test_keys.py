"""Keys: the short way to what a name is filed under says what the whole reading says."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import example, given
from hypothesis import strategies as st

from shared.errors import InputError
from shared.matching import keys
from shared.matching.birth import Relation, relation_of
from shared.matching.person import name_words
from shared.matching.tokens import read_name
from shared.matching.words import ALIAS_MARKS, PARTICLES, SUFFIXES, TITLES
from shared.partial_date import PartialDate, from_date

_MARKED = PARTICLES | TITLES | SUFFIXES | ALIAS_MARKS
_NAMES = "Petrović ПЕТРОВИЋ HODZA Hoxha Abdul Rahman Abdurrahman محمد Иванович A P3TROVIC O'Neil Ana-Marija"
_WORDS = st.one_of(
    st.sampled_from(sorted(_MARKED)), st.sampled_from(["x" * 45, *_NAMES.split()]), st.text(max_size=12)
)


def _by_the_whole(text: str) -> list[int]:
    return [keys.filed_number(keys.word_of(token)) for token in name_words(read_name(text))]


@given(st.lists(_WORDS, max_size=16).map(" ".join))
@example("Abdul Rahman Hadžić")
@example("von der Kim Jong Il")
@example("zvani Đoko")
def test_a_name_of_ordinary_words_is_filed_as_its_whole_reading_says(text: str):
    assert keys.words_filed(text, keys.ordinary_number) == _by_the_whole(text)


def test_scripts_and_spellings_of_one_name_are_filed_alike():
    filed = [
        keys.words_filed(name, keys.ordinary_number)
        for name in ("Хоџа Петровић", "HODZA PETROVIC", "Hoxha Petrović")
    ]
    assert filed[0] == filed[1] == filed[2]


def test_what_is_not_the_same_seldom_shares_a_key():
    """Two hundred words with every day of twenty years: keys that meet by chance are one in thousands."""
    words = [keys._ranked(f"w{number}") for number in range(200)]
    days = [from_date(date(1960, 1, 1) + timedelta(days=each)).parts for each in range(7_300)]
    found = [
        (sort, key)
        for word in words[:20]
        for day in days
        for sort, key in keys._keys([word], day, asked=False)
        if sort == keys.FULL
    ]
    assert len(set(found)) > 0.999 * len(found)
    pairs = {keys._keys(sorted([one, other]), None, asked=True)[0] for one in words for other in words[:50]}
    assert len(pairs) > 0.999 * (200 * 50 - 50 * 49 / 2)


_days = st.dates(min_value=date(1930, 1, 1), max_value=date(2020, 12, 31)).map(from_date)


@given(_days, st.one_of(_days, st.integers(0, 7)))
def test_one_digit_off_is_said_of_just_the_dates_that_differ_in_one(one: PartialDate, other: object):
    if not isinstance(other, PartialDate):  # a digit of the same date, where that is a day
        text = str(one).replace("-", "")
        changed = text[:other] + str((int(text[other]) + 1) % 10) + text[other + 1 :]
        try:
            other = from_date(date(int(changed[:4]), int(changed[4:6]), int(changed[6:])))
        except (ValueError, InputError):
            return
    differing = sum(ours != theirs for ours, theirs in zip(str(one), str(other), strict=True))
    assert (relation_of(one.parts, other.parts) is Relation.ONE_DIGIT) == (differing == 1)
