"""The node's lease as it stands in the file, and the checks made while the list was locked.

Must not know: what time it is, how matching works.
"""

from __future__ import annotations

from dataclasses import dataclass

from shared.database import Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptLease:
    """`ends_ms` by the hub's clock (0: none was ever given); `charged_ms` for time nobody measured."""

    ends_ms: int
    charged_ms: int
    revoked: bool
    contact_ms: int


def read(tx: Connection) -> KeptLease:
    row = tx.execute("SELECT lease_ms, charged_ms, revoked, contact_ms FROM hub_state").fetchone()
    return KeptLease(ends_ms=row[0], charged_ms=row[1], revoked=bool(row[2]), contact_ms=row[3])


def keep(tx: Connection, ends_ms: int) -> None:
    """A new end; what was charged against the old lease is forgiven."""
    tx.execute("UPDATE hub_state SET lease_ms = ?, charged_ms = 0", (ends_ms,))


def keep_revoked(tx: Connection, *, revoked: bool) -> None:
    tx.execute("UPDATE hub_state SET revoked = ?", (int(revoked),))


def charge(tx: Connection, ms: int) -> None:
    """Charge the lease, unless the run before this one ended in good order; from now on this one runs."""
    tx.execute(
        "UPDATE hub_state SET charged_ms = charged_ms + CASE WHEN running THEN ? ELSE 0 END, running = 1",
        (ms,),
    )


def end_in_order(tx: Connection) -> None:
    """The mark just kept is exact: nothing runs after it."""
    tx.execute("UPDATE hub_state SET running = 0")


# --- checks that no list was asked about ---


def note_unmatched(tx: Connection, check: int) -> None:
    tx.execute("INSERT OR IGNORE INTO unmatched (record) VALUES (?)", (check,))


def next_unmatched(tx: Connection) -> int | None:
    """The oldest of them."""
    row = tx.execute("SELECT min(record) FROM unmatched").fetchone()
    return None if row[0] is None else int(row[0])


def matched(tx: Connection, check: int) -> None:
    tx.execute("DELETE FROM unmatched WHERE record = ?", (check,))


def count_unmatched(tx: Connection) -> int:
    (number,) = tx.execute("SELECT count(*) FROM unmatched").fetchone()
    return int(number)
