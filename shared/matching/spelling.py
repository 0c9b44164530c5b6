"""One word of a name, spelled many ways: the forms under which spellings meet.

Job: `sound` makes spellings of one word equal whatever tradition spelled it; `skeleton` keeps only the
consonants, which survive romanisation when vowels do not. "Generate one, match all": whatever a document
printed, the other spellings of its table fold to the same form here.
Invariants: both are total over a–z words, and bounded by the word's length.
Must not know: whole names, scores.

What is held equal, and why
* {D DJ DZ GJ XH} {C CH CZ TS TSCH} {S SH SZ SCH} {Z ZH}: South Slavic and Macedonian letters as zones print
  them with and without their marks (ICAO Doc 9303 part 3, section 6), Albanian, Polish, German and English
  spellings of the same sounds.
* {K Q CK} {F PH -OFF} {V W} {H KH} {T TH} {KS X} {I J Y} {A AH EH}: romanisations of Arabic, Persian,
  Cyrillic.
* {A AA AE} {O OE} {U UE OU OO} {I EE}: Å Ä Ö Ü as zones print them, and French or English vowels.
`skeleton` holds {G H}, {D T}, {B P}, {S Z} equal too: Г as G or H, and the hard ends of Turkish.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

_DIGRAPHS: Final = {
    **dict.fromkeys(("shch", "sch", "sh", "sz"), "s"),
    **dict.fromkeys(("tsch", "tch", "ch", "cz", "ts", "tz", "tsh"), "c"),
    **dict.fromkeys(("dzh", "dsch", "dz", "dj", "gj", "xh"), "d"),
    "zh": "z",
    "kh": "h",
    "gh": "g",
    "kj": "c",
    "ph": "f",
    "th": "t",
    "dh": "d",
    "ck": "k",
    "q": "k",
    "x": "ks",
    "w": "v",
    "y": "i",
    "j": "i",
    **dict.fromkeys(("oo", "ou", "ue"), "u"),
    "ee": "i",
    "oe": "o",
    "ae": "a",
}
_RUN: Final = re.compile("|".join(sorted(_DIGRAPHS, key=len, reverse=True)))
_DOUBLED: Final = re.compile(r"(.)\1+")
_SOFT_END: Final = re.compile(r"(?<=[bcdfghklmnprstvz])i?ei$")
_VOWELS: Final = ("a", "e", "i", "o", "u")
_BONES: Final = str.maketrans("gtpz", "hdbs", "".join(_VOWELS))


@lru_cache(maxsize=1 << 10)  # `tokens.word_token` remembers more
def sound(word: str) -> str:
    """The form under which spellings of one word are equal; a–z."""
    spelled = _undoubled(_RUN.sub(lambda run: _DIGRAPHS[run[0]], word))
    if len(spelled) <= 3:
        return spelled
    if spelled.startswith("ie"):
        spelled = spelled[1:]
    elif spelled.startswith(("ia", "io", "iu")):
        spelled = f"j{spelled[1:]}"
    if spelled.endswith(("of", "ef")):
        return f"{spelled[:-1]}v"
    if spelled.endswith(("ah", "eh")) and len(spelled) > 4:
        return f"{spelled[:-2]}a"
    return _SOFT_END.sub("i", spelled) if spelled.endswith("ei") else spelled


@lru_cache(maxsize=1 << 10)  # `tokens.word_token` remembers more
def skeleton(word: str) -> str:
    """The consonants of a word; a leading vowel counts as one sign, so that nothing is empty but ""."""
    spelled = sound(word)
    bones = _undoubled(spelled.translate(_BONES))
    return f"a{bones}" if spelled.startswith(_VOWELS) else bones


def _undoubled(word: str) -> str:
    """A letter for each run of one letter."""
    return _DOUBLED.sub(r"\1", word) if _DOUBLED.search(word) else word  # to look costs a third
