"""What a machine has cut from its log to send, and how much of it the hub has acknowledged.

Job: where each of our feeds stands; cut runs of the log into sealed bundles; say which of them are pending;
put them into new envelopes.

Invariants
* Once a bundle is cut its content never changes; only its envelope may (`reseal`).
* The chain of a feed is over the contents of its bundles, in order.
* An ack never moves back by itself, and never beyond what was cut.
* What the hub has under other contents is not ours, whatever it counts.
Must not know: how bundles travel, how a change comes into the log.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from shared import bundle, wire
from shared.bundle import Header
from shared.clock import Millis
from shared.crypto import SealKey, SigningKey
from shared.database import Connection
from shared.errors import WireError
from shared.ids import Feed, Lane, Node, Seq, feed_of, lane_of_feed, make_dot
from shared.limits import BUNDLE_MAX_BYTES, BUNDLE_MAX_CHANGES


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnHead:
    """Where one of our feeds stands: last seq logged, cut into a bundle, and acknowledged."""

    lane: Lane
    seq: int
    cut: int
    chain: bytes
    acked: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealed:
    """A bundle as kept: its run and the exact bytes that travel."""

    feed: Feed
    first: Seq
    count: int
    prekey: int
    raw: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Composed:
    """A bundle that is ready and not yet kept: it builds on the chain value `before`."""

    header: Header
    before: bytes
    body: bytes
    raw: bytes


class Outbox:
    """The sealed side of the feeds this machine writes. All methods run inside the caller's transaction.

    A `silent` one cuts and sends nothing: its number is one that says nothing more.
    """

    def __init__(self, *, node: Node, now_ms: Millis, silent: bool = False) -> None:
        self.node = node
        self.silent = silent
        self._now_ms = now_ms

    # --- where the feeds stand ---

    def heads(self, tx: Connection) -> dict[Lane, OwnHead]:
        rows = tx.execute("SELECT lane, seq, cut_seq, chain, acked_seq FROM own_head ORDER BY lane")
        return {
            Lane(lane): OwnHead(lane=Lane(lane), seq=seq, cut=cut, chain=chain, acked=acked)
            for lane, seq, cut, chain, acked in rows
        }

    def queued(self, tx: Connection) -> int:
        """How many changes the hub has not acknowledged."""
        (count,) = tx.execute("SELECT coalesce(sum(seq - acked_seq), 0) FROM own_head").fetchone()
        return int(count)

    def acknowledge(self, tx: Connection, feed: Feed, head: Seq) -> None:
        """Note the hub's contiguous head. Never moves back, never beyond what was cut."""
        lane = feed & 3
        tx.execute(
            "UPDATE own_head SET acked_seq = max(acked_seq, min(?, cut_seq)) WHERE lane = ?",
            (head, lane),
        )

    def rewind(self, tx: Connection, feed: Feed, head: Seq) -> None:
        """A restored hub has less than the old one acknowledged: what it lacks is pending again."""
        tx.execute("UPDATE own_head SET acked_seq = min(acked_seq, ?) WHERE lane = ?", (head, feed & 3))

    def is_another(self, tx: Connection, lane: Lane, seq: int, chain: bytes) -> bool:
        """Whether a log that has this chain at a seq is another than ours; one that is longer than ours is.

        Both are cut into the same bundles, once and for all; what is pruned cannot be compared.
        """
        head = self.heads(tx)[lane]
        if seq >= head.cut:
            return seq > head.cut or chain != head.chain
        row = tx.execute(
            "SELECT first, before FROM sealed WHERE feed = ? AND first <= ? ORDER BY first DESC LIMIT 1",
            (feed_of(self.node, lane), seq + 1),
        ).fetchone()
        return row is not None and row != (seq + 1, chain)

    def disown(self, tx: Connection, lane: Lane, seq: int) -> bool:
        """What the hub has up to a seq is another log's: our bundle that holds this seq is pending again.

        Sending it shows the hub. Returns whether an ack was taken back.
        """
        row = tx.execute(
            "SELECT max(first) - 1 FROM sealed WHERE feed = ? AND first <= ?", (feed_of(self.node, lane), seq)
        ).fetchone()
        return row[0] is not None and bool(
            tx.execute(
                "UPDATE own_head SET acked_seq = ?1 WHERE lane = ?2 AND acked_seq > ?1", (row[0], lane)
            ).rowcount
        )

    def uncut(self, tx: Connection, lane: Lane) -> tuple[int, int | None]:
        """How many changes of a lane no bundle holds yet, and when (ms) the oldest was logged."""
        head = self.heads(tx)[lane]
        if head.seq <= head.cut or self.silent:
            return 0, None
        oldest = make_dot(feed_of(self.node, lane), head.cut + 1)
        row = tx.execute("SELECT logged_ms FROM log WHERE dot = ?", (oldest,)).fetchone()
        return head.seq - head.cut, row[0] if row else None

    # --- bundles ---

    def compose(
        self,
        tx: Connection,
        lane: Lane,
        *,
        hub: bytes,
        prekey: int,
        key: SealKey,
        signer: SigningKey,
        at_most: int,
    ) -> Composed | None:
        """Seal the next run of uncut changes of a lane (at most `at_most`); None when there is none.

        Only reads: encoding a long run takes as long as an officer waits for "saved", and needs no lock.
        """
        head = self.heads(tx)[lane]
        count = min(head.seq - head.cut, at_most, BUNDLE_MAX_CHANGES)
        if count <= 0 or self.silent:
            return None
        feed = feed_of(self.node, lane)
        header = Header(hub=hub, prekey=prekey, feed=feed, first=Seq(head.cut + 1), count=count)
        header, body, raw = self._fitting(tx, header, before=head.chain, key=key, signer=signer)
        return Composed(header=header, before=head.chain, body=body, raw=raw)

    def keep_cut(self, tx: Connection, composed: Composed) -> Sealed | None:
        """Make a composed bundle the next of its feed; None where another was cut meanwhile."""
        header, before = composed.header, composed.before
        head = self.heads(tx)[lane_of_feed(header.feed)]
        if (head.cut + 1, head.chain) != (header.first, before):
            return None
        tx.execute(
            "INSERT INTO sealed (feed, first, count, before, body, prekey, raw, cut_ms) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (
                header.feed, header.first, header.count, before, composed.body, header.prekey, composed.raw,
                self._now_ms(),
            ),
        )  # fmt: skip
        tx.execute(
            "UPDATE own_head SET cut_seq = ?, chain = ? WHERE lane = ?",
            (header.last, bundle.chain_next(before, header, composed.body), head.lane),
        )
        return Sealed(
            feed=header.feed, first=header.first, count=header.count, prekey=header.prekey, raw=composed.raw
        )

    def _fitting(
        self, tx: Connection, header: Header, *, before: bytes, key: SealKey, signer: SigningKey
    ) -> tuple[Header, bytes, bytes]:
        """(header, body, bundle) of the run, or of as much of it as a bundle may hold: pictures are large."""
        while True:
            fewer = replace(header, count=header.count // 2)
            try:
                body = self._body(tx, header)
                raw = bundle.seal(body, header=header, before=before, prekey=key, signer=signer)
            except WireError as error:
                if error.code not in wire.TOO_MUCH or not fewer.count:
                    raise
            else:
                if len(raw) <= BUNDLE_MAX_BYTES or not fewer.count:
                    return header, body, raw
            header = fewer

    def _body(self, tx: Connection, header: Header) -> bytes:
        """The encoded changes of a run of our log."""
        rows = tx.execute(
            "SELECT payload FROM log WHERE dot BETWEEN ? AND ? ORDER BY dot",
            (header.base, make_dot(header.feed, header.last)),
        )
        return wire.encode([wire.unpack_change(payload) for (payload,) in rows], base=header.base)

    def pending(self, tx: Connection, *, budget_bytes: int, lanes: Lane = Lane.BULK) -> list[Sealed]:
        """Bundles the hub has not acknowledged, urgent first, in order, until a byte budget is used up.

        At least one is returned where there is one. The last may go beyond the budget, which is for the
        caller to send in pieces. `lanes` is the last lane that may go.
        """
        found: list[Sealed] = []
        for lane, head in self.heads(tx).items():
            for sealed in self._unacknowledged(tx, head) if lane <= lanes else ():
                if found and budget_bytes <= 0:
                    return found
                budget_bytes -= len(sealed.raw)
                found.append(sealed)
        return found

    def waits(self, tx: Connection, lane: Lane, room: int) -> bool:
        """Whether the hub lacks so many bytes of a lane's bundles, or more."""
        for sealed in self._unacknowledged(tx, self.heads(tx)[lane]):
            room -= len(sealed.raw)
            if room <= 0:
                return True
        return False

    def pending_of(self, tx: Connection, lane: Lane, *, after: int, budget_bytes: int) -> list[Sealed]:
        """Unacknowledged bundles of one lane that begin after a seq, in order, within a byte budget.

        At least one is returned where there is one, however large.
        """
        found: list[Sealed] = []
        left = budget_bytes
        for sealed in self._unacknowledged(tx, self.heads(tx)[lane], after=after):
            if found and left < len(sealed.raw):
                break
            left -= len(sealed.raw)
            found.append(sealed)
        return found

    def _unacknowledged(self, tx: Connection, head: OwnHead, *, after: int = 0) -> Iterator[Sealed]:
        """The bundles of one lane that the hub lacks and would have, in order, that begin after a seq."""
        if self.silent:
            return
        rows = tx.execute(
            "SELECT feed, first, count, prekey, raw FROM sealed WHERE feed = ? AND first > ? "
            "AND first + count - 1 > ? AND refused_code IS NULL ORDER BY first",
            (feed_of(self.node, head.lane), max(after, head.acked - BUNDLE_MAX_CHANGES), head.acked),
        )
        for feed, first, count, prekey, raw in rows:
            yield Sealed(feed=feed, first=first, count=count, prekey=prekey, raw=raw)

    def bundles_in(
        self, tx: Connection, runs: Sequence[tuple[int, int, int]], *, budget_bytes: int
    ) -> list[Sealed]:
        """Bundles of ours that lie in some runs (feed, first, last), acknowledged or not, within a budget."""
        found: list[Sealed] = []
        for feed, first, last in () if self.silent else runs:
            rows = tx.execute(
                "SELECT feed, first, count, prekey, raw FROM sealed WHERE feed = ? AND first >= ? "
                "AND first + count - 1 <= ? AND refused_code IS NULL ORDER BY first",
                (feed, first, last),
            )
            for of, start, count, prekey, raw in rows:
                if found and budget_bytes <= 0:
                    return found
                budget_bytes -= len(raw)
                found.append(Sealed(feed=of, first=start, count=count, prekey=prekey, raw=raw))
        return found

    def refuse_bundle(self, tx: Connection, *, feed: Feed, first: Seq, code: str | None) -> None:
        """Note why the hub will not have a bundle, so that it is not sent again; None lets it go again."""
        tx.execute("UPDATE sealed SET refused_code = ? WHERE feed = ? AND first = ?", (code, feed, first))

    def refused(self, tx: Connection) -> tuple[str, ...]:
        """The codes of bundles the hub will not have."""
        rows = tx.execute(
            "SELECT DISTINCT refused_code FROM sealed WHERE refused_code IS NOT NULL ORDER BY 1"
        )
        return tuple(code for (code,) in rows)

    def sealed_otherwise(self, tx: Connection, *, feed: Feed, first: Seq, prekey: int) -> bool:
        """Whether any bundle from `first` on is in an envelope to another prekey."""
        row = tx.execute(
            "SELECT 1 FROM sealed WHERE feed = ? AND first + count > ? AND prekey <> ? LIMIT 1",
            (feed, first, prekey),
        ).fetchone()
        return row is not None

    def reseal(
        self,
        tx: Connection,
        *,
        feed: Feed,
        first: Seq,
        hub: bytes,
        prekey: int,
        key: SealKey,
        signer: SigningKey,
    ) -> int:
        """Put the bundles from `first` on into envelopes to this prekey; their content stays.

        Returns how many were in others.
        """
        rows = tx.execute(
            "SELECT id, first, count, before, body FROM sealed "
            "WHERE feed = ? AND first + count > ? AND prekey <> ? ORDER BY first",
            (feed, first, prekey),
        ).fetchall()
        for row_id, start, count, before, body in rows:
            header = Header(hub=hub, prekey=prekey, feed=feed, first=start, count=count)
            raw = bundle.seal(body, header=header, before=before, prekey=key, signer=signer)
            tx.execute("UPDATE sealed SET prekey = ?, raw = ? WHERE id = ?", (prekey, raw, row_id))
        return len(rows)
