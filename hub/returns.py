"""What nodes give back: signed segments of this hub's earlier lives, taken as said once and for all.

    open ─ refused as a whole: sealed to a prekey that is gone, damaged
    believe each ─ refused: signature, another hub's, not of an earlier life, unreadable
    take ─ known already: nothing
         ─ applied as accepted, which it was, and published in this life
    let go ─ where this life would not say a record that an earlier one had said there

Invariants
* Only what this hub's own key signed is believed, and of that only what earlier lives had said.
* Nothing is stored of a segment that is refused.
* A change that is here is not taken twice, whichever came first: the segment, another one, or its bundle.
Must not know: sessions, sticks, how a change is merged.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from hub.feed import Feed
from hub.kit import Kit
from hub.merger import Merger
from hub.prekeys import PrekeyRing
from hub.store import lives
from hub.store.lives import Past
from shared import segment, session
from shared.change import Change
from shared.database import Connection
from shared.errors import RemoteError, SessionError
from shared.ids import SYSTEM, Node
from shared.ledger import audit
from shared.ledger.audit import Line
from shared.segment import Segment
from shared.session import ENVELOPE, Returned


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """One segment before the store is touched: what it says, or the code under which it is refused."""

    place: int
    segment: Segment | None = None
    changes: tuple[Change, ...] = ()
    refusal: str = ""


class Returns:
    """Takes them. `read` touches no store; `take` runs inside the caller's write transaction."""

    def __init__(self, kit: Kit, *, feed: Feed, merger: Merger, ring: PrekeyRing) -> None:
        self._kit = kit
        self._feed = feed
        self._merger = merger
        self._ring = ring

    def read(self, returned: Returned | None) -> list[Read]:
        """Open and believe. Never raises for what a peer sent."""
        if returned is None or not returned.sealed:
            return []
        key = self._ring.private(returned.prekey)
        if key is None:
            return [Read(place=ENVELOPE, refusal="prekey_gone")]
        try:
            pairs = session.open_returned(returned, key)
        except RemoteError as error:
            return [Read(place=ENVELOPE, refusal=error.code)]
        return [self._read(place, raw, signature) for place, (raw, signature) in enumerate(pairs)]

    def _read(self, place: int, raw: bytes, signature: bytes) -> Read:
        identity = self._kit.identity
        try:
            found = segment.read(raw, signature, hub=identity.tag, key=identity.keys.sign.verify_key)
            if not 0 < found.generation < self._feed.generation:
                raise SessionError(
                    "not_of_the_past", "the segment is of no earlier life of this hub", hint="Call the PCC."
                )
            return Read(place=place, segment=found, changes=found.changes)
        except RemoteError as error:
            return Read(place=place, refusal=error.code)

    def take(
        self, tx: Connection, node: Node, read: Sequence[Read], *, at_ms: int
    ) -> tuple[tuple[int, str], ...]:
        """Take what was read; returns the refusals as (place, code)."""
        news = 0
        for each in read:
            if each.segment is None:
                continue
            scope = each.segment.scope
            # First the life: a change is the hub's own only where its number is known to be one of the hub's.
            is_new = lives.come_back(
                tx,
                generation=each.segment.generation,
                scope=scope,
                first=each.segment.first,
                last=each.segment.last,
                at_ms=at_ms,
            )
            for change in each.changes:
                news += self._merger.take_back(tx, change, scope=scope, at_ms=at_ms)
            if is_new:
                self._feed.leave_as_now(tx, each.changes, scope=scope)
        refused = tuple((each.place, each.refusal) for each in read if each.refusal)
        if news or refused:
            detail = f"{news} changes" + "".join(
                f", {code}" for code in sorted({code for _, code in refused})
            )
            line = Line(
                at_ms=at_ms, officer=SYSTEM, device=f"node {node}", action="given_back", detail=detail
            )
            audit.write(tx, line)
        return refused

    def past(self, tx: Connection, scopes: Sequence[str]) -> Past:
        """Up to where this hub has these scopes of each earlier life."""
        return lives.past(tx, before=self._feed.generation, scopes=scopes)
