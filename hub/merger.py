"""The merger: changes that were received, judged and applied.

Job: bring one bundle's changes into the ledger, inside the transaction that keeps the bundle.
Checks that nobody edits go in as whole columns; everything else goes one by one: is it the author's
to change? then apply, and tell the scopes; if not, the hub says so in a change of its own.

Invariants
* A refused change is kept and excluded, never dropped; its author and every holder are told.
* An edit that arrives before its record is judged when the record arrives.
* One unusable change becomes a quarantine row; its neighbours go on.
* A stamp from the future is kept as it is and flagged, with both times; the hub's clock stays.
Must not know: seals, sessions, pages.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from hub import photos, routes
from hub.feed import Feed
from hub.kit import Kit
from hub.store import conflicts, custody, nodes, persons, subjects, successors, times
from hub.store.nodes import KnownNode
from shared import wire
from shared.change import Change, Value, named
from shared.clock import is_suspect, ms_of
from shared.database import Connection
from shared.errors import RemoteError
from shared.formerly import FORMERLY, former_ids
from shared.ids import SYSTEM, feed_of_dot, node_of_dot, seq_of_dot
from shared.ledger import records
from shared.ledger.records import Applied, Effect
from shared.ledger.savepoint import attempt
from shared.limits import CLOCK_SKEW_SUSPECT_MS
from shared.merge import Standing
from shared.ownership import judge
from shared.schema import OWNER, Kind, RecordType, field_by_name, record_type
from shared.wire import Batch, ChangeTable

_ERASED: Final = field_by_name(Kind.TOMBSTONE, "of").number
_REFUSED_OF: Final = field_by_name(Kind.REFUSED_CHANGE, "of").number
_SEARCHED: Final = frozenset({Kind.CHECK, Kind.HIT, Kind.ALERT})


class Merger:
    """Applies what others changed. All methods run inside the caller's write transaction."""

    def __init__(self, kit: Kit, feed: Feed) -> None:
        self._kit = kit
        self._feed = feed

    def merge(self, tx: Connection, node: KnownNode, batch: Batch, *, revoked: bool, at_ms: int) -> None:
        """Apply a bundle's changes. Raises StoreError only: whatever is wrong with one stays with it."""
        for table in batch.tables:
            self._flag_clocks(tx, table, at_ms)
            if revoked or not self._merge_table(tx, node, table, at_ms):
                for change in table.changes():
                    self._merge_change(tx, node, change, revoked=revoked, at_ms=at_ms)

    def accept_own(self, tx: Connection, applied: Applied) -> None:
        """What follows from a change the hub itself made: scopes, conflicts, sight, search."""
        # An id can be guessed, and edits sent ahead of it.
        if applied.change.creates and self._judge_waiting(tx, applied.change):
            applied = replace(applied, after=_standing_now(tx, applied.change))
        self._follow_up(tx, applied, at_ms=self._kit.now_ms())

    def take_back(self, tx: Connection, change: Change, *, scope: str, at_ms: int) -> bool:
        """Take a change that an earlier life had accepted and said in `scope`; whether it was news.

        It is not judged again. A `scope_leave` is kept and not said: this life's own audiences tell who
        lets go of what. An edit may come before its record; it is said at once, as it was then.
        """
        try:
            with attempt(tx):
                return self._take_back(tx, change, scope, at_ms)
        except RemoteError as error:
            self._note_unusable(tx, change, error, at_ms)
            return False

    def _take_back(self, tx: Connection, change: Change, scope: str, at_ms: int) -> bool:
        if records.is_known(tx, change):
            return False
        self._kit.log.clock(tx).observe(change.stamp)
        applied = records.apply(tx, change)
        if applied.effect in (Effect.REPEATED, Effect.PURGED):
            return False
        if change.kind == Kind.SCOPE_LEAVE:
            return True
        self._feed.hold_as_before(tx, change, scope=scope)
        if change.creates and self._judge_waiting(tx, change):
            applied = replace(applied, after=_standing_now(tx, change))
        if applied.effect is Effect.APPLIED:
            self._follow_up(tx, applied, at_ms=at_ms)
        else:
            self._feed.publish(tx, change)
        if change.kind == Kind.REFUSED_CHANGE:
            self._settle_conflict(tx, change, at_ms)
        return True

    def _settle_conflict(self, tx: Connection, refusal: Change, at_ms: int) -> None:
        """What is refused only now may have stood in a conflict meanwhile."""
        about = refusal.fields.get(_REFUSED_OF)
        open_one = conflicts.open_of(tx, about) if isinstance(about, int) else None
        found = None if open_one is None else records.read(tx, Kind(open_one.kind), open_one.record)
        if open_one is not None and found is not None and found.standing is Standing.AGREED:
            conflicts.note(
                tx,
                record=open_one.record,
                kind=open_one.kind,
                owner=open_one.owner,
                standing=Standing.AGREED,
                parties=(),
                by=refusal.author,
                change=refusal.dot,
                at_ms=at_ms,
            )

    # --- whole columns ---

    def _merge_table(self, tx: Connection, node: KnownNode, table: ChangeTable, at_ms: int) -> bool:
        """Insert a table of plain creations; False where they must be looked at one by one."""
        row_type = record_type(table.kind)
        if row_type is None or not _is_plain(row_type) or not table.creates or not table.dots:
            return False
        owners = table.columns.get(OWNER)
        if owners is None or owners.count(node.country) != len(owners):
            return False
        first, last = min(table.dots), max(table.dots)
        if subjects.are_spoken_of(tx, first, last):
            return False
        try:
            with attempt(tx):
                if not records.apply_table(tx, table):
                    return False
        except RemoteError:
            return False  # one row spoils it: each on its own then
        if row_type.kind in _SEARCHED:
            custody.queue_for_search(tx, first, last, at_ms=at_ms)
        if row_type.kind is Kind.ATTACHMENT:
            photos.weigh(tx, table.dots, at_ms=at_ms)
        return True

    # --- one by one ---

    def _merge_change(
        self, tx: Connection, node: KnownNode, change: Change, *, revoked: bool, at_ms: int
    ) -> None:
        try:
            with attempt(tx):
                self._judge_and_apply(tx, node, change, revoked=revoked, at_ms=at_ms)
        except RemoteError as error:
            self._note_unusable(tx, change, error, at_ms)

    def _note_unusable(self, tx: Connection, change: Change, error: RemoteError, at_ms: int) -> None:
        custody.note_fault(
            tx,
            feed=feed_of_dot(change.dot),
            first=seq_of_dot(change.dot),
            count=1,
            dot=change.dot,
            code=error.code,
            hint=error.hint,
            evidence=wire.pack_change(change),
            at_ms=at_ms,
        )

    def _judge_and_apply(
        self, tx: Connection, node: KnownNode, change: Change, *, revoked: bool, at_ms: int
    ) -> None:
        if self._feed.restored and self._was_judged(tx, change):
            return
        reason = self._reason_against(tx, change, node, revoked=revoked)
        if reason is not None:
            self._refuse(tx, change, reason, owner=node.country)
        applied = records.apply(tx, change)
        if applied.effect is Effect.REPEATED:
            return
        if applied.effect is Effect.PURGED:
            _note_purged(tx, change, at_ms)
            return
        if reason is not None:
            return
        if change.creates and self._judge_waiting(tx, change):
            applied = replace(applied, after=_standing_now(tx, change))
        self._follow_up(tx, applied, at_ms=at_ms)

    def _was_judged(self, tx: Connection, change: Change) -> bool:
        """Whether an earlier life judged this change, and its word came back before the change itself.

        An accepted one is here then; a refused one is kept, and not refused again.
        """
        if records.is_known(tx, change):
            return True
        if subjects.is_refused(tx, change.dot):
            records.apply(tx, change)
            return True
        return False

    def _reason_against(
        self, tx: Connection, change: Change, node: KnownNode, *, revoked: bool
    ) -> str | None:
        owner = None
        if not change.creates:
            kind = subjects.kind_of(tx, change.record, likely=change.kind)
            if kind is not None and kind != change.kind:
                return "kind_mismatch"  # else a foreign edit could pass under a kind nobody judges
            row_type = record_type(change.kind)
            if row_type is not None:
                owner = subjects.owner_of(tx, row_type.kind, change.record)
        reason = judge(change, author_country=node.country, owner=owner, from_desk=False, revoked=revoked)
        return reason or _reason_of_officer(tx, change, node)

    def _judge_waiting(self, tx: Connection, created: Change) -> bool:
        """Edits that came before their record: judge them now that its owner is known.

        Returns whether any was refused, so that the record's standing is another now.
        """
        refused = False
        early = [
            change
            for change in records.changes_of(tx, created.kind, created.record)
            if not change.creates and not subjects.is_refused(tx, change.dot)
        ]
        for change in early:
            author = nodes.find(tx, node_of_dot(change.dot))
            if author is None:
                continue  # the hub's own
            reason = judge(
                change, author_country=author.country, owner=created.owner, from_desk=False, revoked=False
            )
            reason = reason or _reason_of_officer(tx, change, author)
            if reason is not None:
                self._refuse(tx, change, reason, owner=author.country)
                refused = True
            else:
                self._feed.publish(tx, change)
        return refused

    def _refuse(self, tx: Connection, change: Change, reason: str, *, owner: str) -> None:
        """Say in a change of the hub's own that this one does not count."""
        values: dict[str, Value] = {
            "owner": owner,
            "change": change.dot,
            "of": change.record,
            "reason": reason,
        }
        said = self._kit.log.append(
            tx, kind=Kind.REFUSED_CHANGE, author=SYSTEM, fields=named(Kind.REFUSED_CHANGE, values)
        )
        self._feed.publish(tx, said.change, to=nodes.find(tx, node_of_dot(change.dot)))

    # --- what follows ---

    def _follow_up(self, tx: Connection, applied: Applied, *, at_ms: int) -> None:
        change = applied.change
        if applied.effect is not Effect.APPLIED:
            return
        self._feed.publish(tx, change)
        if change.creates and FORMERLY in change.fields:
            successors.note_formerly(tx, change.record, former_ids(change))
        if applied.before is not Standing.AGREED or applied.after is not Standing.AGREED:
            self._note_conflict(tx, applied, at_ms)
        if change.kind == Kind.TOMBSTONE:
            self._close_conflict(tx, change, at_ms)
            erased = change.fields.get(_ERASED)
            if isinstance(erased, int):
                persons.forget(tx, erased)
                times.forget(tx, erased)
        if change.kind in (Kind.HIT, Kind.REQUEST):
            routes.open_what_it_names(tx, Kind(change.kind), change.record)
        if change.kind in _SEARCHED:
            custody.queue_for_search(tx, change.record, change.record, at_ms=at_ms)
        if change.kind == Kind.CLEARED_PAIR:
            self._ask_again(tx, change, at_ms)
        if change.kind == Kind.ATTACHMENT:
            photos.weigh(tx, (change.record,), at_ms=at_ms)

    def _ask_again(self, tx: Connection, change: Change, at_ms: int) -> None:
        """A clearing that was taken back: who crossed while it held is asked about now."""
        pair = records.read(tx, Kind.CLEARED_PAIR, change.record)
        alert = 0 if pair is None or not pair.values.get("until") else pair.number("alert") or 0
        if subjects.owner_of(tx, Kind.ALERT, alert) is not None:
            custody.queue_for_search(tx, alert, alert, at_ms=at_ms)

    def _note_conflict(self, tx: Connection, applied: Applied, at_ms: int) -> None:
        change = applied.change
        views = records.views_of(tx, change.kind, change.record).values()
        # Where a field is in dispute its sides are the parties; where only edits crossed, all authors are.
        disputed = [view.siblings for view in views if view.standing is not Standing.AGREED]
        entries = disputed or [view.siblings for view in views]
        parties = {subjects.country_of(tx, entry.dot, entry.author) for group in entries for entry in group}
        conflicts.note(
            tx,
            record=change.record,
            kind=change.kind,
            owner=subjects.owner_of(tx, Kind(change.kind), change.record) or "",
            standing=applied.after,
            parties=[country for country in parties if country],
            by=change.author,
            change=change.dot,
            at_ms=at_ms,
        )

    def _close_conflict(self, tx: Connection, tombstone: Change, at_ms: int) -> None:
        """Nobody need decide about a record that is erased."""
        erased = tombstone.fields.get(_ERASED)
        if isinstance(erased, int):
            conflicts.note(
                tx,
                record=erased,
                kind=tombstone.kind,
                owner=tombstone.owner or "",
                standing=Standing.AGREED,
                parties=(),
                by=tombstone.author,
                change=tombstone.dot,
                at_ms=at_ms,
            )

    def _flag_clocks(self, tx: Connection, table: ChangeTable, at_ms: int) -> None:
        if not table.stamps:
            return
        newest = max(table.stamps)
        self._kit.log.clock(tx).observe(newest)  # follows only what is believable
        if ms_of(newest) - at_ms <= CLOCK_SKEW_SUSPECT_MS:
            return
        subjects = table.dots if table.creates else table.records
        rows = zip(table.dots, subjects, table.stamps, strict=True)
        flagged = [(d, r, ms_of(s)) for d, r, s in rows if is_suspect(s, received_ms=at_ms)]
        custody.flag_clocks(tx, flagged, at_ms=at_ms)


def _standing_now(tx: Connection, change: Change) -> Standing:
    """A record's standing once what came early was judged; AGREED where it does not show."""
    row_type = record_type(change.kind)
    found = None if row_type is None else records.read(tx, row_type.kind, change.record)
    return Standing.AGREED if found is None else found.standing


def _reason_of_officer(tx: Connection, change: Change, node: KnownNode) -> str | None:
    """A password is set where its officer serves: a stolen post must not open an operator's console."""
    if change.kind != Kind.OFFICER or change.creates:
        return None
    officer = records.read(tx, Kind.OFFICER, change.record)
    posts = officer.values.get("posts") if officer is not None else ()
    serves = isinstance(posts, tuple) and node.post in posts
    return None if officer is None or serves else "not_at_this_post"


def _is_plain(row_type: RecordType) -> bool:
    """Kinds whose creations need no look beyond their owner: nobody else is told of them."""
    return row_type.insert_only and not row_type.desk_owned and not row_type.downstream


def _note_purged(tx: Connection, change: Change, at_ms: int) -> None:
    """A change to an erased record: acknowledged and said, not stored."""
    custody.note_fault(
        tx,
        feed=feed_of_dot(change.dot),
        first=seq_of_dot(change.dot),
        count=1,
        dot=change.dot,
        code="record_purged",
        hint="The record was erased for good; tell the author that the change came too late.",
        at_ms=at_ms,
    )
