"""The desk: everything a page of the console can ask of the hub.

Job: one facade over the desk's services. Each method takes the signed-in operator first.
Invariants
* What an operator may not see is never loaded: the store's query says which rows exist for a desk.
* Every view of a person, every search and every act is audited, in the transaction that made it.
* An edit carries the contexts of the form it was made on; a stale form is refused, nothing is done.
* `once` names a form as filled in (`form.mark_of`): the same again does nothing, and is answered alike.
Must not know: flask, SQL, msgpack.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from hub.desk.acting import Acting
from hub.desk.alerting import Alerting
from hub.desk.choosing import Choices
from hub.desk.disputes import Disputes
from hub.desk.gaps import Gaps, GiveUp
from hub.desk.office import Office
from hub.desk.people import People
from hub.desk.reading import Reading
from hub.desk.searching import Searching
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
    OutcomeRow,
    Overview,
    QuarantineRow,
    RecordView,
    TimesRow,
    Waiting,
)
from hub.indexer import Indexer
from hub.kit import Kit
from hub.merger import Merger
from hub.standing import Revoked

_TOKEN_BYTES = 16


class Desk:
    """The facade. One a hub process; safe to call from several threads."""

    def __init__(
        self, kit: Kit, *, merger: Merger, indexer: Indexer, revoked: Revoked, give_up: GiveUp
    ) -> None:
        office = Office(kit, merger)
        self.gaps = Gaps(office, give_up)
        self._kit = kit
        self._disputes = Disputes(office)
        self._reading = Reading(office, self._disputes, indexer, revoked)
        self._acting = Acting(office, self._reading)
        self._alerting = Alerting(office)
        self._searching = Searching(office, indexer)
        self._choices = Choices(kit.lists)
        self.people = People(office)

    # --- who is at the desk ---

    def sign_in(self, *, login: str, password: str, device: str) -> Operator:
        """Open a session; `Operator.token` goes into the cookie. `device` names the workstation.

        Raises SignInError `wrong_sign_in` (the same for an unknown login, and for an officer who is
        no operator), `sign_in_wait`, `officer_disabled`.
        """
        return self.people.sign_in(login=login, password=password, device=device)

    def session(self, token: str | None) -> Operator:
        """Whose token this is. Raises SignInError `signed_out`, `session_ended`, `officer_disabled`."""
        return self.people.session(token)

    def sign_out(self, operator: Operator) -> None:
        self.people.sign_out(operator)

    def change_password(self, operator: Operator, *, current: str, new: str, again: str) -> Operator:
        """Set the operator's own password; returns the session with `must_change` off.

        Raises InputError with `field` current | new | again.
        """
        return self.people.change_password(operator, current=current, new=new, again=again)

    # --- the state of things ---

    def overview(self, operator: Operator) -> Overview:
        """What needs a person now."""
        return self._reading.overview(operator)

    def waiting(self, operator: Operator) -> Waiting:
        """The counts alone: cheap, shows nobody, leaves no audit line."""
        return self._reading.waiting(operator)

    def nodes(self, operator: Operator) -> tuple[NodeRow, ...]:
        """Every node, worst first."""
        return self._reading.nodes(operator)

    def outcomes(self, operator: Operator, *, days: int) -> tuple[OutcomeRow, ...]:
        """How the hits of the last days came out, by post: counts, and the cleared share where it tells."""
        return self._reading.outcomes(operator, days=days)

    def quarantine(self, operator: Operator) -> tuple[QuarantineRow, ...]:
        """What was received and could not be used, newest first."""
        return self._reading.quarantine(operator)

    def checks(
        self, operator: Operator, *, limit: int = 50, before: str | None = None
    ) -> tuple[CheckRow, ...]:
        """The checks this desk may see, latest received first; `before` continues after a row's id."""
        return self._reading.checks(operator, limit=limit, before=before)

    def impossible_times(self, operator: Operator, *, limit: int = 50) -> tuple[TimesRow, ...]:
        """Checks of one traveller at two posts sooner than the road allows, newest first; audited."""
        return self._reading.times(operator, limit=limit)

    def record(self, operator: Operator, record: str) -> RecordView:
        """One record by its URL id or printed id, with its history; audited.

        Raises MissingError `no_record` (also for what this desk may not see), InputError `bad_id`.
        """
        return self._reading.record(operator, record)

    def photo(self, operator: Operator, record: str, name: str) -> bytes:
        """A photo (`PhotoRow.name`) of a record this desk may see: JPEG; each view is audited.

        Raises MissingError `no_record`, `no_photo` (also for one that is not whole yet, or wrong).
        """
        return self._reading.photo(operator, record, name)

    def own_audit(self, operator: Operator, *, limit: int = 100) -> tuple[AuditRow, ...]:
        """What this operator did and looked at, newest first."""
        return self._reading.own_audit(operator, limit=limit)

    # --- hits ---

    def hits(self, operator: Operator, *, open_only: bool = False, limit: int = 100) -> tuple[HitRow, ...]:
        """Hits at own posts and on own alerts: unacknowledged first, then newest first."""
        return self._reading.hits(operator, open_only=open_only, limit=limit)

    def acknowledge_hit(self, operator: Operator, hit: str) -> None:
        """Say that this desk has seen a hit. Once; again does nothing."""
        self._acting.acknowledge(operator, hit)

    def settle_hit(
        self, operator: Operator, hit: str, *, outcome: str, reason: str, contexts: str, once: str = ""
    ) -> RecordView:
        """Confirm or clear a hit (`outcome` confirmed | cleared). The post's desk and the alert's owner may.

        Raises FormError (`outcome`, `reason`), StaleError `record_changed`, ForbiddenError.
        """
        return self._acting.settle(
            operator, hit, outcome=outcome, reason=reason, contexts=contexts, once=once
        )

    def answer_hit(self, operator: Operator, hit: str, *, answer: str, once: str = "") -> RecordView:
        """Add what the alert's owner says. Raises FormError (`answer`), ForbiddenError `not_the_owner`."""
        return self._acting.answer(operator, hit, answer=answer, once=once)

    # --- conflicts and corrections ---

    def conflicts(self, operator: Operator, *, open_only: bool = True) -> tuple[ConflictRow, ...]:
        """Conflicts this desk is a party to: hard ones first, oldest first."""
        return self._disputes.list(operator, open_only=open_only)

    def conflict(self, operator: Operator, record: str) -> ConflictView:
        """Both sides of a conflict; audited. Raises MissingError `no_conflict`."""
        return self._disputes.one(operator, record, self._reading)

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
        return self._disputes.resolve(
            operator,
            record,
            choices=choices,
            typed=typed,
            reason=reason,
            contexts=contexts,
            views=self._reading,
        )

    def correct(
        self, operator: Operator, record: str, *, form: Form, reason: str, contexts: str, once: str = ""
    ) -> RecordView:
        """Set fields of an own-country check right (FieldRow.editable); `void` declares it void.

        Fields not in the form stay. Raises as `resolve`, and FormError `nothing_changed`.
        """
        return self._acting.correct(operator, record, form=form, reason=reason, contexts=contexts, once=once)

    # --- alerts ---

    def alerts(
        self, operator: Operator, *, own_only: bool = False, active_only: bool = True, limit: int = 200
    ) -> tuple[AlertRow, ...]:
        """The alerts this desk may see, newest first."""
        return self._reading.alerts(operator, own_only=own_only, active_only=active_only, limit=limit)

    def categories(self) -> tuple[Category, ...]:
        """What an alert may be."""
        return self._alerting.categories()

    def raise_alert(self, operator: Operator, form: Form, *, once: str = "") -> AlertRow:
        """Raise an alert for the operator's own country. `form` has ALERT field names (see `ALERT_FORM`).

        Raises FormError with one error a field.
        """
        return self._alerting.raise_alert(operator, form, once=once)

    def withdraw_alert(
        self, operator: Operator, alert: str, *, reason: str, contexts: str, once: str = ""
    ) -> AlertRow:
        """Withdraw an own alert. Raises FormError (`reason`), StaleError, ForbiddenError `not_the_owner`."""
        return self._alerting.withdraw(operator, alert, reason=reason, contexts=contexts, once=once)

    # --- officers of the own desk ---

    def officers(self, operator: Operator) -> tuple[OfficerRow, ...]:
        """The officers of the operator's country, by login."""
        return self.people.officers(operator)

    def officer(self, operator: Operator, officer: str) -> OfficerRow:
        """One officer of the operator's country. Raises MissingError `no_officer`."""
        return self.people.officer(operator, officer)

    def add_officer(
        self,
        operator: Operator,
        *,
        login: str,
        full_name: str,
        role: str,
        posts: Sequence[str],
        once: str = "",
    ) -> FirstPassword:
        """Make an officer with a generated first password.

        Raises FormError by field name; StaleError `already_done` for a form that comes twice.
        """
        return self.people.add(operator, login=login, full_name=full_name, role=role, posts=posts, once=once)

    def reset_officer(
        self, operator: Operator, officer: str, *, contexts: str, once: str = ""
    ) -> FirstPassword:
        """Give a new first password; the officer's own stops working at once.

        Raises StaleError `record_changed`, and `already_done` for a form that comes twice.
        """
        return self.people.reset(operator, officer, contexts=contexts, once=once)

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
        return self.people.set(
            operator,
            officer,
            full_name=full_name,
            role=role,
            posts=posts,
            disabled=disabled,
            contexts=contexts,
        )

    # --- search ---

    def search(self, operator: Operator, form: Form) -> Found:
        """Search by document_number, plate, vin, or surname + given_names + birth; audited.

        `purpose` (a code of `choices("search_purpose")`) and `reference` are demanded.
        Raises FormError by field name.
        """
        return self._searching.search(operator, form)

    # --- code lists ---

    def choices(self, name: str) -> tuple[Choice, ...]:
        """The entries of a code list: country, post, role, search_purpose, void_reason, offence,
        document_category, sex, handling, warning, decision, direction …"""
        return self._choices.of(name)

    def form_token(self) -> str:
        """A name for one form on one page, given to nobody else."""
        return self._kit.world.random(_TOKEN_BYTES).hex()

    def now_ms(self) -> int:
        """The hub's clock, UTC milliseconds."""
        return self._kit.now_ms()


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
