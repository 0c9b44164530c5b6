"""The board of nodes: what each post's node last told, weighed into one word.

Must not know: SQL, pages, who may see records.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from hub.desk.view import NodeRow, NodeState, Operator
from hub.kit import Kit
from hub.store import custody, feeds, lists, nodes, successors
from hub.store.nodes import KnownNode
from shared.database import Connection
from shared.enrolment import Revocations
from shared.ledger.records import Record
from shared.limits import CLOCK_SKEW_SUSPECT_MS
from shared.schema import SCHEMA_VERSION
from shared.scope import scopes_of_node

_WORST_FIRST: Final = (
    NodeState.QUARANTINED,
    NodeState.SILENT,
    NodeState.CLOCK,
    NodeState.BEHIND,
    NodeState.NEVER,
    NodeState.OK,
    NodeState.REPLACED,
    NodeState.REVOKED,
)


class NodeBoard:
    """Makes the rows of the node page at one moment."""

    def __init__(self, kit: Kit, revoked: Revocations | None) -> None:
        self._kit = kit
        self._revoked = frozenset() if revoked is None else revoked.nodes

    def rows(self, tx: Connection, operator: Operator) -> tuple[NodeRow, ...]:
        """Every node, worst first."""
        ends = feeds.positions(tx)
        waiting, stopped = custody.waiting_counts(tx), custody.quarantined_feeds(tx)
        known = nodes.everyone(tx)
        names: dict[int, str] = {node.node: node.name for node in known}
        after = {
            node: tuple(names[each] for each in found if each in names)
            for node, found in successors.everyone(tx).items()
        }
        rows = [
            replace(
                self._row(
                    tx,
                    node,
                    operator,
                    ends,
                    waiting.get(node.node, 0),
                    stopped.get(node.node, ""),
                    replaced=node.node in after,
                ),
                successors=after.get(node.node, ()),
                predecessors=tuple(names[old] for old, found in after.items() if node.name in found),
            )
            for node in known
        ]
        return tuple(sorted(rows, key=lambda row: (_WORST_FIRST.index(row.state), not row.own, row.name)))

    def _row(
        self,
        tx: Connection,
        node: KnownNode,
        operator: Operator,
        ends: dict[str, int],
        waiting: int,
        quarantine: str,
        *,
        replaced: bool,
    ) -> NodeRow:
        now = self._kit.now_ms()
        status = lists.newest_status(tx, node.node)
        behind, since = _lag(tx, node, ends)
        # What an answer completed counts from that contact on; an entry it lacks, from its writing.
        complete = node.complete_ms if since is None else min(since, node.complete_ms or since)
        list_age = None if complete is None else max(0, (now - complete) // 1000)
        backlog = self._backlog(node, status)
        by_foot = _heard_ms(node) != node.seen_ms
        post = self._kit.lists.posts.find(node.post)
        return NodeRow(
            node=node.node,
            name=node.name,
            post=node.post,
            post_name=post.label if post is not None else node.post,
            country=node.country,
            own=node.country == operator.country,
            state=self._state(
                node, status, list_age=list_age, backlog=backlog, stopped=bool(quarantine), replaced=replaced
            ),
            last_seen_ms=node.seen_ms,
            written_ms=node.written_ms if by_foot else None,
            carried_ms=node.carried_ms if by_foot else None,
            route=node.route if by_foot else "",
            backlog=backlog,
            list_age_s=list_age,
            behind=behind,
            behind_since_ms=since,
            clock_skew_ms=_told(status, "clock_skew_ms"),
            version=status.text("version") if status is not None else "",
            schema=node.schema,
            schema_differs=node.schema not in (None, SCHEMA_VERSION),
            disk_free_mb=_told(status, "disk_free_mb"),
            waiting=waiting,
            quarantine=quarantine,
        )

    def _backlog(self, node: KnownNode, status: Record | None) -> int | None:
        """None left where the last contact, or the last load, emptied it; else what the last status said."""
        newest = max(node.seen_ms or 0, node.carried_ms or 0)
        if node.emptied_ms is not None and node.emptied_ms >= newest:
            return 0
        return _told(status, "queue")

    def _state(
        self,
        node: KnownNode,
        status: Record | None,
        *,
        list_age: int | None,
        backlog: int | None,
        stopped: bool,
        replaced: bool,
    ) -> NodeState:
        policy, now = self._kit.policy, self._kit.now_ms()
        if node.node in self._revoked:
            return NodeState.REVOKED
        if replaced:
            return NodeState.REPLACED
        if stopped:
            return NodeState.QUARANTINED
        heard_ms = _heard_ms(node)
        if heard_ms is None:
            return NodeState.NEVER
        if now - heard_ms > policy.silent_after_s * 1000:
            return NodeState.SILENT
        if abs(_told(status, "clock_skew_ms") or 0) > CLOCK_SKEW_SUSPECT_MS:
            return NodeState.CLOCK
        old = list_age is None or list_age > policy.list_old_after_s
        return NodeState.BEHIND if old or (backlog or 0) > policy.queue_long else NodeState.OK


def _heard_ms(node: KnownNode) -> int | None:
    """When the newest of what is known of a node was said: at a contact, or on what was carried since."""
    said = [moment for moment in (node.seen_ms, node.written_ms) if moment is not None]
    return max(said, default=None)


def _lag(tx: Connection, node: KnownNode, ends: dict[str, int]) -> tuple[int, int | None]:
    """(entries a node lacks, when the first of them was written)."""
    read = nodes.positions_of(tx, node.node)
    behind, since = 0, None
    for scope in scopes_of_node(node=node.node, post=node.post, country=node.country):
        position = read.get(scope, 0)
        lacking = ends.get(scope, 0) - position
        if lacking > 0:
            behind += lacking
            written = feeds.behind_since(tx, scope, position)
            since = written if since is None or (written is not None and written < since) else since
    return behind, since


def _told(status: Record | None, name: str) -> int | None:
    return None if status is None else status.number(name)
