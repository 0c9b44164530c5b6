"""How many bytes went over the link: counted by whoever sends, put away with the next transaction.

Job: a tally that any thread may add to and the sync round empties into the store. Must not know: SQL.
"""

from __future__ import annotations

import threading


class Tally:
    """Bytes sent and received since it was last taken."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._sent = self._received = 0

    def add(self, *, sent: int = 0, received: int = 0) -> None:
        with self._lock:
            self._sent += sent
            self._received += received

    @property
    def any(self) -> bool:
        return bool(self._sent or self._received)

    def take(self) -> tuple[int, int]:
        """(sent, received), which are then no longer here."""
        with self._lock:
            taken = self._sent, self._received
            self._sent = self._received = 0
        return taken
