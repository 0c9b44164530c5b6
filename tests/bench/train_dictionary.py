"""Train the wire's dictionaries and write them as `shared/dictionaries/v1.py`.

    python -m tests.bench.train_dictionary                      the product's own
    python -m tests.bench.train_dictionary --strangers PATH     on a generator of another structure

Two steps: symbol tables by pair merging (the most frequent neighbours become one symbol, until the
table is full), then zstd's own trainer over the compressible part of bodies that use those tables. The
corpus is the `train` half of the pools under seeds of its own, so nothing the benches put on the wire
was seen here. A released version is never trained anew: a better one gets the next number.
"""

from __future__ import annotations

import argparse
import base64
import json
import textwrap
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Final

import zstandard

from shared import wire
from shared.change import Change
from shared.schema import Type, field_by_number
from shared.wire import payload, strict
from shared.wire.shapes import shape_of
from tests.bench import strangers
from tests.bench.generator import Post, alerts
from tests.bench.meter import Chance
from tests.bench.phrases import CYRILLIC, ENGLISH, LATIN
from tests.bench.tables import Trained, standing_in
from tests.bench.urgent import hits, varied

DICTIONARY_BYTES: Final = 8 * 1024
SYMBOLS: Final = 252
LAYOUTS: Final = 48
_SYMBOL_MAX_BYTES: Final = 8
_TEXTS_MAX: Final = 8_000  # more texts cost minutes and change no symbol that matters
CAPITAL_LETTERS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ -'<"
_DIGITS: Final = "0123456789 .,-/:()"
LATIN_LETTERS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZČĆŽŠĐabcdefghijklmnopqrstuvwxyzčćžšđ\n'<@?*#" + _DIGITS
CYRILLIC_LETTERS: Final = "АБВГДЂЕЖЗИЈКЛЉМНЊОПРСТЋУФХЦЧЏШабвгдђежзијклљмнњопрстћуфхцчџш" + _DIGITS
_DIGRAPHS: Final = {"lj": "љ", "nj": "њ", "dž": "џ", "Lj": "Љ", "Nj": "Њ", "Dž": "Џ"}
_SINGLES: Final = str.maketrans(
    "ABVGDĐEŽZIJKLMNOPRSTĆUFHCČŠabvgdđežzijklmnoprstćufhcčš",
    "АБВГДЂЕЖЗИЈКЛМНОПРСТЋУФХЦЧШабвгдђежзијклмнопрстћуфхцчш",
)
_NAMES: Final = frozenset({"surname", "given_names"})
_SERIALS: Final = frozenset(
    {"plate", "vin", "document_number", "personal_number", "optional_1", "optional_2", "mrz_lines"}
)


def corpus(*, strange: bool) -> list[list[Change]]:
    """Runs of changes as they would be bundled: fifties, tens, single checks, alerts alone, segments."""
    if strange:
        runs = [strangers.checks(seed, 50) for seed in range(60)]
        return runs + [[alert] for alert in strangers.alerts(61, 600)]
    posts = [
        Post(seed=5_000 + seed, half="train", desk=("BA", "ME", "RS")[seed % 3], node=4 + seed * 7,
             first_seq=1 + seed * 977)
        for seed in range(60)
    ]  # fmt: skip
    runs = [post.take(count) for post in posts for count in (50, 50, 50, 50, 50, 50, 20, 10, 5, 3, 2, 1, 1)]
    raised, chance = alerts(6_000, 1_400, half="train"), Chance(6_001)
    others = [varied(chance, alert) for alert in alerts(6_002, 600, half="train")]
    late = [*hits(chance, [check for run in runs[:60] for check in run[:12]], raised)]
    singles = [[change] for change in (*raised, *others, *late)]
    return runs + singles + [raised[at : at + 50] for at in range(0, 1_400, 50)]


def texts_of(changes: Iterable[Change], *, names: bool) -> list[str]:
    """The names, or the other free texts, of some changes."""
    found = []
    for change in changes:
        for number, value in change.fields.items():
            field = field_by_number(change.kind, number)
            if field is None or field.type is not Type.TEXT or not isinstance(value, str):
                continue
            if field.name not in _SERIALS and (field.name in _NAMES) == names:
                found.append(value)
    return found


def merge_pairs(texts: Sequence[str], letters: str) -> list[bytes]:
    """A symbol table: all letters, then merged pairs by frequency, SYMBOLS in all."""
    words = [([*text, "\0"], count) for text, count in Counter(texts).most_common(_TEXTS_MAX)]
    symbols = [*letters]
    while len(symbols) < SYMBOLS:
        pairs: Counter[tuple[str, str]] = Counter()
        for parts, count in words:
            for pair in pairwise(parts):
                if len("".join(pair).encode()) <= _SYMBOL_MAX_BYTES:
                    pairs[pair] += count
        left, right = max(pairs, key=lambda pair: (pairs[pair], pair))
        symbols.append(left + right)
        words = [(_merged(parts, left, right), count) for parts, count in words]
    return [symbol.encode() for symbol in symbols[:SYMBOLS]]


def _merged(parts: list[str], left: str, right: str) -> list[str]:
    out: list[str] = []
    for part in parts:
        if out and out[-1] == left and part == right:
            out[-1] = left + right
        else:
            out.append(part)
    return out


def train(runs: Sequence[Sequence[Change]]) -> Trained:
    """The tables for these runs."""
    changes = [change for run in runs for change in run]
    prose = texts_of(changes, names=False)
    shapes = [shape for change in changes[:4_000] for shape in serial_shapes(change)]
    tables = [
        merge_pairs(texts_of(changes, names=True), CAPITAL_LETTERS),
        merge_pairs([*prose, *shapes, *LATIN * 4, *ENGLISH * 2], LATIN_LETTERS),
        merge_pairs([*CYRILLIC * 4, *map(in_cyrillic, [*prose, *LATIN * 4])], CYRILLIC_LETTERS),
    ]
    samples, layouts = _samples(runs, tables)
    dictionary = zstandard.train_dictionary(DICTIONARY_BYTES, samples, level=19, dict_id=1, notifications=0)
    return Trained(tables=tables, layouts=layouts, dictionary=dictionary.as_bytes())


def serial_shapes(change: Change) -> list[str]:
    """What the writer leaves of serial numbers as text."""
    return [
        shape
        for number, value in change.fields.items()
        if (field := field_by_number(change.kind, number)) and field.name in (*_SERIALS, "reference")
        if (shape := shape_of(str(value)))
    ]


def in_cyrillic(text: str) -> str:
    """A Latin text of the region in Cyrillic, near enough to count letters."""
    for latin, cyrillic in _DIGRAPHS.items():
        text = text.replace(latin, cyrillic)
    return text.translate(_SINGLES)


def _samples(runs: Sequence[Sequence[Change]], tables: list[list[bytes]]) -> tuple[list[bytes], list[bytes]]:
    """(what zstd sees of each body made with the new tables, the commonest layouts of single changes)."""
    with standing_in(Trained(tables=tables)):
        bodies = [wire.encode(run, base=run[0].dot if _consecutive(run) else None) for run in runs]
    layouts: Counter[bytes] = Counter()
    for run, body in zip(runs, bodies, strict=True):
        if len(run) == 1:
            layouts[bytes(strict.unpack(body, max_bytes=len(body))[1])] += 1  # type: ignore[index]  # a body is a list
    return [body[: payload.compressible(body)] for body in bodies], [
        layout for layout, _ in layouts.most_common(LAYOUTS)
    ]


def _consecutive(run: Sequence[Change]) -> bool:
    return all(after.dot == before.dot + 1 for before, after in pairwise(run))


def source(trained: Trained) -> str:
    """The module's text."""
    coded = base64.b85encode(trained.dictionary).decode()
    parts = [
        '"""Version 1 of the wire\'s tables. Made by `tests/bench/train_dictionary.py`; never edited."""',
        "",
        "from typing import Final",
        "",
        "SYMBOLS: Final = (",
        *(line for table in trained.tables for line in _table(table)),
        ")",
        "LAYOUTS_HEX: Final[tuple[str, ...]] = (",
        *(line for layout in trained.layouts for line in _hex(layout)),
        ")",
        "ZSTD_BASE85: Final = (",
        *(f'    "{coded[at : at + 100]}"' for at in range(0, len(coded), 100)),
        ")",
        "",
    ]
    return "\n".join(parts)


def _table(symbols: Sequence[bytes]) -> list[str]:
    """A table's lines: symbols parted by a middle dot, the end mark shown as its picture."""
    lines, line = [], ""
    for symbol in symbols:
        line += f"{symbol.decode()}·".replace("\0", "␀")
        if len(line) > 85:
            lines.append(line)
            line = ""
    shown = (json.dumps(part, ensure_ascii=False) for part in [*lines, line])
    return ["    (", *(f"        {part}" for part in shown), "    ),"]


def _hex(layout: bytes) -> list[str]:
    return ["    (", *(f'        "{line}"' for line in textwrap.wrap(layout.hex(), 94)), "    ),"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--strangers", type=Path)
    parser.add_argument("--out", type=Path, default=Path(__file__).parents[2] / "shared/dictionaries/v1.py")
    arguments = parser.parse_args()
    strange: Path | None = arguments.strangers
    text = source(train(corpus(strange=strange is not None)))
    (strange or arguments.out).write_text(text)


if __name__ == "__main__":
    main()
