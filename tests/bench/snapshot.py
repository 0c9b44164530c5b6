"""A whole list from one file: how long until a fresh node uses it, what that takes, how large the file is.

1,000,000 person alerts, 1,000,000 documents and 200,000 vehicles, each an alert of its own; one in
twenty was edited since. The hub's store is filled without its desks (they are measured elsewhere), the
file is written by the hub's own code, and read from the disk by a process of its own on a fresh node,
while another process goes on saving and says how long each save waited. SNAPSHOT_SHARE=0.1 takes a tenth
of it: the figures then have other names and no goals.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from hub.hub import Hub
from hub.kit import World as HubWorld
from hub.store import opening
from shared.change import SEEN, Change, Value, named
from shared.clock import stamp_at
from shared.database import Connection
from shared.ids import Lane, OfficerId, RecordId, feed_of, make_dot
from shared.partial_date import from_date
from shared.schema import Kind
from shared.wire import pack_change
from tests.bench import documents, generator
from tests.bench.figures import Context, Figure
from tests.bench.generator import START_MS
from tests.bench.meter import Chance
from tests.simulation.papers import make_papers

PERSONS, DOCUMENTS, VEHICLES = 1_000_000, 1_000_000, 200_000
_EDITED: Final = 0.05
_ROWS: Final = 20_000  # in one transaction of the filling
_MB: Final = 1_000_000
_HUB: Final = 1


def alerts(share: float) -> Iterator[tuple[Change, Change | None]]:
    """Creating change and, for one in twenty, an edit, by ascending record. Nothing is held in memory."""
    chance = Chance(3)
    seq = 0
    kinds = ((PERSONS, _person), (DOCUMENTS, _document), (VEHICLES, _vehicle))
    for count, values in kinds:
        for _ in range(int(count * share)):
            seq += 1
            dot = make_dot(feed_of(_HUB, Lane.URGENT), seq)
            now = START_MS + seq * 300
            author = OfficerId(make_dot(feed_of(_HUB, Lane.URGENT), 40 + chance.below("author", 3_000)))
            created = Change(
                dot=dot, record=RecordId(dot), kind=Kind.ALERT, stamp=stamp_at(now), author=author,
                fields=named(Kind.ALERT, values(chance)),
            )  # fmt: skip
            yield created, _edit(chance, created) if chance.happens("edit", _EDITED) else None


def _edit(chance: Chance, of: Change) -> Change:
    dot = make_dot(feed_of(_HUB, Lane.ROUTINE), 1 + (of.dot & ((1 << 40) - 1)))
    return Change(
        dot=dot, record=of.record, kind=Kind.ALERT, stamp=stamp_at(START_MS + 86_400_000), author=of.author,
        fields=named(Kind.ALERT, {"reason": generator.reason(chance, "bench")}),
        context={21: (of.dot,), SEEN: (of.dot,)},
    )  # fmt: skip


def _person(chance: Chance) -> dict[str, Value]:
    return generator._alert(chance, "bench", chance.one_of("desk", ("BA", "ME", "RS")))


def _common(chance: Chance, category: str) -> dict[str, Value]:
    number = chance.between("reference", 1, 99_999)
    return {
        "owner": chance.one_of("desk", ("BA", "ME", "RS")),
        "training": False,
        "status": "active",
        "category": category,
        "action": "seize",
        "reference": f"Kv-{number}/{chance.between('reference', 18, 26)}",
    }


def _document(chance: Chance) -> dict[str, Value]:
    person = documents.person(chance, "bench", chance.weighted("nationality", documents.NATIONALITIES))
    return _common(chance, "issued_document") | {
        "document_number": person.document.number,
        "document_issuer": person.document.issuer,
        "document_category": person.document.category,
        "expires": from_date(person.document.expires).day_number(),
    }


def _vehicle(chance: Chance) -> dict[str, Value]:
    country = chance.one_of("country", tuple(documents.PLATES))
    vin = "".join(chance.one_of("vin", "ABCDEFGHJKLMNPRSTUVWXYZ0123456789") for _ in range(17))
    return _common(chance, "vehicle") | {
        "plate": documents.plate(chance, country), "plate_country": country, "vin": vin,
    }  # fmt: skip


# --- the hub ---


def fill(hub: Hub, share: float) -> int:
    """What desks would have raised, straight into the hub's tables; returns how many records."""
    made = 0
    source = alerts(share)
    with hub.kit.database.transaction() as tx:
        tx.execute("INSERT INTO scope (name, chain) VALUES ('all', zeroblob(16))")
        (scope,) = tx.execute("SELECT id FROM scope").fetchone()
    while True:
        with hub.kit.database.transaction() as tx:
            some = [pair for _, pair in zip(range(_ROWS), source, strict=False)]
            _put(tx, scope, some)
        made += len(some)
        if len(some) < _ROWS:
            break
    with hub.kit.database.transaction() as tx:  # the scope's log was cut, and is long
        tx.execute("UPDATE scope SET position = ?1, cut = ?1", (made,))
    return made


def _put(tx: Connection, scope: int, some: list[tuple[Change, Change | None]]) -> None:
    changes = [change for pair in some for change in pair if change is not None]
    tx.executemany(
        "INSERT INTO history (record, dot, payload) VALUES (?, ?, ?)",
        [(change.record, change.dot, pack_change(change)) for change in changes],
    )
    tx.executemany(
        "INSERT INTO held (record, scope) VALUES (?, ?)", [(created.record, scope) for created, _ in some]
    )


# --- the node, in processes of its own ---


def load(folder: Path) -> None:
    """Load the file on a fresh node; print seconds until it is usable, and the most memory taken."""
    import resource

    from edge.loading import Loader
    from edge.node import assemble, real_world
    from edge.snapshot_file import SnapshotFile

    began = time.monotonic()
    node = assemble(make_papers().posts[0], real_world(folder))
    with SnapshotFile(folder / "all.snapshot") as file:
        loader = Loader(node.kit, breathe=lambda: time.sleep(0.004))
        manifest, key = loader.believe(file.opening)
        loader.begin(manifest)
        phases: dict[str, float] = {}
        for step in loader.run(manifest, key, lambda number: file.block(manifest, number)):
            phases.setdefault(str(step.phase), time.monotonic() - began)
    usable, processor = time.monotonic() - began, time.process_time()
    while loader.tend():
        pass
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    node.close()
    print(json.dumps({"usable_s": usable, "cpu_s": processor, "rss_mb": memory, "phases": phases}))


def save(folder: Path) -> None:
    """Save something small ten times a second until told to stop; print how long each save took."""
    from edge.node import assemble, real_world

    node, waits = assemble(make_papers().posts[0], real_world(folder)), []
    while not (folder / "stop").exists():
        began = time.monotonic()
        with node.kit.database.transaction() as tx:
            tx.execute("INSERT INTO meta (name, number) VALUES ('bench', 1) ON CONFLICT (name) DO NOTHING")
        waits.append((time.monotonic() - began) * 1000)
        time.sleep(0.1)
    node.close()
    waits.sort()
    print(json.dumps({"p50": waits[len(waits) // 2], "p99": waits[len(waits) * 99 // 100], "max": waits[-1]}))


def _process(what: str, folder: Path) -> subprocess.Popen[str]:
    code = f"from pathlib import Path; from tests.bench.snapshot import {what}; {what}(Path({str(folder)!r}))"
    command = [sys.executable, "-c", code]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def run(context: Context) -> list[Figure]:
    """Build the file once, load it once."""
    share = float(os.environ.get("SNAPSHOT_SHARE", "1"))
    papers = make_papers()
    world = HubWorld(
        connect=opening.connect_to(context.folder / "hub.db"), now_ms=lambda: START_MS, random=os.urandom
    )
    file = context.folder / "all.snapshot"
    with Hub(papers.hub, world) as hub:
        hub.admit(papers.posts[0].certificate_paper)
        context.say(f"filling a hub with {share:.0%} of 2,200,000 alerts")
        records = fill(hub, share)
        context.say("writing the file")
        began = time.monotonic()
        written = hub.snapshots.write(file, "all")
        build_s = time.monotonic() - began
    (context.folder / "hub.db").unlink()
    context.say("loading it")
    from edge.node import assemble, real_world

    assemble(papers.posts[0], real_world(context.folder)).close()  # as enrolled: the tables are there
    saving = _process("save", context.folder)
    loading = _process("load", context.folder)
    told = json.loads(loading.communicate()[0])
    (context.folder / "stop").touch()
    waits = json.loads(saving.communicate()[0])
    size = (context.folder / "karaula.db").stat().st_size
    notes = (
        ("records", f"{records:,}"),
        ("share of the whole", f"{share:.0%}"),
        ("processor time of the load", f"{told['cpu_s']:.0f} s"),
        *((f"{phase} from", f"{at:.0f} s") for phase, at in told["phases"].items()),
        ("a save beside it, ms, p50/p99/max", f"{waits['p50']:.0f}/{waits['p99']:.0f}/{waits['max']:.0f}"),
        ("database after", f"{size / _MB:.0f} MB"),
    )
    part, whole = ("", True) if share == 1 else ("_of_a_part", False)
    return [
        Figure(
            name=f"snapshot_usable_s{part}", value=told["usable_s"], unit="s", better="lower",
            goal=600 if whole else None, notes=notes,
        ),
        Figure(
            name=f"snapshot_rss_mb{part}", value=told["rss_mb"], unit="MB", better="lower",
            goal=200 if whole else None,
        ),
        Figure(
            name=f"snapshot_file_mb{part}", value=written.bytes / _MB, unit="MB", better="lower", goal=None,
            notes=(("bytes a record", f"{written.bytes / records:.1f}"),),
        ),
        Figure(name=f"snapshot_build_s{part}", value=build_s, unit="s", better="lower", goal=None),
    ]  # fmt: skip
