"""A seeded source of chance that keeps count of what it gives away.

Every draw adds its surprisal, −log2(probability of what was drawn), to the field it was drawn for. The mean
over many records is that field's entropy as the generator really spends it, correlations included: a
passenger who sits in the same car draws no plate, so no plate is counted.
"""

from __future__ import annotations

import math
import random
from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import accumulate
from typing import TypeVar

T = TypeVar("T")


class Chance:
    """Draws by field name. `bits` holds the surprisal spent so far, by field."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        self.bits: defaultdict[str, float] = defaultdict(float)

    def below(self, field: str, bound: int) -> int:
        """A uniform integer 0 … bound-1."""
        self.bits[field] += math.log2(bound)
        return self._random.randrange(bound)

    def between(self, field: str, low: int, high: int) -> int:
        """A uniform integer low … high."""
        return low + self.below(field, high - low + 1)

    def one_of(self, field: str, items: Sequence[T]) -> T:
        """A uniform choice."""
        return items[self.below(field, len(items))]

    def weighted(self, field: str, weights: Mapping[T, float]) -> T:
        """A choice by weight."""
        items, sums = list(weights), list(accumulate(weights.values()))
        item = self._random.choices(items, cum_weights=sums)[0]
        self.bits[field] -= math.log2(weights[item] / sums[-1])
        return item

    def happens(self, field: str, probability: float) -> bool:
        """Whether an event of this probability occurs."""
        happened = self._random.random() < probability
        self.bits[field] -= math.log2(probability if happened else 1 - probability)
        return happened

    def wait_ms(self, field: str, mean_ms: float) -> int:
        """A waiting time of a Poisson process, in whole milliseconds."""
        wait = int(self._random.expovariate(1 / mean_ms))
        chance = math.exp(-wait / mean_ms) - math.exp(-(wait + 1) / mean_ms)
        self.bits[field] -= math.log2(chance)
        return wait

    def skewed(self, field: str, bound: int) -> int:
        """An integer 0 … bound-1, the small ones likelier: the density falls as 1/(k + bound/8)."""
        shift = bound / 8
        total = math.log((bound + shift) / shift)
        value = min(bound - 1, int(shift * math.exp(self._random.random() * total) - shift))
        self.bits[field] -= math.log2(math.log((value + 1 + shift) / (value + shift)) / total)
        return value
