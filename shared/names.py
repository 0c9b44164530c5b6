"""Names in three scripts: cleaned, written for a machine-readable zone, and folded to be compared.

Job: say when two spellings may be one name. Đorđević, Djordjevic, Ђорђевић and DORDEVIC are.
Invariants
* `fold` is total and idempotent: `fold(fold(x)) == fold(x)`. It is a key for equality and
  prefixes, never something to show.
* `transliterate_to_mrz` generates the one spelling of the table; `fold` makes all the spellings
  that real documents print equal.
Must not know: who is looked for, scores, storage.

What `fold` holds equal, and what that costs
Case, diacritics, script, hyphens, apostrophes and fillers do not count, nor do these spellings:
{D DJ DZ} {G H} {C CH} {S SH} {Z ZH} for South Slavic letters (so Z and ZG too: a zone's ZH may be
Ж or ЗГ), {A AA AE} {O OE} {U UE} for Å Ä Ö Ü and their kin. The price is false equality:
Dana = Džana, Goran = Horan, Hadić = Hadžić, Ishak = Isak, Zgur = Zur, Samuel = Samul. With an
equal birth date beside it that is rare, and a person clears it; the alert that a narrower key
misses nobody would see.
Not equal here, left to real matching: the Kh, Ts of other Cyrillic languages (Михаил is not
MIKHAIL), Gj for Đ, word order, one letter wrong.

Source: ICAO Doc 9303 part 3, section 6 (transliteration), with the Serbian and Macedonian
columns as those states print them; letters by their Unicode names.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from enum import Enum
from typing import Final

from shared.errors import InputError
from shared.limits import NAME_MAX_CHARS
from shared.typed_text import typed_text


class Cyrillic(Enum):
    """Whose Cyrillic a name is written in; the two alphabets share letters but not their Latin."""

    SERBIAN = "sr"
    MACEDONIAN = "mk"


def _pairs(text: str) -> dict[str, str]:
    return dict(pair.split("=", 1) for pair in text.split())


# Letters of other Cyrillic alphabets, so that a name in one of them still has a spelling.
_CYRILLIC: Final = _pairs(
    "А=A Б=B В=V Д=D Е=E З=Z И=I Ј=J К=K Л=L Љ=LJ М=M Н=N Њ=NJ О=O П=P Р=R С=S Т=T У=U Ф=F Х=H Ц=C "
    "Ѐ=E Ѝ=I Ё=E Й=I Щ=SHCH Ъ=IE Ы=Y Ь= Э=E Ю=IU Я=IA Є=IE І=I Ї=I Ґ=G Ў=U"
)
_SERBIAN: Final = _CYRILLIC | _pairs("Г=H Ђ=D Ж=Z Ћ=C Ч=C Џ=DZ Ш=S Ѓ=GJ Ѕ=DZ Ќ=KJ")
_MACEDONIAN: Final = _CYRILLIC | _pairs("Г=G Ѓ=GJ Ж=ZH Ѕ=DZ Ќ=KJ Ч=CH Џ=DJ Ш=SH Ђ=D Ћ=C")
# Latin letters that are more, or other, than a base letter with a mark.
_LATIN: Final = _pairs(
    "Đ=D Ð=D Ä=AE Å=AA Æ=AE Ö=OE Ø=OE Œ=OE Ü=UE ß=SS ẞ=SS Þ=TH Ł=L Ħ=H Ŧ=T Ŋ=N ı=I ĸ=Q Ə=E Ǵ=GJ Ḱ=KJ"
)
_SPELLINGS: Final[Mapping[Cyrillic, Mapping[str, str]]] = {
    Cyrillic.SERBIAN: _LATIN | _SERBIAN,
    Cyrillic.MACEDONIAN: _LATIN | _MACEDONIAN,
}
_APOSTROPHES: Final = frozenset("'`´‘’ʼʹʻ")
_DROPPED: Final = _APOSTROPHES | {"."}
_PARTING: Final = frozenset("-‐‑‒–—<,")


def sanitise(name: str, *, field: str = "name") -> str:
    """A typed name, trimmed and in NFC, of at most 100 characters; "" stays "".

    Raises InputError `text_too_long`, `text_reordering` or `text_control` (see `typed_text`).
    """
    return typed_text(name, field=field, chars_max=NAME_MAX_CHARS)


def transliterate_to_mrz(name: str, *, script: Cyrillic = Cyrillic.SERBIAN) -> str:
    """The name in the letters of a machine-readable zone, its parts joined by single fillers.

    Raises InputError `name_not_latin` for a letter the table does not have, and for digits.
    """
    spelled = "".join(_spell(letter, _SPELLINGS[script]) for letter in unicodedata.normalize("NFC", name))
    return "<".join(spelled.split())


def _spell(letter: str, spellings: Mapping[str, str]) -> str:
    known = _known(letter, spellings)
    if known is not None:
        return known
    if letter.isspace() or letter in _PARTING:
        return " "
    if letter in _DROPPED or unicodedata.combining(letter):
        return ""
    parts = unicodedata.normalize("NFKD", letter)
    if parts != letter:
        return "".join(_spell(part, spellings) for part in parts)
    if letter.isascii() and letter.isalpha():
        return letter.upper()
    raise InputError(
        "name_not_latin",
        f"U+{ord(letter):04X} has no spelling in a machine-readable zone",
        hint="Type the name in Latin or Cyrillic letters, as the document prints it.",
    )


def _known(letter: str, spellings: Mapping[str, str]) -> str | None:
    return spellings.get(letter, spellings.get(letter.upper()))


def fold(name: str) -> str:
    """The key under which spellings of one name are equal: lower case, words parted by one space."""
    if name.isascii():
        plain = name.translate(_ASCII)
    else:
        plain = unicodedata.normalize("NFC", name).translate(_FOLDS)
    return " ".join(_SPELLED_TWICE.sub(_first_letter, plain).replace("h", "g").split())


# Each run begins with the letter it stands for. `g` goes the way of `h`, because a zone's ZH is
# either Ж or ЗГ. The runs are greedy, so that what remains holds none for a second pass.
_SPELLED_TWICE: Final = re.compile("d[jz][jzgh]*|[csz][gh]+|a[ae]+|[ou]e+")


def _first_letter(run: re.Match[str]) -> str:
    return run[0][0]


def _fold_character(letter: str) -> str:
    known = _known(letter, _SPELLINGS[Cyrillic.SERBIAN])
    if known is not None:
        return known.lower()
    if letter in _APOSTROPHES or unicodedata.combining(letter):
        return ""
    parts = unicodedata.normalize("NFKD", letter)
    if parts != letter:
        return "".join(map(_fold_character, parts))
    is_mark = unicodedata.category(letter).startswith("M")  # a vowel sign of the scripts of India
    return letter.casefold() if letter.isalnum() or is_mark else " "


class _Folds(dict[int, str]):
    """A table for `str.translate` that works out rare characters when they come, and forgets them."""

    def __missing__(self, code: int) -> str:
        return _fold_character(chr(code))


# Latin with its extensions, combining marks, Greek, Cyrillic, Vietnamese: no look-up computes these.
_COMMON: Final = (range(0x530), range(0x1E00, 0x1F00), range(0x2010, 0x2030))
_FOLDS: Final = _Folds({code: _fold_character(chr(code)) for codes in _COMMON for code in codes})
_ASCII: Final = {code: _FOLDS[code] for code in range(128)}
