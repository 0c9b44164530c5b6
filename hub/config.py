"""What a hub is told at start: places, addresses, rhythms, and which routes open a record. Frozen.

Must not know: what the files hold.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from hub.why import Why
from shared.limits import LEASE_DAYS

ROUTES: Final = frozenset({Why.HIT, Why.CONFLICT, Why.REQUEST})
"""The routes by which a desk may come to see another country's record."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """What the centre has agreed.

    `routes` open another country's check to a desk. A node is `silent` after so long without
    contact, and `behind` when its list is older or its queue longer than this. Received bundles'
    bytes are kept `keep_bundles_days`. A node answers from its list for `lease_days` after a contact; no
    longer than nodes themselves allow.
    """

    routes: frozenset[Why] = ROUTES
    silent_after_s: int = 60 * 60
    list_old_after_s: int = 30 * 60
    queue_long: int = 500
    keep_bundles_days: int = 30
    lease_days: int = LEASE_DAYS


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """Settings of one hub process. `key_file` overrides where the database key lies, `key_backup` where
    sealed copies of prekeys go (`escrow` in the data directory)."""

    data: Path
    host: str = "127.0.0.1"
    port: int = 0
    key_file: Path | None = None
    key_backup: Path | None = None
    threads: int = 8
    https: bool = False
    policy: Policy = field(default_factory=Policy)
