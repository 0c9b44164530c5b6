"""The schema table: every kind of record, its fields, and how each field merges.

Job: be the one table that merge, wire, stores and pages read. Merge policy stands here as data
(`Rule`), never as branches. Kinds and fields are declared ahead of the behaviour that will use
them, so that later work needs no new wire format.

Invariants
* A kind's number and a field's number within its kind are for ever; numbers are never reused.
* Every record has `owner` (1) and `training` (2). Owner is the creating desk's country, immutable.
* `author` and `stamp` belong to the change, so no kind repeats "who" and "when typed"; `happened`
  is the event's own time, which differs when paper is typed in later.
Must not know: storage, the wire's bytes, the words people read.

Source of the fields: the Schengen Borders Code (annexes II and V), Regulations (EU)
2018/1860–1862 for alerts, ICAO Doc 9303 for documents, Directive (EU) 2023/977 for requests.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

from shared.schema import centre, crossing, machine, post, watch
from shared.schema.model import OWNER, TRAINING, Field, Kind, RecordType, Rule, Type

__all__ = [
    "OWNER",
    "SCHEMA",
    "SCHEMA_VERSION",
    "TRAINING",
    "Field",
    "Kind",
    "RecordType",
    "Rule",
    "Type",
    "field_by_name",
    "field_by_number",
    "record_type",
]

SCHEMA_VERSION: Final = 1

_ROWS: Final = (
    crossing.CHECK,
    crossing.REFUSAL,
    crossing.REFERRAL,
    crossing.CORRECTION,
    crossing.ATTACHMENT,
    watch.ALERT,
    watch.HIT,
    watch.CLEARED_PAIR,
    watch.INCIDENT,
    centre.REQUEST,
    centre.BULLETIN,
    centre.ACKNOWLEDGEMENT,
    post.OFFICER,
    post.SHIFT,
    post.JOURNAL_ENTRY,
    machine.NODE_STATUS,
    machine.AUDIT_LINE,
    machine.TOMBSTONE,
    machine.REFUSED_CHANGE,
    machine.SCOPE_LEAVE,
)

SCHEMA: Final = MappingProxyType({row.kind: row for row in sorted(_ROWS, key=lambda row: row.kind)})
"""The table itself, by kind."""

_BY_NUMBER: Final = MappingProxyType(
    {kind: {f.number: f for f in row.fields} for kind, row in SCHEMA.items()}
)
_BY_NAME: Final = MappingProxyType({kind: {f.name: f for f in row.fields} for kind, row in SCHEMA.items()})


def record_type(kind: int) -> RecordType | None:
    """The row of the table for a kind, or None when a newer peer declared it."""
    return SCHEMA.get(kind)  # type: ignore[call-overload, no-any-return]  # an int equal to a Kind finds it


def field_by_number(kind: int, number: int) -> Field | None:
    """A field, or None when a newer peer declared it: it is kept, and merged as LATEST."""
    fields = _BY_NUMBER.get(kind)  # type: ignore[call-overload]  # as above
    return None if fields is None else fields.get(number)


def field_by_name(kind: Kind, name: str) -> Field:
    """A field by its name; a KeyError is a programmer's error."""
    return _BY_NAME[kind][name]
