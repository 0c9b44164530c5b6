"""A case made ready for the page.

Job: put reading, traveller, answer and open decisions together as a `CaseView`.
Must not know: storage, forms' rules.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from edge.capture.case import Captured
from edge.capture.decision import open_decisions
from edge.capture.notes import age_on, expiry_state, may_be_minor
from edge.capture.zone import reading_of
from edge.kit import Kit
from edge.photo_row import PhotoRow
from edge.printing import printed
from edge.screen import Answer, CaseId, CaseView, Decision, Option, Problem, Traveller, Vehicle
from shared.change import Value
from shared.partial_date import PartialDate, from_day_number


def view_of(
    kit: Kit,
    *,
    case: CaseId,
    form: Mapping[str, str],
    captured: Captured,
    answer: Answer | None,
    confirm_clock: bool,
    photos: tuple[PhotoRow, ...] = (),
    saved: str = "",
) -> CaseView:
    """The page's view of a case."""
    decisions = open_decisions(
        kit.lists,
        direction=captured.text("direction"),
        country=kit.country,
        nationality=captured.text("nationality"),
    )
    problems: dict[str, Problem] = {} if captured.empty else dict(captured.problems)
    return CaseView(
        case=case,
        form=dict(form),
        problems=problems,
        reading=reading_of(captured.mrz) if captured.mrz is not None else None,
        traveller=traveller_of(kit, captured.values, today=kit.today()),
        vehicle=vehicle_of(captured.values),
        notes=captured.notes,
        answer=answer,
        direction=captured.text("direction"),
        decisions=tuple(
            Decision(code=one.code, label=one.label, needs_letters=one.needs_letters) for one in decisions
        ),
        letters=tuple(Option(code=one.code, label=one.label) for one in kit.lists.refusal_letters),
        confirm_digits=captured.unconfirmed_digits and form.get("confirm_digits") != "yes",
        confirm_clock=confirm_clock and form.get("confirm_clock") != "yes",
        ready=not captured.empty and not captured.problems,
        photos=photos,
        saved=saved,
    )


def traveller_of(kit: Kit, values: Mapping[str, Value], *, today: date) -> Traveller | None:
    """Who stands there; None while nothing is known of a person or a document."""

    def text(name: str) -> str:
        value = values.get(name)
        return value if isinstance(value, str) else ""

    if not any(text(name) for name in ("surname", "given_names", "written_name", "document_number")):
        return None
    birth, expiry = date_of(values, "birth"), date_of(values, "document_expiry")
    parent = values.get("accompanied_by")
    return Traveller(
        surname=text("surname"),
        given_names=text("given_names"),
        written_name=text("written_name"),
        birth=str(birth) if birth is not None else "",
        age=age_on(birth, today=today),
        minor=may_be_minor(birth, today=today),
        sex=text("sex"),
        nationality=text("nationality"),
        document_category=text("document_category"),
        document_number=text("document_number"),
        document_issuer=text("document_issuer"),
        document_expiry=str(expiry) if expiry is not None else "",
        expiry_state=expiry_state(expiry, today=today),
        personal_number=text("personal_number"),
        accompanied_by=printed(kit, parent) if isinstance(parent, int) else "",
    )


def vehicle_of(values: Mapping[str, Value]) -> Vehicle | None:
    """The vehicle; None where there is none."""
    plate, country, vin, kind = (
        str(values.get(name) or "") for name in ("plate", "plate_country", "vin", "vehicle_kind")
    )
    if not any((plate, vin, kind)):
        return None
    return Vehicle(plate=plate, plate_country=country, vin=vin, kind=kind)


def date_of(values: Mapping[str, Value], name: str) -> PartialDate | None:
    value = values.get(name)
    return from_day_number(value) if isinstance(value, int) else None
