"""Where a hub's processor time goes, a check, stage by stage: `python -m tests.bench.stages [CHECKS]`.

The questions are those of `ingest`, in bundles of 500 and of 50 checks, through a whole hub; the search takes
in what was brought, in the same thread. A stage's time is its own, without that of the stages within it.
Beside it stands the ceiling, stage by stage too: what is left when nothing but the one thing is done.

    rows alone      the same rows by `executemany`, 5,000 a transaction, into the same encrypted table
    rows unsealed   the same without SQLCipher
    columns alone   the same bodies decoded, and nothing else
    crypto alone    signature, seal and zstd of the same bundles, and nothing else

It is processor time of the thread, because the wall clock of a machine that does other work says little. The
clock itself takes a microsecond a call: half a microsecond a check in bundles of 50, spread over the stages.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from unittest.mock import patch

import sqlcipher3.dbapi2 as sqlcipher

from hub import collector
from hub.hub import Hub
from hub.inbox import Inbox
from hub.indexer import Indexer
from hub.merger import Merger
from hub.store import custody
from hub.store.opening import STATEMENTS_CACHED
from shared import bundle, wire
from shared.bundle import Opened
from shared.crypto import BoxKey, VerifyKey
from shared.database import Database
from shared.ledger import audit, records, search, tables
from shared.wire import Batch
from tests.bench.ingest import BACKLOG, DIFFERENT, LIVE, POSTS, QUESTION, Source, Stock, WallClock
from tests.hub.outpost import Realm

CHECKS: Final = 200_000
SIZES: Final = (BACKLOG, LIVE)
WARM_UP: Final = DIFFERENT  # each body once: then the names are as well known to the search as at a hub
ALONE: Final = 10_000
TIMES: Final = 5
CRYPTO_ALONE, COLUMNS_ALONE = "crypto and zstd alone", "columns alone"
ROWS_ALONE, ROWS_UNSEALED = "rows alone", "rows alone, unsealed"
QUESTIONS_A_SEARCH: Final = 4  # about a second of a busy hub: the rhythm of the search's own job
ROWS, INSERT, COMMIT, REST = "rows: columns", "rows: insert", "commit", "conversation"
STAGES: Final[Sequence[tuple[str, Any, str]]] = (
    ("signature", VerifyKey, "verify"),
    ("seal", BoxKey, "open"),
    ("zstd", wire, "decompress"),
    ("decode", wire, "decode"),
    ("inbox", Inbox, "read"),
    ("inbox", Inbox, "take"),
    *(("custody", custody, name) for name in ("find", "head_of", "overlapping", "keep", "advance")),
    ("merge", Merger, "merge"),
    (ROWS, records, "apply_table"),
    ("audit", audit, "write"),
    ("search: queue", custody, "queue_for_search"),
    ("search: keys", Indexer, "turn"),
    ("search: runs", search, "add"),
    ("search: runs", search, "tidy"),
)
ORDER: Final = (REST, *dict.fromkeys(name for name, _, _ in STAGES[:-4]), INSERT, COMMIT)
SEARCH: Final = ("search: queue", "search: keys", "search: runs")


@dataclass(slots=True)
class Stopwatch:
    """The thread's processor time by stage; a stage within another stops the other's clock."""

    spent: Counter[str] = field(default_factory=Counter)
    stage: str = REST
    since: float = field(default_factory=time.thread_time)

    def turn(self, name: str) -> str:
        """Go on in another stage; returns the one before."""
        now = time.thread_time()
        self.spent[self.stage] += now - self.since
        before, self.stage, self.since = self.stage, name, now
        return before

    def watched(self, name: str, act: Callable[..., Any]) -> Callable[..., Any]:
        """The function, timed as a stage."""

        def timed(*arguments: Any, **named: Any) -> Any:
            before = self.turn(name)
            try:
                return act(*arguments, **named)
            finally:
                self.turn(before)

        return timed

    def take(self) -> Counter[str]:
        """What was spent since the last time."""
        self.turn(self.stage)
        spent, self.spent = self.spent, Counter()
        return spent


def connect_timed(path: Path, watch: Stopwatch, *, sealed: bool = True) -> Callable[[], Any]:
    """Opens a file; what SQLite does for rows and commits is timed apart. Not `sealed`: it takes no key."""

    class Timed(sqlcipher.Connection):  # type: ignore[misc, name-defined]  # the package has no types
        def execute(self, sql: str, *parameters: Any) -> Any:
            if sql.startswith("PRAGMA key") and not sealed:
                return super().execute("SELECT 1")
            if sql != "COMMIT":
                return super().execute(sql, *parameters)
            before = watch.turn(COMMIT)
            try:
                return super().execute(sql)
            finally:
                watch.turn(before)

        def executemany(self, sql: str, rows: Any) -> Any:
            if watch.stage != ROWS:
                return super().executemany(sql, rows)
            before = watch.turn(INSERT)
            try:
                return super().executemany(sql, rows)
            finally:
                watch.turn(before)

    return lambda: sqlcipher.connect(
        str(path),
        isolation_level=None,
        check_same_thread=False,
        cached_statements=STATEMENTS_CACHED,
        factory=Timed,
    )


def through_hub(folder: Path, checks: int) -> dict[int, Counter[str]]:
    """Seconds by stage of so many checks, in bundles of each size, through one hub; the rest is a warm-up."""
    watch = Stopwatch()
    realm = Realm(directory=folder, dial=WallClock())
    found: dict[int, Counter[str]] = {}
    with realm.hub(connect=connect_timed(realm.path, watch)) as hub, ExitStack() as stack:
        stock = Stock(realm, hub)
        collector.look_seldom()
        for name, owner, function in STAGES:
            stack.enter_context(patch.object(owner, function, watch.watched(name, getattr(owner, function))))
        for size in SIZES:
            stock.fill((WARM_UP + checks) // QUESTION, size)
            _bring(hub, stock, WARM_UP // QUESTION)
            watch.take()
            _bring(hub, stock, checks // QUESTION)
            found[size] = watch.take()
    return found


def _bring(hub: Hub, stock: Stock, questions: int) -> None:
    for number in range(questions):
        question = stock.take()
        assert question is not None  # as many were made ahead
        hub.exchange(question)
        if number % QUESTIONS_A_SEARCH == QUESTIONS_A_SEARCH - 1:
            hub.catch_up()
    hub.catch_up()


# --- the ceiling ---


def alone(folder: Path) -> dict[str, list[float]]:
    """Microseconds a check of one thing and nothing else, for bundles of each of SIZES; the best of a few."""
    source = Source(Realm(directory=folder, dial=WallClock()), *POSTS[0])
    key, node = source.post.realm.keys.prekeys[1][0], source.post.keys.sign.verify_key
    found: dict[str, list[float]] = {CRYPTO_ALONE: [], COLUMNS_ALONE: [], ROWS_ALONE: [], ROWS_UNSEALED: []}
    for size in SIZES:
        raws = [source.bundle(size) for _ in range(ALONE // size)]
        opened = [_open(raw, node, key) for raw in raws]
        batches = [_decode(each) for each in opened]
        found[CRYPTO_ALONE].append(_least(lambda raws=raws: [_open(raw, node, key) for raw in raws]))
        found[COLUMNS_ALONE].append(_least(lambda opened=opened: [_decode(each) for each in opened]))
        for name, sealed in ((ROWS_ALONE, True), (ROWS_UNSEALED, False)):
            spent = [_rows(folder / "rows.db", batches, sealed=sealed) for _ in range(TIMES)]
            found[name].append(min(spent) / ALONE * 1e6)
    return found


def _open(raw: bytes, node: VerifyKey, key: BoxKey) -> Opened:
    bundle.verify(raw, node)
    return bundle.open_bundle(raw, key)


def _decode(opened: Opened) -> Batch:
    return wire.decode(opened.body, base=opened.header.base)


def _least(act: Callable[[], object]) -> float:
    spent = []
    for _ in range(TIMES):
        began = time.thread_time()
        act()
        spent.append(time.thread_time() - began)
    return min(spent) / ALONE * 1e6


def _rows(path: Path, batches: Sequence[Batch], *, sealed: bool) -> float:
    """Seconds that SQLite takes for these rows in a new file, 5,000 a transaction, commits included."""
    watch = Stopwatch()
    database = Database(connect_timed(path, watch, sealed=sealed), key=bytes(32))
    tables.migrations.apply(database.tools())
    watch.take()
    a_transaction = QUESTION // len(batches[0].order)
    for start in range(0, len(batches), a_transaction):
        with database.transaction() as tx:
            before = watch.turn(ROWS)
            for batch in batches[start : start + a_transaction]:
                for table in batch.tables:
                    records.apply_table(tx, table)
            watch.turn(before)
    database.close()
    for old in path.parent.glob(f"{path.name}*"):
        old.unlink()
    spent = watch.take()
    return spent[INSERT] + spent[COMMIT]


# --- the table ---


def main(arguments: Sequence[str]) -> int:
    checks = int(arguments[0]) if arguments else CHECKS
    checks = max(1, checks // QUESTION) * QUESTION  # whole questions
    place = Path("build")  # beside the benches' files, which git leaves alone: one ended early stays behind
    place.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="karaula-stages-", dir=place) as name:
        folder = Path(name)
        stages = through_hub(folder, checks)
        print(f"{checks:,} checks a size of bundle; microseconds of one core a check")
        print(f"{'':24}" + "".join(f"{size:8} a bundle" for size in SIZES))
        for stage in ORDER:
            _say(stage, [1e6 * stages[size][stage] / checks for size in SIZES])
        taken = [1e6 * sum(stages[size][stage] for stage in ORDER) / checks for size in SIZES]
        _say("durable", taken)
        for stage in SEARCH:
            _say(stage, [1e6 * stages[size][stage] / checks for size in SIZES])
        _say("searchable", [1e6 * sum(stages[size].values()) / checks for size in SIZES])
        for name, each in alone(folder).items():
            _say(name, each)
    return 0


def _say(name: str, each: Sequence[float]) -> None:
    print(f"{name:24}" + "".join(f"{spent:8.2f} {1e6 / max(spent, 0.01):8,.0f}/s" for spent in each))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
