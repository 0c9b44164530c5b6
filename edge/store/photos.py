"""Photos of half-captured cases. A case that is dropped, forgotten or decided keeps none.

Must not know: what a photo shows, how it became fit to keep.
"""

from __future__ import annotations

from dataclasses import dataclass

from edge.screen import CaseId
from shared.database import Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftPhoto:
    """A photo of a case. `whose` marks the document that stood in the case when it was taken."""

    digest: bytes
    category: str
    whose: bytes
    size_bytes: int


def of_case(tx: Connection, case: CaseId) -> tuple[DraftPhoto, ...]:
    """A case's photos in the order they were taken, without their contents."""
    rows = tx.execute(
        "SELECT digest, category, whose, length(content) FROM draft_photo WHERE case_id = ? ORDER BY id",
        (case,),
    )
    return tuple(DraftPhoto(digest=r[0], category=r[1], whose=r[2], size_bytes=r[3]) for r in rows)


def keep(tx: Connection, case: CaseId, *, digest: bytes, category: str, whose: bytes, content: bytes) -> None:
    """Keep a photo; the same one again only says anew what it shows and whose it is."""
    tx.execute(
        "INSERT INTO draft_photo (case_id, digest, category, whose, content) VALUES (?, ?, ?, ?, ?) "
        "ON CONFLICT (case_id, digest) DO UPDATE SET category = excluded.category, whose = excluded.whose",
        (case, digest, category, whose, content),
    )


def content(tx: Connection, case: CaseId, digest: bytes) -> bytes | None:
    row = tx.execute(
        "SELECT content FROM draft_photo WHERE case_id = ? AND digest = ?", (case, digest)
    ).fetchone()
    return None if row is None else bytes(row[0])


def remove(tx: Connection, case: CaseId, digest: bytes) -> None:
    tx.execute("DELETE FROM draft_photo WHERE case_id = ? AND digest = ?", (case, digest))


def clear(tx: Connection, case: CaseId) -> None:
    """The case is decided: its photos are the check's now."""
    tx.execute("DELETE FROM draft_photo WHERE case_id = ?", (case,))
