"""How far the loading of a whole new list has come: one row, so that a cut anywhere goes on from there.

Invariant: the row moves in the transaction that does what it says. Must not know: how a list is made.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum

from shared.database import Connection
from shared.errors import StaleError
from shared.snapshot import Manifest


class Phase(StrEnum):
    """What is under way. From BLOCKS to SWITCH today's list answers, from LATE_HITS on the new one."""

    BLOCKS = "blocks"  # verified blocks into the tables to come; done: how many
    PERSONS = "persons"  # their persons filed by birth; done: which years, and how many blocks of those
    KEYS = "keys"  # what they are found by sorted in; done: how many parts
    HELD = "held"  # what other scopes hold is carried over; done: the last record
    ROWS = "rows"  # alerts the snapshot does not have, but this node keeps; done: the last record
    CHANGES = "changes"  # changes this node knows and the snapshot does not; done: the last record
    SWITCH = "switch"  # what moved meanwhile, then the switch
    LATE_HITS = "late_hits"  # earlier checks against the new list; done: the last check
    SWEEP = "sweep"  # the old list goes
    DROP = "drop"  # a load was given up: what it made goes


USABLE = frozenset({Phase.LATE_HITS, Phase.SWEEP})
_COLUMNS = (
    "name, scope, generation, position, chain, made_ms, blocks, records, phase, done, loaded, "
    "late_floor, keeps_all"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """A load under way. `name` is the snapshot's; `loaded` counts records so far; `late_floor` is the
    oldest check that is run against the new list; `keeps_all` says that nothing may be let go."""

    name: bytes
    scope: str
    generation: int
    position: int
    chain: bytes
    made_ms: int
    blocks: int
    records: int
    phase: Phase
    done: int
    loaded: int
    late_floor: int
    keeps_all: bool


def read(tx: Connection) -> Load | None:
    """The load under way, if any."""
    row = tx.execute(f"SELECT {_COLUMNS} FROM snapshot_load").fetchone()  # noqa: S608 — our own names
    if row is None:
        return None
    return Load(
        name=row[0], scope=row[1], generation=row[2], position=row[3], chain=row[4], made_ms=row[5],
        blocks=row[6], records=row[7], phase=Phase(row[8]), done=row[9], loaded=row[10],
        late_floor=row[11], keeps_all=bool(row[12]),
    )  # fmt: skip


def start(tx: Connection, manifest: Manifest, *, keeps_all: bool) -> None:
    """Note that a snapshot is being loaded."""
    tx.execute(
        "INSERT INTO snapshot_load (one, name, scope, generation, position, chain, made_ms, blocks, records, "
        "phase, keeps_all) VALUES (1, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            manifest.name,
            manifest.scope,
            manifest.generation,
            manifest.position,
            manifest.chain,
            manifest.made_ms,
            len(manifest.sizes),
            manifest.records,
            Phase.BLOCKS,
            int(keeps_all),
        ),
    )


def move(tx: Connection, phase: Phase, done: int = 0, *, records: int = 0) -> None:
    """Note how far it is; `records` more have been loaded."""
    tx.execute("UPDATE snapshot_load SET phase = ?, done = ?, loaded = loaded + ?", (phase, done, records))


def hold_to(tx: Connection, now: Load) -> None:
    """Raise StaleError `snapshot_busy` unless the load still stands where the caller saw it."""
    if read(tx) != now:
        raise StaleError(
            "snapshot_busy",
            "another program goes on with this load",
            hint="Let it finish; its progress is on the status page.",
        )


def set_late_floor(tx: Connection, check: int) -> None:
    """Note the oldest check to run against the new list."""
    tx.execute("UPDATE snapshot_load SET late_floor = ?", (check,))


def end(tx: Connection) -> None:
    """Nothing is under way any more."""
    tx.execute("DELETE FROM snapshot_load")


@contextmanager
def undurable(connection: Connection) -> Iterator[None]:
    """Commits of this connection do not wait for the disk meanwhile. Outside a transaction.

    A power cut may take back the last steps of a load, in order; they are done again. The switch must
    not be taken back once it was reported, and is not made so.
    """
    connection.execute("PRAGMA synchronous = NORMAL")
    try:
        yield
    finally:
        connection.execute("PRAGMA synchronous = FULL")
