"""Hits as tasks: listed, opened, confirmed or cleared with a reason.

Invariants: of a discreet hit a list shows only that something waits; opening it is a deliberate
act and is written down. A hit is never proof: it stays possible until a person settles it.
Must not know: flask, the link.
"""

from __future__ import annotations

from typing import Final

from edge import answering, contexts, lease
from edge.capture.fields import Fields
from edge.form import FormError
from edge.kit import Kit
from edge.printing import printed, read_id
from edge.record_view import HitRow, HitView
from edge.screen import Session
from edge.store import checks
from edge.witness import witness, witness_upward
from shared.change import SEEN, named
from shared.database import Connection
from shared.errors import MissingError, StaleError
from shared.ledger import concern, records
from shared.ledger.records import Record
from shared.limits import SEARCH_MAX_ROWS
from shared.schema import Kind, field_by_name

OUTCOMES: Final = ("confirmed", "cleared")
_OUTCOME: Final = field_by_name(Kind.HIT, "outcome").number
_REASON: Final = field_by_name(Kind.HIT, "outcome_reason").number
_UNTIL: Final = field_by_name(Kind.CLEARED_PAIR, "until").number


class Hits:
    """The hits of one node."""

    def __init__(self, kit: Kit) -> None:
        self._kit = kit

    def list(self, *, open_only: bool) -> tuple[HitRow, ...]:
        with self._kit.database.snapshot() as tx:
            found = checks.hits(tx, open_only=open_only, limit=SEARCH_MAX_ROWS)
            return tuple(row_of_hit(self._kit, tx, hit) for hit in found)

    def open(self, session: Session, hit: str) -> HitView:
        with self._kit.database.transaction() as tx:
            record = self._read(tx, hit)
            if _is_discreet(self._kit, record):
                witness_upward(
                    self._kit, tx, session, "discreet_hit_opened", of=record.id, purpose="hit_follow_up"
                )
            else:
                witness(self._kit, tx, session, "hit_opened", of=record.id, purpose="hit_follow_up")
            return self._view(tx, record)

    def settle(self, session: Session, hit: str, *, outcome: str, reason: str, shown: str) -> HitView:
        kit = self._kit
        with kit.database.transaction() as tx:
            record = self._read(tx, hit)
            fields = Fields({"outcome": outcome, "reason": reason})
            chosen, why = fields.code("outcome", OUTCOMES), fields.lines("reason")
            if not chosen:
                fields.add("outcome", "outcome_missing", "confirmed or cleared?", "Choose one.")
            if not why:
                fields.add(
                    "reason", "reason_missing", "the outcome needs its reason", "Write what showed it."
                )
            if fields.problems:
                raise FormError(fields.problems)
            seen, now = contexts.from_text(shown), records.context_of(tx, Kind.HIT, record.id)
            if any(seen.get(number, ()) != now.get(number, ()) for number in (_OUTCOME, _REASON, SEEN)):
                raise StaleError(
                    "hit_changed",
                    "someone settled this hit after you opened it",
                    hint="Look at it as it stands now.",
                )
            kit.log.append(
                tx,
                kind=Kind.HIT,
                author=session.officer,
                fields={_OUTCOME: chosen, _REASON: why},
                record=record.id,
                context=now,
            )
            self._note_pair(tx, session, record, cleared=chosen == "cleared")
            witness(kit, tx, session, f"hit_{chosen}", of=record.id)
            view = self._view(tx, self._read(tx, hit))
        kit.nudge()
        return view

    def _note_pair(self, tx: Connection, session: Session, hit: Record, *, cleared: bool) -> None:
        """Note that this traveller is not the one this version of the alert means, or take that back."""
        log, owner, before = (
            self._kit.log,
            self._kit.country,
            concern.pairs_of(tx, hit.id, owner=self._kit.country),
        )
        pair = concern.pair_cleared_by(hit, owner=owner)
        if cleared and pair is not None and not before:
            log.append(
                tx, kind=Kind.CLEARED_PAIR, author=session.officer, fields=named(Kind.CLEARED_PAIR, pair)
            )
        for each in () if cleared else before:
            log.append(
                tx,
                kind=Kind.CLEARED_PAIR,
                author=session.officer,
                fields={_UNTIL: self._kit.now_ms()},
                record=each.id,
                context=records.context_of(tx, Kind.CLEARED_PAIR, each.id),
            )

    def _read(self, tx: Connection, hit: str) -> Record:
        record = records.read(tx, Kind.HIT, read_id(self._kit, tx, hit))
        if record is None:
            raise MissingError("no_hit", "no hit has this id here", hint="Look for it in the list of hits.")
        return record

    def _view(self, tx: Connection, record: Record) -> HitView:
        alert = records.read(tx, Kind.ALERT, record.number("alert") or 0)
        answers = record.values.get("answer")
        shown = None
        if alert is not None and not lease.state(self._kit, tx).locked:
            _, doubt = answering.expiry(self._kit, alert)
            shown = answering.show(
                self._kit, alert, verdict="hit", grounds=_matched_on(record), reasons=(), doubt=doubt
            )
        return HitView(
            row=row_of_hit(self._kit, tx, record, opened=True),
            alert=shown,
            outcome_reason=record.text("outcome_reason"),
            answers=tuple(str(text) for text in answers) if isinstance(answers, tuple) else (),
            contexts=contexts.to_text(records.context_of(tx, Kind.HIT, record.id)),
        )


def row_of_hit(kit: Kit, tx: Connection, record: Record, *, opened: bool = False) -> HitRow:
    """One hit in a list; everything that could give a discreet alert away is left blank unless opened."""
    discreet = _is_discreet(kit, record)
    hidden = discreet and not opened
    category, action = record.text("category"), record.text("action")
    known = kit.lists.alert_categories.find(category)
    act = kit.lists.alert_actions.find(action)
    alert = None if hidden else records.read(tx, Kind.ALERT, record.number("alert") or 0)
    check = record.number("check") or 0

    def open_text(text: str) -> str:
        return "" if hidden else text

    return HitRow(
        hit=str(record.id),
        printed=printed(kit, record.id),
        happened_ms=record.number("happened") or 0,
        late=bool(record.values.get("late")),
        discreet=discreet,
        outcome=record.text("outcome"),
        category=open_text(category),
        category_label=open_text(known.label if known is not None else category),
        action=open_text(action),
        action_label=open_text(act.label if act is not None else action),
        owner=open_text(record.text("alert_owner")),
        reference=open_text(record.text("reference")),
        phone=alert.text("phone") if alert is not None and not lease.state(kit, tx).locked else "",
        name=open_text(f"{record.text('surname')} {record.text('given_names')}".strip()),
        document_number=open_text(record.text("document_number")),
        plate=open_text(record.text("plate")),
        matched_on=() if hidden else _matched_on(record),
        check="" if hidden else str(check),
        check_printed="" if hidden else printed(kit, check),
        offset_min=kit.world.offset_min(record.number("happened") or 0),
    )


def _matched_on(record: Record) -> tuple[str, ...]:
    found = record.values.get("matched_on")
    return tuple(str(code) for code in found) if isinstance(found, tuple) else ()


def _is_discreet(kit: Kit, record: Record) -> bool:
    return answering.is_discreet(kit, record.text("category"), record.text("action"))
