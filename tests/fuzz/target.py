"""What one decoder is fed: good inputs, a way to bend them, and the production reader."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

Seed = Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """One decoder. `read` gets what `bend` makes of one of the seeds; `share` is its part of all inputs."""

    name: str
    seeds: Sequence[Seed]
    bend: Callable[[Random, Any], Any]
    read: Callable[[Any], object]
    share: int = 10
