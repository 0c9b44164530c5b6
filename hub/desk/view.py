"""What an operator's page shows: plain values, ready to render.

Job: be the language between `desk` and the pages. Ids are strings (a 63-bit number does not survive
JavaScript), instants are UTC milliseconds, dates are text as `partial_date` prints them.
Invariant: every row that shows a person says why this desk may see it (`why`).
Must not know: storage, HTML, the wire.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from hub.desk.machines import NodeRow as NodeRow
from hub.desk.machines import NodeState as NodeState
from hub.desk.machines import QuarantineRow as QuarantineRow
from hub.desk.officer_row import FirstPassword as FirstPassword
from hub.desk.officer_row import OfficerRow as OfficerRow
from hub.desk.outcome_row import OutcomeRow as OutcomeRow
from hub.why import Why as Why
from shared.change import Value
from shared.ids import OfficerId

_Row = TypeVar("_Row")


@dataclass(frozen=True, slots=True, kw_only=True)
class Operator:
    """A signed-in operator. While `must_change` only a password change is allowed."""

    officer: OfficerId
    login: str
    full_name: str
    role: str
    country: str
    device: str
    must_change: bool
    token: str = field(repr=False)

    @property
    def id(self) -> str:
        return str(self.officer)


@dataclass(frozen=True, slots=True, kw_only=True)
class Some(Generic[_Row]):
    """The first few rows of many."""

    rows: tuple[_Row, ...]
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspect:
    """A clock that cannot have been right: what the change claims, and when the hub had it."""

    claimed_ms: int
    received_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckRow:
    """One check in a list. `via` is the printed id of the hit or request that opened it, if one did."""

    id: str
    printed: str
    why: Why
    via: str
    owner: str
    post: str
    post_name: str
    happened_ms: int
    received_ms: int
    suspect: Suspect | None
    direction: str
    surname: str
    given_names: str
    birth: str
    nationality: str
    document_number: str
    document_issuer: str
    plate: str
    plate_country: str
    decision: str
    verdict: str
    standing: str
    void: str
    training: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class HitRow:
    """One hit. `check` and `alert` may name records that are not here yet (`""` when the hit names none)."""

    id: str
    printed: str
    why: Why
    owner: str
    alert_owner: str
    post: str
    post_name: str
    happened_ms: int
    received_ms: int
    suspect: Suspect | None
    late: bool
    outcome: str
    category: str
    action: str
    discreet: bool
    reference: str
    matched_on: tuple[str, ...]
    surname: str
    given_names: str
    birth: str
    nationality: str
    document_number: str
    document_issuer: str
    plate: str
    plate_country: str
    vin: str
    check: str
    alert: str
    acknowledged: bool
    standing: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TimesRow:
    """Two checks of one traveller that lie nearer in time than the road allows: a question, not a finding.

    `checks` are those this desk may see, the earlier first. Where that is one, `elsewhere` is the country
    whose desk may be asked about the other, and nothing is said of the other: no post, distance or time.
    `same` is document or person.
    """

    same: str
    checks: tuple[CheckRow, ...]
    elsewhere: str
    km: int | None
    speed_km_h: int
    needed_s: int | None
    at_most_s: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertRow:
    """One alert in a list. `status` is active, withdrawn or expired (a view, not a stored state)."""

    id: str
    printed: str
    why: Why
    owner: str
    category: str
    action: str
    discreet: bool
    status: str
    surname: str
    given_names: str
    birth: str
    nationality: str
    document_number: str
    document_issuer: str
    plate: str
    plate_country: str
    vin: str
    object: str
    authority: str
    reference: str
    reason: str
    expires: str
    raised_ms: int
    raised_by: str
    hits: int
    standing: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sibling:
    """One change's say about one field."""

    dot: str
    value: Value
    text: str
    who: str
    country: str
    at_ms: int
    node: str
    post: str
    reason: str
    interim: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldRow:
    """One field of a record: its interim value, the rule that picked it, and all siblings.

    `value` keeps its type, but dates are text; `type` is a `schema.Type` value, `rule` a `Rule` value.
    """

    name: str
    type: str
    value: Value
    text: str
    rule: str
    standing: str
    siblings: tuple[Sibling, ...]
    editable: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryRow:
    """One change of a record: who, when, where, what, why; `refused` is the reason code, if any."""

    dot: str
    who: str
    country: str
    at_ms: int
    node: str
    post: str
    creates: bool
    fields: tuple[tuple[str, str], ...]
    reason: str
    refused: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PhotoRow:
    """A photo of a record. `name` stands in its link; it can be opened when its `state` is whole.

    `state` is whole | arriving | wrong; `arrived` of its `pieces` are here.
    """

    name: str
    category: str
    size_bytes: int
    state: str
    arrived: int
    pieces: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordView:
    """A record in full. `contexts` goes into the form as it is and comes back with the edit.

    `may_edit` says whether this operator may correct or withdraw it; `may_not` is the code why not.
    `formerly` are the ids that older papers call it by; `also_called` what other records older papers call by
    its own: a disk that was copied gave out numbers twice.
    """

    id: str
    printed: str
    kind: str
    owner: str
    why: Why
    via: str
    standing: str
    post: str
    post_name: str
    received_ms: int
    suspect: Suspect | None
    fields: tuple[FieldRow, ...]
    history: tuple[HistoryRow, ...]
    hits: tuple[HitRow, ...]
    contexts: str
    may_edit: bool
    may_not: str
    discreet: bool
    formerly: str = ""
    also_called: str = ""
    photos: tuple[PhotoRow, ...] = ()
    times: tuple[TimesRow, ...] = ()

    def field(self, name: str) -> FieldRow | None:
        """A field by its name, if it is set."""
        return next((row for row in self.fields if row.name == name), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class ConflictRow:
    """A record whose changes disagree. `standing` is soft or hard."""

    id: str
    printed: str
    kind: str
    owner: str
    why: Why
    standing: str
    opened_ms: int
    fields: tuple[str, ...]
    parties: tuple[str, ...]
    post: str
    post_name: str
    surname: str
    given_names: str
    may_decide: bool
    may_not: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ConflictView:
    """Both sides of a conflict. `fields` are the ones in dispute, in schema order.

    Originator priority: only the owner's desk decides; others see, and may tell it why.
    """

    row: ConflictRow
    record: RecordView
    fields: tuple[FieldRow, ...]
    contexts: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a search showed. `more`: there may be others, for a search reads and shows so many and no more."""

    checks: tuple[CheckRow, ...]
    alerts: tuple[AlertRow, ...]
    hits: tuple[HitRow, ...]
    more: bool
    search_behind_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditRow:
    """One audited act of this operator."""

    at_ms: int
    action: str
    record: str
    purpose: str
    reference: str
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """How much needs a person now: what a rail on every page shows."""

    hits: int
    conflicts: int
    nodes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """What needs a person now, the first few of each sort.

    `backup_age_s` is of the newest verified one; `troubles` are codes of what is wrong with the hub.
    """

    conflicts: Some[ConflictRow]
    hits: Some[HitRow]
    silent: Some[NodeRow]
    quarantine: Some[QuarantineRow]
    checks_24_h: int
    search_behind_s: int
    rematch_behind_s: int
    backup_age_s: int | None
    troubles: frozenset[str]
    now_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Category:
    """A category of alert: the actions it may ask for (first is usual) and the fields it is about."""

    code: str
    label: str
    actions: tuple[str, ...]
    fields: tuple[str, ...]
    discreet: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One entry of a code list. `group` is a post's country, where the list is of posts."""

    code: str
    label: str
    group: str = ""


Form = Mapping[str, object]
"""What a form sent: a string a field, or a sequence of strings where several may be chosen."""
