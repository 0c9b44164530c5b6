"""What an officer should look at, and what stops nothing.

Job: doubts about a document, a number, a plate, in plain English with a stable code.
Must not know: acceptance rules, alerts, storage.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Final

from edge.screen import Note
from shared import national_number
from shared.change import Value
from shared.errors import InputError
from shared.mrz import Mrz, Sex
from shared.partial_date import PartialDate, from_day_number
from shared.plates import read_plate, vin_verdict

SOON_DAYS: Final = 30
_HOLDERS_OF_NATIONAL_NUMBERS: Final = frozenset({"BIH", "MNE", "SRB"})
_DOUBTS: Final = {
    "national_number_shape": "The national number does not have 13 digits.",
    "national_number_check_digit": "The national number's last digit does not fit the others.",
    "national_number_never_issued": "No national number with these digits was issued.",
    "national_number_impossible_birth": "The national number begins with an impossible date.",
    "national_number_other_birth": "The national number names another birth date.",
    "national_number_other_sex": "The national number is of the other sex.",
    "vin_length": "A vehicle identification number has 17 signs since 1981.",
    "vin_character": "A vehicle identification number has no I, O or Q.",
    "vin_check_digit": "The vehicle identification number's check digit is wrong.",
}


def notes_of(values: Mapping[str, Value], *, mrz: Mrz | None, today: date) -> tuple[Note, ...]:
    """Every note on these values, the zone's own oddities first."""
    return (*_of_zone(mrz), *_of_document(values, today), *_of_number(values), *_of_vehicle(values))


def expiry_state(expiry: PartialDate | None, *, today: date) -> str:
    """ok | soon | expired | unknown: by the last day the document can be good."""
    if expiry is None or expiry.latest is None:
        return "unknown"
    if expiry.latest < today:
        return "expired"
    return "soon" if expiry.latest <= today + timedelta(days=SOON_DAYS) else "ok"


def age_on(birth: PartialDate | None, *, today: date) -> int | None:
    """Whole years on a day; None unless the known parts leave no doubt."""
    if birth is None or birth.earliest is None or birth.latest is None:
        return None
    oldest, youngest = _years(birth.earliest, today), _years(birth.latest, today)
    return oldest if oldest == youngest else None


def may_be_minor(birth: PartialDate | None, *, today: date) -> bool:
    """Whether someone born then can be under 18."""
    return birth is not None and birth.latest is not None and _years(birth.latest, today) < 18


def _years(born: date, today: date) -> int:
    return max(0, today.year - born.year - ((today.month, today.day) < (born.month, born.day)))


def _of_zone(mrz: Mrz | None) -> Iterator[Note]:
    if mrz is None:
        return
    for issue in mrz.issues:
        yield Note(code=issue.code.value, field=issue.field.value, message=issue.message)
    if mrz.name_truncated:
        yield Note(
            code="name_truncated",
            field="names",
            message="The name fills its line and may go on. Compare with the printed page.",
        )


def _of_document(values: Mapping[str, Value], today: date) -> Iterator[Note]:
    state = expiry_state(_date(values, "document_expiry"), today=today)
    if state == "expired":
        yield Note(code="document_expired", field="document_expiry", message="The document has expired.")
    if state == "soon":
        yield Note(
            code="document_expires_soon",
            field="document_expiry",
            message="The document expires within 30 days.",
        )


def _of_number(values: Mapping[str, Value]) -> Iterator[Note]:
    number = values.get("personal_number")
    if not isinstance(number, str) or values.get("nationality") not in _HOLDERS_OF_NATIONAL_NUMBERS:
        return
    sex = values.get("sex")
    verdict = national_number.judge(
        number, birth=_date(values, "birth"), sex=Sex(sex) if isinstance(sex, str) else None
    )
    for doubt in verdict.doubts:
        yield Note(code=doubt.value, field="personal_number", message=_DOUBTS[doubt.value])


def _of_vehicle(values: Mapping[str, Value]) -> Iterator[Note]:
    plate, country, vin = values.get("plate"), values.get("plate_country"), values.get("vin")
    if isinstance(plate, str) and isinstance(country, str):
        try:
            countries = {of for of, _ in read_plate(plate).candidates}
        except InputError:  # an older record may hold what is refused today
            countries = set()
        if countries and country not in countries:
            likely = ", ".join(sorted(countries))
            yield Note(
                code="plate_country_odd", field="plate", message=f"Plates of this shape are from {likely}."
            )
    if isinstance(vin, str) and (problem := vin_verdict(vin).problem) is not None:
        yield Note(code=problem.value, field="vin", message=_DOUBTS[problem.value])


def _date(values: Mapping[str, Value], name: str) -> PartialDate | None:
    value = values.get(name)
    return from_day_number(value) if isinstance(value, int) else None
