"""Memory of a small machine: how the C library keeps what was let go.

Job: keep a node's process small. By default the C library gives each thread that asks for memory a pool of
its own, and keeps what falls free in it; a node has a dozen threads, most of them idle.
Must not know: what the node does.
"""

from __future__ import annotations

import ctypes
from typing import Final

_ARENA_MAX: Final = -8  # M_ARENA_MAX in glibc's malloc.h
_POOLS: Final = 2


def share_pools() -> None:
    """For the whole process, before its threads start. Another C library than glibc is left as it is."""
    try:
        ctypes.CDLL(None).mallopt(_ARENA_MAX, _POOLS)
    except (OSError, AttributeError):
        return


def give_back() -> None:
    """Hand what is free at the ends of the pools back to the machine: after work that needed much."""
    try:
        ctypes.CDLL(None).malloc_trim(0)
    except (OSError, AttributeError):
        return
