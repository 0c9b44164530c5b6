"""How long to wait before the next contact. Pure but for the chance that is handed in.

A hundred posts that lost one line must not come back in one second: the wait doubles with each
failure and is drawn at random from its upper half. Must not know: what failed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

WAIT_MAX_S: Final = 60.0
_STEPS_MAX: Final = 16


class Backoff:
    """Waits for one link."""

    def __init__(self, *, interval_s: float, chance: Callable[[], float]) -> None:
        """`interval_s` is the rhythm while all is well; `chance` draws from [0, 1)."""
        self._interval_s = interval_s
        self._chance = chance
        self._failures = 0

    def after_success(self) -> float:
        """Seconds to the next contact."""
        self._failures = 0
        return self._interval_s * (0.9 + 0.2 * self._chance())

    def after_failure(self) -> float:
        """Seconds to the next try."""
        self._failures = min(self._failures + 1, _STEPS_MAX)
        ceiling = min(max(WAIT_MAX_S, self._interval_s), self._interval_s * float(1 << self._failures))
        return ceiling * (0.5 + 0.5 * self._chance())
