"""People, documents and vehicles: what stands in a list, and who passes.

A seed makes the same people for ever. Innocents are made as listed people are, from another seed: namesakes
and shared birth dates come by themselves, as often as the pools make them.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from itertools import accumulate
from typing import Final

from tests.match_data.pools import POOLS, SHARES, Pool

_BORN_FIRST: Final = date(1945, 1, 1)
_BORN_DAYS: Final = 365 * 62
_TWO_SURNAMES: Final = 0.06
_TWO_GIVEN: Final = 0.18
_ALWAYS_TWO_GIVEN: Final = frozenset({"SYR", "AFG", "PAK", "BGD"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Names as written at home; `born` is YYYY-MM-DD, or a part of it. `sex` is M or F."""

    surname: str
    given: str
    born: str
    sex: str
    nationality: str
    document: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Namesakes:
    """How unevenly a people shares its names: Zipf's law over the ranks, from `…_first` on, so that a larger
    number evens it out. `frequent` is how often a surname is one of the pool's frequent ones."""

    frequent: float
    surname_first: int
    given_first: int


AS_PUBLISHED: Final = Namesakes(frequent=0.2, surname_first=3, given_first=25)
"""As uneven as figures that can be cited, or more so (`test_match_data` holds it to them).

* Serbia, census of 2022 (Statistical Office, as the press printed it: yumama.mondo.rs, "najčešće muško i žensko
  ime u Srbiji"): some 130,000 of 6,647,003 people are called Jovanović, and over 2,200 Dragan Jovanović.
* Albania: 3,068,447 bearers have an effective number of 1,327 surnames, one over the chance that two share theirs
  (Mikerezi and others 2013, Annals of Human Genetics, doi:10.1111/ahg.12015).
* The ten commonest surnames are 8.75 per cent in Norway, 4.1 in Germany, 0.7 in Italy (eupedia.com, family names).
"""

CROWDED: Final = Namesakes(frequent=0.55, surname_first=3, given_first=3)
"""Some ten times as many namesakes as any of those countries has: what a list looks like at its worst."""


class People:
    """An endless line of people from one seed."""

    def __init__(self, seed: int | str, namesakes: Namesakes = AS_PUBLISHED) -> None:
        self._chance = random.Random(f"people {seed}")
        self._namesakes = namesakes

    def __iter__(self) -> Iterator[Person]:
        while True:
            yield self.next()

    def next(self) -> Person:
        chance = self._chance
        nationality = chance.choices(*_nationalities())[0]
        pool = POOLS[nationality]
        sex = "M" if chance.random() < 0.68 else "F"
        return Person(
            surname=self._surname(pool, sex),
            given=self._given(pool, nationality, sex),
            born=(_BORN_FIRST + timedelta(days=int(_BORN_DAYS * chance.betavariate(2.2, 1.7)))).isoformat(),
            sex=sex,
            nationality=nationality,
            document=document_number(chance, nationality),
        )

    def take(self, count: int) -> Iterator[Person]:
        for _ in range(count):
            yield self.next()

    def _surname(self, pool: Pool, sex: str) -> str:
        first = self._one_surname(pool, sex)
        if self._chance.random() < _TWO_SURNAMES:
            second = self._one_surname(pool, sex)
            return first if second == first else f"{first}{self._chance.choice('- ')}{second}"
        return first

    def _one_surname(self, pool: Pool, sex: str) -> str:
        if self._chance.random() < self._namesakes.frequent:
            weights = _zipf(len(pool.surnames), self._namesakes.surname_first)
            name = self._chance.choices(pool.surnames, cum_weights=weights)[0]
        else:
            name = _tail(pool, self._chance)
        if sex == "F":
            for man, woman in pool.women_end:
                if name.endswith(man):
                    return name.removesuffix(man) + woman
        return name

    def _given(self, pool: Pool, nationality: str, sex: str) -> str:
        names = pool.men if sex == "M" else pool.women
        weights = _zipf(len(names), self._namesakes.given_first)
        first = self._chance.choices(names, cum_weights=weights)[0]
        if nationality in _ALWAYS_TWO_GIVEN or self._chance.random() < _TWO_GIVEN:
            second = self._chance.choices(names, cum_weights=weights)[0]
            if second != first:
                return f"{first}{pool.given_join or ' '}{second}"
        return first


@cache
def _zipf(count: int, first: int) -> Sequence[float]:
    return [*accumulate(1 / (rank + first) for rank in range(count))]


@cache
def _nationalities() -> tuple[list[str], list[int]]:
    return [*SHARES], [*SHARES.values()]


def _tail(pool: Pool, chance: random.Random) -> str:
    """A rare surname: two stems now and then, so that there are tens of thousands."""
    stem = chance.choice(pool.stems)
    if chance.random() < 0.45:
        stem += chance.choice(pool.stems).lower()
    end = chance.choice(pool.ends)
    if stem[-1] in _VOWELS and end[0] in _VOWELS:
        stem = stem[:-1]
    return stem + end


_VOWELS: Final = "aeiouyëıöüаеёиоуыэюя"
_DOCUMENTS: Final = {
    "BIH": "A0000000", "SRB": "000000000", "MNE": "AA0000000", "HRV": "000000000", "MKD": "A0000000", "ALB": "AA0000000",
    "XKX": "P00000000", "TUR": "U00000000", "D": "C00X00XX0", "ITA": "YA0000000", "RUS": "000000000", "SYR": "N000000000"[:9],
    "AFG": "P00000000", "IRN": "A00000000", "PAK": "AA0000000", "BGD": "A00000000",
}  # fmt: skip


def document_number(chance: random.Random, nationality: str) -> str:
    """A number of the shape that country prints: A a letter, X either, 0 a digit; other signs stand."""
    shape = _DOCUMENTS[nationality]
    return "".join(
        chance.choice("0123456789")
        if sign == "0"
        else chance.choice("ABCDEFGHJKLMNPRSTUVWXYZ")
        if sign == "A"
        else chance.choice("0123456789CFGHJKLMNPRTVWXYZ")
        if sign == "X"
        else sign
        for sign in shape
    )


_PLATES: Final = {
    "BIH": "L00-L-000",
    "SRB": "AA 000-AA",
    "MNE": "AA AA000",
    "HRV": "AA 0000-AA",
    "MKD": "AA 0000 AA",
    "D": "AAA AA 000",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Vehicle:
    """A plate as printed, its country, and the number on the chassis."""

    plate: str
    country: str
    vin: str


def vehicles(seed: int | str) -> Iterator[Vehicle]:
    """An endless line of vehicles."""
    chance = random.Random(f"vehicles {seed}")
    countries = [*_PLATES]
    while True:
        country = chance.choice(countries)
        plate = "".join(
            chance.choice("0123456789")
            if sign == "0"
            else chance.choice("ABCDEFGHIJKLMNOPRSTUVZ")
            if sign == "A"
            else chance.choice("AEJKMOT")
            if sign == "L"
            else sign
            for sign in _PLATES[country]
        )
        yield Vehicle(
            plate=plate,
            country=country,
            vin="".join(chance.choices("ABCDEFGHJKLMNPRSTUVWXYZ0123456789", k=17)),
        )
