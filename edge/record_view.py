"""What an officer's page shows of records: checks and hits, listed and opened, and what a look-up found.

The values are as in `screen`: ids are strings, instants are UTC milliseconds, dates are text.
Invariant: nothing in a `CheckRow` or a `HitRow` gives away a discreet alert; what it says is only in what
`Booth.open_hit` returns. Must not know: storage, HTML, the wire.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from edge.photo_row import PhotoRow
from edge.screen import Answer, Candidate, ListAge, Problem


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckRow:
    """One check in a list."""

    check: str
    printed: str
    happened_ms: int
    offset_min: int
    clock: str
    direction: str
    decision: str
    verdict: str
    name: str
    nationality: str
    document_number: str
    plate: str
    officer: str
    device: str
    void: bool
    corrected: bool
    sent: bool  # the hub has acknowledged it
    photos: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One change of a record: who, when, what, why."""

    at_ms: int
    officer: str
    action: str  # create | correct | void | resolve | clock
    fields: tuple[tuple[str, str], ...]  # (field, new value as text)
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckView:
    """One check in full. `values` are current field values as text, by schema name.

    `lines` is the machine-readable zone as it was captured; () where there was none.
    `contexts` is what a correction or void form must carry back, unchanged and unseen.
    `correctable` lists the fields a correction may set.
    """

    row: CheckRow
    values: Mapping[str, str]
    lines: tuple[str, ...]
    list: ListAge
    letters: tuple[str, ...]
    void_reason: str
    history: tuple[Event, ...]
    hits: tuple[HitRow, ...]
    correctable: tuple[str, ...]
    contexts: str
    photos: tuple[PhotoRow, ...] = ()
    elsewhere: tuple[Elsewhere, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Elsewhere:
    """Another own check of the same traveller, at another post sooner than the road allows: a question.

    `same` is document or person.
    """

    check: str
    printed: str
    post: str
    same: str
    km: int
    speed_km_h: int
    needed_s: int
    at_most_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class HitRow:
    """One hit in a list. Of a discreet one only time and state show."""

    hit: str
    printed: str
    happened_ms: int
    late: bool
    discreet: bool
    outcome: str  # possible | confirmed | cleared
    category: str
    category_label: str
    action: str
    action_label: str
    owner: str
    reference: str
    phone: str
    name: str
    document_number: str
    plate: str
    matched_on: tuple[str, ...]
    check: str
    check_printed: str
    offset_min: int = 0  # the post's offset from UTC at `happened_ms`


@dataclass(frozen=True, slots=True, kw_only=True)
class HitView:
    """One hit opened: the row in full, the alert as it stands now, and what the desk answered."""

    row: HitRow
    alert: Candidate | None
    outcome_reason: str
    answers: tuple[str, ...]
    contexts: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LookUpView:
    """What a look-up found, and the answer of the list to it. `problems` come instead of both.

    `more_checks`: only the newest of this post's checks were looked at.
    """

    form: Mapping[str, str]
    problems: Mapping[str, Problem]
    answer: Answer | None
    checks: tuple[CheckRow, ...]
    more_checks: bool
