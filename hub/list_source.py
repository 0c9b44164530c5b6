"""What a whole list is read from: the newest verified backup, or the database where nothing can be restored.

What a node learned from a file alone it has no signed original of, to give back: so a file holds only what is
in the backup that a hub would be restored from (ADR 17). Must not know: files of lists, who may read one.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from hub.feed import Feed
from hub.kit import Kit
from hub.store import backups, feeds, opening
from hub.store.feeds import ScopeHead
from shared.database import Database
from shared.enrolment import files
from shared.errors import ConfigError


@dataclass(frozen=True, slots=True, kw_only=True)
class ListSource:
    """A file of the hub's to read from; `copied_ms` is the moment of a copy, None for the one at work."""

    database: Database
    kit: Kit
    feed: Feed
    copied_ms: int | None

    def head(self, scope: str) -> tuple[ScopeHead, int]:
        """Where the list stands, and since when: what changes later need not be in it."""
        if self.copied_ms is None:
            with self.database.transaction() as tx:
                return self.feed.cut(tx, scope), self.kit.now_ms()
        with self.database.snapshot() as tx:
            return feeds.found_head(tx, scope), self.copied_ms


@contextmanager
def opened(kit: Kit, feed: Feed) -> Iterator[ListSource]:
    """The source for now. Raises ConfigError `backup_first`, `backup_away`."""
    with kit.database.snapshot() as tx:
        made = backups.newest(tx, generation=feed.generation)
    if not made.covers_ms and not feed.restored:
        yield ListSource(database=kit.database, kit=kit, feed=feed, copied_ms=None)
        return
    path = Path(made.path) / files.DATABASE
    if not made.covers_ms or not path.exists():
        raise ConfigError(
            "backup_first" if not made.covers_ms else "backup_away",
            "a whole list is written from a verified backup, and there is none at hand",
            hint="Make one: `karaula hub backup`; then write the list.",
        )
    with Database(opening.connect_to(path), key=kit.identity.database_key) as copy:
        yield ListSource(database=copy, kit=kit, feed=feed, copied_ms=made.covers_ms)
