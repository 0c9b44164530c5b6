"""The composition root: one node, put together from its identity and its world.

Job: make every part once and hand each what it needs. `assemble` runs on any `World`, so a
simulator drives the very same parts; `build` makes one for a real process.
Must not know: HTTP, pages, threads.
"""

from __future__ import annotations

import os
import shutil
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Final

from edge import identity as identities
from edge import lease, renewal, renumbering, retrying
from edge.booth import Booth
from edge.config import Config
from edge.courier import Courier
from edge.identity import Identity
from edge.kit import Kit, Nudge, World, no_link
from edge.loading import Loader
from edge.relay import Relay, RelayCall
from edge.sealer import Sealer
from edge.second_core import ahead
from edge.status import LinkReport, Reporter
from edge.stick_desk import StickDesk, Sticks
from edge.store import feed, lives, opening, upkeep
from edge.store.watch import Filing, unheard
from edge.sync import SyncRound
from edge.trusted_time import TrustedTime
from shared import codelists
from shared.codelists import CodeLists
from shared.database import Database
from shared.enrolment import files as names
from shared.errors import StoreError
from shared.ledger.accounts import Accounts, Officer
from shared.matching.matcher import PersonMatcher
from shared.watchlist import Matcher

_BOOT_BYTES: Final = 8
_CACHE_KIB: Final = 2_048  # a post's tablets and jobs have some eight connections on a board of little memory
_MB: Final = 1024 * 1024
_TEND_MS: Final = 500
_STUCK_MS: Final = 10 * 60 * 1000  # until a disk that refused is tried again
_BREATH_S: Final = 0.004  # between two steps, for whoever else writes


@dataclass(frozen=True, slots=True, kw_only=True)
class EdgeNode:
    """A node's parts. Close it when done: the file is then whole by itself.

    `stuck_ms` is when (uptime) the disk refused to take the log to its new number, if it did.
    """

    kit: Kit
    booth: Booth
    round: SyncRound
    sealer: Sealer
    courier: Courier
    sticks: StickDesk
    relay: Relay
    relay_call: RelayCall
    reporter: Reporter
    link: LinkReport
    stuck_ms: int | None = None

    @property
    def renumber_due(self) -> bool:
        """Whether all is known for the log to go to its new number: at the next start it does."""
        if self.stuck_ms is not None and self.kit.world.monotonic_ms() - self.stuck_ms < _STUCK_MS:
            return False
        return renewal.is_over(self.kit.database, self.kit.log)

    def prune(self) -> int:
        """Drop what may go; returns how many bundles went."""
        with self.kit.database.transaction() as tx:
            return upkeep.prune(
                tx, node=self.kit.log.node, trusted_ms=self.kit.time.at_least_ms, now_ms=self.kit.now_ms()
            )

    def tend_list(self) -> None:
        """Some of what a whole new list leaves to do: late hits first, then the old list goes."""
        loader = Loader(self.kit, breathe=lambda: time.sleep(_BREATH_S))
        until = self.kit.world.monotonic_ms() + _TEND_MS
        while loader.tend() and self.kit.world.monotonic_ms() < until:
            pass

    def keep_time(self) -> None:
        """Note trusted time, so that a restart knows at least that much; and fold the log into the file."""
        with self.kit.database.snapshot() as tx:
            self.kit.time.told(feed.state(tx).mark_ms)  # a command beside this process may have read a stick
        known = self.kit.time.at_least_ms
        if known is not None:
            with self.kit.database.transaction() as tx:
                feed.keep_mark(tx, known)
        upkeep.checkpoint(self.kit.database.connection())

    def close(self) -> None:
        self.sticks.stop()
        self.kit.database.close()

    def end_run(self) -> None:
        """Stop in good order: time is noted to the moment, and nothing is charged at the next start."""
        known = self.kit.time.at_least_ms
        with self.kit.database.transaction() as tx:
            if known is not None:
                feed.keep_mark(tx, known)
            lease.end_run(tx)


def assemble(
    identity: Identity,
    world: World,
    *,
    matcher: Matcher | None = None,
    lists: CodeLists | None = None,
    demo: bool = False,
    metered: bool = False,
    nudge: Nudge = no_link,
    stick_roots: tuple[Path, ...] = (),
    filing: Filing = unheard,
) -> EdgeNode:
    """A node on any world; `lists` replaces the delivered code lists, `nudge` is called to send soon; sticks
    are looked for below `stick_roots`; `filing` is told how far a list is that has to be filed anew."""
    certificate = identity.certificate
    database = Database(world.connect, key=identity.database_key, cache_kib=_CACHE_KIB)
    matcher = matcher or PersonMatcher()
    log = opening.make_ready(
        database, certificate, matcher=matcher, now_ms=world.now_ms, prekeys=identity.hub.prekeys,
        mapped=world.mapped, filing=filing,
    )  # fmt: skip
    stuck_ms: int | None = None
    if renewal.is_over(database, log):
        try:
            log = renumbering.go_on(database, log, certificate, matcher=matcher, now_ms=world.now_ms)
        except StoreError:  # a full disk: the booth goes on under the number it has
            stuck_ms = world.monotonic_ms()
    with database.transaction() as tx:
        lease.begin_run(tx)
        lived = lives.everyone(tx)
        kept_ms = feed.state(tx).mark_ms
    trusted = TrustedTime(
        now_ms=world.now_ms,
        monotonic_ms=world.monotonic_ms,
        kept_ms=kept_ms,
        born_ms=certificate.issued_ms,
    )
    kit = Kit(
        identity=identity,
        world=world,
        database=database,
        log=log,
        time=trusted,
        lists=lists or codelists.load(),
        matcher=matcher,
        boot=world.random(_BOOT_BYTES),
        lives=lived,
        demo=demo,
        metered=metered,
        nudge=nudge,
    )
    retrying.retry(kit)
    link = LinkReport()
    reporter = Reporter(kit, link, version=program_version())

    def admits(officer: Officer) -> bool:
        return certificate.post in officer.posts

    accounts = Accounts(database, log, now_ms=world.now_ms, random=world.random, admits=admits)
    sealer = Sealer(kit)
    courier = Courier(kit, sealer)
    sticks = StickDesk(courier, Sticks(stick_roots))
    return EdgeNode(
        kit=kit,
        booth=Booth(kit, accounts, reporter, sticks),
        round=SyncRound(kit, sealer),
        sealer=sealer,
        courier=courier,
        sticks=sticks,
        relay=Relay(kit),
        relay_call=RelayCall(kit, sealer, courier),
        reporter=reporter,
        link=link,
        stuck_ms=stuck_ms,
    )


def build(config: Config, *, nudge: Nudge = no_link, filing: Filing = unheard) -> EdgeNode:
    """The node of a data directory. Raises ConfigError, StoreError."""
    identity = identities.load(config.data, key_file=config.key_file, hub_url=config.hub_url)
    return assemble(
        identity,
        real_world(config.data),
        demo=config.demo,
        metered=config.metered,
        nudge=nudge,
        stick_roots=config.stick_roots,
        filing=filing,
    )


def real_world(directory: Path) -> World:
    """This machine."""
    path = directory / names.DATABASE

    def store_mb() -> int:
        parts = (path, path.with_name(path.name + "-wal"))
        return sum(part.stat().st_size for part in parts if part.exists()) // _MB

    return World(
        connect=opening.connect_to(path),
        now_ms=lambda: time.time_ns() // 1_000_000,
        monotonic_ms=_monotonic_ms,
        random=os.urandom,
        offset_min=_offset_min,
        disk_free_mb=lambda: shutil.disk_usage(directory).free // _MB,
        store_mb=store_mb,
        mapped=ahead,
    )


def program_version() -> str:
    """The installed program's version."""
    try:
        return version("karaula")
    except PackageNotFoundError:  # run from a checkout that was never installed
        return "0"


def _monotonic_ms() -> int:
    # Uptime, standby included, where the kernel tells it: a closed tablet's list grows older too.
    clock = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
    return time.clock_gettime_ns(clock) // 1_000_000


def _offset_min(ms: int) -> int:
    """The machine's offset from UTC at an instant, in minutes."""
    offset = datetime.fromtimestamp(ms / 1000, UTC).astimezone().utcoffset()
    return 0 if offset is None else int(offset.total_seconds()) // 60
