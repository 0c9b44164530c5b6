"""The office: what every service of the desk does in the same way.

Job: open a transaction for one operator, write its audit line, make a change in the operator's name
and let everything follow from it.
Invariants: an act and its audit line are committed together; a change is made on fresh contexts only;
the ownership rule that binds nodes binds operators too.
Must not know: pages, SQL.
"""

from __future__ import annotations

from collections.abc import Mapping

import hub.desk.contexts as shown
from hub.desk.directory import no_record
from hub.desk.rows import Rows
from hub.desk.view import Operator
from hub.kit import Kit
from hub.merger import Merger
from hub.store import forms, lists, subjects
from shared.change import Change, Value, named
from shared.database import Connection
from shared.errors import ForbiddenError
from shared.ids import Dot, RecordId
from shared.ledger import audit, records
from shared.ledger.audit import Line
from shared.ledger.records import Applied, Record
from shared.ownership import judge
from shared.schema import Kind, record_type


class Office:
    """Shared by the services of one desk facade."""

    def __init__(self, kit: Kit, merger: Merger) -> None:
        self.kit = kit
        self._merger = merger

    def rows(self, tx: Connection, operator: Operator) -> Rows:
        return Rows(self.kit, tx, operator)

    def witness(
        self,
        tx: Connection,
        operator: Operator,
        action: str,
        *,
        record: int | None = None,
        purpose: str | None = None,
        reference: str | None = None,
        detail: str | None = None,
    ) -> None:
        """Write the audit line of an act or a view."""
        line = Line(
            at_ms=self.kit.now_ms(),
            officer=operator.officer,
            device=operator.device,
            action=action,
            record=record,
            purpose=purpose,
            reference=reference,
            detail=detail,
        )
        audit.write(tx, line)

    def find(self, tx: Connection, rows: Rows, text: str, *kinds: Kind) -> Record:
        """A record this desk may see, of one of these kinds (any, if none). Raises MissingError."""
        number = rows.directory.read(text)
        kind = subjects.kind_of(tx, number, likely=kinds[0] if kinds else None)
        row_type = None if kind is None else record_type(kind)
        if row_type is None or (kinds and row_type.kind not in kinds):
            raise no_record()
        found = lists.visible(tx, rows.sight, row_type.kind, "id = ?", (number,))
        if not found:
            raise no_record()
        return found[0]

    # --- a form that comes twice ---

    def became(self, tx: Connection, operator: Operator, act: str, once: str) -> RecordId | None:
        """The record that this very form became already. `once` is its token, "" for what is no form."""
        return forms.became(tx, once, act=act, officer=operator.officer) if once else None

    def note(self, tx: Connection, operator: Operator, act: str, once: str, record: RecordId) -> None:
        """Remember what a form became, in the transaction that made it."""
        if once:
            forms.note(tx, once, act=act, officer=operator.officer, record=record, at_ms=self.kit.now_ms())

    # --- changes in an operator's name ---

    def create(self, tx: Connection, operator: Operator, kind: Kind, values: Mapping[str, Value]) -> RecordId:
        """Make a record of the operator's own country."""
        applied = self.kit.log.append(
            tx,
            kind=kind,
            author=operator.officer,
            fields=named(kind, {"owner": operator.country, **values}),
        )
        self._merger.accept_own(tx, applied)
        return applied.change.record

    def edit(
        self,
        tx: Connection,
        operator: Operator,
        record: Record,
        fields: Mapping[int, Value],
        *,
        seen: str | None,
    ) -> Applied:
        """Change a record. `seen` is the form's contexts; None where the act adds and replaces nothing.

        Raises StaleError `record_changed`. Whether the operator may is the caller's to check.
        """
        now = records.context_of(tx, record.kind, record.id)
        if seen is not None:
            shown.check_fresh(seen, now)
        applied = self.kit.log.append(
            tx, kind=record.kind, author=operator.officer, fields=fields, record=record.id, context=now
        )
        self._merger.accept_own(tx, applied)
        return applied

    def explain(
        self,
        tx: Connection,
        operator: Operator,
        record: Record,
        *,
        action: str,
        names: tuple[str, ...],
        reason: str,
    ) -> RecordId:
        """Keep the reason of a decision, as a record that travels to whoever holds its subject."""
        values: dict[str, Value] = {
            "owner": record.text("owner"),
            "of": record.id,
            "action": action,
            "fields": names or None,
            "reason": reason,
            "happened": self.kit.now_ms(),
        }
        applied = self.kit.log.append(
            tx, kind=Kind.CORRECTION, author=operator.officer, fields=named(Kind.CORRECTION, values)
        )
        self._merger.accept_own(tx, applied)
        return applied.change.record

    def may_edit(self, operator: Operator, record: Record) -> str:
        """The code why this operator may not change a record; "" if they may."""
        probe = Change(
            dot=Dot(record.id + 1),
            record=record.id,
            kind=record.kind,
            stamp=record.stamp,
            author=operator.officer,
            fields={},
        )
        owner = record.text("owner")
        refused = judge(probe, author_country=operator.country, owner=owner, from_desk=True, revoked=False)
        return "not_the_owner" if refused == "foreign_owner" else refused or ""

    def demand_owner(self, operator: Operator, record: Record) -> None:
        """Raise ForbiddenError `not_the_owner` unless the record is of the operator's country."""
        if self.may_edit(operator, record):
            raise not_the_owner(record.text("owner"))


def not_the_owner(owner: str) -> ForbiddenError:
    return ForbiddenError(
        "not_the_owner",
        f"only the {owner} desk may change this record",
        hint=f"Tell the {owner} desk what you know; the owner decides.",
    )
