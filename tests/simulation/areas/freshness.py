"""Leases that end, rings that are lost, handling codes that hold alerts back.

The worlds pass whole weeks, so leases end by themselves; a post at work then goes on capturing. That each of
those checks met the list in the end, the common verdict counts: every pair that matches is hit exactly once.
"""

from __future__ import annotations

from enum import StrEnum

from edge import lease
from shared.schema import Kind
from tests.simulation.areas.area import Area, Work
from tests.simulation.machine import DAY_MS, Post


class Freshness(Area):
    """See the module."""

    class Fault(StrEnum):
        LEASE_ENDED = "a lease that had ended when its post was at work"
        RING_LOST = "a ring of the doorbell that never arrived"

    class Event(StrEnum):
        UNMATCHED = "checks saved under a locked list"
        NARROWED = "alerts put under a handling code that holds them back"
        RUNG = "contacts that the doorbell caused"

    KINDS = (Fault, Event)

    def at_post(self, post: Post) -> dict[Work, int]:
        return {lambda: self._work_on(post): 2, lambda: self._ring(post): 2}

    def at_hub(self) -> dict[Work, int]:
        return {self._restrict: 2}

    def judge(self) -> None:
        for post in self.world.posts:
            waiting = post.look("SELECT record FROM unmatched")
            assert not waiting, f"{post.name}: the list opened, and {waiting} were never matched"

    def _work_on(self, post: Post) -> None:
        """A week and a day without a word from the centre, and then the next traveller."""
        if self.chance.one_in(2):
            self.world.sky.move(8 * DAY_MS)
        with post.database.snapshot() as tx:
            locked = lease.state(post.node.kit, tx).locked
        if locked:
            self.chance.fire(self.Fault.LEASE_ENDED)
        before = len(post.look("SELECT record FROM unmatched"))
        self.world.officers[self.world.posts.index(post)].capture()
        self.chance.note(self.Event.UNMATCHED, len(post.look("SELECT record FROM unmatched")) - before)

    def _ring(self, post: Post) -> None:
        """The doorbell says that something may wait; a ring that is lost costs nothing but time."""
        if self.chance.one_in(2):
            self.chance.fire(self.Fault.RING_LOST)
            return
        self.chance.note(self.Event.RUNG)
        self.world.network.contact(post)

    def _restrict(self) -> None:
        """Under some codes an alert leaves everybody but its owner's posts and whom it names."""
        operators = self.world.operators
        alert = operators._one(Kind.ALERT)
        if alert is not None:
            code = self.chance.pick(["H0", "H1", "H2", "H3"])
            operators._edit(alert, {"handling": code})
            self.chance.note(self.Event.NARROWED, code in ("H2", "H3"))
