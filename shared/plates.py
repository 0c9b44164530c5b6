"""Vehicle plates and identification numbers: the keys under which they are looked up.

Job: make one key of the many ways a plate is typed, and say which countries' plates look so.
Invariants: the original is kept; an unknown shape is no error (any country's car may come); a
key is stable under itself. A key alone is no identity: it is (country, key), and a look-up
without a country asks for every candidate. Must not know: alerts, owners, storage.

Cyrillic on a plate is read twice: by look (В is a B, as on Bulgarian plates) and by sound (В is
a V, as on a Serbian keyboard). The first reading is the key, both are in `Plate.readings`.

Source: the countries' public plate formats, as far as travellers of this region show them; the
table is data to extend. VIN: ISO 3779; its check digit: 49 CFR 565.15.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from shared.errors import InputError
from shared.limits import PLATE_MAX_CHARS, VIN_MAX_CHARS
from shared.typed_text import typed_text


@dataclass(frozen=True, slots=True)
class PlateFormat:
    """A country's plates: a pattern over keys, and an invented example as it is printed."""

    country: str
    name: str
    pattern: re.Pattern[str]
    example: str


def _format(country: str, name: str, pattern: str, example: str) -> PlateFormat:
    return PlateFormat(country, name, re.compile(pattern), example)


FORMATS: Final = (
    _format("BA", "standard", r"[AEJKMOT]\d{2}[AEJKMOT]\d{3}", "A12-K-345"),
    _format("BA", "taxi", r"TA\d{6}", "TA-123456"),
    _format("ME", "standard", r"[A-Z]{4}\d{3}", "PG AB 123"),
    _format("RS", "standard", r"[A-Z]{2}\d{3,4}[A-Z]{2}", "ČA 1234-ĆD"),
    _format("HR", "standard", r"[A-Z]{2}\d{3,4}[A-Z]{1,2}", "ZG 1234-AB"),
    _format("MK", "standard", r"[A-Z]{2}\d{4}[A-Z]{2}", "SK 1234 AB"),
    _format("AL", "standard", r"[A-Z]{2}\d{3}[A-Z]{2}", "AA 999 AA"),
    _format("XK", "standard", r"\d{5}[A-Z]{2}", "01-123-AB"),
    _format("HU", "three letters", r"[A-Z]{3}\d{3}", "ABC-123"),
    _format("HU", "four letters", r"[A-Z]{4}\d{3}", "AA BB-123"),
    _format("RO", "standard", r"[A-Z]{1,2}\d{2,3}[A-Z]{3}", "B 123 ABC"),
    _format("BG", "standard", r"[A-Z]{1,2}\d{4}[A-Z]{2}", "CA 1234 AB"),
)
"""Current series. Special plates (police, diplomats, export, personal choice) match none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plate:
    """A plate as typed, and how to look it up.

    key: the first reading. readings: every key to look up, more than one only for Cyrillic.
    candidates: (country, format name) of each known format that a reading fits; may be empty.
    """

    original: str
    key: str
    readings: tuple[str, ...]
    candidates: tuple[tuple[str, str], ...]


_SAME_BOTH_WAYS: Final = "АA БB ГG ДD ЂD ЕE ЖZ ЗZ ИI ІI ЈJ КK ЛL МM ОO ПP ТT ЋC ФF ЦC ЧC ШS"
_BY_LOOK: Final = "ВB НH РP СC УY ХX ЅS"
_BY_SOUND: Final = "ВV НN РR СS УU ХH ЅZ"


def _table(pairs: str) -> dict[int, str]:
    return {ord(pair[0]): pair[1] for pair in pairs.split()} | {ord("Đ"): "D", ord("Ł"): "L"}


_READINGS: Final = (_table(f"{_SAME_BOTH_WAYS} {_BY_LOOK}"), _table(f"{_SAME_BOTH_WAYS} {_BY_SOUND}"))


def normalise_plate(text: str) -> str:
    """The key of a plate: capitals and digits alone, without marks, Cyrillic by its look."""
    return _key(text, _READINGS[0])


def read_plate(text: str) -> Plate:
    """Read a typed plate.

    Raises InputError `text_too_long`, `text_control` or `text_reordering` (see `typed_text`),
    and `plate_empty` when there is neither letter nor digit in it.
    """
    original = typed_text(text, field="plate", chars_max=PLATE_MAX_CHARS)
    readings = tuple(dict.fromkeys(_key(original, table) for table in _READINGS))
    if not readings[0]:
        raise InputError(
            "plate_empty",
            "there is no letter or digit in this plate",
            hint="Type the plate as it is printed, or leave the field empty.",
            field="plate",
        )
    return Plate(
        original=original,
        key=readings[0],
        readings=readings,
        candidates=tuple(
            (each.country, each.name)
            for each in FORMATS
            if any(each.pattern.fullmatch(reading) for reading in readings)
        ),
    )


def _key(text: str, table: dict[int, str]) -> str:
    if text.isascii():  # the tables turn none of these, and nothing is composed
        plain = text.upper()
    else:
        composed = unicodedata.normalize("NFC", text).upper().translate(table)
        plain = unicodedata.normalize("NFKD", composed).upper()
    # Few plates hold anything but these separators: a look at the whole is a tenth of one at each sign.
    plain = plain.replace("-", "").replace(" ", "")
    return plain if plain.isalnum() else "".join(sign for sign in plain if sign.isalnum())


class VinProblem(StrEnum):
    """Why a vehicle identification number is doubtful."""

    LENGTH = "vin_length"  # not 17 signs: normal before 1981, else a slip
    CHARACTER = "vin_character"  # I, O, Q or a sign that is no letter or digit
    CHECK_DIGIT = "vin_check_digit"  # wrong where it binds: made in North America


@dataclass(frozen=True, slots=True, kw_only=True)
class VinVerdict:
    """What can be said of a VIN from its characters; it warns and never blocks.

    vin: capitals without blanks and hyphens. binding: whether the check digit binds its maker.
    expected, found: the check digit, "" where the number does not have its shape.
    """

    vin: str
    problem: VinProblem | None
    binding: bool = False
    expected: str = ""
    found: str = ""

    @property
    def ok(self) -> bool:
        return self.problem is None


_VIN_LENGTH: Final = 17
_VIN_VALUE: Final = {
    sign: value
    for row in ("0123456789", " ABCDEFGH", " JKLMN P R", "  STUVWXYZ")
    for value, sign in enumerate(row)
    if sign != " "
}
_VIN_WEIGHTS: Final = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)
_VIN_CHECK_AT: Final = 8
_NORTH_AMERICA: Final = "12345"


def vin_verdict(text: str) -> VinVerdict:
    """Judge a VIN: 17 signs, none of I, O, Q; the check digit counts for North American makers only.

    Raises InputError `text_too_long`, `text_control` or `text_reordering` (see `typed_text`).
    """
    typed = typed_text(text, field="vin", chars_max=VIN_MAX_CHARS).upper()
    vin = typed.replace(" ", "").replace("-", "")
    if any(sign not in _VIN_VALUE for sign in vin):
        return VinVerdict(vin=vin, problem=VinProblem.CHARACTER)
    if len(vin) != _VIN_LENGTH:
        return VinVerdict(vin=vin, problem=VinProblem.LENGTH)
    total = sum(_VIN_VALUE[sign] * weight for sign, weight in zip(vin, _VIN_WEIGHTS, strict=True))
    expected, found = "0123456789X"[total % 11], vin[_VIN_CHECK_AT]
    binding = vin[0] in _NORTH_AMERICA
    wrong = binding and expected != found
    problem = VinProblem.CHECK_DIGIT if wrong else None
    return VinVerdict(vin=vin, problem=problem, binding=binding, expected=expected, found=found)
