"""How alike two words of names are, and by what rule.

Job: one number and one rule for a pair of words. Invariants: symmetric; 1 exactly where the words are equal;
pure and cached, because a name's words are compared with thousands.
Must not know: whole names, how rare a word is.

The distance is a weighted one (Damerau–Levenshtein over `spelling.sound`): a vowel that romanisations vary
costs a fifth of a consonant; a neighbour swapped costs one; letters readers confuse cost little.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Final

from rapidfuzz.distance import OSA, DamerauLevenshtein

from shared.matching.tokens import Role, Token, as_family


class Rule(StrEnum):
    """Why two words are held alike. The values are stable; pages have words for them."""

    SAME = "same"
    SPELLED = "spelled"  # Đ = DJ = Ђ, C = CH …: equal as they sound
    VARIANT = "variant"  # one name romanised twice: Muhamed, Mohammad
    SHORT_FORM = "short_form"  # Bill, William
    FAMILY_FORM = "family_form"  # Ivanov, Ivanova
    VOWELS = "vowels"  # consonants agree
    TYPO = "typo"
    INITIAL = "initial"
    BEGINNING = "beginning"  # a cut word and the whole
    JOINED = "joined"  # two words written as one
    LOOK_ALIKE = "look_alike"  # a scanner's confusion: 0 and O
    DIFFERENT = "different"


@dataclass(frozen=True, slots=True)
class Likeness:
    """0 (nothing alike) to 1 (equal), and the rule that says so."""

    value: float
    rule: Rule


_DIFFERENT: Final = Likeness(0.0, Rule.DIFFERENT)
_SAME: Final = Likeness(1.0, Rule.SAME)
_ENOUGH: Final = 0.55  # below this two words have nothing to do with one another
_VOWELS: Final = frozenset("aeiou")
_KIN_PAIRS: Final = """
ae=.2 ei=.25 ou=.2 ai=.9 ao=.7 eo=.7 au=.6 iu=.6 eu=.7 io=.9 gh=.2 dt=.3 bp=.4 sz=.35 ck=.35 cs=.4 cz=.5
kh=.4 ch=.4 gk=.5 vf=.4 vb=.5 di=.4 dg=.5 zd=.5 mn=.7 cd=.5 ih=.6 vu=.3 vo=.4 ij=.6 dj=.4 gj=.5
"""
_KIN: Final = {
    frozenset(pair): float(cost) for pair, cost in (each.split("=") for each in _KIN_PAIRS.split())
}
_WEAK: Final = {**dict.fromkeys("aeiou", 0.4), "h": 0.35}


@lru_cache(maxsize=1 << 12)
def likeness(one: Token, other: Token) -> Likeness:
    """How alike two words are."""
    if one.plain == other.plain:
        return _SAME
    if one.role is Role.INITIAL or other.role is Role.INITIAL:
        return _initial(one, other)
    if one.sounds == other.sounds:
        return Likeness(0.97, Rule.SPELLED)
    best = max((_family(one, other), _group(one, other), _distance(one, other), _cut(one, other)), key=_value)
    return best if best.value >= _ENOUGH else _DIFFERENT


def _value(found: Likeness) -> float:
    return found.value


def _initial(one: Token, other: Token) -> Likeness:
    if one.plain[0] == other.plain[0] or one.sounds[:1] == other.sounds[:1]:
        return Likeness(0.8, Rule.INITIAL)
    return _DIFFERENT


def _family(one: Token, other: Token) -> Likeness:
    if as_family(one).sounds == as_family(other).sounds:
        return Likeness(0.94, Rule.FAMILY_FORM)
    return _DIFFERENT


def _group(one: Token, other: Token) -> Likeness:
    near = OSA.normalized_similarity(one.sounds, other.sounds)
    if one.group and one.group == other.group:
        return Likeness(0.89 + 0.07 * near, Rule.VARIANT)
    if one.short & other.short:
        return Likeness(0.78 + 0.1 * near, Rule.SHORT_FORM)
    return _DIFFERENT


def _cut(one: Token, other: Token) -> Likeness:
    """A word that a full field may have cut, against the whole."""
    for short, whole in ((one, other), (other, one)):
        if short.cut and whole.plain.startswith(short.plain) and len(short.plain) >= 2:
            return Likeness(0.95 if len(short.plain) > 3 else 0.85, Rule.BEGINNING)
        if short.cut and len(short.sounds) >= 3 and whole.sounds.startswith(short.sounds[:-1]):
            return Likeness(0.9 if len(short.plain) > 3 else 0.8, Rule.BEGINNING)
    return _DIFFERENT


def _distance(one: Token, other: Token) -> Likeness:
    if one.bare != other.bare:
        return _bare(one, other)
    a, b = one.sounds, other.sounds
    size = max(len(a), len(b))
    # A quick look in C first: most pairs of words have nothing in common.
    if OSA.distance(a, b, score_cutoff=size // 2 + 1) > size // 2 + 1:
        return _DIFFERENT
    steps = weighted_distance(a, b)
    value = 1.0 - 1.45 * steps / (0.5 * (len(a) + len(b)) + 1.0)
    if value < _ENOUGH:
        return _DIFFERENT
    if a[:-1] == b or b[:-1] == a or (a[:-1] == b[:-1] and size < 7 and _is_gendered(a[-1], b[-1])):
        value = min(value, 0.72)  # Jovan and Jovana, Peter and Petra: another person more often than a slip
    consonants = one.bones == other.bones
    return Likeness(min(value, 0.95), Rule.VOWELS if consonants else Rule.TYPO)


def _is_gendered(one: str, other: str) -> bool:
    return {one, other} <= _VOWELS and {one, other} != {"e", "i"}


def _bare(one: Token, other: Token) -> Likeness:
    """A word without its vowels against one with them: the consonants alone decide."""
    a, b = _consonants(one), _consonants(other)
    if not a or not b:
        return _DIFFERENT
    if a == b:
        return Likeness(0.93 if len(a) > 2 else 0.8, Rule.VOWELS)
    near = DamerauLevenshtein.normalized_similarity(a, b)
    return Likeness(1 - 1.3 * (1 - near), Rule.VOWELS)


def _consonants(token: Token) -> str:
    """Consonants without the letters that such scripts use for long vowels."""
    bones = token.bones.removeprefix("a")
    return bones[:1] + bones[1:].replace("v", "").replace("h", "") if bones else ""


@lru_cache(maxsize=1 << 12)
def weighted_distance(a: str, b: str) -> float:
    """The cheapest way from one word to the other, as the module's docstring weighs it.

    Written out, without a call for each letter: a look-up spends more time here than anywhere else.
    """
    if len(a) > len(b):
        a, b = b, a
    drops = _drops(a)
    previous2: list[float] = []
    previous = [0.0]
    for letter in a:
        previous.append(previous[-1] + _WEAK.get(letter, 1.0))
    for row, (theirs, drop) in enumerate(zip(b, _drops(b), strict=True)):
        last = previous[0] + drop
        current = [last]
        for column, ours in enumerate(a):
            best = previous[column]
            if ours != theirs:
                best += _SWAPS.get(ours + theirs, 1.0)
                if row and column and theirs == a[column - 1] and b[row - 1] == ours:
                    best = min(best, previous2[column - 1] + 0.8)
            if previous[column + 1] + drop < best:
                best = previous[column + 1] + drop
            if last + drops[column] < best:
                best = last + drops[column]
            current.append(best)
            last = best
        previous2, previous = previous, current
    return previous[-1]


@lru_cache(maxsize=1 << 12)
def _drops(word: str) -> tuple[float, ...]:
    """What each letter costs to leave out: a vowel inside little, the first letter and the last more."""
    costs = [_WEAK.get(letter, 1.0) for letter in word]
    for end in {0, len(word) - 1} if word else ():
        costs[end] = max(costs[end], 0.7)
    return tuple(costs)


_SWAPS: Final = {one + other: 0.8 for one in _VOWELS for other in _VOWELS} | {
    one + other: cost for pair, cost in _KIN.items() for one, other in (sorted(pair), sorted(pair)[::-1])
}
"""What one letter costs to be read as another; whatever is not here costs one."""
