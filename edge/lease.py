"""The lease: how long this node may answer from its list without hearing from the hub.

Job: say whether the list is locked, and why; renew; charge for time that nobody measured.
Invariants
* Time is trusted time: the hub's last signed time and what this machine ran since. The wall clock is
  never asked, so setting it does nothing either way.
* What cannot be measured is charged to the lease, never given to it: a run that did not end in good
  order may have lost the uptime since its last mark, and costs the most that can be.
* The lock is on the list alone. Capture goes on; what was captured meanwhile is noted as not matched.
Must not know: pages, matching, the session.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from edge.kit import Kit
from edge.store import lease as kept
from shared.database import Connection
from shared.limits import LEASE_DAYS, LEASE_WARN_HOURS, MARK_EVERY_S

ENDED: Final = "lease_ended"
REVOKED: Final = "node_revoked"
_HOUR_MS: Final = 60 * 60 * 1000
_LOST_MAX_MS: Final = 2 * MARK_EVERY_S * 1000  # a mark may be late by as long as it is due
_LEASE_MAX_MS: Final = LEASE_DAYS * 24 * _HOUR_MS


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """How the lease stands. `locked` says why the list does not answer (empty: it does).

    `left_s` is None where no lease was ever given, and no list either. `since_ms` is the last contact by
    the hub's clock, 0 for none.
    """

    locked: str
    left_s: int | None
    since_ms: int

    @property
    def ends_soon(self) -> bool:
        """Whether somebody should see to the link, or fetch a stick."""
        return not self.locked and self.left_s is not None and self.left_s < LEASE_WARN_HOURS * 3600


def state(kit: Kit, tx: Connection) -> Lease:
    """How the lease stands now."""
    lease, known = kept.read(tx), kit.time.at_least_ms
    left_s = None
    if lease.ends_ms and known is not None:
        left_s = max(0, lease.ends_ms - known - lease.charged_ms) // 1000
    locked = REVOKED if lease.revoked else ENDED if left_s == 0 else ""
    return Lease(locked=locked, left_s=left_s, since_ms=lease.contact_ms)


def renew(tx: Connection, *, signed_ms: int, hours: int) -> None:
    """Take over a lease the hub signed at `signed_ms`, by wire or by stick; never a longer one than any may
    be. Whoever calls has verified the signature. 0 hours lock the list at once."""
    ends_ms = signed_ms + min(max(0, hours) * _HOUR_MS, _LEASE_MAX_MS)
    if ends_ms >= kept.read(tx).ends_ms or not hours:  # an older paper takes nothing away
        kept.keep(tx, ends_ms)


def begin_run(tx: Connection) -> None:
    """The program starts: pay for what the run before may have lost."""
    kept.charge(tx, _LOST_MAX_MS)


def end_run(tx: Connection) -> None:
    """The program ends in good order, its time just noted."""
    kept.end_in_order(tx)
