"""What is known of backups: which moment the newest verified one covers, and where it lies.

Invariant: `safe_ms` is raised by `verified` alone. Must not know: files.

A backup begins by noting a time in a write transaction; whatever is committed afterwards is signed with a
later one. So an ack that was signed no later than the noted time is of something the copy has, whatever
the clocks do.
"""

from __future__ import annotations

from dataclasses import dataclass

from hub.store import lives, opening
from shared.database import Connection

_BEGAN, _SAFE = "backup_began_ms", "safe_ms"
_GENERATION, _PATH = "backup_generation", "backup_path"


@dataclass(frozen=True, slots=True, kw_only=True)
class Newest:
    """The newest verified backup of this life of the hub. `covers_ms` is signed time; 0 for none."""

    covers_ms: int
    path: str


def begin(tx: Connection, *, at_ms: int) -> int:
    """The time the copy to come will cover."""
    began = max(at_ms, opening.kept_number(tx, _BEGAN) + 1)
    opening.keep_number(tx, _BEGAN, began)
    return began


def not_before(tx: Connection) -> int:
    """The earliest time that may be signed over what is committed now."""
    return opening.kept_number(tx, _BEGAN) + 1


def verified(tx: Connection, *, covers_ms: int, generation: int, path: str) -> None:
    """A copy was proven: what it covers is safe."""
    opening.keep_number(tx, _SAFE, covers_ms)
    opening.keep_number(tx, _GENERATION, generation)
    opening.keep_bytes(tx, _PATH, path.encode())


def safe_ms(tx: Connection) -> int:
    """Up to which signed time a verified backup has everything; 0 before the first."""
    return opening.kept_number(tx, _SAFE)


def newest(tx: Connection, *, generation: int) -> Newest:
    """The newest verified one of this generation."""
    if opening.kept_number(tx, _GENERATION) != generation:
        return Newest(covers_ms=0, path="")
    path = opening.kept_bytes(tx, _PATH) or b""
    return Newest(covers_ms=opening.kept_number(tx, _SAFE), path=path.decode())


def age_s(tx: Connection, *, now_ms: int) -> int | None:
    """How long ago the newest verified backup began; None before the first of this life of the hub."""
    made = newest(tx, generation=lives.generation(tx))
    return max(0, now_ms - made.covers_ms) // 1000 if made.covers_ms else None
