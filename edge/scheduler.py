"""The node's own rhythm: contacts with the hub, sealing, upkeep, status.

Job: run the jobs in two worker threads beside the pages. Invariants: one contact at a time; a
failed one is tried again after a wait that grows and is never the same twice; no job's failure
ends its rhythm; what fails is logged by its code, once until it changes. Must not know: pages, SQL.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

import structlog
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler

from edge import memory
from edge.backoff import Backoff
from edge.node import EdgeNode
from edge.relay import LINK_CODES, Carry
from edge.sync import Exchange
from shared.errors import KaraulaError
from shared.limits import MARK_EVERY_S

_SYNC: Final = "sync"
_UPKEEP: Final = "upkeep"
_SEAL_S: Final = 5
_REPORT_S: Final = 15 * 60
_TEND_LIST_S: Final = 2
_PRUNE_S: Final = 60 * 60
_TIDY_S: Final = 60

log = structlog.get_logger("karaula.edge")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ways:
    """The ways by a neighbour: loads to the hub for one that has no link, loads to one that has."""

    to_hub: Carry | None = None
    to_relay: Carry | None = None


class Scheduler:
    """Drives one node. `nudge` may be called from any thread, before `start` too."""

    def __init__(self, backoff: Backoff) -> None:
        self._backoff = backoff
        self._jobs = BackgroundScheduler(
            executors={_SYNC: ThreadPoolExecutor(1), _UPKEEP: ThreadPoolExecutor(1)},
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
            timezone=UTC,
        )
        self._lock = threading.Lock()
        self._running = self._again = self._everything = self._stopping = False
        self._said = ""
        self._ways = Ways()
        self._contact: Callable[[], None] | None = None
        self._start_again: Callable[[], None] = lambda: None

    def start(
        self,
        node: EdgeNode,
        exchange: Exchange,
        *,
        ways: Ways | None = None,
        start_again: Callable[[], None] = lambda: None,
    ) -> None:
        """Begin: the first contact at once, the rest at their intervals. `ways` are those by a neighbour;
        `start_again` ends this run and begins another, for the log to go to its new number."""
        self._ways = ways or Ways()
        self._start_again = start_again
        self._contact = lambda: self._sync(node, exchange)
        self._every(_SEAL_S, "seal", node.sealer.seal)
        self._every(MARK_EVERY_S, "keep_time", node.keep_time)
        self._every(_REPORT_S, "report", node.reporter.report)
        self._every(_TEND_LIST_S, "tend_list", node.tend_list)
        self._every(_PRUNE_S, "prune", node.prune)
        self._every(_TIDY_S, "give_back", memory.give_back)
        self._jobs.start()
        with self._lock:
            self._soon(0.0)

    def nudge(self, *, everything: bool = False) -> None:
        """Ask for a contact at once; one that runs is followed by another."""
        with self._lock:
            self._everything = self._everything or everything
            self._again = True
            if not self._running and self._contact is not None:
                self._soon(0.0)

    def stop(self) -> None:
        """End after the job that runs, if any."""
        with self._lock:
            self._stopping = True
        if self._jobs.running:
            self._jobs.shutdown(wait=True)

    # --- contacts ---

    def _soon(self, delay_s: float) -> None:
        """Set the one next contact, in place of any set before. Under the lock: the last word counts."""
        if self._stopping or not self._jobs.running:
            return
        self._jobs.add_job(
            self._contact,
            "date",
            run_date=datetime.now(UTC) + timedelta(seconds=delay_s),
            id=_SYNC,
            executor=_SYNC,
            replace_existing=True,
            max_instances=3,  # it is set while the one before still ends; one worker keeps them in turn
        )

    def _sync(self, node: EdgeNode, exchange: Exchange) -> None:
        with self._lock:
            self._running, self._again = True, False
            everything, self._everything = self._everything, False
        failed = True
        try:
            node.round.run(exchange, everything=everything)
            node.link.up()
            failed = False
            self._say("")
            self._forward(node)
        except KaraulaError as refused:
            node.link.down(refused.code, refused.hint)
            self._say(refused.code)
            failed = refused.code not in LINK_CODES or not self._call(node)
        except Exception:
            node.link.down("internal", "Call the engineer; checks go on being saved.")
            log.exception("contact_failed")
        if node.renumber_due:  # whichever way the word came
            log.info("renumbering")
            self._start_again()
        delay_s = self._backoff.after_failure() if failed else self._backoff.after_success()
        with self._lock:
            self._running = False
            self._soon(0.0 if self._again else delay_s)

    def _forward(self, node: EdgeNode) -> None:
        """With a link of our own: hand on what neighbours brought. Their trouble is not this node's."""
        if self._ways.to_hub is None:
            return
        try:
            node.relay.forward(self._ways.to_hub)
        except KaraulaError as refused:
            log.warning("relay_failed", code=refused.code)

    def _call(self, node: EdgeNode) -> bool:
        """Without one: hand over to the neighbour that may have it. Whether it was there: then the rhythm
        stays what it is with a link."""
        if self._ways.to_relay is None:
            return False
        try:
            called = node.relay_call.run(self._ways.to_relay)
        except KaraulaError as refused:
            log.warning("relay_unreachable", code=refused.code)
            return False
        if called.handed or called.packets:
            log.info("relay_called", handed=called.handed, packets=called.packets)
        if called.refused:
            log.warning("relay_packets_refused", count=called.refused)
        return True

    def _say(self, code: str) -> None:
        if code != self._said:
            self._said = code
            log.warning("link_down", code=code) if code else log.info("link_up")

    # --- the other jobs ---

    def _every(self, seconds: int, name: str, job: Callable[[], object]) -> None:
        def guarded() -> None:
            try:
                job()
            except KaraulaError as refused:
                log.error("job_failed", job=name, code=refused.code)
            except Exception:
                log.exception("job_failed", job=name)

        self._jobs.add_job(guarded, "interval", seconds=seconds, id=name, executor=_UPKEEP)
