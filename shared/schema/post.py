"""A post's people and its day: officer, shift, journal entry.

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
_ID: Final = Type.DOT
_LATEST: Final = Rule.LATEST

OFFICER = RecordType(
    kind=Kind.OFFICER,
    lane=Lane.URGENT,
    downstream=True,
    desk_owned=True,
    node_may_set=frozenset({"own_verifier", "own_reset"}),
    fields=fields_of(
        (
            (3, "login", _T),
            (4, "full_name", _T, _LATEST),
            (5, "role", _C, _LATEST),  # officer | second_line | shift_leader | operator
            (6, "posts", Type.CODES, _LATEST),
            (7, "verifier", _T, _LATEST),  # argon2id of the first password, set by the desk
            (8, "reset", _I, _LATEST),  # counts the desk's resets
            (9, "own_verifier", _T, _LATEST),  # set by the officer; good while own_reset == reset
            (10, "own_reset", _I, _LATEST),
            (11, "disabled", _B, _LATEST),
        ),
        personal="login full_name verifier own_verifier",
    ),
)


SHIFT = RecordType(
    kind=Kind.SHIFT,
    lane=Lane.ROUTINE,
    fields=fields_of(
        (
            (3, "post", _C),
            (4, "started", _AT),
            (5, "ended", _AT, _LATEST),
            (6, "leader", _ID, _LATEST),
            (7, "team", Type.DOTS, Rule.UNION),
            (8, "stamps", Type.TEXTS, Rule.UNION),
            (9, "relaxation", _T, Rule.APPEND),
            (10, "signed_off_by", _ID, _LATEST),
        )
    ),
)


JOURNAL_ENTRY = RecordType(
    kind=Kind.JOURNAL_ENTRY,
    lane=Lane.ROUTINE,
    insert_only=True,
    fields=fields_of(
        (
            (3, "post", _C),
            (4, "shift", _ID),
            (5, "happened", _AT),
            (6, "heading", _C),
            (7, "text", _T),
            (8, "corrects", _ID),
        ),
        personal="text",
    ),
)
