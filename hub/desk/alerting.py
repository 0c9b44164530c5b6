"""Alerts: raise and withdraw, for the operator's own country.

Invariants: the category's action is the list's, not the operator's taste; what nothing could match is
refused; an alert ends, at the latest when its category's retention does.
Must not know: matching, SQL, pages.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Final

import hub.desk.fields as typing
from hub.desk.form import Collector
from hub.desk.office import Office
from hub.desk.view import AlertRow, Category, Operator
from shared.change import Value, named
from shared.codelists import AlertCategory
from shared.database import Connection
from shared.errors import InputError
from shared.ledger import records
from shared.ledger.records import Record
from shared.partial_date import from_date
from shared.schema import Kind

_PERSON: Final = frozenset(
    {
        *("surname", "given_names", "birth", "birth_place", "sex", "nationality"),
        *("aliases", "marks", "personal_number"),
    }
)
_DOCUMENT: Final = frozenset(["document_number", "document_issuer", "document_category"])
_VEHICLE: Final = frozenset(["plate", "plate_country", "vin"])
_OBJECT: Final = frozenset({"object"})
_SUBJECTS: Final[Mapping[str, frozenset[str]]] = {
    "person": _PERSON | _DOCUMENT,
    "document": _DOCUMENT,
    "vehicle": _VEHICLE,
    "plate": frozenset({"plate", "plate_country"}),
    "object": _OBJECT,
}
_GENERAL: Final = (
    *("authority", "reference", "reason", "offence", "expires", "phone"),
    *("warnings", "handling", "handling_text", "audience", "note"),
)
_NEEDED: Final = ("authority", "reference", "reason", "phone")
_LEFT_TO_ACTION: Final = frozenset({"category", "action"})
_RAISE, _WITHDRAW = "raise", "withdraw"  # the forms of this desk


class Alerting:
    """The alerts of one country's desk."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._kit = office.kit

    def categories(self) -> tuple[Category, ...]:
        return tuple(
            Category(
                code=each.code,
                label=each.label,
                actions=(each.action,),
                fields=tuple(sorted(_fields_of(each))),
                discreet=each.discreet,
            )
            for each in self._kit.lists.alert_categories
        )

    def raise_alert(self, operator: Operator, form: Mapping[str, object], *, once: str = "") -> AlertRow:
        values = self._judge(form)
        with self._kit.database.transaction() as tx:
            if (raised := self._office.became(tx, operator, _RAISE, once)) is not None:
                return self._row(tx, operator, raised)
            record = self._office.create(tx, operator, Kind.ALERT, {**values, "status": "active"})
            self._office.witness(
                tx, operator, "alert_raised", record=record, reference=typing.text_of(form, "reference")
            )
            self._office.note(tx, operator, _RAISE, once, record)
            return self._row(tx, operator, record)

    def withdraw(
        self, operator: Operator, alert: str, *, reason: str, contexts: str, once: str = ""
    ) -> AlertRow:
        why = typing.reason_of(reason)
        with self._kit.database.transaction() as tx:
            if (withdrawn := self._office.became(tx, operator, _WITHDRAW, once)) is not None:
                return self._row(tx, operator, withdrawn)
            found = self._office.find(tx, self._office.rows(tx, operator), alert, Kind.ALERT)
            self._office.demand_owner(operator, found)
            if found.text("status") == "withdrawn":
                raise InputError(
                    "already_withdrawn", "this alert was withdrawn already", hint="Nothing more is needed."
                )
            values: dict[str, Value] = {"status": "withdrawn", "withdrawn_reason": why}
            self._office.edit(tx, operator, found, named(Kind.ALERT, values), seen=contexts)
            self._office.witness(tx, operator, "alert_withdrawn", record=found.id)
            self._office.note(tx, operator, _WITHDRAW, once, found.id)
            return self._row(tx, operator, found.id)

    def _row(self, tx: Connection, operator: Operator, record: int) -> AlertRow:
        fresh: Record | None = records.read(tx, Kind.ALERT, record)
        assert fresh is not None  # it was just written
        return self._office.rows(tx, operator).alerts([fresh])[0]

    def _judge(self, form: Mapping[str, object]) -> dict[str, Value]:
        collector = Collector()
        category = self._kit.lists.alert_categories.find(typing.text_of(form, "category"))
        if category is None:
            collector.add("required", "choose what it is", hint="Choose a category.", field="category")
        names = sorted(set().union(*_SUBJECTS.values()) | set(_GENERAL))
        values: dict[str, Value] = {}
        for name in names:
            value = collector.take(lambda n=name: typing.parse(self._kit.lists, Kind.ALERT, n, form))  # type: ignore[misc]  # the default binds the loop's value
            if value is not None:
                values[name] = value
        for name in _NEEDED:
            if name not in values and not collector.blames(name):
                collector.add("required", "this is needed", hint="Fill it in.", field=name)
        if category is not None:
            values |= {"category": category.code, "action": category.action}
            self._judge_action(form, category, collector)
            self._judge_subject(values, category, collector)
            values["expires"] = self._expiry(values.get("expires"), category, collector)
        self._judge_handling(values, collector)
        collector.check()
        return values

    def _judge_action(
        self, form: Mapping[str, object], category: AlertCategory, collector: Collector
    ) -> None:
        action = typing.text_of(form, "action")
        if action not in ("", category.action):
            collector.add(
                "wrong_action",
                "the category asks for another action",
                hint=f"Leave it as {category.action}, or choose another category.",
                field="action",
            )

    def _judge_subject(
        self, values: Mapping[str, Value], category: AlertCategory, collector: Collector
    ) -> None:
        allowed = _fields_of(category)
        for name in sorted(set(values) - allowed - set(_GENERAL) - _LEFT_TO_ACTION):
            collector.add(
                "not_for_category",
                "an alert of this category is not about that",
                hint="Clear the field, or choose another category.",
                field=name,
            )
        if {"document_number", "plate", "vin", "personal_number", "object"} & set(values):
            return
        if "surname" in values and "birth" in values:
            return
        if any(collector.blames(name) for name in allowed):
            return  # the field that would do is there, but wrong
        field = "document_number" if "document_number" in allowed else min(allowed)
        collector.add(
            "nothing_to_match",
            "no check could ever match this",
            hint="Give a document number, a plate, a VIN, or a surname with a birth date.",
            field=field,
        )

    def _expiry(self, given: Value, category: AlertCategory, collector: Collector) -> Value:
        today = datetime.fromtimestamp(self._kit.now_ms() / 1000, UTC).date()
        last = from_date(_months_on(today, category.retention_months)).day_number()
        if not isinstance(given, int):
            return last
        if given < from_date(today).day_number():
            collector.add("in_the_past", "this day is over", hint="Give a later day.", field="expires")
        elif given > last:
            collector.add(
                "too_long",
                f"an alert of this category lives {category.retention_months} months at most",
                hint="Give an earlier full date, or leave it empty for the longest time.",
                field="expires",
            )
        return given

    def _judge_handling(self, values: Mapping[str, Value], collector: Collector) -> None:
        code = values.get("handling")
        entry = self._kit.lists.handling.find(code if isinstance(code, str) else None)
        if entry is not None and entry.needs_text and not values.get("handling_text"):
            collector.add(
                "required",
                "this handling code needs words",
                hint="Write the restriction.",
                field="handling_text",
            )


def _fields_of(category: AlertCategory) -> frozenset[str]:
    """The fields an alert of this category may be about."""
    return frozenset().union(*(_SUBJECTS.get(subject, frozenset()) for subject in category.subjects))


def _months_on(day: date, months: int) -> date:
    """The same day of a later month, or that month's last."""
    year, month = divmod(day.month - 1 + months, 12)
    for last in (day.day, 30, 29, 28):
        try:
            return date(day.year + year, month + 1, min(day.day, last))
        except ValueError:
            continue
    raise AssertionError("every month has 28 days")
