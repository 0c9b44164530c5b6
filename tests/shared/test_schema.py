"""The schema table: numbers, names and what the other modules rest on."""

from __future__ import annotations

import pytest

from shared.limits import FIELD_NUMBER_MAX
from shared.schema import (
    OWNER,
    SCHEMA,
    TRAINING,
    Kind,
    RecordType,
    Rule,
    Type,
    field_by_name,
    field_by_number,
    record_type,
)

EVERY_KIND = pytest.mark.parametrize("row", SCHEMA.values(), ids=lambda row: row.name)


def test_every_kind_has_a_row() -> None:
    """Each kind that is declared can be stored and merged."""
    assert set(SCHEMA) == set(Kind)


@EVERY_KIND
def test_numbers_and_names_are_used_once(row: RecordType) -> None:
    """Within a kind no two fields share a number or a name, and all fit the wire's limit."""
    numbers = [field.number for field in row.fields]
    assert len(set(numbers)) == len(numbers)
    assert len({field.name for field in row.fields}) == len(row.fields)
    assert 0 < min(numbers) <= max(numbers) <= FIELD_NUMBER_MAX


@EVERY_KIND
def test_every_record_has_an_owner_and_a_training_mark(row: RecordType) -> None:
    """Owner and training stand under the same numbers everywhere, and no edit changes them."""
    assert (row.fields[0].number, row.fields[0].name, row.fields[0].type) == (OWNER, "owner", Type.CODE)
    assert (row.fields[1].number, row.fields[1].name, row.fields[1].type) == (TRAINING, "training", Type.BOOL)
    assert row.fields[0].rule is row.fields[1].rule is Rule.ONCE


@EVERY_KIND
def test_a_severest_field_has_its_order_and_only_it(row: RecordType) -> None:
    """An order is declared exactly where the rule needs one, each code once."""
    for field in row.fields:
        assert (len(field.order) > 1) == (field.rule is Rule.SEVEREST), field.name
        assert len(set(field.order)) == len(field.order)


@EVERY_KIND
def test_a_union_is_of_lists(row: RecordType) -> None:
    """Only a list has elements to unite."""
    for field in row.fields:
        if field.rule is Rule.UNION:
            assert field.type in (Type.CODES, Type.TEXTS, Type.DOTS), field.name


@EVERY_KIND
def test_insert_only_kinds_gather_nothing(row: RecordType) -> None:
    """The fast path writes one value a field: a gathering rule there would show a bare text for a list."""
    if row.insert_only:
        assert not [field.name for field in row.fields if field.rule in (Rule.APPEND, Rule.UNION)]


@EVERY_KIND
def test_what_a_node_may_set_exists(row: RecordType) -> None:
    """The exceptions to desk ownership name real fields of a desk-owned kind."""
    assert row.node_may_set <= {field.name for field in row.fields}
    assert row.desk_owned or not row.node_may_set


@EVERY_KIND
def test_personal_marks_name_real_fields(row: RecordType) -> None:
    """A kind that carries a person's data has it marked for erasure."""
    personal = {field.name for field in row.fields if field.personal}
    assert {"surname", "birth", "document_number"} & {f.name for f in row.fields} <= personal


def test_fields_are_found_by_number_and_name() -> None:
    """Both ways lead to one field; a newer peer's kind or field is None, a wrong name our mistake."""
    surname = field_by_name(Kind.CHECK, "surname")
    assert field_by_number(Kind.CHECK, surname.number) is surname
    assert record_type(999) is None
    assert field_by_number(999, 1) is None
    assert field_by_number(Kind.CHECK, 4_000) is None
    with pytest.raises(KeyError):
        field_by_name(Kind.CHECK, "forename")


def test_a_kinds_number_is_for_ever() -> None:
    """The numbers that travel; a released one is never given to another kind."""
    assert {kind.name.lower(): int(kind) for kind in Kind} == {
        "check": 1,
        "alert": 2,
        "hit": 3,
        "cleared_pair": 4,
        "refusal": 5,
        "referral": 6,
        "incident": 7,
        "request": 8,
        "bulletin": 9,
        "acknowledgement": 10,
        "journal_entry": 11,
        "shift": 12,
        "officer": 13,
        "attachment": 14,
        "correction": 15,
        "node_status": 16,
        "audit_line": 17,
        "tombstone": 18,
        "refused_change": 19,
        "scope_leave": 20,
    }
