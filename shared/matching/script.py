"""Any script to Latin letters: what every comparison of names begins with.

Job: `latin` turns a name in whatever script into lower-case a–z words parted by single blanks.
Invariants: total, bounded by `READ_MAX_CHARS`, idempotent; nothing but a–z, 0–9 and blanks leaves here.
The spelling is one of the many that documents print: `spelling` holds the others equal to it.
Must not know: names, languages of persons, scores.

Sources: Unicode (NFKD, character names, general categories); ICAO Doc 9303 part 3, section 6, for the
Cyrillic and Latin letters whose transliteration it recommends; AnyAscii (ISC) for scripts without a
table here: Greek, Georgian, Armenian, Hebrew, Arabic, Devanagari, Thai, Chinese (pinyin), Korean (revised).
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from anyascii import anyascii

READ_MAX_CHARS: Final = (
    300  # the longest name anyone is called by; what is longer is compared by its beginning
)


def _pairs(text: str) -> dict[str, str]:
    return {left: right for left, _, right in (pair.partition("=") for pair in text.split())}


# One neutral spelling for Serbian, Macedonian, Bulgarian, Russian and Ukrainian; digraphs are held equal to
# their one-letter forms by `spelling`, so that this choice costs nothing.
_CYRILLIC: Final = _pairs(
    "а=a б=b в=v г=g д=d ђ=dj ѓ=gj е=e ж=zh з=z ѕ=dz и=i ј=j к=k л=l љ=lj м=m н=n њ=nj о=o п=p р=r с=s т=t "
    "ћ=c ќ=kj у=u ф=f х=h ц=ts ч=ch џ=dz ш=sh щ=shch ъ= ы=y ь= э=e ю=yu я=ya ё=e ѐ=e ѝ=i й=y і=i ї=yi "
    "є=ye ґ=g ў=u ѣ=e ө=o ү=u ң=n қ=k ғ=g ә=a һ=h ұ=u ҳ=h ҷ=j ӣ=i ӯ=u"
)
_LATIN: Final = _pairs(
    "đ=dj ð=d þ=th ä=a å=a æ=a ö=o ø=o œ=o ü=u ß=ss ł=l ħ=h ŧ=t ŋ=n ı=i ĸ=k ə=a ǵ=gj ḱ=kj ñ=n ş=sh ș=sh š=sh "
    "ç=ch č=ch ž=zh ć=c ğ=g ƒ=f ʻ= ʼ= ʿ= ʾ="
)
_ARABIC: Final = _pairs(
    "ا=a آ=a ٱ=a א=a ע= ב=b ة=a ى=a ی=i ي=i "
    "ک=k ك=k چ=ch پ=p گ=g ژ=zh خ=kh غ=gh ش=sh ث=th ذ=dh ع= ء= أ=a إ=i ؤ=w ئ=i ق=q ج=j و=w"
)
_TABLE: Final = _CYRILLIC | _LATIN | _ARABIC
_DROPPED: Final = frozenset("'`´‘’ʼʹʻ\u02bf\u02be\u0640")
_ASCII: Final = {
    code: None if chr(code) in _DROPPED else chr(code).lower() if chr(code).isalnum() else " "
    for code in range(128)
}
"""What the rules for all scripts make of each ASCII character, in one step: most names are ASCII."""

_CAMEL: Final = re.compile(r"(?<=[a-z])(?=[A-Z])")
_SYLLABIC: Final = ("CJK ", "HANGUL ")
_NOT_WORD: Final = re.compile(r"[^a-z0-9]+")


def latin(text: str) -> str:
    """The words of `text` in a–z and digits, lower case; "" where nothing can be read."""
    return " ".join(latin_words(text))


def latin_words(text: str) -> list[str]:
    """The same, word by word."""
    cut = text[:READ_MAX_CHARS]
    if cut.isascii():
        return cut.translate(_ASCII).split()
    composed = unicodedata.normalize("NFC", unicodedata.normalize("NFKC", cut).casefold())
    return _NOT_WORD.sub(" ", composed.translate(_LETTERS)).split()


class _Letters(dict[int, str]):
    """How each letter met so far is read: names are read by the million, in a few alphabets."""

    def __missing__(self, code: int) -> str:
        read = _letter(chr(code))
        if len(self) < _LETTERS_MAX:
            self[code] = read
        return read


_LETTERS_MAX: Final = 4_096  # every alphabet of the region, and no memory for whoever sends all of Unicode
_LETTERS: Final = _Letters()


def _letter(character: str) -> str:
    known = _TABLE.get(character)
    if known is not None:
        return known
    if character.isascii():
        return "" if character in _DROPPED else character
    if character in _DROPPED or unicodedata.category(character) in {"Mn", "Me", "Cf"}:
        return ""
    parts = unicodedata.normalize("NFD", character)
    if parts[0].isascii() and parts[0].isalpha():
        return parts[0]
    if parts[0] in _TABLE:
        return _TABLE[parts[0]]
    if unicodedata.category(character)[0] not in "LMN":
        return " "
    spelled = anyascii(character)
    if unicodedata.name(character, "").startswith(_SYLLABIC):
        return f" {spelled.lower()} "  # a syllable of a name: `tokens` and `alignment` join them again
    if not spelled.strip():
        return "" if unicodedata.category(character).startswith("L") else " "
    return _CAMEL.sub(" ", spelled).lower()


def is_syllabic(text: str) -> bool:
    """Whether the name is written in Chinese characters or Hangul, whose words carry no blanks."""
    return is_beyond_alphabets(text) and any(
        not character.isascii() and unicodedata.name(character, "").startswith(_SYLLABIC)
        for character in text[:READ_MAX_CHARS]
    )


def is_beyond_alphabets(text: str) -> bool:
    """Whether any letter stands after Unicode's Latin, Greek, Cyrillic and Armenian: most names have none."""
    return not text.isascii() and max(text) >= "\u0590"
