"""Other urgent changes, to train on: hits, and alerts that lack or add fields as real ones do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from shared.change import Change, Value, named
from shared.clock import Stamp, stamp_at
from shared.ids import Lane, OfficerId, RecordId, feed_of, make_dot
from shared.schema import Kind, field_by_name
from tests.bench.generator import HUB_NODE, START_MS
from tests.bench.meter import Chance

_COPIED: Final = (
    *("post", "happened", "direction", "surname", "given_names", "birth", "nationality", "document_number"),
    *("document_issuer", "plate", "plate_country", "training"),
)
_MAY_LACK: Final = (
    ("document_number", "document_issuer", "document_category"),
    ("nationality",),
    ("sex",),
    ("given_names",),
)


def hits(chance: Chance, checks: Sequence[Change], alerts: Sequence[Change]) -> Iterator[Change]:
    """A hit for each check, as a node writes it: what is needed to act without the check."""
    for check, alert in zip(checks, alerts, strict=False):
        dot = make_dot(feed_of(chance.between("node", 4, 60), Lane.URGENT), 1 + chance.below("seq", 3_000))
        copied = {name: check.fields.get(field_by_name(Kind.CHECK, name).number) for name in _COPIED}
        values: dict[str, Value] = {
            **copied,
            "owner": check.owner,
            "check": check.dot,
            "alert": alert.dot,
            "alert_dot": alert.dot,
            "alert_owner": alert.owner,
            "matched_on": (chance.one_of("on", ("document", "name_birth")),),
            **{name: alert.fields.get(field_by_name(Kind.ALERT, name).number) for name in _FROM_ALERT},
            "late": True if chance.happens("late", 0.2) else None,
            "outcome": "possible",
        }
        yield Change(
            dot=dot,
            record=RecordId(dot),
            kind=Kind.HIT,
            stamp=Stamp(stamp_at(START_MS + chance.below("time", 1 << 34))),
            author=OfficerId(make_dot(feed_of(HUB_NODE, Lane.URGENT), 40 + chance.below("author", 3_000))),
            fields=named(Kind.HIT, values),
        )


_FROM_ALERT: Final = ("category", "action", "reference")


def varied(chance: Chance, alert: Change) -> Change:
    """An alert with fewer fields, or with the owner desk's duty phone."""
    fields = dict(alert.fields)
    for group in _MAY_LACK:
        if chance.happens("lacks", 0.15):
            for name in group:
                fields.pop(field_by_name(Kind.ALERT, name).number, None)
    if chance.happens("phone", 0.7):
        fields[field_by_name(Kind.ALERT, "phone").number] = f"+387 59 {chance.between('phone', 100, 999)} 112"
    return replace(alert, fields=fields)
