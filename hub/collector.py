"""Python's cyclic collector, set for a process that decodes millions of records.

Job: have it look less often. What a hub reads is tuples and lists without cycles: looking through them costs
a twentieth of its processor and frees nothing. Must not know: what the hub does.
"""

from __future__ import annotations

import gc
from typing import Final

_FRESH_OBJECTS: Final = 50_000  # made and not freed before a look: a question holds about half as many tuples


def look_seldom() -> None:
    """For the whole process; what stands now (modules, templates) is never looked through again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(_FRESH_OBJECTS, 20, 50)
