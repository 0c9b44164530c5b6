"""One contact with the hub: say what is new, hear what is new, until neither side has more.

Job: `SyncRound.run` drives the session over an `Exchange`, any function that carries a question to
the hub and brings its answer: HTTP in a process, a lossy network in the simulator.
Invariants
* What the hub has not acknowledged under its signature stays queued, whatever happens here.
* Nothing is believed before the session believed it; segments are applied before the head is kept.
* After a failed exchange the next question is a hello alone: it learns what had arrived.
* A cloned or restored node is noticed: the hub knows more of our feed than we do, and it stops.
Must not know: HTTP, SQL, threads, pages.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from edge.clockwork import Clockwork
from edge.kit import Kit
from edge.replica import Replica
from edge.sealer import Sealer
from edge.store import feed
from shared.database import Connection
from shared.enrolment import Prekey, Revocations
from shared.errors import RemoteError, TrustError
from shared.ids import Feed, Lane, Node, Seq, feed_of, node_of_feed
from shared.ledger.log import Sealed
from shared.limits import REQUEST_BUDGET_BYTES, REQUEST_MAX_BUNDLES
from shared.session import NONCE_BYTES, Heard, NodeEnd, NodeStanding

Exchange = Callable[[bytes], bytes]
"""Carries a question's bytes to the hub and brings the answer's. Raises RemoteError."""

TURNS_MAX: Final = 1_000  # a whole new list is a few hundred answers; beyond that someone plays with us
_FINAL_REFUSALS: Final = frozenset(
    {"feed_forked", "feed_quarantined", "wrong_hub", "bundle_too_large", "node_revoked"}
)
"""Refusals that sending the same bundle again cannot mend. Others are tried again."""

_NAMED: Final = frozenset(
    {
        *("feed_rolled_back", "feed_forked", "feed_gap", "feed_cloned"),
        *("bad_signature", "node_revoked", "wrong_hub"),
    }
)
"""What no next contact mends by itself: kept, and shown on every page until a contact succeeds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What one round did."""

    turns: int
    sent_bundles: int
    applied_changes: int
    late_hits: int


class SyncRound:
    """The node's side of every contact. Not for two threads at once."""

    def __init__(self, kit: Kit) -> None:
        identity = kit.identity
        self._kit = kit
        self._replica = Replica(kit)
        self._sealer = Sealer(kit)
        self._clockwork = Clockwork(kit)
        self._end = NodeEnd(
            node=Node(kit.node),
            signer=identity.keys.sign,
            box=identity.keys.box,
            hub_tag=identity.hub_tag,
            hub_key=identity.hub.hub.verify_key,
        )
        self._careful = True  # a hello alone, with our certificate: the first contact, or one after a failure

    def run(self, exchange: Exchange, *, everything: bool = False) -> Outcome:
        """Talk until both sides have nothing more; `everything` seals what would still wait.

        Raises RemoteError (link or hub), StoreError.
        """
        turns = sent = applied = late = 0
        going = True
        try:
            while going and turns < TURNS_MAX:
                self._sealer.seal(link_appeared=everything or self._careful)
                turn = self._ask(exchange)
                turns, sent = turns + 1, sent + len(turn.bundles)
                late += self._replica.apply(turn.heard.segments, head_ms=turn.heard.head.time_ms)
                applied += sum(len(segment.changes) for segment in turn.heard.segments)
                going = self._keep(turn)
                self._careful = False
        except RemoteError as refused:
            self._careful = True
            self._note(refused)
            raise
        return Outcome(turns=turns, sent_bundles=sent, applied_changes=applied, late_hits=late)

    # --- the steps ---

    def _ask(self, exchange: Exchange) -> _Turn:
        """One question and its believed answer."""
        kit = self._kit
        with kit.database.snapshot() as tx:
            pending = [] if self._careful else kit.log.pending(tx, budget_bytes=REQUEST_BUDGET_BYTES)
            standing = self._standing(tx)
        bundles = tuple(pending[:REQUEST_MAX_BUNDLES])
        question = self._end.ask(
            standing,
            [bundle.raw for bundle in bundles],
            nonce=kit.world.random(NONCE_BYTES),
            certificate=kit.identity.certificate_paper if self._careful else None,
        )
        heard = self._end.hear(exchange(question))
        kit.time.heard(heard.head.time_ms)
        if heard.head.generation != standing.generation:
            with kit.database.transaction() as tx:
                feed.begin_generation(tx, heard.head.generation)
        return _Turn(careful=self._careful, standing=standing, bundles=bundles, heard=heard)

    def _standing(self, tx: Connection) -> NodeStanding:
        hub = feed.state(tx)
        return NodeStanding(
            heads=tuple(head.cut for _, head in sorted(self._kit.log.heads(tx).items())),
            generation=hub.generation,
            cursors=feed.cursors(tx),
            last_head_ms=hub.head_ms,
            revocations=hub.revocations_number,
            prekey=feed.newest_prekey(tx),
        )

    def _keep(self, turn: _Turn) -> bool:
        """Keep what the head says; returns whether another turn would bring something."""
        kit, head, heard = self._kit, turn.heard.head, turn.heard
        with kit.database.transaction() as tx:
            moved = self._acknowledge(tx, turn)
            self._keep_lists(tx, heard)
            before = feed.state(tx)
            skew_ms = kit.now_ms() - head.time_ms
            feed.keep_head(
                tx,
                head_ms=head.time_ms,
                safe_ms=head.safe,
                prekey=head.prekey,
                skew_ms=skew_ms,
                arrived=not heard.more,
            )
            if before.trouble:
                feed.keep_trouble(tx, "", "")
            self._refused(tx, turn)
            resealed = self._reseal(tx, head.reseals)
            self._clockwork.heard(tx, skew_ms=skew_ms, before_ms=before.skew_ms)
            urgent, _ = kit.log.uncut(tx, Lane.URGENT)  # late hits just found
            waiting = bool(urgent or kit.log.pending(tx, budget_bytes=1))
        moved = moved or bool(heard.segments) or turn.careful or resealed
        return moved and (waiting or heard.more)

    def _acknowledge(self, tx: Connection, turn: _Turn) -> bool:
        """Note what the hub has of our feeds; returns whether that was news."""
        kit, heads = self._kit, self._kit.log.heads(tx)
        asked = {feed_of(kit.node, lane): seq for lane, seq in zip(Lane, turn.standing.heads, strict=True)}
        acked = turn.heard.acked(Node(kit.node)) or asked
        for name, seq in acked.items():
            head = heads[Lane(name & 3)]
            if seq > head.cut:
                raise TrustError(
                    "feed_cloned",
                    "the hub holds more of this node's log than the node itself",
                    hint="This node was cloned, or restored from a copy. Stop it and call the engineer.",
                )
            if seq < head.acked:  # a restored hub: what it lacks goes again
                kit.log.rewind(tx, name, Seq(seq))
            kit.log.acknowledge(tx, name, Seq(seq))
        moved = [(name & 3, seq) for name, seq in acked.items() if seq != heads[Lane(name & 3)].acked]
        feed.mark_acks(tx, moved, head_ms=turn.heard.head.time_ms)
        return bool(moved)

    def _keep_lists(self, tx: Connection, heard: Heard) -> None:
        """Prekeys and revocations, each believed by its own signature."""
        identity = self._kit.identity
        for paper in heard.prekeys:
            feed.keep_prekey(tx, Prekey.read(paper, hub=identity.hub.hub.verify_key))
        if heard.revocations is not None:
            listed = Revocations.read(heard.revocations, authority=identity.authority.verify_key)
            feed.keep_revocations(tx, listed.number, heard.revocations)

    def _refused(self, tx: Connection, turn: _Turn) -> None:
        for place, code in turn.heard.head.refusals:
            if 0 <= place < len(turn.bundles) and code in _FINAL_REFUSALS:
                bundle = turn.bundles[place]
                self._kit.log.refuse_bundle(tx, feed=bundle.feed, first=bundle.first, code=code)

    def _reseal(self, tx: Connection, wanted: Sequence[tuple[int, int]]) -> bool:
        """Put bundles whose prekey the hub no longer has into new envelopes; whether any changed hands."""
        number, key = self._sealer.prekey(tx)
        stale = False
        for name, first in wanted:
            if node_of_feed(name) != self._kit.node:
                continue
            stale = stale or self._kit.log.sealed_otherwise(
                tx, feed=Feed(name), first=Seq(first), prekey=number
            )
            self._kit.log.reseal(
                tx,
                feed=Feed(name),
                first=Seq(first),
                hub=self._kit.identity.hub_tag,
                prekey=number,
                key=key,
                signer=self._kit.identity.keys.sign,
            )
        return stale

    def _note(self, refused: RemoteError) -> None:
        """Keep what a person must look into where every page shows it."""
        if refused.code not in _NAMED:
            return
        with self._kit.database.transaction() as tx:
            if feed.state(tx).trouble != refused.code:
                feed.keep_trouble(tx, refused.code, refused.hint)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Turn:
    """One question and its answer."""

    careful: bool
    standing: NodeStanding
    bundles: tuple[Sealed, ...]
    heard: Heard
