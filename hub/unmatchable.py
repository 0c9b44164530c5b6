"""Records that search or matching cannot take in: passed over, so that their neighbours go on.

Job: note each as a fault under one code, once; queue them again after a start, which may be after an upgrade;
settle those that went well. Must not know: what went wrong with one; who searches.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from hub.store import custody
from shared.database import Connection
from shared.ids import feed_of_dot, seq_of_dot
from shared.ledger.savepoint import Spoilt

CODE: Final = "record_unmatchable"


def note(tx: Connection, spoilt: Spoilt, *, at_ms: int) -> None:
    """A fault for each of these that has none."""
    for record, failure in spoilt.items():
        feed, seq = feed_of_dot(record), seq_of_dot(record)
        if not custody.has_fault(tx, feed=feed, first=seq, code=CODE):
            custody.note_fault(
                tx,
                feed=feed,
                first=seq,
                count=1,
                dot=record,
                code=CODE,
                hint=f"It is kept, but neither found nor matched ({failure}). Call the engineer; it is tried "
                "again when the hub next starts.",
                at_ms=at_ms,
            )


def settle(tx: Connection, ranges: Sequence[tuple[int, int]], *, but: Mapping[int, str], at_ms: int) -> None:
    """These ranges were taken in, all `but` some: whatever was noted of the others is mended."""
    mended = [
        record
        for record in custody.dots_with(tx, CODE)
        if record not in but and any(base <= record <= top for base, top in ranges)
    ]
    if mended:
        custody.settle_faults_of(tx, mended, code=CODE, at_ms=at_ms)


def retry(tx: Connection, *, at_ms: int) -> None:
    """Queue every one that was passed over."""
    for record in custody.dots_with(tx, CODE):
        custody.queue_for_search(tx, record, record, at_ms=at_ms)
