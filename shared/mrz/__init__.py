"""Machine-readable zones of travel documents (ICAO Doc 9303: TD1, TD2, TD3, MRV-A, MRV-B).

Job: `parse` reads what a reader typed; `render` prints it again. The rest are the values they
exchange. Inside, imports run one way: check_digit, layout → model → lines, repair, render,
states → verdicts, issues → reading.
"""

from __future__ import annotations

from shared.mrz.check_digit import check_digit
from shared.mrz.layout import FieldName, Format
from shared.mrz.model import Issue, IssueCode, Mrz, MrzFields, Repair, Sex, Suggestion, Verdict
from shared.mrz.reading import parse
from shared.mrz.render import render
from shared.mrz.states import STATES, match_code

__all__ = [
    "STATES",
    "FieldName",
    "Format",
    "Issue",
    "IssueCode",
    "Mrz",
    "MrzFields",
    "Repair",
    "Sex",
    "Suggestion",
    "Verdict",
    "check_digit",
    "match_code",
    "parse",
    "render",
]
