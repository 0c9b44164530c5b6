"""A name as the words that are compared.

Job: `read_name` turns a typed, printed or scanned name into tokens with the forms each is compared by.
Invariants: total; at most `TOKENS_MAX` tokens, the weightiest; the order of the name is kept; a name of
particles alone keeps them as ordinary words. Must not know: other names, lists, dates.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace
from enum import IntEnum
from functools import lru_cache
from typing import Final

from shared.matching.near_names import group_of, short_groups
from shared.matching.script import is_beyond_alphabets, latin_words
from shared.matching.spelling import skeleton, sound
from shared.matching.words import ALIAS_MARKS, PARTICLES, SUFFIXES, TITLES, family_form, is_patronymic

TOKENS_MAX: Final = 12  # Arabic and Iberian names reach ten words; more is noise or an attack
WORD_MAX_CHARS: Final = 40  # no word of a name is longer; the rest of one adds nothing


class Role(IntEnum):
    """What a word does in a name: it decides how much agreeing on it says, and missing it."""

    NAME = 0
    PATRONYMIC = 1
    INITIAL = 2
    PARTICLE = 3  # articles, words of descent, titles, "junior"


@dataclass(
    frozen=True, slots=True, kw_only=True, eq=False
)  # equal words are one object while they are cached
class Token:
    """One word. `plain`: in a–z. `sounds`, `bones`: as in `spelling`. `group`, `short`: as in `near_names`.

    `bare`: from a script that leaves its vowels out. `cut`: perhaps only the beginning of the word.
    """

    plain: str
    sounds: str
    bones: str
    role: Role
    group: int = 0
    short: frozenset[int] = frozenset()
    bare: bool = False
    cut: bool = False


_ONLY_INSIDE: Final = PARTICLES - TITLES - SUFFIXES
# Scripts that leave vowels out, and those of India, whose inherent vowel no letter shows.
_ABJADS: Final = (
    *("ARABIC ", "HEBREW ", "SYRIAC ", "THAANA "),
    *(
        "DEVANAGARI ",
        "BENGALI ",
        "GURMUKHI ",
        "GUJARATI ",
        "TAMIL ",
        "TELUGU ",
        "KANNADA ",
        "MALAYALAM ",
        "SINHALA ",
    ),
)
_SERVANT: Final = re.compile(
    r"^(?:abd|abdu|abdul|abdal|abdel|abdol|abdoul|abdool|abdur|abdus|abdun|abduz|abdush|abdol|abed|abdil|abdulla)$"
)
_OF_SERVANT: Final = re.compile(r"^[aeiou]{0,2}(?:l(?=[a-z]{3})|(?=([b-z])\1)|(?=[b-z]))")


def read_name(text: str, *, cut: bool = False) -> tuple[Token, ...]:
    """The tokens of a name in any script. `cut`: a full field may have cut its last word (MRZ)."""
    bare = is_beyond_alphabets(text) and _is_abjad(text)
    words = latin_words(text)
    letters = "".join(words)
    if not letters.isalpha() or (len(letters) > WORD_MAX_CHARS and max(map(len, words)) > WORD_MAX_CHARS):
        words = [_read_right(word[:WORD_MAX_CHARS]) for word in words]
        letters = "".join(words)
    if "ab" in letters:
        words = _joined_servants(words)
    return _roled(words, bare=bare, cut=cut)


def _roled(words: list[str], *, bare: bool, cut: bool) -> tuple[Token, ...]:
    if len(words) > 1 and not ALIAS_MARKS.isdisjoint(words):
        words = [word for word in words if word not in ALIAS_MARKS]
    if not words:
        return ()
    if bare or len(words) > 2:
        tokens = _tokens_of_long(words, bare=bare)
    else:
        tokens = [
            word_token(word) for word in words
        ]  # nearly all names: what is remembered is found quickest
    if tokens[0].role is Role.PARTICLE and all(token.role is Role.PARTICLE for token in tokens):
        tokens = [replace(token, role=Role.NAME) for token in tokens]
    elif tokens[-1].plain in _ONLY_INSIDE and len(tokens[-1].plain) > 1:
        tokens[-1] = replace(tokens[-1], role=Role.NAME)  # Kim Jong Il: nothing follows this "article"
    if cut:
        tokens[-1] = replace(tokens[-1], cut=True)
    if len(tokens) > TOKENS_MAX:
        kept = sorted(range(len(tokens)), key=lambda at: (tokens[at].role, at))[:TOKENS_MAX]
        tokens = [tokens[at] for at in sorted(kept)]
    return tuple(tokens)


def _tokens_of_long(words: list[str], *, bare: bool) -> list[Token]:
    """Of bare words, or of three and more, one of which may be a patronymic."""
    naming = sum(len(word) > 1 and word not in PARTICLES and word not in TITLES for word in words)
    return [
        word_token(word, bare=bare, patronymic=patronymic) if bare or patronymic else word_token(word)
        for word, patronymic in ((word, naming > 2 and is_patronymic(word)) for word in words)
    ]


def is_ordinary(word: str) -> bool:
    """Whether a word of `script.latin` is a name by itself, whatever stands beside it."""
    return (
        1 < len(word) <= WORD_MAX_CHARS
        and word.isalpha()
        and not word.startswith(("abd", "abed"))  # `_joined_servants`
        and word not in PARTICLES
        and word not in TITLES
        and word not in SUFFIXES
        and word not in ALIAS_MARKS
    )


@lru_cache(maxsize=1 << 12)
def word_token(word: str, *, bare: bool = False, patronymic: bool = False) -> Token:
    """One word, as `script.latin` spells it. `patronymic`: one, should it be neither title nor particle."""
    role = Role.NAME
    if word in PARTICLES or word in TITLES or word in SUFFIXES or word.isdigit():
        role = Role.PARTICLE
    elif len(word) == 1:
        role = Role.INITIAL
    elif patronymic:
        role = Role.PATRONYMIC
    sounded = sound(word)
    return Token(
        plain=word,
        sounds=sounded,
        bones=skeleton(word),
        role=role,
        group=group_of(sounded),
        short=short_groups(sounded),
        bare=bare,
    )


@lru_cache(maxsize=1 << 10)
def joined(first: Token, second: Token) -> Token:
    """Two words written as one."""
    word = first.plain + second.plain
    made = word_token(word, bare=first.bare or second.bare)
    return replace(made, role=Role.NAME, cut=second.cut)


@lru_cache(maxsize=1 << 10)
def as_family(token: Token) -> Token:
    """The word without the ending that only tells its bearer's sex."""
    plain = family_form(token.plain)
    return token if plain == token.plain else replace(word_token(plain, bare=token.bare), role=token.role)


_DIGIT_READ: Final = str.maketrans("01258", "oizsb")


def _read_right(word: str) -> str:
    """A word with the digits a scanner put in place of letters (the pairs of `mrz.repair`)."""
    return word if word.isalpha() or not any(map(str.isalpha, word)) else word.translate(_DIGIT_READ)


def _joined_servants(words: list[str]) -> list[str]:
    """`Abd al-Rahman`, `Abdul Rahman` and `Abdurrahman` as one word, article left out: `abdrahman`."""
    found: list[str] = []
    at = 0
    while at < len(words):
        word = words[at]
        if _SERVANT.match(word) and at + 1 < len(words):
            skip = at + 1
            while skip < len(words) - 1 and words[skip] in PARTICLES:
                skip += 1
            found.append(
                "abd" + _OF_SERVANT.sub("", words[skip]) if words[skip][0] == "u" else "abd" + words[skip]
            )
            at = skip + 1
            continue
        if word.startswith("abd") and len(word) > 6:
            found.append("abd" + _OF_SERVANT.sub("", word[3:]))
        else:
            found.append(word)
        at += 1
    return found


def _is_abjad(text: str) -> bool:
    return any(
        not character.isascii() and unicodedata.name(character, "").startswith(_ABJADS)
        for character in text[:300]
    )


def stored_text(tokens: tuple[Token, ...]) -> str:
    """A name as an index keeps it; `stored_name` reads it back."""
    mark = "~" if tokens and tokens[0].bare else ""  # a script is a whole name's
    end = "*" if tokens and tokens[-1].cut else ""
    return mark + " ".join([token.plain for token in tokens]) + end


@lru_cache(maxsize=1 << 11)
def stored_name(text: str) -> tuple[Token, ...]:
    """The tokens that `stored_text` kept."""
    bare, cut = text.startswith("~"), text.endswith("*")
    return _roled(text.removeprefix("~").removesuffix("*").split(), bare=bare, cut=cut)
