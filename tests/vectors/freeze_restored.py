"""Write the frozen vectors of what is given back anew: `python -m tests.vectors.freeze_restored`.

Never run by tests; see `freeze` on what a diff here means.
"""

from __future__ import annotations

import json
from typing import Any, Final

from shared import courier, segment
from shared.segment import CHAIN_START
from shared.session import Head, Returned, feeds_digest, give_back
from shared.session.messages import write_head
from tests.vectors import sync
from tests.vectors.sync import FOLDER, HUB_SIGN, NODE, NODE_SIGN, NONCE, PREKEY, START_MS, TAG

HEAD: Final = Head(
    time_ms=START_MS,
    hub_node=9,  # type: ignore[arg-type]  # a number
    generation=9,
    acks=(1, 5, 0),
    safe=START_MS - 9,
    positions=(0, 0, 0, 0),
    feeds_digest=feeds_digest(sync.standing().cursors),
    prekey=9 << 10,
    past=((1, (2, 0, 0, 7)), (5, (0, 0, 0, 0))),
    not_returned=((1, "bad_signature"), (-1, "prekey_gone")),
)


def original() -> tuple[bytes, bytes]:
    """A segment of the first generation."""
    return segment.cut(
        sync.alerts(), hub=TAG, generation=1, scope="all", first=1, before=CHAIN_START, signer=HUB_SIGN
    )


def frozen_return() -> Returned:
    """One original and a list; sealed anew at each run, since a seal is random."""
    return give_back([original()], prekey=7, key=PREKEY.seal_key, revocations=b"list")


def restored() -> dict[str, Any]:
    """A head, a question and a load of a node that gives back."""
    returned = frozen_return()
    slip = courier.sign_slip(sync.standing(), node=NODE, hub=TAG, certificate=b"paper", signer=NODE_SIGN)
    return {
        "prekey_private": PREKEY.raw.hex(),
        "head": write_head(HEAD).hex(),
        "sealed": returned.sealed.hex(),
        "question": sync.node_end().ask(sync.standing(), [b"one"], nonce=NONCE, returned=returned).hex(),
        "load": courier.write_load(slip, [], returned=returned).hex(),
    }


if __name__ == "__main__":
    path = FOLDER / "restored.json"
    path.write_text(json.dumps(restored(), indent=1) + "\n", encoding="utf-8")
    print(path)
