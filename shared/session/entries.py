"""What may follow the fixed elements of a hello, a slip or a head: `[number, [entry …]]`, where there is any.

An end that does not know a number passes it over; all is signed together. Must not know: what entries say.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from shared.errors import SessionError

FORMER: Final = 1
"""About a node's former numbers: what it asks, and what the hub says of them."""
LOST: Final = 2
"""Runs of the node's feeds that a person at the centre gave up."""
PAST: Final = 3
"""How far a restored hub has what its earlier lives had said."""
NOT_RETURNED: Final = 4
"""Segments given back that were refused."""
CHAINS: Final = 5
"""The hub's chain of a lane at its ack."""
ENTRIES_MAX: Final = (
    256  # three lanes of every number one device can have had; all segments given back at once
)


def entry(number: int, entries: list[list[object]]) -> list[object]:
    """The element, to be spread behind the fixed ones; nothing where there are no entries."""
    return [[number, entries]] if entries else []


def entries_of(rest: Sequence[object], number: int, otherwise: SessionError) -> list[object]:
    """The entries under a number, in what follows the fixed elements. Raises `otherwise` for too many."""
    for extra in rest:
        match extra:
            case [int() as found, [*entries]] if found == number:
                if len(entries) > ENTRIES_MAX:
                    raise otherwise
                return entries
    return []
