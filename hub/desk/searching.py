"""Searching: by document, plate, VIN, or name with birth date; purpose and reference demanded.

Invariants: nothing is searched without a purpose and a reference; the query is audited before its
results are shown, and the results are never in the audit; what the desk may not see is not counted. A
question reads so many records and no more, and its answer says where there may be others.
Must not know: SQL, pages, how keys are kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import hub.desk.fields as typing
from hub.desk.form import Collector
from hub.desk.office import Office
from hub.desk.rows import Rows
from hub.desk.view import Found, Operator
from hub.indexer import Indexer
from hub.store import lists, persons
from shared.change import Value
from shared.database import Connection
from shared.errors import InputError
from shared.ids import Lane
from shared.ledger import search
from shared.ledger.records import Record
from shared.limits import NAME_MAX_CHARS, SEARCH_MAX_ROWS, SEARCH_READ_MAX
from shared.schema import Kind
from shared.typed_text import typed_text
from shared.watchlist import Subject, subject_of

_SUBJECT = ("document_number", "plate", "vin", "surname", "given_names", "birth")


class Searching:
    """Search over everything the hub holds, through one desk's eyes."""

    def __init__(self, office: Office, indexer: Indexer) -> None:
        self._office = office
        self._kit = office.kit
        self._indexer = indexer

    def search(self, operator: Operator, form: Mapping[str, object]) -> Found:
        subject, purpose, reference = self._judge(form)
        keys = self._kit.matcher.keys_of(subject)
        with self._kit.database.transaction() as tx:
            self._office.witness(
                tx,
                operator,
                "search",
                purpose=purpose,
                reference=reference,
                detail=" ".join(name for name in _SUBJECT if typing.text_of(form, name)),
            )
            rows = self._office.rows(tx, operator)
            routine = search.find(tx, keys, lane=Lane.ROUTINE, limit=SEARCH_READ_MAX)
            urgent = search.find(tx, keys, lane=Lane.URGENT, limit=SEARCH_READ_MAX)
            like = persons.alerts_like(tx, subject)
            checks = self._agreeing(tx, rows, Kind.CHECK, subject, routine.records)
            alerts = self._agreeing(tx, rows, Kind.ALERT, subject, {*urgent.records, *like.alerts})
            hits = self._agreeing(tx, rows, Kind.HIT, subject, urgent.records)
            return Found(
                checks=rows.checks(checks[:SEARCH_MAX_ROWS]),
                alerts=rows.alerts(alerts[:SEARCH_MAX_ROWS]),
                hits=rows.hits(hits[:SEARCH_MAX_ROWS]),
                more=routine.more
                or urgent.more
                or like.cut
                or any(len(each) > SEARCH_MAX_ROWS for each in (checks, alerts, hits)),
                search_behind_s=self._indexer.behind_s(tx),
            )

    def _agreeing(
        self, tx: Connection, rows: Rows, kind: Kind, subject: Subject, found: Iterable[int]
    ) -> list[Record]:
        """Those of a kind among these that the desk may see and that agree, newest first."""
        seen = lists.visible_among(tx, rows.sight, kind, sorted(found))
        agreeing = [record for record in seen if self._agrees(subject, record)]
        return sorted(agreeing, key=lambda record: -record.stamp)

    def _agrees(self, subject: Subject, record: Record) -> bool:
        """A shared key is only a reason to look: stale ones and chance meetings end here."""
        return self._kit.matcher.judge(subject_of(record.values), subject) is not None

    def _judge(self, form: Mapping[str, object]) -> tuple[Subject, str, str]:
        collector = Collector()
        values: dict[str, Value] = {
            name: collector.take(lambda n=name: typing.parse(self._kit.lists, Kind.CHECK, n, form))  # type: ignore[misc]  # the default binds the loop's value
            for name in _SUBJECT
        }
        purpose = self._kit.lists.purposes.find(typing.text_of(form, "purpose"))
        if purpose is None:
            collector.add("required", "say what for", hint="Choose a purpose.", field="purpose")
        reference = collector.take(
            lambda: typed_text(typing.text_of(form, "reference"), field="reference", chars_max=NAME_MAX_CHARS)
        )
        if reference == "":
            collector.add(
                "required", "a case or request number is needed", hint="Write it here.", field="reference"
            )
        subject = subject_of(values)
        if not self._kit.matcher.keys_of(subject) and not any(collector.blames(name) for name in _SUBJECT):
            collector.add(
                "nothing_to_search",
                "this is too little to search by",
                hint="Give a document number, a plate, a VIN, or a name with the full birth date.",
                field="document_number" if not values["surname"] else "birth",
            )
        collector.check()
        if purpose is None or reference is None:  # `check` has raised; this tells the reader of types
            raise InputError("required", "say what for", hint="Choose a purpose.", field="purpose")
        return subject, purpose.code, reference
