"""What a node is told at start: places, addresses, rhythms. Frozen.

Must not know: what the files hold.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

STICK_ROOTS: Final = (Path("/media"), Path("/run/media"))
"""Where desktops and udisks mount what is put in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """Settings of one node process.

    `data` is the node's directory. `hub_url` overrides what the directory says (its `hub.url`, or
    the hub's card). `key_file` overrides where the database key lies. `demo` says on every page
    that nothing here is real. Over a `metered` link only what is urgent is sent, and less often asked.
    `stick_roots` are where the system mounts sticks.
    `relays` says that this node carries for neighbours; `relay_url` is the neighbour that carries for it.
    """

    data: Path
    host: str = "127.0.0.1"
    port: int = 0
    hub_url: str | None = None
    key_file: Path | None = None
    sync_interval_s: float = 5.0
    threads: int = 4
    demo: bool = False
    https: bool = False
    metered: bool = False
    stick_roots: tuple[Path, ...] = STICK_ROOTS
    relays: bool = False
    relay_url: str | None = None
