"""The step of a log from one number to the next, in one transaction.

Job: what the centre lacks of the log gets new numbers, in its order: changes, the records they make, every
reference and context that names them; then what is derived from records is made again from them.
Invariants
* It is applied, not patched: the changes are taken out and the renumbered ones applied as any change is, so
  that rows, history and merge are what they would be had they been made so.
* What another device's changes did to our records under the same numbers stays behind with these numbers.
* The log is what counts: a record that the feed erased or refused under an id that was not ours is back.
* What the centre has already keeps its ids. Where it refers to a record that moves, it comes once more under
  a new id, referring to that one: twice is better than pointing at another device's record.
Must not know: sessions, files.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from edge import renewal
from edge.store import lives, watch
from shared import wire
from shared.change import Change, Value
from shared.clock import Millis
from shared.database import Connection, Database
from shared.enrolment import Certificate, Life
from shared.formerly import FORMERLY, with_former
from shared.ids import SYSTEM, Dot, Lane, Node, OfficerId, RecordId, feed_of, lane_of_feed, make_dot
from shared.ledger import audit, records, withdrawal
from shared.ledger.audit import Line
from shared.ledger.log import OwnLog
from shared.schema import SCHEMA, Kind, Rule, Type, record_type
from shared.session import mark_of
from shared.watchlist import Matcher, subject_of

_REFERENCES: Final = {
    kind: frozenset(f.number for f in row.fields if f.type in (Type.DOT, Type.DOTS))
    for kind, row in SCHEMA.items()
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ids:
    """New dots by old ones, and which record each old one was about."""

    new: Mapping[Dot, Dot]
    of: Mapping[Dot, int]

    def change(self, change: Change) -> Change:
        """The change under its new numbers. One that makes a record says what that was called."""
        record = RecordId(self.new.get(change.record, change.record))
        known = _REFERENCES.get(Kind(change.kind), frozenset()) if record_type(change.kind) else frozenset()
        fields = {n: self.value(v) if n in known else v for n, v in change.fields.items()}
        if change.creates:
            fields[FORMERLY] = with_former(change, old=change.dot, mark=mark_of(change))
        return Change(
            dot=self.new[change.dot],
            record=record,
            kind=change.kind,
            stamp=change.stamp,
            author=OfficerId(self.new.get(Dot(change.author), Dot(change.author))),
            fields=fields,
            context={n: self._seen(dots, change.record) for n, dots in change.context.items()},
        )

    def value(self, value: Value) -> Value:
        """A reference, or several."""
        if isinstance(value, tuple):
            return tuple(self.new.get(Dot(each), Dot(each)) for each in value if isinstance(each, int))
        return self.new.get(Dot(value), Dot(value)) if isinstance(value, int) else value

    def names_moved(self, change: Change) -> bool:
        """Whether a change refers to one that moves."""
        known = _REFERENCES.get(Kind(change.kind), frozenset()) if record_type(change.kind) else frozenset()
        said = [change.fields.get(number) for number in known]
        each = [dot for value in said for dot in (value if isinstance(value, tuple) else (value,))]
        return any(dot in self.new for dot in each)

    def _seen(self, dots: Sequence[Dot], record: int) -> tuple[Dot, ...]:
        # Another device's change of that number was about another record, where it was about one at all.
        return tuple(self.new[dot] if self.of.get(dot) == record else dot for dot in dots)


def go_on(
    database: Database, log: OwnLog, certificate: Certificate, *, matcher: Matcher, now_ms: Millis
) -> OwnLog:
    """Take a log to its certificate's number; returns it. A crash leaves the one or the other."""
    under = OwnLog(node=certificate.node, now_ms=now_ms)
    with database.transaction() as tx:
        prefix = {lane_of_feed(each.feed): each.known or 0 for each in renewal.compared(tx, log)}
        renumber(
            tx,
            old=log.node,
            new=Life(node=certificate.node, epoch=certificate.epoch),
            prefix=prefix,
            log=under,
            matcher=matcher,
            at_ms=now_ms(),
        )
    return under


def renumber(
    tx: Connection,
    *,
    old: Node,
    new: Life,
    prefix: Mapping[Lane, int],
    log: OwnLog,
    matcher: Matcher,
    at_ms: int,
) -> int:
    """Move all of the log behind each lane's prefix to the new number; returns how many changes moved.

    `log` is the one under the new number.
    """
    ids, counts = _number(tx, old, new.node, prefix)
    again = list(_brought_again(tx, old, prefix, ids))
    keys = _Keys(tx, matcher, ids)
    withdrawal.withdraw(tx, _changes(tx, old, prefix))
    for lane in Lane:
        for dot, logged_ms, payload in lives.log_of(tx, feed_of(old, lane), after=prefix[lane]):
            was = wire.unpack_change(payload)
            change = ids.change(was)
            lives.put_into_log(tx, change.dot, change.record, logged_ms, wire.pack_change(change))
            records.apply(tx, change)
            if was.creates:
                lives.note_formerly(tx, [(dot, change.record, mark_of(was))])
    lives.take_from_log(tx, ids.new)
    lives.drop_bundles(tx, old)
    lives.go_on_as(tx, old=old, new=new, lasts=prefix, counts=counts)
    for scope, payload in lives.take_apart(tx):
        change = wire.unpack_change(payload)
        keys.touch(change)
        records.apply(tx, change)
        watch.hold(tx, [change.record], scope)
    for kind, author, fields in again:
        log.append(tx, kind=kind, author=author, fields=fields)
    lives.rename_in_passing(tx, ids.new)
    keys.renew()
    detail = f"node {old} to {new.node}: {len(ids.new)} changes, {len(again)} once more"
    audit.write(tx, Line(at_ms=at_ms, officer=SYSTEM, device="command", action="renumbered", detail=detail))
    return len(ids.new)


def _number(tx: Connection, old: Node, new: Node, prefix: Mapping[Lane, int]) -> tuple[_Ids, dict[Lane, int]]:
    """The new numbers, lane by lane from one; and how many each lane has."""
    numbers: dict[Dot, Dot] = {}
    of: dict[Dot, int] = {}
    counts = {}
    for lane in Lane:
        rows = lives.dots_of(tx, feed_of(old, lane), after=prefix[lane])
        for place, (dot, record) in enumerate(rows, 1):
            numbers[dot], of[dot] = make_dot(feed_of(new, lane), place), record
        counts[lane] = len(rows)
    return _Ids(new=numbers, of=of), counts


def _changes(tx: Connection, old: Node, prefix: Mapping[Lane, int]) -> Iterator[Change]:
    for lane in Lane:
        for _, _, payload in lives.log_of(tx, feed_of(old, lane), after=prefix[lane]):
            yield wire.unpack_change(payload)


def _brought_again(
    tx: Connection, old: Node, prefix: Mapping[Lane, int], ids: _Ids
) -> Iterator[tuple[Kind, OfficerId, dict[int, Value]]]:
    """Records the centre has, as they are now, that refer to some that move."""
    for lane in Lane:
        for dot, _, payload in lives.log_of(tx, feed_of(old, lane), after=0):
            if dot > make_dot(feed_of(old, lane), prefix[lane] or 1) or not prefix[lane]:
                break
            change = wire.unpack_change(payload)
            row_type = record_type(change.kind)
            if row_type is None or not change.creates or not ids.names_moved(change):
                continue
            now = records.read(tx, row_type.kind, change.record)
            if now is None:
                continue  # refused or erased since
            newest = {
                f.number: now.values[f.name]
                for f in row_type.fields
                if f.rule in (Rule.LATEST, Rule.SEVEREST) and f.name in now.values
            }
            said = {**change.fields, **newest}
            fields = {n: ids.value(v) if n in _REFERENCES[row_type.kind] else v for n, v in said.items()}
            fields[FORMERLY] = with_former(change, old=change.dot, mark=mark_of(change))
            yield row_type.kind, change.author, fields


class _Keys:
    """What checks and alerts are found by: of those that are touched, taken off before and put back after."""

    def __init__(self, tx: Connection, matcher: Matcher, ids: _Ids) -> None:
        self._tx = tx
        self._matcher = matcher
        self._ids = ids
        self._before: dict[int, tuple[int, ...]] = {}
        self._alerts: set[int] = set()
        for record in sorted(set(ids.of.values())):
            self._note(record)

    def touch(self, change: Change) -> None:
        """Another change is about to be applied."""
        if change.kind in (Kind.CHECK, Kind.ALERT):
            self._note(change.record)

    def renew(self) -> None:
        """Bring what was touched up to date, under whichever ids it has now."""
        new = {RecordId(self._ids.new[Dot(old)]) for old in self._before if Dot(old) in self._ids.new}
        for record in sorted({*self._before, *new}):
            check = records.read(self._tx, Kind.CHECK, record)
            subject = None if check is None or check.values.get("void") else subject_of(check.values)
            keys = () if subject is None else tuple(self._matcher.keys_of(subject))
            watch.key_check(self._tx, record, before=self._before.get(record, ()), keys=keys)
            watch.file_check(self._tx, record, subject)
        moved = {int(self._ids.new[Dot(old)]) for old in self._alerts if Dot(old) in self._ids.new}
        for record in sorted({*self._alerts, *moved}):
            watch.rekey(self._tx, self._matcher, [record])

    def _note(self, record: int) -> None:
        if record in self._before or record in self._alerts:
            return
        check = records.read(self._tx, Kind.CHECK, record)
        if check is not None:
            self._before[record] = tuple(self._matcher.keys_of(subject_of(check.values)))
        else:
            self._before[record] = ()
            self._alerts.add(record)
