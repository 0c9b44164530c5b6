"""The hub's door for what a relay hands on: a load in, packets for its node out."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from hub.app import create_app
from hub.hub import Hub
from shared import courier, wire
from shared.crypto import SigningKey
from shared.ids import Node
from shared.session import NodeStanding
from tests.hub.outpost import Outpost
from tests.hub.world import heads


@pytest.fixture
def door(hub: Hub) -> FlaskClient:
    return create_app(hub).test_client()


def load(post: Outpost, *bundles: bytes, signer: SigningKey | None = None) -> bytes:
    """What a relay would hand on for this post."""
    standing = NodeStanding(
        heads=(0, 0, 0),
        chains=tuple(post.chain.values()),
        generation=post.generation,
        cursors=post.cursors,
        last_head_ms=0,
    )
    slip = courier.sign_slip(
        standing,
        node=Node(post.number),
        hub=post.realm.identity().tag,
        certificate=post.paper,
        signer=signer or post.keys.sign,
    )
    return courier.write_load(slip, bundles)


def hand_on(door: FlaskClient, data: bytes) -> object:
    return door.post("/relay/v1", data=data, content_type="application/octet-stream")


def test_a_load_is_committed_and_answered_with_packets(door: FlaskClient, hub: Hub, klobuk: Outpost):
    """The node was never heard of; its bundle is taken, and the packet's acks cover it."""
    klobuk.check()
    answer = hand_on(door, load(klobuk, klobuk.bundle()))
    assert answer.status_code == 200  # type: ignore[attr-defined]  # a response
    (raw,) = courier.read_reply(answer.data).packets  # type: ignore[attr-defined]  # a response
    identity = klobuk.realm.identity()
    packet = courier.read_packet(raw, hub=identity.tag, hub_key=identity.certificate.verify_key)
    assert packet.node == klobuk.number
    assert packet.head.acks == heads(hub, klobuk) == (0, 1, 0)


def test_a_load_that_is_not_to_be_believed_is_refused_by_code(door: FlaskClient, hub: Hub, klobuk: Outpost):
    """Another's signature: 403 and the code, and nothing is kept."""
    klobuk.check()
    answer = hand_on(door, load(klobuk, klobuk.bundle(), signer=SigningKey.generate()))
    assert answer.status_code == 403  # type: ignore[attr-defined]  # a response
    refused = wire.unpack(answer.data, max_bytes=4096)  # type: ignore[attr-defined]  # a response
    assert refused[1] == "bad_signature"  # type: ignore[index]  # a refusal's fields
    assert heads(hub, klobuk) == (0, 0, 0)


def test_a_feed_that_was_stopped_is_told_in_the_packet(door: FlaskClient, hub: Hub, klobuk: Outpost):
    """A post without a link learns too that the hub has stopped its feed."""
    klobuk.check()
    hand_on(door, load(klobuk, klobuk.bundle()))
    twin = Outpost(realm=klobuk.realm, number=5, country="BA", post="KLOBUK", keys=klobuk.keys)
    twin.check(surname="OTHER")
    answer = hand_on(door, load(twin, twin.bundle()))
    (raw,) = courier.read_reply(answer.data).packets  # type: ignore[attr-defined]  # a response
    identity = klobuk.realm.identity()
    packet = courier.read_packet(raw, hub=identity.tag, hub_key=identity.certificate.verify_key)
    photos_too = tuple(((klobuk.number << 2) | lane, "feed_quarantined") for lane in (1, 2))
    assert packet.head.refusals == photos_too
