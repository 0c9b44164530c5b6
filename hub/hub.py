"""The hub: its parts put together.

Job: the composition root of a hub process. `build` makes a `Hub` from a configuration; a simulation
makes one from a `World` of its own with `Hub` itself.
Invariants: nothing here decides anything; closing leaves the database whole.
Must not know: HTTP, schedules.
"""

from __future__ import annotations

import time
from functools import partial
from typing import Final, Self

from hub import identity as papers
from hub import offered, unmatchable
from hub.backup import Backups
from hub.config import Config, Policy
from hub.courier import Courier
from hub.desk import Desk
from hub.exchange import Exchange
from hub.feed import Feed
from hub.identity import Identity
from hub.inbox import Inbox
from hub.indexer import Indexer
from hub.kit import Kit, World
from hub.merger import Merger
from hub.prekeys import PrekeyRing, first_number
from hub.rematch import Rematch
from hub.returns import Returns
from hub.snapshots import Snapshots
from hub.standing import Revoked
from hub.store import custody, forms, lives, opening, uploads
from hub.succession import Succession
from shared.codelists import CodeLists, load
from shared.crypto import random_bytes
from shared.database import Database
from shared.enrolment import Certificate, files
from shared.ids import SYSTEM
from shared.ledger import audit
from shared.ledger.audit import Line
from shared.ledger.log import OwnLog
from shared.limits import UPLOAD_KEEP_DAYS

_DAY_MS: Final = 24 * 60 * 60 * 1000
_FORMS_KEPT_DAYS: Final = 2  # a page left open over a shift, and the next
_SECRET_BYTES: Final = 32
_DROP_A_TURN: Final = 2_000
_BREATH_S: Final = 0.002  # between two slices of writing, for whoever waits to write
_DOORBELL_PORT: Final = "doorbell_port"


class Hub:
    """A running hub without its web server. Safe to use from several threads."""

    def __init__(
        self,
        identity: Identity,
        world: World,
        *,
        policy: Policy | None = None,
        lists: CodeLists | None = None,
        tends: bool = True,
    ) -> None:
        """`tends` is whether this process looks after the hub's keys and kept bundles.

        One process does. A command that works beside the running hub must not: two that rotate
        prekeys would each write a key file without the other's keys.
        """
        database = Database(world.connect, key=identity.database_key)
        spoilt = opening.make_ready(database)
        log = OwnLog(node=identity.certificate.node, now_ms=world.now_ms)
        self.kit = Kit(
            identity=identity,
            world=world,
            database=database,
            log=log,
            lists=lists or load(),
            policy=policy or Policy(),
        )
        if spoilt:
            with database.transaction() as tx:
                unmatchable.note(tx, spoilt, at_ms=world.now_ms())
        generation, first_prekey = self._settle(log)
        self.ring = PrekeyRing(
            identity.keys, database=database, now_ms=world.now_ms, save=world.save_keys, first=first_prekey
        )
        self.revoked = Revoked(self.kit)
        if identity.revocations_paper is not None:
            self.revoked.take(identity.revocations_paper)
        self.feed = Feed(self.kit, generation=generation, restored=first_prekey > 1)
        self.merger = Merger(self.kit, self.feed)
        self.inbox = Inbox(self.kit, self.merger, self.ring, self.revoked)
        self.returns = Returns(self.kit, feed=self.feed, merger=self.merger, ring=self.ring)
        self.indexer = Indexer(self.kit)
        self.retro_check = Rematch(self.kit, self.merger)
        self.backups = Backups(self.kit, feed=self.feed)
        self.snapshots = Snapshots(self.kit, feed=self.feed, revoked=self.revoked)
        succession = Succession(self.kit, feed=self.feed, ring=self.ring)
        self._exchange = Exchange(
            self.kit,
            inbox=self.inbox,
            feed=self.feed,
            ring=self.ring,
            revoked=self.revoked,
            returns=self.returns,
            succession=succession,
        )
        self.courier = Courier(
            self.kit,
            inbox=self.inbox,
            feed=self.feed,
            ring=self.ring,
            revoked=self.revoked,
            returns=self.returns,
            succession=succession,
            admit=self._exchange.admit,
            signed_ms=self._exchange.signed_ms,
        )
        self.desk = Desk(
            self.kit,
            merger=self.merger,
            indexer=self.indexer,
            revoked=self.revoked,
            give_up=self.inbox.give_up_gap,
        )
        if tends:
            self.ring.rotate()
            self._retry()

    def admit(self, paper: bytes) -> Certificate:
        """Make a node known by its certificate. Raises TrustError, InputError."""
        certificate = Certificate.read(paper, authority=self.kit.identity.authority.verify_key)
        self._exchange.admit(certificate, paper)
        return certificate

    def exchange(self, question: bytes) -> bytes:
        """Answer one node's question: bytes in, bytes out. Raises as `Exchange.answer`."""
        self.indexer.hold_close()
        return self._exchange.answer(question)

    def carry(self, load: bytes) -> bytes:
        """Take a load that a relay handed on, and reply with packets. Raises as `Courier.take`."""
        self.indexer.hold_close()
        return self.courier.reply(load)

    # --- upkeep: what the scheduler calls ---

    def catch_up(self) -> None:
        """Bring the search up to date; with nothing new to take in, file some anew, or tidy."""
        if not self.indexer.catch_up() and not self.indexer.turn(later=True):
            self.indexer.tidy()

    def rematch(self) -> int:
        """Ask again about what became findable, for a bounded while; how many late hits came of it."""
        return self.retro_check.catch_up()

    def rotate_prekeys(self) -> None:
        self.ring.rotate()

    def checkpoint(self) -> None:
        """Move the write-ahead log into the file, as far as readers let it."""
        opening.checkpoint(self.kit.database.connection())

    def let_go(self) -> None:
        """Drop the bytes of merged bundles that are kept no longer, and beginnings nobody goes on with."""
        with self.kit.database.transaction() as tx:
            uploads.give_up(tx, before_ms=self.kit.now_ms() - UPLOAD_KEEP_DAYS * _DAY_MS)
            forms.forget_before(tx, self.kit.now_ms() - _FORMS_KEPT_DAYS * _DAY_MS)
        before = self.kit.now_ms() - self.kit.policy.keep_bundles_days * _DAY_MS
        while True:
            with self.kit.database.transaction() as tx:
                if custody.drop_raw(tx, before_ms=before, at_most=_DROP_A_TURN) < _DROP_A_TURN:
                    return

    def secret_key(self) -> bytes:
        """What signs the console's CSRF cookies: made once, kept over restarts."""
        with self.kit.database.transaction() as tx:
            kept = opening.kept_bytes(tx, "secret_key")
            if kept is None:
                kept = self.kit.world.random(_SECRET_BYTES)
                opening.keep_bytes(tx, "secret_key", kept)
            return kept

    def doorbell_port(self) -> int:
        """The port at which the doorbell listens beside this hub; 0 where none runs."""
        with self.kit.database.snapshot() as tx:
            return opening.kept_number(tx, _DOORBELL_PORT)

    def keep_doorbell_port(self, port: int) -> None:
        with self.kit.database.transaction() as tx:
            opening.keep_number(tx, _DOORBELL_PORT, port)

    def close(self) -> None:
        self.kit.database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _settle(self, log: OwnLog) -> tuple[int, int]:
        """(The log's generation, the first prekey's number) of this life of the hub, which may begin now."""
        kit = self.kit
        with kit.database.transaction() as tx:
            generation, begins = lives.settle(tx, node=kit.node, at_ms=kit.now_ms())
            log.set_up(tx)
            if begins:
                detail = f"hub {kit.node}, generation {generation}"
                line = Line(
                    at_ms=kit.now_ms(), officer=SYSTEM, device="hub", action="life_began", detail=detail
                )
                audit.write(tx, line)
            return generation, first_number(kit.node) if lives.count(tx) > 1 else 1

    def _retry(self) -> None:
        """After a start, which may be after an upgrade: try what could not be read before."""
        with self.kit.database.transaction() as tx:
            self.inbox.retry_quarantined(tx, at_ms=self.kit.now_ms())
        self.indexer.begin()


def now_ms() -> int:
    """The machine's clock in UTC milliseconds."""
    return time.time_ns() // 1_000_000


def build(config: Config, *, tends: bool = False) -> Hub:
    """The hub of a data directory; `tends` for the process that runs it. Raises ConfigError, StoreError."""
    identity = papers.load(config.data, key_file=config.key_file)
    world = World(
        connect=opening.connect_to(config.data / files.DATABASE),
        now_ms=now_ms,
        random=random_bytes,
        save_keys=partial(papers.save_keys, config.data, identity, key_backup=config.key_backup),
        monotonic_ms=lambda: time.monotonic_ns() // 1_000_000,
        breathe=partial(time.sleep, _BREATH_S),
    )
    hub = Hub(identity, world, policy=config.policy, tends=tends)
    if tends:
        hub.snapshots.sweep(config.data / offered.FOLDER)
    return hub
