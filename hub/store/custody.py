"""Custody: which bundles were received, how far each feed is whole, and what could not be used.

Invariants
* A feed's head only rises, and only over seqs that are here: an ack is never a promise.
* What was taken into custody is merged, waits for a gap, or is quarantined under a code; nothing
  is dropped.
Must not know: keys, what a bundle says.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from shared.bundle import Header, chain_start
from shared.database import Connection
from shared.ids import Dot, Feed, Lane, Seq, feed_of, feed_of_dot, node_of_feed
from shared.ledger.tables import table_of
from shared.limits import COUNT_MAX, SEQ_BITS
from shared.schema import SCHEMA, Kind

_FILED_AT_ONCE: Final = 2_000  # records of a range that is filed anew, at most


class State(StrEnum):
    """Where a kept bundle stands."""

    MERGED = "merged"
    WAITING = "waiting"  # for the seqs before it
    QUARANTINED = "quarantined"


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedHead:
    """How far a feed is whole. `chain` is None after a bundle nobody could open: the next one tells it."""

    feed: Feed
    head: int
    chain: bytes | None
    quarantined: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A bundle in custody. `raw` is None once it is no longer kept."""

    id: int
    feed: Feed
    first: Seq
    count: int
    digest: bytes
    chain: bytes | None
    state: State
    received_ms: int
    raw: bytes | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Something quarantined. `dot` names one change of it; None means the whole bundle."""

    id: int
    feed: Feed
    first: Seq
    count: int
    dot: Dot | None
    code: str
    hint: str
    received_ms: int


_KEPT = "id, feed, first, count, digest, chain, state, received_ms, raw"


def head_of(tx: Connection, feed: Feed) -> FeedHead:
    """Where a feed stands; its row is made at first sight."""
    row = tx.execute("SELECT head, chain, quarantined FROM feed WHERE feed = ?", (feed,)).fetchone()
    if row is None:
        row = (0, chain_start(feed), None)
        tx.execute(
            "INSERT INTO feed (feed, node, chain) VALUES (?, ?, ?)", (feed, node_of_feed(feed), row[1])
        )
    return FeedHead(feed=feed, head=row[0], chain=row[1], quarantined=row[2])


def ends_of(tx: Connection, node: int) -> tuple[tuple[int, bytes | None], ...]:
    """A node's contiguous heads and the chain at each, one a lane; None as in `FeedHead`."""
    rows = tx.execute("SELECT feed, head, chain FROM feed WHERE node = ?", (node,))
    found = {feed: (head, chain) for feed, head, chain in rows}
    feeds = (feed_of(node, lane) for lane in Lane)
    return tuple(found.get(feed, (0, chain_start(feed))) for feed in feeds)


def heads_of(tx: Connection, node: int) -> tuple[int, ...]:
    """A node's contiguous heads, one number a lane."""
    return tuple(head for head, _ in ends_of(tx, node))


def advance(tx: Connection, feed: Feed, *, head: int, chain: bytes | None) -> None:
    tx.execute("UPDATE feed SET head = ?2, chain = ?3 WHERE feed = ?1 AND head < ?2", (feed, head, chain))


def quarantine_feed(tx: Connection, feed: Feed, code: str) -> None:
    """Stop a feed: nothing more of it is taken until a person has looked."""
    head_of(tx, feed)
    tx.execute("UPDATE feed SET quarantined = ? WHERE feed = ?", (code, feed))


def keep(
    tx: Connection,
    header: Header,
    raw: bytes,
    *,
    digest: bytes,
    chain: bytes | None,
    state: State,
    at_ms: int,
) -> int:
    """Take a bundle into custody; returns its number."""
    (number,) = tx.execute(
        "INSERT INTO bundle (feed, first, count, base, top, prekey, digest, chain, received_ms, state, raw) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id",
        (
            header.feed,
            header.first,
            header.count,
            header.base,
            header.base + header.count - 1,
            header.prekey,
            digest,
            chain,
            at_ms,
            state,
            raw,
        ),
    ).fetchone()
    return int(number)


def set_state(tx: Connection, bundle: int, state: State) -> None:
    tx.execute("UPDATE bundle SET state = ? WHERE id = ?", (state, bundle))


def replace_raw(tx: Connection, bundle: int, raw: bytes, *, digest: bytes, chain: bytes) -> None:
    """Put a readable copy in the place of one that could not be opened."""
    tx.execute("UPDATE bundle SET raw = ?, digest = ?, chain = ? WHERE id = ?", (raw, digest, chain, bundle))


def release(tx: Connection, bundle: int) -> None:
    """Give a bundle that still waited back out of custody: it will be sent again."""
    tx.execute("DELETE FROM bundle WHERE id = ? AND state = 'waiting'", (bundle,))


def count_waiting(tx: Connection, feed: Feed) -> int:
    (count,) = tx.execute(
        "SELECT count(*) FROM bundle WHERE state = 'waiting' AND state <> 'merged' AND feed = ?", (feed,)
    ).fetchone()
    return int(count)


def find(tx: Connection, feed: Feed, first: int) -> Kept | None:
    """The kept bundle that starts at this seq."""
    row = tx.execute(f"SELECT {_KEPT} FROM bundle WHERE feed = ? AND first = ?", (feed, first)).fetchone()  # noqa: S608 — our own names
    return None if row is None else _kept(row)


def overlapping(tx: Connection, feed: Feed, first: int, last: int) -> Kept | None:
    """A kept bundle that shares a seq with first … last."""
    row = tx.execute(
        f"SELECT {_KEPT} FROM bundle WHERE feed = ?1 AND first <= ?3 ORDER BY first DESC LIMIT 1",  # noqa: S608 — our own names
        (feed, first, last),
    ).fetchone()
    found = None if row is None else _kept(row)
    return found if found is not None and found.first + found.count > first else None


def in_state(tx: Connection, state: State, feed: Feed | None = None) -> list[Kept]:
    """Kept bundles in one state, in feed order."""
    rows = tx.execute(
        f"SELECT {_KEPT} FROM bundle WHERE state = ?1 AND state <> 'merged' AND (?2 IS NULL OR feed = ?2) "  # noqa: S608 — our own names
        "ORDER BY feed, first",
        (state, feed),
    )
    return [_kept(row) for row in rows]


def waiting_counts(tx: Connection) -> dict[int, int]:
    """How many bundles wait for a gap, by node."""
    counts: dict[int, int] = {}
    for feed, count in tx.execute("SELECT feed, count(*) FROM bundle WHERE state = 'waiting' GROUP BY feed"):
        counts[node_of_feed(feed)] = counts.get(node_of_feed(feed), 0) + count
    return counts


def quarantined_feeds(tx: Connection) -> dict[int, str]:
    """The code under which a node's feed was stopped, by node."""
    rows = tx.execute("SELECT node, max(quarantined) FROM feed WHERE quarantined IS NOT NULL GROUP BY node")
    return dict(rows.fetchall())


def drop_raw(tx: Connection, *, before_ms: int, at_most: int) -> int:
    """Let go of merged bundles' bytes received before a time; returns how many."""
    return tx.execute(
        "UPDATE bundle SET raw = NULL WHERE id IN (SELECT id FROM bundle WHERE raw IS NOT NULL AND "
        "received_ms < ? AND state = 'merged' ORDER BY received_ms LIMIT ?)",
        (before_ms, at_most),
    ).rowcount


def received_ms_of(tx: Connection, dot: int) -> int | None:
    """When the change was received; None for the hub's own."""
    row = tx.execute(
        "SELECT received_ms, top FROM bundle WHERE feed = ?1 AND first <= ?2 ORDER BY first DESC LIMIT 1",
        (dot >> 40, dot & ((1 << 40) - 1)),
    ).fetchone()
    return row[0] if row and row[1] >= dot else None


# --- faults and flags ---


def note_fault(
    tx: Connection,
    *,
    feed: int,
    first: int,
    count: int,
    code: str,
    hint: str,
    at_ms: int,
    bundle: int | None = None,
    dot: int | None = None,
    evidence: bytes | None = None,
) -> None:
    """A quarantine row: what, where, why, and the bytes where they are nowhere else."""
    tx.execute(
        "INSERT INTO quarantine (bundle, feed, first, count, dot, code, hint, evidence, received_ms) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (bundle, feed, first, count, dot, code, hint, evidence, at_ms),
    )


def has_fault(tx: Connection, *, feed: int, first: int, code: str) -> bool:
    """Whether the same fault is open already: a repeat is not told twice."""
    return bool(
        tx.execute(
            "SELECT 1 FROM quarantine WHERE feed = ? AND first = ? AND code = ? AND settled_ms IS NULL",
            (feed, first, code),
        ).fetchone()
    )


def settle_faults(tx: Connection, bundle: int, *, at_ms: int) -> None:
    """A retry succeeded."""
    tx.execute(
        "UPDATE quarantine SET settled_ms = ? WHERE bundle = ? AND settled_ms IS NULL", (at_ms, bundle)
    )


def settle_forks(tx: Connection, node: int, *, at_ms: int) -> None:
    """A forked device goes on under another number: nothing is left to look into."""
    tx.execute(
        "UPDATE quarantine SET settled_ms = ?1 WHERE settled_ms IS NULL AND code = 'feed_forked' "
        "AND feed IN (SELECT feed FROM feed WHERE node = ?2)",
        (at_ms, node),
    )


def settle_faults_of(tx: Connection, dots: Sequence[int], *, code: str, at_ms: int) -> None:
    """What was wrong with these changes under a code is mended by another."""
    marks = ",".join("?" * len(dots))
    tx.execute(
        f"UPDATE quarantine SET settled_ms = ? WHERE settled_ms IS NULL AND code = ? AND dot IN ({marks})",  # noqa: S608 — only marks
        (at_ms, code, *dots),
    )


def dots_with(tx: Connection, code: str) -> list[int]:
    """The changes of which a fault of this code is open."""
    rows = tx.execute("SELECT DISTINCT dot FROM quarantine WHERE settled_ms IS NULL AND code = ?", (code,))
    return [dot for (dot,) in rows]


def open_faults(tx: Connection, limit: int) -> list[Fault]:
    """What is quarantined, newest first."""
    rows = tx.execute(
        "SELECT id, feed, first, count, dot, code, hint, received_ms FROM quarantine "
        "WHERE settled_ms IS NULL ORDER BY id DESC LIMIT ?",
        (limit,),
    )
    return [
        Fault(id=r[0], feed=r[1], first=r[2], count=r[3], dot=r[4], code=r[5], hint=r[6], received_ms=r[7])
        for r in rows
    ]


def count_faults(tx: Connection) -> int:
    (count,) = tx.execute("SELECT count(*) FROM quarantine WHERE settled_ms IS NULL").fetchone()
    return int(count)


def flag_clocks(tx: Connection, rows: Iterable[tuple[int, int, int]], *, at_ms: int) -> None:
    """Flag changes `(dot, record, claimed ms)` whose stamp lies in the hub's future."""
    tx.executemany(
        "INSERT OR IGNORE INTO flag (dot, record, code, claimed_ms, received_ms) "
        "VALUES (?, ?, 'clock_suspect', ?, ?)",
        [(dot, record, claimed, at_ms) for dot, record, claimed in rows],
    )


def suspects(tx: Connection, records: Sequence[int]) -> dict[int, tuple[int, int]]:
    """(claimed ms, received ms) of the flagged among these records."""
    if not records:
        return {}
    marks = ",".join("?" * len(records))
    rows = tx.execute(
        "SELECT record, claimed_ms, received_ms FROM flag "  # noqa: S608 — only marks
        f"WHERE record IN ({marks}) AND code = 'clock_suspect'",
        tuple(records),
    )
    return {record: (claimed, received) for record, claimed, received in rows}


# --- what the search has yet to take in ---


def queue_for_search(tx: Connection, base: int, top: int, *, at_ms: int) -> None:
    tx.execute("INSERT INTO to_index (base, top, at_ms) VALUES (?, ?, ?)", (base, top, at_ms))


def queue_all_for_search(tx: Connection, *, at_ms: int) -> None:
    """Queue whatever can be found, behind all that is new: it is to be filed anew."""
    spans: dict[int, tuple[int, int]] = {}
    for kind in (Kind.CHECK, Kind.HIT, Kind.ALERT):
        for feed, base, top in _feeds_of(tx, table_of(SCHEMA[kind])):
            known = spans.get(feed, (base, top))
            spans[feed] = min(base, known[0]), max(top, known[1])
    tx.executemany(
        "INSERT INTO to_index (base, top, at_ms, later) VALUES (?, ?, ?, 1)",
        [
            (at, min(at + _FILED_AT_ONCE - 1, top), at_ms)
            for _, (base, top) in sorted(spans.items())
            for at in range(base, top + 1, _FILED_AT_ONCE)
        ],
    )


def _feeds_of(tx: Connection, table: str) -> Iterator[tuple[int, int, int]]:
    """(feed, first id, last id) of every feed that has records in a table."""
    at = 0
    while at <= COUNT_MAX:
        (base,) = tx.execute(f"SELECT min(id) FROM {table} WHERE id >= ?", (at,)).fetchone()  # noqa: S608 — schema names
        if base is None:
            return
        feed = feed_of_dot(base)
        at = (feed + 1) << SEQ_BITS
        (top,) = tx.execute(f"SELECT max(id) FROM {table} WHERE id <= ?", (at - 1,)).fetchone()  # noqa: S608 — schema names
        yield feed, base, top


def search_queue(tx: Connection, limit: int, *, later: bool) -> list[tuple[int, int, int]]:
    """The oldest ranges: (number, base, top); `later` those that are filed anew."""
    return tx.execute(
        "SELECT id, base, top FROM to_index WHERE later = ? ORDER BY id LIMIT ?", (int(later), limit)
    ).fetchall()


def leave_search_queue(tx: Connection, numbers: Sequence[int]) -> None:
    tx.executemany("DELETE FROM to_index WHERE id = ?", [(number,) for number in numbers])


def search_waits_since(tx: Connection, *, later: bool = False) -> int | None:
    """When the oldest waiting range was queued, new or `later`; None when there is none."""
    row = tx.execute(
        "SELECT at_ms FROM to_index WHERE later = ? ORDER BY id LIMIT 1", (int(later),)
    ).fetchone()
    return None if row is None else int(row[0])


def _kept(row: Any) -> Kept:
    return Kept(
        id=row[0],
        feed=row[1],
        first=row[2],
        count=row[3],
        digest=row[4],
        chain=row[5],
        state=State(row[6]),
        received_ms=row[7],
        raw=row[8],
    )
