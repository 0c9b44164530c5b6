"""Frozen bytes of the codec: how they stand in `tests/vectors/wire`, and how new ones are added.

    python -m tests.shared.wire.vectors        adds the vectors that are missing; never rewrites one

A vector of a released version is never changed: bundles with these bytes lie in logs and on sticks.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from shared import wire
from shared.change import Change, Value
from shared.clock import Stamp, stamp_at
from shared.ids import Dot, Lane, OfficerId, RecordId, feed_of, make_dot
from tests.bench.generator import Post, alerts

FOLDER: Final = Path(__file__).parents[2] / "vectors" / "wire"


def to_json(change: Change) -> dict[str, Any]:
    """A change as JSON: ids as text, bytes as {"bytes": hex}, lists as lists."""
    return {
        "dot": str(change.dot),
        "record": str(change.record),
        "kind": change.kind,
        "stamp": str(change.stamp),
        "author": str(change.author),
        "fields": {str(n): _shown(v) for n, v in sorted(change.fields.items())},
        "context": {str(n): [str(dot) for dot in dots] for n, dots in sorted(change.context.items())},
    }


def from_json(shown: dict[str, Any]) -> Change:
    return Change(
        dot=Dot(int(shown["dot"])),
        record=RecordId(Dot(int(shown["record"]))),
        kind=shown["kind"],
        stamp=Stamp(int(shown["stamp"])),
        author=OfficerId(RecordId(Dot(int(shown["author"])))),
        fields={int(n): _value(v) for n, v in shown["fields"].items()},
        context={int(n): tuple(Dot(int(dot)) for dot in dots) for n, dots in shown["context"].items()},
    )


def _shown(value: Value) -> object:
    if isinstance(value, bytes):
        return {"bytes": value.hex()}
    return [*value] if isinstance(value, tuple) else value


def _value(shown: Any) -> Value:
    if isinstance(shown, dict):
        return bytes.fromhex(shown["bytes"])
    return tuple(shown) if isinstance(shown, list) else shown


def cases() -> dict[str, tuple[str, Sequence[Change], Dot | None]]:
    """name -> (what it shows, changes, base)."""
    checks = Post(seed=77).take(8)
    first = make_dot(feed_of(37, Lane.ROUTINE), 9)
    desk = make_dot(feed_of(3, Lane.URGENT), 500)
    heads = {"stamp": stamp_at(1_790_000_000_000, 3), "author": OfficerId(RecordId(desk))}
    edits = [
        Change(dot=Dot(first), record=RecordId(desk), kind=2, fields={5: "withdrawn", 31: "našli smo ga"},
               context={0: (desk,), 5: (desk,)}, **heads),
        Change(dot=Dot(first + 1), record=RecordId(desk), kind=2, fields={24: None, 25: ("armed", "escaped")},
               context={0: (Dot(desk + 1), Dot(first)), 25: ()}, **heads),
        Change(dot=Dot(first + 2), record=RecordId(desk), kind=2, fields={}, **heads),
    ]  # fmt: skip
    newer: dict[int, Value] = {
        1: "ME", 60: "Ђурђевдан", 61: -5, 62: True, 63: b"\0\xff", 64: (),
        65: ("a", ""), 66: (1, -1), 4_095: 2**63 - 1,
    }  # fmt: skip
    strange = [Change(dot=first, record=RecordId(first), kind=77, fields=newer, **heads)]
    alert = alerts(78, 1)
    return {
        "nothing": ("no change at all", [], None),
        "one_alert": ("a single alert, its layout a template", alert, alert[0].dot),
        "eight_checks": ("consecutive checks of one post, by column", checks, checks[0].dot),
        "edits": ("edits with contexts, a cleared field, one that only looks", edits, first),
        "newer_kind": ("a kind and fields of a newer version, every shape of value", strange, first),
        "segment": (
            "alerts of several feeds and a check, with their dots",
            [*alerts(79, 3), checks[0]],
            None,
        ),
    }


def main() -> None:
    for name, (what, changes, base) in cases().items():
        path = FOLDER / f"{name}.json"
        if path.exists():
            continue
        body = wire.encode(changes, base=base)
        vector = {
            "what": what,
            "base": None if base is None else str(base),
            "body": body.hex(),
            "payload": wire.compress(body).hex(),
            "rows": [wire.pack_change(change).hex() for change in changes],
            "changes": [to_json(change) for change in changes],
        }
        path.write_text(json.dumps(vector, indent=1, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
