"""The node's copy of what the hub says: segments applied, lists kept matching, late hits found.

Invariants
* A transaction is cut off after a slice of time, so that the booth never waits for a feed; a
  cursor moves in the transaction that applies the last change of its segment.
* An alert, its keys and the hits it makes on earlier checks are committed together.
* A change that cannot be applied is passed over and kept, alone: neither the feed nor the lease waits for it.
* Applying a segment again changes nothing and finds nothing twice.
* What bears this log's own numbers and is not its own is kept apart, and so is what is said of a record
  that this log has yet to make: the disk was copied.
* A record that leaves a scope goes when no other scope holds it; this node's own never do.
Must not know: the session, who sends, pages.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from itertools import groupby, islice
from typing import Final

from edge import answering, hitting
from edge.kit import Kit
from edge.store import feed, lives, passed_over, watch
from shared import wire
from shared.change import Change
from shared.database import Connection
from shared.ids import SYSTEM, feed_of_dot, lane_of_feed, node_of_dot, seq_of_dot
from shared.ledger import accounts, records
from shared.ledger.records import Effect
from shared.ledger.savepoint import Spoilt, attempt, sparing
from shared.limits import APPLY_SLICE_MS
from shared.schema import Kind, field_by_name
from shared.segment import Segment
from shared.watchlist import subject_of

_ABOUT: Final = {
    Kind.REFUSED_CHANGE: field_by_name(Kind.REFUSED_CHANGE, "of").number,
    Kind.TOMBSTONE: field_by_name(Kind.TOMBSTONE, "of").number,
}
_RUN_MAX: Final = 10  # new alerts at a time, about a quarter of a slice: what is saved is saved by then
_LEFT: Final = field_by_name(Kind.SCOPE_LEAVE, "of").number
_LEFT_SCOPE: Final = field_by_name(Kind.SCOPE_LEAVE, "scope").number


class Replica:
    """Applies what was heard. One at a time; `apply` is safe to interrupt anywhere and to repeat."""

    def __init__(self, kit: Kit) -> None:
        self._kit = kit

    def apply(self, segments: Iterable[Segment], *, head_ms: int) -> int:
        """Apply segments in order; returns how many late hits were found. `head_ms` dates the originals."""
        late = 0
        for segment in segments:
            runs = deque(self._runs(segment.changes))
            while runs:
                with self._kit.database.transaction() as tx:
                    late += self._slice(tx, segment.scope, runs)
                    if not runs:
                        feed.move(tx, segment, now_ms=head_ms)
        return late

    def _runs(self, changes: Iterable[Change]) -> Iterator[list[Change]]:
        """The changes in order: new alerts a few together, any other alone."""
        for together, group in groupby(changes, self._is_new_alert):
            while run := [*islice(group, _RUN_MAX if together else 1)]:
                yield run

    def _is_new_alert(self, change: Change) -> bool:
        return change.kind == Kind.ALERT and change.creates and node_of_dot(change.dot) != self._kit.log.node

    def _slice(self, tx: Connection, scope: str, runs: deque[list[Change]]) -> int:
        """Apply runs, and take them off, until the slice is used up or none is left; returns late hits."""
        monotonic = self._kit.world.monotonic_ms
        until, late = monotonic() + APPLY_SLICE_MS, 0
        while runs:
            run = runs.popleft()
            if len(run) == 1:
                late += self.one_alone(tx, scope, run[0])
            elif (found := self._together(tx, scope, run)) is not None:
                late += found
            else:
                runs.extendleft([change] for change in reversed(run))
            if monotonic() >= until:
                break
        return late

    def _together(self, tx: Connection, scope: str, alerts: list[Change]) -> int | None:
        """Apply new alerts at half the cost of each alone; None, and nothing done, where one fails.

        How rare a name is then counts the others of the run, which the feed holds anyway.
        """
        late, spoilt = 0, Spoilt()
        with sparing(spoilt, 0), attempt(tx):
            new = [each.record for each in alerts if records.apply(tx, each).effect is not Effect.REPEATED]
            watch.hold(tx, [each.record for each in alerts], scope)
            late = hitting.late_hits(self._kit, tx, watch.rekey(tx, self._kit.matcher, new))
        return None if spoilt else late

    def one_alone(self, tx: Connection, scope: str, change: Change) -> int:
        """Apply one change; where that fails by what it says it is kept for later, and the feed goes on."""
        late, spoilt = 0, Spoilt()
        with sparing(spoilt, change.dot), attempt(tx):
            late = self.one(tx, scope, change)
        if spoilt:
            passed_over.keep(
                tx, dot=change.dot, record=_subject(change), failure=spoilt[change.dot], scope=scope,
                payload=wire.pack_change(change), at_ms=self._kit.now_ms(),
            )  # fmt: skip
        return late

    def one(self, tx: Connection, scope: str, change: Change) -> int:
        """Apply one change inside the caller's transaction; returns how many late hits came of it."""
        subject = _subject(change)
        if self._is_anothers(tx, change) or self._is_yet_to_come(tx, subject):
            lives.keep_apart(tx, change.dot, scope, wire.pack_change(change))
            return 0
        before = self._check_keys(tx, subject) if self._kit.owns(subject) else ()
        applied = records.apply(tx, change)
        if change.kind == Kind.TOMBSTONE:
            passed_over.forget(tx, subject)
        if change.kind == Kind.SCOPE_LEAVE:
            self._leave(tx, change)
            return 0
        watch.hold(tx, [change.record], scope)
        return 0 if applied.effect is Effect.REPEATED else self._follow(tx, change.kind, subject, before)

    def _is_anothers(self, tx: Connection, change: Change) -> bool:
        """Whether a change bears a number of this log that means something else here: a copied disk's."""
        log = self._kit.log
        if node_of_dot(change.dot) != log.node:
            return False
        ours = lives.payload_of(tx, change.dot)
        if ours is None:  # pruned, and so the hub's; or beyond what was ever logged here
            return self._is_yet_to_come(tx, change.dot)
        return ours != wire.pack_change(change)

    def _is_yet_to_come(self, tx: Connection, dot: int) -> bool:
        """Whether a number is this log's, and beyond what was ever logged here.

        Whoever speaks of such a record means another device's. Taken in, it would wait here for ours of that
        number: the next traveller would be saved under a stranger's name, or erased at birth.
        """
        log = self._kit.log
        if node_of_dot(dot) != log.node:
            return False
        return seq_of_dot(dot) > log.heads(tx)[lane_of_feed(feed_of_dot(dot))].seq

    def _follow(self, tx: Connection, kind: int, record: int, before: tuple[int, ...]) -> int:
        """Bring what depends on a record up to date with it; returns how many late hits came of it."""
        if kind == Kind.OFFICER:
            officer = records.read(tx, Kind.OFFICER, record)
            if officer is None or officer.values.get("disabled"):
                accounts.end_sessions(tx, record)
        if kind == Kind.ALERT or kind in _ABOUT:
            alerts = watch.rekey(tx, self._kit.matcher, [record])
            if alerts:
                return hitting.late_hits(self._kit, tx, alerts)
        if kind == Kind.CHECK or kind in _ABOUT:
            return self._rekey_check(tx, record, before)
        return 0

    def _check_keys(self, tx: Connection, record: int) -> tuple[int, ...]:
        check = records.read(tx, Kind.CHECK, record)
        return self._kit.matcher.keys_of(subject_of(check.values)) if check is not None else ()

    def _rekey_check(self, tx: Connection, record: int, before: tuple[int, ...]) -> int:
        """An own check that the desk or a refusal changed: found by what it says now, and matched again."""
        check = records.read(tx, Kind.CHECK, record)
        if check is None or check.values.get("void"):
            watch.key_check(tx, record, before=before, keys=())
            watch.file_check(tx, record, None)
            return 0
        subject = subject_of(check.values)
        keys = self._kit.matcher.keys_of(subject)
        watch.file_check(tx, record, subject)
        if set(keys) == set(before):
            return 0
        watch.key_check(tx, record, before=before, keys=keys)
        found = answering.search(self._kit, tx, subject).found
        return hitting.append(
            self._kit, tx, check=record, values=check.values, found=found, author=SYSTEM, late=True
        )

    def _leave(self, tx: Connection, change: Change) -> None:
        record, scope = change.fields.get(_LEFT), change.fields.get(_LEFT_SCOPE)
        if not isinstance(record, int) or not isinstance(scope, str):
            return
        if watch.let_go(tx, record, scope) and not self._kit.owns(record):
            records.forget(tx, record)
            passed_over.forget(tx, record)
            watch.rekey(tx, self._kit.matcher, [record])
            accounts.end_sessions(tx, record)


def _subject(change: Change) -> int:
    """The record a change is about: its own, or the one a tombstone or a refusal speaks of."""
    about = change.fields.get(_ABOUT[Kind(change.kind)]) if change.kind in _ABOUT else None
    return about if isinstance(about, int) and about > 0 else int(change.record)
