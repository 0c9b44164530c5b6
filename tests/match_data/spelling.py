"""How documents and people spell one name: scripts, zones, romanisations.

These tables were written for the generator alone, from ICAO Doc 9303 part 3 section 6 (recommended transliterations),
the two alphabets of Serbian and Macedonian, and what foreign offices print. The matcher has its own; neither imports
the other, so that a fault in one shows against the other.
"""

from __future__ import annotations

import random
import re
import unicodedata
from typing import Final

_SERBIAN: Final = {
    "lj": "љ", "nj": "њ", "dž": "џ", "a": "а", "b": "б", "v": "в", "g": "г", "d": "д", "đ": "ђ", "e": "е", "ž": "ж",
    "z": "з", "i": "и", "j": "ј", "k": "к", "l": "л", "m": "м", "n": "н", "o": "о", "p": "п", "r": "р", "s": "с",
    "t": "т", "ć": "ћ", "u": "у", "f": "ф", "h": "х", "c": "ц", "č": "ч", "š": "ш",
}  # fmt: skip
_MACEDONIAN: Final = _SERBIAN | {"gj": "ѓ", "kj": "ќ", "dz": "ѕ", "ć": "ќ", "đ": "ѓ"}
_RUSSIAN_ICAO: Final = dict(
    zip(
        "абвгдеёжзийклмнопрстуфхцчшщъыьэюя",
        "a b v g d e e zh z i i k l m n o p r s t u f kh ts ch sh shch ie y _ e iu ia".replace("_", "").split(
            " "
        ),
        strict=True,
    )
)
_RUSSIAN_ENGLISH: Final = _RUSSIAN_ICAO | {"й": "y", "ю": "yu", "я": "ya", "ё": "yo", "ъ": ""}
_RUSSIAN_GERMAN: Final = _RUSSIAN_ICAO | {
    "ж": "sch", "з": "s", "в": "w", "ц": "z", "ч": "tsch", "ш": "sch", "щ": "schtsch", "ю": "ju", "я": "ja", "х": "ch",
    "й": "j", "ё": "jo",
}  # fmt: skip
_RUSSIAN_SERBIAN: Final = _RUSSIAN_ICAO | {
    "ж": "ž", "ц": "c", "ч": "č", "ш": "š", "щ": "šč", "ю": "ju", "я": "ja", "х": "h", "й": "j", "ё": "jo",
}  # fmt: skip
_ZONE: Final = {
    "Đ": "D", "Ä": "AE", "Ö": "OE", "Ü": "UE", "ß": "SS", "ẞ": "SS", "ı": "I", "İ": "I", "Ğ": "G", "Ş": "S", "Ë": "E",
    "Ç": "C", "Ñ": "N", "Ø": "OE", "Æ": "AE", "Å": "AA", "Ł": "L", "'": "", "’": "",
}  # fmt: skip
_TURKISH_ZONE: Final = _ZONE | {"Ö": "O", "Ü": "U"}


def has_cyrillic(name: str) -> bool:
    return any("Ѐ" <= letter <= "ӿ" for letter in name)


def cyrillic(name: str, nationality: str) -> str:
    """A Latin name as a Serbian or Macedonian document prints it in Cyrillic."""
    table = _MACEDONIAN if nationality == "MKD" else _SERBIAN
    return "".join(map(_cyrillic_word, re.split(r"([ -])", name), [table] * 99))


def _cyrillic_word(word: str, table: dict[str, str]) -> str:
    out, at, low = "", 0, word.lower()
    while at < len(low):
        for length in (2, 1):
            found = table.get(low[at : at + length])
            if found is not None:
                out += found
                at += length
                break
        else:
            out += low[at]
            at += 1
    return out[:1].upper() + out[1:]


def romanised(name: str, scheme: str = "icao") -> str:
    """A Russian name in Latin letters: `icao` as passports since 2013, `english`, `german`, `serbian`."""
    table = {
        "icao": _RUSSIAN_ICAO,
        "english": _RUSSIAN_ENGLISH,
        "german": _RUSSIAN_GERMAN,
        "serbian": _RUSSIAN_SERBIAN,
    }[scheme]
    words = []
    for word in name.split():
        latin = "".join(table.get(letter, letter) for letter in word.lower())
        words.append(latin[:1].upper() + latin[1:])
    return " ".join(words)


def zone(name: str, nationality: str = "") -> str:
    """A name as its country's machine-readable zone has it, with blanks for fillers."""
    if has_cyrillic(name):
        name = romanised(name)
    table = _TURKISH_ZONE if nationality == "TUR" else _ZONE
    out = "".join(table.get(letter, letter) for letter in _upper(name))
    plain = "".join(part for part in unicodedata.normalize("NFKD", out) if not unicodedata.combining(part))
    return " ".join(re.sub(r"[^A-Z]+", " ", plain).split())


def _upper(name: str) -> str:
    return "".join(
        letter if letter in "ßı" else letter.upper() for letter in unicodedata.normalize("NFC", name)
    )


def plain(name: str) -> str:
    """A name as a keyboard without the country's letters gives it: diacritics lost, case kept."""
    if has_cyrillic(name):
        name = romanised(name)
    swapped = name.translate(str.maketrans("ĐđıİßŁł", "DdiIsLl"))
    return "".join(part for part in unicodedata.normalize("NFKD", swapped) if not unicodedata.combining(part))


# --- variants: one name, spelled by different offices ---

_GROUPS: Final = tuple(
    tuple(line.split())
    for line in """
Mohammed Mohamed Muhammad Mohammad Muhamed Mohamad Muhammed Mouhamed
Ahmed Ahmad Ahmet Akhmed
Hussein Husein Hussain Hossein Husain Houssein
Hassan Hasan Hassen Haasan
Youssef Yusuf Yousef Jusuf Yousuf Yusef
Abdullah Abdulla Abdallah Abdoullah
Abdelrahman Abdulrahman Abdurrahman Abdul-Rahman Abdel-Rahman Abdurahman
Abdelkader Abdulkadir Abdelqader Abdul-Qadir
Abdelaziz Abdulaziz Abdul-Aziz
Omar Umar Omer
Othman Osman Uthman Usman
Mustafa Mostafa Moustafa Mustapha
Ibrahim Ebrahim Ibraheem Brahim
Khaled Khalid Halid
Saeed Said Sayeed Saïd
Jamal Gamal Djamal Cemal Džamal
Jaafar Jafar Djafar Džafer Ja'far
Qasim Kasim Qassem Kassem Gasim
Noureddine Nuruddin Nur-al-Din Nureddin
Salaheddin Salahuddin Salah-al-Din
Mahmoud Mahmud Mehmood Mahmood
Khadija Hatidža Khadijah Hatixhe Hatice Khadeeja
Fatima Fatma Fatemeh Fatimah Fatema
Aisha Ayesha Ajša Ayşe Aicha
Mariam Maryam Meryem Merjem Miriam
Zainab Zeinab Zejneb Zaynab
Layla Leila Lejla Laila
Yasmin Yasmeen Jasmin Yasemin
Hoxha Hodža Hodzha Xoxha
Xhafa Džafa Xhafaj
Haxhiu Hadžiu Hadzhiu
Rexhepi Redžepi Redzhepi
Xhaferi Džaferi
Thaçi Tači Thachi
Bytyqi Bitiči Bytyci
Gjoka Đoka Djoka
Krasniqi Krasnići Krasnichi
Shehu Šehu
Hadžić Hadzic Hadjic Hadschitsch
Hodžić Hodzic Hodjic
Đorđević Djordjevic Dordevic Djordjevich
Jovanović Jovanovich Yovanovich
Petrović Petrovich Petrovitch
Nikolić Nikolich
Kovačević Kovachevich Kovacevic
Chaudhry Chowdhury Choudhary Chaudhary
Siddiqui Siddiqi Sadiqi
Sheikh Shaikh Cheikh
Hosseini Husseini Hossaini
Mousavi Musavi Moosavi
Rahman Rehman Rahmaan
Islam Eslam
Yousafzai Yusufzai Yousufzai
Qureshi Quraishi Koreshi
Karimi Kareemi
Alexander Aleksandar Aleksandr Alexandr
Yılmaz Yilmaz
Şahin Shahin Sahin Schahin
Çelik Celik Chelik
Öztürk Oeztuerk Ozturk
Müller Mueller Muller
Schäfer Schaefer Schafer
Jürgen Juergen Jurgen
""".strip().splitlines()
)
_VARIANT_OF: Final = {name.lower(): group for group in _GROUPS for name in group}

_EASTERN: Final = (
    ("ou", "u"), ("oo", "u"), ("ee", "i"), ("q", "k"), ("kh", "h"), ("gh", "g"), ("dh", "d"), ("aa", "a"), ("sh", "ch"),
    ("y", "i"), ("ei", "ai"), ("j", "dj"), ("z", "dh"), ("iyya", "ia"), ("eh", "a"), ("w", "v"), ("ss", "s"), ("ll", "l"),
)  # fmt: skip
_ALBANIAN: Final = (
    ("xh", "dž"), ("gj", "đ"), ("q", "ć"), ("ç", "č"), ("sh", "š"), ("th", "t"), ("dh", "d"), ("ë", "e"), ("y", "i"),
    ("ll", "l"), ("rr", "r"), ("zh", "ž"), ("nj", "nj"), ("x", "dz"),
)  # fmt: skip
_TURKISH: Final = (
    ("ş", "sh"), ("ç", "ch"), ("ğ", "gh"), ("ı", "y"), ("ö", "oe"), ("ü", "ue"), ("c", "dj"), ("y", "j"), ("oğlu", "oglou"),
)  # fmt: skip
_SLAVIC: Final = (
    ("ć", "ch"), ("č", "ch"), ("š", "sh"), ("ž", "zh"), ("đ", "dj"), ("ić", "ich"), ("j", "y"), ("c", "ts"), ("lj", "l"),
    ("nj", "n"), ("h", "kh"), ("ić", "itch"), ("v", "w"),
)  # fmt: skip
_WESTERN: Final = (
    ("ä", "ae"),
    ("ö", "oe"),
    ("ü", "ue"),
    ("ß", "ss"),
    ("ph", "f"),
    ("th", "t"),
    ("c", "k"),
    ("ai", "ay"),
    ("tz", "z"),
)
_RULES: Final = {
    "ALB": _ALBANIAN, "XKX": _ALBANIAN, "TUR": _TURKISH, "D": _WESTERN, "ITA": _WESTERN,
    "SYR": _EASTERN, "AFG": _EASTERN, "IRN": _EASTERN, "PAK": _EASTERN, "BGD": _EASTERN,
}  # fmt: skip


def variant(name: str, nationality: str, chance: random.Random) -> str | None:
    """Another office's spelling of a name; None where it has none that differs."""
    if has_cyrillic(name):
        return romanised(name, chance.choice(("english", "german", "serbian", "icao")))
    group = _VARIANT_OF.get(name.lower())
    if group is not None:
        return chance.choice([other for other in group if other.lower() != name.lower()])
    low = name.lower()
    fitting = [(a, b) for a, b in _RULES.get(nationality, _SLAVIC) if a in low and a != b]
    if not fitting:
        return None
    for a, b in chance.sample(fitting, min(len(fitting), chance.choice((1, 1, 2)))):
        low = low.replace(a, b, 1)
    return low.title() if low != name.lower() else None
