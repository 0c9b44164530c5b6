"""What every part of a hub works with, gathered once by whoever composes the process.

Job: hand the same database, log, clock and lists to all parts; nothing here decides anything.
`World` is what differs between a real process and a simulated one.
Must not know: pages, HTTP.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

from hub.config import Policy
from hub.identity import Identity
from shared.clock import Millis
from shared.codelists import CodeLists
from shared.database import Connect, Database
from shared.enrolment import HubKeys
from shared.ids import Node
from shared.ledger.log import OwnLog
from shared.matching.matcher import PersonMatcher
from shared.watchlist import Matcher


def _keep_nowhere(_: HubKeys) -> None:
    """A hub whose keys outlive no restart: simulations and tests."""


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """Everything from outside. `connect` opens the database file, `save_keys` writes the key file.

    `monotonic_ms` measures how long something held the file, and `breathe` lets others have it meanwhile;
    without them time stands, and nobody waits: simulations and tests.
    """

    connect: Connect
    now_ms: Millis
    random: Callable[[int], bytes]
    save_keys: Callable[[HubKeys], None] = _keep_nowhere
    monotonic_ms: Callable[[], int] = lambda: 0
    breathe: Callable[[], None] = lambda: None


@dataclass(frozen=True, slots=True, kw_only=True)
class Kit:
    """The hub's parts."""

    identity: Identity
    world: World
    database: Database
    log: OwnLog
    lists: CodeLists
    policy: Policy = field(default_factory=Policy)
    matcher: Matcher = field(default_factory=partial(PersonMatcher, words_kept=1 << 16))

    @property
    def node(self) -> Node:
        return self.identity.certificate.node

    def now_ms(self) -> int:
        return self.world.now_ms()
