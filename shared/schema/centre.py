"""The centre's daily work: request, bulletin, acknowledgement.

The rows read (number, name, type[, rule]); the rule is ONCE where none stands.
"""

from __future__ import annotations

from typing import Final

from shared.ids import Lane
from shared.schema.model import Kind, RecordType, Rule, Type, fields_of

_T: Final = Type.TEXT
_C: Final = Type.CODE
_I: Final = Type.INT
_B: Final = Type.BOOL
_AT: Final = Type.INSTANT
_D: Final = Type.DATE
_ID: Final = Type.DOT
_LATEST: Final = Rule.LATEST

REQUEST = RecordType(
    kind=Kind.REQUEST,
    lane=Lane.URGENT,
    downstream=True,
    fields=fields_of(
        (
            (3, "number", _T),
            (4, "from_desk", _C),
            (5, "to_desk", _C),
            (6, "end_authority", _T, _LATEST),
            (7, "legal_basis", _C, _LATEST),
            (8, "category", _C, _LATEST),
            (9, "purpose", _T, _LATEST),
            (10, "offence", _C, _LATEST),
            (11, "facts", _T, Rule.APPEND),
            (12, "link_to_purpose", _T, _LATEST),
            (13, "urgency", _C, Rule.SEVEREST),
            (14, "urgency_reason", _T, _LATEST),
            (15, "deadline", _AT, _LATEST),
            (16, "handling", _C, Rule.SEVEREST),
            (17, "handling_text", _T, _LATEST),
            (18, "subjects", Type.TEXTS, Rule.UNION),
            (19, "channel", _C, _LATEST),
            (20, "language", _C, _LATEST),
            (21, "state", _C, _LATEST),
            (22, "answer_category", _C, _LATEST),  # full | partial | negative | refused | transferred
            (23, "answer", _T, Rule.APPEND),
            (24, "use_restriction", _T, _LATEST),
            (25, "time_used_min", _I, _LATEST),
            (26, "about", Type.DOTS, Rule.UNION),  # records the answer opens to the asking desk
            (27, "source_grade", _C, _LATEST),
            (28, "information_grade", _C, _LATEST),
            (29, "post", _C),
        ),
        personal="facts subjects answer purpose",
        orders={
            "urgency": ("ordinary", "urgent"),
            "handling": ("H0", "H1", "H2", "H3"),
        },
    ),
)


BULLETIN = RecordType(
    kind=Kind.BULLETIN,
    lane=Lane.URGENT,
    downstream=True,
    desk_owned=True,
    fields=fields_of(
        (
            (3, "title", _T, _LATEST),
            (4, "text", _T, _LATEST),
            (5, "audience", Type.CODES, _LATEST),
            (6, "expires", _D, _LATEST),
            (7, "withdrawn", _B, _LATEST),
        )
    ),
)


ACKNOWLEDGEMENT = RecordType(
    kind=Kind.ACKNOWLEDGEMENT,
    lane=Lane.ROUTINE,
    insert_only=True,
    fields=fields_of(((3, "of", _ID), (4, "post", _C), (5, "happened", _AT))),
)
