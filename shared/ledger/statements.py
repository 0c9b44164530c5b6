"""The statements that write a kind's rows, as text made from the schema.

Must not know: values, transactions.
"""

from __future__ import annotations

from functools import lru_cache

from shared.ledger.columns import HOLE
from shared.ledger.tables import table_of
from shared.schema import SCHEMA, Kind, RecordType


@lru_cache(maxsize=64)  # every kind's
def select(kind: Kind) -> str:
    """Records: id, stamp, author, standing, edited, every field, extra; for a condition to be added."""
    row_type = SCHEMA[kind]
    return f"SELECT id, stamp, author, standing, edited, {_names(row_type)}, extra FROM {table_of(row_type)}"  # noqa: S608 - schema names


@lru_cache(maxsize=64)
def insert(kind: Kind) -> str:
    """A record that must be new, bound as for `replace`."""
    return replace(kind).replace("INSERT OR REPLACE", "INSERT OR IGNORE", 1)


@lru_cache(maxsize=256)  # as many as a connection keeps prepared; which fields are set is the sender's choice
def insert_columns(kind: Kind, numbers: tuple[int, ...], *, into: str = "") -> str:
    """Creating changes that set only these fields, in schema order: id, stamp, author, fields.

    A field bound as `columns.HOLE` becomes NULL. `into` is another table of the same columns.
    """
    row_type = SCHEMA[kind]
    names = "".join(f', "{f.name}"' for f in row_type.fields if f.number in numbers)
    marks = f", nullif(?, {HOLE})" * len(numbers)
    table = into or table_of(row_type)
    return f"INSERT OR IGNORE INTO {table} (id, stamp, author{names}) VALUES (?, ?, ?{marks})"  # noqa: S608 - schema names


@lru_cache(maxsize=64)
def replace(kind: Kind, *, into: str = "") -> str:
    """A record as merge has it now: id, stamp, author, standing, edited, every field, extra.

    `into` is another table of the same columns.
    """
    row_type = SCHEMA[kind]
    marks = ", ".join("?" * (len(row_type.fields) + 6))
    return (
        f"INSERT OR REPLACE INTO {into or table_of(row_type)} "  # noqa: S608 - schema names
        f"(id, stamp, author, standing, edited, {_names(row_type)}, extra) VALUES ({marks})"
    )


def _names(row_type: RecordType) -> str:
    return ", ".join(f'"{f.name}"' for f in row_type.fields)
