"""What a node that was enrolled again asks about its former numbers, and what the hub says of them.

The device's log and the hub's copy of it have a common beginning; after it they differ, or one of them ends.
The node says how far it knows them to be one, or where its own bundles ended and under which chains; the
hub answers with the highest of those it knows, and a mark of the content of each of its own changes after it.

Both travel behind the fixed elements of hello, slip and head (`entries`).
Must not know: whose turn it is, storage, what is done with it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from shared import wire
from shared.change import Change
from shared.crypto import HASH_BYTES, digest
from shared.errors import SessionError
from shared.ids import Feed
from shared.limits import COUNT_MAX, FORMER_MARKS_MAX
from shared.session.entries import FORMER, LOST, entries_of, entry

MARK_BYTES: Final = 8
ENDS_MAX: Final = 24  # ends of bundles told for one feed: twice as far back each time


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """A question about one feed of a former number.

    `known` is the last seq up to which both logs are known to be one; None where that is to be found, from
    `ends`: (last seq, chain) of the node's own bundles. `most` is how many marks are wanted.
    """

    feed: Feed
    known: int | None
    ends: tuple[tuple[int, bytes], ...] = ()
    most: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Former:
    """Where the hub stands in such a feed: its head, and the chain there (None where nobody could open the
    last bundle). Up to `since` both logs are one; `marks` are those of the hub's changes after it, without
    those that cannot be read any more and all behind these."""

    feed: Feed
    head: int
    chain: bytes | None
    since: int
    marks: bytes = b""


def mark_of(change: Change) -> bytes:
    """8 bytes that name a change's content, its numbers included."""
    return digest(b"karaula/mark\0", wire.pack_change(change), size=MARK_BYTES)


def write_asks(asks: Sequence[Ask]) -> list[object]:
    """The last entry of a hello or slip, where there is one."""
    return entry(FORMER, [[a.feed, a.known, [list(end) for end in a.ends], a.most] for a in asks])


def read_asks(rest: Sequence[object], otherwise: SessionError) -> tuple[Ask, ...]:
    """Undo `write_asks`, among whatever else follows. Raises `otherwise`."""
    asks = []
    for said in entries_of(rest, FORMER, otherwise):
        match said:
            case [int() as feed, int() | None as known, [*ends], int() as most] if (
                _fits(feed, most) and (known is None or _fits(known)) and len(ends) <= ENDS_MAX
            ):
                pairs = tuple(_end(end, otherwise) for end in ends)
                asks.append(Ask(feed=Feed(feed), known=known, ends=pairs, most=min(most, FORMER_MARKS_MAX)))
            case _:
                raise otherwise
    return tuple(asks)


def write_former(former: Sequence[Former]) -> list[object]:
    """The last entry of a head, where there is one."""
    return entry(FORMER, [[f.feed, f.head, f.chain, f.since, f.marks] for f in former])


def read_former(rest: Sequence[object], otherwise: SessionError) -> tuple[Former, ...]:
    """Undo `write_former`, among whatever else follows. Raises `otherwise`."""
    former = []
    for said in entries_of(rest, FORMER, otherwise):
        match said:
            case [
                int() as feed,
                int() as head,
                bytes() | None as chain,
                int() as since,
                bytes() as marks,
            ] if _fits(feed, head, since) and len(marks) % MARK_BYTES == 0:
                former.append(Former(feed=Feed(feed), head=head, chain=chain, since=since, marks=marks))
            case _:
                raise otherwise
    return tuple(former)


def write_lost(lost: Sequence[tuple[int, int, int]]) -> list[object]:
    """A last entry of a head: (feed, first, last) of runs declared lost; nothing where there are none."""
    return entry(LOST, [list(run) for run in lost])


def read_lost(rest: Sequence[object], otherwise: SessionError) -> tuple[tuple[int, int, int], ...]:
    """Undo `write_lost`, among whatever else follows. Raises `otherwise`."""
    lost = []
    for said in entries_of(rest, LOST, otherwise):
        match said:
            case [int() as feed, int() as first, int() as last] if _fits(feed, first, last):
                lost.append((feed, first, last))
            case _:
                raise otherwise
    return tuple(lost)


def _end(end: object, otherwise: SessionError) -> tuple[int, bytes]:
    match end:
        case [int() as seq, bytes() as chain] if _fits(seq) and len(chain) == HASH_BYTES:
            return seq, chain
        case _:
            raise otherwise


def _fits(*numbers: int) -> bool:
    return all(not isinstance(number, bool) and 0 <= number <= COUNT_MAX for number in numbers)
