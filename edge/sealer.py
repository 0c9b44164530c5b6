"""When a node's changes become bundles.

Urgent changes at once; routine ones when there are enough of them, when the oldest has waited long
enough, or when a link appears; a photo's pieces one by one, as soon as no routine change waits.
Must not know: the link itself, what a change means.
"""

from __future__ import annotations

from threading import Lock

from edge.kit import Kit
from edge.store import feed
from shared.crypto import SealKey
from shared.database import Connection
from shared.errors import StoreError
from shared.ids import Lane
from shared.limits import BUNDLE_MAX_CHANGES, SEAL_EVERY_CHANGES, SEAL_EVERY_S


class Sealer:
    """Cuts bundles. A backlog of hours becomes few large ones, the steady state small ones."""

    def __init__(self, kit: Kit) -> None:
        self._kit = kit
        self.link_up = True
        self._making = Lock()  # a contact and the clock may both want the next bundle: it is made once

    def seal(
        self, *, link_appeared: bool = False, lanes: Lane | None = None, room: int | None = None
    ) -> bool:
        """Cut what is due; returns whether all of that is cut now. `lanes` is the last lane that may be cut.

        While the link is down nothing is due, and over a metered one what is urgent alone: what waits
        becomes few large bundles then. Of a lane that is not urgent no more is cut than makes `room` bytes
        wait: a slow link carries those while the rest is made, and does not stand idle for it.
        """
        last = lanes if lanes is not None else Lane.URGENT if self._kit.metered else Lane.BULK
        if not self.link_up and not link_appeared:
            return True
        all_cut = True
        for lane in Lane:
            if lane <= last:
                enough = None if lane is Lane.URGENT else room
                all_cut = self._cut_lane(lane, link_appeared=link_appeared, room=enough) and all_cut
        return all_cut

    def _cut_lane(self, lane: Lane, *, link_appeared: bool, room: int | None) -> bool:
        """Bundle after bundle; returns whether none is due any more."""
        while True:
            with self._kit.database.snapshot() as tx:
                if not self._due(tx, lane, link_appeared=link_appeared):
                    return True
                if room is not None and self._kit.log.waits(tx, lane, room):
                    return False
            with self._making:
                self._cut_one(lane, link_appeared=link_appeared)

    def _cut_one(self, lane: Lane, *, link_appeared: bool) -> None:
        """A transaction a bundle, begun when the bundle is ready: the booth never waits for its making."""
        with self._kit.database.snapshot() as tx:
            if not self._due(tx, lane, link_appeared=link_appeared):
                return  # it was made while we waited
            number, key = self.prekey(tx)
            composed = self._kit.log.compose(
                tx,
                lane,
                hub=self._kit.identity.hub_tag,
                prekey=number,
                key=key,
                signer=self._kit.identity.keys.sign,
                at_most=self._at_most(tx, lane),
            )
        if composed is not None:
            with self._kit.database.transaction() as tx:
                self._kit.log.keep_cut(tx, composed)

    def prekey(self, tx: Connection) -> tuple[int, SealKey]:
        """What to seal to. Raises StoreError `no_prekey`: a node is enrolled with several."""
        found = feed.seal_to(tx, feed.state(tx).prekey)
        if found is None:
            raise StoreError(
                "no_prekey", "this node holds no prekey of its hub", hint="Enrol the node again."
            )
        return found

    def _at_most(self, tx: Connection, lane: Lane) -> int:
        """A bundle's size: a usual batch, or as much as fits while a backlog waits; a photo's piece alone."""
        if lane is Lane.BULK:
            return 1
        waiting, _ = self._kit.log.uncut(tx, lane)
        return BUNDLE_MAX_CHANGES // 4 if waiting > 2 * SEAL_EVERY_CHANGES else SEAL_EVERY_CHANGES

    def _due(self, tx: Connection, lane: Lane, *, link_appeared: bool) -> bool:
        waiting, oldest_ms = self._kit.log.uncut(tx, lane)
        if not waiting or oldest_ms is None:
            return False
        if lane is Lane.BULK:  # no photo goes ahead of a check that still waits for its batch
            return not self._kit.log.uncut(tx, Lane.ROUTINE)[0]
        if lane is Lane.URGENT or link_appeared or waiting >= SEAL_EVERY_CHANGES:
            return True
        # The distance counts either way: a clock set back must not keep changes here for a year.
        return abs(self._kit.now_ms() - oldest_ms) >= SEAL_EVERY_S * 1000
