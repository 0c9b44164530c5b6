"""The ring of prekeys: which one nodes seal to now, and when old ones die.

Job: move on to the next prekey each week, make new ones ahead, let old private halves die after the
longest time a node may be offline. That is the forward-secrecy window: whoever steals the hub's
keys can open what was sealed to prekeys that still live, and nothing older.
Invariants: a prekey is in the key backup and on disk before any node hears of it; the number never goes
back, and none is ever given to another key: a restored hub, which may not know all it had made, numbers on
in a range that no life before it had.
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
UNSAVED: Final = "prekeys_unsaved"
"""The note of when prekeys could last not be saved (UTC ms); 0 when they could."""
_DAY_MS: Final = 24 * 60 * 60 * 1000
_WEEK_MS: Final = ROTATE_AFTER_DAYS * _DAY_MS
_OLDEST_MS: Final = (AHEAD + 1 + BEHIND) * _WEEK_MS
"""From when a prekey is made until the last bundle sealed to it may come."""
_A_LIFE_BITS: Final = 10  # a thousand weeks; with the 21 bits of a hub's number it fits a prekey's number


def first_number(hub: int) -> int:
    """The first prekey of a hub restored under this number."""
    return hub << _A_LIFE_BITS


class PrekeyRing:
    """The hub's prekeys. Safe to read from several threads while one rotates."""

    def __init__(
        self,
        keys: HubKeys,
        *,
        database: Database,
        now_ms: Millis,
        save: Callable[[HubKeys], None],
        first: int = 1,
    ) -> None:
        """`first` is the lowest number this life of the hub may give; `save` raises OSError."""
        self._keys = keys
        self._database = database
        self._now_ms = now_ms
        self._save = save
        self._first = first
        self._turning = Lock()
        self._saved = False
        self._papers: tuple[tuple[int, bytes], ...] = ()
        self._sign()
        with database.snapshot() as tx:
            self._current = self._kept(opening.kept_number(tx, "prekey"))

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
        """Do what is due; returns whether the current prekey changed.

        Where new ones cannot be saved none is made, and the console says so.
        """
        with self._turning:
            before = self._current
            with self._database.transaction() as tx:
                kept = opening.kept_number(tx, "prekey")
                since = opening.kept_number(tx, "prekey_since_ms") if kept >= self._first else 0
            current, since = self._kept(kept), since or self._now_ms()
            due = self._now_ms() - since >= _WEEK_MS
            wanted = current + 1 if due or not current else current
            saved = self._make_ahead(wanted)
            if self._keys.prekey(wanted) is None:
                wanted = current
            with self._database.transaction() as tx:
                opening.keep_number(tx, UNSAVED, 0 if saved else self._now_ms())
                opening.keep_number(tx, "prekey", wanted)
                opening.keep_number(tx, "prekey_since_ms", self._now_ms() if wanted != current else since)
            self._current = wanted
            return wanted != before

    def _kept(self, number: int) -> int:
        """The current one by the store's note; the first of this life where that is of an earlier one."""
        ours = [each for each in self._keys.prekeys if each >= self._first]
        return number if number >= self._first else min(ours, default=self._first if self._first > 1 else 0)

    def _make_ahead(self, current: int) -> bool:
        """Have `AHEAD` prekeys beyond the current one, and none older than the window; saved first.

        Returns False where they could not be saved: then the ring stays as it was.
        """
        top = max(self._first - 1, *self._keys.prekeys, 0)
        missing = current + AHEAD - top
        keys = self._keys
        if missing > 0:
            keys = keys.with_prekeys(missing, now_ms=self._now_ms(), first=self._first)
        dead = self._dead(current)
        if missing <= 0 and not dead and self._saved:
            return True
        keys = keys.without_prekeys(dead)
        try:
            self._save(keys)
        except OSError:
            return False
        self._saved, self._keys = True, keys
        self._sign()
        return True

    def _dead(self, current: int) -> frozenset[int]:
        """Those to which nothing that may still come is sealed. Earlier lives' are told by their age."""
        oldest_ms = self._now_ms() - _OLDEST_MS
        return frozenset(
            number
            for number, (_, made_ms) in self._keys.prekeys.items()
            if (number < current - BEHIND if number >= self._first else made_ms < oldest_ms)
        )

    def _sign(self) -> None:
        self._papers = tuple(zip(sorted(self._keys.prekeys), self._keys.signed_prekeys(), strict=True))
