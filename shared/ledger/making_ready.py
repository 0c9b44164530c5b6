"""Many subjects made ready to be filed at once, part by part, perhaps by another core.

Job: what of a bulk build needs no database, the dearest part of it. Invariant: pure, and all that goes in and
comes out can go through a pipe: whoever has a core to spare hands in a `Mapped` that uses it.
Must not know: processes, connections.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Final

from shared.ledger.person_rows import Filed, Written, written
from shared.ledger.savepoint import Spoilt, sparing
from shared.matching.matcher import person_in
from shared.watchlist import Subject

PART: Final = 5_000
"""Subjects made ready at a time: half a second's work, and four megabytes with what is made of them."""

Part = list[tuple[int, Subject]]
Ready = tuple[list[Written], Spoilt]
Mapped = Callable[[Callable[[Part], Ready], Iterable[Part]], Iterable[Ready]]
"""As `map`: what a function makes of each, in order."""


def ready(part: Part) -> Ready:
    """Whom these owners' subjects name, as they are filed; and the owners of those that cannot be."""
    persons: list[Written] = []
    spoilt: Spoilt = {}
    for owner, subject in part:
        with sparing(spoilt, owner):
            person = person_in(subject)
            if person.names:
                persons.append(written(Filed(owner, person)))
    return persons, spoilt


def made_ready(
    subjects: Iterable[tuple[int, Subject]], spoilt: Spoilt, *, mapped: Mapped = map
) -> Iterator[Written]:
    """Subjects by owner as `PersonIndex.build` takes them; who cannot be filed is noted in `spoilt`."""
    source = iter(subjects)
    parts = iter(lambda: list(islice(source, PART)), [])
    for persons, passed_over in mapped(ready, parts):
        spoilt |= passed_over
        yield from persons
