"""A look-up without a check: with a purpose, written down, and sent to the desk.

Must not know: flask, the link.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from edge import answering
from edge.afterwards import Afterwards
from edge.answering import Found
from edge.booth_fields import LOOK_UP_FIELDS
from edge.capture import zone
from edge.capture.fields import Fields
from edge.form import FormError
from edge.kit import Kit
from edge.record_view import LookUpView
from edge.screen import Candidate, Session
from edge.store import checks, watch
from edge.witness import witness_upward
from shared.database import Connection
from shared.ledger.records import Record
from shared.limits import SEARCH_MAX_ROWS, TEXT_MAX_CHARS
from shared.watchlist import Subject, subject_of

NOT_AT_A_POST: Final = frozenset({"conflict", "request", "alert", "audit"})
"""Presets of purposes that belong to a desk's screens."""


class LookUps:
    """Look-ups in the alerts and in this node's own checks."""

    def __init__(self, kit: Kit, afterwards: Afterwards) -> None:
        self._kit = kit
        self._afterwards = afterwards

    def purposes(self) -> tuple[str, ...]:
        return tuple(one.code for one in self._kit.lists.purposes if one.preset not in NOT_AT_A_POST)

    def look_up(self, session: Session, form: Mapping[str, str]) -> LookUpView:
        kept = {name: form[name] for name in LOOK_UP_FIELDS if form.get(name)}
        fields = Fields(kept)
        subject = self._read(fields)
        if fields.problems:
            return LookUpView(form=kept, problems=fields.problems, answer=None, checks=(), more_checks=False)
        kit = self._kit
        with kit.database.transaction() as tx:
            findings = answering.find(kit, tx, subject)
            own, more = self._own_checks(tx, subject)
            self._write_down(tx, session, "look_up", fields, results=len(findings.found) + len(own))
            return LookUpView(
                form=kept,
                problems={},
                answer=answering.answer(kit, tx, findings),
                checks=self._afterwards.rows(tx, own),
                more_checks=more,
            )

    def open_cue(self, session: Session, form: Mapping[str, str]) -> tuple[Candidate, ...]:
        fields = Fields({name: form[name] for name in LOOK_UP_FIELDS if form.get(name)})
        subject = self._read(fields)
        if fields.problems:
            raise FormError(fields.problems)
        with self._kit.database.transaction() as tx:
            findings = answering.find(self._kit, tx, subject)
            hidden: list[Found] = [one for one in findings.found if one.discreet]
            self._write_down(tx, session, "look_up_cue_opened", fields, results=len(hidden))
            return tuple(answering.candidate(self._kit, one) for one in hidden)

    def _read(self, fields: Fields) -> Subject:
        """What to look for, and why; what is missing becomes a problem."""
        birth = zone.packed(fields.birth("birth", today=self._kit.today()))
        subject = Subject(
            surname=fields.name("surname"),
            given_names=fields.name("given_names"),
            birth=birth,
            document_number=fields.number("document_number"),
            document_issuer=fields.state("document_issuer"),
            plate=fields.plate("plate"),
            plate_country=fields.text("plate_country", chars_max=3).upper(),
            vin=fields.vin("vin"),
        )
        purpose = self._kit.lists.purposes.find(fields.code("purpose", self.purposes()))
        reference = fields.text("reference")
        if purpose is None:
            fields.add("purpose", "purpose_missing", "a look-up states its purpose", "Choose one.")
        elif purpose.needs_reference and not reference:
            fields.add(
                "reference",
                "reference_missing",
                "this purpose needs a case number",
                "Type the number or file.",
            )
        if not fields.problems and not self._kit.matcher.keys_of(subject):
            fields.add(
                "document_number",
                "nothing_to_look_for",
                "nothing to look for",
                "Give a document number, a plate, a VIN, or a name with the birth date.",
            )
        return subject

    def _own_checks(self, tx: Connection, subject: Subject) -> tuple[list[Record], bool]:
        """The newest own checks of whoever is asked about, and whether there may be others."""
        like = watch.checks_like(tx, self._kit.matcher, subject)
        read = checks.some(tx, like[:SEARCH_MAX_ROWS])
        agreeing = [
            check for check in read if self._kit.matcher.judge(subject_of(check.values), subject) is not None
        ]
        return agreeing, len(like) > SEARCH_MAX_ROWS

    def _write_down(
        self, tx: Connection, session: Session, action: str, fields: Fields, *, results: int
    ) -> None:
        asked = "; ".join(f"{name}={fields.raw(name)}" for name in LOOK_UP_FIELDS[:-2] if fields.raw(name))
        witness_upward(
            self._kit,
            tx,
            session,
            action,
            purpose=fields.raw("purpose"),
            reference=fields.text("reference"),
            query=asked[:TEXT_MAX_CHARS],
            results=results,
        )
