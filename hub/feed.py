"""The feed: what the hub says, into scope logs, cut into signed segments that all readers share.

Job: decide by `shared.scope` which scopes an accepted change belongs to; write it there; cut and
sign; pick what a reader lacks.
Invariants
* A record that enters a scope comes with all its changes; one that leaves is followed by a
  `scope_leave`, which tells replicas to let it go, not to erase it.
* Downstream kinds travel back to their author too: the echo settles what a node holds in doubt.
* Whatever the hub itself authored reaches every holder of the record it is about.
Must not know: sockets, what a page shows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from hub.kit import Kit
from hub.store import feeds, lives, nodes, subjects, successors
from hub.store.nodes import KnownNode
from shared import segment
from shared.change import Change, Value, named
from shared.database import Connection
from shared.errors import WireError
from shared.ids import SYSTEM, RecordId, node_of_dot
from shared.ledger import records
from shared.ledger.records import Record
from shared.limits import PIECE_MIN_BYTES, REPLY_BUDGET_BYTES, SEGMENT_MAX_CHANGES
from shared.schema import Kind, field_by_name, record_type
from shared.scope import scopes_of_cleared, scopes_of_node, scopes_of_record
from shared.session import Cursor, Hello, PartHeld, Slice, feeds_digest
from shared.wire import TOO_MUCH

_NODE: Final = "node:"
_ABOUT: Final = {
    Kind.CORRECTION: "of",
    Kind.REFUSED_CHANGE: "of",
    Kind.TOMBSTONE: "of",
    Kind.ACKNOWLEDGEMENT: "of",
}
"""Kinds that speak about another record, whose holders must hear it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What a reader gets: segments after its cursor, and where its scopes stand."""

    segments: tuple[tuple[bytes, bytes] | Slice, ...]
    positions: tuple[int, ...]
    digest: bytes
    complete: bool


@dataclass(slots=True, kw_only=True)
class _Reply:
    """The feed of one answer: whole segments, and slices where one does not fit.

    `part` is what the reader holds of a segment already.
    """

    left: int
    part: PartHeld | None
    segments: list[tuple[bytes, bytes] | Slice] = field(default_factory=list)

    @property
    def reach(self) -> int:
        """How many bytes of segments may be needed."""
        return self.left + (0 if self.part is None else self.part.length)

    def fill(self, place: int, first: int, found: Sequence[tuple[bytes, bytes, int]]) -> None:
        """Add a scope's segments from position `first` on until the room is used up."""
        for raw, signature, last in found:
            if self.left <= 0:
                return
            whole = raw + signature
            offset = self._offset(place, first, len(whole))
            data = whole[offset : offset + self.left]
            self.left -= len(data)
            if len(data) == len(whole):
                self.segments.append((raw, signature))
            else:
                self.segments.append(
                    Slice(place=place, first=first, offset=offset, total=len(whole), data=data)
                )
            first = last + 1

    def _offset(self, place: int, first: int, total: int) -> int:
        part = self.part
        here = part is not None and (part.place, part.first) == (place, first) and part.length < total
        return part.length if part is not None and here else 0


class Feed:
    """The hub's voice. All methods run inside the caller's write transaction."""

    def __init__(self, kit: Kit, *, generation: int, restored: bool = False) -> None:
        """`restored` says that there were lives of this hub before this one."""
        self._kit = kit
        self.generation = generation
        self.restored = restored

    # --- into the scopes ---

    def publish(self, tx: Connection, change: Change, *, to: KnownNode | None = None) -> None:
        """Write an accepted change into every scope that should have it; `to` must hear it in any case."""
        if change.kind in feeds.KINDS_HELD:
            self._publish_to_audience(tx, Kind(change.kind), change)
            return
        scopes: set[str] = set()
        row_type = record_type(change.kind)
        by_hub = lives.is_hub(tx, node_of_dot(change.dot))
        downstream = row_type is not None and row_type.downstream
        if by_hub or downstream or _by_another(change) or self._is_handed_down(tx, change):
            scopes |= self._holders_of(tx, change)
        if to is not None and not scopes & set(_scopes_of(to)):
            scopes.add(f"node:{to.node}")
        for scope in sorted(scopes - {f"node:{number}" for number in lives.numbers(tx)}):
            self._append(tx, scope, change)

    def _is_handed_down(self, tx: Connection, change: Change) -> bool:
        """Whether an edit is of a number that was replaced: an older copy of its disk may lack it."""
        return not change.creates and bool(successors.of(tx, node_of_dot(change.dot)))

    def _holders_of(self, tx: Connection, change: Change) -> frozenset[str]:
        if change.kind == Kind.TOMBSTONE:
            return scopes_of_record(Kind.TOMBSTONE, change.record, {})
        subject: int = change.record
        if change.kind in _ABOUT:
            kind = Kind(change.kind)
            about = change.fields.get(field_by_name(kind, _ABOUT[kind]).number)
            subject = about if isinstance(about, int) and about else subject
        return feeds.holders(tx, subject) or frozenset((f"node:{node_of_dot(subject)}",))

    def hold_as_before(self, tx: Connection, change: Change, *, scope: str) -> None:
        """Let a late hit that comes back be held where an earlier life had said it.

        Nothing in it says where that was: the search that found it had chosen the post.
        """
        if change.creates and change.kind == Kind.HIT and lives.is_hub(tx, node_of_dot(change.dot)):
            feeds.hold(tx, change.record, scope)

    def leave_as_now(self, tx: Connection, changes: Sequence[Change], *, scope: str) -> None:
        """Let go, in a scope in which an earlier life had said these, of what this life does not say there.

        Who read them holds the records still, and nothing of this life's own would ever take them away.
        """
        if scope.startswith(_NODE):
            return  # what a node was told for itself, it keeps
        for kind, record in sorted({(each.kind, each.record) for each in changes}):
            if kind in feeds.KINDS_HELD and scope not in feeds.holders(tx, record):
                found = records.read(tx, Kind(kind), record)
                if found is not None:  # else it never showed, or is erased
                    self._leave(tx, found.id, scope, owner=found.values.get("owner"))

    def _publish_to_audience(self, tx: Connection, kind: Kind, change: Change) -> None:
        record = records.read(tx, kind, change.record)
        if record is None:
            return  # its creation was refused, or has not arrived
        before = feeds.holders(tx, change.record)
        after = self._audience_of(tx, record)
        for scope in sorted(after & before):
            self._append(tx, scope, change)
        entered = sorted(after - before)
        if entered:
            alone = change.creates and not record.edited
            whole = [change] if alone else self._whole(tx, kind, change.record)
            for scope in entered:
                feeds.hold(tx, change.record, scope)
                for each in whole:
                    self._append(tx, scope, each)
        for scope in sorted(before - after):
            self._leave(tx, change.record, scope, owner=record.values.get("owner"))
        if _by_another(change):
            self._tell_maker(tx, change, but=after)

    def _whole(self, tx: Connection, kind: Kind, record: int) -> list[Change]:
        """A record as whoever gets it now must hear it: the creating change first, none that was refused."""
        refused = records.refused_of(tx, record)
        whole = [each for each in records.changes_of(tx, kind, record) if each.dot not in refused]
        return sorted(whole, key=lambda each: (not each.creates, each.dot))

    def _tell_maker(self, tx: Connection, change: Change, *, but: frozenset[str]) -> None:
        """Let the post that made a record hear of it where no scope of its has it: it keeps what it made."""
        maker = nodes.find(tx, node_of_dot(change.record))
        if maker is not None and not but & set(_scopes_of(maker)):
            self.tell(tx, change, node=maker.node)

    def _audience_of(self, tx: Connection, record: Record) -> frozenset[str]:
        if record.kind is not Kind.CLEARED_PAIR:
            return scopes_of_record(record.kind, record.id, record.values)
        alert = record.number("alert") or 0
        post = self._kit.lists.posts.find
        return scopes_of_cleared(
            owner=record.text("owner"),
            alert_owner=subjects.owner_of(tx, Kind.ALERT, alert) or "",
            alert_scopes=feeds.holders(tx, alert),
            country_of=lambda code: found.country if (found := post(code)) is not None else None,
        )

    def _leave(self, tx: Connection, record: RecordId, scope: str, *, owner: Value) -> None:
        said = self._kit.log.append(
            tx,
            kind=Kind.SCOPE_LEAVE,
            author=SYSTEM,
            fields=named(Kind.SCOPE_LEAVE, {"owner": owner, "of": record, "scope": scope}),
        )
        self._append(tx, scope, said.change)
        feeds.release(tx, record, scope)

    def _append(self, tx: Connection, scope: str, change: Change) -> None:
        """Write into a scope's log; what is for a node is for every number that took its place, too."""
        now = self._kit.now_ms()
        feeds.append(tx, scope, change, at_ms=now)
        if scope.startswith(_NODE):
            for node in successors.of(tx, int(scope.removeprefix(_NODE))):
                feeds.append(tx, f"{_NODE}{node}", change, at_ms=now)

    def tell(self, tx: Connection, change: Change, *, node: int) -> None:
        """Let one node hear a change, and who takes its place."""
        self._append(tx, f"{_NODE}{node}", change)

    def hand_down(self, tx: Connection, nodes: Sequence[int], *, to: int) -> None:
        """Let a node hear all that was ever told to these, whose place it takes."""
        scopes = [f"{_NODE}{node}" for node in nodes]
        feeds.copy(tx, scopes, to=f"{_NODE}{to}", at_ms=self._kit.now_ms())

    # --- to the readers ---

    def cut(self, tx: Connection, name: str) -> feeds.ScopeHead:
        """Cut what a scope has grown since the last cut; returns its head."""
        scope = feeds.head_of(tx, name)
        while scope.cut < scope.position:
            first = scope.cut + 1
            changes, raw, signature = self._cut_some(scope, feeds.uncut(tx, scope, SEGMENT_MAX_CHANGES))
            last = scope.cut + len(changes)
            chain = segment.chain_next(scope.chain, raw)
            feeds.keep_segment(tx, scope, first=first, last=last, raw=raw, signature=signature, chain=chain)
            scope = feeds.head_of(tx, name)
        return scope

    def _cut_some(self, scope: feeds.ScopeHead, changes: list[Change]) -> tuple[list[Change], bytes, bytes]:
        """As many of the changes as one segment can hold; (those, segment, signature)."""
        while True:
            try:
                raw, signature = segment.cut(
                    changes,
                    hub=self._kit.identity.tag,
                    generation=self.generation,
                    scope=scope.name,
                    first=scope.cut + 1,
                    before=scope.chain,
                    signer=self._kit.identity.keys.sign,
                )
            except WireError as error:  # long texts: one post's must not stop the feed of all
                if error.code not in TOO_MUCH or len(changes) == 1:
                    raise
                changes = changes[: len(changes) // 2]
            else:
                return changes, raw, signature

    def read(self, tx: Connection, node: KnownNode, hello: Hello) -> Reading:
        """What a node lacks, within what it can take now. A foreign generation reads from the start."""
        names = _scopes_of(node)
        mine = hello.generation == self.generation and len(hello.positions) == len(names)
        known = hello.positions if mine else (0,) * len(names)
        heads = [self.cut(tx, name) for name in names]
        reply = _Reply(
            left=max(PIECE_MIN_BYTES, min(hello.wanted_bytes, REPLY_BUDGET_BYTES)),
            part=hello.part if mine else None,
        )
        for place, (head, position) in enumerate(zip(heads, known, strict=True)):
            if position < head.cut and reply.left > 0:
                found = feeds.segments_after(tx, head, position, budget_bytes=reply.reach)
                reply.fill(place, position + 1, found)
        cursors = [Cursor(scope=head.name, position=head.cut, chain=head.chain) for head in heads]
        return Reading(
            segments=tuple(reply.segments),
            positions=tuple(head.cut for head in heads),
            digest=feeds_digest(cursors),
            complete=tuple(head.cut for head in heads) == known,
        )

    def read_whole(
        self, tx: Connection, node: KnownNode, positions: tuple[int, ...], *, budget_bytes: int
    ) -> tuple[Reading, tuple[int, ...]]:
        """What a node lacks, in whole segments, for a packet that has room; and where that leads."""
        heads = [self.cut(tx, name) for name in _scopes_of(node)]
        left, pieces, leads = budget_bytes, [], list(positions)
        for place, (head, position) in enumerate(zip(heads, positions, strict=True)):
            if position >= head.cut or left <= 0:
                continue
            for raw, signature, last in feeds.segments_after(tx, head, position, budget_bytes=left):
                left -= len(raw) + len(signature)
                pieces.append((raw, signature))
                leads[place] = last
        ends = tuple(head.cut for head in heads)
        cursors = [Cursor(scope=head.name, position=head.cut, chain=head.chain) for head in heads]
        reading = Reading(
            segments=tuple(pieces),
            positions=ends,
            digest=feeds_digest(cursors),
            complete=tuple(leads) == ends,
        )
        return reading, tuple(leads)


def _scopes_of(node: KnownNode) -> tuple[str, ...]:
    return scopes_of_node(node=node.node, post=node.post, country=node.country)


def _by_another(change: Change) -> bool:
    """Whether a node other than the record's own made the change: then the record's node must hear it."""
    return node_of_dot(change.dot) != node_of_dot(change.record)
