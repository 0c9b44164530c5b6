"""A generator of another structure, to see what a dictionary trained elsewhere is worth.

It shares nothing with `generator` but the schema: names are random letters by English frequency, people
travel alone and without vehicles, times are uniform, codes are drawn at random from the code lists,
several fields are never set and the alerts' texts are English.
"""

from __future__ import annotations

import random
from typing import Final

from shared.change import Change, Value, named
from shared.clock import Stamp
from shared.ids import Dot, Lane, OfficerId, RecordId, feed_of, make_dot
from shared.schema import Kind
from tests.bench.pools import words

_LETTERS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_FREQUENCY: Final = (
    82,
    15,
    28,
    43,
    127,
    22,
    20,
    61,
    70,
    2,
    8,
    40,
    24,
    67,
    75,
    19,
    1,
    60,
    63,
    91,
    28,
    10,
    24,
    2,
    20,
    1,
)
_WORDS: Final = words(
    "theft of a parked vehicle last seen near the harbour fraud assault unpaid fine court order"
)


def checks(seed: int, count: int) -> list[Change]:
    """A run of checks of one feed."""
    chance = random.Random(seed)
    first = make_dot(feed_of(chance.randrange(1, 2_000), Lane.ROUTINE), chance.randrange(1, 1 << 20))
    now = 1_800_000_000_000 + chance.randrange(1 << 34)
    changes = []
    for dot in range(first, first + count):
        now += chance.randrange(3_000, 90_000)
        values: dict[str, Value] = {
            "owner": chance.choice(("BA", "ME", "RS")),
            "post": "NORTH-GATE",
            "happened": now - chance.randrange(9_000),
            "offset_min": 60,
            "clock": chance.choice(("ok", "unset")),
            "device": f"desk{chance.randrange(20)}",
            "direction": chance.choice(("entry", "exit")),
            "capture": chance.choice(("scan", "typed", "manual")),
            "document_category": chance.choice(("passport", "visa", "id_card")),
            "document_code": "P",
            "document_issuer": "".join(chance.choices(_LETTERS, k=3)),
            "document_number": str(chance.randrange(10**8)),
            "document_expiry": chance.randrange(40_000, 50_000),
            "surname": _name(chance),
            "given_names": _name(chance),
            "birth": chance.randrange(45_000),
            "sex": chance.choice("MFX"),
            "nationality": "".join(chance.choices(_LETTERS, k=3)),
            "verdict": chance.choice(("clear", "possible")),
            "list_age_s": chance.randrange(90_000),
            "decision": chance.choice(("admit", "refuse", "let_out")),
        }
        changes.append(
            Change(
                dot=Dot(dot),
                record=RecordId(Dot(dot)),
                kind=Kind.CHECK,
                stamp=Stamp(now << 15),
                author=OfficerId(chance.randrange(1, 1 << 44)),
                fields=named(Kind.CHECK, values),
            )
        )
    return changes


def alerts(seed: int, count: int) -> list[Change]:
    """Alerts of unrelated feeds."""
    chance = random.Random(seed)
    changes = []
    for _ in range(count):
        dot = make_dot(feed_of(chance.randrange(1, 2_000), Lane.URGENT), chance.randrange(1, 1 << 20))
        values: dict[str, Value] = {
            "owner": "BA",
            "category": chance.choice(("arrest", "missing", "discreet")),
            "action": "detain",
            "status": "active",
            "surname": _name(chance),
            "given_names": _name(chance),
            "birth": chance.randrange(45_000),
            "nationality": "".join(chance.choices(_LETTERS, k=3)),
            "document_number": str(chance.randrange(10**8)),
            "authority": " ".join(chance.choices(_WORDS, k=3)),
            "reason": " ".join(chance.choices(_WORDS, k=4)),
            "expires": chance.randrange(46_000, 50_000),
        }
        changes.append(
            Change(
                dot=dot,
                record=RecordId(dot),
                kind=Kind.ALERT,
                stamp=Stamp(chance.randrange(1 << 56)),
                author=OfficerId(chance.randrange(1, 1 << 44)),
                fields=named(Kind.ALERT, values),
            )
        )
    return changes


def _name(chance: random.Random) -> str:
    return "".join(chance.choices(_LETTERS, _FREQUENCY, k=chance.randrange(3, 13)))
