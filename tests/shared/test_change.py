"""Changes: what creates, who owns, names to numbers."""

from __future__ import annotations

import dataclasses

import pytest

from shared.change import Change, Value, named
from shared.clock import Stamp
from shared.ids import SYSTEM, Dot, RecordId
from shared.schema import OWNER, Kind, field_by_name


def change(dot: int, record: int, **fields: Value) -> Change:
    return Change(
        dot=Dot(dot),
        record=RecordId(Dot(record)),
        kind=Kind.CHECK,
        stamp=Stamp(1),
        author=SYSTEM,
        fields=named(Kind.CHECK, fields),
    )


def test_a_change_creates_the_record_that_bears_its_dot() -> None:
    """The record's id is the dot of its first change, and of no other."""
    assert change(5, 5).creates
    assert not change(6, 5).creates


def test_the_owner_is_what_the_creating_change_says() -> None:
    """A change that says nothing, or no text, declares no owner."""
    assert change(5, 5, owner="BA").owner == "BA"
    assert change(6, 5).owner is None
    assert dataclasses.replace(change(5, 5), fields={OWNER: 7}).owner is None


def test_names_become_numbers_and_nothing_set_is_left_out() -> None:
    """None means not set; an empty list, a zero and a False are values."""
    fields = named(
        Kind.CHECK, {"surname": "ANIĆ", "letters": (), "training": False, "stay_days": 0, "plate": None}
    )
    numbers = {
        name: field_by_name(Kind.CHECK, name).number
        for name in ("surname", "letters", "training", "stay_days")
    }
    assert fields == {
        numbers["surname"]: "ANIĆ",
        numbers["letters"]: (),
        numbers["training"]: False,
        numbers["stay_days"]: 0,
    }


def test_a_wrong_name_is_our_mistake() -> None:
    """A field the kind does not have raises at once, rather than travelling as something else."""
    with pytest.raises(KeyError):
        named(Kind.CHECK, {"forename": "ANA"})


def test_a_change_cannot_be_altered() -> None:
    """Two holders of one change see one thing for ever."""
    with pytest.raises(dataclasses.FrozenInstanceError):
        change(5, 5).stamp = Stamp(9)  # type: ignore[misc]  # the point of the test
    with pytest.raises(TypeError):
        change(5, 5).context[0] = ()  # type: ignore[index]  # the point of the test
