"""What a bench hands to the runner, and what the runner hands to a bench.

A bench is a module of this folder with `run(context: Context) -> list[Figure]`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

Better = Literal["lower", "higher"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One measured number. `value` is the median where several were taken, `spread` their extremes.

    `goal` is None for what is only worth knowing.

    `baseline` was measured in the same run on the same machine; `ratio` is value / baseline. `notes` are
    what people want to know besides: (what, how much).
    """

    name: str
    value: float
    unit: str
    better: Better
    goal: float | None
    baseline: float | None = None
    spread: tuple[float, float] | None = None
    notes: tuple[tuple[str, str], ...] = ()

    @property
    def ratio(self) -> float | None:
        return self.value / self.baseline if self.baseline else None

    @property
    def met(self) -> bool:
        if self.goal is None:
            return True
        return self.value <= self.goal if self.better == "lower" else self.value >= self.goal

    def row(self) -> dict[str, object]:
        """The figure as it stands in bench.json."""
        row = {name: value for name, value in asdict(self).items() if name not in ("spread", "notes")}
        return {**row, "ratio": self.ratio}


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """`folder` is empty, on the disk of the checkout, and goes when the bench ends; `say` shows progress."""

    folder: Path
    say: Callable[[str], None]
