"""Looking: the overview, the nodes, the lists, one record in full.

Invariants: every view of people is audited in the transaction that loaded it; what the desk may not
see was never loaded. Must not know: SQL, pages.
"""

from __future__ import annotations

from typing import Final

import hub.desk.album as album
import hub.desk.contexts as shown
import hub.desk.outcomes as outcomes
import hub.desk.timing as timing
from hub.desk.disputes import Disputes
from hub.desk.office import Office
from hub.desk.rows import Rows, today_number
from hub.desk.view import (
    AlertRow,
    AuditRow,
    CheckRow,
    ConflictRow,
    HitRow,
    NodeRow,
    NodeState,
    Operator,
    OutcomeRow,
    Overview,
    QuarantineRow,
    RecordView,
    Some,
    TimesRow,
    Waiting,
)
from hub.desk.weighing import NodeBoard
from hub.indexer import Indexer
from hub.prekeys import UNSAVED
from hub.standing import Revoked
from hub.store import backups, conflicts, custody, lists, lives, opening, rematch
from shared.clock import ms_of
from shared.database import Connection
from shared.ids import Lane, lane_of_feed, node_of_feed
from shared.ledger import records
from shared.ledger.records import Record
from shared.limits import SEARCH_MAX_ROWS
from shared.schema import Kind

_FEW: Final = 5
_TIMES: Final = 20  # pairs one check is in
_TROUBLES: Final = (UNSAVED, lives.BEHIND)
_DAY_MS: Final = 24 * 60 * 60 * 1000
_QUIET: Final = (NodeState.SILENT, NodeState.QUARANTINED, NodeState.NEVER)
_OVERVIEWS_KEPT: Final = 100  # sessions whose last overview is remembered


class Reading:
    """What a desk can look at."""

    def __init__(self, office: Office, disputes: Disputes, indexer: Indexer, revoked: Revoked) -> None:
        self._office = office
        self._kit = office.kit
        self._disputes = disputes
        self._indexer = indexer
        self._revoked = revoked
        self._overviews: dict[str, frozenset[str]] = {}

    # --- the state of things ---

    def overview(self, operator: Operator) -> Overview:
        now = self._kit.now_ms()
        with self._kit.database.transaction() as tx:
            rows = self._office.rows(tx, operator)
            waiting = self._unseen_hits(tx, rows, operator)
            quiet = self._quiet(tx, operator)
            faults = custody.open_faults(tx, _FEW)
            hard = [
                row
                for row in self._disputes.rows(tx, rows, operator, open_only=True)
                if row.standing == "hard"
            ]
            self._witness_overview(tx, operator, waiting[:_FEW], hard[:_FEW])
            return Overview(
                conflicts=Some(rows=tuple(hard[:_FEW]), total=conflicts.count_hard(tx, operator.country)),
                hits=Some(rows=rows.hits(waiting[:_FEW]), total=len(waiting)),
                silent=Some(rows=tuple(quiet[:_FEW]), total=len(quiet)),
                quarantine=Some(
                    rows=tuple(self._fault(rows, each) for each in faults), total=custody.count_faults(tx)
                ),
                checks_24_h=lists.count_checks_since(tx, operator.country, now - _DAY_MS),
                search_behind_s=self._indexer.behind_s(tx),
                rematch_behind_s=rematch.behind_s(tx, now_ms=now),
                backup_age_s=backups.age_s(tx, now_ms=now),
                troubles=frozenset(code for code in _TROUBLES if opening.kept_number(tx, code)),
                now_ms=now,
            )

    def nodes(self, operator: Operator) -> tuple[NodeRow, ...]:
        with self._kit.database.snapshot() as tx:
            return self._board(tx, operator)

    def outcomes(self, operator: Operator, *, days: int) -> tuple[OutcomeRow, ...]:
        with self._kit.database.snapshot() as tx:
            since_ms = self._kit.now_ms() - max(1, days) * _DAY_MS
            rows = self._office.rows(tx, operator)
            return outcomes.rows_of(tx, rows, country=operator.country, since_ms=since_ms)

    def quarantine(self, operator: Operator) -> tuple[QuarantineRow, ...]:
        with self._kit.database.snapshot() as tx:
            rows = self._office.rows(tx, operator)
            return tuple(self._fault(rows, fault) for fault in custody.open_faults(tx, SEARCH_MAX_ROWS))

    def own_audit(self, operator: Operator, *, limit: int) -> tuple[AuditRow, ...]:
        with self._kit.database.snapshot() as tx:
            rows = self._office.rows(tx, operator)
            return tuple(
                AuditRow(
                    at_ms=at_ms,
                    action=action,
                    record=rows.directory.printed(record),
                    purpose=purpose or "",
                    reference=reference or "",
                    detail=detail or "",
                )
                for at_ms, action, record, purpose, reference, detail in lists.audit_of(
                    tx, operator.officer, min(limit, SEARCH_MAX_ROWS)
                )
            )

    def waiting(self, operator: Operator) -> Waiting:
        with self._kit.database.snapshot() as tx:
            rows = self._office.rows(tx, operator)
            return Waiting(
                hits=len(self._unseen_hits(tx, rows, operator)),
                conflicts=conflicts.count_hard(tx, operator.country),
                nodes=len(self._quiet(tx, operator)),
            )

    # --- lists of people ---

    def checks(self, operator: Operator, *, limit: int, before: str | None) -> tuple[CheckRow, ...]:
        with self._kit.database.transaction() as tx:
            rows = self._office.rows(tx, operator)
            place = lists.place_of(tx, rows.directory.read(before)) if before else None
            found = lists.latest_checks(
                tx, rows.sight, before=place, limit=max(1, min(limit, SEARCH_MAX_ROWS))
            )
            listed = rows.checks(found)
            self._office.witness(tx, operator, "checks_listed", detail=_counted(found, operator))
            return listed

    def hits(self, operator: Operator, *, open_only: bool, limit: int) -> tuple[HitRow, ...]:
        with self._kit.database.transaction() as tx:
            rows = self._office.rows(tx, operator)
            found = lists.visible(
                tx,
                rows.sight,
                Kind.HIT,
                lists.OPEN_TASK if open_only else lists.TASK,
                (),
                f"ORDER BY {lists.OPEN} DESC, stamp DESC LIMIT {max(1, min(limit, SEARCH_MAX_ROWS))}",
            )
            listed = sorted(rows.hits(found), key=lambda row: row.acknowledged or row.outcome != "possible")
            self._office.witness(tx, operator, "hits_listed", detail=_counted(found, operator))
            return tuple(listed)

    def alerts(
        self, operator: Operator, *, own_only: bool, active_only: bool, limit: int
    ) -> tuple[AlertRow, ...]:
        where, parameters = "1", []
        if own_only:
            where, parameters = "owner = ?", [operator.country]
        if active_only:
            where += " AND coalesce(status, 'active') <> 'withdrawn' AND (expires IS NULL OR expires >= ?)"
            parameters = [*parameters, today_number(self._kit.now_ms())]  # type: ignore[list-item]  # mixed columns
        with self._kit.database.transaction() as tx:
            rows = self._office.rows(tx, operator)
            found = lists.visible(
                tx,
                rows.sight,
                Kind.ALERT,
                where,
                parameters,
                f"ORDER BY stamp DESC LIMIT {max(1, min(limit, SEARCH_MAX_ROWS))}",
            )
            self._office.witness(tx, operator, "alerts_listed", detail=_counted(found, operator))
            return rows.alerts(found)

    def times(self, operator: Operator, *, limit: int) -> tuple[TimesRow, ...]:
        with self._kit.database.transaction() as tx:
            found = timing.rows_of(
                tx, self._office.rows(tx, operator), limit=max(1, min(limit, SEARCH_MAX_ROWS))
            )
            self._office.witness(tx, operator, "impossible_times_listed", detail=f"{len(found)} shown")
            return found

    # --- one record ---

    def record(self, operator: Operator, record: str) -> RecordView:
        with self._kit.database.transaction() as tx:
            rows = self._office.rows(tx, operator)
            found = self._office.find(tx, rows, record)
            view = self.view(tx, rows, operator, found)
            self._office.witness(
                tx, operator, f"{view.kind}_viewed", record=found.id, detail=f"as {view.why.value}"
            )
            return view

    def photo(self, operator: Operator, record: str, name: str) -> bytes:
        with self._kit.database.transaction() as tx:
            rows = self._office.rows(tx, operator)
            found = self._office.find(tx, rows, record)
            photo = album.whole(tx, found, name)
            why, _ = rows.why(found)
            self._office.witness(
                tx, operator, "photo_viewed", record=found.id, detail=f"{photo.category}, as {why.value}"
            )
            assert photo.content is not None  # a whole photo has its content
            return photo.content

    def view(self, tx: Connection, rows: Rows, operator: Operator, found: Record) -> RecordView:
        """A record in full, within the caller's transaction."""
        why, via = rows.why(found)
        views = records.views_of(tx, found.kind, found.id)
        changes = records.changes_of(tx, found.kind, found.id)
        may_not = self._office.may_edit(operator, found)
        return RecordView(
            id=str(found.id),
            printed=rows.directory.printed(found.id),
            kind=found.kind.name.lower(),
            owner=found.text("owner"),
            why=why,
            via=via,
            standing=found.standing.name.lower(),
            post=found.text("post"),
            post_name=rows.directory.post_name(found.text("post")),
            received_ms=rows.received_ms(found.id) or ms_of(found.stamp),
            suspect=rows.suspect(found.id),
            fields=rows.field_rows(found.kind, views, found.id),
            history=rows.history(changes, found.id),
            hits=self._hits_of(tx, rows, found),
            contexts=shown.write(records.context_of(tx, found.kind, found.id)),
            may_edit=not may_not,
            may_not=may_not,
            discreet=rows.is_discreet(found.text("category")),
            formerly=rows.directory.formerly(found.id),
            also_called=rows.directory.also_called(found.id),
            photos=album.rows(tx, found),
            times=timing.rows_of(tx, rows, check=found.id, limit=_TIMES) if found.kind is Kind.CHECK else (),
        )

    def _hits_of(self, tx: Connection, rows: Rows, found: Record) -> tuple[HitRow, ...]:
        column = {Kind.CHECK: '"check"', Kind.ALERT: "alert"}.get(found.kind)
        if column is None:
            return ()
        return rows.hits(
            lists.visible(
                tx, rows.sight, Kind.HIT, f"{column} = ?", (found.id,), "ORDER BY stamp DESC LIMIT 50"
            )
        )

    def _unseen_hits(self, tx: Connection, rows: Rows, operator: Operator) -> list[Record]:
        """Open hits this desk has not acknowledged, newest first."""
        return lists.visible(
            tx,
            rows.sight,
            Kind.HIT,
            f"{lists.OPEN_TASK} AND (seen_by IS NULL OR seen_by NOT LIKE ?)",
            (f'%"{operator.country}:%',),
            f"ORDER BY stamp DESC LIMIT {SEARCH_MAX_ROWS}",
        )

    def _witness_overview(
        self, tx: Connection, operator: Operator, hits: list[Record], hard: list[ConflictRow]
    ) -> None:
        """Audit the overview where it shows people, and not again while it shows the same ones."""
        people = frozenset((*(str(hit.id) for hit in hits), *(row.id for row in hard)))
        if people and self._overviews.get(operator.token) != people:
            self._office.witness(
                tx, operator, "overview_viewed", detail=f"{len(hits)} hits, {len(hard)} conflicts"
            )
        self._overviews = {**dict(list(self._overviews.items())[-_OVERVIEWS_KEPT:]), operator.token: people}

    def _quiet(self, tx: Connection, operator: Operator) -> list[NodeRow]:
        return [node for node in self._board(tx, operator) if node.state in _QUIET]

    def _board(self, tx: Connection, operator: Operator) -> tuple[NodeRow, ...]:
        return NodeBoard(self._kit, self._revoked.read(tx)).rows(tx, operator)

    def _fault(self, rows: Rows, fault: custody.Fault) -> QuarantineRow:
        node = rows.directory.nodes.get(node_of_feed(fault.feed))
        return QuarantineRow(
            id=fault.id,
            node=node.name if node is not None else str(node_of_feed(fault.feed)),
            post=node.post if node is not None else "",
            lane=Lane(lane_of_feed(fault.feed)).name.lower(),
            first=fault.first,
            count=fault.count,
            code=fault.code,
            hint=fault.hint,
            received_ms=fault.received_ms,
        )


def _counted(found: list[Record], operator: Operator) -> str:
    foreign = sum(record.text("owner") != operator.country for record in found)
    return f"{len(found)} shown, {foreign} of others"
