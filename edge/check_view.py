"""Saved checks made ready for the page.

Must not know: storage but for officers' names, forms' rules.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from edge.capture.zone import lines_of
from edge.kit import Kit
from edge.printing import printed
from edge.record_view import CheckRow, Event
from shared.change import Change, Value
from shared.clock import ms_of
from shared.database import Connection
from shared.ids import Dot, Lane, RecordId, feed_of_dot, lane_of_feed, node_of_dot, seq_of_dot
from shared.ledger import records
from shared.ledger.outbox import OwnHead
from shared.ledger.records import Record
from shared.partial_date import day_text
from shared.schema import Kind, Type, field_by_number, record_type

_HIDDEN: Final = frozenset({"owner", "training", "post", "device", "happened", "offset_min", "clock"})
"""Fields a history need not repeat: they stand at the top of the page."""


class Names:
    """Officers' names by id, each looked up once."""

    def __init__(self, tx: Connection) -> None:
        self._tx = tx
        self._known: dict[int, str] = {0: "Karaula"}

    def of(self, officer: int) -> str:
        if officer not in self._known:
            found = records.read(self._tx, Kind.OFFICER, officer)
            self._known[officer] = found.text("full_name") or found.text("login") if found else f"#{officer}"
        return self._known[officer]


def row_of(
    kit: Kit, record: Record, *, names: Names, heads: Mapping[Lane, OwnHead], photos: int = 0
) -> CheckRow:
    """One check in a list."""
    lane = lane_of_feed(feed_of_dot(record.id))
    own = node_of_dot(record.id) == kit.log.node
    return CheckRow(
        check=str(record.id),
        printed=printed(kit, record.id),
        happened_ms=record.number("happened") or 0,
        offset_min=record.number("offset_min") or 0,
        clock=record.text("clock"),
        direction=record.text("direction"),
        decision=record.text("decision"),
        verdict=record.text("verdict"),
        name=f"{record.text('surname')} {record.text('given_names')}".strip() or record.text("written_name"),
        nationality=record.text("nationality"),
        document_number=record.text("document_number"),
        plate=record.text("plate"),
        officer=names.of(record.author),
        device=record.text("device"),
        void=bool(record.values.get("void")),
        corrected=record.edited,
        sent=not own or seq_of_dot(record.id) <= heads[lane].acked,
        photos=photos,
    )


def values_text(values: Mapping[str, Value]) -> dict[str, str]:
    """Values as text, by field name; dates as people write them, lists parted by blanks."""
    row = record_type(Kind.CHECK)
    assert row is not None  # the schema has checks
    return {f.name: as_text(values[f.name], f.type) for f in row.fields if values.get(f.name) is not None}


def lines_captured(changes: Iterable[Change]) -> tuple[str, ...]:
    """The zone as it was read at capture, whatever was corrected since; () where there was none."""
    for change in changes:
        if change.creates:
            fields = {number: field_by_number(Kind.CHECK, number) for number in change.fields}
            return lines_of({f.name: change.fields[number] for number, f in fields.items() if f is not None})
    return ()


def as_text(value: Value, type_: Type) -> str:
    """One value as text."""
    if value is None:
        return ""
    if type_ is Type.DATE and isinstance(value, int):
        return day_text(value)
    if isinstance(value, tuple):
        return " ".join(str(item) for item in value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value.hex() if isinstance(value, bytes) else str(value)


def _beside(change: Change, step: int) -> RecordId:
    return RecordId(Dot(change.dot + step))


def event_of(change: Change, *, names: Names, corrections: Mapping[RecordId, Record]) -> Event:
    """One change in a check's history. Its reason is the correction logged right beside it."""
    beside = corrections.get(_beside(change, 1)) or corrections.get(_beside(change, -1))
    fields = []
    for number, value in sorted(change.fields.items()):
        field = field_by_number(change.kind, number)
        if field is not None and not (change.creates and field.name in _HIDDEN):
            fields.append((field.name, as_text(value, field.type)))
    return Event(
        at_ms=ms_of(change.stamp),
        officer=names.of(change.author),
        action="create" if change.creates else beside.text("action") if beside is not None else "correct",
        fields=tuple(fields),
        reason=beside.text("reason") if beside is not None else "",
    )
