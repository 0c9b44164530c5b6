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
_RUSSIAN_OFF: Final = re.compile(r"(?<=[oe])ff?$")
_SOFT_START: Final = re.compile(r"^[ij]e(?=.)")
_HARD_START: Final = re.compile(r"^i(?=[aou])")
_BREATHED_END: Final = re.compile(r"(?<=.{3})[ae]h$")
_SOFT_END: Final = re.compile(r"(?<=[bcdfghklmnprstvz])(?:ii|iei|ei|i)$")
_VOWELS: Final = re.compile(r"[aeiou]+")
_KEYED: Final = str.maketrans("gtpz", "hdbs")


@lru_cache(maxsize=1 << 11)
def sound(word: str) -> str:
    """The form under which spellings of one word are equal; a–z."""
    spelled = _DOUBLED.sub(r"\1", _RUN.sub(lambda run: _DIGRAPHS[run[0]], word))
    if len(spelled) > 3:
        spelled = _RUSSIAN_OFF.sub("v", spelled)
        spelled = _HARD_START.sub("j", _SOFT_START.sub("e", spelled))
        spelled = _BREATHED_END.sub("a", spelled)
        spelled = _SOFT_END.sub("i", spelled)
    return spelled


@lru_cache(maxsize=1 << 11)
def skeleton(word: str) -> str:
    """The consonants of a word; a leading vowel counts as one sign, so that nothing is empty but ""."""
    spelled = sound(word).translate(_KEYED)
    if not spelled:
        return ""
    bare = _VOWELS.sub("", spelled)
    return _DOUBLED.sub(r"\1", f"a{bare}" if spelled[0] in "aeiou" else bare)
