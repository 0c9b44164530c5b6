"""How far a node's feeds are whole, by contents: the heads, and the chain of what stands up to each.

A count does not tell a log from another of the same length: a device that was put back to an older copy may
have logged as many changes as the hub has of it. So the digest that spares acks is over heads and chains, and
acks come with the chain the hub has there, behind the fixed elements of a head (`entries`).
Must not know: whose turn it is, storage, what follows from another history.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from shared import wire
from shared.crypto import HASH_BYTES, digest
from shared.errors import SessionError
from shared.ids import Lane
from shared.session.entries import CHAINS, entries_of, entry

End = tuple[int, bytes | None]
"""The last seq of a feed, and the chain there; None where the hub could not open the last bundle."""


def heads_digest(ends: Iterable[End]) -> bytes:
    """16 bytes that name what a node has said, one end a lane: equal ones mean equal contents."""
    return digest(b"karaula/heads\0", wire.pack([[head, chain] for head, chain in ends]))


def counts_digest(ends: Iterable[End]) -> bytes:
    """What nodes said before contents were compared: their heads alone."""
    return digest(b"karaula/heads\0", wire.pack([head for head, _ in ends]))


def chains_told(ends: Sequence[End]) -> tuple[tuple[Lane, bytes], ...]:
    """What a head says beside its acks: of each lane that has a change, the chain, where it is known."""
    return tuple((lane, chain) for lane, (head, chain) in zip(Lane, ends, strict=True) if head and chain)


def write_chains(chains: Sequence[tuple[Lane, bytes]]) -> list[object]:
    """A last entry of a head; nothing where there are none."""
    return entry(CHAINS, [[lane, chain] for lane, chain in chains])


def read_chains(rest: Sequence[object], otherwise: SessionError) -> tuple[tuple[Lane, bytes], ...]:
    """Undo `write_chains`, among whatever else follows. Raises `otherwise`."""
    chains = []
    for said in entries_of(rest, CHAINS, otherwise):
        match said:
            case [int() as lane, bytes() as chain] if lane in tuple(Lane) and len(chain) == HASH_BYTES:
                chains.append((Lane(lane), chain))
            case _:
                raise otherwise
    return tuple(chains)
