"""What goes down: the hub's word to one node, signed without a question to answer.

Invariants
* A packet is for the node it names; its signature covers that name and everything beside it.
* It can be old: nothing here says that its time is now. `believe` refuses what is older than known.
Must not know: storage, who carries.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from shared import wire
from shared.crypto import BoxKey, Purpose, SealKey, SigningKey, VerifyKey, digest
from shared.errors import SessionError
from shared.ids import Node
from shared.limits import REPLY_MAX_BYTES
from shared.session import Head, Heard, NodeStanding, believe, open_parcel
from shared.session.messages import VERSION, byte_strings, is_count, read_head, write_head


@dataclass(frozen=True, slots=True, kw_only=True)
class Packet:
    """A packet whose signature holds. The head's `refusals` name a feed each: there is no question to
    count bundles in."""

    node: Node
    head: Head
    parcel: bytes | None
    revocations: bytes | None
    prekeys: tuple[bytes, ...]


def write_packet(
    head: Head,
    *,
    node: Node,
    hub: bytes,
    segments: Sequence[tuple[bytes, bytes]],
    reader: SealKey,
    signer: SigningKey,
    revocations: bytes | None = None,
    prekeys: Sequence[bytes] = (),
) -> bytes:
    """The hub's packet for one node, its feed sealed to that reader. The head's acks must be told."""
    assert head.acks is not None  # no question, so no digest they could agree with
    cover = wire.pack([VERSION, node, hub, write_head(head)])
    parcel = reader.seal(wire.pack([list(pair) for pair in segments])) if segments else None
    signature = signer.sign(Purpose.PACKET, _signed(cover, parcel, revocations, prekeys))
    return wire.pack([VERSION, cover, signature, parcel, revocations, list(prekeys)])


def read_packet(data: bytes, *, hub: bytes, hub_key: VerifyKey) -> Packet:
    """A received packet, its signature verified. Whoever carries it can do that, and read the acks.

    Raises TrustError `bad_signature`; SessionError `bad_packet`, `wrong_hub`; WireError.
    """
    match wire.unpack(data, max_bytes=REPLY_MAX_BYTES):
        case [
            1,
            bytes() as cover,
            bytes() as signature,
            bytes() | None as parcel,
            bytes() | None as revocations,
            [*prekeys],
        ]:
            papers = byte_strings(prekeys, _bad_packet())
        case _:
            raise _bad_packet()
    hub_key.verify(Purpose.PACKET, _signed(cover, parcel, revocations, papers), signature)
    match wire.unpack(cover, max_bytes=REPLY_MAX_BYTES):
        case [1, node, bytes() as of_hub, bytes() as raw] if is_count(node):
            head = read_head(raw)
        case _:
            raise _bad_packet()
    if of_hub != hub:
        raise SessionError("wrong_hub", "the packet is another hub's", hint="Check which hub it comes from.")
    if head.acks is None:
        raise _bad_packet()
    return Packet(node=Node(node), head=head, parcel=parcel, revocations=revocations, prekeys=papers)


def hear_packet(
    packet: Packet, standing: NodeStanding, *, node: Node, box: BoxKey, hub: bytes, hub_key: VerifyKey
) -> Heard:
    """What a packet says to the node that stands there, by the same rules as an answer.

    Raises SessionError `not_for_us`, `feed_rolled_back` (older than what the node knows), `feed_gap`,
    `feed_forked`, `wrong_hub`; TrustError; BundleError; WireError. Nothing has happened then.
    """
    if packet.node != node:
        raise SessionError(
            "not_for_us", f"the packet is for node {packet.node}", hint="Carry it to the post it is for."
        )
    segments, part = open_parcel(packet.parcel, None, box=box, hub_tag=hub, hub_key=hub_key)
    if part is not None:  # a stick has room: segments are whole here
        raise _bad_packet()
    return believe(
        standing,
        packet.head,
        segments,
        revocations=packet.revocations,
        prekeys=packet.prekeys,
        carried=True,
    )


def _signed(cover: bytes, parcel: bytes | None, revocations: bytes | None, prekeys: Sequence[bytes]) -> bytes:
    return cover + digest(wire.pack([parcel, revocations, list(prekeys)]))


def _bad_packet() -> SessionError:
    return SessionError(
        "bad_packet", "the packet has an unknown shape", hint="Upgrade whichever side is older."
    )
