"""A machine-readable zone inside a case: what it gives the record, and what the page shows of it.

Invariants: a zone with wrong digits is still used, its state says so; the lines themselves are
kept only where the record's fields, its format among them, do not make them again.
Must not know: the rest of the form.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from edge.screen import Digit, Reading, Swap
from shared.change import Value
from shared.errors import KaraulaError
from shared.mrz import Format, Mrz, MrzFields, Repair, Sex, Suggestion, render
from shared.partial_date import UNKNOWN, PartialDate, from_day_number

ABSENT: Final = "absent"


def state_of(mrz: Mrz | None) -> str:
    """ok | repaired | wrong_digit | absent."""
    if mrz is None:
        return ABSENT
    if not mrz.digits_ok:
        return "wrong_digit"
    return "repaired" if mrz.repairs else "ok"


def values_of(mrz: Mrz) -> dict[str, Value]:
    """What a zone says, by the names of a check's fields."""
    return {
        "mrz_format": mrz.format.value,
        "mrz_zero": mrz.zero_when_empty or None,
        "document_code": mrz.document_code,
        "document_issuer": mrz.issuer,
        "document_number": mrz.document_number,
        "document_expiry": packed(mrz.expiry),
        "optional_1": mrz.optional_1,
        "optional_2": mrz.optional_2,
        "personal_number": mrz.personal_number,
        "surname": mrz.surname,
        "given_names": mrz.given_names,
        "birth": packed(mrz.birth),
        "sex": mrz.sex.value,
        "nationality": mrz.nationality,
    }


def packed(date: PartialDate | None) -> int | None:
    """A date as records hold it; None when nothing of it is known."""
    return None if date is None or date == UNKNOWN else date.day_number()


def lines_to_keep(mrz: Mrz, values: Mapping[str, Value]) -> str | None:
    """The zone's lines, joined by line ends, unless `values` make them again."""
    return None if _made_again(values) == mrz.lines else "\n".join(mrz.lines)


def lines_of(values: Mapping[str, Value]) -> tuple[str, ...]:
    """The zone of a saved check, by its creating values: kept, or made again; () where there was none."""
    kept = values.get("mrz_lines")
    return tuple(kept.split("\n")) if isinstance(kept, str) and kept else _made_again(values)


def reading_of(mrz: Mrz) -> Reading:
    """The zone for the page."""
    return Reading(
        format=mrz.format.value,
        state=state_of(mrz),
        lines=mrz.lines,
        digits=tuple(
            Digit(field=v.field.value, ok=v.ok, expected=v.expected, found=v.found) for v in mrz.verdicts
        ),
        repairs=tuple(_swap(repair) for repair in mrz.repairs),
        suggestions=tuple(_swap(suggestion) for suggestion in mrz.suggestions),
        name_truncated=mrz.name_truncated,
    )


def _made_again(values: Mapping[str, Value]) -> tuple[str, ...]:
    """The lines these values print; () where they have no zone's format, or do not fit one."""
    try:
        return render(_fields(values))
    except (KaraulaError, ValueError):  # another version's format, or no zone at all
        return ()


def _fields(values: Mapping[str, Value]) -> MrzFields:
    def text(name: str) -> str:
        value = values.get(name)
        return value if isinstance(value, str) else ""

    def date(name: str) -> PartialDate:
        value = values.get(name)
        return from_day_number(value) if isinstance(value, int) else UNKNOWN

    return MrzFields(
        format=Format(text("mrz_format")),
        document_code=text("document_code"),
        issuer=text("document_issuer"),
        document_number=text("document_number"),
        surname=text("surname"),
        given_names=text("given_names"),
        nationality=text("nationality"),
        sex=Sex(text("sex") or Sex.UNSPECIFIED.value),
        birth=date("birth"),
        expiry=date("document_expiry"),
        optional_1=text("optional_1"),
        optional_2=text("optional_2"),
        personal_number=text("personal_number"),
        zero_when_empty=values.get("mrz_zero") is True,
    )


def _swap(found: Repair | Suggestion) -> Swap:
    return Swap(
        field=found.field.value,
        line=found.line,
        position=found.position,
        before=found.before,
        after=found.after,
    )
