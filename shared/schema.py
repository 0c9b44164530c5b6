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

from dataclasses import dataclass
from enum import Enum, IntEnum
from types import MappingProxyType
from typing import Final

from shared.ids import Lane

SCHEMA_VERSION: Final = 1


class Kind(IntEnum):
    """What a record is. The number travels."""

    CHECK = 1
    ALERT = 2
    HIT = 3
    CLEARED_PAIR = 4
    REFUSAL = 5
    REFERRAL = 6
    INCIDENT = 7
    REQUEST = 8
    BULLETIN = 9
    ACKNOWLEDGEMENT = 10
    JOURNAL_ENTRY = 11
    SHIFT = 12
    OFFICER = 13
    ATTACHMENT = 14
    CORRECTION = 15
    NODE_STATUS = 16
    AUDIT_LINE = 17
    TOMBSTONE = 18
    REFUSED_CHANGE = 19


class Type(Enum):
    """A field's values: the in-memory shape, and a hint to the wire's columns.

    TEXT str · CODE short str from a code list · INT int · BOOL bool · INSTANT UTC ms int ·
    DATE packed partial date int (`partial_date`) · DOT record id int · BYTES bytes ·
    CODES tuple of codes · TEXTS tuple of str · DOTS tuple of ids. None everywhere means "not set".
    """

    TEXT = "text"
    CODE = "code"
    INT = "int"
    BOOL = "bool"
    INSTANT = "instant"
    DATE = "date"
    DOT = "dot"
    BYTES = "bytes"
    CODES = "codes"
    TEXTS = "texts"
    DOTS = "dots"


class Rule(Enum):
    """How the interim value is chosen from siblings. A view: it never prunes any."""

    ONCE = "once"  # the creating change's value, whatever comes later
    LATEST = "latest"  # the highest (stamp, dot); different siblings wait for a person
    SEVEREST = "severest"  # the highest in the field's declared order
    APPEND = "append"  # all of them, in (stamp, dot) order
    UNION = "union"  # the elements of all of them; a removal names the dots it removes


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One field of one kind.

    `order` lists a SEVEREST field's codes, mildest first. `personal` marks what a purge must
    erase. `person_decides` is whether siblings of different value are a HARD conflict.
    """

    number: int
    name: str
    type: Type
    rule: Rule = Rule.ONCE
    order: tuple[str, ...] = ()
    personal: bool = False

    @property
    def person_decides(self) -> bool:
        return self.rule is Rule.LATEST and self.name not in DECIDED_BY_STAMP


# Machine-written fields whose newest value is right by nature: nobody is asked to choose.
DECIDED_BY_STAMP: Final = frozenset({"own_verifier", "own_reset", "clock_correction_ms"})


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordType:
    """A kind's row of the schema table.

    `insert_only`: nearly never edited, so no per-field metadata until an edit comes.
    `downstream`: the hub feeds it to the posts in its scope. `desk_owned`: only the hub's own
    changes count; a node's are refused save on the fields in `node_may_set`.
    """

    kind: Kind
    lane: Lane
    fields: tuple[Field, ...]
    insert_only: bool = False
    downstream: bool = False
    desk_owned: bool = False
    node_may_set: frozenset[str] = frozenset()

    @property
    def name(self) -> str:
        return self.kind.name.lower()


_T, _C, _I, _B, _AT, _D, _ID = Type.TEXT, Type.CODE, Type.INT, Type.BOOL, Type.INSTANT, Type.DATE, Type.DOT
_LATEST = Rule.LATEST

_Row = tuple[int, str, Type] | tuple[int, str, Type, Rule]
OWNER: Final = 1
TRAINING: Final = 2
_COMMON: Final[tuple[_Row, ...]] = ((OWNER, "owner", _C), (TRAINING, "training", _B))


def _fields(
    rows: tuple[_Row, ...], *, personal: str = "", orders: dict[str, tuple[str, ...]] | None = None
) -> tuple[Field, ...]:
    """Build a kind's fields from terse rows (number, name, type[, rule])."""
    private = frozenset(personal.split())
    return tuple(
        Field(
            number=row[0],
            name=row[1],
            type=row[2],
            rule=row[3] if len(row) == 4 else Rule.ONCE,
            order=(orders or {}).get(row[1], ()),
            personal=row[1] in private,
        )
        for row in (*_COMMON, *rows)
    )


_PERSON: Final = (
    "surname given_names written_name birth sex nationality document_number document_issuer "
    "document_expiry personal_number optional_1 optional_2 mrz_lines plate vin"
)

_CHECK = RecordType(
    kind=Kind.CHECK,
    lane=Lane.ROUTINE,
    insert_only=True,
    fields=_fields(
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
        ),
        personal=_PERSON + " remark origin destination",
    ),
)

_ALERT = RecordType(
    kind=Kind.ALERT,
    lane=Lane.URGENT,
    downstream=True,
    fields=_fields(
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
        personal=_PERSON + " aliases reason birth_place marks note object",
        # A doubtful withdrawal leaves the alert matching: a missed person is worse than a second look.
        orders={"status": ("withdrawn", "active"), "handling": ("H0", "H1", "H2", "H3")},
    ),
)

_HIT = RecordType(
    kind=Kind.HIT,
    lane=Lane.URGENT,
    fields=_fields(
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
        personal=_PERSON + " outcome_reason answer",
    ),
)

_OFFICER = RecordType(
    kind=Kind.OFFICER,
    lane=Lane.URGENT,
    downstream=True,
    desk_owned=True,
    node_may_set=frozenset({"own_verifier", "own_reset"}),
    fields=_fields(
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

_OTHERS: Final = (
    RecordType(
        kind=Kind.CLEARED_PAIR,
        lane=Lane.URGENT,
        fields=_fields(
            (
                (3, "alert", _ID),
                (4, "alert_dot", _ID),
                (5, "hit", _ID),
                (6, "person_key", _I),
                (7, "reason", _T, _LATEST),
                (8, "until", _AT, _LATEST),
            ),
            personal="person_key reason",
        ),
    ),
    RecordType(
        kind=Kind.REFUSAL,
        lane=Lane.ROUTINE,
        insert_only=True,
        fields=_fields(
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
    ),
    RecordType(
        kind=Kind.REFERRAL,
        lane=Lane.ROUTINE,
        fields=_fields(
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
    ),
    RecordType(
        kind=Kind.INCIDENT,
        lane=Lane.URGENT,
        fields=_fields(
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
    ),
    RecordType(
        kind=Kind.REQUEST,
        lane=Lane.URGENT,
        downstream=True,
        fields=_fields(
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
    ),
    RecordType(
        kind=Kind.BULLETIN,
        lane=Lane.URGENT,
        downstream=True,
        desk_owned=True,
        fields=_fields(
            (
                (3, "title", _T, _LATEST),
                (4, "text", _T, _LATEST),
                (5, "audience", Type.CODES, _LATEST),
                (6, "expires", _D, _LATEST),
                (7, "withdrawn", _B, _LATEST),
            )
        ),
    ),
    RecordType(
        kind=Kind.ACKNOWLEDGEMENT,
        lane=Lane.ROUTINE,
        insert_only=True,
        fields=_fields(((3, "of", _ID), (4, "post", _C), (5, "happened", _AT))),
    ),
    RecordType(
        kind=Kind.JOURNAL_ENTRY,
        lane=Lane.ROUTINE,
        insert_only=True,
        fields=_fields(
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
    ),
    RecordType(
        kind=Kind.SHIFT,
        lane=Lane.ROUTINE,
        fields=_fields(
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
    ),
    RecordType(
        kind=Kind.ATTACHMENT,
        lane=Lane.BULK,
        insert_only=True,
        fields=_fields(
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
    ),
    RecordType(
        kind=Kind.CORRECTION,
        lane=Lane.ROUTINE,
        insert_only=True,
        fields=_fields(
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
    ),
    RecordType(
        kind=Kind.NODE_STATUS,
        lane=Lane.ROUTINE,
        insert_only=True,
        fields=_fields(
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
    ),
    RecordType(
        kind=Kind.AUDIT_LINE,
        lane=Lane.ROUTINE,
        insert_only=True,
        fields=_fields(
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
    ),
    RecordType(
        kind=Kind.TOMBSTONE,
        lane=Lane.URGENT,
        insert_only=True,
        downstream=True,
        desk_owned=True,
        fields=_fields(((3, "of", _ID), (4, "reason", _C))),
    ),
    RecordType(
        kind=Kind.REFUSED_CHANGE,
        lane=Lane.URGENT,
        insert_only=True,
        downstream=True,
        desk_owned=True,
        fields=_fields(((3, "change", _ID), (4, "of", _ID), (5, "reason", _C))),
    ),
)

SCHEMA: Final = MappingProxyType({row.kind: row for row in (_CHECK, _ALERT, _HIT, _OFFICER, *_OTHERS)})
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
