"""The pieces of photos as they lie in the ledger, by the record they belong to.

Must not know: how pieces become a photo (`shared.photo`), who may see one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final

from shared.database import Connection
from shared.ids import Dot, RecordId
from shared.photo import Piece

_PIECES_READ_MAX: Final = 512  # of one record: eight times the pieces of the largest photo
_MEANT: Final = "id, category, media_type, size_bytes, digest, piece, pieces"
_SAME: Final = '("of", owner, digest, pieces, size_bytes)'
_LIKE: Final = f"{_SAME} = (SELECT {_SAME[1:-1]} FROM attachment_record WHERE id = ?)"  # noqa: S608 - our own names


def pieces_of(tx: Connection, record: int, *, owner: str) -> list[Piece]:
    """The pieces that a record's own country attached to it, contents included."""
    rows = tx.execute(
        f'SELECT {_MEANT}, content FROM attachment_record WHERE "of" = ? AND owner = ? ORDER BY id LIMIT ?',  # noqa: S608 - our own names
        (record, owner, _PIECES_READ_MAX),
    )
    return [_piece(row) for row in rows]


def pieces_like(tx: Connection, dot: int) -> list[Piece]:
    """All pieces of the photo that one piece is part of, itself included; [] where it is not here."""
    rows = tx.execute(
        f"SELECT {_MEANT}, content FROM attachment_record WHERE {_LIKE} ORDER BY id LIMIT ?",  # noqa: S608 - our own names
        (dot, _PIECES_READ_MAX),
    )
    return [_piece(row) for row in rows]


def count_like(tx: Connection, dot: int) -> int:
    """How many different pieces of that photo are here: cheap, no content is read."""
    (here,) = tx.execute(
        f"SELECT count(DISTINCT piece) FROM attachment_record WHERE {_LIKE}",  # noqa: S608 - our own names
        (dot,),
    ).fetchone()
    return int(here)


def piece(tx: Connection, dot: int) -> tuple[Piece, int | None] | None:
    """(one piece, the record it belongs to); None where it is not here."""
    row = tx.execute(
        f'SELECT {_MEANT}, content, "of" FROM attachment_record WHERE id = ?',  # noqa: S608 - our own names
        (dot,),
    ).fetchone()
    return None if row is None else (_piece(row), row[8])


def count_by_record(tx: Connection, records: Sequence[int]) -> dict[int, int]:
    """How many photos belong to each of these records; those without are left out."""
    marks = ",".join("?" * len(records))
    rows = tx.execute(
        f'SELECT "of", count(DISTINCT digest) FROM attachment_record WHERE "of" IN ({marks}) GROUP BY "of"',  # noqa: S608 - only question marks
        tuple(records),
    )
    return dict(rows.fetchall())


def attached_to(tx: Connection, record: int) -> list[RecordId]:
    """The pieces that belong to a record: they are erased with it."""
    rows = tx.execute('SELECT id FROM attachment_record WHERE "of" = ?', (record,))
    return [RecordId(Dot(row[0])) for row in rows]


def any_purged(tx: Connection, subjects: Iterable[object]) -> bool:
    """Whether one of the records that pieces belong to was erased."""
    return any(
        tx.execute("SELECT 1 FROM purged WHERE record = ?", (each,)).fetchone()
        for each in {each for each in subjects if isinstance(each, int)}
    )


def drop_contents(tx: Connection, first: int, last: int) -> int:
    """Let go of the contents of own pieces first … last, which somebody else keeps; returns how many."""
    return tx.execute(
        "UPDATE attachment_record SET content = NULL WHERE id BETWEEN ? AND ? AND content IS NOT NULL",
        (first, last),
    ).rowcount


def _piece(row: Any) -> Piece:
    return Piece(
        id=row[0],
        category=row[1] or "",
        media_type=row[2] or "",
        size_bytes=row[3] or 0,
        address=row[4] or b"",
        number=row[5] or 0,
        count=row[6] or 0,
        content=row[7],
    )
