"""Backups of the hub beside its work: copied, proven by opening the copy, and only then counted.

    begin ─► copy to making-… ─► mark, fsync ─► prove ─► backup-… ─► `safe` moves

Invariants
* `safe`, below which nodes let go of what they sent, moves only once the copy has been opened and looked
  through; whatever fails before leaves it, and every older backup, as it was.
* What was acknowledged up to the time a backup covers is in it.
* The database's key is never beside it in clear, nor the sealed prekeys: those are the key backup's.
Must not know: commands, which disk this is.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from hub.feed import Feed
from hub.kit import Kit
from hub.store import backups, copying, feeds
from hub.store.copying import Said
from shared.enrolment import files
from shared.errors import ConfigError, StoreError
from shared.ids import SYSTEM
from shared.ledger import audit
from shared.ledger.audit import Line

KEPT: Final = 7
PAPERS: Final = (
    *(files.AUTHORITY_CARD, files.HUB_CERTIFICATE, files.HUB_KEYS, files.HUB_URL),
    *(files.RECOVERY, files.REVOCATIONS),
)
"""What goes along: papers, and keys that only the database's key opens."""
_DONE: Final = "backup-"
_MAKING: Final = "making-"


def _nobody(_done: int, _all: int) -> None:
    """Nobody wants to know."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Backup:
    """A verified backup: where it lies, how large, and up to which signed time it has everything."""

    path: Path
    bytes: int
    covers_ms: int


class Backups:
    """Makes them. One at a time; beside everything else the hub does."""

    def __init__(self, kit: Kit, *, feed: Feed) -> None:
        self._kit = kit
        self._feed = feed

    def make(
        self, folder: Path, *, papers: Mapping[str, bytes], kept: int = KEPT, say: Said = _nobody
    ) -> Backup:
        """Make one in a folder, which must be there, and let go of all but the newest `kept`.

        Raises ConfigError `backup_unwritable`, StoreError `backup_damaged`, ….
        """
        try:
            return self._make(folder, papers, kept, say)
        except OSError as error:
            raise ConfigError(
                "backup_unwritable",
                f"the backup cannot be written ({error.strerror})",
                hint="Check that the disk is mounted and has room. Older backups stay as they are.",
            ) from None

    def _make(self, folder: Path, papers: Mapping[str, bytes], kept: int, say: Said) -> Backup:
        for left in folder.glob(f"{_MAKING}*"):  # by one that was cut off
            shutil.rmtree(left)
        kit, key = self._kit, self._kit.identity.database_key
        with kit.database.transaction() as tx:
            for name in feeds.positions(tx):
                self._feed.cut(tx, name)
            covers_ms = backups.begin(tx, at_ms=kit.now_ms())
        making = folder / f"{_MAKING}{kit.world.random(4).hex()}"
        making.mkdir(mode=0o700)
        path = making / files.DATABASE
        with kit.database.snapshot() as tx:
            heads = copying.heads(tx)
            copying.copy(tx, path, key=key, say=say)
        copying.mark(path, key=key, at_ms=covers_ms)
        for name, data in papers.items():
            (making / name).write_bytes(data)
        for each in making.iterdir():
            each.chmod(0o600)
            _settle(each)
        _settle(making)
        if copying.prove(path, key=key) != heads:
            raise StoreError(
                "backup_damaged",
                "the copy does not say what the database said",
                hint="Check the disk it lies on, and make another; older backups stay.",
            )
        done = making.rename(folder / _name(covers_ms))
        _settle(folder)
        with kit.database.transaction() as tx:
            backups.verified(
                tx, covers_ms=covers_ms, generation=self._feed.generation, path=str(done.resolve())
            )
            line = Line(
                at_ms=kit.now_ms(), officer=SYSTEM, device="hub", action="backup_made", detail=done.name
            )
            audit.write(tx, line)
        for old in all_in(folder)[kept:]:
            shutil.rmtree(old)
        return Backup(path=done, bytes=(done / files.DATABASE).stat().st_size, covers_ms=covers_ms)


def all_in(folder: Path) -> list[Path]:
    """The verified backups in a folder, newest first."""
    return sorted(folder.glob(f"{_DONE}*"), reverse=True)


def papers_of(data: Path) -> dict[str, bytes]:
    """The papers of a data directory that go into a backup, as far as there are any."""
    return {name: (data / name).read_bytes() for name in PAPERS if (data / name).exists()}


def _name(covers_ms: int) -> str:
    moment = datetime.fromtimestamp(covers_ms / 1000, UTC)
    return f"{_DONE}{moment:%Y%m%dT%H%M%S}.{covers_ms % 1000:03}Z"


def _settle(path: Path) -> None:
    """Let a file or a folder outlive a power cut."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
