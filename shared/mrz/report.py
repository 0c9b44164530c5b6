"""A zone that was read, as plain values for JSON: what it says, what its digits say, what was mended.

Job: the answer of `karaula mrz`. Invariant: keys and codes are stable, since programs read them.
Must not know: files, the terminal. Source of each field: `model`, which names its own.
"""

from __future__ import annotations

from typing import Final

from shared.mrz.layout import FieldName
from shared.mrz.model import IssueCode, Mrz
from shared.mrz.states import STATES

_NO_DATE: Final = frozenset({IssueCode.BAD_DATE, IssueCode.IMPOSSIBLE_DATE, IssueCode.DATE_RANGE})
_DATES: Final = (FieldName.BIRTH, FieldName.EXPIRY)

Report = dict[str, object]


def is_valid(mrz: Mrz) -> bool:
    """Whether the zone can be taken at its word: each check digit agrees and both dates can be.

    A repaired character does not make it invalid (it is listed), nor does an unknown state.
    """
    return mrz.digits_ok and not any(each.code in _NO_DATE for each in mrz.issues)


def report(mrz: Mrz) -> Report:
    """Every field and verdict; dates in the text form of `partial_date`, "" where nothing is known."""
    return {
        "format": mrz.format.value,
        "valid": is_valid(mrz),
        "fields": _fields(mrz),
        "checks": {
            verdict.field.value: {"ok": verdict.ok, "expected": verdict.expected, "found": verdict.found}
            for verdict in mrz.verdicts
        },
        "repairs": [
            {
                "field": each.field.value,
                "line": each.line,
                "position": each.position,
                "before": each.before,
                "after": each.after,
                "why": each.why.value,
            }
            for each in mrz.repairs
        ],
        "suggestions": [
            {
                "field": each.field.value,
                "line": each.line,
                "position": each.position,
                "before": each.before,
                "after": each.after,
            }
            for each in mrz.suggestions
        ],
        "issues": [
            {"code": each.code.value, "field": each.field.value, "message": each.message}
            for each in mrz.issues
        ],
        "round_trips": mrz.round_trips,
        "lines": list(mrz.lines),
    }


def _fields(mrz: Mrz) -> Report:
    dates = {FieldName.BIRTH: mrz.birth, FieldName.EXPIRY: mrz.expiry}
    return {
        "document_code": mrz.document_code,
        "issuer": mrz.issuer,
        "issuer_name": STATES.get(mrz.issuer, ""),
        "document_number": mrz.document_number,
        "surname": mrz.surname,
        "given_names": mrz.given_names,
        "name_truncated": mrz.name_truncated,
        "nationality": mrz.nationality,
        "nationality_name": STATES.get(mrz.nationality, ""),
        "sex": mrz.sex.value,
        **{name.value: "" if str(dates[name]) == "XXXX" else str(dates[name]) for name in _DATES},
        "personal_number": mrz.personal_number,
        "optional_1": mrz.optional_1,
        "optional_2": mrz.optional_2,
    }
