"""The retro-check of the centre: alerts against the checks of the last 90 days, behind the search.

Job: take the ranges that became findable, ask about each alert in them every check that may match and about
each check every alert, and report what is found as a late hit of the hub's own. While a check is looked at,
so are the times at which its traveller was elsewhere (`hub.times`).
Invariants
* Of an alert and a check whichever becomes findable later is asked about when both are: no pair is missed.
* What was found and how far the asking has come are committed together: after a crash a slice is done again
  as if it had never been, and nothing is reported twice.
* Looking is done on a snapshot; the write lock is held for what was found alone.
* The centre reports what the check's own post could have found with the alert in hand, and no more: an alert
  that post may not hold is not matched, so that nobody learns of a crossing by an alert kept to themselves.
Must not know: who looks at hits, what a page shows.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from threading import Lock
from typing import Final

from hub.kit import Kit
from hub.merger import Merger
from hub.store import custody, feeds, nodes, persons, rematch, times
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
from shared.limits import REMATCH_DAYS
from shared.schema import Kind
from shared.scope import scopes_of_node
from shared.travel import TooSoon
from shared.watchlist import subject_of

_DAY_MS: Final = 24 * 60 * 60 * 1000
EFFORT_A_TURN: Final = 256  # some 20 ms of one core (60 at worst), on a snapshot
_ASKING: Final = 8  # what a look-up costs, in judgements of one pair
_RANGES_A_TURN: Final = 64
TURNS_A_RUN: Final = 10  # some 300 checks; then it rests until the clock calls: others use this machine too


@dataclass(slots=True)
class _Slice:
    """What one turn found: pairs (check, alert), the times of each check looked at, how far it came."""

    left: int
    pairs: list[tuple[int, int]] = field(default_factory=list)
    times: list[tuple[int, list[tuple[int, TooSoon]]]] = field(default_factory=list)
    moves: list[Move] = field(default_factory=list)


class Rematch:
    """Opens its own transactions; one at a time is enough."""

    def __init__(self, kit: Kit, merger: Merger) -> None:
        self._kit = kit
        self._merger = merger
        self._turning = Lock()
        self._times = Times(kit)
        self._like: tuple[int, int, list[int]] = (0, 0, [])

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
            with self._kit.database.transaction() as tx:
                late = sum(self._report(tx, check, alert) for check, alert in found.pairs)
                for check, too_soon in found.times:
                    times.set_of(tx, check, too_soon, at_ms=self._kit.now_ms())
                rematch.move(tx, found.moves)
            return late

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
        checks = records.select(
            tx,
            Kind.CHECK,
            "id BETWEEN ? AND ?",
            (max(due.base, due.record), due.top),
            f"ORDER BY id LIMIT {room}",
        )
        for check in checks:
            keyed = search.find(tx, self._kit.matcher.keys_of(subject_of(check.values)))
            found.times.append((check.id, self._times.look(tx, check, _in_lane(keyed, Lane.ROUTINE))))
            alerts = list(self._alerts_like(tx, check, _in_lane(keyed, Lane.URGENT)))
            found.left -= _ASKING + len(alerts)
            found.pairs += [(check.id, alert.id) for alert in alerts if self._concern(tx, check, alert)]
        if len(checks) < room:
            return Move(id=due.id, done=True)
        return Move(id=due.id, record=checks[-1].id + 1)

    def _look_at_alerts(self, tx: Connection, due: Due, found: _Slice) -> Move:
        at, other = max(due.base, due.record), due.other
        while found.left > 0:
            alerts = records.select(
                tx, Kind.ALERT, "id BETWEEN ? AND ?", (at, due.top), "ORDER BY id LIMIT 1"
            )
            if not alerts:
                return Move(id=due.id, done=True)
            alert = alerts[0]
            other = self._look_at_alert(tx, due, alert, other if alert.id == due.record else 0, found)
            if other:
                return Move(id=due.id, record=alert.id, other=other)
            at = alert.id + 1
        return Move(id=due.id, record=at)

    def _look_at_alert(self, tx: Connection, due: Due, alert: Record, other: int, found: _Slice) -> int:
        """Ask about one alert the checks from `other` on; returns where to go on, 0 when it is through."""
        found.left -= _ASKING
        if not concern.is_watched(alert):
            return 0
        checks = [check for check in self._checks_like(tx, due, alert, anew=not other) if check >= other]
        part = checks[: max(1, found.left)]
        found.left -= len(part)
        for number in part:
            check = records.read(tx, Kind.CHECK, number)
            if check is not None and self._concern(tx, check, alert):
                found.pairs.append((check.id, alert.id))
        return part[-1] + 1 if len(part) < len(checks) else 0

    def _alerts_like(self, tx: Connection, check: Record, keyed: list[int]) -> Iterator[Record]:
        """The alerts that may concern a check: those that share a key, and those of persons alike."""
        for number in sorted({*keyed, *persons.alerts_like(tx, subject_of(check.values))}):
            alert = records.read(tx, Kind.ALERT, number)
            if alert is not None:
                yield alert

    def _checks_like(self, tx: Connection, due: Due, alert: Record, *, anew: bool) -> list[int]:
        """The checks that share a key with an alert, kept until its range is done: whichever become
        findable in between have ranges of their own. A range that begins looks `anew`: the store gives the
        number of a range that left to the next one, which may be of the same alert with other words."""
        if anew or self._like[:2] != (due.id, alert.id):
            keys = self._kit.matcher.keys_of(subject_of(alert.values))
            self._like = (due.id, alert.id, _in_lane(search.find(tx, keys), Lane.ROUTINE))
        return self._like[2]

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

    def _report(self, tx: Connection, number: int, about: int) -> int:
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


def _in_lane(found: list[int], lane: Lane) -> list[int]:
    return [record for record in found if lane_of_feed(feed_of_dot(record)) is lane]


def _scopes_of(node: KnownNode) -> frozenset[str]:
    return frozenset(scopes_of_node(node=node.node, post=node.post, country=node.country))
