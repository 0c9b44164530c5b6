"""What machines say of themselves and of records: status, audit, tombstone, refusals, scopes.

The rows read (number, name, type[, rule]); the rule is ONCE where none stands.
"""

from __future__ import annotations

from typing import Final

from shared.ids import Lane
from shared.schema.model import Kind, RecordType, Type, fields_of

_T: Final = Type.TEXT
_C: Final = Type.CODE
_I: Final = Type.INT
_AT: Final = Type.INSTANT
_ID: Final = Type.DOT

NODE_STATUS = RecordType(
    kind=Kind.NODE_STATUS,
    lane=Lane.ROUTINE,
    insert_only=True,
    fields=fields_of(
        (
            (3, "post", _C),
            (4, "happened", _AT),
            (5, "version", _C),
            (6, "queue", _I),
            (7, "list_generation", _I),
            (8, "list_position", _I),
            (9, "list_age_s", _I),
            (10, "disk_free_mb", _I),
            (11, "clock_skew_ms", _I),
            (12, "uptime_s", _I),
            (13, "store_mb", _I),
        )
    ),
)


AUDIT_LINE = RecordType(
    kind=Kind.AUDIT_LINE,
    lane=Lane.ROUTINE,
    insert_only=True,
    fields=fields_of(
        (
            (3, "post", _C),
            (4, "happened", _AT),
            (5, "device", _C),
            (6, "action", _C),
            (7, "of", _ID),
            (8, "purpose", _C),
            (9, "reference", _T),
            (10, "query", _T),
            (11, "results", _I),
            (12, "recipient", _C),
        ),
        personal="query",
    ),
)


TOMBSTONE = RecordType(
    kind=Kind.TOMBSTONE,
    lane=Lane.URGENT,
    insert_only=True,
    downstream=True,
    desk_owned=True,
    fields=fields_of(((3, "of", _ID), (4, "reason", _C))),
)


REFUSED_CHANGE = RecordType(
    kind=Kind.REFUSED_CHANGE,
    lane=Lane.URGENT,
    insert_only=True,
    downstream=True,
    desk_owned=True,
    fields=fields_of(((3, "change", _ID), (4, "of", _ID), (5, "reason", _C))),
)


SCOPE_LEAVE = RecordType(
    kind=Kind.SCOPE_LEAVE,
    lane=Lane.URGENT,
    insert_only=True,
    downstream=True,
    desk_owned=True,
    fields=fields_of(((3, "of", _ID), (4, "scope", _C))),
)
