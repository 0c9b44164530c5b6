"""A whole list in a file of its own: persons, documents and vehicles, matched as a post matches them.

Job: be what `karaula match` and measurements load a list into, on a given connection. The tables and the ways
of finding are those a post and the centre use (`person_index`, equality keys); only the records are plainer.
Invariants: loading streams; a look-up is bounded, also where a million rows share one number.
Must not know: files, formats, pages.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Final

from shared.database import Connection
from shared.ledger import person_index
from shared.ledger.person_index import PersonIndex
from shared.ledger.person_rows import Filed, written
from shared.matching.matcher import PersonMatcher, person_in
from shared.watchlist import Match, Subject, numbers_of

_PERSONS: Final = PersonIndex("listed")
_MATCHER: Final = PersonMatcher()
LOAD_ROWS: Final = 50_000  # rows taken in at a time: a few tens of megabytes
SHARING_MAX: Final = 200  # rows read that share a number; a list with more of one is shown as cut


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """One row of the list that matches: its number from 1, its own name for itself, and why."""

    row: int
    name: str
    match: Match


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """Everything that matches, surest first; `cut`: the list has too many alike to look at all of them."""

    found: tuple[Listed, ...]
    cut: bool


def set_up(tx: Connection) -> None:
    """Make the tables in an empty file."""
    for sql in (
        *person_index.statements("listed"),
        "CREATE TABLE listed (row INTEGER PRIMARY KEY, name TEXT NOT NULL, subject TEXT NOT NULL) STRICT",
        """CREATE TABLE listed_number (
            key INTEGER NOT NULL, row INTEGER NOT NULL, PRIMARY KEY (key, row)) STRICT, WITHOUT ROWID""",
    ):
        tx.execute(sql)
    _PERSONS.clear(tx)


def load(
    tx: Connection,
    rows: Iterable[tuple[str, Subject]],
    *,
    progress: Callable[[int], None] = lambda count: None,
) -> int:
    """Take in (name, subject) rows; returns how many. `progress` is told the count as it grows."""
    source = enumerate(rows, start=1)
    count = 0
    while batch := list(islice(source, LOAD_ROWS)):
        tx.executemany(
            "INSERT INTO listed (row, name, subject) VALUES (?, ?, ?)",
            [(row, name, _packed(subject)) for row, (name, subject) in batch],
        )
        pairs = sorted(
            (key, row) for row, (_, subject) in batch for key in _MATCHER.keys_of(numbers_of(subject))
        )
        tx.executemany("INSERT OR IGNORE INTO listed_number (key, row) VALUES (?, ?)", pairs)
        _PERSONS.build(tx, map(written, _filed(batch)))
        count += len(batch)
        progress(count)
    return count


def ask(tx: Connection, subject: Subject) -> Answer:
    """Everything on the list that this traveller or vehicle matches."""
    persons = _PERSONS.find(tx, person_in(subject))
    rows = {filed.owner for filed, _ in persons.found}
    cut = persons.cut
    for key in _MATCHER.keys_of(numbers_of(subject)):
        sharing = tx.execute(
            "SELECT row FROM listed_number WHERE key = ? LIMIT ?", (key, SHARING_MAX + 1)
        ).fetchall()
        cut = cut or len(sharing) > SHARING_MAX
        rows.update(row for (row,) in sharing[:SHARING_MAX])
    rarity = _PERSONS.rarity(tx)
    found = [
        Listed(row=row, name=name, match=match)
        for row, name, listed in _read(tx, sorted(rows))
        if (match := _MATCHER.judge(subject, listed, rarity=rarity)) is not None
    ]
    found.sort(key=lambda each: (-each.match.verdict, -each.match.score, each.row))
    return Answer(found=tuple(found), cut=cut)


def _filed(batch: Iterable[tuple[int, tuple[str, Subject]]]) -> Iterator[Filed]:
    for row, (_, subject) in batch:
        person = person_in(subject)
        if person.names:
            yield Filed(row, person)


def _read(tx: Connection, rows: list[int]) -> Iterator[tuple[int, str, Subject]]:
    for row in rows:
        name, packed = tx.execute("SELECT name, subject FROM listed WHERE row = ?", (row,)).fetchone()
        values = json.loads(packed)
        values["aliases"] = tuple(values.get("aliases", ()))
        yield row, name, Subject(**values)


def _packed(subject: Subject) -> str:
    return json.dumps({name: value for name, value in subject._asdict().items() if value}, ensure_ascii=False)
