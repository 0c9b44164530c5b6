"""The ring of prekeys: which one nodes seal to now, and when old ones die.

Job: move on to the next prekey each week, make new ones ahead, let old private halves die after the
longest time a node may be offline. That is the forward-secrecy window: whoever steals the hub's
keys can open what was sealed to prekeys that still live, and nothing older.
Invariants: a prekey is written to disk before any node hears of it; the number never goes back.
Must not know: files (they are saved by what is handed in), the session.
"""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock
from typing import Final

from hub.store import opening
from shared.clock import Millis
from shared.crypto import BoxKey
from shared.database import Database
from shared.enrolment import HubKeys
from shared.limits import OFFLINE_MAX_DAYS

ROTATE_AFTER_DAYS: Final = 7
AHEAD: Final = 4  # a month in which nobody need be able to write the key file
BEHIND: Final = -(-OFFLINE_MAX_DAYS // ROTATE_AFTER_DAYS)
_DAY_MS: Final = 24 * 60 * 60 * 1000


class PrekeyRing:
    """The hub's prekeys. Safe to read from several threads while one rotates."""

    def __init__(
        self, keys: HubKeys, *, database: Database, now_ms: Millis, save: Callable[[HubKeys], None]
    ) -> None:
        self._keys = keys
        self._database = database
        self._now_ms = now_ms
        self._save = save
        self._turning = Lock()
        self._papers: tuple[tuple[int, bytes], ...] = ()
        self._sign()
        with database.snapshot() as tx:
            self._current = opening.kept_number(tx, "prekey") or min(keys.prekeys, default=0)

    @property
    def current(self) -> int:
        """The number nodes are told to seal to."""
        return self._current

    def private(self, number: int) -> BoxKey | None:
        """The private half; None for one that died, or was never ours."""
        return self._keys.prekey(number)

    def papers_after(self, number: int) -> tuple[bytes, ...]:
        """The signed public halves a node does not have yet."""
        return tuple(paper for held, paper in self._papers if held > number)

    def rotate(self) -> bool:
        """Do what is due; returns whether the current prekey changed."""
        with self._turning:
            before = self._current
            with self._database.transaction() as tx:
                current = opening.kept_number(tx, "prekey") or min(self._keys.prekeys, default=0)
                since = opening.kept_number(tx, "prekey_since_ms") or self._now_ms()
            due = self._now_ms() - since >= ROTATE_AFTER_DAYS * _DAY_MS
            wanted = current + 1 if due or not current else current
            self._make_ahead(wanted)
            with self._database.transaction() as tx:
                opening.keep_number(tx, "prekey", wanted)
                opening.keep_number(tx, "prekey_since_ms", self._now_ms() if wanted != current else since)
            self._current = wanted
            return wanted != before

    def _make_ahead(self, current: int) -> None:
        """Have `AHEAD` prekeys beyond the current one, and none older than the window; saved first."""
        missing = current + AHEAD - max(self._keys.prekeys, default=0)
        keys = self._keys.with_prekeys(missing, now_ms=self._now_ms()) if missing > 0 else self._keys
        dead = frozenset(number for number in keys.prekeys if number < current - BEHIND)
        if missing <= 0 and not dead:
            return
        keys = keys.without_prekeys(dead)
        self._save(keys)
        self._keys = keys
        self._sign()

    def _sign(self) -> None:
        self._papers = tuple(zip(sorted(self._keys.prekeys), self._keys.signed_prekeys(), strict=True))
