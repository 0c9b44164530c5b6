"""A case's form as a whole: who, which document, which vehicle, which way.

Job: `read_case` turns what was scanned and typed into the values of a check.
Rules: with a readable zone its fields stand, and a typed field overrides one of them; without one
the officer types what the document shows, and there are documents without numbers, children in a
parent's passport, and people with no document at all. An empty form has no problems: it waits.
Must not know: storage, matching, the clock (`today` is handed in).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from edge.capture import zone
from edge.capture.fields import SEXES, Fields
from edge.capture.notes import notes_of
from edge.form import problem_of
from edge.screen import Note, Problem
from shared.change import Value
from shared.codelists import CodeLists
from shared.errors import InputError, MrzError
from shared.ids import RecordId
from shared.mrz import Mrz, parse

DIRECTIONS: Final = ("entry", "exit")
IN_PARENTS: Final = "parents_passport"
NO_DOCUMENT: Final = "none"
_PERSON: Final = (
    "document_category",
    "document_issuer",
    "document_number",
    "document_expiry",
    "personal_number",
    "surname",
    "given_names",
    "written_name",
    "birth",
    "sex",
    "nationality",
    "accompanied_by",
)
_ALPHA_2: Final = 2

ResolveCheck = Callable[[str], RecordId]
"""Finds a check by what an officer types: raises InputError where there is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Captured:
    """A form as read. `values` are by the names of a check's fields; what is unknown is left out."""

    values: Mapping[str, Value]
    problems: Mapping[str, Problem]
    notes: tuple[Note, ...]
    mrz: Mrz | None
    empty: bool

    def text(self, name: str) -> str:
        value = self.values.get(name)
        return value if isinstance(value, str) else ""

    @property
    def unconfirmed_digits(self) -> bool:
        """Whether a wrong check digit waits for the officer's word."""
        return self.values.get("mrz_state") == "wrong_digit"


def read_case(form: Mapping[str, str], *, lists: CodeLists, today: date, resolve: ResolveCheck) -> Captured:
    """Read everything but the decision."""
    fields = Fields(form)
    mrz = _read_zone(fields, today)
    typed = _person(fields, lists, today, resolve)
    values: dict[str, Value] = dict(zone.values_of(mrz)) if mrz is not None else {}
    values |= {name: value for name, value in typed.items() if value not in ("", None)}
    values |= _vehicle(fields, lists) | _journey(fields, lists)
    started = mrz is not None or any(fields.raw(name) for name in _PERSON) or bool(fields.raw("mrz"))
    if mrz is not None:
        _describe_zone(values, mrz, lists, source=fields.raw("source"))
    elif started:
        values |= {"capture": "manual", "mrz_state": zone.ABSENT}
        _demand(fields, values, lists)
    if fields.raw("direction") not in DIRECTIONS:
        fields.add("direction", "direction_missing", "entry or exit?", "Choose the way the traveller goes.")
    kept = {name: value for name, value in values.items() if value not in ("", None, ())}
    empty = not started and not any(kept.get(name) for name in ("plate", "vin"))
    return Captured(
        values=kept,
        problems=fields.problems,
        notes=notes_of(kept, mrz=mrz, today=today),
        mrz=mrz,
        empty=empty,
    )


def _read_zone(fields: Fields, today: date) -> Mrz | None:
    text = fields.form.get("mrz", "")
    if not text.strip():
        return None
    try:
        return parse(text, today=today)
    except MrzError as refused:
        fields.problems["mrz"] = problem_of(refused, "mrz")
        return None


def _person(fields: Fields, lists: CodeLists, today: date, resolve: ResolveCheck) -> dict[str, Value]:
    return {
        "document_category": fields.code("document_category", lists.document_categories.codes),
        "document_issuer": fields.state("document_issuer"),
        "document_number": fields.number("document_number"),
        "document_expiry": zone.packed(fields.partial_date("document_expiry")),
        "personal_number": fields.number("personal_number"),
        "surname": fields.name("surname"),
        "given_names": fields.name("given_names"),
        "written_name": fields.name("written_name"),
        "birth": zone.packed(fields.birth("birth", today=today)),
        "sex": fields.code("sex", SEXES),
        "nationality": fields.state("nationality"),
        "accompanied_by": _parent(fields, resolve),
    }


def _parent(fields: Fields, resolve: ResolveCheck) -> RecordId | None:
    typed = fields.raw("accompanied_by")
    if not typed:
        return None
    try:
        return resolve(typed)
    except InputError as refused:
        fields.problems["accompanied_by"] = problem_of(refused, "accompanied_by")
        return None


def _vehicle(fields: Fields, lists: CodeLists) -> dict[str, Value]:
    country = fields.text("plate_country", chars_max=3).upper()
    if country and not (country.isascii() and country.isalpha() and len(country) <= 3):
        fields.add(
            "plate_country",
            "bad_country",
            "this is no country code",
            "Type the sign's letters, for example BA.",
        )
        country = ""
    return {
        "plate": fields.plate("plate"),
        "plate_country": country,
        "vin": fields.vin("vin"),
        "vehicle_kind": fields.code("vehicle_kind", lists.vehicle_kinds.codes),
    }


def _journey(fields: Fields, lists: CodeLists) -> dict[str, Value]:
    return {
        "direction": fields.raw("direction") if fields.raw("direction") in DIRECTIONS else "",
        "origin": fields.name("origin"),
        "destination": fields.name("destination"),
        "purpose": fields.code("purpose", lists.crossing_purposes.codes),
        "stay_days": fields.days("stay_days"),
        "remark": fields.lines("remark"),
    }


def _describe_zone(values: dict[str, Value], mrz: Mrz, lists: CodeLists, *, source: str) -> None:
    category = lists.document_category_of(mrz.document_code)
    values.setdefault("document_category", category.code if category is not None else "other")
    values |= {
        "capture": "typed" if source == "typed" else "scan",
        "mrz_state": zone.state_of(mrz),
        "repairs": tuple(str(repair) for repair in mrz.repairs),
        "mrz_lines": zone.lines_to_keep(mrz, values),
    }


def _demand(fields: Fields, values: Mapping[str, Value], lists: CodeLists) -> None:
    """What a case without a readable zone must say."""
    category = lists.document_categories.find(str(values.get("document_category") or ""))
    if "mrz" in fields.problems and category is None and not values.get("surname"):
        return  # the reader failed: reading again comes first, and that problem is shown
    if category is None:
        fields.add("document_category", "category_missing", "which document?", "Choose; “none” is one too.")
    elif category.needs_number and not values.get("document_number"):
        fields.add("document_number", "number_missing", "the number is missing", "Type it as printed.")
    if category is not None and category.code == IN_PARENTS and not values.get("accompanied_by"):
        fields.add(
            "accompanied_by",
            "parent_missing",
            "whose document is the child in?",
            "Save the parent's check first and type its id here.",
        )
    if not any(values.get(name) for name in ("surname", "given_names", "written_name")):
        fields.add("surname", "name_missing", "the name is missing", "Type at least one name as shown.")
    if not values.get("birth") and not fields.raw("birth"):
        fields.add("birth", "birth_missing", "the birth date is missing", "Type what is known; else XXXX.")
    if not values.get("nationality"):
        fields.add("nationality", "nationality_missing", "nationality is missing", "Three letters, or XXX.")
