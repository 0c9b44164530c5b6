"""The inbox: custody of what nodes send, apart from what becomes of it.

Job: verify each bundle, take it into custody, merge it in the same transaction when all is well.
The caller commits, and only then acknowledges.

    read ─ refused: damaged, another hub's, unknown or revoked node, bad signature, re-signed
     │ ─ reseal: sealed to a prekey that has died
    keep ─ repeated: the same content again (whatever its envelope)
     │ ─ fork: other content under numbers already taken; the feed stops, and so do the node's photos, which
     │         could hang on another device's check. What is urgent goes on: it carries enough to act on alone
     │ ─ waiting: seqs before it are missing
     │ ─ quarantined: cannot be read; its successors go on
    merged

Invariants
* Nothing is stored of a bundle whose signature does not hold.
* A feed's head is contiguous: a gap is never acknowledged over, unless a person declared it lost.
* Of a number that was replaced, only a node that took its place brings anything.
* What is in custody and not merged stands in a row with its code, and is tried again.
Must not know: sessions, HTTP, how a change is merged.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from hub.kit import Kit
from hub.merger import Merger
from hub.prekeys import PrekeyRing
from hub.reception import Parcel, Reception
from hub.standing import Revoked
from hub.store import custody, gaps, successors
from hub.store.custody import FeedHead, Kept, State
from hub.store.gaps import Gap
from hub.store.nodes import KnownNode
from hub.succession import refuse_replaced
from shared.bundle import Header
from shared.database import Connection
from shared.errors import BundleError, RemoteError, TrustError
from shared.ids import SYSTEM, Feed, Lane, Seq, feed_of
from shared.ledger import audit
from shared.ledger.audit import Line
from shared.ledger.savepoint import attempt
from shared.wire import Batch

WAITING_MAX: Final = 2_000  # bundles one feed may have waiting: beyond, the node must first fill the gap
FORKED: Final = "feed_forked"
_UNREADABLE: Final = "cannot_open"  # its prekey is gone


@dataclass(slots=True, kw_only=True)
class Receipt:
    """What the answer says about the bundles of one question."""

    refusals: list[tuple[int, str]] = field(default_factory=list)
    reseals: dict[Feed, Seq] = field(default_factory=dict)
    taken: int = 0


class Inbox(Reception):
    """Takes bundles in. `read` touches nothing; `take` runs inside the caller's write transaction."""

    def __init__(self, kit: Kit, merger: Merger, ring: PrekeyRing, revoked: Revoked) -> None:
        super().__init__(kit, ring)
        self._merger = merger
        self._revoked = revoked

    # --- taking ---

    def take(
        self, tx: Connection, parcels: Sequence[Parcel], *, at_ms: int, by: int | None = None
    ) -> Receipt:
        """Custody and merge, in the order given; `by` is who brings them.

        Raises StoreError: then nothing was taken.
        """
        receipt = Receipt()
        for index, parcel in enumerate(parcels):
            try:
                if parcel.refusal is not None:
                    raise parcel.refusal
                handed_down = self._refuse_replaced(tx, parcel, by)
                self._take_one(tx, parcel, receipt, at_ms, handed_down=handed_down)
            except RemoteError as error:
                receipt.refusals.append((index, error.code))
        return receipt

    def _refuse_replaced(self, tx: Connection, parcel: Parcel, by: int | None) -> bool:
        """Whether a bundle is of a number whose place the bringer took; from anybody else it is refused."""
        assert parcel.header is not None  # only a refusal has none
        node = parcel.header.node
        if by is not None and successors.is_one(tx, by, of=node):
            return True
        refuse_replaced(tx, node)
        return False

    def _take_one(
        self, tx: Connection, parcel: Parcel, receipt: Receipt, at_ms: int, *, handed_down: bool = False
    ) -> None:
        header = parcel.header
        assert header is not None  # only a refusal has none
        head = custody.head_of(tx, header.feed)
        if head.quarantined is not None and not handed_down:
            raise TrustError(
                "feed_quarantined",
                f"this feed was stopped: {head.quarantined}",
                hint="Enrol the node again; its unsent records are taken over then.",
            )
        if parcel.reseal:
            if header.last <= head.head and not gaps.covers(tx, header.feed, header.first, header.last):
                return  # an old envelope of what is here already
            receipt.reseals[header.feed] = min(header.first, receipt.reseals.get(header.feed, header.first))
            return
        kept = custody.overlapping(tx, header.feed, header.first, header.last)
        behind: list[Parcel] = []
        while handed_down and parcel.batch is not None and kept is not None and kept.state is State.WAITING:
            behind += self._give_way(tx, header, parcel.batch, kept, at_ms)
            kept = custody.overlapping(tx, header.feed, header.first, header.last)
        if kept is not None:
            self._meet_again(tx, parcel, header, kept, at_ms)
            return
        if parcel.batch is None and parcel.fault is None:  # kept when it was read, and let go since
            self._take_one(tx, self._reread(parcel), receipt, at_ms, handed_down=handed_down)
            return
        receipt.taken += 1
        if gaps.covers(tx, header.feed, header.first, header.last):
            self._take_late(tx, parcel, header, at_ms)
            return
        if header.first > head.head + 1:
            self._let_wait(tx, parcel, header, head, at_ms)
            return
        self._accept(tx, parcel, header, head, at_ms)
        for each in behind:
            self._merge_displaced(tx, each, at_ms)
        self._follow(tx, header.feed, at_ms)

    def _meet_again(self, tx: Connection, parcel: Parcel, header: Header, kept: Kept, at_ms: int) -> None:
        """Numbers that are taken already: the same content, a readable copy at last, or a fork."""
        same_run = (kept.first, kept.count) == (header.first, header.count)
        if same_run and kept.digest == parcel.digest:
            return
        if parcel.opened is None:  # unreadable: neither the same nor provably another
            raise parcel.fault or BundleError("unreadable", "cannot be opened", hint="Send it again.")
        if same_run and kept.chain == parcel.opened.chain:
            return
        if same_run and kept.chain is None and kept.state is not State.MERGED and parcel.batch is not None:
            custody.replace_raw(tx, kept.id, parcel.raw, digest=parcel.digest, chain=parcel.opened.chain)
            self._retry(tx, kept, parcel, at_ms)
            return
        self._stop_feed(tx, parcel, header, at_ms)

    def _give_way(
        self, tx: Connection, header: Header, brought: Batch, kept: Kept, at_ms: int
    ) -> list[Parcel]:
        """Take out of the line what waits behind a gap that the device with the log now brings, cut anew.

        By its chain it could never follow. Where it says the same, it is returned: what it says besides is to
        be merged. Else it is kept as evidence: the disk was copied. One that nobody can read is let go of,
        unless it says more than is brought.
        """
        waiting = self._reopen(tx, kept)
        custody.release(tx, kept.id)
        if waiting.batch is None:
            if kept.first + kept.count - 1 > header.last:
                self._keep_evidence(tx, waiting, waiting.fault.code if waiting.fault else _UNREADABLE, at_ms)
            return []
        said = {change.dot: change for change in brought.changes()}
        if all(said.get(change.dot, change) == change for change in waiting.batch.changes()):
            return [waiting]
        self._keep_evidence(tx, waiting, FORKED, at_ms)
        return []

    def _merge_displaced(self, tx: Connection, parcel: Parcel, at_ms: int) -> None:
        """Merge what had to give way: what it says besides stands in no bundle of the line."""
        assert parcel.batch is not None and parcel.node is not None  # noqa: PT018 — it was looked at
        try:
            self._apply(tx, parcel.node, parcel.batch, at_ms)
        except RemoteError as error:
            self._keep_evidence(tx, parcel, error.code, at_ms)

    def _keep_evidence(self, tx: Connection, parcel: Parcel, code: str, at_ms: int) -> None:
        assert parcel.header is not None  # it was read before it was kept
        custody.note_fault(
            tx,
            feed=parcel.header.feed,
            first=parcel.header.first,
            count=parcel.header.count,
            code=code,
            hint="It came under the device's earlier number and cannot join its log. The device goes on; the "
            "bytes are kept here.",
            evidence=parcel.raw,
            at_ms=at_ms,
        )

    def _stop_feed(self, tx: Connection, parcel: Parcel, header: Header, at_ms: int) -> None:
        custody.quarantine_feed(tx, header.feed, FORKED)
        custody.quarantine_feed(tx, feed_of(header.node, Lane.BULK), FORKED)
        error = BundleError(
            FORKED,
            "the same numbers stand for other content: the node was cloned or restored",
            hint="Find out which device is the real one, and enrol it again.",
        )
        custody.note_fault(
            tx,
            feed=header.feed,
            first=header.first,
            count=header.count,
            code=error.code,
            hint=error.hint,
            evidence=parcel.raw,
            at_ms=at_ms,
        )
        self._witness(tx, header, "feed_stopped", at_ms)
        raise error

    def _let_wait(self, tx: Connection, parcel: Parcel, header: Header, head: FeedHead, at_ms: int) -> None:
        if custody.count_waiting(tx, header.feed) >= WAITING_MAX:
            raise BundleError(
                "too_many_waiting",
                f"too much waits for seq {head.head + 1} already",
                hint="Send the missing bundle first.",
            )
        self._keep(tx, parcel, header, State.WAITING, at_ms)

    def _accept(self, tx: Connection, parcel: Parcel, header: Header, head: FeedHead, at_ms: int) -> None:
        """The next bundle of its feed."""
        if parcel.opened is not None and head.chain not in (None, parcel.opened.before):
            self._stop_feed(tx, parcel, header, at_ms)
        number = self._keep(tx, parcel, header, State.MERGED, at_ms)
        self._merge(tx, parcel, header, number, at_ms)
        chain = None if parcel.opened is None else parcel.opened.chain
        custody.advance(tx, header.feed, head=header.last, chain=chain)

    def _take_late(self, tx: Connection, parcel: Parcel, header: Header, at_ms: int) -> None:
        """What a person had declared lost, and came after all: merged in its place, below the head."""
        before = custody.overlapping(tx, header.feed, header.first - 1, header.first - 1)
        known = None if before is None else before.chain
        if parcel.opened is not None and known not in (None, parcel.opened.before):
            self._stop_feed(tx, parcel, header, at_ms)
        number = self._keep(tx, parcel, header, State.MERGED, at_ms)
        self._merge(tx, parcel, header, number, at_ms)
        gaps.came_after_all(tx, header.feed, header.first, header.last)

    # --- gaps ---

    def give_up_gap(self, tx: Connection, gap: Gap, *, at_ms: int) -> None:
        """Move a feed's head over changes that a person declared lost; what waited behind them goes on.

        The next bundle tells the chain it builds on. Should a lost one come after all, it is taken.
        """
        gaps.keep_lost(tx, gap.feed, gap.first, gap.last, at_ms=at_ms)
        custody.advance(tx, gap.feed, head=gap.last, chain=None)
        self._follow(tx, gap.feed, at_ms)

    def _keep(self, tx: Connection, parcel: Parcel, header: Header, state: State, at_ms: int) -> int:
        chain = None if parcel.opened is None else parcel.opened.chain
        return custody.keep(
            tx, header, parcel.raw, digest=parcel.digest, chain=chain, state=state, at_ms=at_ms
        )

    def _merge(self, tx: Connection, parcel: Parcel, header: Header, number: int, at_ms: int) -> bool:
        """Merge a kept bundle, or quarantine it; returns whether it was merged."""
        fault = parcel.fault
        if parcel.batch is not None and parcel.node is not None:
            try:
                self._apply(tx, parcel.node, parcel.batch, at_ms)
                self._witness(tx, header, "bundle_merged", at_ms)
                return True
            except RemoteError as error:
                fault = error
        assert fault is not None  # a parcel without a batch says why
        custody.set_state(tx, number, State.QUARANTINED)
        custody.note_fault(
            tx,
            bundle=number,
            feed=header.feed,
            first=header.first,
            count=header.count,
            code=fault.code,
            hint=fault.hint,
            at_ms=at_ms,
        )
        self._witness(tx, header, "bundle_quarantined", at_ms)
        return False

    def _follow(self, tx: Connection, feed: Feed, at_ms: int) -> None:
        """Take on what waited for the gap that is now filled."""
        while True:
            head = custody.head_of(tx, feed)
            kept = custody.find(tx, feed, head.head + 1)
            if kept is None or kept.raw is None or kept.state is not State.WAITING:
                return
            parcel = self._reopen(tx, kept)
            if parcel.reseal:  # its prekey died while it waited: forget this envelope, ask for another
                custody.release(tx, kept.id)
                return
            assert parcel.header is not None  # it was read before it was kept
            if parcel.opened is not None and head.chain not in (None, parcel.opened.before):
                custody.set_state(tx, kept.id, State.QUARANTINED)
                try:
                    self._stop_feed(tx, parcel, parcel.header, at_ms)
                except BundleError:
                    return  # it stands in the quarantine; nobody asked about it now
            custody.set_state(tx, kept.id, State.MERGED)
            self._merge(tx, parcel, parcel.header, kept.id, at_ms)
            chain = None if parcel.opened is None else parcel.opened.chain
            custody.advance(tx, feed, head=parcel.header.last, chain=chain)

    # --- trying again ---

    def retry_quarantined(self, tx: Connection, *, at_ms: int) -> int:
        """Try every quarantined bundle again (after an upgrade); returns how many were merged."""
        merged = 0
        for kept in custody.in_state(tx, State.QUARANTINED):
            if kept.raw is None or custody.head_of(tx, kept.feed).quarantined is not None:
                continue
            parcel = self._reopen(tx, kept)
            if parcel.batch is not None and self._retry(tx, kept, parcel, at_ms):
                merged += 1
        return merged

    def _retry(self, tx: Connection, kept: Kept, parcel: Parcel, at_ms: int) -> bool:
        if kept.state is State.WAITING:
            return False  # its turn comes when the gap is filled
        assert parcel.batch is not None and parcel.header is not None and parcel.node is not None  # noqa: PT018 — callers looked
        try:
            self._apply(tx, parcel.node, parcel.batch, at_ms)
        except RemoteError:
            return False
        custody.set_state(tx, kept.id, State.MERGED)
        custody.settle_faults(tx, kept.id, at_ms=at_ms)
        self._witness(tx, parcel.header, "bundle_merged", at_ms)
        return True

    def _apply(self, tx: Connection, node: KnownNode, batch: Batch, at_ms: int) -> None:
        """Merge what a node said, all of it or nothing. Raises RemoteError."""
        with attempt(tx):
            self._merger.merge(tx, node, batch, revoked=self._is_revoked(tx, node), at_ms=at_ms)

    def _is_revoked(self, tx: Connection, node: KnownNode) -> bool:
        """Whether the author lost their standing after the bundle was taken: then it is kept, and refused."""
        listed = self._revoked.read(tx)
        return listed is not None and node.node in listed.nodes

    def _witness(self, tx: Connection, header: Header, action: str, at_ms: int) -> None:
        """One audit line a bundle: who brought how much."""
        audit.write(
            tx,
            Line(
                at_ms=at_ms,
                officer=SYSTEM,
                device=f"node {header.node}",
                action=action,
                record=header.base,
                detail=f"{header.count} from {header.first}",
            ),
        )
