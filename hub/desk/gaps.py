"""Gaps in what a post sent: shown while bundles wait, and given up by a person with a reason.

Must not know: flask, how a feed goes on.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import hub.desk.fields as typing
from hub.desk.office import Office, not_the_owner
from hub.desk.view import Operator
from hub.store import gaps
from hub.store.gaps import Gap
from shared.database import Connection
from shared.errors import StaleError
from shared.ids import lane_of_feed, node_of_feed

GiveUp = Callable[..., None]
"""`Inbox.give_up_gap`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GapRow:
    """Seqs of a post's lane that are missing, how many bundles wait for them and since when.

    `may` is whether this desk may give them up: its own posts' alone.
    """

    feed: int
    node: str
    post: str
    lane: str
    first: int
    last: int
    waiting: int
    since_ms: int
    may: bool


class Gaps:
    """The gaps of all posts, as one desk sees them."""

    def __init__(self, office: Office, give_up: GiveUp) -> None:
        self._office = office
        self._give_up = give_up

    def rows(self, operator: Operator) -> tuple[GapRow, ...]:
        """Every gap, the longest waited for first."""
        with self._office.kit.database.snapshot() as tx:
            return tuple(self._row(tx, operator, gap) for gap in gaps.waited_for(tx))

    def row(self, operator: Operator, feed: int, first: int, last: int) -> GapRow:
        """One gap as it is now. Raises StaleError `gap_moved`; ForbiddenError `not_the_owner`."""
        with self._office.kit.database.snapshot() as tx:
            return self._row(tx, operator, self._find(tx, operator, feed, first, last))

    def give_up(self, operator: Operator, feed: int, first: int, last: int, *, reason: str) -> None:
        """Declare the missing changes lost. Raises as `row`; InputError `no_reason`."""
        why = typing.reason_of(reason)
        with self._office.kit.database.transaction() as tx:
            gap = self._find(tx, operator, feed, first, last)
            row = self._row(tx, operator, gap)
            self._give_up(tx, gap, at_ms=self._office.kit.now_ms())
            said = f"{row.node} {row.lane} {first}-{last}: {why}"
            self._office.witness(tx, operator, "gap_given_up", detail=said)

    def _find(self, tx: Connection, operator: Operator, feed: int, first: int, last: int) -> Gap:
        for gap in gaps.waited_for(tx):
            if (gap.feed, gap.first, gap.last) == (feed, first, last):
                if not self._row(tx, operator, gap).may:
                    raise not_the_owner(self._country(tx, operator, gap))
                return gap
        raise StaleError(
            "gap_moved",
            "this gap is not there any more, or has become smaller",
            hint="Look at the nodes again: some of what was missing has arrived.",
        )

    def _row(self, tx: Connection, operator: Operator, gap: Gap) -> GapRow:
        node = self._office.rows(tx, operator).directory.nodes.get(node_of_feed(gap.feed))
        return GapRow(
            feed=gap.feed,
            node=node.name if node is not None else "",
            post=node.post if node is not None else "",
            lane=lane_of_feed(gap.feed).name.lower(),
            first=gap.first,
            last=gap.last,
            waiting=gap.waiting,
            since_ms=gap.since_ms,
            may=node is not None and node.country == operator.country,
        )

    def _country(self, tx: Connection, operator: Operator, gap: Gap) -> str:
        node = self._office.rows(tx, operator).directory.nodes.get(node_of_feed(gap.feed))
        return "" if node is None else node.country
