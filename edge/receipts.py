"""Where a node stands, and what it does with the hub's word once believed, whichever way it came.

Invariants: an ack beyond what was cut is a clone, and stops here; one of other contents than ours is a fork,
and acknowledges nothing of its lane; lists are believed by their own signatures; all of it happens in the
caller's transaction. Must not know: how the word came.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Final

from edge import renewal
from edge.kit import Kit
from edge.sealer import Sealer
from edge.store import feed
from edge.store import lease as leases
from shared.bundle import chain_start
from shared.database import Connection
from shared.enrolment import Prekey, Revocations
from shared.errors import RemoteError, TrustError
from shared.ids import Feed, Lane, Seq, feed_of, node_of_feed
from shared.limits import REPLY_BUDGET_BYTES
from shared.session import Head, Heard, NodeStanding

FORKED_OR_BACK: Final = frozenset({"feed_rolled_back", "feed_forked", "feed_cloned"})
"""What the hub's signed word can bring to light that needs a person, whichever way the word came."""
AT_A_CONTACT: Final = FORKED_OR_BACK | {
    *("feed_gap", "bad_signature", "node_revoked", "node_replaced", "wrong_hub")
}
"""What no next contact mends by itself. Of a stick the further ones mean little: anybody can write one."""

_COPIED: Final = (
    "This device was cloned, or restored from a copy. Go on working; call the engineer, who enrols it again: "
    "what it holds goes with it."
)


def note_trouble(kit: Kit, refused: RemoteError, *, lasting: frozenset[str]) -> None:
    """Keep what a person must look into where every page shows it, until a contact succeeds."""
    if refused.code not in lasting:
        return
    with kit.database.transaction() as tx:
        if feed.state(tx).trouble != refused.code:
            feed.keep_trouble(tx, refused.code, refused.hint)


def standing(kit: Kit, tx: Connection, *, wanted_bytes: int = REPLY_BUDGET_BYTES) -> NodeStanding:
    """Where this node stands: what a question or a slip says of it, and an answer must fit.

    `wanted_bytes` is how much one answer may bring.
    """
    hub = feed.state(tx)
    own = kit.log.heads(tx)
    return NodeStanding(
        heads=tuple(0 if kit.renewing else own[lane].cut for lane in Lane),
        chains=tuple(
            chain_start(feed_of(kit.node, lane)) if kit.renewing else own[lane].chain for lane in Lane
        ),
        generation=hub.generation,
        cursors=feed.cursors(tx),
        last_head_ms=hub.head_ms,
        revocations=hub.revocations_number,
        prekey=feed.newest_prekey(tx),
        asks=renewal.asks(kit, tx, wanted_bytes=wanted_bytes),
    )


def forked(kit: Kit, tx: Connection, head: Head) -> frozenset[Lane]:
    """The lanes of which the hub has another device's log, however long: this one is a copy, or has one."""
    if kit.renewing or head.acks is None:
        return frozenset()
    acks = head.acks
    return frozenset(lane for lane, chain in head.chains if kit.log.is_another(tx, lane, acks[lane], chain))


def settle_trouble(tx: Connection, forks: Collection[Lane]) -> None:
    """After a head was kept: nothing needs a person any more, but for a fork."""
    feed.keep_trouble(tx, *(("feed_forked", _COPIED) if forks else ("", "")))


def acknowledge(
    kit: Kit, tx: Connection, acked: Mapping[Feed, Seq], *, forks: Collection[Lane], head_ms: int
) -> bool:
    """Note what the hub has of our feeds, but for forked lanes; returns whether that was news.

    Raises TrustError `feed_cloned`: the hub has more of a feed than this node ever sent.
    """
    heads, news = kit.log.heads(tx), False
    for name, seq in acked.items():
        head = heads[Lane(name & 3)]
        if kit.renewing and not seq:
            continue  # nothing was said under the new number yet
        if seq > head.cut or kit.renewing:
            raise TrustError(
                "feed_cloned",
                "the hub holds more of this node's log than the node itself",
                hint=_COPIED,
            )
        if name & 3 in forks:
            news = kit.log.disown(tx, Lane(name & 3), seq) or news
            feed.unmark_acks(tx, name & 3, above=0)
            continue
        if seq < head.acked:  # a restored hub: what it lacks goes again
            kit.log.rewind(tx, name, Seq(seq))
            feed.unmark_acks(tx, name & 3, above=seq)
        kit.log.acknowledge(tx, name, Seq(seq))
    if kit.renewing:
        return False
    moved = [
        (name & 3, seq)
        for name, seq in acked.items()
        if seq != heads[Lane(name & 3)].acked and name & 3 not in forks
    ]
    feed.mark_acks(tx, moved, head_ms=head_ms)
    return bool(moved) or news


def keep_lists(kit: Kit, tx: Connection, heard: Heard) -> None:
    """Prekeys and revocations, each believed by its own signature."""
    identity = kit.identity
    for paper in heard.prekeys:
        feed.keep_prekey(tx, Prekey.read(paper, hub=identity.hub.hub.verify_key))
    if heard.revocations is not None:
        keep_revocations(kit, tx, heard.revocations)


def keep_revocations(kit: Kit, tx: Connection, paper: bytes) -> None:
    """The authority's newest list; one that names this node locks its list of alerts at once."""
    listed = Revocations.read(paper, authority=kit.identity.authority.verify_key)
    if listed.number >= feed.state(tx).revocations_number:
        leases.keep_revoked(tx, revoked=kit.node in listed.nodes)
    feed.keep_revocations(tx, listed.number, paper)


def reseal(kit: Kit, sealer: Sealer, tx: Connection, wanted: Sequence[tuple[int, int]]) -> bool:
    """Put bundles whose prekey the hub no longer has into new envelopes; whether any changed hands."""
    number, key = sealer.prekey(tx)
    stale = False
    for name, first in wanted:
        if node_of_feed(name) != kit.node:
            continue
        stale = stale or kit.log.sealed_otherwise(tx, feed=Feed(name), first=Seq(first), prekey=number)
        kit.log.reseal(
            tx,
            feed=Feed(name),
            first=Seq(first),
            hub=kit.identity.hub_tag,
            prekey=number,
            key=key,
            signer=kit.identity.keys.sign,
        )
    return stale
