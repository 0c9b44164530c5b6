"""How hits came out, counted by post, as far as a desk may see them.

Invariants: a pair of check and alert counts once, however often it was reported; what the desk may not see is
not counted. Must not know: what a share means.
"""

from __future__ import annotations

from dataclasses import dataclass

from hub.store.sight import Sight
from shared.clock import stamp_at
from shared.database import Connection
from shared.schema import Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """The hits of one post: settled one way or the other, or open still."""

    post: str
    country: str
    confirmed: int
    cleared: int
    open: int


def by_post(tx: Connection, sight: Sight, *, since_ms: int) -> list[Tally]:
    """Hits made since then by the clock that made them, by post; training does not count."""
    condition, parameters = sight.condition(Kind.HIT, "h")
    rows = tx.execute(
        "SELECT post, owner, sum(confirmed), sum(cleared AND NOT confirmed), "  # noqa: S608 — our own names
        "sum(NOT confirmed AND NOT cleared) FROM ("
        "SELECT h.post AS post, h.owner AS owner, max(coalesce(h.outcome, '') = 'confirmed') AS confirmed, "
        "max(coalesce(h.outcome, '') = 'cleared') AS cleared FROM hit_record h "
        f"WHERE h.stamp >= ? AND coalesce(h.training, 0) = 0 AND {condition} "
        'GROUP BY h.post, h.owner, h."check", h.alert) GROUP BY post, owner ORDER BY owner, post',
        (stamp_at(since_ms), *parameters),
    )
    return [
        Tally(post=row[0] or "", country=row[1], confirmed=row[2], cleared=row[3], open=row[4])
        for row in rows
    ]
