"""v0 body: rows; to be replaced by columns without any change of the interface."""

from __future__ import annotations

from collections.abc import Sequence

from shared.change import SEEN, Change
from shared.errors import WireError
from shared.ids import Dot
from shared.limits import BODY_MAX_BYTES, BUNDLE_MAX_CHANGES
from shared.wire.row import pack_change, unpack_change
from shared.wire.strict import pack, unpack
from shared.wire.table import ABSENT, Batch, Cell, ChangeTable


def encode(changes: Sequence[Change], *, base: Dot | None) -> bytes:
    if base is not None and [c.dot for c in changes] != list(range(base, base + len(changes))):
        raise WireError(
            "bad_run", "the changes are not one run of a feed", hint="Encode consecutive changes."
        )
    return pack([0, [pack_change(change) for change in changes]])


def decode(body: bytes, *, base: Dot | None) -> Batch:
    match unpack(body, max_bytes=BODY_MAX_BYTES):
        case [0, list() as rows] if len(rows) <= BUNDLE_MAX_CHANGES and all(type(r) is bytes for r in rows):
            changes = [unpack_change(row) for row in rows]
        case _:
            raise WireError(
                "bad_body", "the body has an unknown shape", hint="Upgrade whichever side is older."
            )
    if base is not None and [c.dot for c in changes] != list(range(base, base + len(changes))):
        raise WireError("bad_run", "the changes are not one run of a feed", hint="Send the bundle again.")
    groups: dict[tuple[int, bool], list[Change]] = {}
    for change in changes:
        groups.setdefault((change.kind, change.creates), []).append(change)
    places = {key: index for index, key in enumerate(groups)}
    return Batch(
        tables=tuple(_table(kind, rows, creates=creates) for (kind, creates), rows in groups.items()),
        order=[places[change.kind, change.creates] for change in changes],
    )


def _table(kind: int, rows: list[Change], *, creates: bool) -> ChangeTable:
    numbers = sorted({number for row in rows for number in row.fields})
    missing: Cell = None if creates else ABSENT
    return ChangeTable(
        kind=kind, creates=creates,
        dots=[row.dot for row in rows],
        stamps=[row.stamp for row in rows], authors=[row.author for row in rows],
        columns={number: [row.fields.get(number, missing) for row in rows] for number in numbers},
        records=[] if creates else [row.record for row in rows],
        contexts=[] if creates else [row.context for row in rows],
    )  # fmt: skip


__all__ = ["SEEN", "decode", "encode"]
