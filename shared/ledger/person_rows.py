"""How a person is filed: as the rows and numbers that `person_index` keeps.

Job: turn a person into rows, and back; make many ready at once, in the order in which tables are written
fastest. Must not know: connections, tables' names, who asks.
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple

from shared.matching.keys import KEY_BITS, stored_keys
from shared.matching.person import Person, name_words
from shared.matching.rarity import word_numbers
from shared.matching.tokens import Token, stored_name, stored_text

ENTRY_BITS: Final = 64 - KEY_BITS
ENTRIES_MAX: Final = 1 << ENTRY_BITS
BUCKET_BITS: Final = 6


@dataclass(frozen=True, slots=True)
class Filed:
    """One listed person: whose record it is, and what it says."""

    owner: int
    person: Person


EntryRow = tuple[int, int, str, int | None, str, str]
"""A person as filed: entry, owner, names, birth, sex, nationality."""


class Written(NamedTuple):
    """One listed person as what is filed: whose, the row's columns, keys and word numbers packed.

    A tenth of the room of a `Filed`; nothing of the name need be read again.
    """

    owner: int
    names: str
    birth: int | None
    sex: str
    nationality: str
    keys: bytes
    words: bytes


@dataclass(frozen=True, slots=True)
class Lot:
    """Some persons laid out to be filed.

    `rows` come once, by birth: who is found together lies together. `buckets` are keys packed with their
    entries; `words` says how many of the persons have each word.
    """

    persons: int
    rows: Iterator[EntryRow]
    buckets: list[array[int]]
    words: Mapping[int, int]


def written(filed: Filed) -> Written:
    """A person made ready to be filed, now or later."""
    person = filed.person
    keys = keys_of(person.names, person.birth)
    words = words_of(person.names)
    return Written(filed.owner, *row_of(person), array("Q", keys).tobytes(), array("Q", words).tobytes())


def lot_of(persons: Iterable[Written], *, after: int) -> Lot:
    """Persons laid out to be filed, entries from `after` + 1 on; some 350 B are held for each."""
    people: list[tuple[int, str, int | None, str, str]] = []
    keys, starts, words = array("Q"), array("Q", [0]), array("Q")
    for owner, names, birth, sex, nationality, some_keys, some_words in persons:
        people.append((owner, names, birth, sex, nationality))
        keys.frombytes(some_keys)
        starts.append(len(keys))
        words.frombytes(some_words)
    by_birth = sorted(range(len(people)), key=lambda at: people[at][2] or 0)  # the undated first
    buckets = [array("Q") for _ in range(1 << BUCKET_BITS)]
    for entry, at in enumerate(by_birth, after + 1):
        for key in keys[starts[at] : starts[at + 1]]:
            buckets[key >> (KEY_BITS - BUCKET_BITS)].append(key << ENTRY_BITS | entry)
    rows = ((entry, *people[at]) for entry, at in enumerate(by_birth, after + 1))
    return Lot(len(people), rows, buckets, Counter(words))


def filed_of(row: EntryRow) -> Filed:
    """The person of a row."""
    _, owner, names, birth, sex, nationality = row
    tokens = tuple(stored_name(line) for line in names.split("\n"))
    return Filed(owner, Person(names=tokens, birth=birth, sex=sex, nationality=nationality))


def row_of(person: Person) -> tuple[str, int | None, str, str]:
    """The columns of a person: names, birth, sex, nationality."""
    return (
        "\n".join(stored_text(name) for name in person.names),
        person.birth,
        person.sex,
        person.nationality,
    )


def keys_of(names: Iterable[tuple[Token, ...]], birth: int | None) -> set[int]:
    """What a person of these names is filed under."""
    return {key for name in names for key in stored_keys(name, birth)}


def words_of(names: Iterable[tuple[Token, ...]]) -> set[int]:
    """The numbers of the words by which rarity is counted."""
    return {number for name in names for token in name_words(name) for number in word_numbers(token)}


def unpacked(packed: int) -> tuple[int, int]:
    """A key with its entry, as `lot_of` packed them."""
    return packed >> ENTRY_BITS, packed & (ENTRIES_MAX - 1)
