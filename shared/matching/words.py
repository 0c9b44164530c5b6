"""Words in names that carry little: titles, particles, endings.

Job: tell them apart from the words that name a person. Invariants: data only; each list holds `script.latin`
spellings. A word of these lists still counts when nothing else is there: some are called Bin or Sheikh.
Must not know: scores. Source: hand-made from public naming customs of the languages named beside each row.
"""

from __future__ import annotations

import re
from typing import Final


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


TITLES: Final = _words("""
mr mrs ms miss mx sir dame lord lady madam dr prof professor doctor phd mba esq hon honourable honorable
rev senor senora monsieur mme mlle herr frau dipl engineer msc bsc general colonel major captain capt
lieutenant lt sergeant sgt admiral brigadier commander cdr marshal president minister senator deputy
judge ambassador prince princess king queen sheikh shaykh shaikh sheik cheikh sayyid sayyed seyed seyyed
syed haji hajji hadji hadzi alhaj hajj alhaji mullah mulla molla mawlawi maulvi maulavi mawlana maulana
moulana ayatollah hojatoleslam imam ustad ustaz qari doktor bey efendi pasha hoca khwaja gospodin
gospoda gospodja gdin gdja gda inz akad mons
""")
# Rows: English and Romance forms of address, academic and military ranks;
# Arabic, Persian, Pashto, Urdu and Turkish; South Slavic and Russian

PARTICLES: Final = _words("""
al el ul il as ash az ar an ad at ed ud ur us uz es er ibn bin bn ben bint binti bar bat ould ouled wald
wuld walad aal de la le les du des da do dos das del della dello delle di dal dalla lo las los y e i et
d l van von vom vander der den dem ter ten te zu zum zur af av o wa va ap ab ve
""")
# Arabic article with its assimilations, and words of descent; Romance; Germanic and
# Nordic; Persian, Indonesian, Welsh, Turkish

SUFFIXES: Final = _words("jr sr junior senior ii iii iv filho neto")

ALIAS_MARKS: Final = _words("aka alias fka nee dite dit rod rodj geb")

_RUSSIAN_PATRONYMIC: Final = re.compile(
    r"(?:vich|vych|vitch|witsch|[oei][vw]na|ichna|ogly|oglu|kyzy|qizi|kizi)$"
)
_FEMININE: Final = (
    (re.compile(r"(ov|ev)a$"), r"\1"),
    (re.compile(r"(sk|ck|tsk|zk)(?:aya|aja|aia|a|oy|oj)$"), r"\1i"),
    (re.compile(r"(sk|ck|tsk|zk)(?:iy|ij|yi|yy|y|ii|i|ij)$"), r"\1i"),
    (re.compile(r"ovaite$|aite$|iene$|yte$|ute$"), "as"),
)


def is_patronymic(word: str) -> bool:
    """Whether a word has the ending of an East Slavic or Turkic patronymic (they are left out at will)."""
    return len(word) > 6 and _RUSSIAN_PATRONYMIC.search(word) is not None


def family_form(word: str) -> str:
    """A surname without the ending that only tells the bearer's sex: Ivanova is Ivanov."""
    if len(word) > 4:
        for ending, plain in _FEMININE:
            changed, count = ending.subn(plain, word)
            if count:
                return changed
    return word
