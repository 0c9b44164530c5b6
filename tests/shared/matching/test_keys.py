"""Keys: the short way to what a name is filed under says what the whole reading says."""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from shared.matching import keys
from shared.matching.person import name_words
from shared.matching.tokens import read_name
from shared.matching.words import ALIAS_MARKS, PARTICLES, SUFFIXES, TITLES

_MARKED = PARTICLES | TITLES | SUFFIXES | ALIAS_MARKS
_NAMES = "Petrović ПЕТРОВИЋ HODZA Hoxha Abdul Rahman Abdurrahman محمد Иванович A P3TROVIC O'Neil Ana-Marija"
_WORDS = st.one_of(
    st.sampled_from(sorted(_MARKED)), st.sampled_from(["x" * 45, *_NAMES.split()]), st.text(max_size=12)
)


def _by_the_whole(text: str) -> list[int]:
    return [keys._number(keys.word_of(token)) for token in name_words(read_name(text))]


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
