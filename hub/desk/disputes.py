"""Disputes: conflicts as rows and side by side, and deciding them.

Invariants: a decision is a change like any other, whose context covers every sibling that was shown,
with a reason that travels beside it; only the owner's desk decides (originator control); a form shown
before the last change decides nothing.
Must not know: how siblings come about (`merge`), pages, SQL.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Protocol

import hub.desk.contexts as shown
import hub.desk.fields as typing
from hub.desk.form import Collector
from hub.desk.office import Office
from hub.desk.rows import Rows
from hub.desk.view import ConflictRow, ConflictView, Operator, RecordView
from hub.store import conflicts, lists
from hub.store.conflicts import Conflict
from shared.change import Value
from shared.database import Connection
from shared.errors import MissingError
from shared.ledger import records
from shared.ledger.records import Record
from shared.limits import SEARCH_MAX_ROWS
from shared.merge import FieldView, Standing
from shared.schema import Kind, field_by_number, record_type

OTHER: Final = "other"
"""The choice that is none of the siblings: a typed value."""


class Views(Protocol):
    """Whoever makes a record's full view."""

    def view(self, tx: Connection, rows: Rows, operator: Operator, found: Record) -> RecordView: ...


class Disputes:
    """Conflicts of one desk."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._kit = office.kit

    def list(self, operator: Operator, *, open_only: bool) -> tuple[ConflictRow, ...]:
        with self._kit.database.transaction() as tx:
            rows = self._office.rows(tx, operator)
            listed = self.rows(tx, rows, operator, open_only=open_only)
            self._office.witness(tx, operator, "conflicts_listed", detail=f"{len(listed)} shown")
            return listed

    def rows(
        self, tx: Connection, rows: Rows, operator: Operator, *, open_only: bool
    ) -> tuple[ConflictRow, ...]:
        """The conflicts a desk is a party to, within the caller's transaction."""
        found = []
        for conflict in conflicts.of_country(
            tx, operator.country, open_only=open_only, limit=SEARCH_MAX_ROWS
        ):
            row_type = record_type(conflict.kind)
            record = (
                lists.visible(tx, rows.sight, row_type.kind, "id = ?", (conflict.record,))
                if row_type is not None
                else []
            )
            if record:
                found.append(self._row(tx, rows, operator, conflict, record[0]))
        return tuple(found)

    def one(self, operator: Operator, record: str, views: Views) -> ConflictView:
        with self._kit.database.transaction() as tx:
            rows = self._office.rows(tx, operator)
            found = self._office.find(tx, rows, record)
            conflict = conflicts.open_of(tx, found.id)
            if conflict is None:
                raise MissingError(
                    "no_conflict",
                    "nothing is in dispute here any more",
                    hint="Someone decided it; the record's history says who and why.",
                )
            whole = views.view(tx, rows, operator, found)
            self._office.witness(tx, operator, "conflict_viewed", record=found.id)
            return ConflictView(
                row=self._row(tx, rows, operator, conflict, found),
                record=whole,
                fields=tuple(row for row in whole.fields if row.standing != "agreed"),
                contexts=whole.contexts,
            )

    def resolve(
        self,
        operator: Operator,
        record: str,
        *,
        choices: Mapping[str, str],
        typed: Mapping[str, str],
        reason: str,
        contexts: str,
        views: Views,
    ) -> RecordView:
        with self._kit.database.transaction() as tx:
            rows = self._office.rows(tx, operator)
            found = self._office.find(tx, rows, record)
            self._office.demand_owner(operator, found)
            shown.check_fresh(contexts, records.context_of(tx, found.kind, found.id))
            disputed = _disputed(tx, found)
            form = Collector()
            why = form.take(lambda: typing.reason_of(reason))
            values = {
                number: form.take(lambda n=number, v=view: self._chosen(found.kind, n, v, choices, typed))  # type: ignore[misc]  # defaults bind the loop's values
                for number, view in disputed.items()
            }
            form.check()
            assert why is not None  # else `check` had raised
            names = tuple(_name(found.kind, number) for number in values)
            correction = self._office.explain(tx, operator, found, action="resolve", names=names, reason=why)
            self._office.edit(tx, operator, found, values, seen=None)
            conflicts.explain(tx, record=found.id, correction=correction)
            self._office.witness(tx, operator, "conflict_resolved", record=found.id, detail=" ".join(names))
            fresh = records.read(tx, found.kind, found.id)
            assert fresh is not None  # it was there a moment ago
            return views.view(tx, rows, operator, fresh)

    def _chosen(
        self,
        kind: Kind,
        number: int,
        view: FieldView,
        choices: Mapping[str, str],
        typed: Mapping[str, str],
    ) -> Value:
        name = _name(kind, number)
        choice = choices.get(name, "")
        if choice == OTHER and field_by_number(kind, number) is not None:
            return typing.parse(self._kit.lists, kind, name, typed)
        for entry in view.siblings:
            if str(entry.dot) == choice:
                return entry.value
        typing.required(None, name)
        return None

    def _row(
        self, tx: Connection, rows: Rows, operator: Operator, conflict: Conflict, record: Record
    ) -> ConflictRow:
        may_not = self._office.may_edit(operator, record)
        return ConflictRow(
            id=str(record.id),
            printed=rows.directory.printed(record.id),
            kind=record.kind.name.lower(),
            owner=record.text("owner"),
            why=rows.why(record)[0],
            standing=Standing(conflict.standing).name.lower(),
            opened_ms=conflict.opened_ms,
            fields=tuple(_name(record.kind, number) for number in _disputed(tx, record)),
            parties=conflict.parties,
            post=record.text("post"),
            post_name=rows.directory.post_name(record.text("post")),
            surname=record.text("surname"),
            given_names=record.text("given_names"),
            may_decide=not may_not,
            may_not=may_not,
        )


def _disputed(tx: Connection, record: Record) -> dict[int, FieldView]:
    views = records.views_of(tx, record.kind, record.id)
    return {number: view for number, view in views.items() if view.standing is not Standing.AGREED}


def _name(kind: Kind, number: int) -> str:
    field = field_by_number(kind, number)
    return field.name if field is not None else f"field_{number}"
