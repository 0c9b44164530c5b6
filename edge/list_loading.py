"""What a page says of a whole new list on its way in. Must not know: how it is loaded."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ListLoading:
    """A whole new list on its way in: percent of the work, and records. `in_use` once the switch is made."""

    percent: int
    records: int
    of_records: int
    in_use: bool
