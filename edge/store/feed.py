"""What came from the hub: how far each scope is read, the signed originals, and the hub's word.

Invariant: a cursor moves only after everything before it was applied, in the transaction that
keeps the segment's original. Must not know: what a change means, the session's rules.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from shared.crypto import SealKey
from shared.database import Connection
from shared.enrolment import Prekey
from shared.segment import CHAIN_START, Segment
from shared.session import Cursor


@dataclass(frozen=True, slots=True, kw_only=True)
class HubState:
    """What the hub last vouched for. Times are UTC ms by the hub's clock, 0 for never.

    `mark_ms` is trusted time as last noted; `list_ms` the head at which every cursor had arrived;
    `contact_ms` the last answer believed; `skew_ms` our clock against it then.
    """

    generation: int
    head_ms: int
    mark_ms: int
    list_ms: int
    contact_ms: int
    safe_ms: int
    prekey: int
    skew_ms: int | None
    revocations_number: int
    revocations: bytes | None
    trouble: str
    hint: str


def state(tx: Connection) -> HubState:
    row = tx.execute(
        "SELECT generation, head_ms, mark_ms, list_ms, contact_ms, safe_ms, prekey, skew_ms, "
        "revocations_number, revocations, trouble, hint FROM hub_state"
    ).fetchone()
    return HubState(
        generation=row[0],
        head_ms=row[1],
        mark_ms=row[2],
        list_ms=row[3],
        contact_ms=row[4],
        safe_ms=row[5],
        prekey=row[6],
        skew_ms=row[7],
        revocations_number=row[8],
        revocations=row[9],
        trouble=row[10] or "",
        hint=row[11] or "",
    )


def keep_head(
    tx: Connection, *, head_ms: int, safe_ms: int, prekey: int, skew_ms: int, arrived: bool
) -> None:
    """Note a believed head; `arrived` says that every cursor is where the hub's feed ends."""
    keep_carried_head(tx, head_ms=head_ms, safe_ms=safe_ms, prekey=prekey, arrived=arrived)
    tx.execute("UPDATE hub_state SET contact_ms = ?, skew_ms = ?", (head_ms, skew_ms))


def keep_carried_head(tx: Connection, *, head_ms: int, safe_ms: int, prekey: int, arrived: bool) -> None:
    """Note a head that came on a stick: all of it but a contact, for nobody was spoken with just now."""
    tx.execute(
        "UPDATE hub_state SET head_ms = max(head_ms, ?1), mark_ms = max(mark_ms, ?1), safe_ms = ?2, "
        "prekey = CASE WHEN ?3 THEN ?3 ELSE prekey END, "
        "list_ms = CASE WHEN ?4 THEN max(list_ms, ?1) ELSE list_ms END",
        (head_ms, safe_ms, prekey, int(arrived)),
    )


def keep_mark(tx: Connection, mark_ms: int) -> None:
    """Note trusted time, so that the next start knows at least that much."""
    tx.execute("UPDATE hub_state SET mark_ms = max(mark_ms, ?)", (mark_ms,))


def keep_trouble(tx: Connection, code: str, hint: str) -> None:
    """Note what needs a person; an empty code clears it."""
    tx.execute("UPDATE hub_state SET trouble = ?, hint = ?", (code or None, hint or None))


def keep_revocations(tx: Connection, number: int, paper: bytes) -> None:
    tx.execute(
        "UPDATE hub_state SET revocations_number = ?1, revocations = ?2 WHERE revocations_number < ?1",
        (number, paper),
    )


def keep_prekey(tx: Connection, prekey: Prekey) -> None:
    tx.execute(
        "INSERT OR IGNORE INTO prekey (number, key, made_ms) VALUES (?, ?, ?)",
        (prekey.number, prekey.key.raw, prekey.made_ms),
    )


def seal_to(tx: Connection, current: int) -> tuple[int, SealKey] | None:
    """The prekey to seal to: the hub's current one where it is here, else the newest."""
    row = tx.execute(
        "SELECT number, key FROM prekey ORDER BY number = ? DESC, number DESC LIMIT 1", (current,)
    ).fetchone()
    return None if row is None else (row[0], SealKey(row[1]))


def newest_prekey(tx: Connection) -> int:
    (number,) = tx.execute("SELECT coalesce(max(number), 0) FROM prekey").fetchone()
    return int(number)


# --- cursors and originals ---


def set_up(tx: Connection, scopes: Sequence[str]) -> None:
    """Make the cursors' rows at first start; harmless afterwards."""
    for place, scope in enumerate(scopes):
        tx.execute("INSERT OR IGNORE INTO cursor VALUES (?, ?, 0, ?)", (scope, place, CHAIN_START))


def cursors(tx: Connection) -> tuple[Cursor, ...]:
    rows = tx.execute("SELECT scope, position, chain FROM cursor ORDER BY place")
    return tuple(Cursor(scope=scope, position=position, chain=chain) for scope, position, chain in rows)


def position(tx: Connection) -> int:
    """One number for how much list has been read: the positions of all scopes together."""
    (total,) = tx.execute("SELECT sum(position) FROM cursor").fetchone()
    return int(total or 0)


def move(tx: Connection, segment: Segment, *, now_ms: int) -> None:
    """Put the cursor behind a segment that was applied whole, and keep its original.

    A stick and a link may bring the same at once: the cursor only ever goes on from where the segment
    begins, in the generation it is of.
    """
    tx.execute(
        "UPDATE cursor SET position = ?, chain = ? WHERE scope = ? AND position = ? "
        "AND (SELECT generation FROM hub_state) = ?",
        (segment.last, segment.chain, segment.scope, segment.first - 1, segment.generation),
    )
    tx.execute(
        "INSERT OR IGNORE INTO feed_segment (generation, scope, first, last, raw, signature, received_ms) "
        "VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            segment.generation,
            segment.scope,
            segment.first,
            segment.last,
            segment.raw,
            segment.signature,
            now_ms,
        ),
    )


def move_to(tx: Connection, scope: str, *, position: int, chain: bytes, made_ms: int) -> None:
    """Put the cursor where a whole list ends, as the hub had it at `made_ms`.

    That time dates the list only where no head ever did: other scopes may have been read less far.
    """
    tx.execute("UPDATE cursor SET position = ?, chain = ? WHERE scope = ?", (position, chain, scope))
    tx.execute(
        "UPDATE hub_state SET mark_ms = max(mark_ms, ?1), "
        "list_ms = CASE WHEN list_ms = 0 THEN ?1 ELSE list_ms END",
        (made_ms,),
    )


def begin_generation(tx: Connection, generation: int) -> None:
    """A restored hub: read its feed from the start. What is held stays; applying twice does nothing."""
    tx.execute("UPDATE cursor SET position = 0, chain = ?", (CHAIN_START,))
    tx.execute("UPDATE hub_state SET generation = ?", (generation,))


# --- which of our seqs the hub vouched for, and when ---


def mark_acks(tx: Connection, acks: Iterable[tuple[int, int]], *, head_ms: int) -> None:
    tx.executemany(
        "INSERT OR IGNORE INTO ack_mark (lane, seq, head_ms) VALUES (?, ?, ?)",
        [(lane, seq, head_ms) for lane, seq in acks if seq],
    )


def unmark_acks(tx: Connection, lane: int, *, above: int) -> None:
    """Forget who vouched for these, and when: a restored hub lacks them, and its next backup may too."""
    tx.execute("DELETE FROM ack_mark WHERE lane = ? AND seq > ?", (lane, above))
