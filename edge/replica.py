"""The node's copy of what the hub says: segments applied, lists kept matching, late hits found.

Invariants
* A transaction is cut off after a slice of time, so that the booth never waits for a feed; a
  cursor moves in the transaction that applies the last change of its segment.
* An alert, its keys and the hits it makes on earlier checks are committed together.
* Applying a segment again changes nothing and finds nothing twice.
* A record that leaves a scope goes when no other scope holds it; this node's own never do.
Must not know: the session, who sends, pages.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from edge import hitting
from edge.kit import Kit
from edge.store import feed, watch
from shared.change import Change
from shared.database import Connection
from shared.ids import node_of_dot
from shared.ledger import accounts, records
from shared.ledger.records import Effect
from shared.limits import APPLY_SLICE_MS
from shared.schema import Kind, field_by_name
from shared.segment import Segment
from shared.watchlist import subject_of

_ABOUT: Final = {
    Kind.REFUSED_CHANGE: field_by_name(Kind.REFUSED_CHANGE, "of").number,
    Kind.TOMBSTONE: field_by_name(Kind.TOMBSTONE, "of").number,
}
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
            changes = iter(segment.changes)
            finished = False
            while not finished:
                with self._kit.database.transaction() as tx:
                    found, finished = self._slice(tx, segment.scope, changes)
                    late += found
                    if finished:
                        feed.move(tx, segment, now_ms=head_ms)
        return late

    def _slice(self, tx: Connection, scope: str, changes: Iterator[Change]) -> tuple[int, bool]:
        """Apply changes until the slice is used up; (late hits, whether none is left)."""
        monotonic = self._kit.world.monotonic_ms
        until, late = monotonic() + APPLY_SLICE_MS, 0
        for change in changes:
            late += self._one(tx, scope, change)
            if monotonic() >= until:
                return late, False
        return late, True

    def _one(self, tx: Connection, scope: str, change: Change) -> int:
        before = self._check_keys(tx, change)
        applied = records.apply(tx, change)
        if change.kind == Kind.SCOPE_LEAVE:
            self._leave(tx, change)
            return 0
        if applied.effect is Effect.REPEATED:
            watch.hold(tx, change.record, scope)
            return 0
        watch.hold(tx, change.record, scope)
        return self._follow(tx, change, before)

    def _follow(self, tx: Connection, change: Change, before: tuple[int, ...]) -> int:
        """Bring what depends on a record up to date with it."""
        record, kind = int(change.record), change.kind
        if kind in _ABOUT:  # it spoke about another record, which may be an alert
            about = change.fields.get(_ABOUT[Kind(kind)])
            record = about if isinstance(about, int) else 0
            kind = Kind.ALERT
        if kind == Kind.ALERT:
            alert = watch.rekey(tx, self._kit.matcher, record)
            return hitting.late_hits(self._kit, tx, alert) if alert is not None else 0
        if kind == Kind.OFFICER:
            officer = records.read(tx, Kind.OFFICER, record)
            if officer is None or officer.values.get("disabled"):
                accounts.end_sessions(tx, record)
        if kind == Kind.CHECK:
            self._rekey_check(tx, record, before)
        return 0

    def _check_keys(self, tx: Connection, change: Change) -> tuple[int, ...]:
        check = records.read(tx, Kind.CHECK, change.record) if change.kind == Kind.CHECK else None
        return self._kit.matcher.keys_of(subject_of(check.values)) if check is not None else ()

    def _rekey_check(self, tx: Connection, record: int, before: tuple[int, ...]) -> None:
        check = records.read(tx, Kind.CHECK, record)
        live = check is not None and not check.values.get("void")
        keys = self._kit.matcher.keys_of(subject_of(check.values)) if check is not None and live else ()
        watch.key_check(tx, record, before=before, keys=keys)

    def _leave(self, tx: Connection, change: Change) -> None:
        record, scope = change.fields.get(_LEFT), change.fields.get(_LEFT_SCOPE)
        if not isinstance(record, int) or not isinstance(scope, str):
            return
        if watch.let_go(tx, record, scope) and node_of_dot(record) != self._kit.node:
            records.forget(tx, record)
            watch.rekey(tx, self._kit.matcher, record)
            accounts.end_sessions(tx, record)
