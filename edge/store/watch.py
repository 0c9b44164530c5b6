"""The alert list as this node holds it: which alerts can match, by which keys, and for whom.

Job: keep `watched` and `watch_key` equal to the alert records, in the transaction that changes them.
Invariant: an alert is watched exactly while it has a row, is not withdrawn and is no training
record; whether it has expired is judged when it is found, because that depends on trusted time.
Must not know: how matching works, what officers see.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence

from shared.change import SEEN
from shared.database import Connection
from shared.ids import Dot, RecordId
from shared.ledger import records
from shared.ledger.records import Record
from shared.schema import Kind
from shared.watchlist import Matcher, subject_of

WITHDRAWN = "withdrawn"


def rekey(tx: Connection, matcher: Matcher, alert: int) -> Record | None:
    """Bring one alert's keys up to date; returns the alert if it can match now."""
    found = records.read(tx, Kind.ALERT, alert)
    live = found is not None and found.text("status") != WITHDRAWN and not found.values.get("training")
    keys = sorted(matcher.keys_of(subject_of(found.values))) if found is not None and live else []
    row = tx.execute("SELECT keys FROM watched WHERE alert = ?", (alert,)).fetchone()
    old = _unpack(row[0]) if row is not None else []
    tx.executemany(
        "DELETE FROM watch_key WHERE key = ? AND alert = ?", [(key, alert) for key in old if key not in keys]
    )
    if found is None or not live:
        tx.execute("DELETE FROM watched WHERE alert = ?", (alert,))
        return None
    tx.executemany(
        "INSERT OR IGNORE INTO watch_key (key, alert) VALUES (?, ?)", [(key, alert) for key in keys]
    )
    tx.execute(
        "INSERT OR REPLACE INTO watched (alert, keys, expires) VALUES (?, ?, ?)",
        (alert, array("q", keys).tobytes(), found.number("expires")),
    )
    return found


def find(tx: Connection, keys: Sequence[int]) -> list[Record]:
    """The watched alerts that share a key, by ascending id."""
    if not keys:
        return []
    marks = ",".join("?" * len(keys))
    return records.select(
        tx,
        Kind.ALERT,
        f"id IN (SELECT alert FROM watch_key WHERE key IN ({marks}))",  # noqa: S608 — only question marks
        tuple(keys),
        "ORDER BY id",
    )


def version_of(tx: Connection, alert: int) -> Dot:
    """The dot of an alert's newest change: which version of it matched."""
    seen = records.context_of(tx, Kind.ALERT, alert).get(SEEN, ())
    return seen[-1] if seen else Dot(alert)


def count(tx: Connection) -> int:
    """How many alerts can match."""
    (number,) = tx.execute("SELECT count(*) FROM watched").fetchone()
    return int(number)


# --- which scope brought a record here ---


def hold(tx: Connection, record: int, scope: str) -> None:
    tx.execute("INSERT OR IGNORE INTO held (record, scope) VALUES (?, ?)", (record, scope))


def let_go(tx: Connection, record: int, scope: str) -> bool:
    """Note that a scope no longer holds a record; returns whether none does."""
    tx.execute("DELETE FROM held WHERE record = ? AND scope = ?", (record, scope))
    return tx.execute("SELECT 1 FROM held WHERE record = ? LIMIT 1", (record,)).fetchone() is None


# --- the keys of this node's own checks ---


def key_check(tx: Connection, check: int, *, before: Iterable[int] = (), keys: Iterable[int]) -> None:
    """Set a check's keys; `before` are those it had until now."""
    new = set(keys)
    gone = [(key, check) for key in before if key not in new]
    tx.executemany("DELETE FROM check_key WHERE key = ? AND record = ?", gone)
    pairs = [(key, check) for key in new]
    tx.executemany("INSERT OR IGNORE INTO check_key (key, record) VALUES (?, ?)", pairs)


def checks_with(tx: Connection, keys: Sequence[int], *, newest: int) -> list[Record]:
    """Own checks that share a key, among the `newest` ones, newest first."""
    if not keys:
        return []
    marks = ",".join("?" * len(keys))
    ids = tx.execute(
        f"SELECT DISTINCT record FROM check_key WHERE key IN ({marks})",  # noqa: S608 — only question marks
        tuple(keys),
    ).fetchall()
    if not ids:
        return []
    floor = tx.execute(
        "SELECT id FROM check_record ORDER BY id DESC LIMIT 1 OFFSET ?", (newest - 1,)
    ).fetchone()
    lowest = RecordId(Dot(floor[0] if floor else 0))
    found = (records.read(tx, Kind.CHECK, record) for (record,) in sorted(ids, reverse=True))
    return [check for check in found if check is not None and check.id >= lowest]


def _unpack(packed: bytes) -> list[int]:
    keys = array("q")
    keys.frombytes(packed)
    return list(keys)
