"""The conversation in pieces: an upload in a question, a segment in slices, and what is newer than we are."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from shared import wire
from shared.errors import SessionError, TrustError
from shared.ids import Lane
from shared.session import Piece, Slice, read_question
from shared.session.messages import read_head, write_head
from tests.shared.session_link import (
    NODE,
    NONCE,
    FakeHub,
    node_end_of,
    round_trip,
    standing,
)


def sliced(hub: FakeHub, at: int, size: int) -> Slice:
    """So much of the hub's first segment, from a place on."""
    whole = b"".join(hub.segments[0])
    return Slice(place=0, first=1, offset=at, total=len(whole), data=whole[at : at + size])


@pytest.mark.parametrize("size", [1, 64, 100, 10_000])
def test_a_segment_in_slices_is_heard_as_the_whole(size: int) -> None:
    """However it is sliced, the segment is there when the last slice is, and not before."""
    hub = FakeHub()
    hub.publish(3)
    at, total = standing(), len(b"".join(hub.segments[0]))
    for place in range(0, total, size):
        heard = round_trip(hub, at, segments=[sliced(hub, place, size)])
        assert heard.more == (place + size < total)
        at = replace(at, part=heard.part)
    assert [piece.raw for piece in heard.segments] == [hub.segments[0][0]]
    assert heard.part is None


@pytest.mark.parametrize(
    "bend",
    [
        lambda piece: replace(piece, offset=piece.offset + 1),
        lambda piece: replace(piece, offset=piece.offset - 1),
        lambda piece: replace(piece, place=1),
        lambda piece: replace(piece, first=2),
        lambda piece: replace(piece, total=piece.total + 1),
        lambda piece: replace(piece, data=piece.data + b"more"),
        lambda piece: replace(piece, data=b"", offset=0),
        lambda piece: replace(piece, total=1 << 40),
    ],
)
def test_a_slice_that_does_not_join_is_refused(bend: Callable[[Slice], Slice]) -> None:
    """Another place, another segment, another length: nothing is guessed."""
    hub = FakeHub()
    hub.publish(1)
    begun = round_trip(hub, standing(), segments=[sliced(hub, 0, 50)]).part
    rest = sliced(hub, 50, 10_000)
    with pytest.raises(SessionError, match="bad_answer"):
        round_trip(hub, standing(part=begun), segments=[bend(rest)])


def test_a_damaged_slice_shows_when_the_segment_is_whole() -> None:
    """Slices are believed with the hub's head; what they make is believed by its own signature."""
    hub = FakeHub()
    hub.publish(1)
    begun = round_trip(hub, standing(), segments=[sliced(hub, 0, 50)]).part
    assert begun is not None
    spoilt = replace(begun, held=begun.held[:-1] + bytes((begun.held[-1] ^ 1,)))
    with pytest.raises(TrustError, match="bad_signature"):
        round_trip(hub, standing(part=spoilt), segments=[sliced(hub, 50, 10_000)])


def test_what_is_begun_of_an_older_generation_is_let_go() -> None:
    """A restored hub cuts its own segments."""
    hub = FakeHub()
    hub.publish(1)
    begun = round_trip(hub, standing(), segments=[sliced(hub, 0, 50)]).part
    restored = FakeHub(generation=2)
    assert round_trip(restored, standing(part=begun), segments=[]).part is None


@pytest.mark.parametrize("upload", [[1, 0], [3, 0, b""], [1, -1, b""], [1, 0, "x"], [True, 0, b"", 0], 5])
def test_a_misshapen_upload_is_no_question(upload: object) -> None:
    """Lane, offset and check, or nothing at all; and a piece exactly when they are there."""
    piece = Piece(lane=Lane.ROUTINE, offset=0, check=b"", data=b"x")
    asked = node_end_of().ask(standing(), [], nonce=NONCE, upload=piece)
    whole = wire.unpack(asked, max_bytes=1 << 20)
    assert isinstance(whole, list)
    hello = wire.unpack(whole[1], max_bytes=1 << 20)
    assert isinstance(hello, list)
    hello[-2] = upload  # before the schema
    with pytest.raises(SessionError, match="bad_question"):
        read_question(wire.pack([1, wire.pack(hello), *whole[2:]]))
    with pytest.raises(SessionError, match="bad_question"):
        read_question(wire.pack(whole[:4]))


def test_elements_nobody_knows_yet_are_passed_over() -> None:
    """A newer peer may say more at the end of its hello and its head: it is signed, and not understood."""
    whole = wire.unpack(node_end_of().ask(standing(), [], nonce=NONCE), max_bytes=1 << 20)
    assert isinstance(whole, list)
    hello = wire.unpack(whole[1], max_bytes=1 << 20)
    assert isinstance(hello, list)
    assert read_question(wire.pack([1, wire.pack([*hello, 7, [b"x"]]), *whole[2:]])).hello.node == NODE
    head = wire.unpack(write_head(FakeHub().head()), max_bytes=1 << 20)
    assert isinstance(head, list)
    assert read_head(wire.pack([*head, None])) == FakeHub().head()
