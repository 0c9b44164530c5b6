"""What a list is found by, set aside part by part and brought into its tables in order.

Job: split what one step has into parts (of keys of alerts, keys of persons, words of names); later bring each
part in, sorted, in steps. Sorting in is what makes a million persons quick: at random, each key costs a page.
Invariant: one part at a time is in memory. Must not know: transactions, how far a load is.
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Final, TypeVar

from edge.store import next_list
from edge.store.next_list import ALERT_BUCKETS, PAIR, WORDS, word_part
from shared.database import Connection
from shared.ledger.person_rows import Lot

CHUNK: Final = 100  # rows written between two looks at the clock: about a millisecond

Step = Callable[[Connection], None]
"""What is done between two looks at the clock."""

_Row = TypeVar("_Row")


def runs_of(lot: Lot) -> list[tuple[int, bytes]]:
    """The keys of some people by part, and their words."""
    words: dict[int, array[int]] = {}
    for word, count in lot.words.items():
        words.setdefault(word_part(word), array("Q")).extend((word, count))
    keys = {ALERT_BUCKETS + place: bucket for place, bucket in enumerate(lot.buckets) if bucket}
    return [(part, numbers.tobytes()) for part, numbers in sorted((keys | words).items())]


def sorted_in(part: int, run: Sequence[bytes]) -> Iterator[Step]:
    """The steps that bring a part of the keys, or of the words, into their table."""
    if part < ALERT_BUCKETS:
        pairs = sorted(chunk[at : at + PAIR.size] for chunk in run for at in range(0, len(chunk), PAIR.size))
        return _in_steps(pairs, _put_keys)
    numbers = array("Q")
    for chunk in run:
        numbers.frombytes(chunk)
    if part < WORDS:
        return _in_steps(sorted(numbers), _put_packed)
    words: Counter[int] = Counter()
    for word, count in zip(numbers[::2], numbers[1::2], strict=True):
        words[word] += count
    return _in_steps(sorted(words.items()), _put_words)


def _in_steps(rows: Sequence[_Row], put: Callable[[Sequence[_Row], Connection], None]) -> Iterator[Step]:
    for at in range(0, len(rows), CHUNK):
        yield partial(put, rows[at : at + CHUNK])


def _put_keys(pairs: Sequence[bytes], tx: Connection) -> None:
    next_list.add_keys(tx, map(PAIR.unpack, pairs))


def _put_packed(packed: Sequence[int], tx: Connection) -> None:
    next_list.WANTED.add_keys(tx, packed)


def _put_words(words: Sequence[tuple[int, int]], tx: Connection) -> None:
    next_list.WANTED.set_words(tx, words)
