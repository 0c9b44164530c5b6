"""The story as it happens: when, who, what, and how it came out.

Job: print a line for each step and keep the notes the judges need. Must not know: the steps.
"""

from __future__ import annotations

import time

from rich.console import Console
from rich.markup import escape


class Timeline:
    """A numbered list of what happened, with seconds since the start."""

    def __init__(self, out: Console) -> None:
        self._out = out
        self._began = time.monotonic()
        self.steps = 0

    def act(self, title: str) -> None:
        """A new part of the story."""
        self._out.print(f"\n[bold]{escape(title)}[/bold]", soft_wrap=True)

    def tell(self, who: str, what: str, result: str = "") -> None:
        """One line."""
        self.steps += 1
        seconds = time.monotonic() - self._began
        told = f" [green]→[/green] {escape(result)}" if result else ""
        self._out.print(
            f"[dim]{seconds:6.1f} s[/dim]  [cyan]{escape(who):<22}[/cyan] {escape(what)}{told}",
            soft_wrap=True,
        )

    @property
    def seconds(self) -> float:
        return time.monotonic() - self._began
