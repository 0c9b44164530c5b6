"""What every part of a node works with, gathered once by whoever composes the process.

Job: hand the same database, log, clock and lists to all parts; nothing here decides anything.
`World` is the part that differs between a real process and a simulated one.
Must not know: pages, the link.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Protocol

from edge.identity import Identity
from edge.trusted_time import TrustedTime
from shared.clock import Millis
from shared.codelists import CodeLists
from shared.database import Connect, Database
from shared.enrolment import Life
from shared.ids import node_of_dot
from shared.ledger.log import OwnLog
from shared.ledger.making_ready import Mapped
from shared.watchlist import Matcher


class Nudge(Protocol):
    """Asks for a contact with the hub."""

    def __call__(self, *, everything: bool = False) -> None: ...


def no_link(*, everything: bool = False) -> None:
    """A node nobody connects: simulations and tests drive its rounds themselves."""


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """Everything from outside. `connect` opens the database file; `monotonic_ms` goes on in standby.

    `offset_min` is the post's offset from UTC at an instant; `disk_free_mb` and `store_mb` measure. `mapped`
    makes the persons of a long list ready, perhaps on another core.
    """

    connect: Connect
    now_ms: Millis
    monotonic_ms: Callable[[], int]
    random: Callable[[int], bytes]
    offset_min: Callable[[int], int] = lambda _: 0
    disk_free_mb: Callable[[], int | None] = lambda: None
    store_mb: Callable[[], int] = lambda: 0
    mapped: Mapped = map


@dataclass(frozen=True, slots=True, kw_only=True)
class Kit:
    """The node's parts. `boot` names this run of the process; `lives` are the numbers its log was and is
    under, the newest first. `metered`: the link's bytes cost, and only
    what is urgent is sent.

    `nudge` asks for a contact soon, because something urgent waits; with `everything` also for what
    would wait for its batch. It returns at once.
    """

    identity: Identity
    world: World
    database: Database
    log: OwnLog
    time: TrustedTime
    lists: CodeLists
    matcher: Matcher
    boot: bytes
    lives: tuple[Life, ...]
    demo: bool = False
    metered: bool = False
    nudge: Nudge = field(default=no_link)

    @property
    def node(self) -> int:
        return self.identity.certificate.node

    @property
    def renewing(self) -> bool:
        """Whether the device has a new number and its log is under the one before still."""
        return self.log.node != self.node

    @property
    def numbers(self) -> tuple[int, ...]:
        """The numbers of records made on this device, the newest first."""
        return tuple(life.node for life in self.lives)

    def owns(self, record: int) -> bool:
        """Whether a record was made on this device, under whichever of its numbers."""
        return node_of_dot(record) in self.numbers

    @property
    def post(self) -> str:
        return self.identity.certificate.post

    @property
    def country(self) -> str:
        return self.identity.certificate.country

    @property
    def epoch(self) -> int:
        return self.identity.certificate.epoch

    def now_ms(self) -> int:
        """The wall clock, raw: what a check records beside its clock flag."""
        return self.world.now_ms()

    def today(self) -> date:
        """The post's day, by the likeliest time."""
        ms = self.time.best_ms()
        local = datetime.fromtimestamp(ms / 1000, UTC) + timedelta(minutes=self.world.offset_min(ms))
        return local.date()
