"""Photos as their pieces arrive: weighed once the last piece is here.

Job: say of each new piece whether it can be part of a photo, and of a photo that has become complete
whether it is the one its address names. Invariants: a piece is kept whatever is said of it, so that all
replicas agree; what cannot be used stands in the quarantine under a code, once, and is shown to nobody.
Must not know: who may see a photo, pages.
"""

from __future__ import annotations

from collections.abc import Iterable
from types import MappingProxyType
from typing import Final

from hub.store import custody
from shared.database import Connection
from shared.ids import feed_of_dot, seq_of_dot
from shared.ledger import photos
from shared.photo import Photo, Piece, Wrong, is_sound, put_together

_HINTS: Final = MappingProxyType(
    {
        Wrong.PIECE: "Have the node looked at: it sent a piece that fits into no photo.",
        Wrong.ADDRESS: "The photo is not the one that was taken; ask the post for another.",
        Wrong.CONTENT: "Have the node looked at: it sent more than the pixels of a photo.",
    }
)


def weigh(tx: Connection, dots: Iterable[int], *, at_ms: int) -> None:
    """Judge pieces that were just applied, in the caller's write transaction."""
    for dot in dots:
        found = photos.piece(tx, dot)
        if found is None:
            continue  # erased with its record
        piece, subject = found
        if subject is None or not is_sound(piece):
            _note(tx, dot, Wrong.PIECE, at_ms)
        elif photos.count_like(tx, dot) >= piece.count:
            (photo,) = put_together(photos.pieces_like(tx, dot))
            _judge(tx, piece, photo, at_ms)


def _judge(tx: Connection, piece: Piece, photo: Photo, at_ms: int) -> None:
    """What is to be said of the photo that a piece completes, or of the piece beside a right photo."""
    if photo.content is None:
        if photo.wrong is not None:
            _note(tx, piece.id, photo.wrong, at_ms)
        return
    custody.settle_faults_of(tx, photo.ids, code=Wrong.ADDRESS, at_ms=at_ms)
    if piece.content is not None and piece.content not in photo.content:
        _note(tx, piece.id, Wrong.PIECE, at_ms)


def _note(tx: Connection, dot: int, wrong: Wrong, at_ms: int) -> None:
    feed, seq = feed_of_dot(dot), seq_of_dot(dot)
    if not custody.has_fault(tx, feed=feed, first=seq, code=wrong):
        custody.note_fault(
            tx, feed=feed, first=seq, count=1, dot=dot, code=wrong, hint=_HINTS[wrong], at_ms=at_ms
        )
