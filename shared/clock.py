"""The hybrid logical clock: stamps that only break ties.

A stamp is 48 bits of milliseconds and a 15-bit counter in one integer. Merge never trusts a
stamp for cause (contexts do that), so a wrong clock can make a tie fall oddly but can lose nothing.

Invariants
* `tick` never fails and never repeats: a full counter carries into the milliseconds.
* The clock goes down only by `correct`, whose `Correction` the caller must journal.
* A peer's stamp moves us only if it is less than a minute ahead; one from a post whose clock is
  days off is accepted, flagged by `is_suspect`, and followed by nobody.

Time and its source are inputs: nothing here reads a wall clock.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, NewType

from shared.limits import CLOCK_FOLLOW_MS, CLOCK_SKEW_SUSPECT_MS, STAMP_COUNTER_BITS

Stamp = NewType("Stamp", int)
Millis = Callable[[], int]
"""A source of UTC milliseconds since 1970."""

_COUNTER: Final = (1 << STAMP_COUNTER_BITS) - 1


def stamp_at(ms: int, counter: int = 0) -> Stamp:
    return Stamp((ms << STAMP_COUNTER_BITS) | counter)


def ms_of(stamp: int) -> int:
    """The UTC milliseconds a stamp claims."""
    return stamp >> STAMP_COUNTER_BITS


def is_suspect(stamp: int, *, received_ms: int) -> bool:
    """Whether a stamp claims a time more than ten minutes after the moment it was received."""
    return ms_of(stamp) - received_ms > CLOCK_SKEW_SUSPECT_MS


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """A step of the clock that must be journalled: stamps may repeat times in between."""

    from_ms: int
    to_ms: int


class HybridClock:
    """Issues stamps. One per store; the caller holds the store's write lock while ticking."""

    def __init__(self, now_ms: Millis, *, last: int = 0) -> None:
        self._now_ms = now_ms
        self._last = last

    @property
    def last(self) -> Stamp:
        """The highest stamp issued or followed; persist it with the change it stamped."""
        return Stamp(self._last)

    def tick(self) -> Stamp:
        """A stamp above every earlier one, at the wall time where the wall time is ahead."""
        # Adding one to a full counter carries into the milliseconds: the packing does the work.
        self._last = max(self._last + 1, self._now_ms() << STAMP_COUNTER_BITS)
        return Stamp(self._last)

    def observe(self, remote: int) -> bool:
        """Follow a peer's stamp if it is believable; returns whether it was."""
        if ms_of(remote) - self._now_ms() > CLOCK_FOLLOW_MS:
            return False
        self._last = max(self._last, remote)
        return True

    def correct(self) -> Correction | None:
        """Step down to the wall time after it was set right; None when we are not ahead of it."""
        now = self._now_ms()
        if ms_of(self._last) <= now:
            return None
        correction = Correction(from_ms=ms_of(self._last), to_ms=now)
        self._last = (now << STAMP_COUNTER_BITS) | _COUNTER
        return correction
