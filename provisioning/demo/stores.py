"""The databases of the demo's machines, opened from outside with the keys their owners have.

Job: one place that opens files and knows tables, for whoever judges the stores (`promises`) or
tampers with them (`sabotage`). Reading leaves a store as it was.
Must not know: what should stand in it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlcipher3.dbapi2 as sqlcipher

from provisioning.disk import read_file
from shared.change import Change, Value
from shared.database import KEY_BYTES, Connect, Connection, Database
from shared.enrolment import files
from shared.ids import Dot
from shared.ledger import audit, records
from shared.ledger.records import Record
from shared.merge import FieldView
from shared.schema import SCHEMA, Kind

_KEYS_MAX_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """Everything a record is in one store: its row, and every field's value with all siblings."""

    row: Record
    views: Mapping[int, FieldView]

    def differences(self, other: State) -> list[str]:
        """The names of what the two say differently: never the values, which are personal."""
        found = [
            name
            for name in sorted({*self.row.values, *other.row.values})
            if self.row.values.get(name) != other.row.values.get(name)
        ]
        if self.row.standing != other.row.standing:
            found.append("standing")
        ours, theirs = self._siblings(), other._siblings()
        found += [
            f"siblings of field {number}" for number in sorted(ours) if ours[number] != theirs.get(number)
        ]
        return found

    def _siblings(self) -> dict[int, frozenset[tuple[Dot, Value]]]:
        return {
            number: frozenset((entry.dot, entry.value) for entry in view.siblings)
            for number, view in self.views.items()
            if view.siblings
        }


class Store:
    """One machine's store. `directory` is its data directory."""

    def __init__(self, directory: Path, *, name: str) -> None:
        self.directory = directory
        self.name = name
        self._database = Database(connect_to(directory / files.DATABASE), key=key_of(directory))

    def close(self) -> None:
        self._database.close()

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        with self._database.snapshot() as tx:
            yield tx

    @contextmanager
    def tampering(self) -> Iterator[Connection]:
        """A transaction in which the guards of the append-only tables are off, as a thief's would be."""
        with self._database.transaction() as tx:
            guards = tx.execute("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'").fetchall()
            for name, _ in guards:
                tx.execute(f'DROP TRIGGER "{name}"')
            yield tx
            for _, sql in guards:
                tx.execute(sql)

    @contextmanager
    def holding(self) -> Iterator[None]:
        """Hold the write lock, as a program that hangs in a transaction does."""
        with self._database.transaction():
            yield

    def export_plain(self, path: Path) -> None:
        """Write the whole store to a file without encryption."""
        connection = self._database.connection()
        connection.execute("ATTACH DATABASE ? AS plain KEY ''", (str(path),))
        connection.execute("SELECT sqlcipher_export('plain')").fetchall()
        connection.execute("DETACH DATABASE plain")

    def rows(self, sql: str, parameters: Sequence[object] = ()) -> list[Any]:
        """The rows of one query."""
        with self.reading() as tx:
            return tx.execute(sql, tuple(parameters)).fetchall()

    # --- what the judges ask ---

    def ids(self, kind: Kind) -> list[int]:
        """The ids of all records of a kind."""
        with self.reading() as tx:
            return [record.id for record in records.select(tx, kind)]

    def state(self, kind: Kind, record: int) -> State | None:
        with self.reading() as tx:
            row = records.read(tx, kind, record)
            return None if row is None else State(row=row, views=records.views_of(tx, kind, record))

    def states(self) -> Iterator[tuple[Kind, int, State]]:
        """Every record of every kind."""
        for kind in SCHEMA:
            for record in self.ids(kind):
                state = self.state(kind, record)
                if state is not None:
                    yield kind, record, state

    def changes(self, kind: Kind, record: int) -> list[Change]:
        with self.reading() as tx:
            return records.changes_of(tx, kind, record)

    def records(self, kind: Kind, where: str = "1", parameters: Sequence[object] = ()) -> list[Record]:
        with self.reading() as tx:
            return records.select(tx, kind, where, parameters)

    def audit_lines(self) -> int:
        """How many audit lines follow from one another. Raises StoreError `audit_broken`."""
        with self.reading() as tx:
            return audit.verify(tx).number

    def own_heads(self) -> list[tuple[int, int, int]]:
        """(lane, last seq logged, last seq the hub acknowledged) of this machine's feeds."""
        return [
            (lane, seq, acked)
            for lane, seq, acked in self.rows("SELECT lane, seq, acked_seq FROM own_head ORDER BY lane")
        ]


def key_of(directory: Path) -> bytes:
    """The machine's database key, as whoever holds the machine unlocked has it."""
    return read_file(directory / files.DATABASE_KEY, most_bytes=KEY_BYTES)


def keys_paper(directory: Path) -> bytes:
    """A node's locked private keys."""
    return read_file(directory / files.NODE_KEYS, most_bytes=_KEYS_MAX_BYTES)


def connect_to(path: Path, *, quiet: bool = False) -> Connect:
    """Opens this file. `quiet` keeps SQLCipher from writing to the terminal what it thinks of a wrong key."""

    def connect() -> Connection:
        opened: Connection = sqlcipher.connect(str(path), isolation_level=None, check_same_thread=False)
        if quiet:
            opened.execute("PRAGMA cipher_log_level = NONE")
        return opened

    return connect
