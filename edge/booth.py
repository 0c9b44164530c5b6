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
from typing import Final

from edge.afterwards import Afterwards
from edge.booth_fields import FORM_FIELDS, LOOK_UP_FIELDS
from edge.capture.fields import SEXES
from edge.cases import Cases
from edge.hits import Hits
from edge.kit import Kit
from edge.lookup import LookUps
from edge.photos import Photos
from edge.record_view import CheckRow, CheckView, HitRow, HitView, LookUpView
from edge.screen import Candidate, CaseId, CaseView, Device, Option, Saved, Session
from edge.status import Reporter
from edge.status_view import Status
from edge.stick_desk import CarryView, StickDesk
from edge.store import devices
from shared.errors import ForbiddenError
from shared.ledger.accounts import Accounts, Entry
from shared.mrz import STATES

__all__ = ["FORM_FIELDS", "LOOK_UP_FIELDS", "Booth"]

_TOKEN_BYTES: Final = 16
_NEW_DEVICE: Final = "new"
_SEX_LABELS: Final = dict(zip(SEXES, ("Female", "Male", "Unspecified"), strict=True))


class Booth:
    """The facade. One per node process; safe to call from several threads."""

    def __init__(self, kit: Kit, accounts: Accounts, reporter: Reporter, sticks: StickDesk) -> None:
        self._kit = kit
        self._sticks = sticks
        self._accounts = accounts
        self._reporter = reporter
        self._photos = Photos(kit)
        self._cases = Cases(kit, self._photos)
        self._afterwards = Afterwards(kit, self._photos)
        self._hits = Hits(kit)
        self._look_ups = LookUps(kit, self._afterwards)
        self._choices = _choices(kit, self._look_ups)

    # --- who is at the booth ---

    def device(self, token: str | None) -> Device:
        """The device of a cookie's token; for none or an unknown one a new token without a name.

        A device gets its name with the first officer who signs in there: strangers name none.
        """
        if token:
            with self._kit.database.snapshot() as tx:
                name = devices.find(tx, token)
            if name is not None:
                return Device(token=token, name=name)
        return Device(token=self._kit.world.random(_TOKEN_BYTES).hex(), name="")

    def sign_in(self, *, login: str, password: str, device: Device) -> Session:
        """Open a session; `Session.token` goes into the cookie.

        Raises SignInError `wrong_sign_in` (same for an unknown login), `sign_in_wait` (hint says how
        long), `officer_disabled`.
        """
        entry = self._accounts.sign_in(login=login, password=password, device=device.name or _NEW_DEVICE)
        if not device.name:
            with self._kit.database.transaction() as tx:
                name = devices.add(tx, device.token, now_ms=self._kit.now_ms())
                entry = self._accounts.move(tx, entry, device=name)
        return _session(entry)

    def session(self, token: str | None) -> Session:
        """Who this token belongs to. Raises SignInError `signed_out`, `session_ended`, `officer_disabled`."""
        return _session(self._accounts.session(token))

    def sign_out(self, session: Session) -> None:
        """End the session."""
        self._accounts.sign_out(self._accounts.session(session.token))

    def change_password(self, session: Session, *, current: str, new: str, again: str) -> Session:
        """Set the officer's own password; returns the session with `must_change` off.

        Raises InputError with `field` current | new | again: `wrong_password`, `password_short`,
        `password_long`, `password_same`, `password_is_login`, `password_differs`.
        """
        entry = self._accounts.session(session.token)
        changed = self._accounts.change_password(entry, current=current, new=new, again=again)
        self._kit.nudge()
        return _session(changed)

    # --- one case ---

    def open_case(self, session: Session) -> CaseId:
        """The officer's half-captured case on this device, or a new empty one. Survives reloads."""
        _allow(session)
        return self._cases.open(session)

    def drop_case(self, session: Session, case: CaseId) -> None:
        """Throw a case away undecided (audited when a list answer had been shown)."""
        _allow(session)
        self._cases.drop(session, case)

    def scan(self, session: Session, case: CaseId, text: str) -> CaseView:
        """Put a zone into the case and look. What the reader got wrong is a problem at `mrz`."""
        return self.enter(session, case, {"mrz": text})

    def enter(self, session: Session, case: CaseId, form: Mapping[str, str]) -> CaseView:
        """Keep what was typed (names in FORM_FIELDS; others are ignored) and look.

        A field sent blank is cleared; one not sent stays as it was.
        """
        _allow(session)
        return self._cases.enter(session, case, form)

    def look(self, session: Session, case: CaseId) -> CaseView:
        """The case as it stands, with the list's answer. Raises MissingError `no_case`."""
        _allow(session)
        return self._cases.look(session, case)

    def open_cue(self, session: Session, case: CaseId) -> tuple[Candidate, ...]:
        """The discreet alerts behind a case's cue: a deliberate act, audited."""
        _allow(session)
        return self._cases.open_cue(session, case)

    def decide(self, session: Session, case: CaseId, form: Mapping[str, str]) -> Saved:
        """Commit the check, its hits and its audit line in one transaction.

        `form` holds `decision` and whatever else was typed last; fields not sent stay as entered.
        Raises FormError (`.problems`), StoreError (nothing was saved), StaleError `answer_changed`
        when the list holds an alert the officer has not been shown yet: `look` shows it.
        """
        _allow(session)
        return self._cases.decide(session, case, form)

    # --- photos ---

    def add_photo(self, session: Session, case: CaseId, upload: bytes, *, category: str) -> None:
        """Take a file into a case: decoded, made small, written anew without anything but its pixels.

        `category` is document | face | vehicle. Raises InputError with `field` photo (`photo_missing`,
        `photo_too_large`, `photo_not_an_image`, `photo_too_many_pixels`, `photo_too_small`,
        `photo_unreadable`, `photo_of_nothing`, `photos_too_many`); StaleError `case_over`.
        """
        _allow(session)
        self._photos.add(session, case, upload, category=category)

    def remove_photo(self, session: Session, case: CaseId, name: str) -> None:
        """Take a photo (`PhotoRow.name`) out of an undecided case."""
        _allow(session)
        self._photos.remove(session, case, name)

    def case_photo(self, session: Session, case: CaseId, name: str) -> bytes:
        """A photo of the officer's own open case: JPEG. Raises MissingError `no_case`, `no_photo`."""
        _allow(session)
        return self._photos.preview(session, case, name)

    def photo(self, session: Session, check: str, name: str) -> bytes:
        """A photo of a saved check: JPEG; audited. Raises MissingError `no_check`, `no_photo`."""
        _allow(session)
        return self._photos.open(session, check, name)

    # --- afterwards ---

    def recent(self, session: Session, *, limit: int = 30) -> tuple[CheckRow, ...]:
        """The node's newest checks, newest first."""
        _allow(session)
        return self._afterwards.recent(limit=limit)

    def check(self, session: Session, check: str) -> CheckView:
        """One check by its URL id or printed id. Raises MissingError `no_check`, InputError `bad_id`."""
        _allow(session)
        return self._afterwards.check(session, check)

    def correct(
        self, session: Session, check: str, *, form: Mapping[str, str], reason: str, contexts: str
    ) -> CheckView:
        """Set fields right (names in `CheckView.correctable`; equal values change nothing).

        Raises FormError; StaleError `check_changed` when someone changed it after the form was shown;
        ForbiddenError `check_is_void`.
        """
        _allow(session)
        return self._afterwards.correct(session, check, form=form, reason=reason, shown=contexts)

    def void(self, session: Session, check: str, *, reason: str, contexts: str, note: str = "") -> CheckView:
        """Declare that a check does not count. `reason` is a code of `choices("void_reason")`.

        Raises as `correct` does; FormError's fields are `reason` and `note`.
        """
        _allow(session)
        return self._afterwards.void(session, check, code=reason, note=note, shown=contexts)

    def hits(self, session: Session, *, open_only: bool = False) -> tuple[HitRow, ...]:
        """Hits of this node: open late ones first, then open ones, then the settled, newest first."""
        _allow(session)
        return self._hits.list(open_only=open_only)

    def open_hit(self, session: Session, hit: str) -> HitView:
        """One hit in full; of a discreet alert too (a deliberate act, audited). MissingError `no_hit`."""
        _allow(session)
        return self._hits.open(session, hit)

    def settle_hit(self, session: Session, hit: str, *, outcome: str, reason: str, contexts: str) -> HitView:
        """Confirm or clear a hit (`outcome` confirmed | cleared) with a reason.

        Raises FormError (`outcome`, `reason`), StaleError `hit_changed`.
        """
        _allow(session)
        return self._hits.settle(session, hit, outcome=outcome, reason=reason, shown=contexts)

    def look_up(self, session: Session, form: Mapping[str, str]) -> LookUpView:
        """Search the alerts and this node's checks without a check (LOOK_UP_FIELDS); audited.

        A purpose is demanded. Discreet alerts show as the cue only; `open_look_up_cue` opens them.
        """
        _allow(session)
        return self._look_ups.look_up(session, form)

    def open_look_up_cue(self, session: Session, form: Mapping[str, str]) -> tuple[Candidate, ...]:
        """The discreet alerts behind a look-up's cue: a deliberate act, audited."""
        _allow(session)
        return self._look_ups.open_cue(session, form)

    # --- the node ---

    def status(self) -> Status:
        """Cheap enough for every page."""
        return self._reporter.status()

    def sync_now(self, session: Session) -> None:
        """Ask for a sync round at once; returns without waiting."""
        _allow(session)
        self._kit.nudge(everything=True)

    def sticks(self, session: Session) -> CarryView:
        """The sticks in this machine, and how the last export or import stands."""
        _allow(session)
        return self._sticks.view()

    def carry(self, session: Session, *, action: str, stick: str) -> None:
        """Begin an export or import of a stick that `sticks` names; returns at once, and is audited.

        `action` is export | import. Raises InputError `bad_action`, MissingError `no_stick`, StaleError
        `stick_busy`.
        """
        _allow(session)
        self._sticks.begin(session, action=action, stick=stick)

    def choices(self, name: str) -> Sequence[Option]:
        """The entries of a code list: document_category, vehicle_kind, purpose, refusal_letter,
        search_purpose, void_reason, sex, country, direction, hit_outcome."""
        return self._choices[name]


def _allow(session: Session) -> None:
    """Nothing but a new password before the desk's first one was changed."""
    if session.must_change:
        raise ForbiddenError(
            "password_must_change",
            "the first password must be changed",
            hint="Choose a password of your own.",
        )


def _session(entry: Entry) -> Session:
    officer = entry.officer
    return Session(
        officer=officer.id,
        login=officer.login,
        full_name=officer.full_name,
        role=officer.role,
        country=officer.country,
        device=entry.device,
        must_change=officer.must_change,
        token=entry.token,
    )


def _choices(kit: Kit, look_ups: LookUps) -> dict[str, tuple[Option, ...]]:
    lists = kit.lists

    def options(pairs: Sequence[tuple[str, str]]) -> tuple[Option, ...]:
        return tuple(Option(code=code, label=label) for code, label in pairs)

    purposes = set(look_ups.purposes())
    return {
        "document_category": options([(one.code, one.label) for one in lists.document_categories]),
        "vehicle_kind": options([(one.code, one.label) for one in lists.vehicle_kinds]),
        "purpose": options([(one.code, one.label) for one in lists.crossing_purposes]),
        "refusal_letter": options([(one.code, one.label) for one in lists.refusal_letters]),
        "search_purpose": options([(one.code, one.label) for one in lists.purposes if one.code in purposes]),
        "void_reason": options([(one.code, one.label) for one in lists.void_reasons]),
        "sex": options(list(_SEX_LABELS.items())),
        "country": options(sorted(STATES.items(), key=lambda pair: pair[1])),
        "direction": options([("entry", "Entry"), ("exit", "Exit")]),
        "hit_outcome": options([("confirmed", "Confirmed"), ("cleared", "Cleared")]),
    }
