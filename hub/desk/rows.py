"""Records as rows of a page: texts, names, clocks, and why the desk may see them.

Must not know: SQL, how a row is laid out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime

from hub.desk.directory import Directory
from hub.desk.fields import in_words, show
from hub.desk.view import (
    AlertRow,
    CheckRow,
    FieldRow,
    HistoryRow,
    HitRow,
    Operator,
    Sibling,
    Suspect,
    Why,
)
from hub.kit import Kit
from hub.store import custody, lists, sight, subjects
from hub.store.lists import Reason
from hub.store.sight import Sight
from shared.change import Change, Value
from shared.clock import ms_of
from shared.database import Connection
from shared.ids import RecordId, node_of_dot
from shared.ledger.records import Record
from shared.merge import FieldView
from shared.partial_date import from_date
from shared.schema import Field, Kind, Rule, Type, field_by_name, field_by_number


class Rows:
    """Makes rows within one transaction, for one desk."""

    def __init__(self, kit: Kit, tx: Connection, operator: Operator) -> None:
        self._kit = kit
        self._tx = tx
        self._country = operator.country
        self.directory = Directory(kit, tx)
        self.sight = Sight(country=operator.country, routes=kit.policy.routes)

    def checks(self, found: Sequence[Record]) -> tuple[CheckRow, ...]:
        suspects = custody.suspects(self._tx, [record.id for record in found])
        return tuple(self._check(record, suspects) for record in found)

    def hits(self, found: Sequence[Record]) -> tuple[HitRow, ...]:
        suspects = custody.suspects(self._tx, [record.id for record in found])
        return tuple(self._hit(record, suspects) for record in found)

    def alerts(self, found: Sequence[Record]) -> tuple[AlertRow, ...]:
        return tuple(self._alert(record) for record in found)

    def why(self, record: Record) -> tuple[Why, str]:
        """(route, printed id of what opened it)."""
        if record.values.get("owner") == self._country:
            return Why.OWN, ""
        route = sight.route_to(self._tx, self.sight, record.kind, record.id)
        if route is None:  # it was loaded by the same condition a moment ago
            return Why.CONFLICT, ""
        return route[0], self.directory.printed(route[1])

    def received_ms(self, record: int) -> int | None:
        return custody.received_ms_of(self._tx, record)

    def suspect(self, record: int) -> Suspect | None:
        return _suspect(custody.suspects(self._tx, [record]), record)

    def is_discreet(self, category: str) -> bool:
        found = self._kit.lists.alert_categories.find(category)
        return found is not None and found.discreet

    def _check(self, record: Record, suspects: Mapping[int, tuple[int, int]]) -> CheckRow:
        why, via = self.why(record)
        text = record.text
        return CheckRow(
            id=str(record.id),
            printed=self.directory.printed(record.id),
            why=why,
            via=via,
            owner=text("owner"),
            post=text("post"),
            post_name=self.directory.post_name(text("post")),
            happened_ms=record.number("happened") or ms_of(record.stamp),
            received_ms=self.received_ms(record.id) or ms_of(record.stamp),
            suspect=_suspect(suspects, record.id),
            direction=text("direction"),
            surname=text("surname") or text("written_name"),
            given_names=text("given_names"),
            birth=_date(record, "birth"),
            nationality=text("nationality"),
            document_number=text("document_number"),
            document_issuer=text("document_issuer"),
            plate=text("plate"),
            plate_country=text("plate_country"),
            decision=text("decision"),
            verdict=text("verdict"),
            standing=record.standing.name.lower(),
            void=text("void"),
            training=bool(record.values.get("training")),
        )

    def _hit(self, record: Record, suspects: Mapping[int, tuple[int, int]]) -> HitRow:
        text = record.text
        return HitRow(
            id=str(record.id),
            printed=self.directory.printed(record.id),
            why=self.why(record)[0],
            owner=text("owner"),
            alert_owner=text("alert_owner"),
            post=text("post"),
            post_name=self.directory.post_name(text("post")),
            happened_ms=record.number("happened") or ms_of(record.stamp),
            received_ms=self.received_ms(record.id) or ms_of(record.stamp),
            suspect=_suspect(suspects, record.id),
            late=bool(record.values.get("late")),
            outcome=text("outcome") or "possible",
            category=text("category"),
            action=text("action"),
            discreet=self.is_discreet(text("category")),
            reference=text("reference"),
            matched_on=_codes(record, "matched_on"),
            surname=text("surname"),
            given_names=text("given_names"),
            birth=_date(record, "birth"),
            nationality=text("nationality"),
            document_number=text("document_number"),
            document_issuer=text("document_issuer"),
            plate=text("plate"),
            plate_country=text("plate_country"),
            vin=text("vin"),
            check=text("check"),
            alert=text("alert"),
            acknowledged=has_seen(record, self._country),
            standing=record.standing.name.lower(),
        )

    def _alert(self, record: Record) -> AlertRow:
        text = record.text
        return AlertRow(
            id=str(record.id),
            printed=self.directory.printed(record.id),
            why=self.why(record)[0],
            owner=text("owner"),
            category=text("category"),
            action=text("action"),
            discreet=self.is_discreet(text("category")),
            status=self.alert_status(record),
            surname=text("surname"),
            given_names=text("given_names"),
            birth=_date(record, "birth"),
            nationality=text("nationality"),
            document_number=text("document_number"),
            document_issuer=text("document_issuer"),
            plate=text("plate"),
            plate_country=text("plate_country"),
            vin=text("vin"),
            object=text("object"),
            authority=text("authority"),
            reference=text("reference"),
            reason=text("reason"),
            expires=_date(record, "expires"),
            raised_ms=ms_of(record.stamp),
            raised_by=self.directory.who(record.author),
            hits=lists.hits_on(self._tx, record.id),
            standing=record.standing.name.lower(),
        )

    def alert_status(self, record: Record) -> str:
        """active, withdrawn or expired. Expiry is a view: nothing is stored when the day comes."""
        if record.text("status") == "withdrawn":
            return "withdrawn"
        expires = record.number("expires")
        return "expired" if expires is not None and expires < today_number(self._kit.now_ms()) else "active"

    # --- a record in full ---

    def field_rows(
        self, kind: Kind, views: Mapping[int, FieldView], record: RecordId
    ) -> tuple[FieldRow, ...]:
        """Every field that holds something, in schema order; unknown ones last, under their number."""
        reasons = lists.reasons_of(self._tx, record)
        return tuple(
            self._field(kind, number, view, reasons)
            for number, view in sorted(views.items())
            if view.siblings and (view.value is not None or len(view.siblings) > 1)
        )

    def _field(self, kind: Kind, number: int, view: FieldView, reasons: Sequence[Reason]) -> FieldRow:
        field = field_by_number(kind, number)
        name = field.name if field is not None else f"field_{number}"
        rule = field.rule if field is not None else Rule.LATEST
        return FieldRow(
            name=name,
            type=field.type.value if field is not None else "text",
            value=show(field, view.value),
            text=self._words(field, view.value),
            rule=rule.value,
            standing=view.standing.name.lower(),
            siblings=tuple(
                Sibling(
                    dot=str(entry.dot),
                    value=show(field, entry.value),
                    text=self._words(field, entry.value),
                    who=self.directory.who(entry.author),
                    country=self._country_of(entry.dot, entry.author),
                    at_ms=ms_of(entry.stamp),
                    node=self.directory.node_name(entry.dot),
                    post=self.directory.post_of(entry.dot),
                    reason=_reason_for(
                        reasons, dot=entry.dot, author=entry.author, stamp=entry.stamp, names=(name,)
                    ),
                    interim=entry.value == view.value,
                )
                for entry in view.siblings
            ),
            editable=field is not None and field.rule is Rule.LATEST,
        )

    def history(self, changes: Sequence[Change], record: RecordId) -> tuple[HistoryRow, ...]:
        """A record's changes in the order of their stamps."""
        refused = lists.refusals_of(self._tx, record)
        reasons = lists.reasons_of(self._tx, record)
        return tuple(
            HistoryRow(
                dot=str(change.dot),
                who=self.directory.who(change.author),
                country=self._country_of(change.dot, change.author),
                at_ms=ms_of(change.stamp),
                node=self.directory.node_name(change.dot),
                post=self.directory.post_of(change.dot),
                creates=change.creates,
                fields=tuple(
                    (field.name if field is not None else f"field_{number}", self._words(field, value))
                    for number, value in sorted(change.fields.items())
                    for field in (field_by_number(change.kind, number),)
                    if not _is_secret(field)
                ),
                reason=""
                if change.creates
                else _reason_for(
                    reasons,
                    dot=change.dot,
                    author=change.author,
                    stamp=change.stamp,
                    names=[
                        field.name
                        for number in change.fields
                        if (field := field_by_number(change.kind, number)) is not None
                    ],
                ),
                refused=refused.get(change.dot, ""),
            )
            for change in sorted(changes, key=lambda each: (each.stamp, each.dot))
        )

    def _words(self, field: Field | None, value: Value) -> str:
        """A value as text: ids as people read them, instants in UTC."""
        if field is not None and isinstance(value, int) and field.type is Type.DOT:
            return self.directory.printed(value)
        if field is not None and isinstance(value, tuple) and field.type is Type.DOTS:
            return ", ".join(self.directory.printed(each) for each in value if isinstance(each, int))
        if field is not None and isinstance(value, int) and field.type is Type.INSTANT:
            return _instant(value)
        return in_words(field, value)

    def _country_of(self, dot: int, author: int) -> str:
        return subjects.country_of(self._tx, dot, author) or ""


def has_seen(hit: Record, country: str) -> bool:
    """Whether a desk has acknowledged a hit: `seen_by` lists `country:login`."""
    seen = hit.values.get("seen_by")
    return isinstance(seen, tuple) and any(str(each).startswith(f"{country}:") for each in seen)


def today_number(now_ms: int) -> int:
    """Today in UTC, as the packed date that fields hold."""
    return from_date(datetime.fromtimestamp(now_ms / 1000, UTC).date()).day_number()


def _instant(at_ms: int) -> str:
    """UTC to the second; a number no calendar holds is shown as it is."""
    try:
        return datetime.fromtimestamp(at_ms // 1000, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    except (ValueError, OverflowError, OSError):
        return str(at_ms)


def _is_secret(field: Field | None) -> bool:
    return field is not None and field.name in ("verifier", "own_verifier")


def _reason_for(reasons: Sequence[Reason], *, dot: int, author: int, stamp: int, names: Iterable[str]) -> str:
    """The reason that was given with a change: its author's, there, for those fields, nearest in time."""
    wanted = set(names)
    own = [
        reason
        for reason in reasons
        if reason.node == node_of_dot(dot) and reason.author == author and wanted & set(reason.names)
    ]
    return min(own, key=lambda reason: abs(reason.stamp - stamp)).text if own else ""


def _date(record: Record, name: str) -> str:
    number = record.number(name)
    return "" if number is None else in_words(field_by_name(record.kind, name), number)


def _codes(record: Record, name: str) -> tuple[str, ...]:
    value = record.values.get(name)
    return tuple(str(each) for each in value) if isinstance(value, tuple) else ()


def _suspect(suspects: Mapping[int, tuple[int, int]], record: int) -> Suspect | None:
    found = suspects.get(record)
    return None if found is None else Suspect(claimed_ms=found[0], received_ms=found[1])
