"""The index of persons: filed and gone with their record, found however damaged, bounded on hostile lists."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import product
from pathlib import Path

import pytest

from shared.database import Database
from shared.ledger import person_index
from shared.ledger.person_index import POSTINGS_MAX, READ_MAX, TOGETHER_MAX, WEIGHED_MAX, PersonIndex
from shared.ledger.person_rows import Filed, written
from shared.matching.birth import Relation
from shared.matching.person import Person, person_of
from shared.partial_date import PartialDate, from_date, parse
from tests.shared.ledger.files import open_ledger

INDEX = PersonIndex("listed")


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with open_ledger(tmp_path / "persons.db") as opened:
        with opened.transaction() as tx:
            for sql in person_index.statements("listed"):
                tx.execute(sql)
            INDEX.clear(tx)
        yield opened


def person(surname: str, given: str, birth: str | PartialDate = "1974-08-12", **more: object) -> Person:
    born = parse(birth) if isinstance(birth, str) and birth else birth
    return person_of(surname=surname, given_names=given, birth=born.day_number() if born else None, **more)  # type: ignore[arg-type]  # its own fields


def put(database: Database, owner: int, one: Person | None) -> None:
    with database.transaction() as tx:
        INDEX.put(tx, owner, one)


def found(database: Database, asked: Person) -> list[int]:
    with database.snapshot() as tx:
        return [filed.owner for filed, _ in INDEX.find(tx, asked).found]


def counts(database: Database) -> list[tuple[int, ...]]:
    with database.snapshot() as tx:
        return list(
            tx.execute(
                "SELECT (SELECT count(*) FROM listed_entry), (SELECT count(*) FROM listed_key), "
                "(SELECT coalesce(sum(persons), 0) FROM listed_word)"
            ).fetchall()
        )


def filed(database: Database) -> list[list[tuple[object, ...]]]:
    """All that is filed, by owner."""
    with database.snapshot() as tx:
        return [
            tx.execute(sql).fetchall()
            for sql in (
                "SELECT owner, names, birth FROM listed_entry ORDER BY owner",
                "SELECT owner, key FROM listed_key LEFT JOIN listed_entry USING (entry) ORDER BY 1, 2",
                "SELECT word, persons FROM listed_word WHERE persons ORDER BY word",
                "SELECT persons FROM listed_total",
            )
        ]


@pytest.mark.parametrize(
    ("surname", "given", "birth"),
    [
        ("Ђорђевић", "Ана Марија", "1974-08-12"),
        ("DORDEVIC", "ANA MARIJA", "1974-08-12"),
        ("DJORDJEVIC", "ANA MARIJA", "1974-12-08"),
        ("Ana Marija", "Djordjevich", "1974-08-12"),
        ("Djordjević", "Ana", "1974-08-12"),
        ("Đorđevć", "Ana Marija", "1974-08-12"),
        ("DJORDJEVIC", "ANA MARIJA", "1974-08-13"),
        ("DJORDJEVIC", "ANA MARIJA", "1974"),
        ("D0RDEV1C", "ANA MARIJA", "1974-08-12"),
        ("Đorđević", "Ana-Marija", ""),
    ],
)
def test_a_listed_person_is_found_however_the_document_spells_or_damages_it(
    database: Database, surname: str, given: str, birth: str
) -> None:
    """Script, marks, order, a missing name, a slip, scanner digits, a damaged or partial date."""
    put(database, 7, person("Đorđević", "Ana Marija", nationality="SRB", sex="F"))
    put(database, 8, person("Kovačević", "Ivan"))
    assert found(database, person(surname, given, birth, nationality="SRB", sex="F")) == [7]


def test_what_is_put_again_replaces_and_what_is_put_out_leaves_nothing(database: Database) -> None:
    """A changed alert is found by what it says now; a withdrawn one leaves no key and no count behind."""
    put(database, 7, person("Petrović", "Marko"))
    put(database, 7, person("Skenderbegović", "Adaleta"))
    assert found(database, person("Petrović", "Marko")) == []
    assert found(database, person("Skenderbegovic", "Adaleta")) == [7]
    put(database, 7, None)
    assert counts(database) == [(0, 0, 0)]
    with database.snapshot() as tx:
        assert INDEX.persons(tx) == 0


def test_the_bulk_build_files_what_single_filing_files(database: Database) -> None:
    """The same keys, words and counts, whichever way a list came."""
    people = [
        Filed(
            owner,
            person(f"Prezime{owner % 7}", f"Ime{owner % 5}", f"19{60 + owner % 30}-0{1 + owner % 9}-11"),
        )
        for owner in range(1, 200)
    ]
    for filed in people:
        put(database, filed.owner, filed.person)
    single = counts(database)
    told: list[int] = []
    with database.transaction() as tx:
        INDEX.clear(tx)
        assert INDEX.build(tx, map(written, people), progress=told.append) == len(people)
        assert INDEX.persons(tx) == len(people)
    assert counts(database) == single
    assert told == [len(people)]
    assert found(database, people[50].person)


def test_many_put_at_once_are_filed_as_each_alone(database: Database) -> None:
    """New, changed and gone in one call: the same keys, words and counts, and the same persons found."""
    before = {7: person("Petrović", "Marko"), 8: person("Kovačević", "Ivan")}
    after = {
        7: person("Skenderbegović", "Adaleta"),
        8: None,
        9: person("Đorđević", "Ana"),
        10: person("", ""),
    }
    for step in (before, after):
        for owner, each in step.items():
            put(database, owner, each)
    single = filed(database)
    with database.transaction() as tx:
        INDEX.clear(tx)
        INDEX.put_all(tx, before)
        INDEX.put_all(tx, after)
    assert filed(database) == single
    assert found(database, person("Petrović", "Marko")) == []
    assert found(database, person("Skenderbegovic", "Adaleta")) == [7]


def test_many_asked_about_at_once_are_found_as_each_alone(database: Database) -> None:
    """However they are spelled, and however many share their keys."""
    put(database, 7, person("Đorđević", "Ana Marija"))
    put(database, 8, person("Kovačević", "Ivan", "1981-02-03"))
    asked = [
        *(person("DJORDJEVIC", "ANA"), person("Ана", "Ђорђевић"), person("Ana Marija", "Djordjevich")),
        *(person("Wang", "Li", "1950-01-01"), person("", ""), person("KOVACEVIC", "IVAN", "1981-02-03")),
    ]
    alone = [found(database, each) for each in asked]
    assert alone == [[7], [7], [7], [], [], [8]]
    with database.snapshot() as tx:
        together = [[each.owner for each, _ in meant.found] for meant in INDEX.find_all(tx, asked)]
    assert together == alone
    for owner in range(100, 100 + TOGETHER_MAX):
        put(database, owner, person(f"Kovačević{owner}", "Ivan", "1981-02-03"))
    with database.snapshot() as tx:
        crowded = [[each.owner for each, _ in meant.found] for meant in INDEX.find_all(tx, asked)]
    assert crowded == [found(database, each) for each in asked]


def test_a_rolled_back_change_leaves_the_index_as_it_was(database: Database) -> None:
    """The index is part of the transaction that changes the list."""
    put(database, 7, person("Petrović", "Marko"))

    class StopError(Exception):
        pass

    with pytest.raises(StopError), database.transaction() as tx:  # noqa: PT012 — the change and the fault after it
        INDEX.put(tx, 7, None)
        raise StopError
    assert found(database, person("Petrović", "Marko")) == [7]


def test_the_exact_person_is_found_among_thousands_of_the_same_name(database: Database) -> None:
    """A hostile list of one name on every day: the caps drop others, never the one with that birth date."""
    first = date(1950, 1, 1)
    days = [first + timedelta(days=3 * n) for n in range(3 * POSTINGS_MAX)]
    with database.transaction() as tx:
        INDEX.build(
            tx,
            (
                written(
                    Filed(
                        n,
                        person_of(surname="Petrović", given_names="Marko", birth=from_date(day).day_number()),
                    )
                )
                for n, day in enumerate(days, start=1)
            ),
        )
    for n in (1, 17, len(days) // 2, len(days)):
        asked = person_of(surname="PETROVIC", given_names="MARKO", birth=from_date(days[n - 1]).day_number())
        with database.snapshot() as tx:
            meant = INDEX.find(tx, asked)
        assert meant.found[0][0].owner == n
        assert meant.found[0][1].birth.relation is Relation.EQUAL
        assert meant.cut


def test_the_exact_person_is_found_where_every_single_key_overflows(database: Database) -> None:
    """The same surname on one New Year's Day, the same name on other days: both together single out one."""
    sounds = [f"{a}e{b}o{c}an" for a in "bdfklmnprsv" for b in "bdfklmnprsv" for c in "bdfklmnprsv"]
    crowd = [person("Petrović", given, "1980-01-01") for given in sounds]
    namesakes = [
        person_of(
            surname="Petrović",
            given_names="Živojin",
            birth=from_date(date(1950, 1, 2) + timedelta(days=7 * n)).day_number(),
        )
        for n in range(POSTINGS_MAX + 200)
    ]
    everyone = [*crowd, *namesakes, person("Petrović", "Živojin", "1980-01-01")]
    with database.transaction() as tx:
        for owner, one in enumerate(everyone, start=1):  # in this order, so that the last is beyond each cap
            INDEX.put(tx, owner, one)
    assert found(database, person("PETROVIC", "ZIVOJIN", "1980-01-01"))[0] == len(everyone)


@pytest.mark.parametrize(
    ("listed", "asked"),
    [
        (
            ("Pavoš", "Jelena"),
            ("Pawosch", "Yelena"),
        ),  # the words' order by letters changes with their spelling
        (("Schulz", "Claudia"), ("Schulz", "Klaudia")),
        (("Rabash", "Shaima"), ("Rabach", "Chaima")),
        (("Zadran", "Zmarai"), ("Dhadran", "Dhmarai")),
    ],
)
def test_other_spellings_of_every_word_and_a_wrong_digit_still_find_the_person(
    database: Database, listed: tuple[str, str], asked: tuple[str, str]
) -> None:
    """Two words spelled otherwise and a damaged date at once: some key survives, and they are weighed."""
    put(database, 7, person(*listed))
    with database.snapshot() as tx:
        looked = INDEX.look(tx, person(*asked, "1974-08-15"))
    assert [filed.owner for filed in looked.found] == [7]


def test_a_wrong_digit_in_the_date_is_found_before_a_crowd_born_that_day(database: Database) -> None:
    """The few places of those weighed go to who shares the names, however spelled, not the day alone."""
    sounds = [f"{a}a{b}vula{c}ic" for a in "bdgklmnp" for b in "rtsz" for c in "cn"]  # a day worth asking by
    crowd = [person(surname, "Jelana") for surname in sounds]
    with database.transaction() as tx:
        INDEX.build(tx, (written(Filed(n, each)) for n, each in enumerate(crowd, start=1)))
        INDEX.put(tx, 900, person("Vulačić", "Jelena", "1974-08-15"))
    assert len(crowd) > 5 * WEIGHED_MAX
    with database.snapshot() as tx:
        looked = INDEX.look(tx, person("Wulatchitsch", "Yelena"))
    assert 900 in [filed.owner for filed in looked.found]


def test_who_is_listed_by_a_year_alone_is_found_beside_a_crowd_of_that_year(database: Database) -> None:
    """A slip in the given name leaves only surname and year to ask by, which a thousand others share."""
    first = date(1974, 1, 1)
    crowd = [
        person("Petrović", f"{a}e{b}o{c}an", from_date(first + timedelta(days=n % 365)))
        for n, (a, b, c) in enumerate(product("bdfklmnprsv", repeat=3))
    ]
    with database.transaction() as tx:
        INDEX.build(tx, (written(Filed(n, each)) for n, each in enumerate(crowd, start=1)))
        INDEX.put(tx, 9_000, person("Petrović", "Živojin", "1974"))
        INDEX.put(tx, 9_001, person("Petrović", "Živojin", "1974-08"))
    assert len(crowd) > POSTINGS_MAX
    with database.snapshot() as tx:
        looked = INDEX.look(tx, person("Petrović", "Žirojin"))
    assert {filed.owner for filed in looked.found} >= {9_000, 9_001}


@pytest.mark.parametrize("asked", ["1974", "1974-08"])
def test_who_is_asked_by_a_year_alone_is_found_though_listed_by_the_day(
    database: Database, asked: str
) -> None:
    """The same the other way round: a slip in a name, and a traveller whose papers give the year."""
    put(database, 7, person("Petrović", "Živojin", "1974-08-12"))
    with database.snapshot() as tx:
        looked = INDEX.look(tx, person("Petrović", "Žirojin", asked))
    assert [filed.owner for filed in looked.found] == [7]


def test_a_thousandfold_equal_person_is_answered_in_bounded_time(database: Database) -> None:
    """Equal names and dates beyond every cap: some of them, marked as cut, in milliseconds."""
    with database.transaction() as tx:
        INDEX.build(tx, (written(Filed(n, person("Petrović", "Marko"))) for n in range(1, 5 * POSTINGS_MAX)))
    started = time.process_time()
    with database.snapshot() as tx:
        looked = INDEX.look(tx, person("PETROVIC", "MARKO"))
    assert time.process_time() - started < 1.0
    assert looked.cut
    assert len(looked.found) == WEIGHED_MAX < READ_MAX


@pytest.mark.parametrize(
    "name", ["", "a", "ibn", "de la", "x" * 300, "a b c d e f g h i j k l m n o p", "\u202e", "7"]
)
def test_poor_names_are_filed_and_asked_without_harm(database: Database, name: str) -> None:
    """Nothing, one letter, particles, endless words: an answer, and nobody else is in it."""
    put(database, 1, person("Petrović", "Marko"))
    put(database, 2, person_of(surname=name, birth=parse("1974-08-12").day_number()))
    assert 1 not in found(database, person_of(surname=name, birth=parse("1974-08-12").day_number()))


def test_an_index_of_another_version_is_not_current(database: Database) -> None:
    """A node that knows other keys must file everything anew, and can tell."""
    with database.transaction() as tx:
        assert INDEX.is_current(tx)
        tx.execute("UPDATE listed_total SET version = 0")
        assert not INDEX.is_current(tx)
