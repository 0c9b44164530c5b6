"""Two posts on one LAN, one with a link: it carries unread; only the hub's signature empties a queue."""

from __future__ import annotations

import pytest

from edge.relay import Carry, Relay
from shared import courier, wire
from shared.enrolment import Revocations
from shared.errors import KaraulaError, RemoteError, StoreError
from shared.ids import Lane
from shared.limits import RELAY_GIFT_MAX_BYTES
from shared.session import Returned
from tests.courier.house import House
from tests.simulation.machine import Post
from tests.simulation.network import as_remote
from tests.simulation.papers import authority_keys


def link_of(house: House) -> Carry:
    """Klobuk's own way to the hub."""
    return as_remote(house.centre.hub.carry)


def call(house: House, origin: Post) -> None:
    origin.node.relay_call.run(as_remote(house.klobuk.node.relay.receive))


def dead(_: bytes) -> bytes:
    raise RemoteError("link_down", "nobody is there", hint="Wait.")


@pytest.fixture
def waiting(house: House) -> House:
    """Gostun has three checks and no link; Klobuk has one and carries."""
    for _ in range(3):
        house.sky.move(60_000)
        house.officers["GOSTUN"].capture()
    for _ in range(4):
        house.operators.raise_alert()
    return house


def test_a_neighbours_checks_reach_the_hub_and_receipts_come_back(waiting: House):
    """Handed over, handed on, acknowledged by the hub, brought back: the queue empties as in a contact."""
    house, gostun = waiting, waiting.gostun
    call(house, gostun)
    assert house.queue(gostun) > 0
    assert house.klobuk.node.relay.forward(link_of(house)) > 0
    assert house.checks() == 3
    assert house.queue(gostun) > 0
    call(house, gostun)
    assert house.acked(gostun)[Lane.ROUTINE] > 0
    house.sky.move(5_000)
    house.klobuk.node.relay.forward(link_of(house))  # the late hits those alerts made
    call(house, gostun)
    assert house.queue(gostun) == 0
    alerts = house.centre.look("SELECT position FROM scope WHERE name = 'all'")
    assert gostun.look("SELECT position FROM cursor WHERE scope = 'all'") == alerts


def test_carried_is_no_receipt(waiting: House):
    """A relay that carries everything, and one that claims it, empty nothing at the origin."""
    gostun = waiting.gostun
    before = waiting.acked(gostun), waiting.queue(gostun)
    call(waiting, gostun)
    claims = courier.write_reply(
        carried={(gostun.number << 2) | lane: 1_000_000 for lane in Lane},  # type: ignore[misc]  # numbers
        packets=[],
    )
    gostun.node.relay_call.run(lambda _: claims)
    assert (waiting.acked(gostun), waiting.queue(gostun)) == before
    assert gostun.look("SELECT count(*) FROM sealed")[0][0] != 0


def test_a_claim_that_was_a_lie_does_not_keep_bundles_back_for_ever(waiting: House):
    """The next honest word of a relay has them handed over after all; so does a link."""
    gostun = waiting.gostun
    claims = courier.write_reply(
        carried={(gostun.number << 2) | lane: 1_000_000 for lane in Lane},  # type: ignore[misc]  # numbers
        packets=[],
    )
    gostun.node.relay_call.run(lambda _: claims)
    call(waiting, gostun)
    call(waiting, gostun)
    waiting.klobuk.node.relay.forward(link_of(waiting))
    assert waiting.checks() == 3


def test_the_relay_reads_nothing(waiting: House):
    """What lies at the relay are sealed bundles and sealed parcels: its own keys open none of them."""
    call(waiting, waiting.gostun)
    waiting.klobuk.node.relay.forward(link_of(waiting))
    box = waiting.klobuk.identity.keys.box
    raws = [raw for (raw,) in waiting.klobuk.look("SELECT raw FROM relay_packet")]
    assert raws
    for raw in raws:
        parcel = wire.unpack(bytes(raw), max_bytes=1 << 20)[3]  # type: ignore[index]  # a packet's fields
        assert parcel is not None
        with pytest.raises(KaraulaError):
            box.open(parcel)
    assert waiting.klobuk.look("SELECT count(*) FROM check_record") == [(0,)]


def test_what_is_carried_survives_a_restart_of_the_relay(waiting: House):
    """Custody is on the disk before it is told."""
    call(waiting, waiting.gostun)
    waiting.klobuk.restart()
    waiting.klobuk.node.relay.forward(link_of(waiting))
    assert waiting.checks() == 3


def test_a_dead_link_keeps_all_in_custody(waiting: House):
    """The relay's own link fails: nothing is dropped, and the next contact hands it on."""
    call(waiting, waiting.gostun)
    relay = waiting.klobuk.node.relay
    with pytest.raises(RemoteError):
        relay.forward(dead)
    waiting.sky.move(61_000)
    relay.forward(link_of(waiting))
    assert waiting.checks() == 3


def test_what_the_hub_has_signed_for_is_carried_no_longer(waiting: House):
    """The relay lets go by the hub's signature, and neither sends nor takes it again."""
    call(waiting, waiting.gostun)
    relay = waiting.klobuk.node.relay
    relay.forward(link_of(waiting))
    assert waiting.klobuk.look("SELECT count(*) FROM relay_bundle") == [(0,)]
    call(waiting, waiting.gostun)
    waiting.sky.move(61_000)
    assert relay.forward(link_of(waiting)) == 1
    assert waiting.klobuk.look("SELECT count(*) FROM relay_bundle") == [(0,)]


def test_packets_that_were_read_are_handed_over_once(waiting: House):
    """The next slip says what has been read: it is not sent again each five seconds."""
    call(waiting, waiting.gostun)
    waiting.klobuk.node.relay.forward(link_of(waiting))
    call(waiting, waiting.gostun)
    call(waiting, waiting.gostun)
    assert waiting.klobuk.look("SELECT count(*) FROM relay_packet") == [(0,)]


def test_a_forged_packet_makes_the_relay_let_go_of_nothing(waiting: House):
    """Whoever stands between relay and hub cannot make it drop what it carries."""
    call(waiting, waiting.gostun)
    relay = waiting.klobuk.node.relay
    before = waiting.klobuk.look("SELECT count(*) FROM relay_bundle")

    def forged(load: bytes) -> bytes:
        reply = courier.read_reply(waiting.centre.hub.carry(load))
        bent = [packet[:-1] + bytes((packet[-1] ^ 1,)) for packet in reply.packets]
        return courier.write_reply(carried={}, packets=bent)

    relay.forward(forged)
    assert waiting.klobuk.look("SELECT count(*) FROM relay_bundle") == before


def test_a_refusal_nobody_signed_makes_the_relay_drop_nothing(waiting: House):
    """Whoever answers in the hub's place with "revoked" does not empty the relay."""
    call(waiting, waiting.gostun)
    before = waiting.klobuk.look("SELECT count(*) FROM relay_bundle")

    def impostor(_: bytes) -> bytes:
        raise RemoteError("node_revoked", "so says somebody", hint="Stop.")

    waiting.klobuk.node.relay.forward(impostor)
    assert waiting.klobuk.look("SELECT count(*) FROM relay_bundle") == before
    waiting.sky.move(61_000)
    waiting.klobuk.node.relay.forward(link_of(waiting))
    assert waiting.checks() == 3


def test_a_revoked_neighbour_is_not_carried_for(waiting: House):
    """The hub takes nothing of it; with the authority's list the relay neither keeps nor takes more."""
    call(waiting, waiting.gostun)
    paper = Revocations(number=1, issued_ms=1, nodes=frozenset({waiting.gostun.number})).signed(
        authority_keys().sign
    )
    waiting.centre.hub.revoked.take(paper)
    waiting.klobuk.node.relay.forward(link_of(waiting))
    assert waiting.checks() == 0
    waiting.contact(waiting.klobuk)
    waiting.klobuk.node.relay.forward(link_of(waiting))
    assert waiting.klobuk.look("SELECT count(*) FROM relay_slip") == [(0,)]
    with pytest.raises(RemoteError) as told:
        call(waiting, waiting.gostun)
    assert told.value.code == "node_revoked"


def load_of(post: Post, relay: Relay | None = None) -> bytes:
    """What a post hands over."""
    caught: list[bytes] = []

    def catch(load: bytes) -> bytes:
        caught.append(load)
        return courier.write_reply(carried={}, packets=[])

    post.node.relay_call.run(catch)
    return caught[0]


def test_a_stranger_is_not_carried_for(waiting: House):
    """Another's slip or bundles, damage, our own load: refused by a code, nothing kept."""
    relay = waiting.klobuk.node.relay
    load = load_of(waiting.gostun)
    _, slip, signature, bundles = wire.unpack(load, max_bytes=1 << 20)  # type: ignore[misc]  # four fields
    other = wire.unpack(load_of(waiting.dobrakovo), max_bytes=1 << 20)
    for bent, codes in (
        (wire.pack([1, slip, bytes(64), bundles]), {"bad_signature"}),
        (wire.pack([1, slip, signature, [bundles[0][:-1] + b"x"]]), {"bad_signature"}),
        (wire.pack([1, other[1], other[2], bundles]), {"bad_signature", "not_its_own"}),  # type: ignore[index]  # fields
        (wire.pack([1, slip, signature, [b"junk"]]), {"truncated"}),
        (load[:-1], {"truncated"}),
        (b"", {"truncated"}),
        (load_of(waiting.klobuk), {"relay_to_itself"}),
    ):
        with pytest.raises(KaraulaError) as told:
            relay.receive(bent)
        assert told.value.code in codes
    assert waiting.klobuk.look("SELECT count(*) FROM relay_slip") == [(0,)]


def test_a_packet_that_is_not_to_be_believed_is_counted_and_leaves_the_queue(waiting: House):
    """A relay that hands on rubbish is told in the log, and changes nothing."""
    before = waiting.acked(waiting.gostun), waiting.queue(waiting.gostun)
    called = waiting.gostun.node.relay_call.run(lambda _: courier.write_reply(carried={}, packets=[b"junk"]))
    assert called.packets == 0
    assert called.refused > 0
    assert (waiting.acked(waiting.gostun), waiting.queue(waiting.gostun)) == before


def test_junk_in_place_of_a_gift_keeps_no_bundle_out(waiting: House, monkeypatch: pytest.MonkeyPatch):
    """What is given back bears no signature: one of a node is held, within bounds, beside its bundles."""
    relay, gostun = waiting.klobuk.node.relay, waiting.gostun
    slip = courier.read_load(load_of(gostun)).slip
    for size in (100, 200, RELAY_GIFT_MAX_BYTES + 1):
        junk = Returned(prekey=1, sealed=bytes(size), revocations=None)
        relay.receive(courier.write_load(slip, [], returned=junk))
    held = "SELECT length(sealed) FROM relay_gift"
    assert waiting.klobuk.look(held) == [(200,)]
    monkeypatch.setattr("edge.relay.RELAY_NODE_MAX_BYTES", len(load_of(gostun)))
    relay.receive(load_of(gostun))
    relay.forward(dead_reply)
    assert waiting.klobuk.look(held) == [(200,)]
    waiting.sky.move(61_000)
    relay.forward(link_of(waiting))
    assert waiting.checks() == 3
    assert waiting.klobuk.look(held) == []


def dead_reply(_: bytes) -> bytes:
    """An answer that bears no signature of the hub's."""
    return courier.write_reply(carried={}, packets=[])


def test_custody_is_bounded(waiting: House, monkeypatch: pytest.MonkeyPatch):
    """A neighbour that hands over more than its share, and one neighbour too many, are told so."""
    monkeypatch.setattr("edge.relay.RELAY_NODE_MAX_BYTES", 100)
    with pytest.raises(StoreError) as told:
        waiting.klobuk.node.relay.receive(load_of(waiting.gostun))
    assert told.value.code == "relay_full"
    monkeypatch.setattr("edge.relay.RELAY_NODE_MAX_BYTES", 1 << 20)
    monkeypatch.setattr("edge.relay.RELAY_MAX_NODES", 1)
    waiting.klobuk.node.relay.receive(load_of(waiting.gostun))
    with pytest.raises(StoreError):
        waiting.klobuk.node.relay.receive(load_of(waiting.dobrakovo))


def test_an_old_slip_played_again_at_the_relay_does_not_take_the_newer_ones_place(waiting: House):
    """Somebody on the LAN repeats yesterday's load: what the origin said since stays."""
    relay = waiting.klobuk.node.relay
    old = load_of(waiting.gostun)
    relay.receive(old)
    waiting.contact(waiting.gostun)
    relay.receive(load_of(waiting.gostun))
    kept = waiting.klobuk.look("SELECT raw FROM relay_slip")
    relay.receive(old)
    assert waiting.klobuk.look("SELECT raw FROM relay_slip") == kept


def test_a_dead_prekey_is_resealed_through_the_relay(waiting: House):
    """Old envelopes go from the relay when the hub asks for new ones, and new ones come."""
    house, gostun = waiting, waiting.gostun
    call(house, gostun)
    house.sky.move(8 * 24 * 3_600_000)
    house.centre.hub.rotate_prekeys()
    house.centre.lose_old_prekeys()
    for _ in range(4):
        house.klobuk.node.relay.forward(link_of(house))
        call(house, gostun)
        house.sky.move(61_000)
    assert house.checks() == 3
    assert house.queue(gostun) == 0


def test_a_backlog_goes_in_several_loads(waiting: House, monkeypatch: pytest.MonkeyPatch):
    """More than one load's worth: one after another in one call, none of them twice."""
    monkeypatch.setattr("edge.relay.RELAY_LOAD_BYTES", 1)
    loads: list[bytes] = []

    def counted(load: bytes) -> bytes:
        loads.append(load)
        return waiting.klobuk.node.relay.receive(load)

    waiting.gostun.node.relay_call.run(counted)
    bundles = [raw for load in loads for raw in courier.read_load(load).bundles]
    assert len(bundles) == len(set(bundles)) == waiting.gostun.look("SELECT count(*) FROM sealed")[0][0]
    waiting.klobuk.node.relay.forward(link_of(waiting))
    assert waiting.checks() == 3
