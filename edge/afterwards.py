"""Checks after they were saved: listed, opened, corrected, voided.

Invariants: a saved check is never overwritten: a correction is a new change beside it, with its
reason, whose context covers what its author was shown; a form older than the record is refused.
A corrected traveller is matched again; where that fails the correction stands all the same.
Must not know: flask, the link.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from edge import answering, contexts, filing, hitting, lease, times
from edge.capture.amend import CORRECTABLE, amend
from edge.capture.fields import Fields
from edge.check_view import Names, event_of, lines_captured, row_of, values_text
from edge.form import FormError
from edge.hits import row_of_hit
from edge.kit import Kit
from edge.photos import Photos
from edge.printing import read_id
from edge.record_view import CheckRow, CheckView
from edge.screen import ListAge, Problem, Session
from edge.store import checks
from edge.store import lease as leases
from edge.witness import witness
from shared.change import SEEN, Value, named
from shared.database import Connection
from shared.errors import ForbiddenError, MissingError, StaleError
from shared.ids import Dot
from shared.ledger import records
from shared.ledger.photos import count_by_record
from shared.ledger.records import Record
from shared.limits import SEARCH_MAX_ROWS
from shared.schema import Kind, field_by_name
from shared.watchlist import subject_of

_VOID: Final = field_by_name(Kind.CHECK, "void").number


class Afterwards:
    """The saved checks of one node."""

    def __init__(self, kit: Kit, photos: Photos) -> None:
        self._kit = kit
        self._photos = photos

    def recent(self, *, limit: int) -> tuple[CheckRow, ...]:
        with self._kit.database.snapshot() as tx:
            found = checks.newest(tx, nodes=self._kit.numbers, limit=max(1, min(limit, SEARCH_MAX_ROWS)))
            return self.rows(tx, found)

    def rows(self, tx: Connection, found: Iterable[Record]) -> tuple[CheckRow, ...]:
        names, acked, listed = Names(tx), self._kit.log.heads(tx), list(found)
        photos = count_by_record(tx, [record.id for record in listed])
        return tuple(
            row_of(self._kit, record, names=names, heads=acked, photos=photos.get(record.id, 0))
            for record in listed
        )

    def check(self, session: Session, check: str) -> CheckView:
        """One check in full; opening it is written down."""
        with self._kit.database.transaction() as tx:
            record = self._read(tx, check)
            witness(self._kit, tx, session, "check_opened", of=record.id)
            return self._view(tx, record)

    def correct(
        self, session: Session, check: str, *, form: Mapping[str, str], reason: str, shown: str
    ) -> CheckView:
        kit = self._kit
        with kit.database.transaction() as tx:
            record = self._read(tx, check)
            self._refuse_void(record)
            now = values_text(record.values)  # what is left as it stands is not judged again
            typed = {name: text for name, text in form.items() if text.strip() != now.get(name, "")}
            changed, problems = amend(
                typed, record.values, lists=kit.lists, today=kit.today(), country=kit.country
            )
            why = _reason(reason, problems)
            if not changed:
                return self._view(tx, record)
            numbers = [field_by_name(Kind.CHECK, name).number for name in changed]
            context = self._context(tx, record, shown, numbers)
            self._append(tx, session, record, changed, context, action="correct", reason=why)
            self._match_again(tx, session, record)
            view = self._view(tx, self._read(tx, check))
        kit.nudge()
        return view

    def void(self, session: Session, check: str, *, code: str, note: str, shown: str) -> CheckView:
        kit = self._kit
        with kit.database.transaction() as tx:
            record = self._read(tx, check)
            self._refuse_void(record)
            fields = Fields({"reason": code, "note": note})
            chosen = kit.lists.void_reasons.find(fields.code("reason", kit.lists.void_reasons.codes))
            why = fields.lines("note")
            if chosen is None:
                fields.add("reason", "reason_missing", "why does it not count?", "Choose a reason.")
            elif chosen.needs_text and not why:
                fields.add("note", "note_missing", "this reason needs words", "Write what happened.")
            if fields.problems or chosen is None:
                raise FormError(fields.problems)
            context = self._context(tx, record, shown, [_VOID])
            self._append(
                tx,
                session,
                record,
                {"void": chosen.code},
                context,
                action="void",
                reason=why or chosen.label,
            )
            filing.file(self._kit, tx, record.id, None, before=subject_of(record.values))
            return self._view(tx, self._read(tx, check))

    # --- the steps ---

    def _read(self, tx: Connection, check: str) -> Record:
        record = records.read(tx, Kind.CHECK, read_id(self._kit, tx, check))
        if record is None:
            raise MissingError(
                "no_check", "no check has this id here", hint="Look for it among the recent checks."
            )
        return record

    def _refuse_void(self, record: Record) -> None:
        if record.values.get("void"):
            raise ForbiddenError(
                "check_is_void", "this check was voided", hint="Save a new check for the traveller instead."
            )

    def _context(
        self, tx: Connection, record: Record, shown: str, numbers: Iterable[int]
    ) -> dict[int, tuple[Dot, ...]]:
        """What the form showed of these fields, if that is still what stands."""
        seen, now = contexts.from_text(shown), records.context_of(tx, Kind.CHECK, record.id)
        if any(seen.get(number, ()) != now.get(number, ()) for number in (*numbers, SEEN)):
            raise StaleError(
                "check_changed",
                "someone changed this check after you opened it",
                hint="Look at it as it stands now, and correct that.",
            )
        return now

    def _append(
        self,
        tx: Connection,
        session: Session,
        record: Record,
        changed: Mapping[str, Value],
        context: Mapping[int, tuple[Dot, ...]],
        *,
        action: str,
        reason: str,
    ) -> None:
        kit = self._kit
        fields = {field_by_name(Kind.CHECK, name).number: value for name, value in changed.items()}
        kit.log.append(
            tx, kind=Kind.CHECK, author=session.officer, fields=fields, record=record.id, context=context
        )
        correction: dict[str, Value] = {
            "owner": kit.country,
            "of": record.id,
            "action": action,
            "fields": tuple(sorted(changed)),
            "reason": reason,
            "happened": kit.now_ms(),
        }
        kit.log.append(
            tx, kind=Kind.CORRECTION, author=session.officer, fields=named(Kind.CORRECTION, correction)
        )
        witness(kit, tx, session, f"check_{action}", of=record.id, detail=" ".join(sorted(changed)))

    def _match_again(self, tx: Connection, session: Session, before: Record) -> None:
        after = records.read(tx, Kind.CHECK, before.id)
        assert after is not None  # it was read in this transaction
        subject = subject_of(after.values)
        filed = filing.file(self._kit, tx, after.id, subject, before=subject_of(before.values))
        findings = answering.find(self._kit, tx, subject)
        if lease.state(self._kit, tx).locked or findings.failed or not filed:
            leases.note_unmatched(tx, after.id)
        hitting.append(
            self._kit,
            tx,
            check=after.id,
            values=after.values,
            found=findings.found,
            author=session.officer,
            late=True,
        )

    def _view(self, tx: Connection, record: Record) -> CheckView:
        kit = self._kit
        names, heads = Names(tx), kit.log.heads(tx)
        letters = record.values.get("letters")
        changes = sorted(records.changes_of(tx, Kind.CHECK, record.id), key=lambda change: change.stamp)
        corrections = {row.id: row for row in checks.corrections_of(tx, record.id)}
        return CheckView(
            row=row_of(kit, record, names=names, heads=heads),
            values=values_text(record.values),
            lines=lines_captured(changes),
            list=ListAge(
                generation=record.number("list_generation") or 0,
                position=record.number("list_position") or 0,
                seconds=record.number("list_age_s"),
                at_least=False,
                text=answering.age_text(record.number("list_age_s")),
            ),
            letters=tuple(str(letter) for letter in letters) if isinstance(letters, tuple) else (),
            void_reason=record.text("void"),
            history=tuple(event_of(change, names=names, corrections=corrections) for change in changes),
            hits=tuple(row_of_hit(kit, tx, hit) for hit in checks.hits_of(tx, record.id)),
            correctable=() if record.values.get("void") else CORRECTABLE,
            contexts=contexts.to_text(records.context_of(tx, Kind.CHECK, record.id)),
            photos=self._photos.of_check(tx, record),
            elsewhere=times.of_check(kit, tx, record),
        )


def _reason(reason: str, problems: dict[str, Problem]) -> str:
    fields = Fields({"reason": reason})
    why = fields.lines("reason")
    if not why:
        fields.add("reason", "reason_missing", "a correction needs its reason", "Write why, in a few words.")
    problems |= fields.problems
    if problems:
        raise FormError(problems)
    return why
