"""Two names alone: how likely they name one person, and why.

Job: a score from 0 to 1 for two names with nothing beside them (no date, no document), and the reasons.
Invariants: symmetric in its score; total for any two texts; 1 only where every word agrees.
Must not know: lists, thresholds of anyone.

How the score is made
    agreement   the weighted mean of the likeness of the words that stand for one another,
                bent so that a word half alike counts against and not for
    coverage    1 − (2·conflict + ⅓·extra) / all: words left over on both sides contradict one another,
                words left over on one side are a middle name, a patronymic, a second surname
    substance   names that agree on one word alone, while either has more, are two namesakes
A word weighs by what it says: particles and titles a tenth, initials and patronymics less than half, very
common words and short ones less than rare ones.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from shared.matching.alignment import Alignment, Pair, align
from shared.matching.likeness import Rule
from shared.matching.prior import commonness
from shared.matching.reasons import Code, Reason
from shared.matching.tokens import Role, Token, read_name

_WEIGHT: Final = {Role.NAME: 1.0, Role.PATRONYMIC: 0.45, Role.INITIAL: 0.35, Role.PARTICLE: 0.06}
_EXTRA_COST: Final = 0.33
_CONFLICT_COST: Final = 2.0
_SURE: Final = 0.9  # words at least so alike are one word in two spellings
_BEND: Final = 3.0  # below that a word turns fast from evidence for into evidence against
_ONE_WORD_MOST: Final = 0.62


@dataclass(frozen=True, slots=True, kw_only=True)
class PairScore:
    """0 to 1, and the reasons, those that speak for it first."""

    score: float
    reasons: tuple[Reason, ...]


def score_names(one: str, other: str) -> PairScore:
    """How likely two names in any scripts and orders name one person."""
    ours, theirs = read_name(one), read_name(other)
    if not ours or not theirs:
        return PairScore(score=0.0, reasons=(Reason(Code.NAME_EMPTY),))
    found = align(ours, theirs)
    return PairScore(
        score=round(_score(ours, theirs, found), 4), reasons=tuple(reasons_of(ours, theirs, found))
    )


def _score(ours: Sequence[Token], theirs: Sequence[Token], found: Alignment) -> float:
    agreed = wanted = 0.0
    worst = 1.0
    substance = 0
    for pair in found.pairs:
        weight = max(_weight_of(ours, pair.ours), _weight_of(theirs, pair.theirs))
        wanted += weight
        agreed += weight * _bent(pair.likeness.value)
        full = _is_substance(ours, pair.ours) or _is_substance(theirs, pair.theirs)
        substance += max(len(pair.ours), len(pair.theirs)) if full else 0
        if full:
            worst = min(worst, pair.likeness.value)
    left = sorted((_left_of(ours, found.ours_left), _left_of(theirs, found.theirs_left)))
    conflict, extra = left[0], left[1] - left[0]
    if not wanted:
        return 0.0
    agreement = max(0.0, agreed / wanted)
    whole = wanted + _CONFLICT_COST * conflict + extra
    coverage = 1 - (_CONFLICT_COST * conflict + _EXTRA_COST * extra) / whole
    score = agreement * coverage * (0.75 + 0.25 * worst)
    if substance < 2 and (_substance(ours) > 1 or _substance(theirs) > 1):
        score *= _ONE_WORD_MOST
    return min(1.0, max(0.0, score))


def _bent(value: float) -> float:
    return value if value >= _SURE else _SURE - (_SURE - value) * _BEND


def _weight_of(tokens: Sequence[Token], places: Iterable[int]) -> float:
    places = list(places)
    if not places:
        return 0.0
    usual = sum(len(token.plain) for token in tokens) / len(tokens)
    return sum(_WEIGHT[tokens[at].role] * _saying(tokens[at], usual) for at in places)


def _left_of(tokens: Sequence[Token], places: Iterable[int]) -> float:
    """What words left over weigh: a common one parts two people as well as a rare one."""
    return sum(_WEIGHT[tokens[at].role] for at in places)


def _saying(token: Token, usual: float) -> float:
    """How much a word says: less the shorter it is than its neighbours, and the commoner."""
    short = min(1.0, 0.4 + 0.6 * len(token.plain) / min(usual, 5.0))
    return short * (1.0 - 0.35 * commonness(token))


def _is_substance(tokens: Sequence[Token], places: Iterable[int]) -> bool:
    return any(tokens[at].role in {Role.NAME, Role.PATRONYMIC} for at in places)


def _substance(tokens: Sequence[Token]) -> int:
    return sum(token.role is Role.NAME for token in tokens)


_CODES: Final = {
    Rule.SAME: Code.WORD_SAME,
    Rule.SPELLED: Code.WORD_SPELLED,
    Rule.VARIANT: Code.WORD_VARIANT,
    Rule.SHORT_FORM: Code.WORD_SHORT_FORM,
    Rule.FAMILY_FORM: Code.WORD_FAMILY_FORM,
    Rule.VOWELS: Code.WORD_VOWELS,
    Rule.TYPO: Code.WORD_NEAR,
    Rule.INITIAL: Code.WORD_INITIAL,
    Rule.BEGINNING: Code.WORD_BEGINNING,
    Rule.JOINED: Code.WORD_JOINED,
    Rule.LOOK_ALIKE: Code.WORD_LOOK_ALIKE,
}


def reasons_of(ours: Sequence[Token], theirs: Sequence[Token], found: Alignment) -> Iterable[Reason]:
    """What agrees, by which rule; then what is left over."""
    for pair in sorted(found.pairs, key=lambda each: each.ours):
        if _is_substance(ours, pair.ours) or pair.likeness.rule is Rule.INITIAL:
            yield Reason(
                _CODES[pair.likeness.rule], ours=_words(ours, pair.ours), theirs=_words(theirs, pair.theirs)
            )
    if _swapped(ours, found.pairs):
        yield Reason(Code.ORDER)
    for tokens, places, code in (
        (ours, found.ours_left, Code.ONLY_OURS),
        (theirs, found.theirs_left, Code.ONLY_THEIRS),
    ):
        left = [at for at in places if tokens[at].role is not Role.PARTICLE]
        if left:
            yield Reason(code, ours=_words(tokens, left))


def _swapped(ours: Sequence[Token], pairs: Iterable[Pair]) -> bool:
    order = sorted((p.ours[0], p.theirs[0]) for p in pairs if ours[p.ours[0]].role is not Role.PARTICLE)
    return any(left[1] > right[1] for left, right in pairwise(order))


def _words(tokens: Sequence[Token], places: Iterable[int]) -> str:
    return " ".join(tokens[at].plain for at in places)
