"""Pools of synthetic names, numbers and words, in two halves that share nothing.

How names are made: syllables usual in the region (or abroad) are joined, two or three to a stem, and a stem
takes an ending (-OVIC, -ICA, -MIR …). Each candidate goes to the `bench` or the `train` half by a hash of its
letters, so that no name, town or phrase word of one half is in the other; each half keeps the first 24,000
surnames and as many given names. No real list of people is used anywhere. Names are as a machine-readable
zone has them: capitals A–Z; a second given name follows after a space.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final, Literal

Half = Literal["bench", "train"]
POOL_SIZE: Final = 24_000


def words(text: str) -> tuple[str, ...]:
    """The words of a line: terser than a list of quoted ones."""
    return tuple(text.split())


_ONSETS: Final = words(
    "B BL BR C D DR DJ F G GL GR H HR J K KL KR KV L LJ M ML N NJ O P PL PR R S SL SM SN SR ST STR SV T TR "
    "V VL VR Z ZL ZV A E I U"
)
_CORES: Final = words(
    "A E I O U AN AR EN ER IL IN IR OD OJ OL OR UB UK UR AD AK AL AS EL EK IK OM OS OV UL UM UN"
)
_SURNAME_ENDS: Final = words("OVIC EVIC IC INOVIC ANOVIC IJEVIC AC AK AN AR ALO ELJ SKI OSKI UN ICA EC ONJA")
_GIVEN_ENDS: Final = words(
    "A AN ANA ICA IMIR ISLAV ISLAVA IJA O OJE OSLAV UN IR INA KA KO JAN DRA NELA SAD HIR MA"
)
_ABROAD_ONSETS: Final = words(
    "B BR CH D F FR G GR H J K KH L M N P PH QU R S SCH SH ST T TH TR V W Y Z AL EL IN O MC A E U"
)
_ABROAD_CORES: Final = words(
    "A AH AI AU E EA EI EN ER I IE IN O OE OU U UE AN AR EL IL ON OR UR YA ES UT ACK ITZ"
)
_ABROAD_SURNAME_ENDS: Final = words(
    "MANN ER SON ELLI INI OGLU EZ ES ARD IN STEIN TON WOOD EY U ESCU SKA OV AS IDIS"
)
_ABROAD_GIVEN_ENDS: Final = words("A E IA IN EL ETTE AS US O ON IEL RED ERT ULA EM AN IEN ETH Y IK")
_TOWN_STEMS: Final = words(
    "BRD GOR POLJ VOD STEN DUBR LIP KRUS TREB MEDJ PRIJ LJUB BIJEL CRN NOV STAR VIS NIK"
)
_TOWN_ENDS: Final = words("ICA AC OVO EVO INJE IK OVAC INA ISTE OVCI ANI ESNICA NJAK")

_REASON_OPENINGS: Final = {
    "bench": (
        "krađa",
        "prevara",
        "nasilje",
        "bijeg",
        "šverc",
        "dug",
        "prijetnja",
        "ucjena",
        "razbojništvo",
        "napad",
    ),
    "train": (
        "ubistvo",
        "otmica",
        "droga",
        "oružje",
        "falsifikat",
        "utaja",
        "krijumčarenje",
        "tuča",
        "pljačka",
        "mito",
    ),
}
_OFFICES: Final = {
    "bench": ("Osnovni sud", "Okružno tužilaštvo", "Policijska uprava", "Granična policija", "Viši sud"),
    "train": (
        "Opštinski sud",
        "Kantonalno tužilaštvo",
        "Policijska stanica",
        "Uprava policije",
        "Apelacioni sud",
    ),
}
POSTS: Final = {
    "bench": {
        "BA": ("KLOBUK", "DELEUSA", "ZUPCI", "RACA", "KARAKAJ", "UVAC"),
        "ME": ("ILINOBRDO", "VRACENOVICI", "SITNICA", "DOBRAKOVO", "RANCE"),
        "RS": ("SREMSKARACA", "MALIZVORNIK", "KOTROMAN", "GOSTUN", "JABUKA"),
    },
    "train": {
        "BA": ("HUM", "VARDISTE", "ORAHOVO", "GRADISKA"),
        "ME": ("SCEPANPOLJE", "DRACENOVAC", "BOZAJ", "SUKOBIN"),
        "RS": ("SPILJANI", "HORGOS", "GRADINA", "PRESEVO"),
    },
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """Surnames and given names of one part of the world, POOL_SIZE each."""

    surnames: tuple[str, ...]
    given: tuple[str, ...]


def half_of(word: str) -> Half:
    """Where a word belongs, whatever the seed."""
    return "bench" if hashlib.blake2b(word.encode(), digest_size=1).digest()[0] & 1 else "train"


@cache
def regional(half: Half) -> Names:
    """Names as people of the three states bear them."""
    return Names(
        surnames=_pool(half, _stems(_ONSETS, _CORES, _SURNAME_ENDS, seed=11)),
        given=_pool(half, _stems(_ONSETS, _CORES, _GIVEN_ENDS, seed=12)),
    )


@cache
def foreign(half: Half) -> Names:
    """Names of travellers from further away."""
    return Names(
        surnames=_pool(half, _stems(_ABROAD_ONSETS, _ABROAD_CORES, _ABROAD_SURNAME_ENDS, seed=13)),
        given=_pool(half, _stems(_ABROAD_ONSETS, _ABROAD_CORES, _ABROAD_GIVEN_ENDS, seed=14)),
    )


@cache
def towns(half: Half) -> tuple[str, ...]:
    """Towns where people come from and where authorities sit, written as on a map."""
    candidates = (stem + end for end in _TOWN_ENDS for stem in _TOWN_STEMS)
    return tuple(sorted(name.capitalize() for name in candidates if half_of(name) == half))


def authorities(half: Half) -> tuple[str, ...]:
    """Courts, prosecutors and police by town."""
    return tuple(f"{office} {town}" for office in _OFFICES[half] for town in towns(half))


def reason_openings(half: Half) -> tuple[str, ...]:
    """Words by which a free-text reason begins."""
    return _REASON_OPENINGS[half]


def _stems(onsets: Sequence[str], cores: Sequence[str], ends: Sequence[str], *, seed: int) -> Iterator[str]:
    chance = random.Random(seed)
    while True:
        syllables = chance.choices((1, 2, 3), (3, 6, 1))[0]
        stem = "".join(chance.choice(onsets) + chance.choice(cores) for _ in range(syllables))
        yield stem + chance.choice(ends)


def _pool(half: Half, candidates: Iterator[str]) -> tuple[str, ...]:
    names: dict[str, None] = {}
    for name in candidates:
        if 4 <= len(name) <= 14 and half_of(name) == half:
            names[name] = None
            if len(names) == POOL_SIZE:
                return tuple(names)
    raise AssertionError("the syllables make too few names")
