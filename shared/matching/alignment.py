"""Which word of one name stands for which word of another.

Job: pair the words of two names, in any order, words written apart or together, some missing.
Invariants: each word stands in at most one pair; the pairs do not depend on which name is first; at most
`tokens.TOKENS_MAX` words a side, so the time is bounded. Must not know: what a pair of words is worth.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from rapidfuzz.distance import OSA

from shared.matching.likeness import Likeness, Rule, likeness
from shared.matching.tokens import Role, Token, joined


@dataclass(frozen=True, slots=True)
class Pair:
    """Words that stand for one another: their places in the two names, and how alike they are."""

    ours: tuple[int, ...]
    theirs: tuple[int, ...]
    likeness: Likeness


@dataclass(frozen=True, slots=True)
class Alignment:
    """The pairs, surest first, and the places left over on each side."""

    pairs: tuple[Pair, ...]
    ours_left: tuple[int, ...]
    theirs_left: tuple[int, ...]

    @property
    def swapped(self) -> bool:
        """Whether the words stand in another order."""
        order = sorted((pair.ours[0], pair.theirs[0]) for pair in self.pairs)
        return any(left[1] > right[1] for left, right in pairwise(order))


_Found = tuple[float, int, tuple[int, ...], tuple[int, ...], Likeness]
_JOIN_ENOUGH: Final = 0.85
_JOIN_WORTH_A_LOOK: Final = 0.4  # letters in common as written: spellings held alike share more
_JOIN_MAX: Final = 3  # syllables of a Chinese or Korean given name, an article and a word of descent


def align(ours: Sequence[Token], theirs: Sequence[Token]) -> Alignment:
    """The best pairs, taken greedily: exact before near, long before short, words before joined words."""
    found: list[_Found] = [
        (like.value, min(len(one.plain), len(other.plain)), (i,), (j,), like)
        for i, one in enumerate(ours)
        for j, other in enumerate(theirs)
        if (like := _alike(one, other)).rule is not Rule.DIFFERENT
    ]
    if len(ours) != len(theirs) or not found or min(each[0] for each in found) < _JOIN_ENOUGH:
        found += [(v, n, i, j, like) for v, n, i, j, like in _joins(ours, theirs)]
        found += [(v, n, i, j, like) for v, n, j, i, like in _joins(theirs, ours)]
    found.sort(
        key=lambda each: (-each[0], -each[1], len(each[2]) + len(each[3]), sum(each[2]) + sum(each[3]))
    )
    free_ours, free_theirs = set(range(len(ours))), set(range(len(theirs)))
    pairs = []
    for _, _, i, j, like in found:
        if free_ours.issuperset(i) and free_theirs.issuperset(j):
            free_ours.difference_update(i)
            free_theirs.difference_update(j)
            pairs.append(Pair(i, j, like))
    return Alignment(tuple(pairs), tuple(sorted(free_ours)), tuple(sorted(free_theirs)))


_NOT: Final = Likeness(0.0, Rule.DIFFERENT)


def _alike(one: Token, other: Token) -> Likeness:
    """Particles agree with their like alone: `de` and `di` are no slip of one another."""
    if Role.PARTICLE in (one.role, other.role) and one.plain != other.plain:
        return _NOT
    return likeness(one, other)


def _joins(many: Sequence[Token], few: Sequence[Token]) -> list[_Found]:
    """Neighbours of `many` that together are one word of `few`."""
    found: list[_Found] = []
    for places in _runs(many):
        written = "".join([many[at].plain for at in places])
        for place, other in enumerate(few):
            if abs(len(written) - len(other.plain)) > 3 or other.role is Role.PARTICLE:
                continue
            if OSA.normalized_similarity(written, other.plain) < _JOIN_WORTH_A_LOOK:
                continue  # told in C; to make a word of the run costs more than all else here
            word = many[places[0]]
            for at in places[1:]:
                word = joined(word, many[at])
            like = likeness(word, other)
            if like.value >= _JOIN_ENOUGH:
                value = min(like.value, 0.96)
                found.append((value, len(other.plain), places, (place,), Likeness(value, Rule.JOINED)))
    return found


def _runs(tokens: Sequence[Token]) -> set[tuple[int, ...]]:
    """The neighbours that may be one word: as they stand, and with the particles between them left out."""
    everything = list(range(len(tokens)))
    names = [at for at in everything if tokens[at].role is not Role.PARTICLE]
    return {
        tuple(places[start : start + size])
        for places in (everything, names)
        for size in range(2, _JOIN_MAX + 1)
        for start in range(len(places) - size + 1)
    }
