"""One photo on an officer's page. Must not know: where it is kept."""

from __future__ import annotations

from dataclasses import dataclass

from shared.photo import State


@dataclass(frozen=True, slots=True, kw_only=True)
class PhotoRow:
    """A photo of a case or a check. `name` stands in its link.

    `doubtful` says that the case holds another document now than when it was taken. Of a saved check's
    photo `sent` of its `pieces` are acknowledged by the hub; `state` SENT: it is kept at the centre only.
    """

    name: str
    category: str
    size_bytes: int
    doubtful: bool = False
    state: State = State.WHOLE
    pieces: int = 0
    sent: int = 0

    @property
    def size_kb(self) -> int:
        """Thousands of bytes, at least one."""
        return max(1, round(self.size_bytes / 1000))
