"""A block of a snapshot made ready for the tables: everything that needs no database, column by column.

Job: tell the records of which a row says all from those with a history; merge the latter; compute what
alerts are found by. Pure, so that no lock is held meanwhile. Must not know: transactions, what is there
already.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain, groupby
from operator import attrgetter
from typing import Final

from edge.store.next_list import PAIR, Watched, bucket_of, years_of
from edge.store.watch import Wanted, pack_keys, wanted_in
from shared import wire
from shared.change import Change, Value
from shared.ledger.columns import from_column
from shared.ledger.person_rows import Filed, Written, written
from shared.ledger.rows import PlainRows, Row, plain_rows, shown
from shared.ledger.savepoint import Spoilt, sparing
from shared.schema import SCHEMA, Kind
from shared.watchlist import Matcher
from shared.wire import Batch, ChangeTable

_ALERT: Final = SCHEMA[Kind.ALERT]
_NAMES: Final = {f.number: f.name for f in _ALERT.fields}
_BEFORE_FIELDS: Final = 5  # id, stamp, author, standing, edited


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """A block made ready.

    `rows` are plain alerts (id, stamp, author, the fields of `numbers`), `whole` alerts with a history:
    their changes, and their row where it may show. `watched` are those of both that can match, by id;
    `runs` their keys and `persons` the people among them, by part. `begun` are changes of alerts that the
    block before began; `others` what is no alert; `spoilt` those that nothing can be made to find.
    """

    numbers: tuple[int, ...]
    rows: list[Row]
    whole: list[tuple[list[Change], Row | None]]
    watched: dict[int, Watched]
    runs: list[tuple[int, bytes]]
    persons: list[tuple[int, bytes]]
    begun: list[Change]
    others: list[Change]
    spoilt: Spoilt

    @property
    def records(self) -> int:
        """How many records begin here."""
        return len(self.rows) + len(self.whole) + sum(change.creates for change in self.others)


def prepare(batch: Batch, matcher: Matcher) -> Prepared:
    """Make one verified block ready."""
    created = next((t for t in batch.tables if t.kind == Kind.ALERT and t.creates), None)
    edited = frozenset(
        record for t in batch.tables if t.kind == Kind.ALERT and not t.creates for record in t.records
    )
    plain = None if created is None else plain_rows(_ALERT, created, apart=edited)
    rows = plain.rows() if plain is not None else []
    whole, begun, others = _apart(batch, frozenset(row[0] for row in rows))
    found: list[_Found] = []
    spoilt: Spoilt = {}
    for alert, values in chain(_plain_values(created, plain), _whole_values(whole)):
        with sparing(spoilt, alert):
            wanted = wanted_in(matcher, values)
            if wanted is not None:
                filed = written(Filed(alert, wanted.person)) if wanted.person.names else None
                found.append((alert, wanted, filed))
    return Prepared(
        numbers=plain.numbers if plain is not None else (),
        rows=rows, whole=whole, begun=begun, others=others,
        watched={alert: (alert, pack_keys(each.keys), each.expires) for alert, each, _ in found},
        runs=_runs(found), persons=_persons(found), spoilt=spoilt,
    )  # fmt: skip


def values_of(row: Row) -> dict[str, Value]:
    """What a whole row of an alert shows, by field name."""
    columns = zip(_ALERT.fields, row[_BEFORE_FIELDS:-1], strict=True)
    return {f.name: from_column(f, column) for f, column in columns if column is not None}


_Found = tuple[int, Wanted, Written | None]
"""An alert that can match, what it is found by, and its person as filed."""


def _plain_values(
    table: ChangeTable | None, plain: PlainRows | None
) -> Iterator[tuple[int, dict[str, Value]]]:
    """What each plain one says."""
    if table is None or plain is None:
        return
    numbers = [number for number in table.columns if number in _NAMES]
    names = [_NAMES[number] for number in numbers]
    cells = list(zip(*(table.columns[number] for number in numbers), strict=True))
    for place in plain.places:
        values = {name: cell for name, cell in zip(names, cells[place], strict=True) if cell is not None}
        yield table.dots[place], values


def _whole_values(whole: Iterable[tuple[list[Change], Row | None]]) -> Iterator[tuple[int, dict[str, Value]]]:
    """What each one with a history shows."""
    for changes, row in whole:
        if row is not None:
            yield changes[0].record, values_of(row)


def _runs(found: Iterable[_Found]) -> list[tuple[int, bytes]]:
    """Pairs of key and alert, by part."""
    parts: defaultdict[int, list[bytes]] = defaultdict(list)
    for alert, wanted, _ in found:
        for key in wanted.keys:
            parts[bucket_of(key)].append(PAIR.pack(key, alert))
    return [(bucket, b"".join(pairs)) for bucket, pairs in sorted(parts.items())]


def _persons(found: Iterable[_Found]) -> list[tuple[int, bytes]]:
    """The people, by years of birth."""
    parts: defaultdict[int, list[object]] = defaultdict(list)
    for _, wanted, filed in found:
        if filed is not None:
            parts[years_of(wanted.person.birth)].append(filed)
    return [(years, wire.pack(persons)) for years, persons in sorted(parts.items())]


_Apart = tuple[list[tuple[list[Change], Row | None]], list[Change], list[Change]]


def _apart(batch: Batch, done: frozenset[int]) -> _Apart:
    """Alerts with a history, changes of alerts begun before, and what is no alert."""
    whole: list[tuple[list[Change], Row | None]] = []
    begun: list[Change] = []
    others: list[Change] = []
    if len(done) == batch.count:
        return whole, begun, others
    rest = (change for change in batch.changes() if change.record not in done)
    for record, group in groupby(rest, key=attrgetter("record")):
        changes = list(group)
        if changes[0].kind != Kind.ALERT:
            others += changes
        elif changes[0].creates:
            whole.append((changes, shown(_ALERT, record, changes, frozenset())))
        else:
            begun += changes
    return whole, begun, others
