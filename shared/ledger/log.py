"""A machine's own changes: numbered, stamped, logged.

Job: the write side of a node. `append` makes a change inside the caller's transaction, so that
the change, its record, its audit line and its hits are committed together or not at all.

Invariants
* A seq is taken from a row in the same transaction as the change that bears it: a rollback
  leaves no gap.
What becomes of a logged change is the `outbox`'s. Must not know: bundles, what a change means.
"""

from __future__ import annotations

from collections.abc import Mapping

from shared import bundle, wire
from shared.change import SEEN, Change, Value
from shared.clock import Correction, HybridClock, Millis
from shared.database import Connection
from shared.ids import SYSTEM, Dot, Lane, Node, OfficerId, RecordId, feed_of, make_dot
from shared.ledger import records
from shared.ledger.outbox import Outbox
from shared.ledger.records import Applied
from shared.schema import SCHEMA, Kind


class OwnLog(Outbox):
    """The feeds this machine writes, and their outbox. All methods run inside the caller's transaction."""

    def __init__(self, *, node: Node, now_ms: Millis, silent: bool = False) -> None:
        super().__init__(node=node, now_ms=now_ms, silent=silent)
        self._clock: HybridClock | None = None

    def set_up(self, tx: Connection) -> None:
        """Make the head rows at first start; harmless afterwards."""
        for lane in Lane:
            start = bundle.chain_start(feed_of(self.node, lane))
            tx.execute("INSERT OR IGNORE INTO own_head VALUES (?, 0, 0, ?, 0)", (lane, start))

    def append(
        self,
        tx: Connection,
        *,
        kind: Kind,
        author: OfficerId,
        fields: Mapping[int, Value],
        record: RecordId | None = None,
        context: Mapping[int, tuple[Dot, ...]] | None = None,
    ) -> Applied:
        """Make, log and apply a change of our own. Without `record` it creates one.

        `context` is what the author was shown (see `records.context_of`); contexts of fields the
        change does not set are dropped, SEEN excepted.
        """
        lane = SCHEMA[kind].lane
        (seq,) = tx.execute(
            "UPDATE own_head SET seq = seq + 1 WHERE lane = ? RETURNING seq", (lane,)
        ).fetchone()
        dot = make_dot(feed_of(self.node, lane), seq)
        shown = context or {}
        change = Change(
            dot=dot,
            record=RecordId(dot) if record is None else record,
            kind=kind,
            stamp=self.clock(tx).tick(),
            author=author,
            fields={n: v for n, v in fields.items() if v is not None or record is not None},
            context={n: dots for n, dots in shown.items() if (n in fields or n == SEEN) and dots},
        )
        self._keep_clock(tx)
        tx.execute(
            "INSERT INTO log (dot, record, logged_ms, payload) VALUES (?, ?, ?, ?)",
            (dot, change.record, self._now_ms(), wire.pack_change(change)),
        )
        return records.apply(tx, change)

    def clock(self, tx: Connection) -> HybridClock:
        """The clock, continued from the last stamp that was committed."""
        if self._clock is None:
            row = tx.execute("SELECT number FROM meta WHERE name = 'clock'").fetchone()
            self._clock = HybridClock(self._now_ms, last=row[0] if row else 0)
        return self._clock

    def correct_clock(self, tx: Connection) -> Correction | None:
        """Step the clock down to the wall time; the caller journals what it returns."""
        correction = self.clock(tx).correct()
        self._keep_clock(tx)
        return correction

    def _keep_clock(self, tx: Connection) -> None:
        tx.execute(
            "INSERT INTO meta (name, number) VALUES ('clock', ?1) "
            "ON CONFLICT (name) DO UPDATE SET number = ?1",
            (self.clock(tx).last,),
        )


def automatic(log: OwnLog, tx: Connection, kind: Kind, fields: Mapping[int, Value]) -> Applied:
    """A change the machine itself makes (status, refused change): author SYSTEM."""
    return log.append(tx, kind=kind, author=SYSTEM, fields=fields)
