"""The booth: everything an officer's page can ask of the node.

Job: one facade for the pages. Each method answers with values of `screen` or raises a
`KaraulaError`; whatever it says was saved is durably committed.
Invariants
* No method waits for the link.
* Each method takes the `Session` of whoever asks; what they do is audited under their id.
* A method that takes a `CaseId` may be called twice with the same one: the second does nothing new.
Must not know: flask, SQL, crypto, the wire.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from edge.booth_fields import FORM_FIELDS, LOOK_UP_FIELDS
from edge.screen import (
    Candidate,
    CaseId,
    CaseView,
    CheckRow,
    CheckView,
    Device,
    HitRow,
    HitView,
    LookUpView,
    Option,
    Saved,
    Session,
    Status,
)

__all__ = ["FORM_FIELDS", "LOOK_UP_FIELDS", "Booth"]


class Booth:
    """The facade. One per node process; safe to call from several threads."""

    # --- who is at the booth ---

    def device(self, token: str | None) -> Device:
        """The device of a cookie's token; a new one, with a new token, for none or an unknown one."""
        raise NotImplementedError

    def sign_in(self, *, login: str, password: str, device: Device) -> Session:
        """Open a session; `Session.token` goes into the cookie.

        Raises SignInError `wrong_sign_in` (same for an unknown login), `sign_in_wait` (hint says how
        long), `officer_disabled`.
        """
        raise NotImplementedError

    def session(self, token: str | None) -> Session:
        """Who this token belongs to. Raises SignInError `signed_out`, `session_ended`, `officer_disabled`."""
        raise NotImplementedError

    def sign_out(self, session: Session) -> None:
        raise NotImplementedError

    def change_password(self, session: Session, *, current: str, new: str, again: str) -> Session:
        """Set the officer's own password; returns the session with `must_change` off.

        Raises InputError with `field` current | new | again: `wrong_password`, `password_short`,
        `password_long`, `password_same`, `password_differs`.
        """
        raise NotImplementedError

    # --- one case ---

    def open_case(self, session: Session) -> CaseId:
        """The officer's half-captured case on this device, or a new empty one. Survives reloads."""
        raise NotImplementedError

    def drop_case(self, session: Session, case: CaseId) -> None:
        """Throw a case away undecided (audited when a list answer had been shown)."""
        raise NotImplementedError

    def scan(self, session: Session, case: CaseId, text: str) -> CaseView:
        """Put a zone into the case and look. What the reader got wrong is a problem at `mrz`."""
        raise NotImplementedError

    def enter(self, session: Session, case: CaseId, form: Mapping[str, str]) -> CaseView:
        """Keep what was typed (names in FORM_FIELDS; others are ignored) and look."""
        raise NotImplementedError

    def look(self, session: Session, case: CaseId) -> CaseView:
        """The case as it stands, with the list's answer. Raises MissingError `no_case`."""
        raise NotImplementedError

    def open_cue(self, session: Session, case: CaseId) -> tuple[Candidate, ...]:
        """The discreet alerts behind a case's cue: a deliberate act, audited."""
        raise NotImplementedError

    def decide(self, session: Session, case: CaseId, form: Mapping[str, str]) -> Saved:
        """Commit the check, its hits and its audit line in one transaction.

        `form` holds `decision` and whatever else was typed last; fields not sent stay as entered.
        Raises FormError (see `capture.FormError`: `.problems`), StoreError (nothing was saved).
        """
        raise NotImplementedError

    # --- afterwards ---

    def recent(self, session: Session, *, limit: int = 30) -> tuple[CheckRow, ...]:
        """The node's newest checks, newest first."""
        raise NotImplementedError

    def check(self, session: Session, check: str) -> CheckView:
        """One check by its URL id or printed id. Raises MissingError `no_check`, InputError `bad_id`."""
        raise NotImplementedError

    def correct(
        self, session: Session, check: str, *, form: Mapping[str, str], reason: str, contexts: str
    ) -> CheckView:
        """Set fields right (names in `CheckView.correctable`; equal values change nothing).

        Raises FormError; StaleError `check_changed` when someone changed it after the form was shown;
        ForbiddenError `check_is_void`.
        """
        raise NotImplementedError

    def void(self, session: Session, check: str, *, reason: str, contexts: str) -> CheckView:
        """Declare that a check does not count. Raises as `correct` does."""
        raise NotImplementedError

    def hits(self, session: Session, *, open_only: bool = False) -> tuple[HitRow, ...]:
        """Hits of this node: open late ones first, then open ones, then the settled, newest first."""
        raise NotImplementedError

    def open_hit(self, session: Session, hit: str) -> HitView:
        """One hit in full; of a discreet alert too (a deliberate act, audited). MissingError `no_hit`."""
        raise NotImplementedError

    def settle_hit(self, session: Session, hit: str, *, outcome: str, reason: str, contexts: str) -> HitView:
        """Confirm or clear a hit (`outcome` confirmed | cleared) with a reason.

        Raises FormError (`outcome`, `reason`), StaleError `hit_changed`.
        """
        raise NotImplementedError

    def look_up(self, session: Session, form: Mapping[str, str]) -> LookUpView:
        """Search the alerts and this node's checks without a check (LOOK_UP_FIELDS); audited.

        A purpose is demanded. Discreet alerts show as the cue only; `open_look_up_cue` opens them.
        """
        raise NotImplementedError

    def open_look_up_cue(self, session: Session, form: Mapping[str, str]) -> tuple[Candidate, ...]:
        """The discreet alerts behind a look-up's cue: a deliberate act, audited."""
        raise NotImplementedError

    # --- the node ---

    def status(self) -> Status:
        """Cheap enough for every page."""
        raise NotImplementedError

    def sync_now(self, session: Session) -> None:
        """Ask for a sync round at once; returns without waiting."""
        raise NotImplementedError

    def choices(self, name: str) -> Sequence[Option]:
        """The entries of a code list: document_category, vehicle_kind, purpose, refusal_letter,
        search_purpose, void_reason, sex, country."""
        raise NotImplementedError
