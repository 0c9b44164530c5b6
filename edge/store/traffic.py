"""How many bytes this node sent and received, a day. Must not know: what they were."""

from __future__ import annotations

from dataclasses import dataclass

from shared.database import Connection

_KEPT_DAYS = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """Bytes of one day (days since 1970 at the post), headers included."""

    day: int
    sent: int
    received: int


def add(tx: Connection, day: int, *, sent: int, received: int) -> None:
    if not sent and not received:
        return
    tx.execute(
        "INSERT INTO traffic (day, sent, received) VALUES (?1, ?2, ?3) "
        "ON CONFLICT (day) DO UPDATE SET sent = sent + ?2, received = received + ?3",
        (day, sent, received),
    )
    tx.execute("DELETE FROM traffic WHERE day < ?", (day - _KEPT_DAYS,))


def of_day(tx: Connection, day: int) -> Day:
    row = tx.execute("SELECT sent, received FROM traffic WHERE day = ?", (day,)).fetchone() or (0, 0)
    return Day(day=day, sent=row[0], received=row[1])
