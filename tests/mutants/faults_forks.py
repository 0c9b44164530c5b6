"""Planted faults: acks that name contents, so that a copy's log is told from the one the hub has."""

from __future__ import annotations

from typing import Final

from tests.mutants.faults import HOSTILE
from tests.mutants.plant import Mutant

FOUND: Final = "a fork is found at the first contact that shows it, and nothing of it is acknowledged"

_WIRE: Final = ("tests/edge/test_forks.py",)
_STICK: Final = ("tests/courier/test_forks.py",)

MUTANTS: Final = (
    Mutant(
        name="digest-of-counts-alone",
        promise=FOUND,
        path="shared/session/acks.py",
        old="wire.pack([[head, chain] for head, chain in ends])",
        new="wire.pack([[head] for head, _ in ends])",
        tests=_WIRE,
    ),
    Mutant(
        name="acks-without-chains",
        promise=FOUND,
        path="hub/exchange.py",
        old="            chains=() if agreed else chains_told(said.ends),\n",
        new="",
        tests=_WIRE,
    ),
    Mutant(
        name="packets-without-chains",
        promise=FOUND,
        path="hub/courier.py",
        old="                chains=chains_told(ends),\n",
        new="",
        tests=_STICK,
    ),
    Mutant(
        name="ack-inside-a-bundle-believed",
        promise=FOUND,
        path="shared/ledger/outbox.py",
        old="        return row is not None and row != (seq + 1, chain)\n",
        new="        return row is not None and row[0] == seq + 1 and row[1] != chain\n",
        tests=("tests/vectors/test_frozen_acks.py",),
    ),
    Mutant(
        name="pruned-taken-for-forked",
        promise=FOUND,
        path="shared/ledger/outbox.py",
        old="        return row is not None and row != (seq + 1, chain)\n",
        new="        return row != (seq + 1, chain)\n",
        tests=("tests/vectors/test_frozen_acks.py",),
    ),
    Mutant(
        name="forked-lane-keeps-its-marks",
        promise=FOUND,
        path="edge/receipts.py",
        old="            feed.unmark_acks(tx, name & 3, above=0)\n",
        new="",
        tests=_WIRE,
    ),
    Mutant(
        name="forked-lane-not-shown-to-the-hub",
        promise=FOUND,
        path="edge/receipts.py",
        old="            news = kit.log.disown(tx, Lane(name & 3), seq) or news\n",
        new="",
        tests=_WIRE,
    ),
    Mutant(
        name="fork-forgotten-with-the-next-head",
        promise=FOUND,
        path="edge/receipts.py",
        old='(("feed_forked", _COPIED) if forks else ("", ""))',
        new='("", "")',
        tests=_WIRE,
    ),
    Mutant(
        name="fork-number-beyond-the-store",
        promise=HOSTILE,
        path="shared/ledger/outbox.py",
        old="        if seq >= head.cut:\n            return seq > head.cut or chain",
        new="        if seq == head.cut:\n            return chain",
        tests=("tests/edge/test_sync.py",),
    ),
)
