"""Ingest: bundles of checks through a whole hub, on one core, until the search has caught up.

What is measured: `Hub.exchange` on questions of 5,000 checks from three posts in turn: verify, open, decode,
judge, insert, queue for search, audit line, commit with synchronous=FULL on SQLCipher, signed answer. Beside
it runs the search's own job, as in production. The clock stops when every check can be found by document,
plate, VIN and name + birth. Everything runs on one core: the process is pinned. The filesystem is that of the
temporary directory.

Bundles are of 500 checks, as posts cut them after an outage: nothing else can bring a hub so much. The first
phase starts on an empty hub and runs at least 60 s; the second goes on with the same hub, which then holds a
million checks (if the first did not bring so many, the rest is brought untimed). The last phase brings
bundles of 50, as posts with a link cut them, whose every column costs its reader as much as a longer one's.
Before it, again with bundles of 500, the search rests until all is in: what a core makes durable when that
is all it does, and how long the search then takes to catch up.

The checks come from `generator`: 20,000 different ones (encoding them anew for every bundle would take
longer than the bench). A body names its changes by their distance from the bundle's first, so the same
body is sealed again further along the feed; every bundle has its own chain, seal and signature.

Baseline: the same rows by `executemany`, 5,000 a transaction, into the same encrypted table, with an
ordinary index of the same keys beside it. Nothing is verified, opened, decoded, judged or audited there.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from itertools import cycle, islice
from pathlib import Path
from typing import Final
from unittest.mock import patch

from hub import collector
from hub.hub import Hub
from hub.store.opening import connect_to
from shared import bundle, wire
from shared.crypto import SealKey
from shared.database import Database
from shared.ids import Lane, feed_of, make_dot
from shared.ledger import records, tables
from shared.schema import SCHEMA, Kind
from shared.watchlist import EqualityMatcher, subject_of
from shared.wire import ChangeTable
from tests.bench.figures import Context, Figure
from tests.bench.generator import Post
from tests.hub.outpost import Dial, Outpost, Realm

BACKLOG: Final = 500
LIVE: Final = 50
QUESTION: Final = 5_000
"""Checks a bundle after an outage, a bundle with a link, a question."""

DIFFERENT: Final = 20_000
POSTS: Final = (("BA", "KLOBUK", 5), ("ME", "DOBRAKOVO", 6), ("RS", "GOSTUN", 7))
FULL: Final = 1_000_000
NAMES: Final = (
    *("hub_ingest_empty_per_s", "hub_ingest_1m_per_s", "hub_ingest_live_per_s"),
    *("hub_ingest_durable_per_s", "hub_search_lag_s"),
)
SECONDS: Final = 60.0
PIECES: Final = 12
AT_MOST_PER_S: Final = 40_000  # as many questions are made ahead; a faster hub ends a phase early
BASELINE_SECONDS: Final = 20.0
SEARCH_EVERY_S: Final = 1.0
_MATCHER: Final = EqualityMatcher()


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One timed phase: changes a second until the search had caught up, and its greatest lag.

    `slowest_per_s` and `fastest_per_s` are of a twelfth of the phase. `cpu_us` is the processor time a
    change cost: on a machine that does other work too, it says more.
    """

    per_s: float
    slowest_per_s: float
    fastest_per_s: float
    lag_s: float
    changes: int
    seconds: float
    cpu_us: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What the bench found."""

    empty: Run
    full: Run
    live: Run
    rested: Run
    baseline_empty_per_s: float
    baseline_full_per_s: float
    bytes_a_check: float


class Source:
    """One post with its prepared bodies: seals bundle after bundle along its feed."""

    def __init__(self, realm: Realm, country: str, post: str, number: int) -> None:
        self.post: Outpost = realm.post(number, country, post)
        self._feed = feed_of(number, Lane.ROUTINE)
        self._key: SealKey = realm.keys.prekeys[1][0].seal_key
        traffic = Post(seed=number, desk=country, node=number)
        self._bodies = {size: _bodies(traffic, size) for size in (BACKLOG, LIVE)}
        self._turn = {size: cycle(bodies) for size, bodies in self._bodies.items()}
        self._seq = 0
        self._chain = bundle.chain_start(self._feed)

    def question(self, size: int) -> bytes:
        """The next bundles of the feed, as one question; `size` checks each."""
        return self.post.question(self.post.end(), [self.bundle(size) for _ in range(QUESTION // size)])

    def tables(self) -> Iterator[ChangeTable]:
        """The prepared checks as decoded tables, over and over along the feed."""
        for place, (body, _) in enumerate(cycle(self._bodies[BACKLOG])):
            yield from wire.decode(body, base=make_dot(self._feed, place * BACKLOG + 1)).tables

    def bundle(self, size: int) -> bytes:
        """The next bundle of the feed, sealed and signed."""
        body, payload = next(self._turn[size])
        header = self.post.header(Lane.ROUTINE, self._seq + 1, size)
        raw = bundle.seal(
            body,
            header=header,
            before=self._chain,
            prekey=self._key,
            signer=self.post.keys.sign,
            payload=payload,
        )
        self._chain = bundle.chain_next(self._chain, header, body)
        self._seq += size
        return raw


def _bodies(traffic: Post, size: int) -> list[tuple[bytes, bytes]]:
    """A post's checks in bundles of one size: (body, payload)."""
    made = []
    for _ in range(DIFFERENT // len(POSTS) // size):
        changes = traffic.take(size)
        body = wire.encode(changes, base=changes[0].dot)
        made.append((body, wire.compress(body)))
    return made


class Stock:
    """Questions made ahead, so that no clock counts their making."""

    def __init__(self, realm: Realm, hub: Hub) -> None:
        self.sources = [Source(realm, *post) for post in POSTS]
        for source in self.sources:
            source.post.ask(hub)  # the certificate is shown
        self._turn = cycle(self.sources)
        self._made: deque[bytes] = deque()

    def fill(self, questions: int, size: int) -> None:
        while len(self._made) < questions:
            self._made.append(next(self._turn).question(size))

    def take(self) -> bytes | None:
        """The next question; None when what was made ahead is used up."""
        return self._made.popleft() if self._made else None


class SearchJob(threading.Thread):
    """The scheduler's search job, at its rhythm."""

    def __init__(self, hub: Hub) -> None:
        super().__init__(name="search", daemon=True)
        self._hub = hub
        self._ended = threading.Event()

    def run(self) -> None:
        while not self._ended.wait(SEARCH_EVERY_S):
            self._hub.catch_up()

    def end(self) -> None:
        self._ended.set()
        self.join()


def measure(directory: Path, *, seconds: float = SECONDS, full: int = FULL) -> Measured:
    """Both phases and the baseline, in a directory. Pins this process to one core."""
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    realm = Realm(directory=directory, dial=WallClock())
    with realm.hub() as hub:
        stock = Stock(realm, hub)
        collector.look_seldom()  # as `karaula hub run` does
        empty = _phase(hub, stock, seconds, BACKLOG)
        held = empty.changes
        while held < full:
            stock.fill(1, BACKLOG)
            held += _bring(hub, stock)
        filled = _phase(hub, stock, seconds, BACKLOG)
        rested = _durable(hub, stock, seconds / 2)
        left = _bring_the_rest(hub, stock)
        live = _phase(hub, stock, seconds, LIVE)
        hub.checkpoint()
    size = sum(each.stat().st_size for each in directory.glob("hub.db*"))
    baseline = Baseline(directory / "baseline.db", stock.sources[0])
    with baseline.database:
        return Measured(
            empty=empty,
            full=filled,
            live=live,
            rested=rested,
            baseline_empty_per_s=baseline.rate(min(seconds, BASELINE_SECONDS)),
            baseline_full_per_s=baseline.rate(min(seconds, BASELINE_SECONDS), after=full),
            bytes_a_check=size / (held + filled.changes + left + rested.changes + live.changes),
        )


def _phase(hub: Hub, stock: Stock, seconds: float, size: int) -> Run:
    """Bring questions for so long; the clock stops when the search has caught up."""
    hub.indexer.catch_up()
    stock.fill(int(seconds * AT_MOST_PER_S / QUESTION) + 1, size)
    search_job = SearchJob(hub)
    changes = lag_ms = 0
    marks: list[tuple[float, int]] = []
    search_job.start()
    began, used = time.perf_counter(), time.process_time()
    while time.perf_counter() - began < seconds and (brought := _bring(hub, stock)):
        changes += brought
        marks.append((time.perf_counter() - began, changes))
        lag_ms = max(lag_ms, hub.indexer.waited_ms())
    search_job.end()
    hub.indexer.catch_up()
    spent, used = time.perf_counter() - began, time.process_time() - used
    return _run_of(marks, seconds, spent=spent, used=used, lag_s=lag_ms / 1000)


def _durable(hub: Hub, stock: Stock, seconds: float) -> Run:
    """Bring questions while the search rests. `lag_s` is how long it takes afterwards to catch up."""
    hub.indexer.catch_up()
    stock.fill(int(seconds * AT_MOST_PER_S / QUESTION) + 1, BACKLOG)
    marks: list[tuple[float, int]] = []
    changes = 0
    began, used = time.perf_counter(), time.process_time()
    with patch.object(hub.indexer, "hold_close", lambda: None):
        while time.perf_counter() - began < seconds and (brought := _bring(hub, stock)):
            changes += brought
            marks.append((time.perf_counter() - began, changes))
    spent, used = time.perf_counter() - began, time.process_time() - used
    hub.indexer.catch_up()
    return _run_of(marks, seconds, spent=spent, used=used, lag_s=time.perf_counter() - began - spent)


def _run_of(
    marks: list[tuple[float, int]], seconds: float, *, spent: float, used: float, lag_s: float
) -> Run:
    changes, pieces = marks[-1][1], list(_pieces(marks, seconds / PIECES))
    return Run(
        per_s=changes / spent,
        slowest_per_s=min(pieces, default=0.0),
        fastest_per_s=max(pieces, default=0.0),
        lag_s=lag_s,
        changes=changes,
        seconds=spent,
        cpu_us=used / changes * 1e6,
    )


def _bring_the_rest(hub: Hub, stock: Stock) -> int:
    """Bring what was made ahead and not used, off the clock: a feed has no gaps."""
    total = 0
    while brought := _bring(hub, stock):
        total += brought
    return total


def _pieces(marks: list[tuple[float, int]], length: float) -> Iterator[float]:
    """Changes a second of each whole piece of a phase."""
    since, held = 0.0, 0
    for at, changes in marks:
        if at - since >= length:
            yield (changes - held) / (at - since)
            since, held = at, changes


def _bring(hub: Hub, stock: Stock) -> int:
    """Have one question answered; returns how many changes it brought."""
    question = stock.take()
    if question is None:
        return 0
    hub.exchange(question)
    return QUESTION


class Baseline:
    """The same rows and keys by executemany, with an ordinary index."""

    def __init__(self, path: Path, source: Source) -> None:
        self.database = Database(connect_to(path), key=bytes(32))
        tables.migrations.apply(self.database.tools())
        self.database.connection().execute(
            "CREATE TABLE plain_key (key INTEGER, record INTEGER, PRIMARY KEY (key, record)) WITHOUT ROWID"
        )
        self._tables = source.tables()
        self._held = 0

    def rate(self, seconds: float, *, after: int = 0) -> float:
        """Rows a second, decoding and key-making left out of the time; `after` so many untimed rows."""
        while self._held < after:
            self._insert()
        held, spent = self._held, 0.0
        while spent < seconds:
            spent += self._insert()
        return (self._held - held) / spent

    def _insert(self) -> float:
        """One transaction; returns the seconds it took."""
        batch = list(islice(self._tables, QUESTION // BACKLOG))
        pairs = [pair for table in batch for pair in _pairs(table)]
        began = time.perf_counter()
        with self.database.transaction() as tx:
            for table in batch:
                records.apply_table(tx, table)
            tx.executemany("INSERT OR IGNORE INTO plain_key (key, record) VALUES (?, ?)", pairs)
        self._held += sum(len(table) for table in batch)
        return time.perf_counter() - began


def _pairs(table: ChangeTable) -> Iterator[tuple[int, int]]:
    names = {field.number: field.name for field in SCHEMA[Kind.CHECK].fields}
    for change in table.changes():
        values = {names[number]: value for number, value in change.fields.items()}
        yield from ((key, change.record) for key in _MATCHER.keys_of(subject_of(values)))


class WallClock(Dial):
    """The real clock in a dial's place."""

    def __call__(self) -> int:
        self.ms = time.time_ns() // 1_000_000
        return self.ms


def run(context: Context) -> list[Figure]:
    """The figures, measured in a process of their own, which alone is pinned to one core."""
    context.say(f"{DIFFERENT:,} checks are encoded, then four phases and their baselines")
    command = [sys.executable, "-m", "tests.bench.ingest", str(context.folder)]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True)
    measured = Measured(**json.loads(done.stdout))
    phases = (measured.empty, measured.full, measured.live, measured.rested)
    empty, full, live, rested = (Run(**each) for each in phases)  # type: ignore[arg-type]  # as JSON brings them
    context.say(f"{empty.changes + full.changes + live.changes + rested.changes:,} checks were brought")
    return [
        _rate("hub_ingest_empty_per_s", empty, goal=20_000, baseline=measured.baseline_empty_per_s),
        _rate("hub_ingest_1m_per_s", full, goal=15_000, baseline=measured.baseline_full_per_s),
        _rate("hub_ingest_live_per_s", live, goal=None, baseline=measured.baseline_full_per_s),
        Figure(
            name="hub_ingest_durable_per_s",
            value=rested.per_s,
            unit="changes/s",
            better="higher",
            goal=40_000,
            spread=(rested.slowest_per_s, rested.fastest_per_s),
            notes=(
                ("searchable", f"{rested.lag_s:.0f} s after the last of {rested.changes:,} checks"),
                ("processor", f"{rested.cpu_us:.0f} µs a change, without the search"),
            ),
        ),
        Figure(
            name="hub_search_lag_s",
            value=max(each.lag_s for each in (empty, full, live)),
            unit="s",
            better="lower",
            goal=5,
            notes=(("on disk", f"{measured.bytes_a_check:.0f} B a check, search and kept bundles included"),),
        ),
    ]


def _rate(name: str, phase: Run, *, goal: float | None, baseline: float) -> Figure:
    return Figure(
        name=name,
        value=phase.per_s,
        unit="changes/s",
        better="higher",
        goal=goal,
        baseline=baseline,
        spread=(phase.slowest_per_s, phase.fastest_per_s),
        notes=(("processor", f"{phase.cpu_us:.0f} µs a change, search included"),),
    )


if __name__ == "__main__":
    folder, *lengths = sys.argv[1:]
    seconds, full = (float(lengths[0]), int(lengths[1])) if lengths else (SECONDS, FULL)
    print(json.dumps(asdict(measure(Path(folder), seconds=seconds, full=full))))
