"""Reception: a bundle verified, opened and decoded before the store is touched.

Invariants: no store is written here, so that crypto holds no lock; what is wrong with a bundle stands in its
parcel, and nothing is raised for what a peer sent. Must not know: custody, how a change is merged.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from hub.kit import Kit
from hub.prekeys import PrekeyRing
from hub.store import custody, nodes, successors
from hub.store.custody import Kept
from hub.store.nodes import KnownNode
from shared import bundle, wire
from shared.bundle import Header, Opened
from shared.crypto import VerifyKey, digest
from shared.database import Connection
from shared.enrolment import Revocations
from shared.errors import BundleError, RemoteError, TrustError
from shared.ids import Node
from shared.wire import Batch

_REFUSED_INSIDE: Final = frozenset({"header_mismatch"})
"""What shows only once opened, and is somebody's forgery rather than damage: not taken into custody."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """A received bundle before the store is touched: what it is, or why it is nothing.

    `refusal` is final. `fault` is why a bundle that is rightly signed cannot be read.
    """

    raw: bytes
    digest: bytes
    header: Header | None = None
    node: KnownNode | None = None
    opened: Opened | None = None
    batch: Batch | None = None
    refusal: RemoteError | None = None
    fault: RemoteError | None = None
    reseal: bool = False


def newest_stamps(parcels: Sequence[Parcel], node: Node) -> list[int]:
    """The newest stamp of each of a node's parcels that could be read."""
    return [
        max((change.stamp for change in each.batch.changes()), default=0)
        for each in parcels
        if each.batch is not None and each.node is not None and each.node.node == node
    ]


class Reception:
    """Reads bundles."""

    def __init__(self, kit: Kit, ring: PrekeyRing) -> None:
        self._kit = kit
        self._ring = ring

    def read(
        self, tx: Connection, raw: bytes, revoked: Revocations | None, *, by: int | None = None
    ) -> Parcel:
        """Verify and open one bundle. Never raises for what a peer sent: the parcel says what is wrong.

        `by` is the node that brings it. What is of a number it took the place of, it may have signed.
        """
        mark = digest(raw)
        try:
            header = bundle.read_header(raw)
            node = self._sender(tx, header, revoked)
            bundle.verify(raw, self._signer(tx, node, by))
        except RemoteError as error:
            return Parcel(raw=raw, digest=mark, refusal=error)
        known = custody.find(tx, header.feed, header.first)
        if known is not None and known.digest == mark:
            return Parcel(raw=raw, digest=mark, header=header, node=node)
        return self._open(raw, mark, header, node)

    def _sender(self, tx: Connection, header: Header, revoked: Revocations | None) -> KnownNode:
        if header.hub != self._kit.identity.tag:
            raise BundleError(
                "wrong_hub", "this bundle is for another hub", hint="Carry it to the hub it names."
            )
        node = nodes.find(tx, header.node)
        if node is None:
            raise TrustError(
                "node_unknown",
                f"node {header.node} has never shown its certificate here",
                hint="Let the node speak for itself first, or bring its certificate.",
            )
        if revoked is not None:
            revoked.refuse(header.node)
        return node

    def _signer(self, tx: Connection, node: KnownNode, by: int | None) -> VerifyKey:
        """Whose key a node's bundle bears. A device that goes on under a new number has no older key."""
        if by is None or by == node.node or not successors.is_one(tx, by, of=node.node):
            return node.verify_key
        successor = nodes.find(tx, by)
        assert successor is not None  # it is a row beside its own
        return successor.verify_key

    def _open(self, raw: bytes, mark: bytes, header: Header, node: KnownNode) -> Parcel:
        opened = None
        try:
            key = self._ring.private(header.prekey)
            if key is None:
                return Parcel(raw=raw, digest=mark, header=header, node=node, reseal=True)
            opened = bundle.open_bundle(raw, key)
            batch = wire.decode(opened.body, base=header.base)
            if batch.count != header.count:
                raise BundleError(
                    "count_mismatch", "more or fewer changes than announced", hint="Have the node looked at."
                )
        except RemoteError as error:
            if error.code in _REFUSED_INSIDE:
                return Parcel(raw=raw, digest=mark, refusal=error)
            stale = error.code == "cannot_open" and header.prekey != self._ring.current
            return Parcel(
                raw=raw, digest=mark, header=header, node=node, opened=opened, fault=error, reseal=stale
            )
        return Parcel(raw=raw, digest=mark, header=header, node=node, opened=opened, batch=batch)

    def _reread(self, parcel: Parcel) -> Parcel:
        assert parcel.header is not None and parcel.node is not None  # noqa: PT018 — its signature held
        return self._open(parcel.raw, parcel.digest, parcel.header, parcel.node)

    def _reopen(self, tx: Connection, kept: Kept) -> Parcel:
        assert kept.raw is not None  # callers looked
        header = bundle.read_header(kept.raw)
        node = nodes.find(tx, header.node)
        assert node is not None  # it was known when the bundle was kept
        return self._open(kept.raw, kept.digest, header, node)
