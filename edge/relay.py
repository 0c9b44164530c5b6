"""Two nodes on one LAN, one of them with a link: it carries what the other sealed, and cannot read it.

    neighbour ── load ──→ Relay.receive ──(custody)──→ Relay.forward ── load ──→ hub
    neighbour ←─ packets, "carried" ──────────────────────────────────←─ packets ──┘

`Relay` is the side with the link, `RelayCall` the side without.
Invariants
* Only a node that the same authority certified, and that is not revoked, is carried for; each bundle must
  bear its signature. How much is carried for one node, and for how many, is bounded.
* "Carried" is no receipt: the origin keeps every bundle until a packet with the hub's ack has come back.
* A bundle that is carried goes when the hub's signature covers it, or the authority's list names its node;
  not on anybody's word. What is given back bears no signature: one of a node is held, it keeps no bundle out,
  and it goes with any signed answer, for its origin offers it until the hub's word covers it.
Must not know: HTTP, pages, what is inside.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from edge import returning
from edge.courier import Courier
from edge.kit import Kit
from edge.returning import Unsealed
from edge.sealer import Sealer
from edge.store import feed, neighbours, returns
from shared import bundle, courier
from shared.courier import Load, Packet, Slip
from shared.courier.load import read_slip
from shared.crypto import VerifyKey
from shared.database import Connection
from shared.enrolment import Certificate, Revocations
from shared.errors import InputError, RemoteError, SessionError, StoreError, TrustError
from shared.ids import Feed, Lane, Seq, feed_of, lane_of_feed
from shared.ledger.outbox import Sealed
from shared.limits import (
    RELAY_GIFT_MAX_BYTES,
    RELAY_LOAD_BYTES,
    RELAY_MAX_NODES,
    RELAY_NODE_MAX_BYTES,
    RELAY_POLL_S,
    REQUEST_MAX_BUNDLES,
    RETURN_BUDGET_BYTES,
)
from shared.session import Returned

Carry = Callable[[bytes], bytes]
"""Hands a load over and brings the reply. Raises RemoteError."""

LINK_CODES: Final = frozenset({"link_down", "link_cut", "link_slow", "hub_busy"})
"""What the way itself says: then another way is tried, and what is carried stays."""
_TURNS_MAX: Final = 1_000
_GIFT_AGAIN_MS: Final = 60 * 60 * 1000  # what was handed over may have been lost on its way
_LIST_AGAIN_MS: Final = 24 * _GIFT_AGAIN_MS  # of the revocation list alone no packet says that it came


@dataclass(frozen=True, slots=True, kw_only=True)
class Called:
    """What one call at a relay did. `refused` counts packets that were not to be believed."""

    handed: int
    packets: int
    refused: int


class Relay:
    """Carries for neighbours. `receive` from any thread; `forward` after this node's own contact."""

    def __init__(self, kit: Kit) -> None:
        self._kit = kit
        self._asked_ms: dict[int, int] = {}  # by node, uptime: when the hub was last asked for it
        self._told: set[int] = set()  # nodes that have said something since

    # --- from the neighbour ---

    def receive(self, data: bytes) -> bytes:
        """Take a neighbour's load into custody, commit, and only then reply.

        Raises TrustError `bad_signature`, `node_revoked`, `foreign_certificate`; SessionError `wrong_hub`,
        `bad_load`, `relay_to_itself`; BundleError, WireError, InputError; StoreError `relay_full`.
        """
        load = courier.read_load(data)
        certificate = self._believe(load.slip)
        runs = [(self._verified(raw, load, certificate.verify_key), raw) for raw in load.bundles]
        node = load.slip.node
        with self._kit.database.transaction() as tx:
            for life in certificate.replaces:  # the hub takes nothing of these any more
                neighbours.let_go(tx, life.node)
            self._make_room(tx, load)
            self._keep_slip(tx, load.slip)
            for header, raw in runs:
                neighbours.keep_bundle(
                    tx, node, feed=header.feed, first=header.first, last=header.last, raw=raw
                )
            if load.returned is not None and load.returned.size <= RELAY_GIFT_MAX_BYTES:
                neighbours.keep_gift(tx, node, load.returned)
            self._drop_read(tx, load.slip)
            carried = neighbours.carried(tx, node)
            packets = neighbours.packets_of(tx, node)
        if load.bundles:
            self._told.add(node)
        return courier.write_reply(
            carried={Feed(name): Seq(last) for name, last in carried.items()}, packets=packets
        )

    def _believe(self, slip: Slip) -> Certificate:
        """The certificate of a neighbour that may be carried for; else it raises."""
        identity = self._kit.identity
        if slip.hub != identity.hub_tag:
            raise SessionError("wrong_hub", "this load is for another hub", hint="Use a relay of that hub.")
        if slip.node == self._kit.node:
            raise SessionError(
                "relay_to_itself", "a node does not carry for itself", hint="Check the relay's address."
            )
        certificate = Certificate.read(slip.certificate, authority=identity.authority.verify_key)
        if certificate.node != slip.node:
            raise TrustError(
                "foreign_certificate",
                "the certificate is another node's",
                hint="Put this node's own certificate back.",
            )
        with self._kit.database.snapshot() as tx:
            listed = self._revoked(tx)
        if listed is not None:
            listed.refuse(slip.node)
        slip.believe(certificate.verify_key)
        return certificate

    def _revoked(self, tx: Connection) -> Revocations | None:
        """The authority's list, as far as this node has it."""
        paper = feed.state(tx).revocations
        authority = self._kit.identity.authority.verify_key
        return None if paper is None else Revocations.read(paper, authority=authority)

    def _verified(self, raw: bytes, load: Load, key: VerifyKey) -> bundle.Header:
        """A bundle of this neighbour's, for this hub, under its signature."""
        header = bundle.verify(raw, key)
        if header.node != load.slip.node or header.hub != load.slip.hub:
            raise SessionError(
                "not_its_own", "a bundle in the load is another's", hint="Let each node hand over its own."
            )
        return header

    def _make_room(self, tx: Connection, load: Load) -> None:
        known = neighbours.everyone(tx)
        crowded = load.slip.node not in known and len(known) >= RELAY_MAX_NODES
        size = neighbours.bytes_of(tx, load.slip.node) + sum(len(raw) for raw in load.bundles)
        if crowded or (load.bundles and size > RELAY_NODE_MAX_BYTES):
            raise StoreError(
                "relay_full",
                "this node carries as much as it may",
                hint="Nothing is lost: the bundles stay where they were made. Use a stick, or wait.",
            )

    def _keep_slip(self, tx: Connection, slip: Slip) -> None:
        kept = neighbours.slip_of(tx, slip.node)
        if kept is None or slip.progress >= read_slip(*kept).progress:
            if kept is None or kept[0] != slip.raw:
                self._told.add(slip.node)
            neighbours.keep_slip(tx, slip.node, slip.raw, slip.signature)

    def _drop_read(self, tx: Connection, slip: Slip) -> None:
        """Packets the neighbour has read need not be handed to it again."""
        packets = neighbours.packets_of(tx, slip.node)
        unread = [raw for raw in packets if not _was_read(self._packet(raw), slip)]
        if len(unread) != len(packets):
            neighbours.keep_packets(tx, slip.node, unread)

    # --- to the hub ---

    def forward(self, carry: Carry) -> int:
        """Hand on what is carried, and fetch what the hub says back; returns how many loads went.

        Raises RemoteError where the link itself fails: all stays in custody.
        """
        with self._kit.database.snapshot() as tx:
            known, listed = neighbours.everyone(tx), self._revoked(tx)
        for node in known:
            if listed is not None and node in listed.nodes:
                with self._kit.database.transaction() as tx:
                    neighbours.let_go(tx, node)
                known = [other for other in known if other != node]
        return sum(self._forward_one(node, carry) for node in known if self._due(node))

    def _due(self, node: int) -> bool:
        asked = self._asked_ms.get(node)
        waited = asked is None or self._kit.world.monotonic_ms() - asked >= RELAY_POLL_S * 1000
        return waited or node in self._told

    def _forward_one(self, node: int, carry: Carry) -> int:
        self._told.discard(node)
        self._asked_ms[node] = self._kit.world.monotonic_ms()
        place, sent = (0, 0), 0
        while True:
            with self._kit.database.snapshot() as tx:
                kept = neighbours.slip_of(tx, node)
                run = self._next(tx, node, place)
                gift = None if sent or self._kit.metered else neighbours.gift_of(tx, node)
            if kept is None or (sent and not run):
                return sent
            load = courier.write_load(read_slip(*kept), [raw for *_, raw in run], returned=gift)
            try:
                reply = courier.read_reply(carry(load))
                self._keep(node, [self._packet(raw) for raw in reply.packets], reply.packets, gift)
            except RemoteError as refused:
                if refused.code in LINK_CODES:
                    raise
                return sent  # a refusal bears no signature: all stays, and is tried again
            sent += 1
            if not run:
                return sent
            place = (run[-1][0], run[-1][1])

    def _next(self, tx: Connection, node: int, place: tuple[int, int]) -> list[tuple[int, int, bytes]]:
        """The bundles after a place, urgent first; over a metered link no others."""
        run = neighbours.bundles_after(
            tx, node, feed=place[0], first=place[1], budget_bytes=RELAY_LOAD_BYTES
        )[:REQUEST_MAX_BUNDLES]
        last = Lane.URGENT if self._kit.metered else Lane.BULK
        return [each for each in run if lane_of_feed(each[0]) <= last]

    def _keep(self, node: int, packets: list[Packet], raws: tuple[bytes, ...], gift: Returned | None) -> None:
        """Keep what the hub signed for this neighbour, and let go of what it signed for.

        What was given back goes with any signed answer: its origin offers it until the hub's word covers it.
        """
        if any(packet.node != node for packet in packets):
            raise SessionError("not_for_us", "the packet is for another node", hint="Call the centre.")
        with self._kit.database.transaction() as tx:
            for packet in packets:
                acks = zip(Lane, packet.head.acks or (), strict=True)
                neighbours.acknowledge(tx, [(feed_of(node, lane), last) for lane, last in acks])
                for name, first in packet.head.reseals:  # these envelopes open no more: new ones will come
                    for raw in neighbours.bundles_from(tx, node, feed=name, seq=first):
                        header = bundle.read_header(raw)
                        if header.prekey != packet.head.prekey:
                            neighbours.drop_bundle(tx, feed=name, first=header.first)
            neighbours.keep_packets(tx, node, raws)
            if gift is not None and packets:
                neighbours.drop_gift(tx, node, gift)

    def _packet(self, raw: bytes) -> Packet:
        identity = self._kit.identity
        return courier.read_packet(raw, hub=identity.hub_tag, hub_key=identity.hub.hub.verify_key)


class RelayCall:
    """The side without a link: hands its load to a neighbour, and takes the packets that come back."""

    def __init__(self, kit: Kit, sealer: Sealer, courier_of: Courier) -> None:
        self._kit = kit
        self._sealer = sealer
        self._courier = courier_of
        self._carried: dict[Lane, int] = {}  # the relay's word, and only a reason not to repeat oneself
        self._given = b"", returns.START  # the last gift handed over, and its end: a relay holds one
        self._again_ms = 0  # by when the hub should have said that it has it, uptime
        self._heard = False  # whether anything came from the hub since
        self._after = returns.START  # what is owed before this place has had its turn

    def run(self, carry: Carry) -> Called:
        """Hand over what waits and is not carried yet. Raises RemoteError, StoreError."""
        handed = taken = refused = 0
        for turn in range(_TURNS_MAX):
            self._sealer.seal(link_appeared=not turn)  # a packet may just have made late hits
            with self._kit.database.snapshot() as tx:
                slip, run = self._courier.slip(tx), self._next(tx)
                gift = None if turn else self._gift(tx)
            back = None if gift is None else gift.seal().returned
            load = courier.write_load(slip, [each.raw for each in run], returned=back)
            reply = courier.read_reply(carry(load))
            handed += len(run)
            before = dict(self._carried)
            self._carried = {lane: reply.carried.get(feed_of(self._kit.node, lane), Seq(0)) for lane in Lane}
            outcomes = [self._take(raw) for raw in reply.packets]
            news = outcomes.count(True)
            taken, refused = taken + news, refused + outcomes.count(None)
            self._note(gift, news=bool(news))
            if not news and (not run or before == self._carried):
                break
        return Called(handed=handed, packets=taken, refused=refused)

    def _gift(self, tx: Connection) -> Unsealed | None:
        """The next of what a restored hub lacks of its own words, to go beside the first bundles.

        It goes once the hub has the one before, which is offered again in an hour: it may have been lost.
        Where the hub was heard since and does not say that it has it, those behind have their turn, then all
        once more: it may be refused for good.
        """
        mark, end = self._given
        owed = self._owed(tx)
        if owed is not None and owed.mark == mark:
            if self._kit.world.monotonic_ms() < self._again_ms:
                return None
            if self._heard:
                self._after = end
                owed = self._owed(tx)
        if owed is None and self._after != returns.START:
            self._after = returns.START
            owed = self._owed(tx)
        return owed

    def _owed(self, tx: Connection) -> Unsealed | None:
        return returning.next_owed(
            self._kit, self._sealer, tx, budget_bytes=2 * RETURN_BUDGET_BYTES, after=self._after
        )

    def _note(self, gift: Unsealed | None, *, news: bool) -> None:
        if gift is None:
            self._heard = self._heard or news
            return
        again_ms = _GIFT_AGAIN_MS if gift.originals else _LIST_AGAIN_MS
        self._given, self._heard = (gift.mark, gift.end), False
        self._again_ms = self._kit.world.monotonic_ms() + again_ms

    def _next(self, tx: Connection) -> list[Sealed]:
        for lane in Lane:
            run = self._kit.log.pending_of(
                tx, lane, after=self._carried.get(lane, 0), budget_bytes=RELAY_LOAD_BYTES
            )
            if run:
                return run[:REQUEST_MAX_BUNDLES]
        return []

    def _take(self, raw: bytes) -> bool | None:
        """Whether a packet brought something; None for one not to be believed: the next may be."""
        try:
            return self._courier.take(raw) is not None
        except (RemoteError, InputError) as error:
            return False if error.code == "packet_older" else None


def _was_read(packet: Packet, slip: Slip) -> bool:
    head = packet.head
    if (slip.generation, slip.heard_ms) < (head.generation, head.time_ms):
        return False
    return slip.generation > head.generation or all(
        have >= said for have, said in zip(slip.positions, head.positions, strict=False)
    )
