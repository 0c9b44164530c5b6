"""Succession: a device that was restored or cloned goes on under a new number, with what it holds.

Job: note whose place an admitted node takes, let it hear what was ever told to those numbers, and tell it
which of its changes are here already.
Invariants
* Nothing is taken from a replaced number but by a node that takes its place: see `inbox`.
* What a change here is, is told by a mark of its content: read from its bundle, or from the records where
  that is let go or its prekey died. What was erased since has none then. A change without a mark counts as
  another one: the device then brings it under its new number. Twice is better than not at all.
Must not know: HTTP, pages.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from hub.feed import Feed
from hub.kit import Kit
from hub.prekeys import PrekeyRing
from hub.store import custody, merged, nodes, successors
from hub.store.custody import Kept
from hub.store.nodes import KnownNode
from shared import bundle, wire
from shared.change import Change
from shared.database import Connection
from shared.enrolment import Certificate
from shared.errors import RemoteError, TrustError
from shared.ids import SYSTEM, Lane, feed_of, make_dot, node_of_dot, node_of_feed, seq_of_dot, span_of
from shared.ledger import audit, withdrawal
from shared.ledger.audit import Line
from shared.limits import FORMER_MARKS_MAX
from shared.session import Ask, Former, mark_of


class Succession:
    """Who took whose place. All methods run inside the caller's transaction."""

    def __init__(self, kit: Kit, *, feed: Feed, ring: PrekeyRing) -> None:
        self._kit = kit
        self._feed = feed
        self._ring = ring

    def admit(self, tx: Connection, certificate: Certificate, paper: bytes, *, at_ms: int) -> None:
        """Note the numbers that an admitted node replaces; from now on these say nothing more."""
        replaced = {life.node for life in certificate.replaces}
        news = replaced - set(successors.predecessors(tx, certificate.node))
        if not news:
            return
        nodes.stand_in(tx, certificate, paper, at_ms=at_ms)
        successors.note(tx, certificate.node, replaced)
        self._feed.hand_down(tx, sorted(news), to=certificate.node)
        self._hand_down_own(tx, successors.predecessors(tx, certificate.node), to=certificate.node)
        for node in sorted(news):
            line = Line(
                at_ms=at_ms,
                officer=SYSTEM,
                device=f"node {certificate.node}",
                action="node_replaced",
                detail=f"node {node} by {certificate.node}",
            )
            audit.write(tx, line)
            custody.settle_forks(tx, node, at_ms=at_ms)

    def _hand_down_own(self, tx: Connection, nodes: Sequence[int], *, to: int) -> None:
        """Let a node hear what these changed in their own records: an older copy of the disk may lack it."""
        for node in nodes:
            for lane in Lane:
                for change in withdrawal.edits_between(tx, *span_of(feed_of(node, lane))):
                    if node_of_dot(change.dot) in nodes:
                        self._feed.tell(tx, change, node=to)

    def told(self, tx: Connection, node: KnownNode, asks: Sequence[Ask]) -> tuple[Former, ...]:
        """Where the hub stands in the feeds a node asks about, if it takes their number's place."""
        left, told = FORMER_MARKS_MAX, []
        for ask in asks:
            if not successors.is_one(tx, node.node, of=node_of_feed(ask.feed)):
                continue
            head = custody.head_of(tx, ask.feed)
            since = self._common(tx, ask)
            most = min(ask.most, left)
            marks = b"".join(self._marks(tx, ask, since, head.head, most))
            left -= most
            told.append(Former(feed=ask.feed, head=head.head, chain=head.chain, since=since, marks=marks))
        return tuple(told)

    def _common(self, tx: Connection, ask: Ask) -> int:
        """Up to where the node's log is known to be the one that is here."""
        if ask.known is not None:
            return ask.known
        for seq, chain in sorted(ask.ends, reverse=True):
            kept = custody.overlapping(tx, ask.feed, seq, seq)
            if kept is not None and kept.first + kept.count - 1 == seq and kept.chain == chain:
                return seq
        return 0

    def _marks(self, tx: Connection, ask: Ask, since: int, head: int, most: int) -> Iterator[bytes]:
        """The marks of the changes after a seq, as far as they can be read."""
        seq = since
        while seq < head and most > 0:
            kept = custody.overlapping(tx, ask.feed, seq + 1, seq + 1)
            if kept is None:
                return
            before = seq
            for change in self._changes(tx, kept):
                if seq_of_dot(change.dot) == seq + 1 and most > 0:
                    yield mark_of(change)
                    seq, most = seq + 1, most - 1
            if seq == before:
                return

    def _changes(self, tx: Connection, kept: Kept) -> Iterable[Change]:
        """What a kept bundle says; what was merged of it where nobody can read it any more."""
        try:
            header = bundle.read_header(kept.raw or b"")
            key = self._ring.private(header.prekey)
            if key is not None:
                opened = bundle.open_bundle(kept.raw or b"", key)
                return list(wire.decode(opened.body, base=header.base).changes())
        except RemoteError:
            pass
        last = kept.first + kept.count - 1
        return merged.between(tx, make_dot(kept.feed, kept.first), make_dot(kept.feed, last))


def refuse_replaced(tx: Connection, node: int) -> None:
    """Raise TrustError `node_replaced` if another number took this one's place."""
    since = successors.of(tx, node)
    if since:
        raise TrustError(
            "node_replaced",
            f"node {node} was enrolled again as node {', '.join(map(str, since))}",
            hint="This disk is an older copy. Nothing is lost: have the device enrolled again, with a pack "
            "that replaces its node; what it holds goes with it.",
        )
