"""A whole new list from a snapshot: verified block by block, made beside today's, switched to at once.

Job: begin, go on, give up; and afterwards find what the new list says of earlier checks, and let the
old one go. Every step is one short transaction that also notes how far it is, so that whatever cuts
the power, the next call goes on from there.
Invariants
* Nothing of a block is used before the block is verified against the signed manifest.
* Today's list answers until the switch; the cursor moves in the transaction of the switch.
* A change this node knows is never lost to a list that does not have it: records are merged.
* A list older than the one held, another hub's, or one not made for this node, changes nothing.
Must not know: files, links, pages.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from edge import answering, hitting
from edge.incoming import Incoming
from edge.kit import Kit
from edge.preparing import Prepared, prepare
from edge.store import checks, feed, load, next_list, passed_over, past_list
from edge.store.load import USABLE, Load, Phase
from shared.database import Connection
from shared.errors import SessionError, StaleError
from shared.ids import SYSTEM
from shared.ledger import accounts
from shared.ledger.savepoint import Spoilt, attempt, sparing
from shared.limits import APPLY_SLICE_MS, LATE_HIT_CHECKS, SNAPSHOT_MAX_BLOCKS
from shared.scope import scopes_of_node
from shared.snapshot import Manifest, Opening, open_block
from shared.watchlist import subject_of

Block = Callable[[int], bytes]
"""Gives the bytes of one block by its number. Raises RemoteError where it cannot."""

_AT_ONCE: Final = 200  # records looked at in one go: a few milliseconds
_LAST_TOUCHED: Final = 10  # so many may be left for the transaction of the switch itself


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far a load is: `share` of the work until the list can be used, 0 … 1; 1 means it is in use."""

    share: float
    records: int
    of_records: int
    phase: Phase | None


class Loader:
    """Loads snapshots into one node's file. One at a time: whoever calls sees to that."""

    def __init__(self, kit: Kit, *, breathe: Callable[[], None] = lambda: None) -> None:
        """`breathe` is called between transactions: whoever else writes gets the lock meanwhile."""
        self._kit = kit
        self._breathe = breathe
        self._incoming = Incoming(kit, breathe=breathe)

    # --- begin, or find that it has begun ---

    def believe(self, opening: Opening) -> tuple[Manifest, bytes]:
        """The manifest and the content key, once both are meant for this node. Raises RemoteError."""
        identity = self._kit.identity
        manifest = opening.believe(hub=identity.hub_tag, key=identity.hub.hub.verify_key)
        key = opening.content_key(manifest, node=self._kit.node, box=identity.keys.box)
        with self._kit.database.snapshot() as tx:
            self._judge(tx, manifest)
        return manifest, key

    def begin(self, manifest: Manifest) -> None:
        """Start, or go on with what was started. Another unfinished load is dropped first."""
        kit = self._kit
        while True:
            with kit.database.transaction() as tx:
                under_way = load.read(tx)
                if under_way is None:
                    self._judge(tx, manifest)
                    next_list.make(tx, keys_version=kit.matcher.keys_version)
                    load.start(tx, manifest, keeps_all=0 < feed.state(tx).generation < manifest.generation)
                    return
                if under_way.phase in USABLE:
                    if under_way.name == manifest.name:
                        return
                elif under_way.phase is not Phase.DROP:
                    current = next_list.is_current(tx, keys_version=kit.matcher.keys_version)
                    if under_way.name == manifest.name and current:
                        return
                    _give_up(tx)
            self.tend()

    def _judge(self, tx: Connection, manifest: Manifest) -> None:
        """Whether the list may come in over the one held. Raises SessionError, StaleError."""
        kit = self._kit
        scopes = scopes_of_node(node=kit.node, post=kit.post, country=kit.country)
        if manifest.scope not in scopes:
            raise SessionError(
                "snapshot_other_scope",
                f"the snapshot is the list of {manifest.scope}, which this node does not read",
                hint="Take a snapshot made for this post's lists.",
            )
        under_way = load.read(tx)
        if under_way is not None and under_way.name == manifest.name:
            return  # it was judged when it began, and again at the switch
        held = feed.state(tx).generation
        cursor = next(each for each in feed.cursors(tx) if each.scope == manifest.scope)
        if manifest.generation < held or (
            manifest.generation == held and manifest.position < cursor.position
        ):
            raise SessionError(
                "feed_rolled_back",
                "the snapshot is older than the list this node holds",
                hint="Nothing was changed. Ask the centre for a newer one, or let the feed go on.",
            )
        if manifest.generation == held and manifest.position == cursor.position:
            if manifest.chain != cursor.chain:
                raise SessionError(
                    "feed_forked",
                    "the snapshot tells another history than the list this node holds",
                    hint="Stop, and call the centre: its feed says two things at one position.",
                )
            raise StaleError(
                "snapshot_not_newer",
                "this node already holds the list as the snapshot has it",
                hint="Nothing to do.",
            )

    # --- until it can be used ---

    def run(self, manifest: Manifest, key: bytes, block: Block) -> Iterator[Progress]:
        """Load on from where it stands, until the new list is in use; yields after every step.

        Raises RemoteError for a block that is not what the hub signed, StaleError `snapshot_overtaken`
        where the feed has brought more meanwhile, `snapshot_busy`, StoreError.
        """
        while True:
            with self._kit.database.snapshot() as tx:
                now = load.read(tx)
            if now is None or now.name != manifest.name or now.phase in USABLE or now.phase is Phase.DROP:
                return
            yield progress(now)
            if now.phase is Phase.SWITCH:
                self._switch(now)
                continue
            ready = None
            if now.phase is Phase.BLOCKS and now.done < now.blocks:
                batch = open_block(block(now.done), manifest, key, number=now.done)
                ready = prepare(batch, self._kit.matcher)
            with load.undurable(self._kit.database.connection()):
                self._step(now, ready)

    def _step(self, now: Load, ready: Prepared | None) -> None:
        """One step before the switch."""
        if ready is not None:
            self._incoming.take(now, ready)
            return
        steps = {
            Phase.BLOCKS: self._incoming.end_blocks,
            Phase.PERSONS: self._incoming.file_persons,
            Phase.KEYS: self._incoming.sort_in,
            Phase.HELD: self._incoming.carry_held,
            Phase.ROWS: self._incoming.carry_rows,
            Phase.CHANGES: self._incoming.carry_changes,
        }
        steps[now.phase](now)

    def _switch(self, now: Load) -> None:
        """Carry over what moved meanwhile; once little is left, that and the switch in one transaction."""
        kit = self._kit
        with kit.database.snapshot() as tx:
            floor = checks.nth_newest(tx, node=kit.log.node, count=LATE_HIT_CHECKS)
        with kit.database.transaction() as tx:
            load.hold_to(tx, now)
            waiting = next_list.touched(tx, _LAST_TOUCHED + 1)
            if len(waiting) > _LAST_TOUCHED:
                self._incoming.settle_some(tx, now)
                return
            if not self._still_newer(tx, now):
                _give_up(tx)
            else:
                for record in waiting:
                    self._incoming.settle(tx, now, record)
                newest = checks.newest(tx, nodes=kit.numbers, limit=1)
                next_list.switch(tx)
                past_list.forget_touched(tx)
                if feed.state(tx).generation != now.generation:
                    feed.begin_generation(tx, now.generation)
                feed.move_to(tx, now.scope, position=now.position, chain=now.chain, made_ms=now.made_ms)
                load.set_late_floor(tx, floor)
                load.move(tx, Phase.LATE_HITS, newest[0].id + 1 if newest else 0)
                kit.time.told(now.made_ms)  # who knows how long the file was on its way
                return
        raise StaleError(
            "snapshot_overtaken",
            "the feed brought this node further than the file while it was being loaded",
            hint="Nothing to do: the list in use is the newer one.",
        )

    def _still_newer(self, tx: Connection, now: Load) -> bool:
        held = feed.state(tx).generation
        cursor = next(each for each in feed.cursors(tx) if each.scope == now.scope)
        return (held, cursor.position) < (now.generation, now.position)

    # --- afterwards ---

    def tend(self) -> bool:
        """One step of what is left to do behind the switch, or after giving up; whether more is left.

        A load that still waits for its file is left alone.
        """
        self._breathe()
        with self._kit.database.snapshot() as tx:
            if load.read(tx) is None:
                return False  # nearly always: and then nobody need wait for the write lock
        with self._kit.database.transaction() as tx:
            now = load.read(tx)
            if now is None or now.phase not in (*USABLE, Phase.DROP):
                return False
            if now.phase is Phase.LATE_HITS:
                self._late_hits(tx, now)
            elif now.phase is Phase.SWEEP and self._let_go(tx, now):
                pass
            else:
                return self._clear(tx, past_list.NEXT if now.phase is Phase.DROP else past_list.PAST)
        return True

    def _clear(self, tx: Connection, which: past_list.Which) -> bool:
        """Empty tables for one slice; whether any are left."""
        until = self._kit.world.monotonic_ms() + APPLY_SLICE_MS // 2
        while past_list.clear(tx, which, count=_AT_ONCE):
            if self._kit.world.monotonic_ms() >= until:
                return True
        load.end(tx)
        return False

    def give_up(self) -> None:
        """Drop a load that is not in use yet; what it made goes with `tend`."""
        with self._kit.database.transaction() as tx:
            now = load.read(tx)
            if now is not None and now.phase not in (*USABLE, Phase.DROP):
                _give_up(tx)

    def _late_hits(self, tx: Connection, now: Load) -> None:
        """Run earlier checks against the new list, newest first."""
        kit, until = self._kit, self._kit.world.monotonic_ms() + APPLY_SLICE_MS
        done = now.done
        while True:
            found = checks.before(tx, node=kit.log.node, below=done, limit=1)
            if not found or found[0].id < now.late_floor:
                load.move(tx, Phase.SWEEP)
                return
            check = found[0]
            done = check.id
            spoilt: Spoilt = {}
            if not check.values.get("void"):
                with sparing(spoilt, check.id), attempt(tx):
                    hitting.append(
                        kit, tx, check=check.id, values=check.values, author=SYSTEM, late=True,
                        found=answering.search(kit, tx, subject_of(check.values)).found,
                    )  # fmt: skip
            passed_over.note(tx, spoilt, at_ms=kit.now_ms())
            load.move(tx, Phase.LATE_HITS, done)
            if kit.world.monotonic_ms() >= until:
                return

    def _let_go(self, tx: Connection, now: Load) -> bool:
        """Forget some of what only the old list held; whether there was something to look at."""
        if now.keeps_all or not past_list.is_there(tx, "past_held"):
            return False
        gone = past_list.let_go(tx, now.scope, nodes=self._kit.numbers, count=_AT_ONCE)
        for record in gone or ():
            accounts.end_sessions(tx, record)
        return gone is not None


def progress(now: Load) -> Progress:
    """How far a load is. The weights are those of measured time."""
    in_phase = {
        Phase.BLOCKS: 0.75 * now.done / max(now.blocks, 1),
        Phase.PERSONS: 0.75 + 0.12 * now.done / (next_list.YEARS * SNAPSHOT_MAX_BLOCKS),
        Phase.KEYS: 0.87 + 0.11 * now.done / next_list.BUCKETS,
        Phase.DROP: 0.0,
    }
    share = 1.0 if now.phase in USABLE else in_phase.get(now.phase, 0.98)
    return Progress(share=share, records=now.loaded, of_records=now.records, phase=now.phase)


def _give_up(tx: Connection) -> None:
    next_list.stop_noting(tx)
    past_list.forget_touched(tx)
    load.move(tx, Phase.DROP)
