"""The retro-check of the centre: alerts against the checks of the last 90 days, behind the search.

Job: take the ranges that became findable, ask about each alert in them every check that may match and about
each check every alert, and report what is found as a late hit of the hub's own. While a check is looked at,
so are the times at which its traveller was elsewhere (`hub.times`).
Invariants
* Of an alert and a check whichever becomes findable later is asked about when both are: no pair is missed.
* What was found is committed before it is noted how far the asking has come: after a crash a slice is done
  again, and nothing is reported twice.
* Looking is done on a snapshot; the write lock is held for what was found alone, and for a slice of time.
* A record that cannot be asked about is passed over under a code, and no other waits for it.
* The centre reports what the check's own post could have found with the alert in hand, and no more: an alert
  that post may not hold is not matched, so that nobody learns of a crossing by an alert kept to themselves.
Must not know: who looks at hits, what a page shows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from threading import Lock
from typing import Final

from hub import unmatchable
from hub.kit import Kit
from hub.merger import Merger
from hub.store import custody, feeds, lists, nodes, persons, rematch, times
from hub.store.nodes import KnownNode
from hub.store.rematch import Due, Move
from hub.times import Times
from shared.change import named
from shared.database import Connection
from shared.ids import SYSTEM, Lane, feed_of_dot, lane_of_feed, node_of_dot
from shared.ledger import audit, concern, records, search
from shared.ledger.audit import Line
from shared.ledger.concern import Concern
from shared.ledger.records import Record
from shared.ledger.savepoint import Spoilt, attempt, sparing
from shared.limits import REMATCH_DAYS, REMATCH_SHARED_MAX, REPORT_SLICE_MS
from shared.schema import Kind
from shared.scope import scopes_of_node
from shared.travel import TooSoon
from shared.watchlist import subject_of

_DAY_MS: Final = 24 * 60 * 60 * 1000
EFFORT_A_TURN: Final = 256  # some 20 ms of one core (60 at worst), on a snapshot
_ASKING: Final = 8  # what a look-up costs, in judgements of one pair
_RANGES_A_TURN: Final = 64
TURNS_A_RUN: Final = 10  # some 300 checks; then it rests until the clock calls: others use this machine too


_Step = Callable[[Connection], int]
"""Writes one thing that was found; returns how many late hits came of it."""


@dataclass(slots=True)
class _Slice:
    """What one turn found: pairs (check, alert), the times of each check looked at, which records it passed
    over, how far it came."""

    left: int
    pairs: list[tuple[int, int]] = field(default_factory=list)
    times: list[tuple[int, list[tuple[int, TooSoon]]]] = field(default_factory=list)
    spoilt: Spoilt = field(default_factory=dict)
    moves: list[Move] = field(default_factory=list)


class Rematch:
    """Opens its own transactions; one at a time is enough."""

    def __init__(self, kit: Kit, merger: Merger) -> None:
        self._kit = kit
        self._merger = merger
        self._turning = Lock()
        self._times = Times(kit)

    def catch_up(self, *, turns: int = TURNS_A_RUN) -> int:
        """Take at most so many turns; returns how many late hits came of them."""
        late = 0
        for _ in range(turns):
            found = self.turn()
            if found is None:
                break
            late += found
        return late

    def turn(self) -> int | None:
        """One bounded slice; returns how many late hits came of it, None where nothing was due."""
        with self._turning:  # two at once would look at the same ranges
            with self._kit.database.snapshot() as tx:
                found = self._look(tx)
            if not found.moves:
                return None
            return self._write(found)

    def _write(self, found: _Slice) -> int:
        """Report what a turn found, a slice of time in a transaction; how far it came stands in the last."""
        kit, late, steps = self._kit, 0, self._steps(found)
        while True:
            with kit.database.transaction() as tx:
                until = kit.world.monotonic_ms() + REPORT_SLICE_MS
                for record, step in steps:
                    with sparing(found.spoilt, record), attempt(tx):
                        late += step(tx)
                    if kit.world.monotonic_ms() >= until:
                        break
                else:
                    unmatchable.note(tx, found.spoilt, at_ms=kit.now_ms())
                    rematch.move(tx, found.moves)
                    return late
            kit.world.breathe()

    def _steps(self, found: _Slice) -> Iterator[tuple[int, _Step]]:
        """(check, step) of everything to be written."""
        for check, alert in found.pairs:
            yield check, partial(self._report, number=check, about=alert)
        for check, too_soon in found.times:
            yield check, partial(self._keep_times, number=check, found=too_soon)

    # --- looking ---

    def _look(self, tx: Connection) -> _Slice:
        found = _Slice(left=EFFORT_A_TURN)
        for due in rematch.due(tx, _RANGES_A_TURN):
            if found.left <= 0:
                break
            lane = lane_of_feed(feed_of_dot(due.base))
            if lane is Lane.ROUTINE:
                found.moves.append(self._look_at_checks(tx, due, found))
            elif lane is Lane.URGENT:
                found.moves.append(self._look_at_alerts(tx, due, found))
            else:
                found.moves.append(Move(id=due.id, done=True))
        return found

    def _look_at_checks(self, tx: Connection, due: Due, found: _Slice) -> Move:
        room = max(1, found.left // _ASKING)
        checks = lists.ids_between(tx, Kind.CHECK, max(due.base, due.record), due.top, limit=room)
        for number in checks:
            with sparing(found.spoilt, number):
                self._look_at_check(tx, number, found)
        if len(checks) < room:
            return Move(id=due.id, done=True)
        return Move(id=due.id, record=checks[-1] + 1)

    def _look_at_check(self, tx: Connection, number: int, found: _Slice) -> None:
        found.left -= _ASKING
        check = records.read(tx, Kind.CHECK, number)
        if check is None:
            return
        subject = subject_of(check.values)
        keys = self._kit.matcher.keys_of(subject)
        others = search.find(tx, keys, lane=Lane.ROUTINE, limit=REMATCH_SHARED_MAX).records
        found.times.append((number, self._times.look(tx, check, others)))
        keyed = search.find(tx, keys, lane=Lane.URGENT, limit=REMATCH_SHARED_MAX).records
        alerts = sorted({*keyed, *persons.alerts_like(tx, subject).alerts})
        found.left -= len(alerts)
        for about in alerts:
            with sparing(found.spoilt, number):
                alert = records.read(tx, Kind.ALERT, about)
                if alert is not None and self._concern(tx, check, alert):
                    found.pairs.append((number, about))

    def _look_at_alerts(self, tx: Connection, due: Due, found: _Slice) -> Move:
        at, other = max(due.base, due.record), due.other
        while found.left > 0:
            alerts = lists.ids_between(tx, Kind.ALERT, at, due.top, limit=1)
            if not alerts:
                return Move(id=due.id, done=True)
            number, other = alerts[0], other if alerts[0] == due.record else 0
            with sparing(found.spoilt, number):
                other = self._look_at_alert(tx, number, other, found)
                if other:
                    return Move(id=due.id, record=number, other=other)
            at = number + 1
        return Move(id=due.id, record=at)

    def _look_at_alert(self, tx: Connection, number: int, other: int, found: _Slice) -> int:
        """Ask about one alert the checks from `other` on; returns where to go on, 0 when it is through."""
        found.left -= _ASKING
        alert = records.read(tx, Kind.ALERT, number)
        if alert is None or not concern.is_watched(alert):
            return 0
        keys = self._kit.matcher.keys_of(subject_of(alert.values))
        like = search.find(tx, keys, lane=Lane.ROUTINE, limit=max(1, found.left), start=other)
        found.left -= len(like.records)
        for each in like.records:
            with sparing(found.spoilt, number):
                check = records.read(tx, Kind.CHECK, each)
                if check is not None and self._concern(tx, check, alert):
                    found.pairs.append((each, number))
        return like.records[-1] + 1 if like.more else 0

    # --- judging and reporting ---

    def _concern(self, tx: Connection, check: Record, alert: Record) -> Concern | None:
        """Whether this pair is a late hit; the same question while looking and while reporting."""
        if check.values.get("void") or check.values.get("training"):
            return None
        if self._is_over(alert):
            return None
        node = nodes.find(tx, node_of_dot(check.id))
        if node is None or concern.has_hit(tx, check=check.id, alert=alert.id, owner=node.country):
            return None
        if not feeds.holders(tx, alert.id) & _scopes_of(node) or self._is_old(tx, check):
            return None
        return concern.judge(
            tx,
            matcher=self._kit.matcher,
            lists=self._kit.lists,
            subject=subject_of(check.values),
            alert=alert,
            rarity=persons.rarity(tx),
            country=node.country,
        )

    def _is_over(self, alert: Record) -> bool:
        ends_ms = concern.ends_ms(alert)
        return ends_ms is not None and ends_ms <= self._kit.now_ms()

    def _is_old(self, tx: Connection, check: Record) -> bool:
        """Whether it happened and came here before the time that is looked back: a clock may be wrong."""
        last_ms = max(check.number("happened") or 0, custody.received_ms_of(tx, check.id) or 0)
        return last_ms < self._kit.now_ms() - REMATCH_DAYS * _DAY_MS

    def _keep_times(self, tx: Connection, *, number: int, found: Sequence[tuple[int, TooSoon]]) -> int:
        times.set_of(tx, number, found, at_ms=self._kit.now_ms())
        return 0

    def _report(self, tx: Connection, *, number: int, about: int) -> int:
        """Report a pair if it still is one; returns how many hits that makes."""
        check, alert = records.read(tx, Kind.CHECK, number), records.read(tx, Kind.ALERT, about)
        found = None if check is None or alert is None else self._concern(tx, check, alert)
        node = nodes.find(tx, node_of_dot(number))
        if check is None or found is None or node is None:
            return 0
        values = concern.hit_values(
            found, self._kit.lists, owner=node.country, check=number, values=check.values, late=True
        )
        said = self._kit.log.append(tx, kind=Kind.HIT, author=SYSTEM, fields=named(Kind.HIT, values))
        hit = said.change.record
        feeds.hold(tx, hit, f"post:{node.post}")  # whichever node works there now
        self._merger.accept_own(tx, said)
        line = Line(
            at_ms=self._kit.now_ms(), officer=SYSTEM, device="hub", action="late_hit_found", record=hit
        )
        audit.write(tx, line)
        return 1


def _scopes_of(node: KnownNode) -> frozenset[str]:
    return frozenset(scopes_of_node(node=node.node, post=node.post, country=node.country))
