"""The alert list as this node holds it: which alerts can match, by which keys, and for whom.

Job: keep `watched`, `watch_key` and the index of wanted persons equal to the alert records, in the
transaction that changes them; the same for the keys and persons of this node's own checks.
Invariant: an alert is watched exactly while it has a row, is not withdrawn and is no training
record; whether it has expired is judged when it is found, because that depends on trusted time.
Must not know: how matching works, what officers see.
"""

from __future__ import annotations

import json
from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import chain
from typing import Final

from edge.store import passed_over
from shared.change import Value
from shared.database import Connection
from shared.ids import Dot, RecordId
from shared.ledger import records
from shared.ledger.concern import WITHDRAWN, is_watched
from shared.ledger.making_ready import Mapped, made_ready
from shared.ledger.person_index import PersonIndex
from shared.ledger.records import Record
from shared.ledger.savepoint import Spoilt, sparing
from shared.matching.evidence import Rarity
from shared.matching.matcher import person_in
from shared.matching.person import Person
from shared.schema import Kind
from shared.watchlist import Matcher, Subject, numbers_of, subject_of

_WANTED: Final = PersonIndex("wanted")
_SEEN: Final = PersonIndex("seen")
_ALERTS_OF_A_NUMBER_MAX: Final = 200  # one document or car on more alerts than that is a list gone wrong
_THESE: Final = "(SELECT value FROM json_each(?))"
_PERSON_FIELDS_READ: Final = 500  # records read at a time when an index is built anew


def rekey(tx: Connection, matcher: Matcher, alerts: Sequence[int]) -> list[Record]:
    """Bring the keys of alerts up to date; returns those that can match now, by id."""
    if not alerts:
        return []
    ids = json.dumps(alerts)
    found = records.select(tx, Kind.ALERT, f"id IN {_THESE}", (ids,), "ORDER BY id")
    wanted = {int(each.id): keys for each in found if (keys := wanted_in(matcher, each.values)) is not None}
    watched = tx.execute(f"SELECT alert, keys FROM watched WHERE alert IN {_THESE}", (ids,)).fetchall()  # noqa: S608 — our own text
    for alert, packed in watched:
        kept = wanted[alert].keys if alert in wanted else []
        tx.executemany(
            "DELETE FROM watch_key WHERE key = ? AND alert = ?",
            [(key, alert) for key in unpack_keys(packed) if key not in kept],
        )
        if alert not in wanted:
            tx.execute("DELETE FROM watched WHERE alert = ?", (alert,))
    _WANTED.put_all(tx, {alert: wanted[alert].person if alert in wanted else None for alert in alerts})
    tx.executemany(
        "INSERT OR IGNORE INTO watch_key (key, alert) VALUES (?, ?)",
        [(key, alert) for alert, each in wanted.items() for key in each.keys],
    )
    tx.executemany(
        "INSERT OR REPLACE INTO watched (alert, keys, expires) VALUES (?, ?, ?)",
        [(alert, pack_keys(each.keys), each.expires) for alert, each in wanted.items()],
    )
    return [each for each in found if each.id in wanted]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What an alert that can match is found by: its numbers' keys, ascending, and its person; its expiry.

    Its names need no keys: whoever is asked about by name is looked for in the index of persons.
    """

    keys: list[int]
    person: Person
    expires: int | None


def wanted_in(matcher: Matcher, values: Mapping[str, Value]) -> Wanted | None:
    """What an alert of these values is found by; None where it cannot match now."""
    if values.get("status") == WITHDRAWN or values.get("training"):
        return None
    subject, expires = subject_of(values), values.get("expires")
    return Wanted(
        keys=sorted(matcher.keys_of(numbers_of(subject))),
        person=person_in(subject),
        expires=expires if isinstance(expires, int) else None,
    )


def pack_keys(keys: Sequence[int]) -> bytes:
    """Keys as `watched` holds them."""
    return array("q", keys).tobytes()


def unpack_keys(packed: bytes) -> list[int]:
    """Undo `pack_keys`."""
    keys = array("q")
    keys.frombytes(packed)
    return list(keys)


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidates:
    """Alerts that may match, by id; `cut`: too many do, and there may be others."""

    alerts: list[Record]
    cut: bool


def find(tx: Connection, matcher: Matcher, subject: Subject) -> Candidates:
    """The watched alerts that may match: by their numbers, and the persons the index finds.

    The index bounds how many persons are found.
    """
    meant = _WANTED.find(tx, person_in(subject))
    found, cut = {filed.owner for filed, _ in meant.found}, meant.may_be_more
    for key in matcher.keys_of(numbers_of(subject)):
        sharing = tx.execute(
            "SELECT alert FROM watch_key WHERE key = ? LIMIT ?", (key, _ALERTS_OF_A_NUMBER_MAX + 1)
        ).fetchall()
        cut = cut or len(sharing) > _ALERTS_OF_A_NUMBER_MAX
        found.update(alert for (alert,) in sharing[:_ALERTS_OF_A_NUMBER_MAX])
    if not found:  # most travellers; an empty list among the conditions would have every alert read
        return Candidates(alerts=[], cut=cut)
    marks = ",".join("?" * len(found))
    alerts = records.select(tx, Kind.ALERT, f"id IN ({marks})", sorted(found), "ORDER BY id")
    return Candidates(alerts=alerts, cut=cut)


def rarity(tx: Connection) -> Rarity:
    """How rare the words of names are among those wanted."""
    return _WANTED.rarity(tx)


Filing = Callable[[str, int], None]
"""Told, now and then, how many persons of a kind of record are filed by now: ("alert", 100000)."""


def unheard(_kind: str, _persons: int) -> None:
    """Nobody waits for it."""


def file_anew(
    tx: Connection,
    *,
    at_ms: int,
    mapped: Mapped = map,
    filing: Filing = unheard,
) -> bool:
    """Build the indexes of persons where this version files them otherwise; returns whether it had to."""
    if _WANTED.is_current(tx) and _SEEN.is_current(tx):
        return False
    spoilt: Spoilt = {}
    for index, kind, holds in ((_WANTED, Kind.ALERT, is_watched), (_SEEN, Kind.CHECK, _is_counted)):
        index.clear(tx)
        persons = made_ready(_subjects(tx, kind, holds, spoilt), spoilt, mapped=mapped)
        index.build(tx, persons, progress=partial(filing, kind.name.lower()))
    passed_over.note(tx, spoilt, at_ms=at_ms)
    return True


def _subjects(
    tx: Connection, kind: Kind, holds: Callable[[Record], bool], spoilt: Spoilt
) -> Iterator[tuple[int, Subject]]:
    last = 0
    while batch := records.select(tx, kind, "id > ?", (last,), f"ORDER BY id LIMIT {_PERSON_FIELDS_READ}"):
        last = batch[-1].id
        for each in batch:
            with sparing(spoilt, each.id):
                if holds(each):
                    yield each.id, subject_of(each.values)


def _is_counted(check: Record) -> bool:
    return not check.values.get("void")


def count(tx: Connection) -> int:
    """How many alerts can match."""
    (number,) = tx.execute("SELECT count(*) FROM watched").fetchone()
    return int(number)


# --- which scope brought a record here ---


def hold(tx: Connection, ids: Iterable[int], scope: str) -> None:
    """Note that a scope holds these records."""
    tx.executemany(
        "INSERT OR IGNORE INTO held (record, scope) VALUES (?, ?)", [(record, scope) for record in ids]
    )


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


def file_check(tx: Connection, check: int, subject: Subject | None) -> None:
    """File the person of a check in place of what it said before; None takes the check out."""
    _SEEN.put(tx, check, person_in(subject) if subject is not None else None)


def forget_old_checks(tx: Connection, *, newest: int, most: int) -> int:
    """Take the persons of checks older than the `newest` out of the index, at most `most`; how many went.

    Their equality keys stay: they are still found by document, plate, VIN, and name with year of birth.
    """
    row = tx.execute(
        "SELECT owner FROM seen_entry ORDER BY owner DESC LIMIT 1 OFFSET ?", (newest,)
    ).fetchone()
    if row is None:
        return 0
    old = tx.execute("SELECT owner FROM seen_entry WHERE owner <= ? LIMIT ?", (row[0], most)).fetchall()
    for (check,) in old:
        _SEEN.put(tx, check, None)
    return len(old)


def checks_like(tx: Connection, matcher: Matcher, subjects: Sequence[Subject]) -> list[list[int]]:
    """For each of a few subjects the own checks that may match: those that share a key and the persons the
    index finds; newest first."""
    keys = [matcher.keys_of(subject) for subject in subjects]
    under: dict[int, list[int]] = {}
    for key, check in tx.execute(
        f"SELECT key, record FROM check_key WHERE key IN {_THESE}",  # noqa: S608 — our own text
        (json.dumps(list({*chain.from_iterable(keys)})),),
    ):
        under.setdefault(key, []).append(check)
    meant = _SEEN.find_all(tx, [person_in(subject) for subject in subjects])
    found = []
    for asked, persons in zip(keys, meant, strict=True):
        checks = {filed.owner for filed, _ in persons.found}
        checks.update(check for key in asked for check in under.get(key, ()))
        found.append(sorted(checks, reverse=True))
    return found


def checks_with(
    tx: Connection, matcher: Matcher, subjects: Sequence[Subject], *, newest: int
) -> list[list[Record]]:
    """The same, as records, of the `newest` checks alone."""
    found = checks_like(tx, matcher, subjects)
    if not any(found):
        return [[] for _ in subjects]
    floor = tx.execute(
        "SELECT id FROM check_record ORDER BY id DESC LIMIT 1 OFFSET ?", (newest - 1,)
    ).fetchone()
    lowest = RecordId(Dot(floor[0] if floor else 0))
    read = ((records.read(tx, Kind.CHECK, each) for each in checks if each >= lowest) for checks in found)
    return [[check for check in checks if check is not None] for checks in read]
