"""How much two persons agree, in bits, and what follows: hit, possible or nothing.

Job: weigh names, birth date, sex and nationality together (Fellegi and Sunter 1969: each agreement is worth
the logarithm of how much likelier it is for one person than for two; rare agreements say more).
Invariants
* Nationality and sex are evidence and never a filter: there are dual nationals and wrong entries.
* A hit needs an equal, fully known birth date. A swapped or damaged one is at most possible.
* A rare name may stand with a damaged date; a common one may not.
Must not know: storage, where the counts of words come from (`Rarity` is handed in).

The weights below were set on synthetic lists; docs/matching.md says how to set them anew.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from shared.matching.alignment import Alignment, Pair, align
from shared.matching.birth import BirthEvidence, Relation, compare_births
from shared.matching.likeness import Rule
from shared.matching.person import Person
from shared.matching.tokens import Role, Token


class Rarity(Protocol):
    """How rare a word is among the persons of a list."""

    def bits(self, token: Token) -> float:
        """−log2 of the share of persons with this word as it sounds, `WORD_BITS_MIN` to `WORD_BITS_MAX`."""

    def kin_bits(self, token: Token) -> float:
        """The same for everybody who has this word in any of its spellings (its group, or its skeleton)."""


WORD_BITS_MIN: Final = 2.5
WORD_BITS_MAX: Final = 17.5

HIT_BITS: Final = 34.5
ENOUGH: Final = {
    Relation.EQUAL: 24.0,
    Relation.SWAPPED: 22.5,
    Relation.ONE_DIGIT: 21.2,
    Relation.YEAR_OFF: 24.0,
    Relation.YEAR_MONTH: 19.0,
    Relation.YEAR_ONLY: 17.0,  # few people are known by a year alone, and who is may be anybody of that year
    Relation.YEAR_EQUAL: 25.0,
    Relation.YEAR_NEAR: 22.0,
    Relation.UNKNOWN: 19.0,  # nobody knows a birth date: the name alone must say so much
    Relation.OTHER: 27.0,
}
"""Bits from which a pair is possible, by how the birth dates stand; each takes its share of false ones."""
_EXACT_SCORE: Final = 0.95  # a hit is never less, a possible match never more
_LATER_WORD: Final = 2.0  # words of one name go together: the second says less than it seems to
_CONFLICT: Final = 7.0
_EXTRA: Final = 3.0
_SWAPPED_ORDER: Final = 0.5
_SEX_AGREES, _SEX_DIFFERS = 0.5, 3.0
_NATION_AGREES, _NATION_DIFFERS = 1.5, 1.5
_ROLE_SHARE: Final = {Role.NAME: 1.0, Role.PATRONYMIC: 0.7, Role.INITIAL: 0.25, Role.PARTICLE: 0.0}
_SURE_RULES: Final = frozenset({Rule.SAME, Rule.SPELLED, Rule.JOINED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What two persons agree on. `exact`: every word of both names agrees as it sounds."""

    bits: float
    birth: BirthEvidence
    exact: bool
    ours: tuple[Token, ...]
    theirs: tuple[Token, ...]
    written: tuple[str, str]
    alignment: Alignment
    sex: bool | None
    nationality: bool | None

    @property
    def is_hit(self) -> bool:
        """Sure enough to be called a hit."""
        return self.birth.relation is Relation.EQUAL and (self.exact or self.bits >= HIT_BITS)

    @property
    def is_possible(self) -> bool:
        """Worth an officer's second look."""
        return self.is_hit or self.bits >= ENOUGH[self.birth.relation]

    @property
    def score(self) -> float:
        """0 to 1: a half where the pair just becomes possible; two bits more double the odds."""
        found = 1 / (1 + 2 ** ((ENOUGH[self.birth.relation] - self.bits) / 2))
        return max(found, _EXACT_SCORE) if self.is_hit else min(found, _EXACT_SCORE)


def weigh(ours: Person, theirs: Person, rarity: Rarity) -> Evidence | None:
    """The strongest evidence over all names of both; None where one has no name."""
    birth = compare_births(ours.birth, theirs.birth)
    sex, nationality = _agree(ours.sex, theirs.sex), _agree(ours.nationality, theirs.nationality)
    beside = birth.bits + _worth(sex, _SEX_AGREES, _SEX_DIFFERS)
    beside += _worth(nationality, _NATION_AGREES, _NATION_DIFFERS)
    best: Evidence | None = None
    for i, mine in enumerate(ours.names):
        for j, other in enumerate(theirs.names):
            found = align(mine, other)
            bits, exact = weigh_names(mine, other, found, rarity)
            if best is None or bits + beside > best.bits:
                best = Evidence(
                    bits=bits + beside,
                    birth=birth,
                    exact=exact,
                    ours=mine,
                    theirs=other,
                    written=("".join(ours.written[i : i + 1]), "".join(theirs.written[j : j + 1])),
                    alignment=found,
                    sex=sex,
                    nationality=nationality,
                )
    return best


def weigh_names(
    ours: Sequence[Token], theirs: Sequence[Token], found: Alignment, rarity: Rarity
) -> tuple[float, bool]:
    """(bits, whether every word agrees as it sounds) of two aligned names."""
    total, words, exact = 0.0, 0, True
    for pair in found.pairs:
        bits = _pair_bits(ours, theirs, pair, rarity)
        exact = exact and pair.likeness.rule in _SURE_RULES
        if bits <= 0:
            total += max(bits, -_CONFLICT)
            continue
        if pair.likeness.rule is not Rule.INITIAL and _names(ours, pair.ours):
            total -= _LATER_WORD if words else 0.0
            words += 1
        total += bits
    left = sorted((_names(ours, found.ours_left), _names(theirs, found.theirs_left)))
    total -= _CONFLICT * left[0] + _EXTRA * (left[1] - left[0])
    total -= _SWAPPED_ORDER if found.swapped else 0.0
    return total, exact and words > 0 and left[1] == 0


def _pair_bits(ours: Sequence[Token], theirs: Sequence[Token], pair: Pair, rarity: Rarity) -> float:
    """What the agreement of one pair of words is worth.

    Words that agree are worth their rarity. Of two that nearly agree, one is a slip of the other: how likely
    that slip is against how often the rarer of the two is met by chance. So a slip that makes a word nobody
    has counts for much, and two frequent surnames one letter apart count for nothing.
    """
    joined = len(pair.ours) + len(pair.theirs) > 2
    one = theirs[pair.theirs[0]] if len(pair.theirs) == 1 else ours[pair.ours[0]]
    share = _ROLE_SHARE[one.role]
    value, rule = pair.likeness.value, pair.likeness.rule
    if share == 0.0:
        return _PARTICLE_BITS
    if rule is Rule.INITIAL:
        return _INITIAL_BITS
    if joined or rule in {Rule.SAME, Rule.SPELLED, Rule.BEGINNING}:
        return share * rarity.bits(one) - _LOSS[rule]
    if rule in _LOSS:
        return share * rarity.kin_bits(one) - _LOSS[rule]
    rarer = max(rarity.bits(ours[pair.ours[0]]), rarity.bits(one))
    least, slope = (2.0, 28.0) if rule is Rule.VOWELS else (4.0, 36.0)
    return share * rarer - least - (1 - value) * slope


_PARTICLE_BITS: Final = 0.5
_INITIAL_BITS: Final = 2.5
_LOSS: Final = {
    Rule.SAME: 0.0,
    Rule.SPELLED: 0.3,
    Rule.FAMILY_FORM: 0.5,
    Rule.VARIANT: 0.7,
    Rule.JOINED: 1.0,
    Rule.BEGINNING: 1.5,
    Rule.SHORT_FORM: 3.0,
}


def _names(tokens: Sequence[Token], places: Sequence[int]) -> int:
    return sum(tokens[at].role is Role.NAME for at in places)


def _agree(one: str, other: str) -> bool | None:
    return one == other if one and other and "X" not in (one, other) else None


def _worth(agree: bool | None, agrees: float, differs: float) -> float:  # noqa: FBT001 — a third state
    return 0.0 if agree is None else agrees if agree else -differs
