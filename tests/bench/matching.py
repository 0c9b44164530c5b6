"""Matching: whom a list of a million persons finds, whom it accuses wrongly, how fast, in how much memory.

The people are `tests.match_data`'s, which shares no code with the matcher: one seed for the list, others for
what is asked. Four processes, so that each figure is one thing's:

build     files the persons by the bulk build into an encrypted file as a node has it, each with the alert it
          stands for; then the keys of documents, plates and VINs (ten million documents as keys alone: their
          alerts' rows would only be read where one matches)
ask       opens that file anew and asks as the booth does: `watch.find`, then the judgement of what was found
feed      files alert by alert, as a feed does, while another thread goes on asking
plain     what stands in comparison, on the same people: every name by rapidfuzz, and FTS5 by trigrams

Recall is over all sorts of corruption in equal shares, each person asked for by name and birth date (and by
the document where the sort is about one). Innocents have a known date and are not on the list. What is
reported as false is the upper end of the 95 % interval (Wilson).
"""

from __future__ import annotations

import csv
import json
import resource
import subprocess
import sys
import threading
import time
from collections import defaultdict
from itertools import islice
from math import sqrt
from pathlib import Path
from random import Random
from typing import Any, Final

from edge.store import migrations as edge_migrations
from edge.store import watch
from edge.store.opening import connect_to
from shared.database import Connection, Database
from shared.ledger import accounts, tables
from shared.ledger.person_index import Filed, PersonIndex
from shared.matching.matcher import PersonMatcher, person_in
from shared.matching.name_pair import score_names
from shared.partial_date import parse
from shared.watchlist import Subject, Verdict, subject_of
from tests.bench.figures import Context, Figure
from tests.bench.matching_list import ASK_SEED, listed, sample
from tests.bench.matching_plain import plain
from tests.match_data.corruptions import CORRUPTIONS, as_listed, queries
from tests.match_data.people import People, Person, Vehicle, vehicles

PERSONS: Final = 1_000_000
DOCUMENTS: Final = 10_000_000
VEHICLES: Final = 1_000_000
EACH: Final = 250
"""Queries of each sort of corruption."""

INNOCENTS: Final = 50_000
POSSIBLE_INNOCENTS: Final = 15_000
FEED: Final = 10_000
PLAIN: Final = 60
INNOCENT_SEED: Final = "innocent"
_KEY: Final = bytes(32)
_BATCH: Final = 2_000


# --- the list ---


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
    database = Database(connect_to(path), key=_KEY)
    tools = database.tools()
    for each in (tables.migrations, accounts.migrations, edge_migrations.migrations):
        each.apply(tools)
    return database


def fill(database: Database, count: int) -> None:
    """The listed persons' alerts, as rows: what the judge reads of those that are found."""
    insert = (
        "INSERT INTO alert_record (id, stamp, author, owner, category, surname, given_names, birth, sex, "
        "nationality, document_number, document_issuer) "
        "VALUES (?, 1, 0, 'BA', 'refuse_entry', ?, ?, ?, ?, ?, ?, ?)"
    )
    people = enumerate(listed(count), start=1)
    while part := list(islice(people, _BATCH)):
        with database.transaction() as tx:
            tx.executemany(
                insert,
                [
                    (alert, each.surname, each.given, parse(each.born).day_number(), each.sex,
                     each.nationality, each.document, each.nationality)
                    for alert, each in part
                ],
            )  # fmt: skip


def build(path: Path, persons: int, documents: int, others: int) -> dict[str, float]:
    """Make the file; what filing the persons took."""
    with opened(path) as database:
        fill(database, persons)
        index = PersonIndex("wanted")
        before = path.stat().st_size
        began = time.perf_counter()
        with database.transaction() as tx:
            index.clear(tx)
            filed = (Filed(n, person_in(subject(each))) for n, each in enumerate(listed(persons), start=1))
            index.build(tx, filed)
        took = time.perf_counter() - began
        database.connection().execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        grown = path.stat().st_size - before
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        _lay_keys(database, persons, documents, others)
    making = _seconds_to_make(persons)
    return {"build_s": took, "making_s": making, "index_mb": grown / 1e6, "build_rss_mb": peak}


def _seconds_to_make(count: int) -> float:
    """How long the people themselves took to be made: the index was not waiting for a list."""
    began = time.perf_counter()
    for _ in listed(count // 20):
        pass
    return (time.perf_counter() - began) * 20


def _lay_keys(database: Database, persons: int, documents: int, others: int) -> None:
    """The keys of the persons' documents, of further documents, and of vehicles, in key order."""
    matcher = PersonMatcher()
    chance = Random("documents")
    pairs: list[tuple[int, int]] = []
    for alert, each in enumerate(listed(persons), start=1):
        alone = Subject(document_number=each.document, document_issuer=each.nationality)
        pairs += [(key, alert) for key in matcher.keys_of(alone)]
    cars = vehicles("listed")
    for place in range(others):
        car = next(cars)
        alone = Subject(plate=car.plate, plate_country=car.country, vin=car.vin)
        pairs += [(key, -1 - place) for key in matcher.keys_of(alone)]
    pairs += [(chance.getrandbits(63), -1 - others - n) for n in range(max(0, documents - persons))]
    pairs.sort()
    for at in range(0, len(pairs), 200_000):
        with database.transaction() as tx:
            tx.executemany(
                "INSERT OR IGNORE INTO watch_key (key, alert) VALUES (?, ?)", pairs[at : at + 200_000]
            )


# --- asking ---


def ask(path: Path, persons: int, each: int, innocents: int) -> dict[str, Any]:
    """Recall by sort, false answers, and how long a whole traveller takes."""
    matcher = PersonMatcher()
    with opened(path) as database:
        tx = database.connection()
        found = _recall(tx, matcher, persons, each)
        false, took = _innocents(tx, matcher, innocents)
    took.sort()
    return {
        "found": found,
        "false": false,
        "innocents": innocents,
        "p50_ms": took[len(took) // 2],
        "p99_ms": took[int(len(took) * 0.99)],
        "most_ms": took[-1],
        "rss_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def _verdict(
    tx: Connection, matcher: PersonMatcher, asked: Subject, meant: int | None
) -> tuple[Verdict, bool]:
    """(the highest verdict, whether the meant alert is among what was found)."""
    rarity = watch.rarity(tx)
    highest, there = Verdict.CLEAR, False
    for alert in watch.find(tx, matcher, asked):
        match = matcher.judge(asked, subject_of(alert.values), rarity=rarity)
        if match is not None:
            highest = max(highest, match.verdict)
            there = there or alert.id == meant
    return highest, there


def _recall(tx: Connection, matcher: PersonMatcher, persons: int, each: int) -> dict[str, tuple[int, int]]:
    """By sort: (found, asked)."""
    some = sample(persons)
    numbers = {person: number for number, person in some.items()}
    found: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for sort, person, read in queries([*some.values()], each=each, seed=ASK_SEED):
        _, there = _verdict(tx, matcher, subject(read), numbers[person])
        found[sort][0] += there
        found[sort][1] += 1
    return {sort: (there, asked) for sort, (there, asked) in found.items()}


def _innocents(tx: Connection, matcher: PersonMatcher, count: int) -> tuple[dict[str, int], list[float]]:
    """(how many raised what, milliseconds of each) of people who are not listed, with document and car."""
    cars, false, took = vehicles("innocent"), {"possible": 0, "hit": 0, "possible_of": 0}, []
    for place, person in enumerate(People(INNOCENT_SEED).take(count)):
        asked = subject(person, next(cars))
        began = time.perf_counter()
        verdict, _ = _verdict(tx, matcher, asked, None)
        took.append((time.perf_counter() - began) * 1000)
        false["hit"] += verdict is Verdict.HIT
        if place < POSSIBLE_INNOCENTS:
            false["possible_of"] += 1
            false["possible"] += verdict is not Verdict.CLEAR
    return false, took


# --- a feed beside the booth ---


def feed(path: Path, changes: int) -> dict[str, float]:
    """File alerts as a feed brings them, in slices, while another thread asks."""
    matcher, waits, going = PersonMatcher(), [], threading.Event()
    with opened(path) as database:

        def booth() -> None:
            tx = database.connection()
            for person in People("booth"):
                if going.is_set():
                    return
                began = time.perf_counter()
                _verdict(tx, matcher, subject(person), None)
                waits.append((time.perf_counter() - began) * 1000)

        officer = threading.Thread(target=booth)
        officer.start()
        index, people = PersonIndex("wanted"), People("feed")
        began = time.perf_counter()
        for first in range(0, changes, 20):
            with database.transaction() as tx:
                for alert in range(first, first + 20):
                    index.put(tx, 10_000_000 + alert, person_in(subject(as_listed(people.next()))))
        took = time.perf_counter() - began
        going.set()
        officer.join()
    waits.sort()
    return {"feed_s": took, "asked": len(waits), "p99_ms": waits[int(len(waits) * 0.99)] if waits else 0.0}


# --- names alone ---


def pairs() -> dict[str, float]:
    """The best F1 over all thresholds on the labelled pairs, and the threshold."""
    file = Path(__file__).parents[1] / "match_data" / "pairs.csv"
    with file.open(encoding="utf-8", newline="") as text:
        rows = [(score_names(row["a"], row["b"]).score, row["same"] == "1") for row in csv.DictReader(text)]
    return max(({"f1": _f1(rows, at), "at": at} for at, _ in rows), key=lambda each: each["f1"])


def _f1(rows: list[tuple[float, bool]], at: float) -> float:
    true = sum(same for score, same in rows if score >= at)
    said, there = sum(score >= at for score, _ in rows), sum(same for _, same in rows)
    return 2 * true / (said + there)


# --- the figures ---


def interval(count: int, of: int) -> tuple[float, float]:
    """The 95 % interval of a share (Wilson 1927)."""
    z = 1.959964
    share, norm = count / of, 1 + z * z / of
    middle = (share + z * z / (2 * of)) / norm
    half = z * sqrt(share * (1 - share) / of + z * z / (4 * of * of)) / norm
    return max(0.0, middle - half), min(1.0, middle + half)


def _child(*words: object) -> dict[str, Any]:
    command = [sys.executable, "-m", "tests.bench.matching", *map(str, words)]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True)
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def run(context: Context) -> list[Figure]:
    """The figures; takes about fifteen minutes."""
    path = context.folder / "list.db"
    context.say(
        f"{PERSONS:,} persons are filed, then the keys of {DOCUMENTS:,} documents and {VEHICLES:,} vehicles"
    )
    built = _child("build", path, PERSONS, DOCUMENTS, VEHICLES)
    context.say(f"{EACH * len(CORRUPTIONS):,} damaged travellers and {INNOCENTS:,} innocents are asked for")
    asked = _child("ask", path, PERSONS, EACH, INNOCENTS)
    context.say(f"a feed of {FEED:,} alerts is filed while the booth asks")
    fed = _child("feed", path, FEED)
    context.say("the same people by rapidfuzz over all names, and by FTS5 trigrams")
    beside = _child("plain", context.folder, PERSONS, PLAIN)
    return figures(built, asked, fed, beside)


def figures(
    built: dict[str, Any], asked: dict[str, Any], fed: dict[str, Any], beside: dict[str, Any]
) -> list[Figure]:
    found: dict[str, tuple[int, int]] = asked["found"]
    there, of = sum(each[0] for each in found.values()), sum(each[1] for each in found.values())
    worst = min(found, key=lambda sort: found[sort][0] / found[sort][1])
    low, high = interval(there, of)
    alone = pairs()
    false = asked["false"]
    possible = interval(false["possible"], false["possible_of"])
    hits = interval(false["hit"], asked["innocents"])
    by_sort = ", ".join(f"{sort} {100 * a / b:.1f}" for sort, (a, b) in sorted(found.items()))
    return [
        Figure(name="match_recall", value=100 * there / of, unit="%", better="higher", goal=99.0,
               baseline=100 * beside["brute_recall"], spread=(100 * low, 100 * high),
               notes=(("by sort", by_sort), ("trigrams find", f"{100 * beside['trigram_recall']:.0f} %"))),
        Figure(name="match_recall_worst_type", value=100 * found[worst][0] / found[worst][1], unit="%",
               better="higher", goal=95.0, notes=(("which", worst),)),
        Figure(name="match_false_possible_per_1000", value=1000 * possible[1], unit="per 1000",
               better="lower", goal=5.0, spread=(1000 * possible[0], 1000 * possible[1]),
               notes=(("counted", f"{false['possible']} of {false['possible_of']:,}"),)),
        Figure(name="match_false_hit_per_1000", value=1000 * hits[1], unit="per 1000", better="lower",
               goal=0.5, spread=(1000 * hits[0], 1000 * hits[1]),
               notes=(("counted", f"{false['hit']} of {asked['innocents']:,}"),)),
        Figure(name="match_p99_ms", value=asked["p99_ms"], unit="ms", better="lower", goal=10.0,
               baseline=beside["brute_ms"], spread=(asked["p50_ms"], asked["most_ms"]),
               notes=(("median", f"{asked['p50_ms']:.1f} ms; by trigrams {beside['trigram_ms']:.0f} ms"),)),
        Figure(name="match_rss_mb", value=asked["rss_mb"], unit="MB", better="lower", goal=150.0),
        Figure(name="index_build_s", value=built["build_s"], unit="s", better="lower", goal=120.0,
               notes=(("of which making the people", f"{built['making_s']:.0f} s"),
                      ("memory", f"{built['build_rss_mb']:.0f} MB"))),
        Figure(name="index_mb", value=built["index_mb"], unit="MB", better="lower", goal=250.0),
        Figure(name="match_feed_10000_s", value=fed["feed_s"], unit="s", better="lower", goal=5.0,
               notes=(("meanwhile asked", f"{fed['asked']:,} times, p99 {fed['p99_ms']:.1f} ms"),)),
        Figure(name="match_pairs_f1", value=alone["f1"], unit="", better="higher", goal=0.85,
               notes=(("at the threshold", f"{alone['at']:.2f}, on the labelled pairs"),)),
    ]  # fmt: skip


if __name__ == "__main__":
    what, where, *counts = sys.argv[1:]
    tasks: dict[str, Any] = {"build": build, "ask": ask, "feed": feed, "plain": plain}
    print(json.dumps(tasks[what](Path(where), *map(int, counts))))
