"""Write the frozen vectors of acks and their chains anew: `python -m tests.vectors.freeze_acks`.

Never run by tests; see `freeze` on what a diff here means. `BEFORE` is a question of a node whose digest was
over its heads alone: bytes that were once asked.
"""

from __future__ import annotations

import json
from typing import Any, Final

from shared.ids import Lane
from shared.session import Head, feeds_digest
from shared.session.messages import write_head
from tests.vectors import sync
from tests.vectors.sync import FOLDER, HUB, START_MS

BEFORE: Final = sync.read("acks")["question_before"]
U1, R2, R5, R7, OTHER = (bytes((n,)) * 16 for n in (0x11, 0x22, 0x55, 0x77, 0xEE))
START = bytes(16)

HEAD: Final = Head(
    time_ms=START_MS,
    hub_node=HUB,
    generation=1,
    acks=(1, 5, 9),
    safe=START_MS - 9,
    positions=(0, 0, 0, 0),
    feeds_digest=feeds_digest(sync.standing().cursors),
    prekey=7,
    chains=((Lane.URGENT, U1), (Lane.ROUTINE, R5)),
)
"""The hub has a chain of two lanes; of the third nobody could open the last bundle."""

BULK: Final = [(0, START), (9, OTHER)]
CASES: Final = [
    ("the same log", [[(0, START), (1, U1)], [(0, START), (2, R2), (5, R5), (7, R7)], BULK], []),
    ("as many changes, others", [[(0, START), (1, U1)], [(0, START), (2, R2), (5, OTHER)], BULK], [1]),
    ("others, and more of them", [[(0, START), (1, U1)], [(2, R2), (5, OTHER), (7, R7)], BULK], [1]),
    ("no bundle ends there", [[(0, START), (1, U1)], [(2, R2), (4, R5), (7, R7)], BULK], [1]),
    ("in both lanes", [[(0, START), (1, R5)], [(5, OTHER), (7, R7)], BULK], [0, 1]),
    ("the hub stands before what is kept", [[(1, U1)], [(6, OTHER), (7, R7)], BULK], []),
    ("nothing is kept but the end", [[(1, U1)], [(7, R7)], BULK], []),
]
"""Where the bundles a node still has begin and end, one list a lane; and the lanes that are another's."""


def acks() -> dict[str, Any]:
    """A head with chains, and what nodes with these ends make of it."""
    return {
        "head": write_head(HEAD).hex(),
        "question_before": BEFORE,
        "cases": [{"name": name, "ends": _told(ends), "forks": forks} for name, ends, forks in CASES],
    }


def _told(ends: list[list[tuple[int, bytes]]]) -> list[list[tuple[int, str]]]:
    return [[(seq, chain.hex()) for seq, chain in lane] for lane in ends]


if __name__ == "__main__":
    path = FOLDER / "acks.json"
    path.write_text(json.dumps(acks(), indent=1) + "\n", encoding="utf-8")
    print(path)
