"""The numbers this device has had, how far its log is the hub's, and what its records were called.

    life         every number the log was under, in order; the last one is the number it is under now
    renewal      while the log goes to the next number: how far each feed is known to be the hub's too
    former_feed  of an earlier number's feed: up to where it is this device's, and where the hub stands in it
    formerly     ids that records here had under an earlier number
    apart        changes the feed brought under this log's own numbers that are not this log's: another
                 device's, a copy of this one. They join when the log has gone to its next number

Must not know: certificates, sessions, what a change means.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from shared.bundle import chain_start
from shared.database import Connection
from shared.enrolment import Life
from shared.ids import Dot, Feed, Lane, Node, feed_of, make_dot, seq_of_dot, span_of
from shared.limits import SEQ_MAX


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """How far one of our feeds is known to be the hub's; None: not yet. `done`: it ends there."""

    feed: Feed
    known: int | None
    done: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class FormerFeed:
    """An earlier number's feed. Up to `last` it is this device's and was the hub's; `hub_head` is where the
    hub stands in it now and `chain` what it has there. None: to be asked."""

    feed: Feed
    last: int
    hub_head: int | None
    chain: bytes | None

    @property
    def lacking(self) -> bool:
        """Whether the hub lacks some of it: it was restored from a backup."""
        return self.hub_head is not None and self.hub_head < self.last


def everyone(tx: Connection) -> tuple[Life, ...]:
    """The numbers, the newest first."""
    rows = tx.execute("SELECT node, epoch FROM life ORDER BY place DESC")
    return tuple(Life(node=Node(node), epoch=epoch) for node, epoch in rows)


def begin(tx: Connection, life: Life) -> None:
    """From now on the log is under this number."""
    tx.execute(
        "INSERT INTO life (node, place, epoch) VALUES (?, (SELECT coalesce(max(place), 0) + 1 FROM life), ?)",
        (life.node, life.epoch),
    )


def read_as(tx: Connection) -> int | None:
    """The number as which this node reads its feed; None before its first start."""
    row = tx.execute("SELECT scope FROM cursor WHERE scope LIKE 'node:%'").fetchone()
    return None if row is None else int(row[0].removeprefix("node:"))


def read_no_more_as(tx: Connection, node: int) -> None:
    """Another number's feed is read from now on."""
    tx.execute("DELETE FROM cursor WHERE scope = ?", (f"node:{node}",))


# --- how far the log is the hub's ---


def compared(tx: Connection, node: int) -> list[Compared]:
    """Each lane's feed of the number the log is under."""
    rows = {feed: (known, done) for feed, known, done in tx.execute("SELECT feed, known, done FROM renewal")}
    found = []
    for lane in Lane:
        known, done = rows.get(feed_of(node, lane), (None, 0))
        found.append(Compared(feed=feed_of(node, lane), known=known, done=bool(done)))
    return found


def keep_compared(tx: Connection, each: Compared) -> None:
    tx.execute(
        "INSERT INTO renewal (feed, known, done) VALUES (?1, ?2, ?3) "
        "ON CONFLICT (feed) DO UPDATE SET known = ?2, done = ?3",
        (each.feed, each.known, int(each.done)),
    )


def compare_anew(tx: Connection) -> None:
    """A restored hub: nothing is known of what it holds."""
    tx.execute("DELETE FROM renewal")
    tx.execute("UPDATE former_feed SET hub_head = NULL, chain = NULL, covered_ms = NULL")


def first_logged(tx: Connection, feed: Feed) -> int | None:
    """The first seq of a feed that the log still has."""
    (dot,) = tx.execute("SELECT min(dot) FROM log WHERE dot BETWEEN ? AND ?", span_of(feed)).fetchone()
    return None if dot is None else seq_of_dot(dot)


def logged(tx: Connection, feed: Feed, after: int, upto: int) -> list[tuple[int, bytes]]:
    """(seq, change) of a run of the log."""
    if upto <= after:
        return []
    rows = tx.execute(
        "SELECT dot, payload FROM log WHERE dot BETWEEN ? AND ? ORDER BY dot",
        (make_dot(feed, after + 1), make_dot(feed, upto)),
    )
    return [(seq_of_dot(dot), payload) for dot, payload in rows]


def payload_of(tx: Connection, dot: Dot) -> bytes | None:
    """A change of our own as logged; None where it is pruned, or none of ours."""
    row = tx.execute("SELECT payload FROM log WHERE dot = ?", (dot,)).fetchone()
    return None if row is None else bytes(row[0])


def ends(tx: Connection, feed: Feed, *, most: int) -> tuple[tuple[int, bytes], ...]:
    """(last seq, chain) where the feed's own bundles ended, newest first, each step back twice as far."""
    cut, chain = tx.execute("SELECT cut_seq, chain FROM own_head WHERE lane = ?", (feed & 3,)).fetchone()
    rows = tx.execute("SELECT first - 1, before FROM sealed WHERE feed = ? ORDER BY first DESC", (feed,))
    found = [(int(cut), bytes(chain)), *((int(seq), bytes(before)) for seq, before in rows)]
    steps = [0, *(1 << place for place in range(most - 1))]
    return tuple(found[at] for at in steps if at < len(found) and found[at][0])


# --- earlier numbers' feeds ---


def former_feeds(tx: Connection) -> list[FormerFeed]:
    rows = tx.execute("SELECT feed, last, hub_head, chain FROM former_feed ORDER BY feed")
    return [FormerFeed(feed=Feed(f), last=last, hub_head=head, chain=chain) for f, last, head, chain in rows]


def keep_hub_head(tx: Connection, feed: Feed, *, head: int, chain: bytes | None, at_ms: int) -> None:
    """Note where the hub stands in such a feed, by its own time."""
    tx.execute(
        "UPDATE former_feed SET hub_head = ?2, chain = ?3, covered_ms = CASE WHEN ?2 < last THEN NULL "
        "ELSE coalesce(covered_ms, ?4) END WHERE feed = ?1",
        (feed, head, chain, at_ms),
    )


def covered(tx: Connection, covered_ms: int) -> list[tuple[Feed, int]]:
    """(feed, last seq) of the earlier numbers' feeds that the hub had whole by its `covered_ms`."""
    rows = tx.execute("SELECT feed, last FROM former_feed WHERE covered_ms <= ?", (covered_ms,)).fetchall()
    return [(Feed(feed), last) for feed, last in rows]


def let_go(tx: Connection, feed: Feed) -> None:
    """A feed that nothing need be brought of any more."""
    tx.execute("DELETE FROM former_feed WHERE feed = ?", (feed,))


# --- what records were called ---


def now_called(tx: Connection, record: int) -> int:
    """The id a record has now, by any it had."""
    row = tx.execute("SELECT record FROM formerly WHERE old = ?", (record,)).fetchone()
    return record if row is None else int(row[0])


def note_formerly(tx: Connection, rows: Iterable[tuple[int, int, bytes]]) -> None:
    """(old id, new id, mark of the change that created it). What led to the old one leads to the new."""
    for old, new, mark in rows:
        tx.execute("UPDATE formerly SET record = ? WHERE record = ?", (new, old))
        tx.execute("INSERT OR REPLACE INTO formerly (old, record, mark) VALUES (?, ?, ?)", (old, new, mark))


# --- another device's changes under our numbers ---


def keep_apart(tx: Connection, dot: Dot, scope: str, payload: bytes) -> None:
    tx.execute("INSERT OR IGNORE INTO apart (dot, scope, payload) VALUES (?, ?, ?)", (dot, scope, payload))


def take_apart(tx: Connection) -> list[tuple[str, bytes]]:
    """(scope, change) of all that was kept apart; it is no more."""
    found = tx.execute("SELECT scope, payload FROM apart ORDER BY dot").fetchall()
    tx.execute("DELETE FROM apart")
    return found


# --- the step from one number to the next ---


def log_of(tx: Connection, feed: Feed, *, after: int) -> Iterator[tuple[Dot, int, bytes]]:
    """(dot, when logged, change) of what a feed has after a seq, in order, read one by one."""
    dot = make_dot(feed, after) if after else make_dot(feed, 1) - 1
    while True:
        row = tx.execute(
            "SELECT dot, logged_ms, payload FROM log WHERE dot > ? AND dot <= ? ORDER BY dot LIMIT 1",
            (dot, make_dot(feed, SEQ_MAX)),
        ).fetchone()
        if row is None:
            return
        dot = row[0]
        yield row


def dots_of(tx: Connection, feed: Feed, *, after: int) -> list[tuple[Dot, int]]:
    """(dot, record) of what a feed has after a seq, in order."""
    rows = tx.execute(
        "SELECT dot, record FROM log WHERE dot > ? AND dot <= ? ORDER BY dot",
        (make_dot(feed, after) if after else make_dot(feed, 1) - 1, make_dot(feed, SEQ_MAX)),
    )
    return [(Dot(dot), record) for dot, record in rows]


def put_into_log(tx: Connection, dot: Dot, record: int, logged_ms: int, payload: bytes) -> None:
    tx.execute(
        "INSERT INTO log (dot, record, logged_ms, payload) VALUES (?, ?, ?, ?)",
        (dot, record, logged_ms, payload),
    )


def take_from_log(tx: Connection, dots: Iterable[Dot]) -> None:
    """Take changes out that have got other numbers: the one time that the log is not append-only."""
    with_mark(tx, "log", [("DELETE FROM log WHERE dot = ?", (dot,)) for dot in dots])


def drop_bundles(tx: Connection, node: int) -> None:
    """The bundles of a number that is no more; what of it was sent stays in the log."""
    with_mark(tx, "sealed", [("DELETE FROM sealed WHERE feed = ?", (feed_of(node, lane),)) for lane in Lane])


def with_mark(tx: Connection, table: str, deletes: Iterable[tuple[str, tuple[int, ...]]]) -> None:
    """Delete from an append-only table, whose trigger asks for a mark; afterwards that is as it was."""
    name = f"{table}_pruned_to"
    before = tx.execute("SELECT number FROM meta WHERE name = ?", (name,)).fetchone()
    tx.execute(
        "INSERT INTO meta (name, number) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET number = ?2",
        (name, (1 << 63) - 1),
    )
    for sql, parameters in deletes:
        tx.execute(sql, parameters)
    if before is None:
        tx.execute("DELETE FROM meta WHERE name = ?", (name,))
    else:
        tx.execute("UPDATE meta SET number = ? WHERE name = ?", (before[0], name))


def go_on_as(
    tx: Connection, *, old: Node, new: Life, lasts: Mapping[Lane, int], counts: Mapping[Lane, int]
) -> None:
    """The log is under its new number: heads from the start, the old feeds kept up to what was the hub's."""
    for lane in Lane:
        if lasts[lane]:
            tx.execute(
                "INSERT INTO former_feed (feed, last) VALUES (?, ?)", (feed_of(old, lane), lasts[lane])
            )
        tx.execute(
            "UPDATE own_head SET seq = ?, cut_seq = 0, chain = ?, acked_seq = 0 WHERE lane = ?",
            (counts[lane], chain_start(feed_of(new.node, lane)), lane),
        )
    tx.execute("DELETE FROM ack_mark")
    tx.execute("DELETE FROM renewal")
    begin(tx, new)


def rename_in_passing(tx: Connection, ids: Mapping[Dot, Dot]) -> None:
    """Give cases, checks whose clock is to be set right, to be asked about or passed over, their new ids."""
    places = ("draft.saved", "clock_mark.record", "unmatched.record", "passed_over.record", "passed_over.dot")
    for table, column in (place.split(".") for place in places):
        found = tx.execute(f"SELECT {column} FROM {table} WHERE {column} IS NOT NULL").fetchall()  # noqa: S608 - the names above
        moved = [(ids[old], old) for (old,) in found if old in ids]
        tx.executemany(f"UPDATE {table} SET {column} = ? WHERE {column} = ?", moved)  # noqa: S608 - the names above
