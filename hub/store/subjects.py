"""What is known of a record a change is about: its kind, its owner, who has a say in it.

Must not know: what is decided on it.
"""

from __future__ import annotations

from hub.store import lives
from shared import wire
from shared.database import Connection
from shared.ids import node_of_dot
from shared.ledger.tables import table_of
from shared.schema import SCHEMA, Kind


def owner_of(tx: Connection, kind: Kind, record: int) -> str | None:
    """The owner of a record that shows; None for one that is not here."""
    row = tx.execute(
        f"SELECT owner FROM {table_of(SCHEMA[kind])} WHERE id = ?",  # noqa: S608 — a schema name
        (record,),
    ).fetchone()
    return None if row is None else str(row[0])


def kind_of(tx: Connection, record: int, *, likely: int | None = None) -> int | None:
    """The kind of a record that is here in any form; None for one that is not. `likely` is asked first."""
    kinds = sorted(SCHEMA, key=lambda kind: kind != likely)
    for kind in kinds:
        if tx.execute(f"SELECT 1 FROM {table_of(SCHEMA[kind])} WHERE id = ?", (record,)).fetchone():  # noqa: S608 — a schema name
            return kind
    row = tx.execute("SELECT payload FROM history WHERE record = ?1 AND dot = ?1", (record,)).fetchone()
    return None if row is None else wire.unpack_change(row[0]).kind


def is_refused(tx: Connection, dot: int) -> bool:
    return tx.execute("SELECT 1 FROM refused WHERE dot = ?", (dot,)).fetchone() is not None


def are_spoken_of(tx: Connection, first: int, last: int) -> bool:
    """Whether edits, refusals or a purge of any record first … last have arrived before it."""
    (found,) = tx.execute(
        "SELECT EXISTS (SELECT 1 FROM history WHERE record BETWEEN ?1 AND ?2) "
        "OR EXISTS (SELECT 1 FROM refused WHERE dot BETWEEN ?1 AND ?2) "
        "OR EXISTS (SELECT 1 FROM purged WHERE record BETWEEN ?1 AND ?2)",
        (first, last),
    ).fetchone()
    return bool(found)


def country_of(tx: Connection, dot: int, author: int) -> str | None:
    """Whose country made a change: the node's, or at the hub the operator's."""
    if not lives.is_hub(tx, node_of_dot(dot)):
        row = tx.execute("SELECT country FROM node WHERE node = ?", (node_of_dot(dot),)).fetchone()
    else:
        row = tx.execute("SELECT owner FROM officer_record WHERE id = ?", (author,)).fetchone()
    return None if row is None else str(row[0])


def name_of(tx: Connection, author: int) -> tuple[str, str]:
    """(login, full name) of an officer; empty for the machine itself or an officer not known here."""
    row = tx.execute("SELECT login, full_name FROM officer_record WHERE id = ?", (author,)).fetchone()
    return ("", "") if row is None else (str(row[0]), str(row[1] or ""))
