"""Search keys: which records share a hash, kept in sorted runs of one table.

Job: answer "which records have this key?" over millions of checks without making ingest pay for it.
Keys are random 63-bit hashes: an ordinary index would touch a random page for each of them, and
that cost, not cryptography, is what limits a hub (measured: 165,000 rows/s without, 12,000 with).
So keys are added in sorted batches, each a *run* written from left to right; runs of one size
class are merged into one of the next, a bounded piece at a time.

    search_key (run, key, record)      run 0 is hot: small adds, until it is worth a run of its own
    search_run (run, tier, pairs, next, into)

A merge reads its sources up to its mark (`next`) and writes the target; only when it is through
does the target answer and do the sources stop to. What a source holds is then deleted in pieces.

Invariants
* A pair once added is found until its record is purged, at every moment of every merge.
* A stale pair (the record was edited) may be found: a key is only a reason to look.
* A look-up is bounded, however many records share a key, and says where there are more.
* `tidy` touches at most about `budget` pairs a call, so that no writer waits long for it.
Must not know: what the keys are of.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import sqlite_utils
from sqlite_utils.migrations import Migrations

from shared.database import Connection
from shared.ids import Lane, feed_of_dot
from shared.limits import COUNT_MAX, LANE_BITS, SEQ_BITS

migrations = Migrations("search")

HOT: Final = 0
HOT_BATCH_PAIRS: Final = 512  # fewer go into the hot run: a run of their own would cost look-ups more
HOT_MAX_PAIRS: Final = 20_000  # then the hot run is written out: its pages are touched at random
FAN: Final = 16  # runs of one tier before they are merged; a look-up asks every run
KEY_SPACE: Final = 1 << 63
_LANES: Final = (1 << LANE_BITS) - 1

Pair = tuple[int, int]
"""(key, record)"""


@migrations()
def m001_search(db: sqlite_utils.Database) -> None:
    for sql in (
        """CREATE TABLE search_key (
            run INTEGER NOT NULL, key INTEGER NOT NULL, record INTEGER NOT NULL,
            PRIMARY KEY (run, key, record)) STRICT, WITHOUT ROWID""",
        """CREATE TABLE search_run (
            run INTEGER PRIMARY KEY, tier INTEGER NOT NULL, pairs INTEGER NOT NULL,
            state TEXT NOT NULL CHECK (state IN ('live', 'growing', 'dead')),
            mark INTEGER NOT NULL DEFAULT 0, target INTEGER) STRICT""",
        "INSERT INTO search_run (run, tier, pairs, state) VALUES (0, 0, 0, 'live')",
    ):
        db.execute(sql)


def add(tx: Connection, pairs: Iterable[Pair]) -> int:
    """Add pairs inside the caller's transaction; returns how many. Adding one twice does nothing."""
    batch = sorted(pairs)  # a pair that stands in it twice is ignored the second time
    if not batch:
        return 0
    run = HOT if len(batch) < HOT_BATCH_PAIRS else _new_run(tx, tier=1, state="live")
    tx.executemany(
        f"INSERT OR IGNORE INTO search_key (run, key, record) VALUES ({run:d}, ?, ?)",  # noqa: S608 - our own number
        batch,
    )
    tx.execute("UPDATE search_run SET pairs = pairs + ? WHERE run = ?", (len(batch), run))
    return len(batch)


@dataclass(frozen=True, slots=True)
class Sharing:
    """Records that share a key, in ascending order; `more`: there are others behind the last of them."""

    records: list[int]
    more: bool


def find(tx: Connection, keys: Sequence[int], *, lane: Lane, limit: int, start: int = 0) -> Sharing:
    """The first `limit` records of a lane, from `start` on, that have any of these keys.

    Reads at most `limit` + 1 rows of each key and run, and one of each feed of another lane.
    """
    runs = [run for (run,) in tx.execute("SELECT run FROM search_run WHERE state = 'live'")]
    found = (_of_key(tx, run, key, lane, start, limit + 1) for run in runs for key in keys)
    records = sorted({record for some in found for record in some})
    return Sharing(records[:limit], len(records) > limit)


def _of_key(tx: Connection, run: int, key: int, lane: Lane, start: int, most: int) -> list[int]:
    """A key's records of a lane in one run; what lies between its feeds is jumped over, however much."""
    found: list[int] = []
    while len(found) < most and start <= COUNT_MAX:
        row = tx.execute(f"{_OF_KEY} LIMIT 1", (run, key, start, COUNT_MAX)).fetchone()
        if row is None:
            break
        feed = feed_of_dot(row[0])
        if feed & _LANES == lane:
            end = (feed + 1) << SEQ_BITS
            rows = tx.execute(f"{_OF_KEY} LIMIT ?", (run, key, row[0], end - 1, most - len(found)))
            found += [record for (record,) in rows]
            start = end
        else:  # to this lane of the same node, or of the next one
            start = ((feed if feed & _LANES < lane else feed + _LANES + 1) & ~_LANES | lane) << SEQ_BITS
    return found


_OF_KEY: Final = (
    "SELECT record FROM search_key WHERE run = ? AND key = ? AND record BETWEEN ? AND ? ORDER BY record"
)


def tidy(tx: Connection, budget: int) -> bool:
    """Do one piece of the upkeep that is due (about `budget` pairs); returns whether any was.

    Call it again until it returns False, each time in a transaction of its own.
    """
    return _bury(tx, budget) or _merge_on(tx, budget) or _retire_hot(tx) or _start_merge(tx)


def runs(tx: Connection) -> int:
    """How many runs a look-up asks."""
    (count,) = tx.execute("SELECT count(*) FROM search_run WHERE state = 'live'").fetchone()
    return int(count)


def _new_run(tx: Connection, *, tier: int, state: str) -> int:
    (run,) = tx.execute(
        "INSERT INTO search_run (run, tier, pairs, state) "
        "SELECT max(run) + 1, ?, 0, ? FROM search_run RETURNING run",
        (tier, state),
    ).fetchone()
    return int(run)


def _retire_hot(tx: Connection) -> bool:
    """Write the hot run out as a run of its own once it is large."""
    (pairs,) = tx.execute("SELECT pairs FROM search_run WHERE run = ?", (HOT,)).fetchone()
    if pairs < HOT_MAX_PAIRS:
        return False
    run = _new_run(tx, tier=1, state="live")
    tx.execute(
        "INSERT INTO search_key (run, key, record) "
        "SELECT ?, key, record FROM search_key WHERE run = ? ORDER BY key, record",
        (run, HOT),
    )
    tx.execute("DELETE FROM search_key WHERE run = ?", (HOT,))
    tx.execute("UPDATE search_run SET pairs = ? WHERE run = ?", (pairs, run))
    tx.execute("UPDATE search_run SET pairs = 0 WHERE run = ?", (HOT,))
    return True


def _start_merge(tx: Connection) -> bool:
    """Begin to merge the lowest tier that has enough runs."""
    row = tx.execute(
        "SELECT tier FROM search_run WHERE state = 'live' AND tier > 0 AND target IS NULL "
        "GROUP BY tier HAVING count(*) >= ? ORDER BY tier LIMIT 1",
        (FAN,),
    ).fetchone()
    if row is None:
        return False
    target = _new_run(tx, tier=row[0] + 1, state="growing")
    tx.execute(
        "UPDATE search_run SET target = ? WHERE state = 'live' AND tier = ? AND target IS NULL",
        (target, row[0]),
    )
    return True


def _merge_on(tx: Connection, budget: int) -> bool:
    """Take a running merge one piece further: a slice of the key space, since keys are spread evenly."""
    row = tx.execute("SELECT run, mark FROM search_run WHERE state = 'growing'").fetchone()
    if row is None:
        return False
    target, mark = row
    (total,) = tx.execute("SELECT sum(pairs) FROM search_run WHERE target = ?", (target,)).fetchone()
    upto = min(KEY_SPACE - 1, mark + KEY_SPACE * budget // max(total, 1))
    tx.execute(
        "INSERT INTO search_key (run, key, record) "
        "SELECT DISTINCT ?1, key, record FROM search_key s "
        "WHERE run IN (SELECT run FROM search_run WHERE target = ?1) AND key BETWEEN ?2 AND ?3 "
        "AND NOT EXISTS (SELECT 1 FROM purged p WHERE p.record = s.record) ORDER BY key, record",
        (target, mark, upto),
    )
    if upto < KEY_SPACE - 1:
        tx.execute("UPDATE search_run SET mark = ? WHERE run = ?", (upto + 1, target))
    else:
        tx.execute("UPDATE search_run SET state = 'live', pairs = ?, mark = 0 WHERE run = ?", (total, target))
        tx.execute("UPDATE search_run SET state = 'dead', target = NULL WHERE target = ?", (target,))
    return True


def _bury(tx: Connection, budget: int) -> bool:
    """Delete a piece of a merged run; its row goes with the last piece."""
    row = tx.execute("SELECT run, pairs, mark FROM search_run WHERE state = 'dead' LIMIT 1").fetchone()
    if row is None:
        return False
    run, pairs, mark = row
    upto = min(KEY_SPACE - 1, mark + KEY_SPACE * budget // max(pairs, 1))
    tx.execute("DELETE FROM search_key WHERE run = ? AND key <= ?", (run, upto))
    if upto < KEY_SPACE - 1:
        tx.execute("UPDATE search_run SET mark = ? WHERE run = ?", (upto + 1, run))
    else:
        tx.execute("DELETE FROM search_run WHERE run = ?", (run,))
    return True
