"""Look-alikes: declared repairs where the alphabet decides, suggestions where it does not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.mrz import FieldName, MrzFields, Repair, Suggestion, parse, render
from shared.mrz.layout import Alphabet
from tests.shared.mrz.documents import CARD_LONG, PASSPORT, TODAY, documents, made, swap


@pytest.mark.parametrize(
    ("line", "position", "misread", "field", "after"),
    [
        (2, 16, "O", FieldName.BIRTH, "0"),
        (2, 18, "I", FieldName.BIRTH, "1"),
        (2, 19, "Z", FieldName.BIRTH, "2"),
        (2, 20, "Z", FieldName.BIRTH_CHECK, "2"),
        (2, 27, "S", FieldName.EXPIRY, "5"),
        (2, 17, "B", FieldName.BIRTH, "8"),
        (2, 43, "I", FieldName.PERSONAL_NUMBER_CHECK, "1"),
        (2, 44, "O", FieldName.COMPOSITE, "0"),
        (1, 5, "0", FieldName.ISSUER, "O"),
        (2, 13, "0", FieldName.NATIONALITY, "O"),
        (1, 8, "1", FieldName.NAMES, "I"),
        (1, 10, "5", FieldName.NAMES, "S"),
    ],
)
def test_the_alphabet_decides_and_the_repair_is_declared(
    line: int, position: int, misread: str, field: FieldName, after: str
) -> None:
    """The document reads as if well read, each change is listed, and the lines stay as they were read."""
    text = swap(PASSPORT, line, position, misread)
    found, sound = parse(text, today=TODAY), parse(PASSPORT, today=TODAY)
    assert found.repairs == (
        Repair(
            field=field,
            line=line,
            position=position,
            before=misread,
            after=after,
            why=Alphabet.DIGITS if after.isdigit() else Alphabet.LETTERS,
        ),
    )
    assert found.digits_ok
    assert (found.surname, found.birth, found.expiry, found.issuer) == (
        sound.surname,
        sound.birth,
        sound.expiry,
        sound.issuer,
    )
    assert found.lines == tuple(text.split("\n"))
    assert not found.round_trips
    assert str(found.repairs[0]) == f"{line}.{position}:{misread}>{after}"


def test_the_digit_of_a_long_number_is_repaired_though_it_stands_in_mixed_data() -> None:
    """A check digit is a digit wherever it stands."""
    text = made(CARD_LONG, document_number="D23145890730")
    assert text[15:19] == "7305"
    found = parse(swap(text, 1, 19, "S"), today=TODAY)
    assert [str(each) for each in found.repairs] == ["1.19:S>5"]
    assert found.digits_ok
    assert found.document_number == "D23145890730"


def test_a_number_is_never_repaired_only_suggested() -> None:
    """In a number both may stand: the one swap that makes the digit right is offered, not made."""
    found = parse(swap(PASSPORT, 2, 6, "O"), today=TODAY)
    assert found.repairs == ()
    assert found.document_number == "L8989O2C3"
    assert not found.digits_ok
    assert found.suggestions == (
        Suggestion(field=FieldName.DOCUMENT_NUMBER, line=2, position=6, before="O", after="0"),
    )


def test_a_personal_number_gets_suggestions_too() -> None:
    """The other mixed field with a digit of its own."""
    found = parse(swap(made(PASSPORT, personal_number="Z3467"), 2, 29, "2"), today=TODAY)
    assert found.personal_number == "23467"
    assert [(each.position, each.after) for each in found.suggestions] == [(29, "Z")]


def test_a_suggestion_in_a_long_number_knows_its_place() -> None:
    """Beyond the inner filler the position is where the character is printed."""
    text = made(CARD_LONG, document_number="D33347967834")
    found = parse(swap(text, 1, 16, "B"), today=TODAY)
    assert [(each.line, each.position, each.after) for each in found.suggestions] == [(1, 16, "8")]


def test_two_possible_swaps_suggest_nothing() -> None:
    """Positions 1 and 4 weigh the same: the digit fits O in either, and a guess is worse than none."""
    text = made(PASSPORT, document_number="OXX0XX")
    found = parse(swap(text, 2, 1, "0"), today=TODAY)
    assert not found.digits_ok
    assert found.suggestions == ()


def test_dates_get_no_suggestions() -> None:
    """In a field of digits alone there is nothing to choose: it was repaired, or it is wrong."""
    found = parse(swap(PASSPORT, 2, 14, "0"), today=TODAY)
    assert not found.digits_ok
    assert found.suggestions == ()


@given(documents(), st.data())
def test_no_character_ever_changes_without_a_repair(document: MrzFields, data: st.DataObject) -> None:
    """Undoing the listed repairs gives the lines as read, for any corruption of any document."""
    lines = list(render(document))
    for _ in range(data.draw(st.integers(0, 5))):
        line = data.draw(st.integers(0, len(lines) - 1))
        at = data.draw(st.integers(0, len(lines[line]) - 1))
        lines[line] = lines[line][:at] + data.draw(st.sampled_from("0O1I2Z5S8B<")) + lines[line][at + 1 :]
    found = parse("\n".join(lines), today=TODAY)
    assert found.lines == tuple(lines)
    for each in found.repairs:
        assert found.lines[each.line - 1][each.position - 1] == each.before
        assert each.before != each.after
        assert each.why is not Alphabet.MIXED
