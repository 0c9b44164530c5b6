"""Which letters of two spellings are held equal: `Ђ = DJ`, `Ć = C`, so that an officer sees the rule.

Job: name them for two names that agree. Invariants: at most `SHOWN_MAX` rules; letters as they were written,
in capitals. Must not know: scores.
Source: the same tables as `script` and `spelling`.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from typing import Final

from shared.matching.script import latin

SHOWN_MAX: Final = 4  # more would be read by nobody at a booth
_SHORT: Final = {
    "dj": "d",
    "dz": "d",
    "gj": "d",
    "ch": "c",
    "ts": "c",
    "sh": "s",
    "zh": "z",
    "kh": "h",
    "kj": "c",
}


def letter_rules(ours: str, theirs: str) -> tuple[str, ...]:
    """Rules like `Ђ = DJ`, those of the first name's letters first; empty where both are written alike."""
    one, other = _plain(ours), _plain(theirs)
    found: dict[frozenset[str], str] = {}
    for rule in (*_rules(one, other), *_rules(other, one), *_digraphs(one, other)):
        found.setdefault(frozenset(rule.split(" = ")), rule)
    return tuple(found.values())[:SHOWN_MAX]


def _plain(text: str) -> str:
    return unicodedata.normalize("NFC", text).upper()


def _rules(one: str, other: str) -> Iterator[str]:
    """How each marked or foreign letter of one name stands in the other."""
    for letter in dict.fromkeys(one):
        if letter.isascii() or letter in other or not letter.isalpha():
            continue
        sound = latin(letter)
        twins = [each for each in dict.fromkeys(other) if not each.isascii() and latin(each) == sound]
        if len(sound) == 1 and not unicodedata.name(letter, "").startswith("LATIN"):
            continue  # К is K: everybody sees that
        forms = (*twins, sound.upper(), *(f"{letter_base}E" for letter_base in _umlaut(letter)))
        short = _SHORT.get(sound, sound).upper()
        written = [form for form in (*forms[::-1], short) if form and form in other]
        if written:
            yield f"{letter} = {written[0]}"


def _umlaut(letter: str) -> str:
    """The base of Ä, Ö, Ü, which zones follow with E; "" for any other letter."""
    parts = unicodedata.normalize("NFD", letter)
    return parts[0] if parts[1:] == "\u0308" else ""


def _digraphs(one: str, other: str) -> Iterator[str]:
    """Digraphs of plain letters that the other name writes with one."""
    for long, short in ((long.upper(), short.upper()) for long, short in _SHORT.items()):
        for with_it, without in ((one, other), (other, one)):
            if long in with_it and long not in without and without.isascii() and short in without:
                yield f"{long} = {short}"
