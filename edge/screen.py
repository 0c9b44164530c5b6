"""What an officer's page shows: plain values, ready to render.

Job: be the language between `booth` and the pages. Ids are strings here (a 63-bit number does not
survive JavaScript), instants are UTC milliseconds, dates are text as `partial_date` prints them.
Invariant: nothing in a `CaseView` gives away a discreet alert; what it says is only in what
`Booth.open_cue` returns. Records as pages list and open them stand in `record_view`.
Must not know: storage, HTML, the wire.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, NewType

from edge.photo_row import PhotoRow
from shared.ids import OfficerId
from shared.matching.reasons import Reason

CaseId = NewType("CaseId", str)
"""A case's random name, 32 hexadecimal digits: it makes a repeated submit harmless."""

CUE: Final = "cue"
"""The neutral word by which a discreet alert announces itself."""

LOCKED: Final = "locked"
"""The verdict of a list that may not answer now: the lease has ended, or the node was revoked."""
NOT_MATCHED: Final = "not_matched"
"""The verdict where no list was asked, or where comparing failed: nobody can say that there is no match."""


# --- who is at the booth ---


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """One tablet or kiosk. `token` goes into its long-lived cookie, `name` onto its checks (`T1`).

    A device at which nobody has signed in yet has no name.
    """

    token: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A signed-in officer at one device. While `must_change` only a password change is allowed."""

    officer: OfficerId
    login: str
    full_name: str
    role: str
    country: str
    device: str
    must_change: bool
    token: str = field(repr=False)


# --- the case on the screen ---


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """What is wrong with one form field; `field` is its name in the form."""

    field: str
    code: str
    message: str
    hint: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Digit:
    """One check digit: `field` is a `mrz.FieldName` value."""

    field: str
    ok: bool
    expected: str
    found: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """Something to look at that stops nothing: an MRZ oddity, an expired document, an odd plate.

    `field` names what it is about, as a form field or an `mrz.FieldName` value.
    """

    code: str
    field: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Swap:
    """A character repaired (or, as a suggestion, that would explain a wrong digit). From 1."""

    field: str
    line: int
    position: int
    before: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A machine-readable zone as read. `state` is ok | repaired | wrong_digit."""

    format: str
    state: str
    lines: tuple[str, ...]
    digits: tuple[Digit, ...]
    repairs: tuple[Swap, ...]
    suggestions: tuple[Swap, ...]
    name_truncated: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Traveller:
    """Who stands there. Empty text means unknown; `age` is in whole years on the post's day.

    `expiry_state` is ok | soon (within 30 days) | expired | unknown.
    """

    surname: str
    given_names: str
    written_name: str
    birth: str
    age: int | None
    minor: bool
    sex: str
    nationality: str
    document_category: str
    document_number: str
    document_issuer: str
    document_expiry: str
    expiry_state: str
    personal_number: str
    accompanied_by: str = ""

    @property
    def name(self) -> str:
        return f"{self.surname} {self.given_names}".strip()


@dataclass(frozen=True, slots=True, kw_only=True)
class Vehicle:
    plate: str
    plate_country: str
    vin: str
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ListAge:
    """How old the node's alert list is, by trusted time only.

    `seconds` is None where no list has ever arrived. `at_least` says the age is only a lower
    bound, because the node restarted and has not heard the hub since. `text` reads `3 h 12 min`.
    """

    generation: int
    position: int
    seconds: int | None
    at_least: bool
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """One alert that matched, with all an officer needs while the link is dead.

    `verdict` is possible | hit; `grounds` are `watchlist.Ground` values; `reasons` say in English
    why, `because` the same as codes that pages translate; `strength` is a `watchlist.Strength`.
    `expiry_doubt` marks an alert that may have expired, as far as this clock can tell.
    `labels` of category and action are English; the codes are what pages translate by.
    """

    alert: str
    verdict: str
    category: str
    category_label: str
    action: str
    action_label: str
    owner: str
    authority: str
    phone: str
    reference: str
    reason: str
    warnings: tuple[str, ...]
    grounds: tuple[str, ...]
    reasons: tuple[str, ...]
    because: tuple[Reason, ...]
    strength: str
    expires: str
    expiry_doubt: bool
    subject: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The list's answer: verdict clear | possible | hit of the alerts that may be shown.

    `cue` is `CUE` where a discreet alert matched too, else empty. `cut`: too many on the list are alike, and
    not all of them were compared. `failed`: comparing did, and others may match; where nothing can be shown
    the verdict is then `NOT_MATCHED`. While the list is locked the verdict is `LOCKED`, `locked` says why
    (lease_ended | node_revoked), `since_ms` when the hub was last heard.
    """

    verdict: str
    candidates: tuple[Candidate, ...]
    cue: str
    list: ListAge
    cut: bool = False
    failed: bool = False
    locked: str = ""
    since_ms: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """A code with its English label, for a button or a list."""

    code: str
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """A decision open to the officer here and now."""

    code: str  # admit | refuse | second_line | let_out | stop_exit
    label: str
    needs_letters: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseView:
    """One traveller's case as the page shows it.

    `form` is what was typed, field by field, kept as typed. `problems` are by form field; the case
    can be decided when there are none (`ready`). `reading` is None without a readable zone, and
    `traveller` is None until something is known. `saved` is the check's printed id once decided.
    """

    case: CaseId
    form: Mapping[str, str]
    problems: Mapping[str, Problem]
    reading: Reading | None
    traveller: Traveller | None
    vehicle: Vehicle | None
    notes: tuple[Note, ...]
    answer: Answer | None
    direction: str
    decisions: tuple[Decision, ...]
    letters: tuple[Option, ...]
    confirm_digits: bool  # wrong digits wait for the officer's word: form field `confirm_digits` = yes
    confirm_clock: bool  # an implausible clock waits for it too: form field `confirm_clock` = yes
    ready: bool
    photos: tuple[PhotoRow, ...] = ()
    saved: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Saved:
    """A check that is durably committed. `repeated` says an earlier submit had done it."""

    check: str  # for URLs
    printed: str  # for people: KLOBUK-1-R-4F2K9-7
    hits: int  # hits that may be spoken of
    cue: str
    repeated: bool
