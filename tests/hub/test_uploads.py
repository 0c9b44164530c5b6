"""Bundles that come in pieces: committed before they are vouched for, whole ones at once, nobody else's."""

from __future__ import annotations

import os
from dataclasses import replace

import pytest

from hub.hub import Hub
from shared import session, wire
from shared.errors import RemoteError, StoreError, TrustError
from shared.ids import Lane
from shared.limits import UPLOAD_KEEP_DAYS
from shared.schema import Kind
from shared.session import Heard, Held, Piece, check_of, framed
from tests.hub.failing import FailingFile
from tests.hub.outpost import Outpost, Realm
from tests.hub.world import count, heads, records_of

DAY_MS = 86_400_000


def piece(stream: bytes, start: int, end: int, lane: Lane = Lane.ROUTINE) -> Piece:
    return Piece(lane=lane, offset=start, check=check_of(stream[:start]), data=stream[start:end])


def held_of(stream: bytes, length: int, lane: Lane = Lane.ROUTINE) -> Held:
    return Held(lane=lane, length=length, check=check_of(stream[:length]))


def busy(post: Outpost, checks: int = 30) -> bytes:
    """The stream of one bundle of checks: a kilobyte and more."""
    for _ in range(checks):
        post.check(remark=os.urandom(20).hex())
    return framed(post.bundle())


def refusal(heard: Heard) -> str | None:
    return dict(heard.head.refusals).get(session.PIECE)


def test_pieces_become_a_bundle(hub: Hub, klobuk: Outpost):
    """Nothing is merged before it is whole; each answer says how far it is; then all is there and no tail."""
    stream = busy(klobuk)
    third = len(stream) // 3
    assert klobuk.ask(hub, piece=piece(stream, 0, third)).head.held == (held_of(stream, third),)
    assert klobuk.ask(hub, piece=piece(stream, third, 2 * third)).head.held == (held_of(stream, 2 * third),)
    assert heads(hub, klobuk) == (0, 0, 0)
    assert klobuk.ask(hub, piece=piece(stream, 2 * third, len(stream))).head.held == ()
    assert heads(hub, klobuk) == (0, 30, 0)
    assert count(hub, "upload") == 0


def test_a_bundle_is_merged_as_soon_as_it_is_whole(hub: Hub, klobuk: Outpost):
    """A piece that ends in the third bundle makes the first two count."""
    first, second, third = (busy(klobuk, 5) for _ in range(3))
    stream = first + second + third
    heard = klobuk.ask(hub, piece=piece(stream, 0, len(stream) - 100))
    assert heads(hub, klobuk) == (0, 10, 0)
    assert heard.head.held == (held_of(third, len(third) - 100),)


def test_what_is_urgent_is_merged_beside_a_half_sent_lane(hub: Hub, klobuk: Outpost):
    """A hit comes whole in the question that brings a piece of the bulk behind it, and is merged at once."""
    stream = busy(klobuk)
    klobuk.ask(hub, piece=piece(stream, 0, 500))
    klobuk.say(Kind.HIT, {"owner": "BA", "check": 1, "alert": 2})
    klobuk.ask(hub, klobuk.bundle(Lane.URGENT), piece=piece(stream, 500, 900))
    assert heads(hub, klobuk) == (1, 0, 0)
    assert klobuk.ask(hub).head.held == (held_of(stream, 900),)


def test_what_is_held_outlives_a_restart(realm: Realm, klobuk: Outpost):
    """A hub that stops in the middle of an upload goes on from there."""
    stream = busy(klobuk)
    with realm.hub() as hub:
        klobuk.ask(hub, piece=piece(stream, 0, 700))
    with realm.hub() as hub:
        assert klobuk.ask(hub).head.held == (held_of(stream, 700),)
        klobuk.ask(hub, piece=piece(stream, 700, len(stream)))
        assert heads(hub, klobuk) == (0, 30, 0)


def test_nothing_is_vouched_for_before_it_is_committed(realm: Realm, klobuk: Outpost):
    """Whichever statement fails while a piece is put away, the node hears an error and nothing was kept."""
    file = FailingFile(realm.path)
    stream = busy(klobuk)
    with realm.hub(connect=file.connect) as hub:
        klobuk.ask(hub, piece=piece(stream, 0, 400))
        for step in range(100):
            file.fail_after(step)
            try:
                klobuk.ask(hub, piece=piece(stream, 400, 800))
            except StoreError:
                file.heal()
                assert klobuk.ask(hub).head.held == (held_of(stream, 400),)
            else:
                break
        assert step > 3
        file.heal()
        assert klobuk.ask(hub).head.held == (held_of(stream, 800),)


def test_a_piece_that_comes_twice_counts_once(hub: Hub, klobuk: Outpost):
    """The same question delivered again, early or late, changes neither the tail nor the records."""
    stream = busy(klobuk, 12)
    asked = [
        klobuk.question(klobuk.end(), [], piece=piece(stream, start, end))
        for start, end in ((0, 300), (300, 500), (500, len(stream)))
    ]
    for place in (0, 0, 1, 0, 1, 2, 2, 0, 1):
        hub.exchange(asked[place])
    assert len(records_of(hub, Kind.CHECK)) == 12
    assert count(hub, "bundle") == 1
    assert klobuk.ask(hub).head.held == ()


def test_a_gap_and_another_stream_are_refused_by_name(hub: Hub, klobuk: Outpost):
    """A piece beyond the tail, or on other bytes than the hub holds, leaves the tail as it was."""
    stream, other = busy(klobuk), framed(os.urandom(2_000))
    klobuk.ask(hub, piece=piece(stream, 0, 300))
    assert refusal(klobuk.ask(hub, piece=piece(stream, 301, 600))) == "stream_gap"
    assert refusal(klobuk.ask(hub, piece=piece(other, 300, 600))) == "stream_unknown"
    assert klobuk.ask(hub).head.held == (held_of(stream, 300),)


def test_a_recorded_piece_puts_no_older_stream_back(hub: Hub, klobuk: Outpost):
    """The beginning of a bundle that is here already does not take the place of the present one's."""
    old = busy(klobuk, 20)
    recorded = klobuk.question(klobuk.end(), [], piece=piece(old, 0, 600))
    hub.exchange(recorded)
    klobuk.ask(hub, piece=piece(old, 600, len(old)))
    stream = busy(klobuk)
    klobuk.ask(hub, piece=piece(stream, 0, 400))
    hub.exchange(recorded)
    assert klobuk.ask(hub).head.held == (held_of(stream, 400),)


def test_an_older_envelope_does_not_replace_a_newer(hub: Hub, klobuk: Outpost, realm: Realm):
    """After a reseal the old beginning, played again, is refused; the new one replaces the old."""
    for _ in range(30):
        klobuk.check(remark=os.urandom(20).hex())
    before, cut = klobuk.chain[Lane.ROUTINE], klobuk.cut[Lane.ROUTINE]
    older = framed(klobuk.bundle(prekey=1))
    klobuk.chain[Lane.ROUTINE], klobuk.cut[Lane.ROUTINE] = before, cut
    newer = framed(klobuk.bundle(prekey=2))
    klobuk.ask(hub, piece=piece(older, 0, 500))
    assert klobuk.ask(hub, piece=piece(newer, 0, 300)).head.held == (held_of(newer, 300),)
    assert refusal(klobuk.ask(hub, piece=piece(older, 0, 900))) == "stream_old"
    assert klobuk.ask(hub, piece=piece(newer, 300, len(newer))).head.held == ()
    assert heads(hub, klobuk) == (0, 30, 0)


def test_a_stranger_puts_nothing_into_a_stream(hub: Hub, klobuk: Outpost, gostun: Outpost):
    """The signature of the hello covers the piece: swapped, dropped or added bytes are refused whole."""
    stream = busy(klobuk)
    klobuk.ask(hub, piece=piece(stream, 0, 300))
    whole = wire.unpack(klobuk.question(klobuk.end(), [], piece=piece(stream, 300, 600)), max_bytes=1 << 20)
    assert isinstance(whole, list)
    for bent in ([*whole[:4], os.urandom(300)], whole[:4], [*whole[:4], b""]):
        with pytest.raises(RemoteError):
            hub.exchange(wire.pack(bent))
    plain = wire.unpack(klobuk.question(klobuk.end(), []), max_bytes=1 << 20)
    assert isinstance(plain, list)
    with pytest.raises(RemoteError):
        hub.exchange(wire.pack([*plain, os.urandom(300)]))
    forger = replace(gostun, number=klobuk.number)
    with pytest.raises(TrustError):
        forger.ask(hub, piece=piece(stream, 0, 200))
    assert klobuk.ask(hub).head.held == (held_of(stream, 300),)


def test_a_node_uploads_in_its_own_name_only(hub: Hub, klobuk: Outpost, gostun: Outpost):
    """A stream that begins with another node's bundle, or another lane's, is refused."""
    stream = busy(klobuk)
    gostun.ask(hub)
    assert refusal(gostun.ask(hub, piece=piece(stream, 0, 400))) == "stream_foreign"
    assert refusal(klobuk.ask(hub, piece=piece(stream, 0, 400, Lane.BULK))) == "stream_foreign"
    assert count(hub, "upload") == 0


@pytest.mark.parametrize("data", [b"\x00" * 200, b"\xff" * 200, b"\x81\x80\x20" + bytes(200), b"\x05ab"])
def test_a_broken_stream_leaves_nothing(hub: Hub, klobuk: Outpost, data: bytes):
    """No possible length, no possible header: a code, and no row."""
    heard = klobuk.ask(hub, piece=Piece(lane=Lane.ROUTINE, offset=0, check=b"", data=data))
    assert refusal(heard)
    assert count(hub, "upload") == 0


def test_a_forged_bundle_in_a_stream_is_named_by_its_place(hub: Hub, klobuk: Outpost):
    """Refusals count the bundles of the question first, then those the piece completed."""
    first, second = busy(klobuk, 5), busy(klobuk, 5)
    bent = second[:-1] + bytes((second[-1] ^ 1,))
    klobuk.say(Kind.HIT, {"owner": "BA", "check": 1, "alert": 2})
    stream = first + bent
    heard = klobuk.ask(hub, klobuk.bundle(Lane.URGENT), piece=piece(stream, 0, len(stream)))
    assert heard.head.refusals == ((2, "bad_signature"),)
    assert heads(hub, klobuk) == (1, 5, 0)


def test_beginnings_nobody_goes_on_with_are_given_up(hub: Hub, klobuk: Outpost, realm: Realm):
    """A node silent for longer than that begins its bundle anew; one that sends keeps its place."""
    stream = busy(klobuk)
    klobuk.ask(hub, piece=piece(stream, 0, 300))
    realm.dial.ms += (UPLOAD_KEEP_DAYS - 1) * DAY_MS
    hub.let_go()
    assert count(hub, "upload") == 1
    realm.dial.ms += 2 * DAY_MS
    hub.let_go()
    assert count(hub, "upload") == 0
