"""Who may be rung, and who is to be rung now. No sockets, no event loop.

Job: believe a call, keep the listeners by scope, look once for all of them what has changed.
Invariants
* A node is rung only on the line it called from last: an older one of the same node is closed.
* A call is good once: the same bytes again, or older ones, are refused.
* A node that was behind when it called is rung at once, so nothing falls between a contact and a call.
* A node that is revoked while it listens is shut out at the next look.
Must not know: HTTP, what the news is.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final, Protocol

from hub.kit import Kit
from hub.standing import Revoked
from hub.store import feeds, lives, nodes, opening
from shared.doorbell import read_call
from shared.errors import SessionError, TrustError
from shared.limits import DOORBELL_CALL_MS
from shared.scope import scopes_of_node

_AGAIN: Final = "The node calls again by itself after its next contact."


class Line(Protocol):
    """An open line to a node."""

    def ring(self) -> None: ...
    def hang_up(self) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """A believed node. `behind` says that something waits for it already."""

    node: int
    scopes: tuple[str, ...]
    behind: bool


@dataclass(slots=True)
class _Seat:
    line: Line
    scopes: tuple[str, ...] = field(default=())


class Register:
    """The listeners of one doorbell. Used by one thread."""

    def __init__(self, kit: Kit, revoked: Revoked) -> None:
        self._kit = kit
        self._revoked = revoked
        self._called_ms: dict[int, int] = {}
        self._seats: dict[int, _Seat] = {}
        self._by_scope: dict[str, set[int]] = {}
        self._version = -1
        self._list_number = 0
        self._positions: dict[str, int] = {}
        self.look()

    def __len__(self) -> int:
        return len(self._seats)

    # --- who may listen ---

    def believe(self, data: bytes) -> Caller:
        """Whose call this is. Changes nothing but what counts as old.

        Raises WireError, SessionError (`bad_call`, `call_out_of_time`), TrustError (`node_unknown`,
        `node_revoked`, `bad_signature`).
        """
        call = read_call(data)
        with self._kit.database.snapshot() as tx:
            known = nodes.find(tx, call.node)
            listed = self._revoked.read(tx)
            generation = lives.generation(tx)
            positions = feeds.positions(tx)
        if known is None:
            raise TrustError("node_unknown", "this node has never been in contact here", hint=_AGAIN)
        if listed is not None:
            listed.refuse(call.node)
        call.believe(known.verify_key)
        now = self._kit.now_ms()
        if abs(call.time_ms - now) > DOORBELL_CALL_MS or call.time_ms <= self._called_ms.get(call.node, 0):
            raise SessionError("call_out_of_time", "this call is not from now", hint=_AGAIN)
        self._called_ms[call.node] = call.time_ms
        scopes = scopes_of_node(node=known.node, post=known.post, country=known.country)
        behind = call.generation != generation or call.positions != tuple(
            positions.get(scope, 0) for scope in scopes
        )
        return Caller(node=call.node, scopes=scopes, behind=behind)

    def seat(self, caller: Caller, line: Line) -> None:
        """Ring this line from now on; at once, where something waits already."""
        former = self._seats.get(caller.node)
        if former is not None:
            self.leave(caller.node, former.line)
            former.line.hang_up()
        self._seats[caller.node] = _Seat(line, caller.scopes)
        for scope in caller.scopes:
            self._by_scope.setdefault(scope, set()).add(caller.node)
        if caller.behind:
            line.ring()

    def leave(self, node: int, line: Line) -> None:
        """The line has ended. One that was replaced meanwhile changes nothing."""
        seat = self._seats.get(node)
        if seat is None or seat.line is not line:
            return
        del self._seats[node]
        for scope in seat.scopes:
            self._by_scope[scope].discard(node)
            if not self._by_scope[scope]:
                del self._by_scope[scope]

    # --- who is rung ---

    def look(self) -> int:
        """Look for news and ring whom they concern; returns how many were rung.

        Costs one pragma where nothing was committed since the last look, whoever committed it.
        Raises StoreError; the next look finds the same news then.
        """
        version = opening.version_of(self._kit.database.connection())
        if version == self._version:
            return 0
        with self._kit.database.snapshot() as tx:
            positions = feeds.positions(tx)
            listed = self._revoked.read(tx)
        self._version = version
        if listed is not None and listed.number != self._list_number:
            self._list_number = listed.number
            for node in [node for node in self._seats if node in listed.nodes]:
                seat = self._seats[node]
                self.leave(node, seat.line)
                seat.line.hang_up()
        before, self._positions = self._positions, positions
        concerned: set[int] = set()
        for scope, position in positions.items():
            if position != before.get(scope, 0):
                concerned |= self._by_scope.get(scope, set())
        for node in concerned:
            self._seats[node].line.ring()
        return len(concerned)
