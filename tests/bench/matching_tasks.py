"""The processes of the matching bench; each prints one JSON object. `tests.bench.matching` says why."""

from __future__ import annotations

import json
import resource
import sys
import time
from array import array
from collections import defaultdict
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any, Final

from edge.second_core import ahead
from edge.store import watch
from shared.database import Connection, Database
from shared.ledger.making_ready import made_ready
from shared.ledger.person_index import PersonIndex
from shared.matching.matcher import PersonMatcher, person_in
from shared.watchlist import Subject, Verdict
from tests.bench.matching_feed import feed
from tests.bench.matching_list import (
    ASK_SEED,
    INNOCENT_SEED,
    answer,
    fill,
    in_parts,
    listed,
    opened,
    sample,
    shown,
    subject,
)
from tests.bench.matching_plain import plain
from tests.bench.memory import forget_peak, peak_mb, peak_of_children, resident_mb
from tests.match_data.corruptions import CORRUPTIONS, queries
from tests.match_data.people import People, Person, document_number, vehicles

_PARTS: Final = 256  # of the keys, so that ten million are sorted and laid in little memory


def build(path: Path, persons: int, documents: int, others: int) -> dict[str, float]:
    """Make the file; what filing the persons took."""
    with opened(path) as database:
        numbers, first = array("q"), 1
        for part in shown(in_parts(listed(persons)), "alerts", persons // 2_000):
            fill(database, part, first)
            numbers.extend(_number(Subject(document_number=each.document)) for each in part)
            first += len(part)
        before, held = path.stat().st_size, resident_mb()
        forget_peak()
        began, used = time.perf_counter(), _processor_s()
        with peak_of_children() as beside, database.transaction() as tx:
            watch.file_anew(tx, at_ms=0, mapped=ahead)  # as a post does at a start, from the alerts it holds
        took, used = time.perf_counter() - began, _processor_s() - used
        assert PersonIndex("wanted").persons(database.connection()) == persons
        database.connection().execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        grown = path.stat().st_size - before
        peak = peak_mb()
        _lay_keys(database, numbers, documents, others)
    sample(persons, path.with_suffix(".sample"))
    return {
        "build_s": took,
        "processor_s": used,
        "index_mb": grown / 1e6,
        "build_rss_mb": peak,
        "held_before_mb": held,
        "second_core_mb": beside(),
    }


def _processor_s() -> float:
    """Of this process, and of those it began that have ended."""
    used = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(each.ru_utime + each.ru_stime for each in used)


_MATCHER: Final = PersonMatcher()


def _number(alone: Subject) -> int:
    return _MATCHER.keys_of(alone)[0]


def _lay_keys(database: Database, numbers: array[int], documents: int, others: int) -> None:
    """The keys of the persons' documents, of further documents, and of vehicles, in key order."""
    parts = [array("q") for _ in range(_PARTS)]  # key, alert, key, alert …
    shift = 63 - 8
    for alert, key in enumerate(numbers, start=1):
        parts[key >> shift].extend((key, alert))
    cars = vehicles("listed")
    for place in shown(range(others), "vehicles", others):
        car = next(cars)
        for key in _MATCHER.keys_of(Subject(plate=car.plate, plate_country=car.country, vin=car.vin)):
            parts[key >> shift].extend((key, -1 - place))
    chance, more = Random("documents"), max(0, documents - len(numbers)) // _PARTS
    for at in shown(range(_PARTS), "documents", _PARTS):
        part = parts[at]
        pairs = list(zip(part[::2], part[1::2], strict=True))
        pairs += [(at << shift | chance.getrandbits(shift), -1 - others - at * more - n) for n in range(more)]
        with database.transaction() as tx:
            tx.executemany("INSERT OR IGNORE INTO watch_key (key, alert) VALUES (?, ?)", sorted(pairs))


# --- asking ---


def ask(path: Path, persons: int, each: int, innocents: int) -> dict[str, Any]:
    """Recall by sort, false answers, and how long a whole traveller takes."""
    matcher = PersonMatcher()
    with opened(path) as database:
        tx = database.connection()
        found = _recall(tx, matcher, sample(persons, path.with_suffix(".sample")), each)
        false, took, busy = _innocents(tx, matcher, innocents)
    took.sort()
    return {
        "found": found,
        "false": false,
        "innocents": innocents,
        "took_ms": {str(share): took[int(len(took) * share)] for share in (0.5, 0.9, 0.99)},
        "p99_between": [took[place] for place in _ranks(len(took), 0.99)],
        "most_ms": took[-1],
        "processor_p99_ms": busy,
        "rss_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def _ranks(count: int, share: float) -> tuple[int, int]:
    """The places between which a quantile lies in 95 of 100 samples."""
    half = 1.959964 * (count * share * (1 - share)) ** 0.5
    return max(0, int(count * share - half)), min(count - 1, int(count * share + half) + 1)


def _recall(tx: Connection, matcher: PersonMatcher, some: dict[int, Any], each: int) -> dict[str, list[int]]:
    """By sort: [found, of them as a hit, never looked at, asked]."""
    numbers = {person: number for number, person in some.items()}
    found: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    index, asks = PersonIndex("wanted"), queries([*some.values()], each=each, seed=ASK_SEED)
    for sort, person, read in shown(asks, "damaged travellers", each * len(CORRUPTIONS)):
        asked = subject(read)
        _, verdict, _ = answer(tx, matcher, asked, numbers[person])
        of_sort = found[sort]
        of_sort[3] += 1
        if verdict is None:
            looked = index.look(tx, person_in(asked)).found
            of_sort[2] += all(filed.owner != numbers[person] for filed in looked)
        else:
            of_sort[0] += 1
            of_sort[1] += verdict is Verdict.HIT
    return dict(found)


def _innocents(
    tx: Connection, matcher: PersonMatcher, count: int
) -> tuple[dict[str, Any], list[float], float]:
    """(how many raised what and why, milliseconds of each, 99th percentile of processor time); not listed."""
    cars, took, used, chance = vehicles("innocent"), [], [], Random("own number")
    false: dict[str, Any] = {"possible": 0, "hit": 0, "why": defaultdict(int)}
    for person in shown(People(INNOCENT_SEED).take(count), "innocents", count):
        asked = subject(_with_own_number(tx, person, chance), next(cars))
        began, busy = time.perf_counter(), time.process_time()
        verdict, _, why = answer(tx, matcher, asked, None)
        took.append((time.perf_counter() - began) * 1000)
        used.append((time.process_time() - busy) * 1000)
        false["hit"] += verdict is Verdict.HIT
        if verdict is not Verdict.CLEAR:
            false["possible"] += 1
            false["why"][why] += 1
    return false, took, sorted(used)[int(len(used) * 0.99)]


def _with_own_number(tx: Connection, person: Person, chance: Random) -> Person:
    """A state gives a number once: where chance drew one of a listed person, another is drawn."""
    while True:
        (key,) = _MATCHER.keys_of(Subject(document_number=person.document))
        same = tx.execute(
            "SELECT 1 FROM alert_record WHERE id IN (SELECT alert FROM watch_key WHERE key = ?) "
            "AND document_number = ? AND document_issuer = ?",
            (key, person.document, person.nationality),
        )
        if same.fetchone() is None:
            return person
        person = replace(person, document=document_number(chance, person.nationality))


# --- a list gone wrong ---


def hostile(path: Path, persons: int, asked: int) -> dict[str, float]:
    """Everybody on the list has one name: the answer comes in bounded time, and says that it was cut."""
    index, took, cut = PersonIndex("wanted"), [], 0
    with opened(path) as database:
        with database.transaction() as tx:
            index.clear(tx)
            people = shown(enumerate(People("equal").take(persons), start=1), "equal names", persons)
            index.build(tx, made_ready(((n, _equal(each.born)) for n, each in people), {}))
        tx = database.connection()
        for person in People("equal ask").take(asked):
            began = time.perf_counter()
            cut += index.find(tx, person_in(_equal(person.born))).cut
            took.append((time.perf_counter() - began) * 1000)
    took.sort()
    return {
        "p50_ms": took[len(took) // 2],
        "p99_ms": took[int(len(took) * 0.99)],
        "most_ms": took[-1],
        "cut": cut,
    }


def _equal(born: str) -> Subject:
    person = next(iter(People("one").take(1)))
    return subject(person.__class__(surname="Hodžić", given="Amir", born=born, sex="M", nationality="BIH"))


if __name__ == "__main__":
    what, where, *counts = sys.argv[1:]
    tasks: dict[str, Any] = {"build": build, "ask": ask, "feed": feed, "hostile": hostile, "plain": plain}
    print(json.dumps(tasks[what](Path(where), *map(int, counts))))
