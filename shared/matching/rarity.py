"""How rare a word is, from a list's own counts and a prior.

Job: bits for a word. Invariants: between `WORD_BITS_MIN` and `WORD_BITS_MAX`; a small list's counts weigh
little against the prior, so that the first ten alerts of a list do not make their names common.
Must not know: where counts are kept.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from math import log2
from typing import Final

from shared.matching.evidence import WORD_BITS_MAX, WORD_BITS_MIN
from shared.matching.keys import FILED_BITS, filed_number, word_of
from shared.matching.prior import commonness
from shared.matching.tokens import Token
from shared.text_number import number_of

_PRIOR_PERSONS: Final = 20_000  # how many imagined persons the prior stands for
_KIN_BITS, _SOUND_BITS = 32, 24
WORD_BITS: Final = _KIN_BITS + _SOUND_BITS
_SHARES: Final = (1 / 60_000, 1 / 150)  # of an unknown word, and of the commonest there are


@dataclass(slots=True)
class ListRarity:
    """Bits from counts. `count` says how many of `persons` have a word, by `sound_number` or `kin_number`."""

    persons: int = 0
    count: Callable[[int], int] | None = None
    _known: dict[int, float] = field(default_factory=dict)

    def bits(self, token: Token) -> float:
        """−log2 of the share of persons with this word as it sounds."""
        return self._bits(sound_number(token), token)

    def kin_bits(self, token: Token) -> float:
        """−log2 of the share of persons with this word in any spelling."""
        return self._bits(kin_number(token), token)

    def _bits(self, number: int, token: Token) -> float:
        known = self._known.get(number)
        if known is None:
            counted = self.count(number) if self.count is not None else 0
            share = (counted + _PRIOR_PERSONS * _prior_share(token)) / (self.persons + _PRIOR_PERSONS)
            known = min(WORD_BITS_MAX, max(WORD_BITS_MIN, -log2(share)))
            self._known[number] = known
        return known


def sound_number(token: Token) -> int:
    """What a word is counted under as it sounds: 56 bits, beside its other spellings."""
    return word_numbers(token)[0]


def kin_number(token: Token) -> int:
    """What a word is counted under with all its spellings."""
    return word_numbers(token)[1]


@lru_cache(maxsize=1 << 12)
def word_numbers(token: Token) -> tuple[int, int]:
    """Both numbers of a word: as it sounds, and with all its spellings."""
    kin = filed_number(word_of(token)) >> FILED_BITS - _KIN_BITS << _SOUND_BITS
    return kin | number_of(token.sounds, _SOUND_BITS), kin | _ANY_SOUND


_ANY_SOUND: Final = number_of("", _SOUND_BITS)


def _prior_share(token: Token) -> float:
    rare, common = _SHARES
    return rare + (common - rare) * commonness(token)
