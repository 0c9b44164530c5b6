"""What happens to a traveller at the booth: check, refusal, referral, correction, attachment.

The rows read (number, name, type[, rule]); the rule is ONCE where none stands.
"""

from __future__ import annotations

from typing import Final

from shared.ids import Lane
from shared.schema.model import PERSON, Kind, RecordType, Rule, Type, fields_of

_T: Final = Type.TEXT
_C: Final = Type.CODE
_B: Final = Type.BOOL
_I: Final = Type.INT
_AT: Final = Type.INSTANT
_D: Final = Type.DATE
_ID: Final = Type.DOT
_LATEST: Final = Rule.LATEST

CHECK = RecordType(
    kind=Kind.CHECK,
    lane=Lane.ROUTINE,
    insert_only=True,
    fields=fields_of(
        (
            (3, "post", _C),
            (4, "happened", _AT),
            (5, "offset_min", _I),  # the post's offset from UTC at that moment
            (6, "clock", _C),  # ok | suspect | unset
            (7, "clock_correction_ms", _I, _LATEST),  # measured later, at the first signed head
            (8, "device", _C),
            (9, "direction", _C, _LATEST),  # entry | exit
            (10, "capture", _C),  # scan | typed | manual
            (11, "mrz_state", _C),  # ok | repaired | wrong_digit | absent
            (12, "mrz_lines", _T),  # only where the fields do not re-create the lines
            (13, "repairs", Type.CODES),
            (14, "document_category", _C, _LATEST),  # passport | id_card | border_permit | visa | … | none
            (15, "document_code", _C),
            (16, "document_issuer", _C, _LATEST),
            (17, "document_number", _T, _LATEST),
            (18, "document_expiry", _D, _LATEST),
            (19, "optional_1", _T),
            (20, "optional_2", _T),
            (21, "personal_number", _T, _LATEST),
            (22, "surname", _T, _LATEST),
            (23, "given_names", _T, _LATEST),
            (24, "written_name", _T, _LATEST),  # as in the visual zone, in its own script
            (25, "birth", _D, _LATEST),
            (26, "sex", _C, _LATEST),
            (27, "nationality", _C, _LATEST),
            (28, "accompanied_by", _ID),  # the check of the parent whose document carries this child
            (29, "plate", _T, _LATEST),
            (30, "plate_country", _C, _LATEST),
            (31, "vin", _T, _LATEST),
            (32, "vehicle_kind", _C, _LATEST),
            (33, "origin", _T, _LATEST),
            (34, "destination", _T, _LATEST),
            (35, "purpose", _C, _LATEST),
            (36, "stay_days", _I, _LATEST),
            (37, "verdict", _C),  # clear | possible | hit, as shown to the officer
            (38, "list_generation", _I),
            (39, "list_position", _I),
            (40, "list_age_s", _I),
            (41, "decision", _C, _LATEST),  # admit | refuse | second_line | let_out | stop_exit
            (42, "letters", Type.CODES, _LATEST),
            (43, "remark", _T, _LATEST),
            (44, "void", _C, _LATEST),  # why the check does not count
            (45, "mrz_format", _C),  # TD1 | TD2 | TD3 | MRV-A | MRV-B: with the fields it re-creates the zone
            (46, "mrz_zero", _B),  # an empty personal number's check digit is printed 0, not <
        ),
        personal=PERSON + " remark origin destination",
    ),
)


REFUSAL = RecordType(
    kind=Kind.REFUSAL,
    lane=Lane.ROUTINE,
    insert_only=True,
    fields=fields_of(
        (
            (3, "check", _ID),
            (4, "post", _C),
            (5, "happened", _AT),
            (6, "number", _T),
            (7, "letters", Type.CODES, _LATEST),
            (8, "signature", _C, _LATEST),  # signed | refused_to_sign
            (9, "remark", _T, _LATEST),
            (10, "form_language", _C, _LATEST),
            (11, "void", _C, _LATEST),
        ),
        personal="remark",
    ),
)


REFERRAL = RecordType(
    kind=Kind.REFERRAL,
    lane=Lane.ROUTINE,
    fields=fields_of(
        (
            (3, "check", _ID),
            (4, "post", _C),
            (5, "reason", _C, _LATEST),
            (6, "reason_text", _T, _LATEST),
            (7, "started", _AT, _LATEST),
            (8, "ended", _AT, _LATEST),
            (9, "findings", _T, Rule.APPEND),
            (10, "outcome", _C, _LATEST),
        ),
        personal="reason_text findings",
    ),
)


CORRECTION = RecordType(
    kind=Kind.CORRECTION,
    lane=Lane.ROUTINE,
    insert_only=True,
    fields=fields_of(
        (
            (3, "of", _ID),
            (4, "action", _C),  # correct | void | resolve
            (5, "fields", Type.CODES),
            (6, "reason", _T),
            (7, "happened", _AT),
            (8, "notify", Type.CODES),
        ),
        personal="reason",
    ),
)


ATTACHMENT = RecordType(
    kind=Kind.ATTACHMENT,
    lane=Lane.BULK,
    insert_only=True,
    fields=fields_of(
        (
            (3, "of", _ID),
            (4, "category", _C),
            (5, "media_type", _C),
            (6, "size_bytes", _I),
            (7, "digest", Type.BYTES),
            (8, "piece", _I),
            (9, "pieces", _I),
            (10, "content", Type.BYTES),
        ),
        personal="content",
    ),
)
