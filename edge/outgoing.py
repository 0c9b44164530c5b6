"""What one question carries: whole bundles while they fit, then a piece of a stream.

Invariants
* Urgent before routine before bulk, each lane in order: what became urgent since goes before all that waits.
* Photos come last and get a share, so that the next question comes soon: a hit waits for no more of them.
* A bundle that was begun in pieces goes on where the hub stands, never beside that.
* Everything fits: then there is no piece, and the steady state is one question with its bundles.
Must not know: the store, the link, keys.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import Final

from shared.ids import Lane, lane_of_feed
from shared.ledger.outbox import Sealed
from shared.limits import BULK_SHARE_OF_REQUEST, PIECE_MIN_BYTES, REQUEST_MAX_BUNDLES
from shared.session import Held, Piece, check_of, framed, resumes

_LEAST_BYTES: Final = 128  # a piece from a stream's start holds the first bundle's header, or is refused


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """`bundles` go whole; `piece` is of the stream behind them, and makes `completed` whole at the hub."""

    bundles: tuple[Sealed, ...] = ()
    piece: Piece | None = None
    completed: tuple[Sealed, ...] = ()

    @property
    def all(self) -> tuple[Sealed, ...]:
        """As refusals count them."""
        return self.bundles + self.completed


def plan(waiting: Sequence[Sealed], held: Mapping[Lane, Held], *, budget_bytes: int) -> Outgoing:
    """Fill a question of about `budget_bytes` from what waits, in its order."""
    whole: list[Sealed] = []
    left, share = budget_bytes, budget_bytes // BULK_SHARE_OF_REQUEST
    for place, bundle in enumerate(waiting):
        lane = lane_of_feed(bundle.feed)
        if lane is Lane.BULK and share:
            left, share = min(left, share), 0
        leads = place == 0 or waiting[place - 1].feed != bundle.feed
        offset = resumes(held.get(lane), [bundle.raw]) if leads else 0
        if offset or len(bundle.raw) > left or len(whole) == REQUEST_MAX_BUNDLES:
            if whole and left < PIECE_MIN_BYTES:
                break
            return _with_piece(whole, waiting[place:], lane, offset, max(left, _LEAST_BYTES))
        whole.append(bundle)
        left -= len(bundle.raw)
    return Outgoing(bundles=tuple(whole))


def _with_piece(
    whole: Sequence[Sealed], behind: Sequence[Sealed], lane: Lane, offset: int, size: int
) -> Outgoing:
    stream, ends = b"", []
    for bundle in takewhile(lambda each: lane_of_feed(each.feed) is lane, behind):
        if len(stream) >= offset + size:
            break
        stream += framed(bundle.raw)
        ends.append((len(stream), bundle))
    return Outgoing(
        bundles=tuple(whole),
        piece=Piece(
            lane=lane, offset=offset, check=check_of(stream[:offset]), data=stream[offset : offset + size]
        ),
        completed=tuple(bundle for end, bundle in ends if end <= offset + size),
    )
