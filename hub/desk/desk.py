"""The desk: everything a page of the console can ask of the hub.

Job: one facade over the desk's services. Each method takes the signed-in operator first.
Invariants
* What an operator may not see is never loaded: the store's query says which rows exist for a desk.
* Every view of a person, every search and every act is audited, in the transaction that made it.
* An edit carries the contexts of the form it was made on; a stale form is refused, nothing is done.
Must not know: flask, SQL, msgpack.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from hub.desk.view import (
    AlertRow,
    AuditRow,
    Category,
    CheckRow,
    Choice,
    ConflictRow,
    ConflictView,
    FirstPassword,
    Form,
    Found,
    HitRow,
    NodeRow,
    OfficerRow,
    Operator,
    Overview,
    QuarantineRow,
    RecordView,
)


class Desk:
    """The facade. One a hub process; safe to call from several threads."""

    # --- who is at the desk ---

    def sign_in(self, *, login: str, password: str, device: str) -> Operator:
        """Open a session; `Operator.token` goes into the cookie. `device` names the workstation.

        Raises SignInError `wrong_sign_in` (the same for an unknown login, and for an officer who is
        no operator), `sign_in_wait`, `officer_disabled`.
        """
        raise NotImplementedError

    def session(self, token: str | None) -> Operator:
        """Whose token this is. Raises SignInError `signed_out`, `session_ended`, `officer_disabled`."""
        raise NotImplementedError

    def sign_out(self, operator: Operator) -> None:
        raise NotImplementedError

    def change_password(self, operator: Operator, *, current: str, new: str, again: str) -> Operator:
        """Set the operator's own password; returns the session with `must_change` off.

        Raises InputError with `field` current | new | again.
        """
        raise NotImplementedError

    # --- the state of things ---

    def overview(self, operator: Operator) -> Overview:
        """What needs a person now."""
        raise NotImplementedError

    def nodes(self, operator: Operator) -> tuple[NodeRow, ...]:
        """Every node, worst first."""
        raise NotImplementedError

    def quarantine(self, operator: Operator) -> tuple[QuarantineRow, ...]:
        """What was received and could not be used, newest first."""
        raise NotImplementedError

    def checks(
        self, operator: Operator, *, limit: int = 50, before: str | None = None
    ) -> tuple[CheckRow, ...]:
        """The checks this desk may see, latest received first; `before` continues after a row's id."""
        raise NotImplementedError

    def record(self, operator: Operator, record: str) -> RecordView:
        """One record by its URL id or printed id, with its history; audited.

        Raises MissingError `no_record` (also for what this desk may not see), InputError `bad_id`.
        """
        raise NotImplementedError

    def own_audit(self, operator: Operator, *, limit: int = 100) -> tuple[AuditRow, ...]:
        """What this operator did and looked at, newest first."""
        raise NotImplementedError

    # --- hits ---

    def hits(self, operator: Operator, *, open_only: bool = False, limit: int = 100) -> tuple[HitRow, ...]:
        """Hits at own posts and on own alerts: unacknowledged first, then newest first."""
        raise NotImplementedError

    def acknowledge_hit(self, operator: Operator, hit: str) -> None:
        """Say that this desk has seen a hit. Once; again does nothing."""
        raise NotImplementedError

    def settle_hit(
        self, operator: Operator, hit: str, *, outcome: str, reason: str, contexts: str
    ) -> RecordView:
        """Confirm or clear a hit (`outcome` confirmed | cleared). The post's desk and the alert's owner may.

        Raises FormError (`outcome`, `reason`), StaleError `record_changed`, ForbiddenError.
        """
        raise NotImplementedError

    def answer_hit(self, operator: Operator, hit: str, *, answer: str) -> RecordView:
        """Add what the alert's owner says. Raises FormError (`answer`), ForbiddenError `not_the_owner`."""
        raise NotImplementedError

    # --- conflicts and corrections ---

    def conflicts(self, operator: Operator, *, open_only: bool = True) -> tuple[ConflictRow, ...]:
        """Conflicts this desk is a party to: hard ones first, oldest first."""
        raise NotImplementedError

    def conflict(self, operator: Operator, record: str) -> ConflictView:
        """Both sides of a conflict; audited. Raises MissingError `no_conflict`."""
        raise NotImplementedError

    def resolve(
        self,
        operator: Operator,
        record: str,
        *,
        choices: Mapping[str, str],
        typed: Mapping[str, str],
        reason: str,
        contexts: str,
    ) -> RecordView:
        """Decide a conflict: a new change that supersedes the siblings, and its reason.

        `choices` maps a disputed field to the dot of the chosen sibling, or to `other` with the value
        in `typed`. Raises FormError (field names, `reason`), StaleError `record_changed`,
        ForbiddenError `not_the_owner`.
        """
        raise NotImplementedError

    def correct(
        self, operator: Operator, record: str, *, form: Form, reason: str, contexts: str
    ) -> RecordView:
        """Set fields of an own-country check right (FieldRow.editable); `void` declares it void.

        Fields not in the form stay. Raises as `resolve`, and FormError `nothing_changed`.
        """
        raise NotImplementedError

    # --- alerts ---

    def alerts(
        self, operator: Operator, *, own_only: bool = False, active_only: bool = True, limit: int = 200
    ) -> tuple[AlertRow, ...]:
        """The alerts this desk may see, newest first."""
        raise NotImplementedError

    def categories(self) -> tuple[Category, ...]:
        """What an alert may be."""
        raise NotImplementedError

    def raise_alert(self, operator: Operator, form: Form) -> AlertRow:
        """Raise an alert for the operator's own country. `form` has ALERT field names (see `ALERT_FORM`).

        Raises FormError with one error a field.
        """
        raise NotImplementedError

    def withdraw_alert(self, operator: Operator, alert: str, *, reason: str, contexts: str) -> AlertRow:
        """Withdraw an own alert. Raises FormError (`reason`), StaleError, ForbiddenError `not_the_owner`."""
        raise NotImplementedError

    # --- officers of the own desk ---

    def officers(self, operator: Operator) -> tuple[OfficerRow, ...]:
        """The officers of the operator's country, by login."""
        raise NotImplementedError

    def officer(self, operator: Operator, officer: str) -> OfficerRow:
        """One officer of the operator's country. Raises MissingError `no_officer`."""
        raise NotImplementedError

    def add_officer(
        self, operator: Operator, *, login: str, full_name: str, role: str, posts: Sequence[str]
    ) -> FirstPassword:
        """Make an officer with a generated first password. Raises FormError by field name."""
        raise NotImplementedError

    def reset_officer(self, operator: Operator, officer: str, *, contexts: str) -> FirstPassword:
        """Give a new first password; the officer's own stops working at once."""
        raise NotImplementedError

    def set_officer(
        self,
        operator: Operator,
        officer: str,
        *,
        full_name: str,
        role: str,
        posts: Sequence[str],
        disabled: bool,
        contexts: str,
    ) -> OfficerRow:
        """Change an officer's name, role, posts, or whether they may sign in at all.

        Raises FormError by field name, StaleError; ForbiddenError `own_account` for disabling oneself.
        """
        raise NotImplementedError

    # --- search ---

    def search(self, operator: Operator, form: Form) -> Found:
        """Search by document_number, plate, vin, or surname + given_names + birth; audited.

        `purpose` (a code of `choices("search_purpose")`) and `reference` are demanded.
        Raises FormError by field name.
        """
        raise NotImplementedError

    # --- code lists ---

    def choices(self, name: str) -> tuple[Choice, ...]:
        """The entries of a code list: country, post, role, search_purpose, void_reason, offence,
        document_category, sex, handling, warning, decision, direction …"""
        raise NotImplementedError

    def now_ms(self) -> int:
        """The hub's clock, UTC milliseconds."""
        raise NotImplementedError


ALERT_FORM = (
    "category",
    "action",
    "surname",
    "given_names",
    "birth",
    "sex",
    "nationality",
    "birth_place",
    "aliases",
    "marks",
    "document_number",
    "document_issuer",
    "document_category",
    "personal_number",
    "plate",
    "plate_country",
    "vin",
    "object",
    "authority",
    "reference",
    "reason",
    "offence",
    "expires",
    "phone",
    "warnings",
    "handling",
    "handling_text",
    "audience",
    "note",
)
"""The names an alert's form may send; `aliases`, `warnings` and `audience` may be sequences."""

SEARCH_FORM = (
    "document_number",
    "plate",
    "vin",
    "surname",
    "given_names",
    "birth",
    "purpose",
    "reference",
)
