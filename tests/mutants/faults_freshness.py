"""The planted faults of push, scopes, versions, freshness and lease."""

from __future__ import annotations

from typing import Final

from tests.mutants.plant import Mutant

KNOWN_AGE: Final = "5 a node knows how old its lists are"
NEVER_WAITS: Final = "6 the booth never waits"
PUSH: Final = "an alert is at the post at once"

MUTANTS: Final = (
    Mutant(
        name="ring-believed-without-end",
        promise=PUSH,
        path="edge/doorbell.py",
        old="            self._wait_s = min(DOORBELL_WAIT_MAX_S, self._wait_s * 2)",
        new="            self._wait_s = DOORBELL_WAIT_MIN_S",
        tests=("tests/edge/test_doorbell.py",),
    ),
    Mutant(
        name="call-good-twice",
        promise=PUSH,
        path="hub/doorbell/register.py",
        old=" or call.time_ms <= self._called_ms.get(call.node, 0):",
        new=":",
        tests=("tests/hub/doorbell/test_register.py",),
    ),
    Mutant(
        name="stranger-may-listen",
        promise=PUSH,
        path="hub/doorbell/register.py",
        old="        call.believe(known.verify_key)\n",
        new="",
        tests=("tests/hub/doorbell/test_register.py",),
    ),
    Mutant(
        name="news-before-the-call-not-rung",
        promise=PUSH,
        path="hub/doorbell/register.py",
        old="        if caller.behind:\n            line.ring()",
        new="        if caller.behind and len(self) > 1_000_000:\n            line.ring()",
        tests=("tests/hub/doorbell/test_register.py",),
    ),
)
