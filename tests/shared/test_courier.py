"""What sticks and neighbours carry: slips, loads, packets, replies and files, taken apart strictly."""

from __future__ import annotations

import errno
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared import courier, wire
from shared.courier import Down, Sort, Up, close_file, folder, name_of, open_file, slip_name
from shared.courier.stick import downs, half_written, read_name, ups
from shared.crypto import SigningKey
from shared.errors import KaraulaError, SessionError, StoreError, TrustError, WireError
from shared.ids import Feed, Lane, Node, Seq, feed_of
from shared.limits import COUNT_MAX, REQUEST_MAX_BUNDLES, STICK_FILE_MAX_BYTES, STICK_MAX_FILES
from tests.shared.session_link import (
    HUB,
    HUB_KEY,
    NODE,
    NODE_BOX,
    NODE_KEY,
    NOW_MS,
    OTHER_BOX,
    FakeHub,
    standing,
    standing_after,
)


def slip(**changed: object) -> courier.Slip:
    at = standing(revocations=4, prekey=7)
    given_ = {"node": NODE, "hub": HUB, "certificate": b"paper", "signer": NODE_KEY} | changed
    return courier.sign_slip(at, **given_)  # type: ignore[arg-type]  # its own arguments


def packet(said: FakeHub, **changed: object) -> bytes:
    given_ = {
        "node": NODE, "hub": HUB, "segments": said.segments, "reader": NODE_BOX.seal_key, "signer": HUB_KEY,
        "revocations": b"list", "prekeys": [b"prekey"],
    } | changed  # fmt: skip
    head = given_.pop("head", said.head())
    return courier.write_packet(head, **given_)  # type: ignore[arg-type]  # its own arguments


def read(data: bytes) -> courier.Packet:
    return courier.read_packet(data, hub=HUB, hub_key=HUB_KEY.verify_key)


def hear(data: bytes, at: object = None, *, box: object = NODE_BOX, node: Node = NODE) -> object:
    return courier.hear_packet(
        read(data),
        standing() if at is None else at,  # type: ignore[arg-type]  # a standing
        node=node,
        box=box,  # type: ignore[arg-type]  # a box key
        hub=HUB,
        hub_key=HUB_KEY.verify_key,
    )


# --- up ---


def test_a_load_comes_back_as_it_was_written():
    """Slip and bundles, byte for byte, and the slip verifies with its node's key alone."""
    load = courier.read_load(courier.write_load(slip(), [b"one", b"two"]))
    load.slip.believe(NODE_KEY.verify_key)
    assert load.slip == slip()
    assert (load.slip.heads, load.slip.positions, load.slip.revocations) == ((1, 2, 0), (0, 0), 4)
    assert load.bundles == (b"one", b"two")
    with pytest.raises(TrustError):
        load.slip.believe(HUB_KEY.verify_key)


def test_a_later_slip_is_known_as_such():
    """Reading, writing, hearing: each makes the slip a newer one; nothing makes it older."""
    start = courier.sign_slip(standing(), node=NODE, hub=HUB, certificate=b"paper", signer=NODE_KEY)
    for later in (
        standing(generation=2),
        standing(last_head_ms=1),
        standing(heads=(1, 3, 0)),
        standing(cursors=tuple(replace(cursor, position=1) for cursor in standing().cursors)),
    ):
        now = courier.sign_slip(later, node=NODE, hub=HUB, certificate=b"paper", signer=NODE_KEY)
        assert now.progress > start.progress


@given(st.binary(max_size=200))
def test_no_bytes_break_the_readers(data: bytes):
    """Whatever comes for a load, a packet, a reply or a file is refused by a code."""
    for reader in (
        courier.read_load,
        read,
        courier.read_reply,
        lambda junk: open_file(junk, Sort.LOAD),
    ):
        with pytest.raises(KaraulaError) as told:
            reader(data)
        assert told.value.code


@given(st.recursive(st.none() | st.integers(0, 9) | st.binary(max_size=4), st.lists, max_leaves=12))
def test_no_shape_breaks_the_readers(shape: object):
    """Well-formed msgpack of any other shape is refused too."""
    data = wire.pack([1, shape, shape, shape])
    for reader in (courier.read_load, read, courier.read_reply):
        with pytest.raises(KaraulaError):
            reader(data)


def test_a_load_has_a_limit():
    """Too many bundles are refused before any is looked at."""
    with pytest.raises(SessionError) as told:
        courier.read_load(courier.write_load(slip(), [b""] * (REQUEST_MAX_BUNDLES + 1)))
    assert told.value.code == "too_many_bundles"


@pytest.mark.parametrize("place", [1, 4, 6, 7, 8])
def test_a_slip_with_impossible_numbers_is_refused(place: int):
    """Negative numbers and truths are no counts."""
    for impossible in (-1, True):
        fields = wire.unpack(slip().raw, max_bytes=1000)
        assert isinstance(fields, list)
        fields[place] = impossible
        with pytest.raises(SessionError) as told:
            courier.read_load(wire.pack([1, wire.pack(fields), bytes(64), []]))
        assert told.value.code == "bad_load"


# --- down ---


def test_a_packet_is_heard_as_an_answer_is():
    """Head, segments and papers arrive; the cursors have moved to the head."""
    hub = FakeHub()
    hub.publish(2)
    heard = hear(packet(hub))
    assert heard.cursors == hub.cursors  # type: ignore[attr-defined]  # a Heard
    assert heard.acked(NODE)[feed_of(NODE, Lane.ROUTINE)] == 2  # type: ignore[attr-defined]  # a Heard
    assert not heard.more  # type: ignore[attr-defined]  # a Heard


@pytest.mark.parametrize(
    ("code", "bent"),
    [
        ("bad_signature", {"signer": SigningKey(b"\7" * 32)}),
        ("wrong_hub", {"hub": b"else"}),
        ("not_for_us", {"node": Node(6)}),
        ("cannot_open", {"reader": OTHER_BOX.seal_key}),
    ],
)
def test_a_packet_for_another_or_by_another_is_refused(code: str, bent: dict[str, object]):
    """Each by its own code."""
    hub = FakeHub()
    hub.publish()
    with pytest.raises(KaraulaError) as told:
        hear(packet(hub, **bent))
    assert told.value.code == code


def test_nothing_in_a_packet_can_be_exchanged():
    """Parcel, lists and cover of two genuine packets do not mix."""
    one, two = FakeHub(), FakeHub(time_ms=NOW_MS + 1)
    one.publish()
    two.publish(2)
    ours = wire.unpack(packet(one), max_bytes=10_000)
    theirs = wire.unpack(packet(two, revocations=None, prekeys=[]), max_bytes=10_000)
    assert isinstance(ours, list)
    assert isinstance(theirs, list)
    for place in (1, 3, 4, 5):
        mixed = [*ours]
        mixed[place] = theirs[place]
        with pytest.raises(TrustError):
            read(wire.pack(mixed))


def test_a_packet_without_acks_is_none():
    """An answer may say "your digest is mine"; a packet has no question to say it to."""
    hub = FakeHub()
    with pytest.raises(AssertionError):
        packet(hub, head=replace(hub.head(), acks=None))


def test_a_packet_never_goes_back():
    """Time, generation and positions, one by one, under a signature that holds."""
    hub = FakeHub(generation=2)
    hub.publish(2)
    at = standing_after(hear(packet(hub), standing(generation=2)))  # type: ignore[arg-type]  # a Heard
    for older in (
        replace(hub.head(), time_ms=NOW_MS - 1),
        replace(hub.head(), generation=1),
        replace(hub.head(), positions=(1, 0)),
    ):
        with pytest.raises(SessionError) as told:
            hear(packet(hub, head=older, segments=[]), at)
        assert told.value.code == "feed_rolled_back"


def test_what_was_read_meanwhile_is_passed_over_and_what_is_missing_is_a_gap():
    """A packet may overlap with a link; it may not leave a hole."""
    hub = FakeHub()
    hub.publish()
    at = standing_after(hear(packet(hub)))  # type: ignore[arg-type]  # a Heard
    hub.publish()
    heard = hear(packet(hub), at)
    assert [piece.first for piece in heard.segments] == [2]  # type: ignore[attr-defined]  # a Heard
    with pytest.raises(SessionError) as told:
        hear(packet(hub, segments=hub.segments[1:]))
    assert told.value.code == "feed_gap"


def test_another_history_is_a_fork():
    """The same positions over other content: by the chain where it comes, by the digest where it has come."""
    mine, other = FakeHub(), FakeHub()
    mine.publish()
    other.publish(2)
    other.segments, other.cursors = [], FakeHub().cursors
    other.publish(1)
    at = standing_after(hear(packet(mine)))  # type: ignore[arg-type]  # a Heard
    forked = replace(mine.head(), feeds_digest=bytes(16))
    with pytest.raises(SessionError) as told:
        hear(packet(mine, head=forked, segments=[]), at)
    assert told.value.code == "feed_forked"


def test_a_packet_is_no_answer_and_a_slip_is_no_hello():
    """Each has its own purpose under the signature."""
    hub = FakeHub()
    from shared.crypto import Purpose

    _, cover, signature, *_rest = wire.unpack(packet(hub), max_bytes=10_000)  # type: ignore[misc]  # six fields
    for purpose in set(Purpose) - {Purpose.PACKET}:
        with pytest.raises(TrustError):
            HUB_KEY.verify_key.verify(purpose, cover, signature)
    for purpose in set(Purpose) - {Purpose.SLIP}:
        with pytest.raises(TrustError):
            NODE_KEY.verify_key.verify(purpose, slip().raw, slip().signature)


# --- replies and files ---


def test_a_reply_comes_back_as_it_was_written():
    """Who carries how much, and the packets."""
    reply = courier.read_reply(courier.write_reply(carried={Feed(20): Seq(7)}, packets=[b"packet"]))
    assert reply.carried == {20: 7}
    assert reply.packets == (b"packet",)


@given(st.binary(max_size=300), st.integers(0, 400))
def test_a_file_cut_anywhere_is_incomplete(content: bytes, length: int):
    """Whole, it gives its content; shorter or longer, it gives a code."""
    data = close_file(Sort.LOAD, content)
    assert open_file(data, Sort.LOAD) == content
    for bent in (data[: min(length, len(data) - 1)], data + b"\0"):
        with pytest.raises(WireError) as told:
            open_file(bent, Sort.LOAD)
        assert told.value.code == "file_incomplete"
    with pytest.raises(WireError) as told:
        open_file(data, Sort.PACKET)
    assert told.value.code == "wrong_file"


def test_names_say_what_to_open_first():
    """Slips, then the urgent lane; packets by age and place; what is none of ours is no name at all."""
    names = [
        name_of(Up(lane=1, node=2, first=1, last=9, mark="0" * 16)),
        name_of(Up(lane=0, node=3, first=1, last=1, mark="1" * 16)),
        slip_name(9),
        name_of(Down(node=2, time_ms=5, place=10)),
        name_of(Down(node=2, time_ms=5, place=9)),
        ".up-2-slip.krl.part",
        "up-2-slip.krl~", "UP-2-SLIP.KRL", "up--1-slip.krl", "up-2-7-1-1-0000000000000000.krl",
        "../up-2-slip.krl",
    ]  # fmt: skip
    assert [name for name, _ in ups(names)] == [names[2], names[1], names[0]]
    assert [name for name, _ in downs(names)] == [names[4], names[3]]
    assert downs(names, 3) == []
    assert half_written(names) == [".up-2-slip.krl.part"]
    assert [read_name(name) for name in names[5:]] == [None] * 6


# --- the folder, without a disk ---


@pytest.mark.parametrize(
    ("number", "name", "code"),
    [
        (errno.ENOENT, "", "no_stick"),
        (errno.ENODEV, "", "no_stick"),
        (errno.ENOENT, "x.krl", "file_missing"),
        (errno.ELOOP, "x.krl", "not_a_file"),
        (errno.EISDIR, "", "not_a_file"),
        (errno.ENOSPC, "x.krl", "stick_full"),
        (errno.EROFS, "x.krl", "stick_read_only"),
        (errno.EIO, "x.krl", "stick_failing"),
    ],
)
def test_what_a_stick_complains_of_is_told_in_words(number: int, name: str, code: str):
    """Each complaint of the operating system has a code and says what to do."""
    with pytest.raises(KaraulaError) as told, folder.coded(name):
        raise OSError(number, "it says")
    assert told.value.code == code
    assert told.value.hint


def test_a_folder_and_a_file_have_their_limits():
    """One more than may be is refused; as many as may be are not."""
    assert len(folder.not_too_many(["x"] * (folder.NAMES_READ - 1))) == STICK_MAX_FILES
    assert len(folder.not_too_large(bytes(folder.BYTES_READ - 1), "x.krl")) == STICK_FILE_MAX_BYTES
    with pytest.raises(StoreError) as crowded:
        folder.not_too_many(["x"] * folder.NAMES_READ)
    with pytest.raises(StoreError) as large:
        folder.not_too_large(bytes(folder.BYTES_READ), "x.krl")
    assert (crowded.value.code, large.value.code) == ("stick_crowded", "file_too_large")


def test_a_file_is_written_under_a_name_that_is_tidied():
    """What a pulled stick leaves of it is known as half written, whatever it was to become."""
    assert half_written([folder.beside(slip_name(5)), slip_name(5)]) == [f".{slip_name(5)}.part"]


def test_a_packet_for_a_number_no_node_can_have_is_refused():
    """Whatever carries it cannot keep it either."""
    with pytest.raises(SessionError) as told:
        read(packet(FakeHub(), node=Node(COUNT_MAX + 1)))
    assert told.value.code == "bad_packet"
