"""The examiners' own examination: people come out as stated, and nothing is borrowed from the matcher."""

from __future__ import annotations

import ast
import csv
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
