"""The 7-3-1 digit: what it finds, and the limits that are written down."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from shared.mrz.check_digit import CHARACTERS, SAME_VALUE, check_digit

texts = st.text(CHARACTERS, min_size=1, max_size=40)


@pytest.mark.parametrize(
    ("text", "digit"),
    [
        ("520727", "3"),
        ("AB2134<<<", "5"),
        ("L898902C3", "6"),
        ("<<<<<<", "0"),
        ("", "0"),
        ("D23145890734", "9"),
    ],
)
def test_known_digits(text: str, digit: str) -> None:
    """The standard's worked examples, the fillers, and the long number without its inner filler."""
    assert check_digit(text) == digit


@given(texts, st.data())
def test_one_wrong_character_changes_the_digit_unless_it_has_the_same_value(
    text: str, data: st.DataObject
) -> None:
    """Exactly the ten classes of equal value slip through, nothing else."""
    at = data.draw(st.integers(0, len(text) - 1))
    wrong = data.draw(st.sampled_from(CHARACTERS))
    alike = any({text[at], wrong} <= same for same in SAME_VALUE)
    assert (check_digit(text) == check_digit(text[:at] + wrong + text[at + 1 :])) is alike


@given(texts, st.data())
def test_swapped_neighbours_change_the_digit_unless_five_apart(text: str, data: st.DataObject) -> None:
    """The known limit for swaps: values that differ by a multiple of five."""
    assume(len(text) > 1)
    at = data.draw(st.integers(0, len(text) - 2))
    swapped = text[:at] + text[at + 1] + text[at] + text[at + 2 :]
    value = {character: number for number, same in enumerate(SAME_VALUE) for character in same}
    blind = (value[text[at]] - value[text[at + 1]]) % 5 == 0
    assert (check_digit(text) == check_digit(swapped)) is blind


def test_the_classes_are_the_whole_alphabet() -> None:
    """Each character is in exactly one class; the filler stands with 0, A, K and U."""
    assert sorted(character for same in SAME_VALUE for character in same) == sorted(CHARACTERS)
    assert SAME_VALUE[0] == frozenset("0AKU<")
