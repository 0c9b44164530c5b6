"""The labelled pairs of names as nomenklatura's LogicV2 ranks them: the figure beside our `match_pairs_f1`.

    apt-get install libicu-dev pkg-config g++ && python3 -m venv other && other/bin/pip install nomenklatura
    other/bin/python tests/bench/logic_v2.py

It runs in an environment of its own: the package compiles ICU's binding, and is no part of this project. The
halves and the interval are those of `matching.pairs`, so that both are judged alike.
"""

from __future__ import annotations

import csv
from pathlib import Path
from random import Random

PAIRS = Path(__file__).parents[1] / "match_data" / "pairs.csv"


def main() -> None:
    from followthemoney import model
    from nomenklatura.matching import get_algorithm
    from nomenklatura.matching.types import ScoringConfig

    compare, config = get_algorithm("logic-v2").compare, ScoringConfig.defaults()

    def person(name: str) -> object:
        made = model.make_entity("Person")
        made.id = name
        made.add("name", name)
        return made

    with PAIRS.open(encoding="utf-8", newline="") as text:
        rows = [
            (compare(person(row["a"]), person(row["b"]), config).score, row["same"] == "1")
            for row in csv.DictReader(text)
        ]
    chance = Random("halves")
    chance.shuffle(rows)
    halves = rows[::2], rows[1::2]
    at = [best_of(half) for half in halves]
    judged = [(score >= at[1 - side], same) for side, half in enumerate(halves) for score, same in half]
    again = sorted(f1(chance.choices(judged, k=len(judged))) for _ in range(1_000))
    print(f"LogicV2 on {len(rows)} pairs: F1 {f1(judged):.3f} ({again[25]:.3f} … {again[975]:.3f})")


def best_of(half: list[tuple[float, bool]]) -> float:
    """The threshold with the best F1."""
    scores = {score for score, _ in half}
    return max(scores, key=lambda at: f1([(score >= at, same) for score, same in half]))


def f1(judged: list[tuple[bool, bool]]) -> float:
    true = sum(said and same for said, same in judged)
    return 2 * true / max(1, sum(said for said, _ in judged) + sum(same for _, same in judged))


if __name__ == "__main__":
    main()
