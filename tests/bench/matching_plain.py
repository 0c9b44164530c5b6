"""What stands beside the matcher: every name by rapidfuzz, and FTS5 by trigrams, on the same people."""

from __future__ import annotations

import sqlite3
import time
from pathlib import Path
from random import Random

from rapidfuzz import fuzz, process

from tests.bench.matching_list import ASK_SEED, listed, sample
from tests.match_data.corruptions import queries


def plain(folder: Path, persons: int, asked: int) -> dict[str, float]:
    """Every name by rapidfuzz, and FTS5 by trigrams and rescoring: milliseconds each, and what they find."""

    names, born = [], []
    for each in listed(persons):
        names.append(f"{each.surname} {each.given}".lower())
        born.append(each.born)
    some = {person: number for number, person in sample(persons, folder / "list.sample").items()}
    asks = Random("plain").sample([*queries([*some], each=max(3, asked // 20), seed=ASK_SEED)], asked)
    brute_found, brute_ms = 0, []
    for _, person, read in asks:
        began = time.perf_counter()
        best = process.extract(
            f"{read.surname} {read.given}".lower(), names, scorer=fuzz.token_sort_ratio, limit=5
        )
        brute_ms.append((time.perf_counter() - began) * 1000)
        brute_found += any(at + 1 == some[person] for _, _, at in best)
    base = sqlite3.connect(folder / "trigram.db")
    base.execute("CREATE VIRTUAL TABLE t USING fts5(name, tokenize='trigram', detail='none')")
    base.executemany("INSERT INTO t (rowid, name) VALUES (?, ?)", enumerate(names, start=1))
    base.commit()
    fts_found, fts_ms = 0, []
    for _, person, read in asks:
        began = time.perf_counter()
        text = f"{read.surname} {read.given}".lower().replace('"', "")
        grams = {text[at : at + 3] for at in range(len(text) - 2)}
        query = " OR ".join(f'"{gram}"' for gram in sorted(grams))
        rows = base.execute(
            "SELECT rowid FROM t WHERE t MATCH ? ORDER BY rank LIMIT 200", (query,)
        ).fetchall()
        scored = sorted(
            rows,
            key=lambda row: (
                -fuzz.token_sort_ratio(text, names[row[0] - 1]) - 10 * (born[row[0] - 1] == read.born)
            ),
        )
        fts_ms.append((time.perf_counter() - began) * 1000)
        fts_found += any(row[0] == some[person] for row in scored[:5])
    base.close()
    for times in (brute_ms, fts_ms):
        times.sort()
    return {
        "brute_ms": brute_ms[len(brute_ms) // 2],
        "brute_recall": brute_found / asked,
        "trigram_ms": fts_ms[len(fts_ms) // 2],
        "trigram_recall": fts_found / asked,
    }
