"""Machines as rows of a page: the nodes of the posts, and what they sent that nobody could use.

Must not know: storage, HTML, how a node is weighed.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class NodeState(StrEnum):
    """A node at a glance, the worst that holds."""

    OK = "ok"
    BEHIND = "behind"  # in contact, but its list is old or its queue long
    CLOCK = "clock"  # its clock is far off
    SILENT = "silent"  # not heard for longer than it should be
    NEVER = "never"  # admitted, never heard
    QUARANTINED = "quarantined"  # a feed was forked; a person must act
    REPLACED = "replaced"  # its device goes on under another number
    REVOKED = "revoked"


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeRow:
    """One post's node. None means: it has not told yet.

    `last_seen_ms` is the last contact. Where something written later was carried here, `written_ms` says
    when it was written, `carried_ms` when it came, `route` how (stick | neighbour); else these are empty.

    `list_age_s` is how long ago the node's list was last known complete; `behind` how many feed
    entries it lacks, `behind_since_ms` since when. `schema_differs` from the hub's own: the two go on
    talking, and one of them should be upgraded. `waiting` counts bundles that wait for a gap. `successors`
    and `predecessors` are the names of the nodes as which its device goes on, and was before.
    """

    node: int
    name: str
    post: str
    post_name: str
    country: str
    own: bool
    state: NodeState
    last_seen_ms: int | None
    written_ms: int | None
    carried_ms: int | None
    route: str
    backlog: int | None
    list_age_s: int | None
    behind: int
    behind_since_ms: int | None
    clock_skew_ms: int | None
    version: str
    schema: int | None
    schema_differs: bool
    disk_free_mb: int | None
    waiting: int
    quarantine: str
    successors: tuple[str, ...] = ()
    predecessors: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class QuarantineRow:
    """Something received that could not be used: kept, named, retried after an upgrade."""

    id: int
    node: str
    post: str
    lane: str
    first: int
    count: int
    code: str
    hint: str
    received_ms: int
