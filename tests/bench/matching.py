"""Matching: whom a list of a million persons finds, whom it accuses wrongly, how fast, in how much memory.

The people are `tests.match_data`'s, which shares no code with the matcher: one seed for the list, others for
what is asked. Five processes (`matching_tasks`), so that each figure is one thing's:

build     puts an alert for each person into an encrypted file as a node has it, and has their index built
          from these, as at a post's start after an upgrade; then the keys of documents, plates and VINs (ten
          million documents as keys alone: their alerts' rows would only be read where one matches)
ask       opens that file anew and asks as the booth does: `watch.find`, then the judgement of what was found
feed      files alert by alert in slices of time, as a feed does, while another thread asks for twenty
          travellers a second; then has a node that holds 10,000 checks apply segments of whole alerts
hostile   a list on which everybody has one name
plain     what stands in comparison, on the same people: every name by rapidfuzz, and FTS5 by trigrams

Recall is over all sorts of corruption in equal shares, each person asked for by name and birth date (and by
the document where the sort is about one). Innocents have a known date and numbers of their own, and are not
listed. What is reported as false is the upper end of the 95 % interval (Wilson); every share has an interval.

`SCALE=0.1` asks a tenth of the list: the figures then carry its size in their names and have no goals of
the issue to meet, for false alarms grow with the list.
"""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from math import sqrt
from pathlib import Path
from random import Random
from statistics import median
from typing import Any, Final

from shared.matching.name_pair import score_names
from tests.bench.figures import Better, Context, Figure
from tests.match_data.corruptions import CORRUPTIONS

SCALE: Final = float(os.environ.get("SCALE", "1"))
PERSONS: Final = int(1_000_000 * SCALE)
DOCUMENTS: Final = int(10_000_000 * SCALE)
VEHICLES: Final = int(1_000_000 * SCALE)
EACH: Final = 600
"""Queries of each sort of corruption: a share near 95 of 100 is then known to two points either way."""

INNOCENTS: Final = 50_000 if SCALE == 1 else 15_000
FEED: Final = 10_000
PLAIN: Final = 60
HOSTILE_ASKED: Final = 200


def interval(count: float, of: int) -> tuple[float, float]:
    """The 95 % interval of a share (Wilson 1927)."""
    z = 1.959964
    share, norm = count / of, 1 + z * z / of
    middle = (share + z * z / (2 * of)) / norm
    half = z * sqrt(share * (1 - share) / of + z * z / (4 * of * of)) / norm
    return max(0.0, middle - half), min(1.0, middle + half)


# --- names alone ---


def pairs() -> dict[str, Any]:
    """F1 on the labelled pairs, each half judged at the threshold that is best on the other; its interval."""
    file = Path(__file__).parents[1] / "match_data" / "pairs.csv"
    with file.open(encoding="utf-8", newline="") as text:
        rows = [(score_names(row["a"], row["b"]).score, row["same"] == "1") for row in csv.DictReader(text)]
    chance = Random("halves")
    chance.shuffle(rows)
    halves = rows[::2], rows[1::2]
    at = [max((score for score, _ in half), key=lambda each, half=half: _f1(half, each)) for half in halves]  # type: ignore[misc]  # the default binds
    judged = [(score >= at[1 - side], same) for side, half in enumerate(halves) for score, same in half]
    again = sorted(_f1_of(chance.choices(judged, k=len(judged))) for _ in range(1_000))
    return {
        "f1": _f1_of(judged),
        "between": (again[25], again[975]),
        "at": at,
        "best": max(_f1(rows, score) for score, _ in rows),
    }


def _f1(rows: list[tuple[float, bool]], at: float) -> float:
    return _f1_of([(score >= at, same) for score, same in rows])


def _f1_of(judged: list[tuple[bool, bool]]) -> float:
    true = sum(said and same for said, same in judged)
    return 2 * true / max(1, sum(said for said, _ in judged) + sum(same for _, same in judged))


# --- the figures ---


def _child(*words: object) -> dict[str, Any]:
    command = [sys.executable, "-m", "tests.bench.matching_tasks", *map(str, words)]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True)
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def run(context: Context) -> list[Figure]:
    """The figures; at the million about twelve minutes of two quiet cores."""
    path = context.folder / "list.db"
    context.say(
        f"{PERSONS:,} persons are filed, then the keys of {DOCUMENTS:,} documents and {VEHICLES:,} vehicles"
    )
    built = _child("build", path, PERSONS, DOCUMENTS, VEHICLES)
    context.say(f"{EACH * len(CORRUPTIONS):,} damaged travellers and {INNOCENTS:,} innocents are asked for")
    asked = _child("ask", path, PERSONS, EACH, INNOCENTS)
    context.say(f"a feed of {FEED:,} alerts is filed while the booth asks")
    fed = _child("feed", path, FEED)
    context.say(f"{PERSONS:,} persons of one name")
    one = _child("hostile", context.folder / "hostile.db", PERSONS, HOSTILE_ASKED)
    context.say("the same people by rapidfuzz over all names, and by FTS5 trigrams")
    beside = _child("plain", context.folder, PERSONS, PLAIN)
    return figures(built, asked, fed, one, beside)


def _figure(name: str, value: float, unit: str, better: Better, goal: float, **more: Any) -> Figure:
    at = "" if SCALE == 1 else f"_at_{PERSONS}"
    return Figure(name=name + at, value=value, unit=unit, better=better, goal=goal, **more)


def figures(
    built: dict[str, Any],
    asked: dict[str, Any],
    fed: dict[str, Any],
    one: dict[str, Any],
    beside: dict[str, Any],
) -> list[Figure]:
    alone = pairs()
    took = asked["took_ms"]
    return [
        *_found(asked["found"], beside),
        *_false(asked["false"], asked["innocents"]),
        _figure("match_p99_ms", took["0.99"], "ms", "lower", 10.0,
                baseline=beside["brute_ms"], spread=tuple(asked["p99_between"]),
                notes=(("median", f"{took['0.5']:.1f} ms"), ("nine of ten", f"{took['0.9']:.1f} ms"),
                       ("slowest", f"{asked['most_ms']:.0f} ms"),
                       ("p99 of processor time", f"{asked['processor_p99_ms']:.1f} ms"),
                       ("median of brute force", f"{beside['brute_ms']:.0f} ms"),
                       ("of trigrams", f"{beside['trigram_ms']:.0f} ms"))),
        _figure("match_hostile_p99_ms", one["p99_ms"], "ms", "lower", 50.0,
                notes=(("said to be cut", f"{one['cut']} of {HOSTILE_ASKED}"),
                       ("slowest", f"{one['most_ms']:.0f} ms"))),
        _figure("match_rss_mb", asked["rss_mb"], "MB", "lower", 150.0),
        _figure("index_build_s", built["build_s"], "s", "lower", 120.0,
                notes=(("processor, of both processes", f"{built['processor_s']:.0f} s"),
                       ("memory", f"{built['build_rss_mb']:.0f} MB"),
                       ("held before it began", f"{built['held_before_mb']:.0f} MB"),
                       ("of what runs beside it", f"{built['second_core_mb']:.0f} MB"))),
        _figure("index_mb", built["index_mb"], "MB", "lower", 250.0),
        _figure("match_feed_10000_s", fed["feed_s"], "s", "lower", 5.0,
                notes=(("processor", f"{fed['processor_s']:.1f} s"),
                       ("meanwhile asked", f"{fed['asked']:,} times, p99 {fed['p99_ms']:.1f} ms"))),
        _figure("match_feed_applied_10000_s", fed["applied_s"], "s", "lower", 5.0,
                notes=(("processor", f"{fed['applied_processor_s']:.1f} s"),)),
        _figure("match_pairs_f1", alone["f1"], "", "higher", 0.85, spread=alone["between"],
                notes=(("each half at the other's threshold", ", ".join(f"{at:.2f}" for at in alone["at"])),
                       ("at the best threshold of all", f"{alone['best']:.3f}"))),
    ]  # fmt: skip


def _found(found: dict[str, list[int]], beside: dict[str, Any]) -> list[Figure]:
    """Recall of all and of the worst sort; of each sort what was found, as a hit, and not even looked at."""
    there, of = sum(each[0] for each in found.values()), sum(each[3] for each in found.values())
    middle = median(seen / count for seen, _, _, count in found.values())
    worst = min(found, key=lambda sort: found[sort][0] / found[sort][3])
    low, high = interval(there, of)
    sorts = []
    for sort, (seen, hits, unlooked, count) in sorted(
        found.items(), key=lambda each: each[1][0] / each[1][3]
    ):
        between = " … ".join(f"{100 * end:.1f}" for end in interval(seen, count))
        sorts.append(
            (
                sort,
                f"{100 * seen / count:.1f} % ({between}), hits {100 * hits / count:.0f} %, unseen {unlooked}",
            )
        )
    spread = [100 * end for end in interval(found[worst][0], found[worst][3])]
    return [
        _figure("match_recall", 100 * there / of, "%", "higher", 99.0,
                baseline=100 * beside["brute_recall"], spread=(100 * low, 100 * high),
                notes=(("trigrams find", f"{100 * beside['trigram_recall']:.0f} %"),
                       ("median of the sorts", f"{100 * middle:.1f} %"))),
        _figure("match_recall_worst_type", 100 * found[worst][0] / found[worst][3], "%", "higher", 95.0,
                spread=(spread[0], spread[1]), notes=tuple(sorts)),
    ]  # fmt: skip


def _false(false: dict[str, Any], innocents: int) -> list[Figure]:
    possible, hits = interval(false["possible"], innocents), interval(false["hit"], innocents)
    why = ", ".join(f"{code} {count}" for code, count in sorted(false["why"].items(), key=lambda e: -e[1]))
    return [
        _figure("match_false_possible_per_1000", 1000 * possible[1], "per 1000", "lower", 5.0,
                spread=(1000 * possible[0], 1000 * possible[1]),
                notes=(("counted", f"{false['possible']} of {innocents:,}"), ("by", why or "nothing"))),
        _figure("match_false_hit_per_1000", 1000 * hits[1], "per 1000", "lower", 0.5,
                spread=(1000 * hits[0], 1000 * hits[1]),
                notes=(("counted", f"{false['hit']} of {innocents:,}"),)),
    ]  # fmt: skip
