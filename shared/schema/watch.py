"""What is looked for and found: alert, hit, cleared pair, incident.

The rows read (number, name, type[, rule]); the rule is ONCE where none stands.
"""

from __future__ import annotations

from typing import Final

from shared.ids import Lane
from shared.schema.model import PERSON, Kind, RecordType, Rule, Type, fields_of

_T: Final = Type.TEXT
_C: Final = Type.CODE
_I: Final = Type.INT
_B: Final = Type.BOOL
_AT: Final = Type.INSTANT
_D: Final = Type.DATE
_ID: Final = Type.DOT
_LATEST: Final = Rule.LATEST

ALERT = RecordType(
    kind=Kind.ALERT,
    lane=Lane.URGENT,
    downstream=True,
    fields=fields_of(
        (
            (3, "category", _C, _LATEST),
            (4, "action", _C, _LATEST),
            (5, "status", _C, Rule.SEVEREST),
            (6, "surname", _T, _LATEST),
            (7, "given_names", _T, _LATEST),
            (8, "birth", _D, _LATEST),
            (9, "sex", _C, _LATEST),
            (10, "nationality", _C, _LATEST),
            (11, "document_number", _T, _LATEST),
            (12, "document_issuer", _C, _LATEST),
            (13, "document_category", _C, _LATEST),
            (14, "personal_number", _T, _LATEST),
            (15, "plate", _T, _LATEST),
            (16, "plate_country", _C, _LATEST),
            (17, "vin", _T, _LATEST),
            (18, "object", _T, _LATEST),
            (19, "authority", _T, _LATEST),
            (20, "reference", _T, _LATEST),
            (21, "reason", _T, _LATEST),
            (22, "offence", _C, _LATEST),
            (23, "expires", _D, _LATEST),
            (24, "phone", _T, _LATEST),  # the owner desk's duty phone: the link may be dead
            (25, "warnings", Type.CODES, Rule.UNION),
            (26, "aliases", Type.TEXTS, Rule.UNION),
            (27, "handling", _C, Rule.SEVEREST),
            (28, "handling_text", _T, _LATEST),
            (29, "audience", Type.CODES, _LATEST),  # countries or posts that may hold it; none: all
            (30, "links", Type.DOTS, Rule.UNION),
            (31, "withdrawn_reason", _T, _LATEST),
            (32, "birth_place", _T, _LATEST),
            (33, "marks", _T, _LATEST),
            (34, "note", _T, Rule.APPEND),
        ),
        personal=PERSON + " aliases reason birth_place marks note object",
        # A doubtful withdrawal leaves the alert matching: a missed person is worse than a second look.
        orders={"status": ("withdrawn", "active"), "handling": ("H0", "H1", "H2", "H3")},
    ),
)


HIT = RecordType(
    kind=Kind.HIT,
    lane=Lane.URGENT,
    fields=fields_of(
        (
            (3, "check", _ID),
            (4, "alert", _ID),
            (5, "alert_dot", _ID),  # the alert's newest change when it matched: its version
            (6, "alert_owner", _C),
            (7, "category", _C),
            (8, "action", _C),
            (9, "reference", _T),
            (10, "matched_on", Type.CODES),  # document | plate | vin | name_birth
            (11, "post", _C),
            (12, "happened", _AT),
            (13, "direction", _C),
            (14, "surname", _T),
            (15, "given_names", _T),
            (16, "birth", _D),
            (17, "nationality", _C),
            (18, "document_number", _T),
            (19, "document_issuer", _C),
            (20, "plate", _T),
            (21, "plate_country", _C),
            (22, "vin", _T),
            (23, "late", _B),  # found by the retro-check, after the traveller had left
            (24, "outcome", _C, _LATEST),  # possible | confirmed | cleared
            (25, "outcome_reason", _T, _LATEST),
            (26, "answer", _T, Rule.APPEND),  # what the owner's desk said
            (27, "seen_by", _T, Rule.APPEND),
        ),
        personal=PERSON + " outcome_reason answer",
    ),
)


CLEARED_PAIR = RecordType(
    kind=Kind.CLEARED_PAIR,
    lane=Lane.URGENT,
    downstream=True,
    fields=fields_of(
        (
            (3, "alert", _ID),
            (4, "alert_dot", _ID),
            (5, "hit", _ID),
            (6, "person_key", _I),
            (7, "reason", _T, _LATEST),  # not written: the hit has it, and goes to fewer people
            (8, "until", _AT, _LATEST),  # when it was taken back; none: it holds
        ),
        personal="person_key reason",
    ),
)


INCIDENT = RecordType(
    kind=Kind.INCIDENT,
    lane=Lane.URGENT,
    fields=fields_of(
        (
            (3, "category", _C, _LATEST),
            (4, "post", _C),
            (5, "happened", _AT, _LATEST),
            (6, "place", _T, _LATEST),
            (7, "check", _ID),
            (8, "persons", _I, _LATEST),
            (9, "minors", _I, _LATEST),
            (10, "nationality", _C, _LATEST),
            (11, "sex", _C, _LATEST),
            (12, "direction", _C, _LATEST),
            (13, "facts", _T, Rule.APPEND),
            (14, "items", Type.TEXTS, Rule.UNION),  # "type|quantity|unit"
            (15, "fraud_type", _C, _LATEST),
            (16, "document_category", _C, _LATEST),
            (17, "document_issuer", _C, _LATEST),
            (18, "plate", _T, _LATEST),
            (19, "plate_country", _C, _LATEST),
            (20, "danger", _C, Rule.SEVEREST),
            (21, "void", _C, _LATEST),
            (22, "border_section", _C),
        ),
        personal="facts plate",
        orders={"danger": ("none", "caution", "armed")},
    ),
)
