"""A change: the fields one actor set on one record, and what each of them had in view.

Job: the value that travels, is logged, and is merged. A record is the sum of its changes.
Invariants
* `dot` names the change for ever; `dot == record` exactly for the change that creates the record.
* `context[f]` lists the dots of the values of field f that the author was shown. A creating
  change's contexts are empty.
* `SEEN` (field 0) is not a field: its context lists the record's newest changes as the author saw
  them, so that edits of *different* fields made unknown to one another can be noticed too.
Must not know: storage, bytes, keys.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from shared.clock import Stamp
from shared.ids import Dot, OfficerId, RecordId
from shared.schema import OWNER, Kind, field_by_name

Value = str | int | bool | bytes | tuple[str, ...] | tuple[int, ...] | None
"""A field's value in memory; `schema.Type` says which shape a field has."""

SEEN: Final = 0
_NOTHING: Final[Mapping[int, tuple[Dot, ...]]] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What one actor set on one record at one moment.

    `kind` is a plain int so that a newer peer's kinds pass through. `fields` maps field number to
    value; a None value clears the field in an edit, and is not carried by a creating change.
    """

    dot: Dot
    record: RecordId
    kind: int
    stamp: Stamp
    author: OfficerId
    fields: Mapping[int, Value]
    context: Mapping[int, tuple[Dot, ...]] = field(default_factory=lambda: _NOTHING)

    @property
    def creates(self) -> bool:
        return self.dot == self.record

    @property
    def owner(self) -> str | None:
        """The owner country a creating change declares; None for an edit."""
        owner = self.fields.get(OWNER)
        return owner if isinstance(owner, str) else None


def named(kind: Kind, values: Mapping[str, Value]) -> dict[int, Value]:
    """Turn {field name: value} into {field number: value}, leaving out what is not set.

    A name that the kind does not have raises KeyError: a programmer's error.
    """
    return {field_by_name(kind, name).number: value for name, value in values.items() if value is not None}
