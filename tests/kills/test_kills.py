"""SIGKILL a real hub and a real node under load: nothing acknowledged is lost, nothing is there twice."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.kills.ordeal import SEED, play

FEW = 6
MANY = 200


def counted(said: str) -> tuple[int, int]:
    """(kills, submits repeated) of what `play` says."""
    kills = sum(map(int, re.findall(r"'(?:hub|node)': (\d+)", said)))
    again = re.search(r"(\d+) submits repeated", said)
    assert again is not None
    return kills, int(again[1])


def test_a_few_kills_lose_nothing(tmp_path: Path) -> None:
    """Some of the node, some of the hub, while two officers and an operator work."""
    kills, _ = counted(play(tmp_path / "house", kills=FEW))
    assert kills >= FEW


@pytest.mark.long
@pytest.mark.prove
def test_two_hundred_kills_lose_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """At chosen moments, in the middle of starts too; some of them between a submit and its answer."""
    said = play(tmp_path / "house", kills=MANY, seed=SEED + 1)
    with capsys.disabled():
        print(f"\n{said}")
    kills, again = counted(said)
    assert kills >= MANY
    assert again > 0, "no kill fell between a submit and its answer"
