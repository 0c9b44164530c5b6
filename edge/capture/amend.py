"""A correction after save: the same rules as at capture, field by field.

Job: turn a correction form into the fields that really change. A blank field that had a value
clears it; a field the form does not send is left alone. Must not know: storage, contexts.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Final

from edge.capture import zone
from edge.capture.case import DIRECTIONS
from edge.capture.decision import read_decision
from edge.capture.fields import SEXES, Fields
from edge.screen import Problem
from shared.change import Value
from shared.codelists import CodeLists

CORRECTABLE: Final = (
    "direction",
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
    "plate",
    "plate_country",
    "vin",
    "vehicle_kind",
    "origin",
    "destination",
    "purpose",
    "stay_days",
    "decision",
    "letters",
    "remark",
)
_DECIDING: Final = frozenset({"direction", "decision", "letters", "nationality"})


def amend(
    form: Mapping[str, str], current: Mapping[str, Value], *, lists: CodeLists, today: date, country: str
) -> tuple[dict[str, Value], dict[str, Problem]]:
    """(fields that change, None for a cleared one; problems)."""
    fields = Fields(form)
    read = _read(fields, lists, today)
    changed: dict[str, Value] = {}
    for name in CORRECTABLE:
        if name not in form or name in fields.problems:
            continue
        value = read[name] if read[name] not in ("", ()) else None
        if value != current.get(name):
            changed[name] = value
    if _DECIDING & set(changed):
        _decide_again(fields, changed, current, lists, country)
    return changed, fields.problems


def _read(fields: Fields, lists: CodeLists, today: date) -> dict[str, Value]:
    return {
        "direction": fields.code("direction", DIRECTIONS),
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
        "plate": fields.plate("plate"),
        "plate_country": fields.text("plate_country", chars_max=3).upper(),
        "vin": fields.vin("vin"),
        "vehicle_kind": fields.code("vehicle_kind", lists.vehicle_kinds.codes),
        "origin": fields.name("origin"),
        "destination": fields.name("destination"),
        "purpose": fields.code("purpose", lists.crossing_purposes.codes),
        "stay_days": fields.days("stay_days"),
        "decision": fields.raw("decision"),
        "letters": fields.codes("letters", lists.refusal_letters.codes),
        "remark": fields.lines("remark"),
    }


def _decide_again(
    fields: Fields,
    changed: Mapping[str, Value],
    current: Mapping[str, Value],
    lists: CodeLists,
    country: str,
) -> None:
    """Judge the decision as it would stand after the correction."""

    def after(name: str) -> Value:
        return changed[name] if name in changed else current.get(name)

    letters = after("letters")
    form = {
        "decision": str(after("decision") or ""),
        "letters": " ".join(str(letter) for letter in letters) if isinstance(letters, tuple) else "",
    }
    _, problems = read_decision(
        form,
        lists=lists,
        direction=str(after("direction") or ""),
        country=country,
        nationality=str(after("nationality") or ""),
    )
    for name, problem in problems.items():
        fields.problems.setdefault(name, problem)
