"""Which letters of two spellings are held equal: `Ђ = DJ`, `Ć = C`, so that an officer can see the rule at work.

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
    found = dict.fromkeys((*_rules(one, other), *_rules(other, one), *_digraphs(one, other)))
    return tuple(found)[:SHOWN_MAX]


def _plain(text: str) -> str:
    return unicodedata.normalize("NFC", text).upper()


def _rules(one: str, other: str) -> Iterator[str]:
    """How each marked or foreign letter of one name stands in the other."""
    spelled = latin(other)
    for letter in dict.fromkeys(one):
        if letter.isascii() or letter in other or not letter.isalpha():
            continue
        sound = latin(letter)
        twins = [each for each in dict.fromkeys(other) if not each.isascii() and latin(each) == sound]
        if twins:
            yield f"{letter} = {twins[0]}"
        elif sound in _SHORT:
            # Written in full where the other name has the digraph in plain letters, else by its first letter.
            yield f"{letter} = {sound.upper() if sound.upper() in other else _SHORT[sound].upper()}"
        elif sound and sound in spelled and sound.upper() != unicodedata.normalize("NFD", letter)[0]:
            yield f"{letter} = {sound.upper()}"
        elif sound and not unicodedata.name(letter).startswith("LATIN"):
            continue
        elif sound in spelled:
            yield f"{letter} = {sound.upper()}"


def _digraphs(one: str, other: str) -> Iterator[str]:
    """Digraphs of plain letters that the other name writes with one."""
    for long, short in _SHORT.items():
        for with_it, without in ((one, other), (other, one)):
            if long.upper() in with_it and without.isascii() and long.upper() not in without:
                if short.upper() in without:
                    yield f"{long.upper()} = {short.upper()}"
