"""The indexer: brings the search up to date, just behind the ack.

Job: take the ranges that ingest queued, compute their keys, add them to the runs; keep the runs few; file the
persons of alerts.
Invariants: a range leaves the queue in the transaction that adds its keys, and joins the retro-check's there;
each transaction is short, so that nobody who brings bundles waits for the search.
Must not know: who searches.
"""

from __future__ import annotations

from collections.abc import Iterator
from threading import Lock
from typing import Final

from hub.kit import Kit
from hub.store import custody, lists, persons, rematch
from shared.database import Connection
from shared.ids import Lane, feed_of_dot, lane_of_feed
from shared.ledger import search

RECORDS_A_TURN: Final = 16_000  # a third of a second of one core, nearly all before the store is locked:
# each turn ends in one run, and the larger the runs, the less often a pair is merged into a larger one
RANGES_A_TURN: Final = 400
TIDY_PAIRS: Final = 50_000
WAITED_MAX_MS: Final = 2_000  # search may lag five seconds; this leaves room for one large question


class Indexer:
    """Opens its own transactions; one at a time is enough."""

    def __init__(self, kit: Kit) -> None:
        self._kit = kit
        self._turning = Lock()

    def catch_up(self) -> int:
        """Take in everything queued; returns how many records."""
        total = 0
        while taken := self.turn():
            total += taken
        return total

    def turn(self) -> int:
        """One short transaction's worth; returns how many records it took in, 0 when caught up."""
        with self._turning:  # two at once would take in the same ranges
            with self._kit.database.snapshot() as tx:
                ranges, pairs, spans, count = self._gather(tx)
            if not ranges:
                return 0
            with self._kit.database.transaction() as tx:
                search.add(tx, pairs)
                for base, top in spans:
                    if lane_of_feed(feed_of_dot(base)) is Lane.URGENT:
                        persons.file_between(tx, base, top)
                custody.leave_search_queue(tx, ranges)
                rematch.queue(tx, spans, at_ms=self._kit.now_ms())
            return max(count, 1)

    def hold_close(self) -> None:
        """Take in what has waited too long: called by whoever brings more, who so pays for the search.

        Without it a steady stream of bundles could keep the write lock from the indexer's own job.
        """
        while self.waited_ms() > WAITED_MAX_MS and self.turn():
            pass

    def waited_ms(self) -> int:
        """How long the oldest change the search does not know yet has waited."""
        with self._kit.database.snapshot() as tx:
            since = custody.search_waits_since(tx)
        return 0 if since is None else max(0, self._kit.now_ms() - since)

    def tidy(self) -> bool:
        """One piece of the runs' upkeep; returns whether any was due."""
        with self._kit.database.transaction() as tx:
            return search.tidy(tx, TIDY_PAIRS)

    def behind_s(self, tx: Connection) -> int:
        """How long the oldest change the search does not know yet has waited, in seconds."""
        since = custody.search_waits_since(tx)
        return 0 if since is None else max(0, (self._kit.now_ms() - since) // 1000)

    def _gather(self, tx: Connection) -> tuple[list[int], list[search.Pair], list[tuple[int, int]], int]:
        """(queue numbers, pairs, ranges taken in, records) of one turn."""
        ranges: list[int] = []
        spans: list[tuple[int, int]] = []
        pairs: list[search.Pair] = []
        count = 0
        for number, base, top in custody.search_queue(tx, RANGES_A_TURN):
            for found, keys in self._keys(tx, base, top):
                pairs += [(key, found) for key in keys]
                count += 1
            ranges.append(number)
            spans.append((base, top))
            if count >= RECORDS_A_TURN:
                break
        return ranges, pairs, spans, count

    def _keys(self, tx: Connection, base: int, top: int) -> Iterator[tuple[int, tuple[int, ...]]]:
        for record, subject in lists.subjects_between(tx, base, top):
            yield record, self._kit.matcher.keys_of(subject)
