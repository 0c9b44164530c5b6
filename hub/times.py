"""Impossible times: one traveller checked at two posts sooner than the road allows.

Job: look at one check among those that share a key with it. Invariant: what is found is a function of the two
checks as they stand, so it is the same whichever came first, and is looked at anew when either changes.
Must not know: who sees it, what a page says.
"""

from __future__ import annotations

from collections.abc import Sequence

from hub.kit import Kit
from hub.store import custody, times
from shared.database import Connection
from shared.ledger.records import Record
from shared.limits import CLOCK_SKEW_SUSPECT_MS
from shared.travel import TooSoon, longest_ms, too_soon


class Times:
    """Made once a process: the posts and their distances do not change in between."""

    def __init__(self, kit: Kit) -> None:
        self._kit = kit
        self._within_ms = longest_ms(kit.lists) + 2 * CLOCK_SKEW_SUSPECT_MS

    def look(self, tx: Connection, check: Record, among: Sequence[int]) -> list[tuple[int, TooSoon]]:
        """The checks among these ids that lie too near in time, and why."""
        found = []
        for other in times.near(tx, among, check, within_ms=self._within_ms):
            received = custody.received_ms_of(tx, check.id), custody.received_ms_of(tx, other.id)
            reason = too_soon(self._kit.matcher, self._kit.lists, check, other, received=received)
            if reason is not None:
                found.append((int(other.id), reason))
        return found
