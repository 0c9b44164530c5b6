"""By which version of a matcher's keys this file was filed, and filing it anew after an upgrade.

Job: alerts and own checks are found by keys that a store keeps; where the matcher now makes others, all are
made again. The persons of both have an index with a version of its own (`watch.file_anew`).
Invariants: in one transaction, so that a file is never asked by keys it was not filed by; keys are sorted in,
a few million at a time, so that memory is bounded. Must not know: how keys are made.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from typing import Final

from edge.store import passed_over
from edge.store.watch import pack_keys, wanted_in
from shared.database import Connection
from shared.ledger import records
from shared.ledger.records import Record
from shared.ledger.savepoint import Spoilt, sparing
from shared.schema import Kind
from shared.watchlist import Matcher, subject_of

TODAY: Final = "keys_version"
NEXT: Final = "next_keys_version"
"""The names under which the versions of today's list and of the list to come are kept."""

_READ: Final = 500  # records at a time
_BUCKETS: Final = 32
_SHIFT: Final = 58  # of 63 bits
_PAIRS_MAX: Final = 4_000_000  # 64 MB, and a thirty-second of them sorted at a time


def version(tx: Connection, name: str) -> int:
    """By which version the keys were made; 0 where nobody noted it."""
    row = tx.execute("SELECT number FROM meta WHERE name = ?", (name,)).fetchone()
    return 0 if row is None else int(row[0])


def note(tx: Connection, name: str, number: int) -> None:
    tx.execute("INSERT OR REPLACE INTO meta (name, number) VALUES (?, ?)", (name, number))


def file_anew(tx: Connection, matcher: Matcher, *, at_ms: int) -> bool:
    """Make all keys again where another version made them; returns whether it had to."""
    if version(tx, TODAY) == matcher.keys_version:
        return False
    spoilt: Spoilt = {}
    tx.execute("DELETE FROM watch_key")
    _sort_in(tx, "watch_key (key, alert)", _alerts(tx, matcher, spoilt))
    tx.execute("DELETE FROM check_key")
    _sort_in(tx, "check_key (key, record)", _checks(tx, matcher, spoilt))
    passed_over.note(tx, spoilt, at_ms=at_ms)
    note(tx, TODAY, matcher.keys_version)
    return True


def _alerts(tx: Connection, matcher: Matcher, spoilt: Spoilt) -> Iterator[tuple[int, int]]:
    for alert in _every(tx, Kind.ALERT):
        with sparing(spoilt, alert.id):
            wanted = wanted_in(matcher, alert.values)
            if wanted is not None:
                tx.execute("UPDATE watched SET keys = ? WHERE alert = ?", (pack_keys(wanted.keys), alert.id))
                yield from ((key, alert.id) for key in wanted.keys)


def _checks(tx: Connection, matcher: Matcher, spoilt: Spoilt) -> Iterator[tuple[int, int]]:
    for check in _every(tx, Kind.CHECK):
        if not check.values.get("void"):
            with sparing(spoilt, check.id):
                yield from ((key, check.id) for key in matcher.keys_of(subject_of(check.values)))


def _every(tx: Connection, kind: Kind) -> Iterator[Record]:
    last = 0
    while batch := records.select(tx, kind, "id > ?", (last,), f"ORDER BY id LIMIT {_READ}"):
        last = batch[-1].id
        yield from batch


def _sort_in(tx: Connection, into: str, pairs: Iterator[tuple[int, int]]) -> None:
    """Write pairs in the order of their table, as many at a time as memory holds."""
    buckets, held = [array("q") for _ in range(_BUCKETS)], 0
    for key, record in pairs:
        buckets[key >> _SHIFT].extend((key, record))
        held += 1
        if held >= _PAIRS_MAX:
            _write(tx, into, buckets)
            buckets, held = [array("q") for _ in range(_BUCKETS)], 0
    _write(tx, into, buckets)


def _write(tx: Connection, into: str, buckets: list[array[int]]) -> None:
    for bucket in buckets:
        rows = sorted(zip(bucket[::2], bucket[1::2], strict=True))
        tx.executemany(f"INSERT OR IGNORE INTO {into} VALUES (?, ?)", rows)  # noqa: S608 — our own names
