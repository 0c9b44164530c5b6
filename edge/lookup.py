"""A look-up without a check: with a purpose, written down, and sent to the desk.

Must not know: flask, the link.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
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
from shared.ledger.savepoint import spared
from shared.limits import SEARCH_MAX_ROWS, TEXT_MAX_CHARS
from shared.watchlist import Subject, subject_of

NOT_AT_A_POST: Final = frozenset({"conflict", "request", "alert", "audit"})
"""Presets of purposes that belong to a desk's screens."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnChecks:
    """The newest own checks of whoever is asked about; whether there may be more, or comparing failed."""

    newest: list[Record] = field(default_factory=list)
    more: bool = False
    failed: bool = False


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
            own = spared(lambda: self._own_checks(tx, subject), otherwise=OwnChecks(failed=True))
            findings = replace(findings, failed=findings.failed or own.failed)
            self._write_down(tx, session, "look_up", fields, results=len(findings.found) + len(own.newest))
            return LookUpView(
                form=kept,
                problems={},
                answer=answering.answer(kit, tx, findings),
                checks=self._afterwards.rows(tx, own.newest),
                more_checks=own.more,
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
        if not fields.problems and not self._is_findable(subject):
            fields.add(
                "document_number",
                "nothing_to_look_for",
                "nothing to look for",
                "Give a document number, a plate, a VIN, or a name with the birth date.",
            )
        return subject

    def _is_findable(self, subject: Subject) -> bool:
        """Whether there is anything to look for; where that cannot be told the answer will say so."""
        return spared(lambda: bool(self._kit.matcher.keys_of(subject)), otherwise=True)

    def _own_checks(self, tx: Connection, subject: Subject) -> OwnChecks:
        like = watch.checks_like(tx, self._kit.matcher, [subject])[0]
        read = checks.some(tx, like[:SEARCH_MAX_ROWS])
        agreeing = [
            check for check in read if self._kit.matcher.judge(subject_of(check.values), subject) is not None
        ]
        return OwnChecks(newest=agreeing, more=len(like) > SEARCH_MAX_ROWS)

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
