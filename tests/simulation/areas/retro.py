"""The centre asks again: late hits of its own, cleared pairs on their way, impossible times.

Power may fail in the middle of a slice like anywhere else. At the end every pair that matches has been
reported, by the post or by the centre, by neither twice; and the times that cannot be are those that follow
from the checks as they stand, in whatever order they came. In a third of the worlds the centre never asks.
"""

from __future__ import annotations

from collections import Counter
from enum import StrEnum
from itertools import combinations
from typing import TYPE_CHECKING

from hub.store import custody, feeds, nodes
from shared.database import Connection
from shared.ids import node_of_dot
from shared.ledger import concern, records
from shared.ledger.records import Record
from shared.limits import REMATCH_DAYS
from shared.matching.matcher import person_key
from shared.schema import Kind
from shared.scope import scopes_of_node
from shared.travel import too_soon
from shared.watchlist import Match, Verdict, subject_of
from tests.simulation.areas.area import Area, Work
from tests.simulation.machine import DAY_MS

if TYPE_CHECKING:
    from tests.simulation.world import World

_TURNS = 100_000


class Retro(Area):
    """See the module."""

    class Event(StrEnum):
        AT_THE_CENTRE = "late hits found at the centre"
        FOUND_BY_BOTH = "pairs that post and centre reported apart from one another"
        CLEARED_ELSEWHERE = "cleared pairs heard at a post that did not clear"
        TOO_SOON = "checks sooner at two posts than the road allows"

    KINDS = (Event,)

    def __init__(self, world: World) -> None:
        super().__init__(world)
        # Where the centre asks, it finds what a post forgets to: in some worlds the posts are alone.
        self._asks = not self.chance.one_in(3)

    def at_hub(self) -> dict[Work, int]:
        if not self._asks:
            return {}
        return {self.world.centre.hub.rematch: 4, self._ask_at_once: 2}

    def talk(self) -> None:
        if self._asks:
            self.world.centre.hub.catch_up()
            self.world.centre.hub.retro_check.catch_up(turns=_TURNS)

    def said(self) -> list[tuple[object, ...]]:
        return self.world.centre.look(
            "SELECT count(*) FROM hit_record UNION ALL SELECT count(*) FROM to_rematch"
        )

    def judge(self) -> None:
        centre = self.world.centre
        if not self._asks:
            return
        assert centre.look("SELECT * FROM to_rematch") == [], "ranges that were never asked about"
        with centre.database.snapshot() as tx:
            checks = records.select(tx, Kind.CHECK, "void IS NULL")
            self._every_pair_reported(tx, checks)
            self._times_follow(tx, checks)
        self._count()

    def _ask_at_once(self) -> None:
        """Before any post hears of it, the centre asks about what has just come."""
        self.world.centre.hub.catch_up()
        self.world.centre.hub.rematch()

    def _every_pair_reported(self, tx: Connection, checks: list[Record]) -> None:
        found = Counter(tx.execute('SELECT "check", alert, id >> 42 FROM hit_record').fetchall())
        twice = [each for each, count in found.items() if count > 1]
        assert not twice, f"hits reported twice by one machine: {twice}"
        reported = {(check, alert) for check, alert, _ in found}
        matcher = self.world.centre.hub.kit.matcher
        for alert in records.select(tx, Kind.ALERT, "status = 'active'"):
            for check in checks:
                if _changed(tx, alert) or _changed(tx, check) or self._is_old(tx, check):
                    continue
                match = matcher.judge(subject_of(check.values), subject_of(alert.values))
                if match is not None and not self._may_stay_silent(tx, check, alert, match):
                    assert (check.id, alert.id) in reported, f"check {check.id} never met alert {alert.id}"

    def _may_stay_silent(self, tx: Connection, check: Record, alert: Record, match: Match) -> bool:
        """Weak and discreet, cleared at some time, or an alert that the check's post may not hold."""
        lists = self.world.centre.hub.kit.lists
        discreet = concern.is_discreet(lists, alert.text("category"), alert.text("action"))
        cleared = tx.execute(
            "SELECT 1 FROM cleared_pair_record WHERE alert = ? AND person_key = ?",
            (alert.id, person_key(subject_of(check.values))),
        ).fetchone()
        node = nodes.find(tx, node_of_dot(check.id))
        assert node is not None
        scopes = scopes_of_node(node=node.node, post=node.post, country=node.country)
        held = feeds.holders(tx, alert.id) & set(scopes)
        return (discreet and match.verdict is not Verdict.HIT) or cleared is not None or not held

    def _times_follow(self, tx: Connection, checks: list[Record]) -> None:
        kit = self.world.centre.hub.kit
        stored = tx.execute("SELECT one, other FROM impossible_time ORDER BY one, other").fetchall()
        follow = []
        for one, other in combinations(sorted(checks, key=lambda check: check.id), 2):
            received = custody.received_ms_of(tx, one.id), custody.received_ms_of(tx, other.id)
            if one.text("post") != other.text("post") and too_soon(
                kit.matcher, kit.lists, one, other, received=received
            ):
                follow.append((one.id, other.id))
        assert stored == follow, f"impossible times: {stored} are kept, {follow} follow from the checks"

    def _is_old(self, tx: Connection, check: Record) -> bool:
        last = max(check.number("happened") or 0, custody.received_ms_of(tx, check.id) or 0)
        return last < self.world.centre.now_ms() - (REMATCH_DAYS - 1) * DAY_MS

    def _count(self) -> None:
        centre, happened = self.world.centre, self.chance.happened
        hub = int(centre.hub.kit.node)
        rows = centre.look('SELECT "check", alert, id >> 42 FROM hit_record')
        of_hub = {(check, alert) for check, alert, node in rows if node == hub}
        of_posts = {(check, alert) for check, alert, node in rows if node != hub}
        happened[self.Event.AT_THE_CENTRE] = len(of_hub)
        happened[self.Event.FOUND_BY_BOTH] = len(of_hub & of_posts)
        happened[self.Event.CLEARED_ELSEWHERE] = sum(
            len(post.look("SELECT 1 FROM cleared_pair_record WHERE id >> 42 <> ?", (post.number,)))
            for post in self.world.posts
        )
        happened[self.Event.TOO_SOON] = len(centre.look("SELECT 1 FROM impossible_time"))


def _changed(tx: Connection, record: Record) -> bool:
    return len(records.changes_of(tx, record.kind, record.id)) > 1
