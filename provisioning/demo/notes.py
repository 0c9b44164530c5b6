"""What was seen while the story was played: the judges' evidence from the pages.

Job: plain lists, filled by the story, read by the promises. Must not know: either.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from provisioning.demo.officer import SavedCheck


@dataclass(frozen=True, slots=True, kw_only=True)
class AgeSaid:
    """An answer that named the list's age, and between which ages the truth lay (seconds)."""

    where: str
    said: str
    said_s: int | None
    at_least: bool
    least_s: float
    most_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class PageServed:
    """One officer's page while the hub was dead."""

    where: str
    page: str
    status: int
    seconds: float


@dataclass(slots=True, kw_only=True)
class Notes:
    """The evidence."""

    saved: list[SavedCheck] = field(default_factory=list)
    ages: list[AgeSaid] = field(default_factory=list)
    pages: list[PageServed] = field(default_factory=list)
    canaries: list[str] = field(default_factory=list)
    refused_answers: list[str] = field(default_factory=list)
    """What the node called an answer that somebody had exchanged, one an attempt; empty: believed."""
    replayed_bundles: int = 0
    killed_nodes: int = 0
    answers_tried: int = 0
    disputed: str = ""
    """The id of the check that was edited in two places."""
    disputed_field: str = ""
    disputed_values: tuple[str, ...] = ()
    shown_values: tuple[str, ...] = ()
    """What the operator was shown side by side."""
    decided_value: str = ""
    reason: str = ""
    late_hits: list[str] = field(default_factory=list)
