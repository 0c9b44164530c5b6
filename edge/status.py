"""The node's state for every page's status bar, and for the desk.

Job: `Status` for pages, and the node_status record that travels. Cheap: nothing here scans a list.
Must not know: flask, how syncing works (it reports to `LinkReport`).
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from edge import answering, lease, renewal
from edge.kit import Kit
from edge.list_loading import ListLoading
from edge.loading import progress
from edge.status_view import Status
from edge.store import checks, feed, load, passed_over, traffic, watch
from edge.store import lease as leases
from edge.store.load import USABLE, Phase
from shared.change import Value, named
from shared.ids import SYSTEM
from shared.schema import Kind

UP: Final = "up"
DOWN: Final = "down"
NEVER: Final = "never"
_LOW_DISK_MB: Final = 500
_MB: Final = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkView:
    """How the last contact went. `error` is a code; `at_ms` is trusted time."""

    state: str
    error: str
    hint: str


class LinkReport:
    """Where the sync loop says how it went; read by any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._view = LinkView(state=NEVER, error="", hint="")

    def up(self) -> None:
        with self._lock:
            self._view = LinkView(state=UP, error="", hint="")

    def down(self, error: str, hint: str) -> None:
        with self._lock:
            self._view = LinkView(state=DOWN, error=error, hint=hint)

    def view(self) -> LinkView:
        with self._lock:
            return self._view


class Reporter:
    """Makes statuses. `version` is the program's."""

    def __init__(self, kit: Kit, link: LinkReport, *, version: str) -> None:
        self._kit = kit
        self._link = link
        self._version = version
        self._began_ms = kit.world.monotonic_ms()
        self._alerts: tuple[int, int] | None = None

    def status(self) -> Status:
        kit, link = self._kit, self._link.view()
        with kit.database.snapshot() as tx:
            hub, age = feed.state(tx), answering.list_age(kit, tx)
            standing, unmatched = lease.state(kit, tx), leases.count_unmatched(tx)
            queue, (open_hits, late_hits) = kit.log.queued(tx), checks.open_hits(tx)
            alerts = self._count_alerts(age.position, lambda: watch.count(tx))
            refused, unmatchable = kit.log.refused(tx), passed_over.count(tx)
            renewing = renewal.stage(kit, tx)
            today = traffic.of_day(tx, kit.today().toordinal())
            loading = _loading(load.read(tx))
        disk = kit.world.disk_free_mb()
        clock = kit.time.clock()
        return Status(
            node=kit.node,
            post=kit.post,
            country=kit.country,
            link=link.state,
            last_contact_ms=hub.contact_ms or None,
            link_error=link.error,
            queue=queue,
            list=age,
            alerts=alerts,
            clock=clock,
            clock_skew_ms=kit.time.skew_ms if kit.time.skew_ms is not None else hub.skew_ms,
            now_ms=kit.now_ms(),
            disk_free_mb=disk,
            store_mb=kit.world.store_mb(),
            late_hits=late_hits,
            open_hits=open_hits,
            demo=kit.demo,
            version=self._version,
            trouble=_trouble(hub, refused=refused, unmatchable=unmatchable, clock=clock, disk=disk),
            offset_min=kit.world.offset_min(kit.now_ms()),
            sent=today.sent,
            received=today.received,
            metered=kit.metered,
            locked=standing.locked,
            locks_in_s=standing.left_s if standing.ends_soon else None,
            unmatched=unmatched,
            loading=loading,
            renewing=renewing,
            formerly=tuple(f"{kit.post}-{life.epoch}" for life in kit.lives if life.node != kit.node),
        )

    def report(self) -> None:
        """Append the node's status record, for the desk to see with the next bundle."""
        kit, status = self._kit, self.status()
        values: dict[str, Value] = {
            "owner": kit.country,
            "post": kit.post,
            "happened": status.now_ms,
            "version": self._version,
            "queue": status.queue,
            "list_generation": status.list.generation,
            "list_position": status.list.position,
            "list_age_s": status.list.seconds,
            "disk_free_mb": status.disk_free_mb,
            "clock_skew_ms": status.clock_skew_ms,
            "uptime_s": (kit.world.monotonic_ms() - self._began_ms) // 1000,
            "store_mb": status.store_mb,
        }
        with kit.database.transaction() as tx:
            kit.log.append(tx, kind=Kind.NODE_STATUS, author=SYSTEM, fields=named(Kind.NODE_STATUS, values))

    def _count_alerts(self, position: int, count: Callable[[], int]) -> int:
        """Counting walks the list, so the number is kept until the list moves."""
        if self._alerts is None or self._alerts[0] != position:
            self._alerts = (position, count())
        return self._alerts[1]


def _loading(now: load.Load | None) -> ListLoading | None:
    if now is None or now.phase is Phase.DROP:
        return None
    at = progress(now)
    return ListLoading(
        percent=int(at.share * 100),
        records=at.records,
        of_records=at.of_records,
        in_use=now.phase in USABLE,
    )


def _trouble(
    hub: feed.HubState, *, refused: tuple[str, ...], unmatchable: int, clock: str, disk: int | None
) -> tuple[tuple[str, str], ...]:
    """(code, hint) of everything that needs a person."""
    found: list[tuple[str, str]] = []
    if hub.trouble:
        found.append((hub.trouble, hub.hint))
    found += [
        (f"refused_{code}", "The hub refuses a bundle of this node. Call the centre.") for code in refused
    ]
    if unmatchable:
        found.append(
            ("record_unmatchable", "A record could not be matched, all others are. Call the engineer.")
        )
    if clock != "ok":
        found.append(("clock", "Set this node's clock; checks carry a mark until the next contact."))
    if disk is not None and disk < _LOW_DISK_MB:
        found.append(("disk_low", "Free space on the disk; call the engineer."))
    return tuple(found)
