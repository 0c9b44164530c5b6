"""The indexer: brings the search up to date, just behind the ack.

Job: take the ranges that ingest queued, compute their keys, add them to the runs; keep the runs few; file the
persons of alerts.
Invariants: a range leaves the queue in the transaction that adds its keys, and joins the retro-check's there;
each transaction is short, so that nobody who brings bundles waits for the search; a record that cannot be
taken in is passed over under a code, and no other waits for it.
Must not know: who searches.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from threading import Lock
from typing import Final

from hub import unmatchable
from hub.kit import Kit
from hub.store import custody, lists, opening, persons, rematch
from shared.database import Connection
from shared.ids import Lane, feed_of_dot, lane_of_feed
from shared.ledger import search
from shared.ledger.savepoint import Spoilt, attempt, sparing
from shared.schema import Kind
from shared.watchlist import Subject

RECORDS_A_TURN: Final = 16_000  # a third of a second of one core, nearly all before the store is locked:
# each turn ends in one run, and the larger the runs, the less often a pair is merged into a larger one
RANGES_A_TURN: Final = 400
TIDY_PAIRS: Final = 50_000
_FILED_BY: Final = "keys_version"
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

    def turn(self, *, later: bool = False) -> int:
        """One short transaction's worth; returns how many records it took in, 0 when caught up.

        `later` takes of what is filed anew: the persons of alerts have a version of their own, and stay.
        """
        with self._turning:  # two at once would take in the same ranges
            with self._kit.database.snapshot() as tx:
                ranges, pairs, spans, count, spoilt = self._gather(tx, later=later)
            if not ranges:
                return 0
            at_ms = self._kit.now_ms()
            with self._kit.database.transaction() as tx:
                search.add(tx, pairs)
                for base, top in spans:
                    if lane_of_feed(feed_of_dot(base)) is Lane.URGENT and not later:
                        _file_persons(tx, base, top, spoilt)
                custody.leave_search_queue(tx, ranges)
                unmatchable.note(tx, spoilt, at_ms=at_ms)
                unmatchable.settle(tx, spans, but=spoilt, at_ms=at_ms)
                rematch.queue(tx, spans, at_ms=at_ms)
            return max(count, 1)

    def begin(self) -> None:
        """After a start, which may be after an upgrade: file anew what was filed by other keys, and try again
        what was passed over."""
        kit, version = self._kit, self._kit.matcher.keys_version
        with kit.database.transaction() as tx:
            unmatchable.retry(tx, at_ms=kit.now_ms())
            if opening.kept_number(tx, _FILED_BY) != version:
                custody.queue_all_for_search(tx, at_ms=kit.now_ms())
                opening.keep_number(tx, _FILED_BY, version)

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
        waits = (custody.search_waits_since(tx, later=later) for later in (False, True))
        since = min((ms for ms in waits if ms is not None), default=None)
        return 0 if since is None else max(0, (self._kit.now_ms() - since) // 1000)

    def _gather(
        self, tx: Connection, *, later: bool
    ) -> tuple[list[int], list[search.Pair], list[tuple[int, int]], int, Spoilt]:
        """(queue numbers, pairs, ranges taken in, records, those passed over) of one turn."""
        ranges: list[int] = []
        spans: list[tuple[int, int]] = []
        pairs: list[search.Pair] = []
        spoilt: Spoilt = {}
        count = 0
        for number, base, top in custody.search_queue(tx, RANGES_A_TURN, later=later):
            subjects = [*lists.subjects_between(tx, base, top)]
            pairs += _pairs(self._kit.matcher.keys_of, subjects, spoilt)
            count += len(subjects)
            ranges.append(number)
            spans.append((base, top))
            if count >= RECORDS_A_TURN:
                break
        return ranges, pairs, spans, count, spoilt


def _pairs(
    keys_of: Callable[[Subject], tuple[int, ...]], subjects: Sequence[tuple[int, Subject]], spoilt: Spoilt
) -> list[search.Pair]:
    """What records are found by; each alone where they cannot be read together."""
    found: list[search.Pair] = []
    together: Spoilt = {}
    with sparing(together, 0):
        found = [(key, record) for record, subject in subjects for key in keys_of(subject)]
    if together:
        for record, subject in subjects:
            with sparing(spoilt, record):
                found += [(key, record) for key in keys_of(subject)]
    return found


def _file_persons(tx: Connection, base: int, top: int, spoilt: Spoilt) -> None:
    """File the persons of a range; each alone where they cannot be filed together."""
    together: Spoilt = {}
    with sparing(together, base), attempt(tx):
        persons.file_between(tx, base, top)
    if together:
        for record in lists.ids_between(tx, Kind.ALERT, base, top, limit=top - base + 1):
            with sparing(spoilt, record), attempt(tx):
                persons.file_between(tx, record, record)
