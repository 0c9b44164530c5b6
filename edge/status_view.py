"""How the node stands, as its pages show it. Must not know: how it is found out."""

from __future__ import annotations

from dataclasses import dataclass

from edge.list_loading import ListLoading
from edge.screen import ListAge


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """What a tired officer, and every page's status bar, needs of the node.

    `link` is up | down | never; `clock` is ok | suspect | unset; `locked` says why the list is not
    answered from (empty when it is): lease_ended | node_revoked; `locks_in_s` is set when that is near.
    `unmatched` checks wait to be asked about when it opens. `trouble` holds (code, hint) of what needs a
    person. `sent` and `received` are the link's bytes of this day; `metered`: it carries what is urgent
    alone. `renewing` says how far a device that was enrolled again is: asking | starting, "" when it is done;
    `formerly` are the names it had before.
    """

    node: int
    post: str
    country: str
    link: str
    last_contact_ms: int | None
    link_error: str
    queue: int
    list: ListAge
    alerts: int
    clock: str
    clock_skew_ms: int | None
    now_ms: int
    disk_free_mb: int | None
    store_mb: int
    late_hits: int
    open_hits: int
    demo: bool
    version: str
    trouble: tuple[tuple[str, str], ...]
    offset_min: int = 0  # the post's offset from UTC now
    sent: int = 0
    received: int = 0
    metered: bool = False
    locked: str = ""
    locks_in_s: int | None = None
    unmatched: int = 0
    loading: ListLoading | None = None
    renewing: str = ""
    formerly: tuple[str, ...] = ()
