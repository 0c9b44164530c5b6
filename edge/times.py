"""Impossible times among a node's own checks: one traveller at two posts sooner than the road allows.

A node sees its own checks alone. They are of two posts where it was moved, as a van's is; what happened at
other nodes the centre compares. Invariant: it asks, on the check's page; nothing at the booth stops for it.
Must not know: pages, the hub.
"""

from __future__ import annotations

from edge.kit import Kit
from edge.printing import printed
from edge.record_view import Elsewhere
from edge.store import checks, watch
from shared.database import Connection
from shared.ledger.records import Record
from shared.ledger.savepoint import spared
from shared.limits import SEARCH_MAX_ROWS
from shared.travel import TOP_SPEED_KM_H, too_soon
from shared.watchlist import subject_of


def of_check(kit: Kit, tx: Connection, check: Record) -> tuple[Elsewhere, ...]:
    """Where else the traveller of an own check was too soon, newest first; both orders of the two are one.

    Empty where that cannot be told: the page shows the check all the same.
    """
    return spared(lambda: _too_soon(kit, tx, check), otherwise=())


def _too_soon(kit: Kit, tx: Connection, check: Record) -> tuple[Elsewhere, ...]:
    like = watch.checks_like(tx, kit.matcher, [subject_of(check.values)])[0][:SEARCH_MAX_ROWS]
    found = []
    for other in checks.some(tx, like):
        if other.id == check.id or other.text("post") == check.text("post"):
            continue
        reason = too_soon(kit.matcher, kit.lists, check, other, received=(None, None))
        if reason is not None:
            post = kit.lists.posts.find(other.text("post"))
            found.append(
                Elsewhere(
                    check=str(other.id),
                    printed=printed(kit, other.id),
                    post=post.label if post is not None else other.text("post"),
                    same=reason.same.value,
                    km=round(reason.km),
                    speed_km_h=round(TOP_SPEED_KM_H),
                    needed_s=reason.needed_ms // 1000,
                    at_most_s=reason.at_most_ms // 1000,
                )
            )
    return tuple(found)
