"""The list of the matching bench: the same people for every process of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from tests.match_data.corruptions import as_listed
from tests.match_data.people import People, Person

LIST_SEED: Final = "list"
ASK_SEED: Final = "ask"


def listed(count: int) -> Iterator[Person]:
    """The persons of the list."""
    yield from map(as_listed, People(LIST_SEED).take(count))


def sample(persons: int) -> dict[int, Person]:
    """Every n-th person of the list by number, as written at home."""
    step = max(1, persons // 20_000)
    return {n: each for n, each in enumerate(People(LIST_SEED).take(persons), start=1) if n % step == 0}
