"""The authority's list of what it issued: nodes, hubs, numbers, and which were revoked.

Job: one JSON file, read and replaced whole; and the rules of numbering. Invariants
* A node number is given once, to a node or a hub, and never again.
* Epochs count up at each post, serials through all certificates, revocation lists by one.
* Nothing in it is secret: tickets' secrets are derived from the authority's key.
Must not know: keys, passphrases.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field, replace
from enum import Enum
from pathlib import Path
from typing import Any, Final

from provisioning.disk import read_file, write_file
from shared.enrolment import HUB_NODE, LIVES_MAX, Life, files
from shared.errors import ConfigError, InputError, MissingError, TrustError
from shared.ids import Node
from shared.limits import NODE_MAX

VERSION: Final = 1
_MAX_BYTES: Final = 64 * 1024 * 1024  # about 200,000 nodes


class State(Enum):
    """Where an issued identity stands."""

    ISSUED = "issued"
    APPROVED = "approved"
    REPLACED = "replaced"  # its device was enrolled again, under another number
    REVOKED = "revoked"


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuedNode:
    """One node pack and what became of it. Times are UTC ms; 0 and "" mean not yet.

    `request` is the digest of the approved request, so that it can be answered again unchanged. `replaces`
    are the numbers whose place it takes, the newest first.
    """

    node: int
    post: str
    epoch: int
    country: str
    ticket: str
    issued_ms: int
    expires_ms: int
    state: State = State.ISSUED
    serial: int = 0
    fingerprint: str = ""
    request: str = ""
    approved_ms: int = 0
    revoked_ms: int = 0
    reason: str = ""
    replaces: tuple[int, ...] = ()

    @property
    def label(self) -> str:
        """How people name it: `KLOBUK-1`."""
        return f"{self.post}-{self.epoch}"


_GONE: Final = frozenset({State.REVOKED, State.REPLACED})


def _row(found: dict[str, Any]) -> IssuedNode:
    """A row as the file has it; one from before there were successors replaces nobody."""
    return IssuedNode(
        **{**found, "state": State(found["state"]), "replaces": tuple(found.get("replaces", ()))}
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuedHub:
    """One certified hub. A hub restored from a backup has a row, and a number, for each request it made;
    `asked_ms` tells them apart (0: the first)."""

    node: int
    name: str
    fingerprint: str
    verify_key: str
    certified_ms: int
    asked_ms: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Issued:
    """The whole list."""

    nodes: tuple[IssuedNode, ...] = ()
    hubs: tuple[IssuedHub, ...] = ()
    next_node: int = HUB_NODE + 1
    next_serial: int = 1
    revocations: int = 1
    revoked_ms: int = 0
    version: int = field(default=VERSION)

    @classmethod
    def load(cls, directory: Path) -> Issued:
        """The list in an authority's directory. Raises ConfigError `bad_issued_list`; MissingError."""
        path = directory / files.ISSUED
        try:
            found = json.loads(read_file(path, most_bytes=_MAX_BYTES))
            if found["version"] != VERSION:
                raise ValueError
            nodes = tuple(_row(row) for row in found.pop("nodes"))
            hubs = tuple(IssuedHub(**row) for row in found.pop("hubs"))
            return cls(nodes=nodes, hubs=hubs, **found)
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise ConfigError(
                "bad_issued_list", f"{path} is damaged", hint="Restore it from the authority's last copy."
            ) from error

    def save(self, directory: Path) -> None:
        """Replace the list on disk; durable when this returns."""
        rows = asdict(self)
        for row in rows["nodes"]:
            row["state"] = row["state"].value
        text = json.dumps(rows, ensure_ascii=False, indent=1) + "\n"
        write_file(directory / files.ISSUED, text.encode(), replace=True)

    # --- numbers ---

    def free_node(self, wanted: int | None = None) -> tuple[Node, Issued]:
        """A number nobody ever had, and the list that knows it is taken.

        Raises InputError `node_taken`, `no_more_nodes`.
        """
        used = {row.node for row in self.nodes} | {hub.node for hub in self.hubs}
        if wanted is not None:
            if wanted in used or not HUB_NODE < wanted <= NODE_MAX:
                raise InputError(
                    "node_taken",
                    f"number {wanted} was given before, or no node can have it",
                    hint=f"Leave the number out, or choose a free one from 2 to {NODE_MAX:,}.",
                    field="number",
                )
            return Node(wanted), self
        number = self.next_node
        while number in used:
            number += 1
        if number > NODE_MAX:
            raise InputError(
                "no_more_nodes",
                "every node number has been given",
                hint="Start another authority for new posts.",
            )
        return Node(number), replace(self, next_node=number + 1)

    def next_epoch(self, post: str) -> int:
        """The count of enrolments at this post, plus one."""
        return 1 + max((row.epoch for row in self.nodes if row.post == post), default=0)

    # --- who takes whose place ---

    def replaced_by(self, row: IssuedNode) -> tuple[int, ...]:
        """Every number that a node which takes this one's place replaces, the newest first.

        Raises TrustError `node_revoked`: what a revoked node holds counts no more. InputError
        `never_enrolled`, `too_many_lives`.
        """
        if row.state is State.REVOKED:
            raise TrustError(
                "node_revoked",
                f"{row.label} was revoked, and what it holds counts no more",
                hint="Issue a pack without --replaces, and enrol in an empty directory.",
            )
        if row.state is State.ISSUED:
            raise InputError(
                "never_enrolled",
                f"{row.label} was never enrolled, so nothing is to be replaced",
                hint="Enrol with the pack that was issued for it.",
                field="replaces",
            )
        lives = (row.node, *row.replaces)
        if len(lives) > LIVES_MAX:
            raise InputError(
                "too_many_lives",
                f"{row.label} has been enrolled again {LIVES_MAX} times",
                hint="Let it send what it holds, then enrol the device in an empty directory.",
                field="replaces",
            )
        return lives

    def succeeded(self, row: IssuedNode) -> Issued:
        """The list once an approved node has taken the place of those it replaces. None is revoked by it."""
        gone = set(row.replaces)
        nodes = tuple(
            replace(one, state=State.REPLACED) if one.node in gone and one.state is State.APPROVED else one
            for one in self.nodes
        )
        return replace(self, nodes=nodes)

    def lives(self, row: IssuedNode) -> tuple[Life, ...]:
        """What a node replaces, as its certificate names it."""
        epochs = {one.node: one.epoch for one in self.nodes}
        return tuple(Life(node=Node(number), epoch=epochs[number]) for number in row.replaces)

    # --- rows ---

    def with_node(self, row: IssuedNode) -> Issued:
        """The list with this node's row added or replaced."""
        others = tuple(other for other in self.nodes if other.node != row.node)
        return replace(self, nodes=tuple(sorted((*others, row), key=lambda one: one.node)))

    def by_ticket(self, ticket: bytes) -> IssuedNode:
        """The node of a ticket. Raises TrustError `unknown_ticket`."""
        for row in self.nodes:
            if row.ticket == ticket.hex():
                return row
        raise TrustError(
            "unknown_ticket",
            "this authority's list does not know the node pack",
            hint="Use the list of the authority that issued it, or issue a new pack.",
        )

    def by_post_or_number(self, text: str) -> IssuedNode:
        """The node meant by `KLOBUK`, `KLOBUK-2` or `17`; a post alone means its one node in standing.

        Raises MissingError `no_such_node`; InputError `which_node`.
        """
        if text.isdigit():
            found = [row for row in self.nodes if row.node == int(text)]
        else:
            label = text.upper()
            at_post = [row for row in self.nodes if row.post == label]
            found = [row for row in self.nodes if row.label == label]
            found = found or [row for row in at_post if row.state not in _GONE] or at_post[-1:]
        if not found:
            raise MissingError("no_such_node", f"no node {text} was issued", hint="See: karaula node list")
        if len(found) > 1:
            raise InputError(
                "which_node",
                f"{text} has {len(found)} nodes in standing",
                hint=f"Name one: {', '.join(row.label for row in found)}.",
            )
        return found[0]

    @property
    def revoked(self) -> frozenset[Node]:
        """Every node without standing."""
        return frozenset(Node(row.node) for row in self.nodes if row.state is State.REVOKED)
