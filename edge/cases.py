"""One traveller's case: scanned, typed, answered, decided, saved.

Invariants
* What was typed is kept at every step; a half-captured case survives a crash.
* A case belongs to one officer at one device: two tablets never share one.
* "Saved" is said only after the check, its keys, its hits, its photos, its audit line and the end of
  the case were committed together. A second submit finds the first one's check.
* No traveller's data stop their own check: what cannot be compared or filed is said, saved and tried later.
* Nobody decides past an alert they were not shown: the case is shown again instead.
Must not know: flask, the link.
"""

from __future__ import annotations

from collections.abc import Mapping

from edge import answering, filing, hitting, lease
from edge.answering import Findings
from edge.booth_fields import FORM_FIELDS
from edge.capture.case import Captured, read_case
from edge.capture.decision import read_decision
from edge.case_view import view_of
from edge.form import FormError
from edge.kit import Kit
from edge.photos import Photos
from edge.printing import printed, read_id
from edge.screen import CUE, NOT_MATCHED, Candidate, CaseId, CaseView, Problem, Saved, Session
from edge.store import checks, drafts
from edge.store import lease as leases
from edge.store.drafts import Draft
from edge.witness import witness, witness_upward
from shared.change import Value, named
from shared.database import Connection
from shared.errors import InputError, StaleError
from shared.ids import RecordId
from shared.ledger import records
from shared.limits import FORM_MAX_BYTES
from shared.schema import Kind
from shared.watchlist import subject_of

_CASE_BYTES = 16
_YES = "yes"


class Cases:
    """The cases of one node."""

    def __init__(self, kit: Kit, photos: Photos) -> None:
        self._kit = kit
        self._photos = photos
        self._confirmed: set[tuple[str, str]] = set()

    def open(self, session: Session) -> CaseId:
        """The undecided case of this officer at this device, or a new one."""
        with self._kit.database.transaction() as tx:
            found = drafts.newest_open(tx, officer=session.officer, device=session.device)
            if found is not None:
                return found
            case = CaseId(self._kit.world.random(_CASE_BYTES).hex())
            drafts.start(tx, case, officer=session.officer, device=session.device, now_ms=self._kit.now_ms())
            return case

    def drop(self, session: Session, case: CaseId) -> None:
        with self._kit.database.transaction() as tx:
            draft = self._draft(tx, session, case)
            if draft.shown is not None and draft.saved is None:
                witness(self._kit, tx, session, "case_dropped")
            drafts.drop(tx, case)

    def enter(self, session: Session, case: CaseId, form: Mapping[str, str]) -> CaseView:
        """Keep what was typed, ask the list, and show."""
        with self._kit.database.transaction() as tx:
            draft = self._draft(tx, session, case)
            if draft.saved is not None:
                return self._view(tx, draft, draft.form)
            return self._answer(tx, session, draft, _merged(draft.form, form))

    def look(self, session: Session, case: CaseId) -> CaseView:
        return self.enter(session, case, {})

    def open_cue(self, session: Session, case: CaseId) -> tuple[Candidate, ...]:
        """What is behind the cue: written down for the desk before it is shown."""
        with self._kit.database.transaction() as tx:
            draft = self._draft(tx, session, case)
            if draft.saved is not None:
                findings = self._found_again(tx, draft.saved)
            else:
                findings = self._find(tx, self._read(tx, draft.form))
            found = [one for one in findings.found if one.discreet]
            for one in found:
                witness_upward(
                    self._kit, tx, session, "cue_opened", of=one.alert.id, purpose="first_line", results=1
                )
            return tuple(answering.candidate(self._kit, one) for one in found)

    def decide(self, session: Session, case: CaseId, form: Mapping[str, str]) -> Saved:
        """Commit the check, once."""
        kit = self._kit
        with kit.database.transaction() as tx:
            draft = self._draft(tx, session, case)
            if draft.saved is not None:
                return self._saved(tx, draft.saved, cue=draft.cue, repeated=True)
            whole = _merged(draft.form, form)
            captured = self._read(tx, whole)
            findings = self._find(tx, captured)
            problems, decision = self._judge(session, whole, captured)
            unseen = {one.alert.id for one in findings.found} - (draft.shown or frozenset())
            saved = None
            if problems or unseen:  # kept and shown again: this transaction commits what was typed
                self._answer(tx, session, draft, whole, captured=captured, findings=findings)
            else:
                saved = self._commit(tx, session, case, dict(captured.values) | decision, findings)
        if problems:
            raise FormError(problems)
        if saved is None:
            raise StaleError(
                "answer_changed",
                "the list has an answer you have not seen",
                hint="Look at the answer now on the page, then decide.",
            )
        if findings.found:
            kit.nudge()
        return saved

    # --- the steps ---

    def _draft(self, tx: Connection, session: Session, case: str) -> Draft:
        return drafts.own(tx, case, officer=session.officer, device=session.device)

    def _read(self, tx: Connection, form: Mapping[str, str]) -> Captured:
        def resolve(text: str) -> RecordId:
            record = read_id(self._kit, tx, text)
            if records.read(tx, Kind.CHECK, record) is None:
                raise InputError("no_check", "no check has this id", hint="Take it from the recent checks.")
            return record

        return read_case(form, lists=self._kit.lists, today=self._kit.today(), resolve=resolve)

    def _find(self, tx: Connection, captured: Captured) -> Findings:
        return answering.find(self._kit, tx, subject_of(captured.values))

    def _found_again(self, tx: Connection, check: int) -> Findings:
        record = records.read(tx, Kind.CHECK, check)
        return Findings() if record is None else answering.find(self._kit, tx, subject_of(record.values))

    def _answer(
        self,
        tx: Connection,
        session: Session,
        draft: Draft,
        form: Mapping[str, str],
        *,
        captured: Captured | None = None,
        findings: Findings | None = None,
    ) -> CaseView:
        """Ask the list, unless it was just asked; remember what was shown, and show it."""
        captured = captured or self._read(tx, form)
        if captured.empty:
            findings = None
        elif findings is None:
            findings = self._find(tx, captured)
        asked = findings is not None and not lease.state(self._kit, tx).locked
        if asked and draft.shown is None:
            witness(self._kit, tx, session, "list_asked", purpose="first_line")
        shown = [one.alert.id for one in findings.found] if findings is not None and asked else None
        if form != draft.form or (shown is not None and frozenset(shown) != draft.shown):
            drafts.keep(tx, draft.case, form, shown=shown, now_ms=self._kit.now_ms())
        return self._view(tx, draft, form, captured=captured, findings=findings)

    def _view(
        self,
        tx: Connection,
        draft: Draft,
        form: Mapping[str, str],
        *,
        captured: Captured | None = None,
        findings: Findings | None = None,
    ) -> CaseView:
        return view_of(
            self._kit,
            case=draft.case,
            form=form,
            captured=captured or self._read(tx, form),
            answer=None if findings is None else answering.answer(self._kit, tx, findings),
            confirm_clock=self._doubts_clock(draft.device),
            photos=self._photos.of_case(tx, draft.case, form),
            saved=printed(self._kit, draft.saved) if draft.saved is not None else "",
        )

    def _doubts_clock(self, device: str) -> bool:
        """Whether the officer at this device has yet to confirm an implausible clock."""
        verdict = self._kit.time.clock()
        return verdict != "ok" and (device, verdict) not in self._confirmed

    def _judge(
        self, session: Session, form: Mapping[str, str], captured: Captured
    ) -> tuple[dict[str, Problem], dict[str, Value]]:
        """Every reason not to save yet, and the decision's values."""
        decision, wrong = read_decision(
            form,
            lists=self._kit.lists,
            direction=captured.text("direction"),
            country=self._kit.country,
            nationality=captured.text("nationality"),
        )
        problems = dict(captured.problems) | wrong
        if captured.empty:
            problems["mrz"] = _problem(
                "mrz", "case_empty", "nothing was captured", "Read or type a document first."
            )
        if captured.unconfirmed_digits and form.get("confirm_digits") != _YES:
            problems["confirm_digits"] = _problem(
                "confirm_digits",
                "digits_unconfirmed",
                "a check digit is wrong",
                "Compare the zone with the document; confirm it, or type the fields from the page.",
            )
        if self._doubts_clock(session.device):
            if form.get("confirm_clock") == _YES:
                self._confirmed.add((session.device, self._kit.time.clock()))
            else:
                problems["confirm_clock"] = _problem(
                    "confirm_clock",
                    "clock_unconfirmed",
                    "this node's clock is not plausible",
                    "Compare it with a watch. The check keeps a mark and is set right at the next contact.",
                )
        return problems, decision

    def _commit(
        self, tx: Connection, session: Session, case: CaseId, values: dict[str, Value], findings: Findings
    ) -> Saved:
        kit, now, found = self._kit, self._kit.now_ms(), findings.found
        age = answering.list_age(kit, tx)
        locked = bool(lease.state(kit, tx).locked)
        values |= {
            "owner": kit.country,
            "post": kit.post,
            "happened": now,
            "offset_min": kit.world.offset_min(now),
            "clock": kit.time.clock(),
            "device": session.device,
            "verdict": NOT_MATCHED if locked else findings.verdict,
            "list_generation": age.generation,
            "list_position": age.position,
            "list_age_s": age.seconds,
        }
        applied = kit.log.append(
            tx, kind=Kind.CHECK, author=session.officer, fields=named(Kind.CHECK, values)
        )
        check = applied.change.record
        filed = filing.file(kit, tx, check, subject_of(values))
        hitting.append(kit, tx, check=check, values=values, found=found, author=session.officer)
        if locked or findings.failed or not filed:
            leases.note_unmatched(tx, check)
        if not kit.time.certain or values["clock"] != "ok":
            checks.mark_clock(tx, check, boot=kit.boot, monotonic_ms=kit.world.monotonic_ms())
        taken = self._photos.commit(tx, session, case, check)
        cue = any(one.discreet for one in found)
        drafts.finish(tx, case, check=check, cue=cue, now_ms=now)
        witness(kit, tx, session, "check_saved", of=check, detail=f"{taken} photos" if taken else None)
        return self._saved(tx, check, cue=cue, repeated=False)

    def _saved(self, tx: Connection, check: int, *, cue: bool, repeated: bool) -> Saved:
        spoken = [
            hit
            for hit in checks.hits_of(tx, check)
            if not answering.is_discreet(self._kit, hit.text("category"), hit.text("action"))
        ]
        return Saved(
            check=str(check),
            printed=printed(self._kit, check),
            hits=len(spoken),
            cue=CUE if cue else "",
            repeated=repeated,
        )


def _merged(kept: Mapping[str, str], typed: Mapping[str, str]) -> dict[str, str]:
    """What was typed over what was kept; fields nobody knows are left out, and so is what is blank."""
    whole = {**kept, **{name: typed[name] for name in FORM_FIELDS if name in typed}}
    if sum(map(len, whole.values())) > FORM_MAX_BYTES:
        raise InputError("form_too_large", "the form is too large", hint="Type only what the page asks for.")
    return {name: text for name, text in whole.items() if text}


def _problem(field: str, code: str, message: str, hint: str) -> Problem:
    return Problem(field=field, code=code, message=message, hint=hint)
