"""The examiners' own examination: people come out as stated, and nothing is borrowed from the matcher."""

from __future__ import annotations

import ast
import csv
from collections import Counter
from pathlib import Path

import pytest

from tests.match_data import pools
from tests.match_data.corruptions import CORRUPTIONS, as_listed, queries
from tests.match_data.people import People

FOLDER = Path(__file__).parent


def test_one_seed_makes_the_same_people_for_ever() -> None:
    assert [*People(5).take(50)] == [*People(5).take(50)]
    assert [*People(5).take(50)] != [*People(6).take(50)]


def test_every_corruption_changes_what_the_booth_reads_and_comes_as_often_as_the_others() -> None:
    people = [*People("corrupt").take(4_000)]
    found = [*queries(people, each=20, seed=1)]
    assert len(found) == 20 * len(CORRUPTIONS)
    unchanged = [name for name, listed, read in found if (as_listed(listed) == read)]
    assert not unchanged


def test_surnames_are_as_various_as_a_country_has_them() -> None:
    people = [*People("various").take(20_000)]
    assert len({person.surname for person in people}) > 8_000
    assert {person.nationality for person in people} == set(pools.POOLS)


def test_names_are_shared_by_as_many_as_published_figures_say_or_by_more() -> None:
    """An examination with too few namesakes would be too easy (`people.AS_PUBLISHED` cites the figures)."""
    people = [*People("shared").take(100_000)]
    serbs = [person for person in people if person.nationality == "SRB"]
    jovanovic = Counter(person.surname for person in serbs).most_common(1)[0][1] / len(serbs)
    assert 130 / 6_647 * 0.9 < jovanovic < 130 / 6_647 * 1.3
    dragan = Counter((person.surname, person.given) for person in serbs).most_common(1)[0][1] / len(serbs)
    assert dragan > 2_200 / 6_647_003
    albanians = Counter(person.surname for person in people if person.nationality == "ALB")
    pairs = sum(count * (count - 1) for count in albanians.values())
    assert albanians.total() * (albanians.total() - 1) / pairs < 1_327
    germans = Counter(person.surname for person in people if person.nationality == "D")
    assert sum(count for _, count in germans.most_common(10)) / germans.total() > 0.0409


def test_the_labelled_pairs_are_enough_and_half_of_them_are_hard_negatives() -> None:
    with (FOLDER / "pairs.csv").open(encoding="utf-8", newline="") as file:
        rows = [*csv.DictReader(file)]
    assert len(rows) >= 400
    assert len({(row["a"], row["b"]) for row in rows}) == len(rows)
    assert sum(row["same"] == "0" for row in rows) * 2 >= len(rows) - 20
    assert all(row["a"] and row["b"] and row["why"] and row["same"] in "01" for row in rows)


@pytest.mark.parametrize("file", sorted(FOLDER.glob("*.py")), ids=lambda file: file.name)
def test_the_generator_shares_no_code_with_the_product(file: Path) -> None:
    tree = ast.parse(file.read_text(encoding="utf-8"))
    names = [node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    names += [alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names]
    assert not [name for name in names if name.split(".")[0] in ("edge", "hub", "provisioning", "shared")]
