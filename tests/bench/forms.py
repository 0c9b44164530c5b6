"""A generated check as the form an officer's page would send: what capture turns into that check again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from shared.change import Change, Value
from shared.mrz import Format, MrzFields, Sex, render
from shared.partial_date import UNKNOWN, PartialDate, from_day_number
from shared.schema import SCHEMA, Kind, Type

_TYPED: Final = (
    *("direction", "plate", "plate_country", "vehicle_kind", "origin", "destination", "purpose"),
    *("stay_days", "remark", "decision", "letters"),
)
_FROM_THE_PAGE: Final = (
    *("document_category", "document_issuer", "document_number", "document_expiry", "personal_number"),
    *("surname", "given_names", "birth", "sex", "nationality"),
)
_ROOM: Final = {True: 30, False: 39}  # letters of a name on a card, in a booklet: the rest is cut off
_TYPES: Final = {field.name: field.type for field in SCHEMA[Kind.CHECK].fields}
_NAMES: Final = {field.number: field.name for field in SCHEMA[Kind.CHECK].fields}


def form_of(check: Change) -> dict[str, str]:
    """The form: a zone where the document was read, its fields where it was typed from the page.

    Fields that only a saved check has (post, verdict, list's age …) are the node's to fill.
    """
    values = {_NAMES[number]: value for number, value in check.fields.items()}
    names = _TYPED
    form: dict[str, str] = {}
    if values.get("mrz_state") == "absent":
        names += _FROM_THE_PAGE
    else:
        form["mrz"] = "\n".join(_zone(values))
        form["source"] = str(values["capture"])
    return form | {
        name: _text(name, value) for name in names if (value := values.get(name)) not in (None, "", ())
    }


def _zone(values: Mapping[str, Value]) -> tuple[str, ...]:
    def text(name: str) -> str:
        value = values.get(name)
        return value if isinstance(value, str) else ""

    def date(name: str) -> PartialDate:
        value = values.get(name)
        return from_day_number(value) if isinstance(value, int) else UNKNOWN

    card = text("mrz_format") == Format.TD1
    surname = text("surname")[: _ROOM[card] - 3]
    return render(
        MrzFields(
            format=Format(text("mrz_format")),
            document_code=text("document_code"),
            issuer=text("document_issuer"),
            document_number=text("document_number"),
            surname=surname,
            given_names=text("given_names")[: _ROOM[card] - len(surname) - 2].strip(),
            nationality=text("nationality"),
            sex=Sex(text("sex")),
            birth=date("birth"),
            expiry=date("document_expiry"),
            optional_1=text("optional_1"),
            personal_number="" if card else text("personal_number"),
            zero_when_empty=values.get("mrz_zero") is True,
        )
    )


def _text(name: str, value: Value) -> str:
    if isinstance(value, tuple):
        return " ".join(map(str, value))
    if _TYPES[name] is Type.DATE and isinstance(value, int):
        return str(from_day_number(value))
    return str(value)
