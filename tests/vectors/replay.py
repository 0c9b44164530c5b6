"""What one post of a version said, frozen: its bundles in order, and what a hub must make of them.

`python -m tests.vectors.replay` writes the file of this house's body version where there is none yet. A
file that is there is never written again: it stands for machines at posts that nobody will upgrade soon.
"""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from shared import bundle, wire
from shared.bundle import Header
from shared.change import SEEN, Change, Value, named
from shared.clock import stamp_at
from shared.crypto import BoxKey, SigningKey
from shared.enrolment import Certificate, HubKeys
from shared.ids import Dot, Lane, OfficerId, RecordId, Seq, feed_of, make_dot
from shared.schema import Kind
from tests.vectors.sync import HUB_SIGN, NODE, NODE_BOX, NODE_SIGN, PREKEY, START_MS, TAG

FOLDER: Final = Path(__file__).parent / "replay"
BODY_VERSION: Final = 1
AUTHORITY: Final = SigningKey(bytes((9,)) * 32)
HUB_KEYS: Final = HubKeys(
    sign=HUB_SIGN, box=BoxKey(bytes((7,)) * 32), prekeys={7: (PREKEY, START_MS), 8: (NODE_BOX, START_MS)}
)
CERTIFICATE: Final = Certificate(
    serial=1,
    node=NODE,
    post="KLOBUK",
    epoch=1,
    country="BA",
    verify_key=NODE_SIGN.verify_key,
    seal_key=NODE_BOX.seal_key,
    issued_ms=START_MS,
)
_NEWER_KIND: Final = 3_999
_NEWER_FIELD: Final = 4_001
_A_BUNDLE: Final = 3


def said() -> dict[Lane, list[Change]]:
    """Everything a post can say that a hub has to understand for ever."""
    logs: dict[Lane, list[Change]] = {Lane.URGENT: [], Lane.ROUTINE: []}

    def say(
        lane: Lane,
        kind: int,
        fields: dict[int, Value],
        *,
        record: Dot | None = None,
        seen: tuple[Dot, ...] = (),
    ) -> Dot:
        dot = make_dot(feed_of(NODE, lane), len(logs[lane]) + 1)
        context = dict.fromkeys([*fields, SEEN], seen) if record is not None else {}
        logs[lane].append(
            Change(
                dot=dot,
                record=RecordId(dot if record is None else record),
                kind=kind,
                stamp=stamp_at(START_MS + len(logs[lane]) * 1_000, 1),
                author=OfficerId(77),
                fields=fields,
                context=context,
            )
        )
        return dot

    check = _check("ERIKSSON", document_number="L898902C3", birth=27_252, personal_number="0101006500006")
    first = say(Lane.ROUTINE, Kind.CHECK, check)
    say(Lane.ROUTINE, Kind.CHECK, _check("ЂОРЂЕВИЋ", plate="A12-K-345", plate_country="ME", training=True))
    refused = _check("ŠĆEPANOVIĆ", decision="refuse", letters=("A", "C")) | {_NEWER_FIELD: "of a newer post"}
    say(Lane.ROUTINE, Kind.CHECK, refused)
    edit = named(Kind.CHECK, {"surname": "ERIKSEN"})
    mended = say(Lane.ROUTINE, Kind.CHECK, edit, record=first, seen=(first,))
    cleared: dict[int, Value] = dict.fromkeys(named(Kind.CHECK, {"personal_number": ""}), None)
    say(Lane.ROUTINE, Kind.CHECK, cleared, record=first, seen=(mended,))
    crossed = named(Kind.CHECK, {"surname": "ERICSON"})
    say(Lane.ROUTINE, Kind.CHECK, crossed, record=first, seen=(first,))
    say(Lane.ROUTINE, _NEWER_KIND, {1: "BA", 7: b"\x00\xff", 8: (1, 2, 3)})
    alert = named(
        Kind.ALERT,
        {"owner": "BA", "category": "vehicle", "action": "seize", "status": "active", "plate": "A12-E-345"},
    )
    raised = say(Lane.URGENT, Kind.ALERT, alert)
    handling = named(Kind.ALERT, {"handling": "H2"})
    say(Lane.URGENT, Kind.ALERT, handling, record=raised, seen=(raised,))
    hit = {"owner": "BA", "check": first, "alert": raised, "outcome": "possible", "matched_on": ("plate",)}
    say(Lane.URGENT, Kind.HIT, named(Kind.HIT, hit))
    return logs


def _check(surname: str, **values: Value) -> dict[int, Value]:
    whole: dict[str, Value] = {
        "owner": "BA", "post": "KLOBUK", "happened": START_MS, "offset_min": 120, "direction": "entry",
        "decision": "admit", "surname": surname, "verdict": "clear",
    }  # fmt: skip
    return named(Kind.CHECK, whole | values)


def bundles() -> list[bytes]:
    """The logs, cut and sealed; the last bundle of the routine lane to another prekey."""
    cut = []
    for lane, log in said().items():
        chain = bundle.chain_start(feed_of(NODE, lane))
        for at in range(0, len(log), _A_BUNDLE):
            some = log[at : at + _A_BUNDLE]
            last = at + _A_BUNDLE >= len(log) and lane is Lane.ROUTINE
            header = Header(hub=TAG, prekey=7, feed=feed_of(NODE, lane), first=Seq(at + 1), count=len(some))
            header = replace(header, prekey=8) if last else header
            body = wire.encode(some, base=header.base)
            key = (NODE_BOX if last else PREKEY).seal_key
            cut.append(bundle.seal(body, header=header, before=chain, prekey=key, signer=NODE_SIGN))
            chain = bundle.chain_next(chain, header, body)
    return cut


def files() -> list[Path]:
    return sorted(FOLDER.glob("*.json"))


def read(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def plain(value: Value) -> object:
    """A value as JSON has it."""
    if isinstance(value, bytes):
        return {"bytes": value.hex()}
    return list(value) if isinstance(value, tuple) else value


def main() -> None:
    path = FOLDER / f"body-{BODY_VERSION}.json"
    if path.exists():
        print(f"{path} is frozen")
        return
    from tests.vectors.test_replay import state_after

    raws = bundles()
    FOLDER.mkdir(exist_ok=True)
    content = {"bundles": [raw.hex() for raw in raws], "state": state_after(raws)}
    path.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    print(path)


if __name__ == "__main__":
    main()
