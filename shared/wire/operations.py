"""The operations columns are made of, by number. The numbers travel.

A column is a small expression in prefix order: an operation's number, its arguments, its inner
columns. What it means follows from these numbers and the static word lists alone, never from the
schema, so that a reader needs no knowledge of a field to carry it. n is the number of values asked
for; inner columns say theirs. "number" and "bits" stand in the packed section, texts in the text
section, everything else in the layout.

    CONST         number                            that number n times
    CONST_BELOW   number                            its negative n times
    PACK          number base, number w, n·w bits   base + each
    PACK_BELOW    number b, number w, n·w bits      each - b
    BITS          n bits                            a 0 or 1 each
    GAPS b        number k, inner(k)                all 1-b but k times b; the gaps before each
    DELTA         inner(1), inner(n-1)              the first, then the steps
    SPLIT s       inner(n), inner(n)                high << s | low, low of s bits
    SINCE r       inner(n)                          value + row's reference r (`Reference`)
    ELAPSED       inner(n)                          whole seconds from that ms to the row's stamp
    REPEAT        inner(1)                          that value n times
    DICTIONARY    number k, inner(k), inner(n)      entries, then indexes into them
    PEEL          inner(1), flags(n), inner(unflagged)where flagged, the first value
    RUNS          flags(n-1), inner(1 + unflagged)  where flagged, the same as the row before
    KEYED c f…    flags(seen), inner(unseen + unflagged)as in the last row with equal cells in c fields f…
    SAME f        —                                 the cells of field f
    TEXT s        n texts of that script's share    the texts themselves
    WORD          gamma                             that word of the field's list, n times
    FALSE, TRUE   —                                 n times
    DAY           17 bits                           a full date's number n times
    MOMENT        number                            n times a stamp of that many ms after 2026 began
    VOCABULARY    inner(n)                          places in the field's list of words
    SHAPES        inner(n), inner(…)…               shapes, then each shape's serials (`shapes`)
    NATIONAL f    inner(n)                          national numbers told by the birth date in field f
    BOOLS         inner(n)                          0 false, 1 true
    BLOBS         n items of the extras             byte strings
    LISTS         inner(n), inner(sum)              lengths, then all elements
    PLAIN         n items of the extras             any plain values, a list standing for a tuple

Flags are a column of 0 and 1. Must not know: how a writer chooses among them.
"""

from __future__ import annotations

from enum import IntEnum
from typing import Final

VERSION: Final = 1
"""Of the body. Anything above that changes what bytes mean takes the next number."""


class Op(IntEnum):
    """See the table above."""

    CONST = 0
    CONST_BELOW = 1
    PACK = 2
    PACK_BELOW = 3
    BITS = 4
    GAPS = 5
    DELTA = 6
    SPLIT = 7
    SINCE = 8
    ELAPSED = 9
    REPEAT = 10
    DICTIONARY = 11
    PEEL = 12
    RUNS = 13
    KEYED = 14
    SAME = 15
    TEXT = 16
    WORD = 17
    VOCABULARY = 18
    SHAPES = 19
    NATIONAL = 20
    BOOLS = 21
    BLOBS = 22
    LISTS = 23
    PLAIN = 24
    FALSE = 25
    TRUE = 26
    DAY = 27
    MOMENT = 28


class Reference(IntEnum):
    """What SINCE counts from: something each row has anyway."""

    STAMP_MS = 0
    DOT = 1
    RECORD = 2


AUTHOR_KEY: Final = 0
"""KEYED and SAME name fields; 0, which is no field, names the author."""

DAY_BITS: Final = 17
SPLIT_MAX_BITS: Final = 48
EPOCH_MS: Final = 1_767_225_600_000
"""The first millisecond of 2026, UTC."""
