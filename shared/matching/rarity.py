"""How rare a word is, from a list's own counts and a prior.

Job: bits for a word. Invariants: between `WORD_BITS_MIN` and `WORD_BITS_MAX`; a small list's counts weigh
little against the prior, so that the first ten alerts of a list do not make their names common.
Must not know: where counts are kept.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from math import log2
from typing import Final

from shared.matching.evidence import WORD_BITS_MAX, WORD_BITS_MIN
from shared.matching.prior import commonness
from shared.matching.tokens import Token

_PRIOR_PERSONS: Final = 20_000  # how many imagined persons the prior stands for
_SHARES: Final = (1 / 4_000, 1 / 150)  # of an unknown word, and of the commonest there are


@dataclass(slots=True)
class ListRarity:
    """Bits from counts: `count` says how many of `persons` have a word (by its skeleton or group)."""

    persons: int = 0
    count: Callable[[Token], int] | None = None
    _known: dict[str, float] = field(default_factory=dict)

    def bits(self, token: Token) -> float:
        """−log2 of the share of persons with this word."""
        known = self._known.get(token.plain)
        if known is None:
            counted = self.count(token) if self.count is not None else 0
            share = (counted + _PRIOR_PERSONS * _prior_share(token)) / (self.persons + _PRIOR_PERSONS)
            known = min(WORD_BITS_MAX, max(WORD_BITS_MIN, -log2(share)))
            self._known[token.plain] = known
        return known


def _prior_share(token: Token) -> float:
    rare, common = _SHARES
    return rare + (common - rare) * commonness(token)
