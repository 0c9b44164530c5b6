"""What the schema table is made of: kinds, types, rules, fields, and a kind's row.

Must not know: which kinds have which fields (`tables` beside this file say).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, IntEnum
from typing import Final

from shared.ids import Lane


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
    SCOPE_LEAVE = 20


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

    `insert_only`: nearly never edited, and no field gathers: the hub takes it in by whole tables.
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


_Row = tuple[int, str, Type] | tuple[int, str, Type, Rule]
OWNER: Final = 1
TRAINING: Final = 2
_COMMON: Final[tuple[_Row, ...]] = ((OWNER, "owner", Type.CODE), (TRAINING, "training", Type.BOOL))


def fields_of(
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


PERSON: Final = (
    "surname given_names written_name birth sex nationality document_number document_issuer "
    "document_expiry personal_number optional_1 optional_2 mrz_lines plate vin"
)
