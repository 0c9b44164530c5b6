"""Who is on a list, found by name and birth date in milliseconds: an index in the list's own file.

Job: keep, beside the records, what `shared.matching` needs to find and weigh a person, on a given connection.
The same code serves alerts at the post, checks there, and alerts at the centre: each has tables of its own
prefix.

    <p>_entry (entry, owner, names, birth, sex, nationality)   one row a person, names in a–z words
    <p>_key   (key, entry)                                     what a person is filed under (`matching.keys`)
    <p>_word  (word, persons)                                  how many persons have a word
    <p>_total (persons, version)                               one row

Invariants
* A person is filed or gone in the caller's transaction, with the record that says so.
* A look-up is bounded: `POSTINGS_MAX` entries a key, `READ_MAX` persons read; what shares most and the
  rarest keys comes first, so that the cap never drops the exact person.
Must not know: alerts, verdicts, pages.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from heapq import nlargest
from itertools import islice
from math import log2
from typing import Final

from rapidfuzz import fuzz

from shared.database import Connection
from shared.ledger.person_rows import (
    EntryRow,
    Filed,
    Lot,
    Written,
    filed_of,
    keys_of,
    lot_of,
    row_of,
    unpacked,
    words_of,
)
from shared.matching.birth import compare_births, parts_of
from shared.matching.evidence import Evidence, weigh
from shared.matching.keys import FULL, asked_keys
from shared.matching.person import Person
from shared.matching.rarity import ListRarity
from shared.matching.tokens import stored_name

VERSION: Final = 4  # of the keys and words; another one makes every index of the old one be built anew
POSTINGS_MAX: Final = 1_000  # a key with more says nothing; the others of the same person say it
WEIGHED_MAX: Final = 12  # of those read, the likeliest by a quick look; bounds the time of a hostile list
READ_MAX: Final = 80  # rows read of those that share a key, each a page; 70 more find 3 of 10,000 people
BUILD_PERSONS: Final = 100_000  # filed at a time by the bulk build: some 50 MB, and a walk through all keys
READ_UNDATED_MAX: Final = 400  # where no full date says who comes first
TOGETHER_MAX: Final = 4_000  # entries of all keys of a look-up read in one go; beyond it each key is capped
_FULL_WORTH: Final = 40.0  # the key of date and two words outvotes any others together
_PERSONS_NOMINAL: Final = 1 << 20
_ALIKE_MIN: Final = 40.0  # per cent of letters in common; romanisations of one name share more
_VOTE_MIN: Final = 14.0  # bits of one common word with a year: with a full date asked for, no one is meant
_PROMISING_MIN: Final = 26.0  # below this no pair of any relation was ever possible
_KEYS_SAY: Final = 30.0  # bits of shared keys from which spelling, and so the order of words, may deceive
_ALIKE_BY_KEYS: Final = 75.0
_VOTE_SHARE: Final = 0.3  # of the keys shared: they see through spelling, which the quick look does not
_ALIKE_BITS: Final = 0.3  # a per cent, in the quick look: thirty bits for a whole name


@dataclass(frozen=True, slots=True)
class Looked:
    """Who may be meant, likeliest first; `cut`: some were left out because the list has too many alike."""

    found: tuple[Filed, ...]
    cut: bool


@dataclass(frozen=True, slots=True)
class Meant:
    """Who matches, with the evidence; `cut` as in `Looked`."""

    found: tuple[tuple[Filed, Evidence], ...]
    cut: bool

    @property
    def may_be_more(self) -> bool:
        """Whether somebody else may match: as many do as are weighed at most.

        Where fewer do, whoever was left out was less likely than somebody who does not match; on a long list
        that is most answers, and no news.
        """
        return len(self.found) >= WEIGHED_MAX


def statements(prefix: str) -> tuple[str, ...]:
    """The tables of one index, for a store's migration; it is not current until it is built or cleared."""
    return (
        f"""CREATE TABLE {prefix}_entry (
            entry INTEGER PRIMARY KEY, owner INTEGER NOT NULL, names TEXT NOT NULL,
            birth INTEGER, sex TEXT NOT NULL, nationality TEXT NOT NULL) STRICT""",
        f"CREATE INDEX {prefix}_entry_owner ON {prefix}_entry (owner)",
        f"""CREATE TABLE {prefix}_key (
            key INTEGER NOT NULL, entry INTEGER NOT NULL, PRIMARY KEY (key, entry)) STRICT, WITHOUT ROWID""",
        f"""CREATE TABLE {prefix}_word (
            word INTEGER PRIMARY KEY, persons INTEGER NOT NULL) STRICT""",
        f"""CREATE TABLE {prefix}_total (
            one INTEGER PRIMARY KEY CHECK (one = 1),
            persons INTEGER NOT NULL, version INTEGER NOT NULL) STRICT""",
        f"INSERT INTO {prefix}_total (one, persons, version) VALUES (1, 0, 0)",  # noqa: S608 — the prefix is our own
    )


_SQL: Final = {
    "put_whole": "INSERT OR REPLACE INTO {p}_entry (entry, owner, names, birth, sex, nationality) "
    "VALUES (?, ?, ?, ?, ?, ?)",
    "of_owners": "SELECT entry, names, birth FROM {p}_entry WHERE owner IN (SELECT value FROM json_each(?))",
    "drop": "DELETE FROM {p}_entry WHERE entry = ?",
    "file": "INSERT OR IGNORE INTO {p}_key (key, entry) VALUES (?, ?)",
    "unfile": "DELETE FROM {p}_key WHERE key = ? AND entry = ?",
    "count_word": "INSERT INTO {p}_word (word, persons) VALUES (?1, max(0, ?2)) "
    "ON CONFLICT (word) DO UPDATE SET persons = max(0, persons + ?2)",
    "set_word": "INSERT OR REPLACE INTO {p}_word (word, persons) VALUES (?, ?)",
    "total": "UPDATE {p}_total SET persons = max(0, persons + ?)",
    "postings": "SELECT entry FROM {p}_key WHERE key = ? LIMIT ?",
    "all_postings": "SELECT key, entry FROM {p}_key WHERE key IN (SELECT value FROM json_each(?)) LIMIT ?",
    "rows": "SELECT entry, owner, names, birth, sex, nationality FROM {p}_entry WHERE entry IN ",
    "word": "SELECT persons FROM {p}_word WHERE word = ?",
    "persons": "SELECT persons, version FROM {p}_total",
    "last": "SELECT coalesce(max(entry), 0) FROM {p}_entry",
    "clear_entry": "DELETE FROM {p}_entry",
    "clear_key": "DELETE FROM {p}_key",
    "clear_word": "DELETE FROM {p}_word",
    "reset": "UPDATE {p}_total SET persons = 0, version = ?",
}
"""Every statement; `p` is the prefix of the tables."""


class PersonIndex:
    """One index. Holds no connection: each call works inside the caller's transaction."""

    def __init__(self, prefix: str) -> None:
        """`prefix` names the tables; it is the programmer's, never a user's."""
        assert prefix.isidentifier()
        self._prefix = prefix
        self._sql = {name: text.format(p=prefix) for name, text in _SQL.items()}

    # --- filing ---

    def put(self, tx: Connection, owner: int, person: Person | None) -> None:
        """File a record's person in place of what was filed for it; None: out."""
        self.put_all(tx, {owner: person})

    def put_all(self, tx: Connection, persons: Mapping[int, Person | None]) -> None:
        """`put` for each of a few, by owner, at half the cost of one after another."""
        if not persons:
            return
        self._take_out(tx, tx.execute(self._sql["of_owners"], (json.dumps([*persons]),)).fetchall())
        new = [
            Filed(owner, person) for owner, person in persons.items() if person is not None and person.names
        ]
        if not new:
            return
        (last,) = tx.execute(self._sql["last"]).fetchone()
        rows, keys, words = [], [], []
        for entry, filed in enumerate(new, last + 1):
            person = filed.person
            rows.append((entry, filed.owner, *row_of(person)))
            keys += [(key, entry) for key in keys_of(person.names, person.birth)]
            words += [(word, 1) for word in words_of(person.names)]
        self.add_rows(tx, rows)
        tx.executemany(self._sql["file"], sorted(keys))
        tx.executemany(self._sql["count_word"], words)
        self.add_total(tx, len(new))

    def _take_out(self, tx: Connection, filed: Iterable[tuple[int, str, int | None]]) -> None:
        """What is filed under these entries, with its names and birth: nothing of it stays."""
        for entry, names, birth in filed:
            old = [stored_name(line) for line in names.split("\n")]
            tx.executemany(self._sql["unfile"], [(key, entry) for key in keys_of(old, birth)])
            tx.executemany(self._sql["count_word"], [(word, -1) for word in words_of(old)])
            tx.execute(self._sql["drop"], (entry,))
            tx.execute(self._sql["total"], (-1,))

    def build(
        self,
        tx: Connection,
        persons: Iterable[Written],
        *,
        progress: Callable[[int], None] = lambda count: None,
    ) -> int:
        """Add many persons that are not filed yet, fast; returns how many. `progress` is told the count."""
        (entry,) = tx.execute(self._sql["last"]).fetchone()
        source, done = iter(persons), 0
        while filed := self._add_lot(tx, lot_of(islice(source, BUILD_PERSONS), after=entry + done)):
            done += filed
            progress(done)
        self.add_total(tx, done)
        return done

    def _add_lot(self, tx: Connection, lot: Lot) -> int:
        self.add_rows(tx, lot.rows)
        for bucket in lot.buckets:
            self.add_keys(tx, sorted(bucket))
        tx.executemany(self._sql["count_word"], sorted(lot.words.items()))
        return lot.persons

    # --- filing by parts: whoever builds an index in steps of its own ---

    def add_rows(self, tx: Connection, rows: Iterable[EntryRow]) -> None:
        """Persons by entry; one filed under an entry already is put in its place."""
        tx.executemany(self._sql["put_whole"], rows)

    def add_keys(self, tx: Connection, packed: Iterable[int]) -> None:
        """Keys with their entries, as `lot_of` packs them; quickest in ascending order."""
        tx.executemany(self._sql["file"], map(unpacked, packed))

    def set_words(self, tx: Connection, words: Iterable[tuple[int, int]]) -> None:
        """How many persons have each word: these numbers, whatever stood there."""
        tx.executemany(self._sql["set_word"], words)

    def add_total(self, tx: Connection, persons: int) -> None:
        """So many more are filed."""
        tx.execute(self._sql["total"], (persons,))

    def clear(self, tx: Connection) -> None:
        """Take everybody out."""
        for name in ("clear_entry", "clear_key", "clear_word"):
            tx.execute(self._sql[name])
        tx.execute(self._sql["reset"], (VERSION,))

    # --- asking ---

    def rarity(self, tx: Connection) -> ListRarity:
        """How rare words are among those filed."""
        return ListRarity(persons=self.persons(tx), count=partial(self.word_count, tx))

    def find(self, tx: Connection, person: Person) -> Meant:
        """Everybody filed whom this person matches at least possibly, surest first."""
        return self._weighed(tx, person, self.look(tx, person))

    def find_all(self, tx: Connection, persons: Sequence[Person]) -> list[Meant]:
        """`find` for each of a few: one question asks for all their keys, unless very many lie under them."""
        asked = [[asked_keys(name, person.birth) for name in person.names] for person in persons]
        under = self._under(tx, {key for names in asked for name in names for _, key in name})
        if under is None:
            return [self.find(tx, person) for person in persons]
        found = []
        for person, names in zip(persons, asked, strict=True):
            postings = [(sort, under[key]) for name in names for sort, key in name if key in under]
            found.append(self._weighed(tx, person, self._chosen(tx, person, postings)))
        return found

    def _weighed(self, tx: Connection, person: Person, looked: Looked) -> Meant:
        if not looked.found:
            return Meant((), looked.cut)
        rarity = self.rarity(tx)
        weighed = ((filed, weigh(person, filed.person, rarity)) for filed in looked.found)
        found = [
            (filed, evidence) for filed, evidence in weighed if evidence is not None and evidence.is_possible
        ]
        found.sort(key=lambda each: (not each[1].is_hit, -each[1].bits, each[0].owner))
        return Meant(tuple(found), looked.cut)

    def persons(self, tx: Connection) -> int:
        """How many are filed."""
        return int(tx.execute(self._sql["persons"]).fetchone()[0])

    def is_current(self, tx: Connection) -> bool:
        """Whether it was filed by this version of the keys."""
        return bool(tx.execute(self._sql["persons"]).fetchone()[1] == VERSION)

    def word_count(self, tx: Connection, word: int) -> int:
        """How many persons have a word, by its number (`matching.rarity`)."""
        row = tx.execute(self._sql["word"], (word,)).fetchone()
        return int(row[0]) if row is not None else 0

    def look(self, tx: Connection, person: Person) -> Looked:
        """Who may be this person, those that share most first."""
        asked = (asked_keys(name, person.birth) for name in person.names)
        return self._chosen(tx, person, (each for keys in asked for each in self._postings(tx, keys)))

    def _chosen(self, tx: Connection, person: Person, postings: Iterable[tuple[str, list[int]]]) -> Looked:
        """Of the entries under the keys of a person, those worth weighing."""
        votes: dict[int, float] = {}
        cut = False
        for sort, entries in postings:
            cut = cut or len(entries) > POSTINGS_MAX
            worth = _FULL_WORTH if sort is FULL else max(1.0, log2(_PERSONS_NOMINAL / len(entries)))
            for entry in entries[:POSTINGS_MAX]:
                votes[entry] = votes.get(entry, 0.0) + worth
        born = parts_of(person.birth)
        dated = born is not None and None not in born
        most = READ_MAX if dated else READ_UNDATED_MAX
        if dated:
            votes = {entry: worth for entry, worth in votes.items() if worth >= _VOTE_MIN}
        chosen = nlargest(most, votes, key=lambda entry: (votes[entry], -entry))
        rows = sorted(self._read(tx, person, chosen, votes), key=lambda each: (-each[0], each[1][0]))
        found = tuple(filed_of(row) for _, row in rows[:WEIGHED_MAX])
        return Looked(found, cut or len(votes) > most)

    def _postings(self, tx: Connection, asked: list[tuple[str, int]]) -> Iterator[tuple[str, list[int]]]:
        """(sort, entries) of each key that has any; one statement, unless some key has very many."""
        sorts = {key: sort for sort, key in asked}
        under = self._under(tx, sorts)
        if under is not None:
            yield from ((sorts[key], entries) for key, entries in under.items())
            return
        for sort, key in asked:
            alone = tx.execute(self._sql["postings"], (key, POSTINGS_MAX + 1)).fetchall()
            if alone:
                yield sort, [entry for (entry,) in alone]

    def _under(self, tx: Connection, keys: Iterable[int]) -> dict[int, list[int]] | None:
        """The entries under each key that has any; None where there are `TOGETHER_MAX` or more."""
        rows = tx.execute(self._sql["all_postings"], (json.dumps([*keys]), TOGETHER_MAX)).fetchall()
        if len(rows) == TOGETHER_MAX:
            return None
        under: dict[int, list[int]] = {}
        for key, entry in rows:
            under.setdefault(key, []).append(entry)
        return under

    def _read(
        self, tx: Connection, asked: Person, entries: list[int], votes: dict[int, float]
    ) -> Iterator[tuple[float, EntryRow]]:
        """The rows of `entries` that are worth weighing, with how promising each is."""
        if not entries:
            return
        mine = [" ".join(token.plain for token in name) for name in asked.names]
        marks = ",".join("?" * len(entries))
        for row in tx.execute(
            f"{self._sql['rows']} ({marks})", tuple(sorted(entries))
        ):  # only question marks
            alike = max(
                fuzz.token_set_ratio(one, other, score_cutoff=_ALIKE_MIN)
                for one in mine
                for other in row[2].split("\n")
            )
            if votes[row[0]] >= _KEYS_SAY:
                alike = max(alike, _ALIKE_BY_KEYS)
            if alike >= _ALIKE_MIN:
                promising = compare_births(asked.birth, row[3]).bits + _ALIKE_BITS * alike
                promising += _VOTE_SHARE * votes[row[0]]
                if promising >= _PROMISING_MIN:
                    yield promising, row
