"""Blocking keys: what a person is filed under, and what is asked for.

Job: make the few integers by which an index finds candidates. Whatever `evidence` may match shares one.
Invariants: keys are 40-bit hashes; a key is only a reason to look; at most `WORDS_MAX` words of a name are
filed, so that no name floods an index. Must not know: storage, scores.

    FULL   (birth date, two words)      the exact person, however common the name
    DAY    (birth date)                 both words damaged
    YEAR   (word, birth year)           a word and the rest of the date damaged, or only a year known
    MONTH  (word, month and day)        the year wrong; swapped dates are asked for by their swapped form
    PAIR   (word, word)                 the date wrong or unknown
    WORD   (word)                       filed only for those whose birth nobody knows

Where a key lies: its first 16 bits are of the date in FULL and DAY, and of a word in the others (in PAIR of
the one likely to be rarer). So the keys of a person lie on few pages of an index, and a look-up reads few.

A word is its group of near names (`near_names`) or else its skeleton (`spelling`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from hashlib import blake2b
from itertools import combinations
from typing import Final

from shared.matching.birth import date_of
from shared.matching.person import name_words
from shared.matching.script import latin_words
from shared.matching.tokens import TOKENS_MAX, Token, is_ordinary, read_name, word_token
from shared.partial_date import PartialDate

WORDS_MAX: Final = 5  # ten pairs; a sixth word finds nobody the others miss
_HOME_BITS: Final = 16
_REST_BITS: Final = 24
KEY_BITS: Final = (
    _HOME_BITS + _REST_BITS
)  # with 24 bits of an entry's number a pair fits 64 bits; five million keys seldom meet

FULL, PAIR, DAY, YEAR, MONTH, WORD = "FPDYMW"


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
    return [_number(word_of(token)) for token in name_words(read_name(text))]


def ordinary_number(word: str) -> int:
    """The number of a word of `script.latin`; 0 for a word whose part in a name only the whole name tells."""
    return _number(word_of(word_token.__wrapped__(word))) if is_ordinary(word) else 0


@lru_cache(maxsize=1 << 10)
def _number(filed: str) -> int:
    return int.from_bytes(blake2b(filed.encode(), digest_size=8).digest(), "big") >> 2 or 1


def stored_keys(tokens: tuple[Token, ...], birth: int | None) -> set[int]:
    """What one name of a listed person is filed under."""
    words = sorted({word_of(token) for token in name_words(tokens)[:WORDS_MAX]})
    return {_key(home, text) for _, home, text in _texts(words, date_of(birth), asked=False)}


def asked_keys(tokens: tuple[Token, ...], birth: int | None) -> list[tuple[str, int]]:
    """(sort, key) of everything to ask for about one name, the most selective sort first."""
    found: dict[int, str] = {}
    born = date_of(birth)
    words = name_words(tokens)[:WORDS_MAX]
    plain = sorted({word_of(token) for token in words})
    for sort, home, text in _texts(plain, born, asked=True):
        found.setdefault(_key(home, text), sort)
    for at, token in enumerate(words):
        for other in _other_words(token):
            changed = sorted({other, *(word_of(each) for place, each in enumerate(words) if place != at)})
            for sort, home, text in _texts(changed, born, asked=True):
                found.setdefault(_key(home, text), sort)
    order = {sort: place for place, sort in enumerate((FULL, DAY, PAIR, YEAR, MONTH, WORD))}
    return sorted(((sort, key) for key, sort in found.items()), key=lambda each: order[each[0]])


def _texts(words: list[str], born: PartialDate | None, *, asked: bool) -> Iterator[tuple[str, str, str]]:
    """(sort, where it lies, what it is) of each key."""
    pairs = list(combinations(words, 2)) if len(words) > 1 else [(word, "") for word in words]
    for one, other in pairs:
        yield PAIR, max(one, other, key=_likely_rare), f"P{one}|{other}"
    if born is None or asked:
        for word in words:
            yield WORD, word, f"W{word}"
    if born is None or born.year is None:
        return
    for word in words:
        yield YEAR, word, f"Y{word}|{born.year}"
    if born.month is None or born.day is None:
        return
    for month, day in _days(born, asked=asked):
        for word in words:
            yield MONTH, word, f"M{word}|{month}-{day}"
        date = f"{born.year}-{month}-{day}"
        yield DAY, date, f"D{date}"
    if words:
        date = f"{born.year}-{born.month}-{born.day}"
        yield FULL, date, f"F{date}|{words[0]}|{words[-1]}"


def _likely_rare(word: str) -> tuple[bool, int]:
    """Groups are of given names, which many have; long words are rare."""
    return not word.startswith("#"), len(word)


def _days(born: PartialDate, *, asked: bool) -> Iterable[tuple[int, int]]:
    days = [(born.month or 0, born.day or 0)]
    if asked and (born.day or 0) <= 12 and born.day != born.month:
        days.append((born.day or 0, born.month or 0))
    return days


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


def _key(home: str, text: str) -> int:
    rest = int.from_bytes(blake2b(text.encode(), digest_size=_REST_BITS // 8).digest(), "big")
    return _home(home) << _REST_BITS | rest


@lru_cache(maxsize=1 << 11)
def _home(home: str) -> int:
    return int.from_bytes(blake2b(home.encode(), digest_size=_HOME_BITS // 8).digest(), "big")
