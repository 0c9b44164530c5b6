"""Synthetic travellers, their documents and their vehicles' plates, by country.

Number shapes follow what the region's documents and plates look like; every serial digit or letter is drawn
uniformly. National numbers are built here from their published rules, apart from the product's own code.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from tests.bench.meter import Chance
from tests.bench.pools import Half, foreign, regional, words

TODAY: Final = date(2026, 9, 21)
HOME_DESKS: Final = {"BIH": "BA", "MNE": "ME", "SRB": "RS"}
NATIONALITIES: Final = {
    "BIH": 46.0,
    "MNE": 16.0,
    "SRB": 18.0,
    "HRV": 4.0,
    "DEU": 4.0,
    "AUT": 2.0,
    "TUR": 2.5,
    "SVN": 1.5,
    "MKD": 1.2,
    "ALB": 1.2,
    "ITA": 1.0,
    "POL": 0.8,
    "FRA": 0.6,
    "ROU": 0.5,
    "GBR": 0.4,
    "RUS": 0.3,
}
PLATE_COUNTRY: Final = {
    "BIH": "BA",
    "MNE": "ME",
    "SRB": "RS",
    "HRV": "HR",
    "DEU": "DE",
    "AUT": "AT",
    "TUR": "TR",
    "SVN": "SI",
    "MKD": "MK",
    "ALB": "AL",
    "ITA": "IT",
    "POL": "PL",
    "FRA": "FR",
    "ROU": "RO",
    "GBR": "GB",
    "RUS": "RU",
}
_REGION: Final = frozenset({"BIH", "MNE", "SRB", "HRV", "SVN", "MKD"})

# In a shape: 0 a digit, A a letter, B one of the seven letters of Bosnian plates, G one of the 27 characters
# of German serials, T a town code of the country; anything else stands for itself.
PLATES: Final = {
    "BA": ("B00-B-000", "B00-B-000", "B00-B-000", "TA-000000"),
    "ME": ("TAA000",),
    "RS": ("T000-AA", "T0000-AA"),
    "HR": ("T000-AA", "T0000-AA"),
    "DE": ("TAA000", "TA0000"),
    "AT": ("T00000A",),
    "TR": ("34AAA000",),
    "SI": ("TA0-000",),
    "MK": ("T0000AA",),
    "AL": ("AA000AA",),
    "IT": ("AA000AA",),
    "PL": ("T00000",),
    "FR": ("AA-000-AA",),
    "RO": ("T00AAA",),
    "GB": ("AA00AAA",),
    "RU": ("A000AA77",),
}
_TOWNS: Final = {
    "ME": words("PG NK BD HN KO BA UL PV BP CT DG TV AN"),
    "RS": words("BG NS NI KG SU ČA ŠA UE KV VA LO ZR PA KŠ JA LE PI ZA"),
    "HR": words("ZG ST RI OS DU ZD SB VK KA PU"),
    "DE": words("B M K F S HH D DO E"),
    "AT": words("W G L S I K"),
    "SI": words("LJ MB CE KR KP"),
    "MK": words("SK BT KU TE OH"),
    "PL": words("WA KR GD PO WX"),
    "RO": words("B CJ TM IS"),
}
_BOSNIAN: Final = "AEJKMOT"
_GERMAN: Final = "CFGHJKLMNPRTVWXYZ0123456789"
_CAPITALS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"

_PASSPORTS: Final = {
    "BIH": "A0000000",
    "MNE": "A0000000A",
    "SRB": "000000000",
    "HRV": "000000000",
    "DEU": "CGGGGGGG0",
    "AUT": "U0000000",
    "TUR": "U00000000",
    "SVN": "PB0000000",
    "MKD": "A0000000",
    "ALB": "BA0000000",
    "ITA": "YA0000000",
    "POL": "AA0000000",
    "FRA": "00AA00000",
    "ROU": "000000000",
    "GBR": "000000000",
    "RUS": "000000000",
}
_CARDS: Final = {
    "BIH": "0AAA00AA0",
    "MNE": "000000000",
    "SRB": "000000000",
    "HRV": "000000000",
    "DEU": "LGGGGGGG0",
    "AUT": "PA0000000",
    "SVN": "00000000A",
    "ITA": "CA00000AA",
    "POL": "AAA000000",
    "FRA": "GGGGGGGGG",
    "ROU": "AA000000",
}
_ZERO: Final = frozenset({"DEU", "AUT", "ROU"})
_JMBG_REGIONS: Final = {
    "BIH": (10, 11, 12, 13, 14, 15, 16, 17, 18, 19),
    "MNE": (21, 22, 23, 24, 25, 26, 27, 28, 29),
    "SRB": (71, 72, 73, 74, 75, 76, 77, 78, 79, 80, 81, 82, 85, 86, 87, 88, 89),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A travel document; `optional` is what a card's zone carries beside the usual.

    `zero` is whether an empty personal number's check digit is printed as 0.
    """

    category: str
    format: str
    zero: bool
    code: str
    issuer: str
    number: str
    expires: date
    optional: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A traveller as their document names them."""

    surname: str
    given: str
    birth: date
    sex: str
    nationality: str
    personal_number: str
    document: Document


def person(chance: Chance, half: Half, nationality: str, *, surname: str = "") -> Person:
    """A traveller of this nationality, of the family `surname` if one is given."""
    names = regional(half) if nationality in _REGION else foreign(half)
    given = chance.one_of("given names", names.given)
    if nationality not in _REGION and chance.happens("given names", 0.15):
        given += f" {chance.one_of('given names', names.given)}"
    born = date(1936, 1, 1) + timedelta(days=chance.below("birth", 90 * 365))
    sex = chance.weighted("sex", {"M": 58, "F": 42})
    number = _personal_number(chance, nationality, born, sex)
    return Person(
        surname=surname or chance.one_of("surname", names.surnames),
        given=given,
        birth=born,
        sex=sex,
        nationality=nationality,
        personal_number=number,
        document=_document(chance, nationality, number),
    )


def plate(chance: Chance, country: str) -> str:
    """A plate of this country, as the officer types it."""
    return _fill(chance, "plate", chance.one_of("plate", PLATES[country]), country)


def lines_as_read(person: Person) -> str:
    """Two lines of a zone that its fields do not make again, as they are kept with a wrong digit."""
    first = f"P<{person.nationality}{person.surname}<<{person.given}".replace(" ", "<")
    second = f"{person.document.number:<<9}7{person.nationality}{person.birth:%y%m%d}1{person.sex}"
    return f"{first:<<44}\n{second:<<43}9"


def _document(chance: Chance, nationality: str, personal_number: str) -> Document:
    card = nationality in _CARDS and chance.happens("document", 0.45)
    shape = _CARDS[nationality] if card else _PASSPORTS[nationality]
    return Document(
        category="id_card" if card else "passport",
        format="TD1" if card else "TD3",
        zero=not card and not personal_number and nationality in _ZERO,
        code="I" if card and nationality == "SRB" else "ID" if card else "P",
        issuer=nationality,
        number=_fill(chance, "document number", shape, nationality),
        expires=TODAY + timedelta(days=chance.below("expiry", 3_650)),
        optional=personal_number if card else "",
    )


def _personal_number(chance: Chance, nationality: str, born: date, sex: str) -> str:
    """JMBG where the country has it, eleven digits where that is the rule, else nothing."""
    if nationality in _JMBG_REGIONS:
        region = chance.one_of("personal number", _JMBG_REGIONS[nationality])
        while True:
            serial = chance.below("personal number", 500) + (500 if sex == "F" else 0)
            twelve = f"{born:%d%m}{born.year % 1000:03}{region:02}{serial:03}"
            rest = 11 - sum(int(d) * w for d, w in zip(twelve, (7, 6, 5, 4, 3, 2) * 2, strict=True)) % 11
            if rest != 10:  # never issued
                return f"{twelve}{rest % 11}"
    if nationality in ("HRV", "TUR", "POL"):
        return _fill(chance, "personal number", "00000000000", nationality)
    return ""


def _fill(chance: Chance, field: str, shape: str, country: str) -> str:
    """Draw a value for each place of a shape."""
    alphabets = {
        "0": "0123456789",
        "A": _CAPITALS,
        "B": _BOSNIAN,
        "G": _GERMAN,
        "T": _TOWNS.get(country, "T"),
    }
    return "".join(chance.one_of(field, alphabets[c]) if c in alphabets else c for c in shape)
