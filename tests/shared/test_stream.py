"""The upload as a stream: pieces of any size make the same bundles, and no hole is ever left."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.errors import RemoteError, SessionError
from shared.ids import Lane
from shared.limits import BUNDLE_MAX_BYTES
from shared.session import Held, Piece, check_of, framed, joined, resumes, taken_apart

BUNDLES = st.lists(st.binary(min_size=1, max_size=400), min_size=1, max_size=6)


def piece(stream: bytes, offset: int, size: int) -> Piece:
    return Piece(
        lane=Lane.ROUTINE, offset=offset, check=check_of(stream[:offset]), data=stream[offset : offset + size]
    )


@given(bundles=BUNDLES, sizes=st.lists(st.integers(1, 300), min_size=1, max_size=8))
def test_any_pieces_make_the_same_bundles(bundles: list[bytes], sizes: list[int]) -> None:
    """Cut anywhere, in any sizes, each piece from where the tail ends: the bundles come out, once each."""
    stream, tail, came, at, turn = b"".join(map(framed, bundles)), b"", [], 0, 0
    start = 0  # of the tail in the whole stream
    while at < len(stream):
        size = sizes[turn % len(sizes)]
        turn += 1
        whole, tail = taken_apart(joined(tail, piece(stream[start:], at - start, size)))
        came += whole
        at = min(at + size, len(stream))
        start = at - len(tail)
    assert came == bundles
    assert tail == b""


@given(bundle=st.binary(min_size=20, max_size=200), cut=st.integers(5, 19))
def test_a_piece_that_comes_twice_changes_nothing(bundle: bytes, cut: int) -> None:
    """The repeat of a piece, or of the beginning of one, leaves the tail as it is."""
    stream = framed(bundle)
    tail = joined(b"", piece(stream, 0, cut))
    assert joined(tail, piece(stream, 0, cut)) == tail
    assert joined(tail, piece(stream, 0, cut - 3)) == tail


def test_a_hole_is_refused() -> None:
    """A piece beyond the tail's end is a gap, whatever its check says."""
    stream = framed(bytes(range(100)))
    tail = stream[:10]
    with pytest.raises(SessionError, match="stream_gap"):
        joined(tail, piece(stream, 11, 20))
    with pytest.raises(SessionError, match="stream_gap"):
        joined(b"", piece(stream, 10, 20))


def test_a_piece_of_another_stream_is_refused() -> None:
    """The same place with other bytes before it, or other bytes than are held, is not joined."""
    mine, other = framed(bytes(range(100))), framed(bytes(range(1, 101)))
    with pytest.raises(SessionError, match="stream_unknown"):
        joined(mine[:10], piece(other, 10, 20))
    forged = Piece(lane=Lane.ROUTINE, offset=5, check=check_of(mine[:5]), data=other[5:8])
    with pytest.raises(SessionError, match="stream_unknown"):
        joined(mine[:10], forged)


def test_another_beginning_takes_the_place_of_the_tail() -> None:
    """A stream that starts anew, as after a reseal: whether it may, the keeper decides."""
    mine, other = framed(bytes(range(100))), framed(bytes(range(1, 101)))
    assert joined(mine[:10], piece(other, 0, 30)) == other[:30]


@pytest.mark.parametrize(
    "stream", [b"\x00abc", b"\x81\x80\x10" + bytes(9), b"\xff\xff\xff\xff", b"\x81\x00x"], ids=str
)
def test_a_stream_that_announces_no_bundle_is_refused(stream: bytes) -> None:
    """An empty bundle, one beyond any size, a number without an end or not in its one form."""
    with pytest.raises(RemoteError):
        taken_apart(stream)


def test_a_length_that_is_not_whole_yet_waits() -> None:
    """A piece may end inside the number itself."""
    stream = framed(bytes(BUNDLE_MAX_BYTES))
    for cut in (0, 1, 2, 3, 4, 1000):
        assert taken_apart(stream[:cut]) == ([], stream[:cut])


def test_a_tail_is_recognised_by_its_bytes() -> None:
    """A node goes on only where the hub holds the beginning of this very bundle in this very envelope."""
    bundle = bytes(range(200))
    held = Held(lane=Lane.ROUTINE, length=50, check=check_of(framed(bundle)[:50]))
    assert resumes(held, [bundle]) == 50
    assert resumes(held, [bytes(200)]) == 0
    assert resumes(None, [bundle]) == 0
    assert resumes(held, []) == 0
    assert resumes(Held(lane=Lane.ROUTINE, length=500, check=b""), [bundle]) == 0
