"""What this node has yet to give back to a restored hub: signed originals of its earlier lives.

Invariant: a segment counts as given back to a life of the hub once that life's signed word says so; it is as
if received then, since no backup of before has it.
Must not know: seals, how it travels.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from shared.database import Connection


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Place:
    """Which segment it is; ordered as they go back."""

    generation: int
    scope: str
    first: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Original:
    """A signed segment as it was received."""

    place: Place
    raw: bytes
    signature: bytes


START = Place(generation=0, scope="", first=0)
_RETURNED = "UPDATE feed_segment SET returned = (SELECT generation FROM hub_state), received_ms = ?"
_OWED = "generation < (SELECT generation FROM hub_state) AND returned < (SELECT generation FROM hub_state)"


def owed(tx: Connection, *, budget_bytes: int, at_most: int, after: Place = START) -> list[Original]:
    """The next segments to give back, within a budget; at least one where there is one."""
    found: list[Original] = []
    rows = tx.execute(
        f"SELECT generation, scope, first, raw, signature FROM feed_segment WHERE {_OWED} "  # noqa: S608 — our own words
        "AND (generation, scope, first) > (?, ?, ?) ORDER BY generation, scope, first LIMIT ?",
        (after.generation, after.scope, after.first, at_most),
    )
    for generation, scope, first, raw, signature in rows:
        budget_bytes -= len(raw) + len(signature)
        if found and budget_bytes < 0:
            break
        place = Place(generation=generation, scope=scope, first=first)
        found.append(Original(place=place, raw=raw, signature=signature))
    return found


def owes(tx: Connection) -> bool:
    """Whether anything is to be given back, the revocation list included."""
    row = tx.execute(
        f"SELECT (SELECT owes_list FROM hub_state) OR EXISTS (SELECT 1 FROM feed_segment WHERE {_OWED})"  # noqa: S608 — our own words
    ).fetchone()
    return bool(row[0])


def owed_list(tx: Connection) -> bytes | None:
    """The revocation list, where a restored hub may not have it."""
    (paper,) = tx.execute("SELECT CASE WHEN owes_list THEN revocations END FROM hub_state").fetchone()
    return None if paper is None else bytes(paper)


def list_given(tx: Connection) -> None:
    tx.execute("UPDATE hub_state SET owes_list = 0")


def begin(tx: Connection, *, before: int) -> None:
    """A new life of the hub, after life `before` (0: this node has heard of none)."""
    tx.execute("UPDATE hub_state SET owes_list = (? > 0 AND revocations IS NOT NULL)", (before,))


def given(tx: Connection, places: Iterable[Place], *, head_ms: int) -> None:
    """The hub has these; it said so at `head_ms` by its clock."""
    tx.executemany(
        f"{_RETURNED} WHERE generation = ? AND scope = ? AND first = ?",
        [(head_ms, place.generation, place.scope, place.first) for place in places],
    )


def cover(tx: Connection, past: Sequence[tuple[int, Sequence[int]]], *, head_ms: int) -> None:
    """Note what the hub says it has of its earlier lives, scope by scope in the order of our cursors.

    Lives before the first it names are in its backup; of one that it does not name it has nothing.
    """
    if not past:
        return
    names = [name for (name,) in tx.execute("SELECT scope FROM cursor ORDER BY place").fetchall()]
    reach = [
        (head_ms, generation, scope, position)
        for generation, positions in past
        for scope, position in zip(names, positions, strict=False)
    ]
    tx.executemany(f"{_RETURNED} WHERE generation = ? AND scope = ? AND last <= ? AND {_OWED}", reach)
    first = min(generation for generation, _ in past)
    tx.execute(f"{_RETURNED} WHERE generation < ? AND {_OWED}", (head_ms, first))
