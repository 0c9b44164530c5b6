"""The words for codes: fields, kinds, states, reasons.

Job: keep every word an operator reads for a stored code in one place, marked for translation. What the
code lists name is asked of them; what only the schema and the merge know stands in the tables here.
Invariant: an unknown code of a newer peer is shown as its code, never hidden and never an error.
Must not know: layout.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from flask_babel import LazyString, gettext
from flask_babel import lazy_gettext as _

from shared.codelists import CodeLists

_FIELDS: Final = {
    "owner": _("Owner country"),
    "training": _("Training"),
    "post": _("Post"),
    "happened": _("Happened"),
    "offset_min": _("Offset from UTC"),
    "clock": _("Clock"),
    "clock_correction_ms": _("Clock correction"),
    "device": _("Device"),
    "direction": _("Direction"),
    "capture": _("Captured by"),
    "mrz_state": _("Check digits"),
    "mrz_lines": _("MRZ lines"),
    "mrz_format": _("MRZ format"),
    "mrz_zero": _("MRZ prints 0 for an empty number"),
    "repairs": _("Repaired"),
    "document_category": _("Document"),
    "document_code": _("Document code"),
    "document_number": _("Document number"),
    "document_issuer": _("Issued by"),
    "document_expiry": _("Expires"),
    "personal_number": _("Personal number"),
    "optional_1": _("Optional data 1"),
    "optional_2": _("Optional data 2"),
    "surname": _("Surname"),
    "given_names": _("Given names"),
    "written_name": _("Name as written"),
    "birth": _("Born"),
    "birth_place": _("Place of birth"),
    "sex": _("Sex"),
    "nationality": _("Nationality"),
    "accompanied_by": _("With (parent's check)"),
    "plate": _("Plate"),
    "plate_country": _("Plate country"),
    "vin": _("VIN"),
    "vehicle_kind": _("Vehicle"),
    "origin": _("Coming from"),
    "destination": _("Going to"),
    "purpose": _("Purpose"),
    "stay_days": _("Stay, days"),
    "verdict": _("Verdict at the booth"),
    "list_generation": _("List generation"),
    "list_position": _("List position"),
    "list_age_s": _("List age at the check"),
    "decision": _("Decision"),
    "letters": _("Refusal letters"),
    "remark": _("Remark"),
    "void": _("Void because"),
    "category": _("Category"),
    "action": _("Action"),
    "status": _("Status"),
    "object": _("Object"),
    "authority": _("Authority"),
    "reference": _("Reference"),
    "reason": _("Reason"),
    "offence": _("Offence"),
    "expires": _("Expires"),
    "phone": _("Duty phone"),
    "warnings": _("Warnings"),
    "aliases": _("Other names"),
    "handling": _("Handling code"),
    "handling_text": _("Handling restriction"),
    "audience": _("Who may hold it"),
    "links": _("Links"),
    "withdrawn_reason": _("Withdrawn because"),
    "marks": _("Marks"),
    "note": _("Note"),
    "check": _("Check"),
    "alert": _("Alert"),
    "alert_dot": _("Alert version"),
    "alert_owner": _("Alert owner"),
    "matched_on": _("Matched on"),
    "late": _("Late"),
    "outcome": _("Outcome"),
    "outcome_reason": _("Why this outcome"),
    "answer": _("Owner's answer"),
    "seen_by": _("Seen by"),
    "login": _("Login"),
    "full_name": _("Name"),
    "role": _("Role"),
    "posts": _("Posts"),
    "disabled": _("Disabled"),
    "change": _("Change"),
    "of": _("About"),
    "fields": _("Fields"),
    "media_type": _("Type of file"),
    "size_bytes": _("Size in bytes"),
    "digest": _("Address of its content"),
    "piece": _("Piece"),
    "pieces": _("Pieces in all"),
    "content": _("Content"),
}

_KINDS: Final = {
    "check": _("Check"),
    "alert": _("Alert"),
    "hit": _("Hit"),
    "cleared_pair": _("Cleared pair"),
    "refusal": _("Refusal"),
    "referral": _("Referral"),
    "incident": _("Incident"),
    "request": _("Request"),
    "bulletin": _("Bulletin"),
    "acknowledgement": _("Acknowledgement"),
    "journal_entry": _("Journal entry"),
    "shift": _("Shift"),
    "officer": _("Officer"),
    "attachment": _("Attachment"),
    "correction": _("Correction"),
    "node_status": _("Node status"),
    "audit_line": _("Audit line"),
    "tombstone": _("Erased record"),
    "refused_change": _("Refused change"),
}

_VALUES: Final = {
    "sex.M": _("male"),
    "sex.F": _("female"),
    "sex.X": _("unspecified"),
    "direction.entry": _("entry"),
    "direction.exit": _("exit"),
    "capture.scan": _("scan"),
    "capture.typed": _("typed MRZ"),
    "capture.manual": _("manual entry"),
    "mrz_state.ok": _("all right"),
    "mrz_state.repaired": _("repaired"),
    "mrz_state.wrong_digit": _("wrong digit"),
    "mrz_state.absent": _("no MRZ"),
    "clock.ok": _("right"),
    "clock.suspect": _("suspect"),
    "clock.unset": _("not set"),
    "verdict.clear": _("clear"),
    "verdict.possible": _("possible"),
    "verdict.hit": _("hit"),
    "verdict.not_matched": _("not matched: list locked"),
    "decision.admit": _("admitted"),
    "decision.refuse": _("refused"),
    "decision.second_line": _("second line"),
    "decision.let_out": _("let out"),
    "decision.stop_exit": _("exit stopped"),
    "outcome.possible": _("possible"),
    "outcome.confirmed": _("confirmed"),
    "outcome.cleared": _("cleared"),
    "matched_on.document": _("document number"),
    "matched_on.plate": _("plate"),
    "matched_on.vin": _("VIN"),
    "matched_on.name_birth": _("name and birth date"),
    "post.PCC": _("the centre"),
    "status.active": _("active"),
    "status.withdrawn": _("withdrawn"),
    "status.expired": _("expired"),
    "role.officer": _("officer"),
    "role.second_line": _("second-line officer"),
    "role.shift_leader": _("shift leader"),
    "role.operator": _("desk operator"),
    "standing.agreed": _("agreed"),
    "standing.soft": _("soft conflict"),
    "standing.hard": _("conflict"),
    "photo.document": _("Document"),
    "photo.face": _("Face"),
    "photo.vehicle": _("Vehicle"),
    "why.own": _("your own"),
    "why.hit": _("hit on your alert"),
    "why.conflict": _("conflict with you"),
    "why.request": _("answered request"),
    "why.listed": _("meant for your posts"),
    "refused.foreign_owner": _("the record belongs to another country"),
    "refused.author_revoked": _("its author was revoked"),
    "refused.desk_owned": _("only the desk writes this"),
    "refused.immutable_field": _("the field may not change"),
    "refused.no_owner": _("no owner is named"),
    "refused.kind_mismatch": _("the record is of another kind"),
    "refused.not_at_this_post": _("a password is set where its officer serves"),
    "rule.once": _("the first value stands; nobody may change it"),
    "rule.latest": _("the newest value shows until a person decides"),
    "rule.severest": _("the more cautious value shows"),
    "rule.append": _("all values are kept"),
    "rule.union": _("the entries of all are kept"),
}

FIELDS: Final[Mapping[str, LazyString]] = MappingProxyType(_FIELDS)
KINDS: Final[Mapping[str, LazyString]] = MappingProxyType(_KINDS)
VALUES: Final[Mapping[str, LazyString]] = MappingProxyType(_VALUES)


_LISTED_AS: Final = MappingProxyType(
    {
        "action": "alert_actions",
        "alert_owner": "countries",
        "category": "alert_categories",
        "country": "countries",
        "handling": "handling",
        "letters": "refusal_letters",
        "matched_on": "matched_on",
        "owner": "countries",
        "post": "posts",
        "posts": "posts",
        "purpose": "crossing_purposes",
        "search_purpose": "purposes",
        "vehicle_kind": "vehicle_kinds",
        "decision": "decisions",
        "document_category": "document_categories",
        "void": "void_reasons",
        "warnings": "warnings",
    }
)
"""Group of codes → the code list that names them."""


_FEW: Final = MappingProxyType(
    {"sex": ("F", "M", "X"), "direction": ("entry", "exit"), "outcome": ("possible", "confirmed", "cleared")}
)
"""Groups whose few codes the schema fixes."""


def plain(code: str) -> str:
    """A code nobody has given a word to, made readable: `hot_pursuit` → `hot pursuit`."""
    return code.replace("_", " ")


class Words:
    """The words of this installation: its code lists before the tables of this module."""

    def __init__(self, lists: CodeLists) -> None:
        self._lists = lists

    def field(self, name: str) -> str:
        """What a field is called."""
        return str(FIELDS.get(name, plain(name)))

    def kind(self, name: str) -> str:
        """What a kind of record is called."""
        return str(KINDS.get(name, plain(name)))

    def options(self, name: str) -> tuple[tuple[str, str], ...]:
        """The codes a field may hold, each with its word; empty where a field has no list."""
        listed = getattr(self._lists, _LISTED_AS[name]).codes if name in _LISTED_AS else ()
        return tuple((code, self.word(name, code)) for code in _FEW.get(name, listed))

    def known(self, name: str, text: str) -> str:
        """A field's text, in words where it is a code somebody named; free text stays as it is."""
        found = self.word(name, text)
        return text if found == plain(text) else found

    def word(self, group: str, code: object) -> str:
        """What a code of a group is called: `word("decision", "admit")`; nothing for no code."""
        if code is None or code == "":
            return ""
        text = str(code)
        if known := VALUES.get(f"{group}.{text}"):
            return str(known)
        listed = getattr(self._lists, _LISTED_AS[group]).find(text) if group in _LISTED_AS else None
        return str(gettext(listed.label)) if listed is not None else plain(text)
