"""Acting on hits and checks: acknowledge, settle, answer, correct.

Invariants: a hit is settled by the desk of the post or of the alert, nobody else; a correction keeps
the original and carries its reason. Must not know: SQL, pages.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import hub.desk.fields as typing
from hub.desk.disputes import Views
from hub.desk.form import Collector
from hub.desk.office import Office, not_the_owner
from hub.desk.rows import has_seen
from hub.desk.view import Operator, RecordView
from shared.change import Value, named
from shared.database import Connection
from shared.errors import ForbiddenError, InputError
from shared.ledger import concern, records
from shared.ledger.records import Record
from shared.schema import Kind, field_by_name

_CORRECTED: Final = (Kind.CHECK, Kind.REFUSAL, Kind.INCIDENT)
_OUTCOMES: Final = ("confirmed", "cleared")
_SETTLE, _ANSWER, _CORRECT = "settle", "answer", "correct"  # the forms


class Acting:
    """What an operator does about a hit or a check."""

    def __init__(self, office: Office, views: Views) -> None:
        self._office = office
        self._kit = office.kit
        self._views = views

    # --- hits ---

    def acknowledge(self, operator: Operator, hit: str) -> None:
        with self._kit.database.transaction() as tx:
            found = self._office.find(tx, self._office.rows(tx, operator), hit, Kind.HIT)
            if has_seen(found, operator.country):
                return
            values: dict[str, Value] = {"seen_by": f"{operator.country}:{operator.login}"}
            self._office.edit(tx, operator, found, named(Kind.HIT, values), seen=None)
            self._office.witness(tx, operator, "hit_acknowledged", record=found.id)

    def settle(
        self, operator: Operator, hit: str, *, outcome: str, reason: str, contexts: str, once: str = ""
    ) -> RecordView:
        form = Collector()
        if outcome not in _OUTCOMES:
            form.add("required", "say how it came out", hint="Confirm or clear it.", field="outcome")
        why = form.take(lambda: typing.reason_of(reason))
        form.check()
        with self._kit.database.transaction() as tx:
            found = self._office.find(tx, self._office.rows(tx, operator), hit, Kind.HIT)
            self._demand_party(operator, found)
            if self._office.became(tx, operator, _SETTLE, once) == found.id:
                return self._again(tx, operator, found)
            values: dict[str, Value] = {"outcome": outcome, "outcome_reason": why}
            self._office.edit(tx, operator, found, named(Kind.HIT, values), seen=contexts)
            self._note_pair(tx, operator, found, cleared=outcome == "cleared")
            self._office.witness(tx, operator, "hit_settled", record=found.id, detail=outcome)
            self._office.note(tx, operator, _SETTLE, once, found.id)
            return self._again(tx, operator, found)

    def _note_pair(self, tx: Connection, operator: Operator, hit: Record, *, cleared: bool) -> None:
        """Note that this traveller is not the one this version of the alert means, or take that back."""
        before = concern.pairs_of(tx, hit.id, owner=operator.country)
        pair = concern.pair_cleared_by(hit, owner=operator.country)
        if cleared and pair is not None and not before:
            self._office.create(tx, operator, Kind.CLEARED_PAIR, pair)
        for each in () if cleared else before:
            taken_back = named(Kind.CLEARED_PAIR, {"until": self._kit.now_ms()})
            self._office.edit(tx, operator, each, taken_back, seen=None)

    def answer(self, operator: Operator, hit: str, *, answer: str, once: str = "") -> RecordView:
        text = typing.reason_of(answer, field="answer")
        with self._kit.database.transaction() as tx:
            found = self._office.find(tx, self._office.rows(tx, operator), hit, Kind.HIT)
            if operator.country != found.text("alert_owner"):
                raise not_the_owner(found.text("alert_owner"))
            if self._office.became(tx, operator, _ANSWER, once) == found.id:
                return self._again(tx, operator, found)
            self._office.edit(tx, operator, found, named(Kind.HIT, {"answer": text}), seen=None)
            self._office.witness(tx, operator, "hit_answered", record=found.id)
            self._office.note(tx, operator, _ANSWER, once, found.id)
            return self._again(tx, operator, found)

    def _demand_party(self, operator: Operator, hit: Record) -> None:
        if operator.country not in (hit.text("owner"), hit.text("alert_owner")):
            raise not_the_owner(hit.text("owner"))

    # --- corrections ---

    def correct(
        self,
        operator: Operator,
        record: str,
        *,
        form: Mapping[str, object],
        reason: str,
        contexts: str,
        once: str = "",
    ) -> RecordView:
        with self._kit.database.transaction() as tx:
            found = self._office.find(tx, self._office.rows(tx, operator), record, *_CORRECTED)
            self._office.demand_owner(operator, found)
            if self._office.became(tx, operator, _CORRECT, once) == found.id:
                return self._again(tx, operator, found)
            if found.text("void"):
                raise ForbiddenError(
                    "record_is_void", "this record was declared void", hint="Make a new one if it is needed."
                )
            collector = Collector()
            why = collector.take(lambda: typing.reason_of(reason))
            changed = self._changed(found, form, collector)
            collector.check()
            assert why is not None  # else `check` had raised
            if not changed:
                raise InputError(
                    "nothing_changed", "nothing was changed", hint="Change a field, or leave the form."
                )
            names = tuple(sorted(changed))
            numbered = {field_by_name(found.kind, name).number: value for name, value in changed.items()}
            action = "void" if "void" in changed else "correct"
            self._office.edit(tx, operator, found, numbered, seen=contexts)
            self._office.explain(tx, operator, found, action=action, names=names, reason=why)
            self._office.witness(tx, operator, f"record_{action}", record=found.id, detail=" ".join(names))
            self._office.note(tx, operator, _CORRECT, once, found.id)
            return self._again(tx, operator, found)

    def _changed(self, found: Record, form: Mapping[str, object], collector: Collector) -> dict[str, Value]:
        """The fields of the form whose value is new."""
        changed: dict[str, Value] = {}
        for name in form:
            try:
                field = field_by_name(found.kind, name)
            except KeyError:
                continue
            if not typing.is_editable(field):
                collector.add("immutable_field", "this stays as it was", hint="Leave it out.", field=name)
                continue
            before = len(collector)
            value = collector.take(lambda n=name: typing.parse(self._kit.lists, found.kind, n, form))  # type: ignore[misc]  # the default binds the loop's value
            if len(collector) == before and value != found.values.get(name):
                changed[name] = value
        return changed

    def _again(self, tx: Connection, operator: Operator, found: Record) -> RecordView:
        fresh = records.read(tx, found.kind, found.id)
        assert fresh is not None  # it was there a moment ago
        return self._views.view(tx, self._office.rows(tx, operator), operator, fresh)
