"""The list of the matching bench: who stands on it, as a subject, and as rows of a node's own file."""

from __future__ import annotations

import os
import pickle
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Final, TypeVar

from rich.console import Console
from rich.progress import track

from edge.store import migrations as edge_migrations
from edge.store import watch
from edge.store.opening import connect_to
from shared.database import Connection, Database
from shared.ledger import accounts, tables
from shared.matching.matcher import PersonMatcher
from shared.partial_date import parse
from shared.watchlist import Subject, Verdict, subject_of
from tests.match_data.corruptions import as_listed
from tests.match_data.people import People, Person, Vehicle

LIST_SEED: Final = os.environ.get("LIST_SEED", "listed in November")
ASK_SEED: Final = os.environ.get("ASK_SEED", "asked in November")
INNOCENT_SEED: Final = os.environ.get("INNOCENT_SEED", "innocent in November")
"""The seeds that are reported. Weights are set on others, which the environment gives; once misses of these
were looked at and something was mended, they are to be changed."""

Each = TypeVar("Each")
_KEY: Final = bytes(32)
_BATCH: Final = 2_000
_SAMPLED: Final = 20_000


def shown(items: Iterable[Each], what: str, total: int) -> Iterable[Each]:
    """The items, with a bar on the terminal for whoever waits."""
    return track(items, what, total=total, console=Console(stderr=True), transient=True)


def listed(count: int) -> Iterator[Person]:
    """The persons of the list."""
    yield from map(as_listed, People(LIST_SEED).take(count))


def sample(persons: int, kept: Path | None = None) -> dict[int, Person]:
    """Every n-th person of the list by number, as written at home; `kept` saves making all again."""
    if kept is not None and kept.exists():
        found: dict[int, Person] = pickle.loads(kept.read_bytes())  # noqa: S301 - this run's own file
        return found
    step = max(1, persons // _SAMPLED)
    found = {n: each for n, each in enumerate(People(LIST_SEED).take(persons), start=1) if n % step == 0}
    if kept is not None:
        kept.write_bytes(pickle.dumps(found))
    return found


def subject(person: Person, vehicle: Vehicle | None = None) -> Subject:
    """A person as the booth or a list gives them."""
    return Subject(
        surname=person.surname,
        given_names=person.given,
        birth=parse(person.born).day_number(),
        sex=person.sex,
        nationality=person.nationality,
        document_number=person.document,
        document_issuer=person.nationality if person.document else "",
        plate=vehicle.plate if vehicle else "",
        plate_country=vehicle.country if vehicle else "",
        vin=vehicle.vin if vehicle else "",
    )


def opened(path: Path) -> Database:
    """A node's encrypted file."""
    database = Database(connect_to(path), key=_KEY)
    tools = database.tools()
    for each in (tables.migrations, accounts.migrations, edge_migrations.migrations):
        each.apply(tools)
    return database


def fill(database: Database, people: Sequence[Person], first: int) -> None:
    """Persons' alerts, as rows: what the judge reads of those that are found."""
    with database.transaction() as tx:
        tx.executemany(
            "INSERT INTO alert_record (id, stamp, author, owner, category, surname, given_names, birth, sex, "
            "nationality, document_number, document_issuer) "
            "VALUES (?, 1, 0, 'BA', 'refuse_entry', ?, ?, ?, ?, ?, ?, ?)",
            [
                (alert, each.surname, each.given, parse(each.born).day_number(), each.sex,
                 each.nationality, each.document, each.nationality)
                for alert, each in enumerate(people, start=first)
            ],
        )  # fmt: skip


def in_parts(people: Iterable[Person]) -> Iterator[list[Person]]:
    """A few thousand at a time."""
    source = iter(people)
    while part := list(islice(source, _BATCH)):
        yield part


def answer(
    tx: Connection, matcher: PersonMatcher, asked: Subject, meant: int | None
) -> tuple[Verdict, Verdict | None, str]:
    """(the highest verdict, that on the meant alert, how the birth date stood to the highest one's)."""
    rarity = watch.rarity(tx)
    highest, there, why = Verdict.CLEAR, None, ""
    for alert in watch.find(tx, matcher, asked).alerts:
        match = matcher.judge(asked, subject_of(alert.values), rarity=rarity)
        if match is None:
            continue
        if match.verdict > highest:
            highest = match.verdict
            why = next((str(each.code) for each in match.because if "birth" in each.code), "number")
        if alert.id == meant:
            there = match.verdict
    return highest, there, why
