"""One contact with the hub: say what is new, hear what is new, until neither side has more.

Job: `SyncRound.run` drives the session over an `Exchange`, any function that carries a question to
the hub and brings its answer: HTTP in a process, a lossy network in the simulator.
Invariants
* What the hub has not acknowledged under its signature stays queued, whatever happens here.
* Nothing is believed before the session believed it; segments are applied before the head is kept.
* After a failed exchange the next question is a hello alone: it learns what had arrived. If the round
  had got somewhere it goes on by itself; a link that fails time after time ends it.
* A cut loses one question or one answer: each carries what the link's `Pace` allows, in pieces where needed.
* What is urgent is in the next question, before all that waits.
* A cloned or restored node is noticed: the hub knows more of our feed than we do, and it stops; or other
  contents, and that lane stops.
Must not know: HTTP, SQL, threads, pages.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from typing import Final

from edge import gaps, lease, receipts, rematch, renewal, returning
from edge.clockwork import Clockwork
from edge.kit import Kit
from edge.outgoing import Outgoing, plan
from edge.pace import Pace
from edge.replica import Replica
from edge.returning import Gift
from edge.sealer import Sealer
from edge.store import feed, lives, returns, traffic
from edge.traffic import Tally
from shared.database import Connection
from shared.errors import InputError, RemoteError
from shared.ids import Lane, Node, Seq, feed_of
from shared.session import NONCE_BYTES, Heard, Held, NodeEnd, NodeStanding, Part

Exchange = Callable[[bytes], bytes]
"""Carries a question's bytes to the hub and brings the answer's. Raises RemoteError."""

TURNS_MAX: Final = 10_000  # a whole new list over the worst link; beyond that someone plays with us
CUTS_IN_A_ROW_MAX: Final = 5  # then the round ends, and the wait grows before the next
CUT: Final = frozenset({"link_cut", "link_slow"})
"""How a link breaks off in the middle. `link_down` is one that was never there."""
_UNKNOWN: Final = "node_unknown"

_FINAL_REFUSALS: Final = frozenset(
    {"feed_forked", "feed_quarantined", "wrong_hub", "bundle_too_large", "node_revoked"}
)
"""Refusals that sending the same bundle again cannot mend. Others are tried again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What one round did."""

    turns: int
    sent_bundles: int
    applied_changes: int
    late_hits: int


class SyncRound:
    """The node's side of every contact. Not for two threads at once."""

    def __init__(self, kit: Kit, sealer: Sealer | None = None) -> None:
        identity = kit.identity
        self._kit = kit
        self._replica = Replica(kit)
        self._sealer = sealer or Sealer(kit)
        self._clockwork = Clockwork(kit)
        self._end = NodeEnd(
            node=Node(kit.node),
            signer=identity.keys.sign,
            box=identity.keys.box,
            hub_tag=identity.hub_tag,
            hub_key=identity.hub.hub.verify_key,
        )
        self.pace = Pace()
        self.tally = Tally()
        self._careful = True  # a hello alone, with our certificate: the first contact, or one after a failure
        self._held: dict[Lane, Held] = {}
        self._part: Part | None = None  # of a segment: lost with the process, and asked for again

    def run(self, exchange: Exchange, *, everything: bool = False) -> Outcome:
        """Talk until both sides have nothing more; `everything` seals and sends what would still wait.

        Raises RemoteError (link or hub), StoreError.
        """
        done = _Done(lanes=self._lanes(everything=everything))
        try:
            while done.going and done.turns < TURNS_MAX:
                try:
                    self._turn(exchange, done, everything=everything)
                except RemoteError as broken:
                    self._broken(broken, done)
        except RemoteError as refused:
            self._sealer.link_up = False
            self._note(refused)
            raise
        finally:
            self._count_rest()
        return Outcome(
            turns=done.turns, sent_bundles=done.sent, applied_changes=done.applied, late_hits=done.late
        )

    # --- the steps ---

    def _lanes(self, *, everything: bool) -> Lane:
        """The last lane that may go: over a metered link what is urgent, unless a person asks for all."""
        return Lane.URGENT if self._kit.metered and not everything else Lane.BULK

    def _turn(self, exchange: Exchange, done: _Done, *, everything: bool) -> None:
        """One question, its answer, and what follows from it. The answer is let go before the next."""
        rest = not self._careful and not self._sealer.seal(
            link_appeared=everything or done.appeared,
            lanes=done.lanes,
            room=self._reach(self.pace.request_bytes),
        )
        turn = self._ask(exchange, done.lanes, rest=rest)
        done.late += self._replica.apply(turn.heard.segments, head_ms=turn.heard.head.time_ms)
        if turn.heard.head.lease_h:
            done.late += rematch.catch_up(self._kit)
        done.going = self._keep(turn, done.lanes)
        done.turns, done.cuts_in_a_row = done.turns + 1, 0
        done.sent += len(turn.outgoing.all)
        done.applied += sum(segment.count for segment in turn.heard.segments)
        done.appeared = turn.careful or rest
        self._careful, self._sealer.link_up = False, True

    def _broken(self, broken: RemoteError, done: _Done) -> None:
        """After a cut on a link that had worked, go on with a hello; else raise what ends the round."""
        unheard = broken.code == _UNKNOWN and not self._careful
        self._careful = True
        if unheard:  # a restored hub, from before this node's first contact: it is told who asks
            done.going = True
            return
        if broken.code not in CUT:
            self._part = None  # whatever was wrong, it is not begun upon
            raise broken
        done.cuts_in_a_row += 1
        if not done.turns or done.cuts_in_a_row >= CUTS_IN_A_ROW_MAX:
            raise broken
        done.going = True

    def _reach(self, budget: int) -> int:
        """How many bytes of bundles a question looks at: what fits, and what the hub holds of a piece."""
        return budget + max((held.length for held in self._held.values()), default=0)

    def _ask(self, exchange: Exchange, lanes: Lane, *, rest: bool) -> _Turn:
        """One question and its believed answer."""
        kit, careful = self._kit, self._careful
        outgoing, budget = Outgoing(), self.pace.request_bytes
        with kit.database.snapshot() as tx:
            gift = None if careful else returning.next_gift(kit, self._sealer, tx, budget_bytes=budget)
            budget -= 0 if gift is None else min(gift.returned.size, budget // 2)
            if not careful:
                waiting = kit.log.pending(tx, budget_bytes=self._reach(budget), lanes=lanes)
                outgoing = plan(waiting, self._held, budget_bytes=budget)
                if not waiting:
                    waiting = kit.log.bundles_in(tx, gaps.told(tx), budget_bytes=budget)
                    outgoing = plan(waiting, self._held, budget_bytes=budget)
                if not waiting:
                    lost = renewal.handed_down(kit, self._sealer, tx, budget_bytes=budget)
                    outgoing = Outgoing(bundles=tuple(lost))
            standing = self._standing(tx)
        question = self._end.ask(
            standing,
            [bundle.raw for bundle in outgoing.bundles],
            nonce=kit.world.random(NONCE_BYTES),
            certificate=kit.identity.certificate_paper if careful else None,
            upload=outgoing.piece,
            returned=None if gift is None else gift.returned,
        )
        heard = self._end.hear(self._carry(exchange, question))
        self._part = heard.part
        kit.time.heard(heard.head.time_ms)
        if heard.head.generation != standing.generation:
            with kit.database.transaction() as tx:
                returning.begin(tx, heard.head)
                lives.compare_anew(tx)
        return _Turn(careful=careful, rest=rest, standing=standing, outgoing=outgoing, gift=gift, heard=heard)

    def _carry(self, exchange: Exchange, question: bytes) -> bytes:
        """The answer's bytes; how it went is noted for the next question's size, and counted for the day."""
        began = self._kit.world.monotonic_ms()
        try:
            answer = exchange(question)
        except RemoteError as broken:
            if broken.code in CUT:
                self.pace.cut(up=len(question))
                self.tally.add(sent=len(question))  # most of it may have gone
            raise
        self.tally.add(sent=len(question), received=len(answer))
        self.pace.carried(
            up=len(question), down=len(answer), elapsed_ms=self._kit.world.monotonic_ms() - began
        )
        return answer

    def _standing(self, tx: Connection) -> NodeStanding:
        """Where this node stands, and what this link can bring it."""
        wanted = self.pace.reply_bytes
        return replace(
            receipts.standing(self._kit, tx, wanted_bytes=wanted), wanted_bytes=wanted, part=self._part
        )

    def _keep(self, turn: _Turn, lanes: Lane) -> bool:
        """Keep what the head says; returns whether another turn would bring something."""
        kit, head, heard = self._kit, turn.heard.head, turn.heard
        with kit.database.transaction() as tx:
            moved = returning.keep(tx, turn.gift, head)
            forks = receipts.forked(kit, tx, head)
            moved = self._acknowledge(tx, turn, forks) or moved or head.generation != turn.standing.generation
            learnt = renewal.heard(kit, tx, head.former, head_ms=head.time_ms)
            learnt = gaps.hear(kit, tx, head.lost) or learnt
            receipts.keep_lists(kit, tx, heard)
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
            lease.renew(tx, signed_ms=head.time_ms, hours=head.lease_h)
            if before.trouble or forks:
                receipts.settle_trouble(tx, forks)
            self._refused(tx, turn)
            resealed = receipts.reseal(kit, self._sealer, tx, head.reseals)
            self._clockwork.heard(tx, skew_ms=skew_ms, before_ms=before.skew_ms)
            self._count(tx)
            waiting = self._waits(tx, turn, lanes) or learnt
        moved = self._held_more(turn) or moved or learnt
        moved = moved or bool(heard.segments) or heard.part != turn.standing.part or turn.careful or resealed
        return moved and (waiting or heard.more)

    def _waits(self, tx: Connection, turn: _Turn, lanes: Lane) -> bool:
        """Whether something would go with another question: late hits just found, what a link lets out."""
        log, last = self._kit.log, lanes if turn.careful or turn.rest else Lane.URGENT
        uncut = any(log.uncut(tx, lane)[0] for lane in Lane if lane <= last)
        return uncut or bool(log.pending(tx, budget_bytes=1, lanes=lanes)) or returns.owes(tx)

    def _held_more(self, turn: _Turn) -> bool:
        """Note what the hub holds of our streams; whether a piece got there that leads on.

        A piece that completed bundles leads on by what was acknowledged: else the hub has some reason not
        to take them, and sending them again at once would go round for ever.
        """
        before, self._held = self._held, {each.lane: each for each in turn.heard.head.held}
        piece = turn.outgoing.piece
        if piece is None or turn.outgoing.completed:
            return False
        return self._held.get(piece.lane) != before.get(piece.lane)

    def _count_rest(self) -> None:
        """Put away what a round that broke off had tallied."""
        if self.tally.any:
            with self._kit.database.transaction() as tx:
                self._count(tx)

    def _count(self, tx: Connection) -> None:
        """Put the bytes tallied since the last time to the post's day."""
        sent, received = self.tally.take()
        traffic.add(tx, self._kit.today().toordinal(), sent=sent, received=received)

    def _acknowledge(self, tx: Connection, turn: _Turn, forks: Collection[Lane]) -> bool:
        """Note what the hub has of our feeds; returns whether that was news."""
        asked = {
            feed_of(self._kit.node, lane): Seq(seq)
            for lane, seq in zip(Lane, turn.standing.heads, strict=True)
        }
        acked = turn.heard.acked(Node(self._kit.node)) or asked
        return receipts.acknowledge(self._kit, tx, acked, forks=forks, head_ms=turn.heard.head.time_ms)

    def _refused(self, tx: Connection, turn: _Turn) -> None:
        for place, code in turn.heard.head.refusals:
            if 0 <= place < len(turn.outgoing.all) and code in _FINAL_REFUSALS:
                bundle = turn.outgoing.all[place]
                self._kit.log.refuse_bundle(tx, feed=bundle.feed, first=bundle.first, code=code)

    def _note(self, refused: RemoteError) -> None:
        """Keep what a person must look into where every page shows it.

        Anybody on the way can answer "revoked"; only the authority's list that comes with it is believed.
        """
        if refused.paper is not None:
            with contextlib.suppress(RemoteError, InputError), self._kit.database.transaction() as tx:
                receipts.keep_revocations(self._kit, tx, refused.paper)
        receipts.note_trouble(self._kit, refused, lasting=receipts.AT_A_CONTACT)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Turn:
    """One question and its answer. `rest`: not all that was due was made ready for it."""

    careful: bool
    rest: bool
    standing: NodeStanding
    outgoing: Outgoing
    gift: Gift | None
    heard: Heard


@dataclass(slots=True, kw_only=True)
class _Done:
    """What a round has done so far. `appeared`: the link was just found, and what waited is not all cut."""

    lanes: Lane
    going: bool = True
    appeared: bool = False
    turns: int = 0
    cuts_in_a_row: int = 0
    sent: int = 0
    applied: int = 0
    late: int = 0
