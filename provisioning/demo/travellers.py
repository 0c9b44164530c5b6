"""Synthetic people with documents and vehicles, from a seed.

Job: make travellers whose zones are valid to the last check digit and who exist nowhere. Names are
put together from syllables, so that each surname is odd enough to be looked for on a disk.
Invariant: the same seed gives the same travellers. Must not know: alerts, matching, pages.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Final

from shared.mrz import Format, MrzFields, Sex, render
from shared.partial_date import PartialDate

_FIRST: Final = "BRA DRA GRO JAS KRA LJU MIR NEV OGN PRE RUZ SLA STO TRE VUK ZLA"
_MIDDLE: Final = "BO DE GO LI MA NO PE RI SI TU VE ZO"
_LAST: Final = "KANOVIC LINAC MIROVIC NJEGIC POLJAC RADNIC STOJIN TVRTKIC VARIC ZUBAC"
_FEMALE: Final = "ANELA BOJA DARINA ELVIRA JASNA LENKA MIRNA NEDA OLGA RADA SELMA VESNA"
_MALE: Final = "ADNAN BORIS DAMIR EMIN GORAN HARIS IVO JANKO MILAN NIKOLA PETAR ZORAN"
# Mostly a state that exists on specimens alone; the rest are generated documents of real codes.
_STATES: Final = ("UTO", "UTO", "UTO", "BIH", "MNE", "SRB", "HRV", "MKD", "ALB", "DEU")
_LETTERS: Final = "ABCDEFGHJKLMNPRSTUVWXYZ"
_PLATE_LETTERS: Final = "AEJKMOT"
_TODAY_MARGIN: Final = timedelta(days=400)


@dataclass(frozen=True, slots=True, kw_only=True)
class Traveller:
    """A made-up person at the booth. `mrz` is what a reader types, lines ended by a line feed."""

    surname: str
    given_names: str
    birth: date
    sex: Sex
    nationality: str
    document_number: str
    document_issuer: str
    expiry: date
    personal_number: str
    plate: str
    plate_country: str

    @property
    def mrz(self) -> str:
        fields = MrzFields(
            format=Format.TD3,
            document_code="P",
            issuer=self.document_issuer,
            document_number=self.document_number,
            nationality=self.nationality,
            birth=_partial(self.birth),
            sex=self.sex,
            expiry=_partial(self.expiry),
            surname=self.surname,
            given_names=self.given_names,
            personal_number=self.personal_number,
        )
        return "".join(f"{line}\n" for line in render(fields))

    @property
    def secrets(self) -> tuple[str, ...]:
        """What must stand readable in no file."""
        return (self.surname, self.document_number, self.personal_number)


class Travellers:
    """An endless queue of them."""

    def __init__(self, *, seed: int, today: date) -> None:
        self._random = Random(seed)  # noqa: S311 - made-up people need no secrecy
        self._today = today
        self._names: set[str] = set()

    def next(self, *, nationality: str | None = None) -> Traveller:
        """One more; no two share a surname, a document or a plate."""
        pick = self._random
        sex = pick.choice((Sex.FEMALE, Sex.MALE))
        state = nationality or pick.choice(_STATES)
        return Traveller(
            surname=self._surname(),
            given_names=pick.choice((_FEMALE if sex is Sex.FEMALE else _MALE).split()),
            birth=date(1950, 1, 1) + timedelta(days=pick.randrange(18_000)),
            sex=sex,
            nationality=state,
            document_number=pick.choice(_LETTERS) + f"{pick.randrange(10**8):08d}",
            document_issuer=state,
            expiry=self._today + _TODAY_MARGIN + timedelta(days=pick.randrange(3_000)),
            personal_number=f"{pick.randrange(10**11, 10**12)}",
            plate=f"{pick.choice(_PLATE_LETTERS)}{pick.randrange(100):02d}{pick.choice(_PLATE_LETTERS)}"
            f"{pick.randrange(1000):03d}",
            plate_country="BA",
        )

    def _surname(self) -> str:
        while True:
            name = "".join(self._random.choice(part.split()) for part in (_FIRST, _MIDDLE, _MIDDLE, _LAST))
            if name not in self._names:
                self._names.add(name)
                return name


def _partial(day: date) -> PartialDate:
    return PartialDate(year=day.year, month=day.month, day=day.day)
