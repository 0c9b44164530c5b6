"""A photo as the record of a check holds it: cut into pieces, and put together again.

    photo  = a JPEG of pixels only                  address = BLAKE2b-256 of its bytes
    piece  = one attachment record: of, category, media type, size, address, number, count, content

Each piece says all there is to say of its photo, so pieces may come in any order, twice, or from two
records; the address alone decides what belongs together. A photo shows when every piece is here and the
whole has its address: a wrong piece beside a right one does no harm, and a piece counts once.
Invariants: nothing but a plain JPEG is ever shown, whatever a peer calls its bytes. Must not know:
storage, who may see a photo, how one is taken.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice, product
from typing import Final

from shared.crypto import digest
from shared.limits import PHOTO_MAX_BYTES, PHOTO_PIECE_BYTES, PHOTO_PIECES_MAX

MEDIA_TYPE: Final = "image/jpeg"
ADDRESS_BYTES: Final = 32
CATEGORIES: Final = ("document", "face", "vehicle")
_TRIES: Final = 64  # combinations of contradicting pieces: an honest photo needs one


class State(StrEnum):
    """Where a photo stands."""

    WHOLE = "whole"
    ARRIVING = "arriving"  # pieces are missing
    SENT = "sent"  # acknowledged long ago, and no longer kept on this side
    WRONG = "wrong"  # all here, and not what the address says, or no plain photo: never shown


class Wrong(StrEnum):
    """Why a piece, or the photo it completes, cannot be used: the codes of quarantine rows."""

    PIECE = "photo_piece_wrong"
    ADDRESS = "photo_address_wrong"
    CONTENT = "photo_not_plain"


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """One piece as it came. `content` is None where this side keeps it no longer."""

    id: int
    category: str
    media_type: str
    size_bytes: int
    address: bytes
    number: int  # from 1
    count: int
    content: bytes | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Photo:
    """A photo as far as its pieces are here. `content` is there when it is WHOLE; `wrong` says why not."""

    address: bytes
    category: str
    size_bytes: int
    arrived: int
    count: int
    state: State
    ids: tuple[int, ...]
    content: bytes | None = None
    wrong: Wrong | None = None

    @property
    def name(self) -> str:
        """The address as it stands in a page's links."""
        return self.address.hex()


def address_of(content: bytes) -> bytes:
    """The content address."""
    return digest(content, size=ADDRESS_BYTES)


def cut(content: bytes) -> tuple[bytes, ...]:
    """A photo's pieces, in order."""
    return tuple(content[at : at + PHOTO_PIECE_BYTES] for at in range(0, len(content), PHOTO_PIECE_BYTES))


def is_sound(piece: Piece) -> bool:
    """Whether a piece can be part of any photo at all."""
    return (
        piece.media_type == MEDIA_TYPE
        and len(piece.address) == ADDRESS_BYTES
        and 1 <= piece.number <= piece.count <= PHOTO_PIECES_MAX
        and piece.count <= piece.size_bytes <= PHOTO_MAX_BYTES
        and (piece.content is None or 0 < len(piece.content) <= piece.size_bytes)
    )


def put_together(pieces: Iterable[Piece]) -> tuple[Photo, ...]:
    """The photos that these pieces of one record are parts of, oldest first; unsound pieces are none's."""
    groups: dict[tuple[bytes, int, int], list[Piece]] = {}
    for piece in sorted(pieces, key=lambda each: each.id):
        if is_sound(piece):
            groups.setdefault((piece.address, piece.count, piece.size_bytes), []).append(piece)
    photos = [_photo(group) for group in groups.values()]
    whole = {photo.address for photo in photos if photo.state is State.WHOLE}
    # Somebody's other account of a photo that is here in full is no second photo.
    return tuple(photo for photo in photos if photo.state is State.WHOLE or photo.address not in whole)


def _photo(group: Sequence[Piece]) -> Photo:
    first = group[0]
    contents: dict[int, list[bytes]] = {}
    for piece in group:
        known = contents.setdefault(piece.number, [])
        if piece.content is not None and piece.content not in known:
            known.append(piece.content)
    content, wrong = None, None
    if len(contents) < first.count:
        state = State.ARRIVING
    elif not all(contents.values()):
        state = State.SENT
    else:
        content, wrong = _whole(first, [contents[number] for number in range(1, first.count + 1)])
        state = State.WRONG if content is None else State.WHOLE
    return Photo(
        address=first.address,
        category=first.category,
        size_bytes=first.size_bytes,
        arrived=len(contents),
        count=first.count,
        state=state,
        ids=tuple(piece.id for piece in group),
        content=content,
        wrong=wrong,
    )


def _whole(first: Piece, contents: Sequence[Sequence[bytes]]) -> tuple[bytes | None, Wrong | None]:
    """The content with the right address, or why there is none to show."""
    for parts in islice(product(*contents), _TRIES):
        content = b"".join(parts)
        if len(content) == first.size_bytes and address_of(content) == first.address:
            return (content, None) if is_plain_jpeg(content) else (None, Wrong.CONTENT)
    return None, Wrong.ADDRESS


# --- a plain JPEG: the segments a picture needs, and nothing else ---

_SOI: Final = b"\xff\xd8"
_EOI: Final = b"\xff\xd9"
_SCAN: Final = 0xDA
_JFIF: Final = 0xE0
_NEEDED: Final = frozenset({0xC0, 0xC1, 0xC2, 0xC4, 0xDB, 0xDD, _SCAN, _JFIF})
"""Frames (baseline, extended, progressive), Huffman and quantisation tables, restart interval, scan, JFIF.

ITU-T T.81, table B.1. Left out are the application segments 1 … 15 (EXIF, ICC, XMP, Photoshop) and comments.
"""
_JFIF_BYTES: Final = 16  # without the thumbnail it may carry


def is_plain_jpeg(content: bytes) -> bool:
    """Whether these bytes are one JPEG of pixels only: no metadata, no comment, nothing after its end."""
    if content[:2] != _SOI:
        return False
    at, scans = 2, 0
    while at + 4 <= len(content) and content[at] == 0xFF:
        marker, length = content[at + 1], int.from_bytes(content[at + 2 : at + 4], "big")
        if (
            marker not in _NEEDED
            or length < 2
            or (marker == _JFIF and not (at == 2 and length == _JFIF_BYTES))
        ):
            return False
        at += 2 + length
        if marker == _SCAN:
            scans += 1
            at = _end_of_scan(content, at)
    return scans > 0 and content[at:] == _EOI


def _end_of_scan(content: bytes, at: int) -> int:
    """Where the next marker stands after entropy-coded bytes; stuffed zeros and restarts are part of them."""
    while (at := content.find(b"\xff", at)) >= 0 and at + 1 < len(content):
        follows = content[at + 1]
        if follows != 0 and not 0xD0 <= follows <= 0xD7:
            return at
        at += 2
    return len(content)
