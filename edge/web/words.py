"""The words for codes: what an officer reads where the records hold `second_line` or `name_birth`.

Job: one table a kind of code, each text through gettext. A code without a word shows as itself,
so that a newer peer's code is still seen. Must not know: pages, where a code comes from.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from flask_babel import gettext
from flask_babel import lazy_gettext as _

from edge.web.moments import plain_date
from shared.matching.reasons import Reason

_Words = Mapping[str, object]

VERDICTS: Final[_Words] = {
    "clear": _("No match"),
    "possible": _("Possible match"),
    "hit": _("Hit"),
    "locked": _("List locked"),
    "not_matched": _("Not matched"),
}
LOCKS: Final[_Words] = {
    "lease_ended": _(
        "Decide by the paper procedure. Checks are saved, and matched when the centre is heard again."
    ),
    "node_revoked": _("This device was struck off. Decide by the paper procedure and call the centre."),
}
STRENGTHS: Final[_Words] = {
    "certain": _("Certain"),
    "strong": _("Strong"),
    "fair": _("Fair"),
    "weak": _("Weak"),
}
DIRECTIONS: Final[_Words] = {"entry": _("Entry"), "exit": _("Exit")}
DECISIONS: Final[_Words] = {
    "admit": _("Admit"),
    "refuse": _("Refuse entry"),
    "second_line": _("Second line"),
    "let_out": _("Let out"),
    "stop_exit": _("Stop exit"),
}
DONE: Final[_Words] = {
    "admit": _("Admitted"),
    "refuse": _("Refused"),
    "second_line": _("To second line"),
    "let_out": _("Let out"),
    "stop_exit": _("Exit stopped"),
}
FIELDS: Final[_Words] = {
    "mrz": _("Machine-readable zone"),
    "names": _("Name"),
    "surname": _("Surname"),
    "given_names": _("Given names"),
    "written_name": _("Name as written"),
    "birth": _("Birth date"),
    "sex": _("Sex"),
    "nationality": _("Nationality"),
    "document_category": _("Document"),
    "document_code": _("Document code"),
    "document_number": _("Document number"),
    "document_issuer": _("Issuing country"),
    "issuer": _("Issuing country"),
    "document_expiry": _("Expiry date"),
    "expiry": _("Expiry date"),
    "personal_number": _("Personal number"),
    "optional_1": _("Optional data"),
    "optional_2": _("Optional data 2"),
    "composite": _("Whole zone"),
    "accompanied_by": _("Parent's check"),
    "plate": _("Plate"),
    "plate_country": _("Plate country"),
    "vin": _("VIN"),
    "vehicle_kind": _("Vehicle"),
    "origin": _("From"),
    "destination": _("To"),
    "purpose": _("Purpose"),
    "stay_days": _("Days of stay"),
    "direction": _("Direction"),
    "decision": _("Decision"),
    "letters": _("Grounds of refusal"),
    "remark": _("Remark"),
    "reference": _("Reference"),
    "reason": _("Reason"),
    "void": _("Void"),
    "happened": _("Time"),
    "capture": _("Captured"),
    "verdict": _("Answer"),
    "mrz_state": _("Check digits"),
    "repairs": _("Repairs"),
    "post": _("Post"),
    "device": _("Device"),
    "clock": _("Clock"),
    "confirm_digits": _("Check digits"),
    "confirm_clock": _("Clock"),
    "login": _("Log-in"),
    "password": _("Password"),
    "current": _("Password now"),
    "new": _("New password"),
    "again": _("New password again"),
    "outcome": _("Outcome"),
    "photo": _("Photo"),
}
PHOTOS: Final[_Words] = {"document": _("Document"), "face": _("Face"), "vehicle": _("Vehicle")}
DIGITS: Final[_Words] = {
    "document_number": _("Number"),
    "birth": _("Birth"),
    "expiry": _("Expiry"),
    "personal_number": _("Personal no."),
    "composite": _("Whole zone"),
}
GROUNDS: Final[_Words] = {
    "document": _("document"),
    "plate": _("plate"),
    "vin": _("VIN"),
    "name_birth": _("name and birth date"),
}
OUTCOMES: Final[_Words] = {"possible": _("Open"), "confirmed": _("Confirmed"), "cleared": _("Cleared")}
EVENTS: Final[_Words] = {
    "create": _("Checked"),
    "correct": _("Corrected"),
    "void": _("Voided"),
    "resolve": _("Conflict resolved"),
    "clock": _("Clock measured"),
}
ROLES: Final[_Words] = {
    "officer": _("Officer"),
    "second_line": _("Second line"),
    "shift_leader": _("Shift leader"),
    "operator": _("Operator"),
}
EXPIRY: Final[_Words] = {
    "ok": _("Valid"),
    "soon": _("Expires soon"),
    "expired": _("Expired"),
    "unknown": _("Expiry unknown"),
}
LINKS: Final[_Words] = {"up": _("Link up"), "down": _("No link"), "never": _("No link yet")}
CLOCKS: Final[_Words] = {"ok": _("Right"), "suspect": _("Doubtful"), "unset": _("Not set")}
READINGS: Final[_Words] = {
    "ok": _("All check digits agree"),
    "repaired": _("Read with repairs"),
    "wrong_digit": _("Check digits disagree"),
    "absent": _("No zone"),
}
CAPTURES: Final[_Words] = {
    "scan": _("Read by the reader"),
    "typed": _("Zone typed"),
    "manual": _("Typed by hand"),
}
WARNINGS: Final[_Words] = {
    "armed": _("Armed"),
    "violent": _("Violent"),
    "escaped": _("Escaped"),
    "suicide_risk": _("Suicide risk"),
    "health": _("Health risk"),
    "terrorism": _("Terrorism"),
}
WHY_SIGNED_OUT: Final[_Words] = {
    "session_ended": _("You were signed out. What you had captured is kept; sign in to go on."),
    "officer_disabled": _("This log-in is switched off. Ask your shift leader."),
    "left": _("Signed out."),
}

_CATEGORIES: Final[_Words] = {
    "passport": _("Passport"),
    "id_card": _("Identity card"),
    "border_permit": _("Border permit"),
    "visa": _("Visa"),
    "parents_passport": _("In a parent's document"),
    "residence_permit": _("Residence permit"),
    "none": _("No document"),
}
_VALUE_TABLES: Final = {
    "direction": "direction",
    "decision": "done",
    "verdict": "verdict",
    "mrz_state": "reading",
    "capture": "capture",
}
_DATES: Final = frozenset({"birth", "document_expiry"})
_CODES: Final = frozenset({"purpose", "vehicle_kind", "void"})

_TABLES: Final[Mapping[str, _Words]] = {
    "verdict": VERDICTS,
    "lock": LOCKS,
    "direction": DIRECTIONS,
    "decision": DECISIONS,
    "done": DONE,
    "field": FIELDS,
    "digit": DIGITS,
    "ground": GROUNDS,
    "outcome": OUTCOMES,
    "event": EVENTS,
    "role": ROLES,
    "expiry": EXPIRY,
    "link": LINKS,
    "clock": CLOCKS,
    "reading": READINGS,
    "capture": CAPTURES,
    "warning": WARNINGS,
    "why_signed_out": WHY_SIGNED_OUT,
    "photo": PHOTOS,
    "strength": STRENGTHS,
}


def of(table: str, code: str) -> str:
    """The word for a code; the code itself, readable, where the table has none."""
    found = _TABLES[table].get(code)
    return code.replace("_", " ") if found is None else str(found)


def said(text: str) -> str:
    """A sentence that came with its code (a problem, a label): translated where a translation exists."""
    return gettext(text) if text else ""


def because(reason: Reason) -> str:
    """Why something matched: the rule's sentence, translated where it is, with its own parameters."""
    spoken: str = gettext(reason.template)
    return spoken.format(ours=reason.ours, theirs=reason.theirs, place=reason.place)


def sentence(text: str) -> str:
    """`said`, begun with a capital and ended with a full stop."""
    spoken = said(text)
    ended = spoken if spoken[-1:] in ".?!…" else f"{spoken}."
    return ended[:1].upper() + ended[1:]


def category(code: str) -> str:
    """The kind of a document as a heading; "Document" where none was told."""
    if not code:
        return str(FIELDS["document_category"])
    return str(_CATEGORIES.get(code, code.replace("_", " ").capitalize()))


def value(name: str, text: str) -> str:
    """A record's value as people read it; codes of the tables above become words."""
    if name == "document_category":
        return category(text)
    table = _VALUE_TABLES.get(name)
    if table is not None:
        return of(table, text)
    if name in _DATES:
        return plain_date(text)
    return text.replace("_", " ") if name in _CODES else text
