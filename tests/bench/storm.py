"""The storm: 200 nodes come back after an outage, with 1.2 million changes for one hub process.

What is measured: `Hub.exchange` on each node's questions of 40 bundles of 50 checks, the nodes taking turns,
in one process, with the search's own job beside it as in production. *Durable* is when the last question is
answered, which is after its commit; *searchable* when the last check can be found by document, plate, VIN and
name + birth. Memory is what the process holds resident: its peak after the first tenth of the storm against
its peak at the end.

The questions are made ahead by another process and lie in a file, so that the hub's process is the hub's
alone; their bodies are those of `ingest`, sealed and signed anew along every node's feed. Nothing is pinned
to a core: while the storm blows, the search may use the second one.

*Metadata* is what the hub keeps to sync and not to know: nodes, feeds, bundle rows, positions, scopes,
segments, its own log, histories of edits. Their pages are counted in copies made by the same statements. The
kept bytes of the bundles themselves, which go after `keep_bundles_days`, are counted apart, in the notes.

`python -m tests.bench.storm FOLDER NODES CHANGES` runs a smaller storm; CHANGES are by node.
"""

from __future__ import annotations

import json
import os
import re
import struct
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from itertools import cycle
from pathlib import Path
from typing import Final

from hub.hub import Hub
from shared import bundle, wire
from shared.database import Connection
from shared.ids import Lane, feed_of
from tests.bench.figures import Context, Figure
from tests.bench.generator import Post as Traffic
from tests.bench.ingest import SearchJob, WallClock
from tests.bench.memory import peak_mb
from tests.hub.outpost import Outpost, Realm

NODES: Final = 200
CHANGES: Final = 6_000
BUNDLE: Final = 50
BUNDLES_A_QUESTION: Final = 40
DIFFERENT: Final = 20_000
PLACES: Final = (("BA", "KLOBUK"), ("ME", "DOBRAKOVO"), ("RS", "GOSTUN"))
FIRST_NODE: Final = 100
WARM: Final = 10
"""Memory is held against its peak after the first so-manieth of the storm."""
METADATA: Final = (
    *("node", "reader", "feed", "bundle", "quarantine", "scope", "scope_entry", "segment", "held"),
    *("history", "refused", "purged", "own_head", "log", "sealed", "meta", "flag", "to_index"),
)
_LENGTH: Final = struct.Struct("<I")
_MB: Final = 1e6


@dataclass(frozen=True, slots=True, kw_only=True)
class Storm:
    """What was found. Shares are parts of the hub's file, its free pages left out."""

    changes: int
    nodes: int
    durable_s: float
    searchable_s: float
    cpu_s: float
    rss_early_mb: float
    rss_end_mb: float
    file_mb: float
    metadata_share: float
    kept_bundles_share: float


def measure(folder: Path, *, nodes: int = NODES, changes: int = CHANGES) -> Storm:
    """One whole storm in an empty folder. `changes` are by node."""
    realm = Realm(directory=folder, dial=WallClock())
    questions = folder / "questions"
    _prepare_apart(realm, questions, nodes=nodes, changes=changes)
    count = nodes * changes
    with realm.hub() as hub:
        job = SearchJob(hub)
        job.start()
        began, used, brought, early = time.perf_counter(), time.process_time(), 0, 0.0
        for question in _read(questions):
            hub.exchange(question)
            brought += min(BUNDLE * BUNDLES_A_QUESTION, changes)
            if not early and brought * WARM >= count:
                early = peak_mb()
        durable = time.perf_counter() - began
        job.end()
        hub.indexer.catch_up()
        searchable, cpu = time.perf_counter() - began, time.process_time() - used
        end = peak_mb()
        _all_there(hub, count)
        hub.checkpoint()
        whole, metadata, kept = _shares(hub.kit.database.connection(), folder / "copies.db")
    return Storm(
        changes=count,
        nodes=nodes,
        durable_s=durable,
        searchable_s=searchable,
        cpu_s=cpu,
        rss_early_mb=early,
        rss_end_mb=end,
        file_mb=whole / _MB,
        metadata_share=metadata / whole,
        kept_bundles_share=kept / whole,
    )


# --- the nodes ---


def _prepare_apart(realm: Realm, path: Path, *, nodes: int, changes: int) -> None:
    """Make all questions in a forked process, whose memory goes with it."""
    child = os.fork()
    if not child:
        status = 1
        try:
            _prepare(realm, path, nodes=nodes, changes=changes)
            status = 0
        finally:
            os._exit(status)
    _, status = os.waitpid(child, 0)
    if status:
        raise RuntimeError("the storm's questions could not be made")


def _prepare(realm: Realm, path: Path, *, nodes: int, changes: int) -> None:
    different = max(BUNDLE * len(PLACES), min(DIFFERENT, nodes * changes))
    bodies = [_bodies(country, place, different) for place, (country, _) in enumerate(PLACES)]
    senders = [
        _Sender(realm, FIRST_NODE + number, *PLACES[number % len(PLACES)], bodies[number % len(PLACES)])
        for number in range(nodes)
    ]
    with path.open("wb") as file:
        left = changes
        while left > 0:
            size = min(left, BUNDLE * BUNDLES_A_QUESTION)
            for sender in senders:
                question = sender.question(size)
                file.write(_LENGTH.pack(len(question)) + question)
            left -= size


def _bodies(country: str, place: int, different: int) -> list[tuple[bytes, bytes]]:
    """Bundles' bodies of one desk's traffic, plain and compressed."""
    traffic = Traffic(seed=place + 1, desk=country, node=place + 1)
    made = []
    for _ in range(different // len(PLACES) // BUNDLE):
        changes = traffic.take(BUNDLE)
        body = wire.encode(changes, base=changes[0].dot)
        made.append((body, wire.compress(body)))
    return made


class _Sender:
    """One node with its prepared bodies, of which each node begins with another."""

    def __init__(
        self, realm: Realm, number: int, country: str, post: str, bodies: list[tuple[bytes, bytes]]
    ) -> None:
        self.post: Outpost = realm.post(number, country, post)
        self._key = realm.keys.prekeys[1][0].seal_key
        start = number * 37 % len(bodies)
        self._turn = cycle(bodies[start:] + bodies[:start])
        self._chain = bundle.chain_start(feed_of(number, Lane.ROUTINE))
        self._seq = 0

    def question(self, changes: int) -> bytes:
        """The next so many changes, which are whole bundles."""
        return self.post.question(self.post.end(), [self._bundle() for _ in range(changes // BUNDLE)])

    def _bundle(self) -> bytes:
        body, payload = next(self._turn)
        header = self.post.header(Lane.ROUTINE, self._seq + 1, BUNDLE)
        raw = bundle.seal(
            body,
            header=header,
            before=self._chain,
            prekey=self._key,
            signer=self.post.keys.sign,
            payload=payload,
        )
        self._chain = bundle.chain_next(self._chain, header, body)
        self._seq += BUNDLE
        return raw


def _read(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while head := file.read(_LENGTH.size):
            yield file.read(_LENGTH.unpack(head)[0])


# --- the hub ---


def _all_there(hub: Hub, count: int) -> None:
    """Raise AssertionError unless every change was merged, and none waits for the search."""
    with hub.kit.database.snapshot() as tx:
        (checks,) = tx.execute("SELECT count(*) FROM check_record").fetchone()
        (waiting,) = tx.execute("SELECT count(*) FROM to_index").fetchone()
        (faults,) = tx.execute("SELECT count(*) FROM quarantine").fetchone()
    assert (checks, waiting, faults) == (count, 0, 0), (checks, waiting, faults)


def _shares(connection: Connection, copies: Path) -> tuple[int, int, int]:
    """(bytes of the file in use, of them metadata, bytes of kept bundles)."""
    pages, free, size = (_pragma(connection, name) for name in ("page_count", "freelist_count", "page_size"))
    connection.execute("ATTACH DATABASE ? AS copies KEY ''", (str(copies),))
    metadata = _copied(connection, METADATA)
    (kept,) = connection.execute("SELECT coalesce(sum(length(raw)), 0) FROM bundle").fetchone()
    connection.execute("DETACH DATABASE copies")
    return (pages - free) * size, metadata, kept


def _copied(connection: Connection, tables: tuple[str, ...]) -> int:
    """Bytes that these tables and their indexes take in a file of their own, kept bundles left out."""
    names = ", ".join(f"'{name}'" for name in tables)
    rows = connection.execute(
        f"SELECT type, name, tbl_name, sql FROM main.sqlite_schema WHERE tbl_name IN ({names}) "  # noqa: S608 - the names above
        "AND sql IS NOT NULL AND type IN ('table', 'index') ORDER BY type DESC"
    ).fetchall()
    connection.execute("PRAGMA foreign_keys = OFF")
    for kind, name, table, sql in rows:
        connection.execute(re.sub(rf"\b{name}\b", f"copies.{name}", sql, count=1))
        if kind == "table":
            columns = [row[1] for row in connection.execute(f"PRAGMA main.table_info({table})")]
            picked = ", ".join("NULL" if (table, one) == ("bundle", "raw") else f'"{one}"' for one in columns)
            connection.execute(f"INSERT INTO copies.{table} SELECT {picked} FROM main.{table}")  # noqa: S608 - the schema's
    connection.execute("PRAGMA foreign_keys = ON")
    return _pragma(connection, "copies.page_count") * _pragma(connection, "copies.page_size")


def _pragma(connection: Connection, name: str) -> int:
    return int(connection.execute(f"PRAGMA {name}").fetchone()[0])


# --- the figures ---


def run(context: Context) -> list[Figure]:
    """The figures, measured in a process of their own. STORM=200x600 runs a tenth of it."""
    nodes, changes = map(int, os.environ.get("STORM", f"{NODES}x{CHANGES}").split("x"))
    context.say(f"{nodes} nodes with {changes:,} changes each are prepared, then come all at once")
    command = [sys.executable, "-m", "tests.bench.storm", str(context.folder), str(nodes), str(changes)]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True)
    found = Storm(**json.loads(done.stdout))
    context.say(f"{found.changes:,} changes: durable in {found.durable_s:.0f} s")
    return [
        Figure(
            name="storm_changes_per_s",
            value=found.changes / found.durable_s,
            unit="changes/s",
            better="higher",
            goal=20_000,
            notes=(
                ("durable", f"{found.durable_s:.0f} s for {found.changes:,} from {found.nodes} nodes"),
                ("processor", f"{found.cpu_s / found.changes * 1e6:.0f} µs a change, search included"),
            ),
        ),
        Figure(name="storm_searchable_s", value=found.searchable_s, unit="s", better="lower", goal=180),
        Figure(
            name="storm_rss_growth_mb",
            value=found.rss_end_mb - found.rss_early_mb,
            unit="MB",
            better="lower",
            goal=20,
            notes=(("peak", f"{found.rss_end_mb:.0f} MB, after a tenth {found.rss_early_mb:.0f} MB"),),
        ),
        Figure(
            name="metadata_share",
            value=found.metadata_share,
            unit="of the hub's file",
            better="lower",
            goal=0.10,
            notes=(
                ("file", f"{found.file_mb:,.0f} MB"),
                ("kept bundles, not counted as metadata", f"{found.kept_bundles_share:.1%}"),
            ),
        ),
    ]


if __name__ == "__main__":
    folder, *sizes = sys.argv[1:]
    nodes, changes = map(int, sizes) if sizes else (NODES, CHANGES)
    print(json.dumps(asdict(measure(Path(folder), nodes=nodes, changes=changes))))
