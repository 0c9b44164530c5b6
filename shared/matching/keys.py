"""Blocking keys: what a person is filed under, and what is asked for.

Job: make the few integers by which an index finds candidates. Whatever `evidence` may match shares one.
Invariants: keys are 40-bit numbers; a key is only a reason to look; at most `WORDS_MAX` words of a name are
filed, so that no name floods an index. Must not know: storage, scores.

    FULL   (birth date, two words)      the exact person, however common the name
    DAY    (birth date)                 both words damaged
    YEAR   (word, birth year)           a word and the rest of the date damaged, or only a year asked for
    VAGUE  (word, birth year)           filed only for those of whom nobody knows more: they are few, and
                                        would be lost among everybody of that year
    MONTH  (word, month and day)        the year wrong; swapped dates are asked for by their swapped form
    PAIR   (word, word)                 the date wrong or unknown
    WORD   (word)                       filed only for those whose birth nobody knows

Where a key lies: its first 16 bits are of the date in FULL and DAY, and of a word in the others (in PAIR of
the one likely to be rarer). So the keys of a person lie on few pages of an index, and a look-up reads few.

A word is its group of near names (`near_names`) or else its skeleton (`spelling`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import lru_cache
from itertools import combinations
from typing import Final

from shared.matching.birth import parts_of
from shared.matching.person import name_words
from shared.matching.script import latin_words
from shared.matching.tokens import TOKENS_MAX, Token, is_ordinary, read_name, word_token
from shared.partial_date import Parts
from shared.text_number import number_of

WORDS_MAX: Final = 5  # ten pairs; a sixth word finds nobody the others miss
_HOME_BITS: Final = 16
_REST_BITS: Final = 24
KEY_BITS: Final = (
    _HOME_BITS + _REST_BITS
)  # with 24 bits of an entry's number a pair fits 64 bits; five million keys seldom meet

FILED_BITS: Final = 62
FULL, PAIR, DAY, YEAR, VAGUE, MONTH, WORD = "FPDYVMW"


def word_of(token: Token) -> str:
    """What a word is filed under."""
    return f"#{token.group}" if token.group else token.bones


def words_filed(text: str, number_of: Callable[[str], int]) -> list[int]:
    """A number of 62 bits for each word that names, in any script; equal for words that are filed alike.

    Its cost decides how many checks a hub can file a second, so a name of ordinary words is not read whole.
    `number_of` is `ordinary_number`, or one that remembers: names repeat.
    """
    words = latin_words(text)
    numbers = [number_of(word) for word in words]
    if all(numbers) and len(words) <= TOKENS_MAX:
        return numbers
    return [filed_number(word_of(token)) for token in name_words(read_name(text))]


def ordinary_number(word: str) -> int:
    """The number of a word of `script.latin`; 0 for a word whose part in a name only the whole name tells."""
    return filed_number(word_of(word_token.__wrapped__(word))) if is_ordinary(word) else 0


@lru_cache(maxsize=1 << 10)
def filed_number(word: str) -> int:
    """A number of 62 bits for what a word is filed under (`word_of`); never 0."""
    return number_of(word, FILED_BITS) or 1


def stored_keys(tokens: tuple[Token, ...], birth: int | None) -> set[int]:
    """What one name of a listed person is filed under."""
    words = sorted({_ranked_token(token) for token in name_words(tokens)[:WORDS_MAX]})
    return {key for _, key in _keys(words, parts_of(birth), asked=False)}


def asked_keys(tokens: tuple[Token, ...], birth: int | None) -> list[tuple[str, int]]:
    """(sort, key) of everything to ask for about one name, the most selective sort first."""
    found: dict[int, str] = {}
    born = parts_of(birth)
    words = name_words(tokens)[:WORDS_MAX]
    filed = [_ranked_token(token) for token in words]
    for sort, key in _keys(sorted({*filed}), born, asked=True):
        found.setdefault(key, sort)
    for at, token in enumerate(words):
        for other in _other_words(token):
            changed = sorted({_ranked(other), *filed[:at], *filed[at + 1 :]})
            for sort, key in _keys(changed, born, asked=True):
                found.setdefault(key, sort)
    order = {sort: place for place, sort in enumerate((FULL, DAY, PAIR, VAGUE, YEAR, MONTH, WORD))}
    return sorted(((sort, key) for key, sort in found.items()), key=lambda each: order[each[0]])


def _keys(words: list[int], born: Parts | None, *, asked: bool) -> list[tuple[str, int]]:
    """(sort, key) of words as `_ranked` numbers them, in ascending order."""
    pairs = combinations(words, 2) if len(words) > 1 else [(0, word) for word in words]
    found = [(PAIR, _key(rarer, word, rarer)) for word, rarer in pairs]
    if born is None or asked:
        found += [(WORD, _key(word, word, _AS_WORD)) for word in words]
    year, month, day = born or (None, None, None)
    if year is None:
        return found
    vague = month is None or day is None
    if vague or asked:
        found += [(VAGUE, _key(word, word, _AS_VAGUE + year)) for word in words]
    if asked or not vague:
        found += [(YEAR, _key(word, word, _AS_YEAR + year)) for word in words]
    if month is None or day is None:
        return found
    days = [(month, day), (day, month)] if asked and day <= 12 and day != month else [(month, day)]
    for a_month, a_day in days:
        found += [(MONTH, _key(word, word, _AS_MONTH + 32 * a_month + a_day)) for word in words]
        date = _date_number(year, a_month, a_day)
        found.append((DAY, _key(date, date, _AS_DAY)))
    if words:
        date = _date_number(year, month, day)
        found.append((FULL, _key(date, words[0] * _MIX + words[-1], date)))
    return found


@lru_cache(maxsize=1 << 12)
def _ranked_token(token: Token) -> int:
    return _ranked(word_of(token))


def _ranked(word: str) -> int:
    """A number for a word, greater for one that is likely to be rare: long, and in no group.

    Groups are of given names, which many have.
    """
    rank = 0 if word.startswith("#") else min(len(word), 31)
    return rank << _WORD_BITS | filed_number(word) & (1 << _WORD_BITS) - 1


_WORD_BITS: Final = 56


def _date_number(year: int, month: int, day: int) -> int:
    return ((year * 12 + month) * 31 + day) * _MIX & _MASK


def _other_words(token: Token) -> Iterator[str]:
    """How else a word may have been filed."""
    if not token.group and len(token.plain) >= 4:
        for spelled in _respelled(token.plain):
            yield word_of(word_token(spelled))


def _respelled(word: str) -> Iterator[str]:
    """J for Dž as Turkish and English write it, hard C for K, CH for SH as in French, Z for Arabic DH."""
    start, rest = word[:1], word[1:]
    if start in "jc" and rest[0] != "h":
        yield f"dz{rest}"
    elif word.startswith(("dz", "dj", "xh", "gj")):
        yield f"j{word[2:].removeprefix('h')}"
    if start in "ck" and rest[0] not in _SOFTENING:
        yield f"{'k' if start == 'c' else 'c'}{rest}"
    for one, other in (("sh", "ch"), ("ch", "sh")):
        if word.startswith(one) or word.endswith(one):
            inner = word.removeprefix(one).removesuffix(one)
            yield f"{other * word.startswith(one)}{inner}{other * word.endswith(one)}"
    if word.startswith("dh"):
        yield f"z{word[2:]}"
    elif start == "z" and rest[0] != "h":
        yield f"dh{rest}"


_SOFTENING: Final = frozenset("eihyjz")  # before these C is no K


def _key(home: int, one: int, other: int) -> int:
    """Where it lies, and two numbers mixed: multiplied, for eight hashes a person took a third of a build."""
    mixed = (one * _MIX + other) * _MIX & _MASK
    return (home >> 32 & 0xFFFF) << _REST_BITS | mixed >> 64 - _REST_BITS


_MIX: Final = 0x9E3779B97F4A7C15  # 2^64 over the golden ratio (Knuth, Art of Computer Programming, 6.4)
_MASK: Final = (1 << 64) - 1
# What tells the sorts of one word's keys apart; a year or a day is added.
_AS_WORD: Final = 1
_AS_YEAR: Final = 1 << 16
_AS_MONTH: Final = 2 << 16
_AS_DAY: Final = 3 << 16
_AS_VAGUE: Final = 4 << 16
