"""A photo is cut, scattered and put together again; nothing but the right bytes ever comes out."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.limits import PHOTO_MAX_BYTES, PHOTO_PIECE_BYTES, PHOTO_PIECES_MAX
from shared.photo import (
    MEDIA_TYPE,
    Piece,
    State,
    Wrong,
    address_of,
    cut,
    is_plain_jpeg,
    is_sound,
    put_together,
)
from tests.shared.jpegs import plain_jpeg

SMALL, LARGE = plain_jpeg(900), plain_jpeg(3 * PHOTO_PIECE_BYTES - 5)


def pieces_of(content: bytes, *, first: int = 1) -> list[Piece]:
    parts = cut(content)
    return [
        Piece(
            id=first + number,
            category="face",
            media_type=MEDIA_TYPE,
            size_bytes=len(content),
            address=address_of(content),
            number=number + 1,
            count=len(parts),
            content=part,
        )
        for number, part in enumerate(parts)
    ]


def test_the_address_is_blake2b_of_the_bytes():
    """As `b2sum -l 256` prints it."""
    assert address_of(b"").hex() == "0e5751c026e543b2e8ab2eb06099daa1d1e5df47778f7787faab45cdf12fe3a8"


@given(st.integers(1, PHOTO_MAX_BYTES))
def test_pieces_are_bounded_and_lose_nothing(size: int):
    """Each within its limit, none empty, in order; and no photo has more than a peer accepts."""
    content = bytes(size)
    parts = cut(content)
    assert b"".join(parts) == content
    assert all(0 < len(part) <= PHOTO_PIECE_BYTES for part in parts)
    assert len(parts) <= PHOTO_PIECES_MAX


@given(st.data())
def test_any_order_and_any_repeats_give_the_same_photos(data: st.DataObject):
    """A function of the set of pieces: whatever came twice, first, or beside another photo's."""
    scattered = pieces_of(LARGE) + pieces_of(SMALL, first=50)
    again = data.draw(st.lists(st.sampled_from(scattered)))
    shuffled = data.draw(st.permutations(scattered + [replace(piece, id=piece.id + 100) for piece in again]))
    found = {photo.name: (photo.state, photo.content, photo.arrived) for photo in put_together(shuffled)}
    assert found == {
        address_of(LARGE).hex(): (State.WHOLE, LARGE, 3),
        address_of(SMALL).hex(): (State.WHOLE, SMALL, 1),
    }


@given(st.sets(st.integers(0, 2), max_size=2), st.integers(1, 4))
def test_without_every_piece_nothing_shows(present: set[int], repeats: int):
    """As many have arrived as there are different ones."""
    some = [pieces_of(LARGE)[place] for place in sorted(present)]
    many = [replace(piece, id=piece.id + 10 * turn) for turn in range(repeats) for piece in some]
    photos = put_together(many)
    assert [(photo.arrived, photo.state, photo.content) for photo in photos] == (
        [(len(present), State.ARRIVING, None)] if present else []
    )


@given(st.integers(0, 2), st.integers(0, 2**20), st.integers(0, 7))
def test_a_flipped_bit_is_never_shown(place: int, at: int, bit: int):
    """Any bit of any piece: all are here, none is shown; with the right piece beside it, the photo is."""
    pieces = pieces_of(LARGE)
    bent = bytearray(pieces[place].content or b"")
    bent[at % len(bent)] ^= 1 << bit
    wrong = [*pieces[:place], replace(pieces[place], content=bytes(bent)), *pieces[place + 1 :]]
    (photo,) = put_together(wrong)
    assert (photo.state, photo.content, photo.wrong) == (State.WRONG, None, Wrong.ADDRESS)
    (photo,) = put_together([*wrong, replace(pieces[place], id=99)])
    assert (photo.state, photo.content) == (State.WHOLE, LARGE)


def test_another_account_of_a_whole_photo_is_no_second_one():
    """Somebody says the same address has nine pieces: the photo that is here stays the one that shows."""
    stray = replace(pieces_of(LARGE)[0], id=77, count=9)
    (photo,) = put_together([*pieces_of(LARGE), stray])
    assert photo.content == LARGE


def test_contradicting_pieces_cost_a_bounded_number_of_tries():
    """Many wrong candidates for every piece: soon given up, not tried for a day."""
    pieces = pieces_of(plain_jpeg(20 * PHOTO_PIECE_BYTES))
    many = [
        replace(piece, id=1000 * turn + piece.id, content=bytes([turn]) * 10)
        for piece in pieces
        for turn in range(10)
    ]
    (photo,) = put_together(many)
    assert photo.wrong is Wrong.ADDRESS


def test_contents_let_go_are_told_from_missing_pieces():
    """A node that keeps a photo no longer knows that it sent all of it."""
    gone = [replace(piece, content=None) for piece in pieces_of(LARGE)]
    assert [photo.state for photo in put_together(gone)] == [State.SENT]


@pytest.mark.parametrize(
    "change",
    [
        {"media_type": "text/html"},
        {"address": b"x" * 16},
        {"number": 0},
        {"number": 4},
        {"count": PHOTO_PIECES_MAX + 1},
        {"size_bytes": PHOTO_MAX_BYTES + 1},
        {"size_bytes": 2},
        {"content": b""},
        {"content": bytes(3 * PHOTO_PIECE_BYTES)},
    ],
)
def test_an_unsound_piece_is_part_of_nothing(change: dict[str, object]):
    """Type, address, number, count, size: each is judged before anything is put together."""
    piece = replace(pieces_of(LARGE)[1], **change)  # type: ignore[arg-type]  # one field of its own type
    assert not is_sound(piece)
    assert put_together([piece]) == ()


def test_a_plain_jpeg_is_pixels_only():
    """An application segment but a bare JFIF, a comment, a byte after the end, another start: refused."""
    assert is_plain_jpeg(SMALL)
    segments = {
        "EXIF": b"\xff\xe1\x00\x08Exif\0\0",
        "ICC": b"\xff\xe2\x00\x0eICC_PROFILE\0",
        "comment": b"\xff\xfe\x00\x06here",
        "second JFIF": SMALL[2:20],
        "JFIF with a thumbnail": b"\xff\xe0\x00\x13JFIF\0\x01\x01\0\0\x01\0\x01\x01\x01abc",
    }
    places = {name: SMALL[:20] + segment + SMALL[20:] for name, segment in segments.items()}
    places |= {
        "trailing": SMALL + b"\0",
        "no end": SMALL[:-2],
        "second picture": SMALL + SMALL,
        "nothing": b"",
        "no scan": b"\xff\xd8\xff\xd9",
        "PNG": b"\x89PNG\r\n\x1a\n" + SMALL,
        "a length beyond the end": b"\xff\xd8\xff\xdb\xff\xff",
    }
    assert [name for name, content in places.items() if is_plain_jpeg(content)] == []


@given(st.binary(max_size=400) | st.binary(max_size=60).map(lambda tail: SMALL[:120] + tail))
def test_the_check_for_plain_jpegs_takes_anything(content: bytes):
    """It answers for any bytes, and never yes for what has no end of image."""
    assert not is_plain_jpeg(content) or content.endswith(b"\xff\xd9")
