"""How the hits of a post came out, as a row of a page.

Must not know: storage, HTML, how the share is weighed.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomeRow:
    """The hits of one post within a time. `share`, `low` and `high` are parts of one, None where too few."""

    post: str
    post_name: str
    country: str
    own: bool
    hits: int
    open: int
    confirmed: int
    cleared: int
    share: float | None
    low: float | None
    high: float | None

    @property
    def settled(self) -> int:
        return self.confirmed + self.cleared
