"""Trusted time: the hub's last signed time plus what has passed since, whatever the wall clock says.

Boards without a battery boot in any year. Invariants
* The trusted time never comes from the wall clock; it is a lower bound of the real time.
* It is `certain` only while this process runs that heard the hub: after a restart nobody knows how
  long the power was off, so an age is then "at least".
* It never goes back.
Must not know: storage, who asks. Monotonic time and the wall clock are handed in.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from shared.clock import Millis
from shared.limits import CLOCK_SKEW_SUSPECT_MS

OK: Final = "ok"
SUSPECT: Final = "suspect"
UNSET: Final = "unset"


class TrustedTime:
    """One per process. `kept_ms` is the mark an earlier run left (0: none)."""

    def __init__(
        self, *, now_ms: Millis, monotonic_ms: Callable[[], int], kept_ms: int, born_ms: int
    ) -> None:
        """`born_ms` is when the authority issued this node's certificate: no clock can truly be earlier."""
        self._now_ms = now_ms
        self._monotonic_ms = monotonic_ms
        self._born_ms = born_ms
        self._base_ms = kept_ms
        self._since_ms = monotonic_ms()
        self._certain = False

    @property
    def certain(self) -> bool:
        """Whether the hub was heard since this process began."""
        return self._certain

    def heard(self, head_ms: int) -> None:
        """The hub signed this time just now."""
        self._base_ms = max(head_ms, self.at_least_ms or 0)
        self._since_ms = self._monotonic_ms()
        self._certain = True

    def told(self, head_ms: int) -> None:
        """The hub signed this time, who knows how long ago: a stick brought it. Certainty stays as it is."""
        known = self.at_least_ms or 0
        if head_ms > known:
            self._base_ms = head_ms
            self._since_ms = self._monotonic_ms()

    @property
    def at_least_ms(self) -> int | None:
        """The real time is not before this; None where the hub was never heard."""
        if not self._base_ms:
            return None
        return self._base_ms + max(0, self._monotonic_ms() - self._since_ms)

    @property
    def skew_ms(self) -> int | None:
        """How far the wall clock is ahead of trusted time (behind: negative); None while uncertain."""
        known = self.at_least_ms
        return self._now_ms() - known if self._certain and known is not None else None

    def clock(self) -> str:
        """What the wall clock is worth: ok | suspect | unset."""
        now = self._now_ms()
        if now < self._born_ms - CLOCK_SKEW_SUSPECT_MS:
            return UNSET
        known = self.at_least_ms
        if known is None:
            return OK  # nothing speaks against it
        behind = known - now > CLOCK_SKEW_SUSPECT_MS
        ahead = self._certain and now - known > CLOCK_SKEW_SUSPECT_MS
        return SUSPECT if behind or ahead else OK

    def best_ms(self) -> int:
        """The likeliest real time, for showing ages and days: trusted where certain, else the wall clock
        unless that is known to be wrong."""
        known = self.at_least_ms
        if known is None:  # a board that wakes in 1970 would call every birth date a future one
            return max(self._now_ms(), self._born_ms)
        return self._now_ms() if not self._certain and self.clock() == OK else known
