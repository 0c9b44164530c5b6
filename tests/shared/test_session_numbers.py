"""Numbers that decode and that nobody can keep: refused where they are read, before any store is asked."""

from __future__ import annotations

from dataclasses import replace

import pytest

from shared.errors import SessionError
from shared.ids import Lane
from shared.limits import COUNT_MAX, MOMENT_MAX_MS
from shared.session import Held, Hello, PartHeld
from shared.session.messages import read_hello, write_hello
from tests.shared.session_link import NODE, NONCE, FakeHub, round_trip, standing


@pytest.mark.parametrize(
    "beyond",
    [
        {"time_ms": MOMENT_MAX_MS + 1},
        {"safe": MOMENT_MAX_MS + 1},
        {"generation": COUNT_MAX + 1},
        {"hub_node": COUNT_MAX + 1},
        {"prekey": COUNT_MAX + 1},
        {"positions": (COUNT_MAX + 1, 0)},
        {"acks": (COUNT_MAX + 1, 0, 0)},
        {"lease_h": COUNT_MAX + 1},
        {"reseals": ((20, COUNT_MAX + 1),)},
        {"refusals": ((COUNT_MAX + 1, "code"),)},
        {"held": (Held(lane=Lane.ROUTINE, length=COUNT_MAX + 1, check=b""),)},
    ],
    ids=lambda beyond: next(iter(beyond)),
)
def test_a_head_with_a_number_nobody_can_keep_is_refused_though_signed(beyond: dict[str, object]) -> None:
    """No store holds more than 63 bits, and no calendar more than four digits of a year."""
    head = replace(FakeHub().head(), **beyond)  # type: ignore[arg-type]  # its own fields
    with pytest.raises(SessionError) as told:
        round_trip(FakeHub(), standing(), head=head)
    assert told.value.code == "bad_answer"


@pytest.mark.parametrize(
    "name", ["node", "generation", "positions", "revocations", "prekey", "schema", "part"]
)
def test_a_hello_with_a_number_no_store_holds_is_refused(name: str) -> None:
    """Before anything is asked of a store."""
    beyond: object = COUNT_MAX + 1
    if name == "positions":
        beyond = (beyond,)
    elif name == "part":
        beyond = PartHeld(place=0, first=COUNT_MAX + 1, length=1)
    hello = Hello(
        node=NODE, heads_digest=bytes(16), generation=1, positions=(0,), revocations=0, prekey=0,
        certificate=None,
    )  # fmt: skip
    raw = write_hello(replace(hello, **{name: beyond}), nonce=NONCE)  # type: ignore[arg-type]  # its own fields
    with pytest.raises(SessionError) as told:
        read_hello(raw, bytes(64))
    assert told.value.code == "bad_question"
