"""What a snapshot brings, into the list to come; and what today's list has besides, carried over.

Job: the steps of a load before its switch. A record that has its creating change alone becomes a row
and nothing else; every other one is merged from all that is known of it, on both sides.
Invariants
* What needs no write lock was done before (`preparing`); each transaction ends after a slice of time.
* A step done again changes nothing: a cut in the middle of a block repeats the block.
* Own changes that the hub has not acknowledged, and what other scopes hold, are in the list to come.
Must not know: files, the session, pages.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from itertools import islice, starmap
from typing import Final

from edge.key_runs import CHUNK, Step, runs_of, sorted_in
from edge.kit import Kit
from edge.preparing import Prepared, values_of
from edge.replica import Replica
from edge.store import load, next_list, passed_over, watch
from edge.store.load import Load, Phase
from edge.store.next_list import BUCKETS, YEARS
from shared import wire
from shared.change import Change
from shared.database import Connection
from shared.ledger import records
from shared.ledger.person_rows import EntryRow, Written, lot_of
from shared.ledger.rows import plain, shown
from shared.ledger.savepoint import Spoilt, sparing
from shared.limits import APPLY_SLICE_MS, SNAPSHOT_MAX_BLOCKS
from shared.schema import SCHEMA, Kind

_ALERT: Final = SCHEMA[Kind.ALERT]
_PERSONS: Final = 25_000  # filed in one go: some twenty megabytes
_RANGE: Final = 500  # records of today's list looked at in one step


class Incoming:
    """The steps that make the list to come."""

    def __init__(self, kit: Kit, *, breathe: Callable[[], None]) -> None:
        self._kit = kit
        self._breathe = breathe
        self._replica = Replica(kit)

    # --- blocks ---

    def take(self, now: Load, ready: Prepared) -> None:
        """Bring one verified block into the list to come, in slices; the last one moves on."""
        with self._slices(now, self._steps(now, ready)) as tx:
            next_list.keep_run(tx, now.done, ready.runs)
            next_list.keep_persons(tx, now.done, ready.persons)
            passed_over.note(tx, ready.spoilt, at_ms=self._kit.now_ms())
            load.move(tx, Phase.BLOCKS, now.done + 1, records=ready.records)

    def _steps(self, now: Load, ready: Prepared) -> Iterator[Step]:
        for at in range(0, len(ready.rows), CHUNK):
            yield partial(self._put_rows, ready, at, now.scope)
        for at in range(0, len(ready.whole), CHUNK):
            yield partial(self._put_whole, ready, at, now.scope)
        if ready.begun:
            yield partial(self._put_begun, ready.begun, now.scope)
        for change in ready.others:
            yield partial(self._put_other, change, now.scope)

    def _put_rows(self, ready: Prepared, at: int, scope: str, tx: Connection) -> None:
        """Records of one change: their rows say it all."""
        rows = ready.rows[at : at + CHUNK]
        next_list.add_plain(tx, ready.numbers, rows)
        self._note(tx, ready, [row[0] for row in rows], scope)
        for record in next_list.excluded(tx, rows[0][0], rows[-1][0]):
            next_list.touch(tx, record)  # taken out again, with the keys and the person filed for it

    def _put_whole(self, ready: Prepared, at: int, scope: str, tx: Connection) -> None:
        """Records of which more is known than a row can say."""
        some = ready.whole[at : at + CHUNK]
        _remember(tx, [change for changes, _ in some for change in changes])
        next_list.add(tx, [row for _, row in some if row is not None])
        ids = [changes[0].record for changes, _ in some]
        self._note(tx, ready, ids, scope)
        for record in next_list.refused(tx, ids[0], ids[-1]):
            next_list.touch(tx, record)  # merge has to leave something out

    def _note(self, tx: Connection, ready: Prepared, ids: Sequence[int], scope: str) -> None:
        next_list.watch(tx, [ready.watched[alert] for alert in ids if alert in ready.watched])
        next_list.hold(tx, ids, scope)

    def _put_begun(self, changes: Sequence[Change], scope: str, tx: Connection) -> None:
        """What belongs to a record of the block before: merged once all that it is found by is in."""
        _remember(tx, changes)
        for record in {change.record for change in changes}:
            next_list.hold(tx, [record], scope)
            next_list.touch(tx, record)

    def _put_other(self, change: Change, scope: str, tx: Connection) -> None:
        """No alert: nothing that is looked up in the list, so it is applied as the feed would."""
        next_list.hold(tx, [change.record], scope)
        self._replica.one_alone(tx, scope, change)

    @contextmanager
    def _slices(self, now: Load, work: Iterator[Step]) -> Iterator[Connection]:
        """Do all steps, a slice in a transaction; the block runs in the last one."""
        while True:
            self._breathe()
            with self._kit.database.transaction() as tx:
                load.hold_to(tx, now)
                until = self._slice_ends()
                for step in work:
                    step(tx)
                    if self._kit.world.monotonic_ms() >= until:
                        break
                else:
                    yield tx
                    return

    def _slice_ends(self) -> int:
        # Committing what a slice wrote takes about as long as writing it.
        return self._kit.world.monotonic_ms() + APPLY_SLICE_MS // 2

    def end_blocks(self, now: Load) -> None:
        """All blocks are in: go on with their persons."""
        self._move_on(now, Phase.PERSONS)

    def _move_on(self, now: Load, phase: Phase) -> None:
        with self._kit.database.transaction() as tx:
            load.hold_to(tx, now)
            load.move(tx, phase)

    # --- persons and keys ---

    def file_persons(self, now: Load) -> None:
        """File some people of some years of birth, in slices; the last one moves on."""
        years, block = divmod(now.done, SNAPSHOT_MAX_BLOCKS)
        if years >= YEARS:
            self._move_on(now, Phase.KEYS)
            return
        batch: list[Written] = []
        with self._kit.database.snapshot() as tx:
            after, further = next_list.WANTED.persons(tx), False
            for each, packed in next_list.persons_of(tx, years, block):
                if len(batch) >= _PERSONS:
                    further = True
                    break
                block = each + 1
                persons = wire.unpack(packed, max_bytes=len(packed))
                assert isinstance(persons, list)  # we wrote it
                batch += starmap(Written, persons)
        lot = lot_of(batch, after=after)
        chunks = iter(lambda: list(islice(lot.rows, CHUNK)), [])
        steps: Iterator[Step] = (partial(_put_persons, rows) for rows in chunks)
        with self._slices(now, steps) as tx:
            next_list.keep_run(tx, now.done, runs_of(lot))
            next_list.WANTED.add_total(tx, len(batch))
            next_list.drop_persons(tx, years, block)
            then = years * SNAPSHOT_MAX_BLOCKS + block if further else (years + 1) * SNAPSHOT_MAX_BLOCKS
            load.move(tx, Phase.PERSONS, then)

    def sort_in(self, now: Load) -> None:
        """Bring one part of the keys into their table, in order, in slices; the last one moves on."""
        if now.done >= BUCKETS:
            self._move_on(now, Phase.HELD)
            return
        with self._kit.database.snapshot() as tx:
            run = next_list.run_of(tx, now.done)
        with self._slices(now, sorted_in(now.done, run)) as tx:
            next_list.drop_run(tx, now.done)
            load.move(tx, Phase.KEYS, now.done + 1)

    # --- what today's list has besides ---

    def carry_held(self, now: Load) -> None:
        """What other scopes hold goes on being held."""
        scope = "" if now.keeps_all else now.scope

        def carry(tx: Connection, after: int, last: int, _until: int) -> int:
            next_list.carry_held(tx, after, last, scope=scope)
            return last

        self._carry(now, ("held",), carry, Phase.ROWS)

    def carry_rows(self, now: Load) -> None:
        """Alerts the snapshot does not have: kept where another scope or this node itself has them."""

        def carry(tx: Connection, after: int, last: int, until: int) -> int:
            return self._settle_each(tx, now, next_list.missing(tx, after, last), last=last, until=until)

        self._carry(now, ("alert_record",), carry, Phase.CHANGES)

    def carry_changes(self, now: Load) -> None:
        """Changes the snapshot does not have: merged with those it has."""

        tables = ("history", "history_loaded")

        def carry(tx: Connection, after: int, last: int, until: int) -> int:
            found = {record for table in tables for record in next_list.edited(tx, table, after, last)}
            return self._settle_each(tx, now, found, last=last, until=until)

        self._carry(now, tables, carry, Phase.SWITCH)

    def _settle_each(self, tx: Connection, now: Load, found: Iterable[int], *, last: int, until: int) -> int:
        """Settle records until a time; returns up to where all of them are: `last`, if that was enough."""
        for record in sorted(found):
            self.settle(tx, now, record)
            if self._kit.world.monotonic_ms() >= until:
                return record
        return last

    def _carry(
        self,
        now: Load,
        tables: Sequence[str],
        carry: Callable[[Connection, int, int, int], int],
        then: Phase,
    ) -> None:
        """Walk today's tables from where the load stands, for one slice. `carry` is told after which record,
        up to which and until when, and says how far it came."""
        self._breathe()
        until, done = self._slice_ends(), now.done
        with self._kit.database.transaction() as tx:
            load.hold_to(tx, now)
            while True:
                ends = [next_list.upto(tx, table, done, _RANGE) for table in tables]
                last = min((end for end in ends if end is not None), default=None)
                if last is None:
                    load.move(tx, then)
                    return
                done = carry(tx, done, last, until)
                load.move(tx, now.phase, done)
                if self._kit.world.monotonic_ms() >= until:
                    return

    def settle_some(self, tx: Connection, now: Load) -> None:
        """Bring over some of what moved in today's list meanwhile."""
        until = self._slice_ends()
        for record in next_list.touched(tx, _RANGE):
            self.settle(tx, now, record)
            if self._kit.world.monotonic_ms() >= until:
                return

    def settle(self, tx: Connection, now: Load, record: int) -> None:
        """Set one record of the list to come to what merge says of all that is known of it."""
        next_list.settled(tx, record)
        if next_list.is_purged(tx, record):
            next_list.set_holders(tx, record, ())
            next_list.forget(tx, record)
            return
        holders = next_list.holders(tx, record, scope=now.scope, keeps_all=now.keeps_all)
        next_list.set_holders(tx, record, holders)
        changes = self._known(tx, record)
        if not changes:
            return  # no alert
        own = self._kit.owns(record)
        dots = [change.dot for change in changes]
        if not (holders or own or next_list.is_unsettled(tx, dots, node=self._kit.log.node)):
            next_list.forget(tx, record)
            return
        row = shown(_ALERT, record, changes, records.refused_of(tx, record))
        if len(changes) > 1 or plain(_ALERT, changes[0]) != row:
            _remember(tx, changes)
        wanted, spoilt = None, Spoilt()
        if row is not None:
            with sparing(spoilt, record):
                wanted = watch.wanted_in(self._kit.matcher, values_of(row))
        passed_over.note(tx, spoilt, at_ms=self._kit.now_ms())
        next_list.put(tx, record, row, wanted)

    def _known(self, tx: Connection, record: int) -> list[Change]:
        """Every change of an alert, of today's list and of the one to come, in dot order."""
        found = {each.dot: each for each in records.changes_of(tx, Kind.ALERT, record)}
        for payload in next_list.payloads_of(tx, record):
            change = wire.unpack_change(payload)
            if change.kind == Kind.ALERT:
                found[change.dot] = change
        if record not in found:
            created = next_list.created(tx, record)
            if created is not None:
                found[created.dot] = created
        return [found[dot] for dot in sorted(found)]


def _remember(tx: Connection, changes: Iterable[Change]) -> None:
    next_list.remember(tx, [(each.record, each.dot, wire.pack_change(each)) for each in changes])


def _put_persons(rows: Sequence[EntryRow], tx: Connection) -> None:
    next_list.WANTED.add_rows(tx, rows)
