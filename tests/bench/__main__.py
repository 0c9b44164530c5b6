"""Measure: `make bench`, `make bench ONLY=wire`, or `python -m tests.bench [--only wire,ingest]`.

Runs every bench of this folder one after the other, prints a table with the machine, and writes
`bench.json`: the figures of this run, and of earlier runs those that were not measured now. The exit
status is 1 where a bench broke; a missed goal is a finding and not a failure.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import platform
import shutil
import sys
import tempfile
import time
from collections.abc import Iterable, Sequence
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Final

from rich.console import Console
from rich.table import Table

from tests.bench.figures import Context, Figure

ROOT: Final = Path(__file__).parents[2]
RESULTS: Final = ROOT / "bench.json"
BENCHES: Final = ("wire", "ingest", "edge", "storm", "link", "push", "matching", "snapshot")
ADDITIONS: Final = 5_000_000


def found(only: Sequence[str]) -> list[tuple[str, ModuleType]]:
    """The benches that are there, in order, or those asked for."""
    modules = []
    for name in only or BENCHES:
        if not (Path(__file__).parent / f"{name}.py").exists():
            if only:
                raise SystemExit(f"there is no bench called {name}; there are {', '.join(BENCHES)}")
            continue
        module = importlib.import_module(f"tests.bench.{name}")
        if hasattr(module, "run"):
            modules.append((name, module))
    return modules


def merged(new: Iterable[Figure], results: Path = RESULTS) -> list[dict[str, object]]:
    """This run's rows, after those of earlier runs that it did not measure."""
    rows = {figure.name: figure.row() for figure in new}
    try:
        earlier = json.loads(results.read_text())
    except (OSError, ValueError):
        earlier = []
    return [row for row in earlier if row["name"] not in rows] + [*rows.values()]


def machine(folder: Path) -> str:
    """Processor, cores, memory, system, Python and its pace, and the file system under `folder`."""
    cpu = next(
        (line.partition(":")[2].strip() for line in _lines("/proc/cpuinfo") if "model name" in line), "?"
    )
    kib = next((int(line.split()[1]) for line in _lines("/proc/meminfo") if line.startswith("MemTotal")), 0)
    mounts = [line.split()[1:3] for line in _lines("/proc/mounts")]
    under = [mount for mount in mounts if folder.resolve().is_relative_to(mount[0])]
    system = max(under, key=lambda mount: len(mount[0]), default=("", "?"))[1]
    return (
        f"{cpu}, {os.cpu_count()} cores, {kib / (1 << 20):.1f} GiB, {platform.system()} "
        f"{platform.release()}, {system}, Python {platform.python_version()} "
        f"({ADDITIONS:,} additions in {sum_s():.2f} s)"
    )


def sum_s() -> float:
    """Seconds of processor that a plain loop takes here and now, the best of a few.

    So much a busy host, or a Python built without a profile, makes of every figure below: 0.15 is a good day.
    """

    def once() -> float:
        began, total = time.thread_time(), 0
        for number in range(ADDITIONS):
            total += number
        return time.thread_time() - began

    return min(once() for _ in range(5))


def _say(console: Console, name: str, line: str) -> None:
    console.print(f"{name}: {line}")


def _lines(path: str) -> list[str]:
    try:
        return Path(path).read_text().splitlines()
    except OSError:
        return []


def table_of(figures: Iterable[Figure], title: str) -> Table:
    """The figures for people."""
    table = Table(title=title, title_justify="left")
    for heading in ("figure", "median", "spread", "goal", "baseline", "ratio"):
        table.add_column(heading, justify="left" if heading == "figure" else "right", no_wrap=True)
    for figure in figures:
        bound = "≤" if figure.better == "lower" else "≥"
        goal = "" if figure.goal is None else f"{bound} {_shown(figure.goal)} {'✓' if figure.met else '✗'}"
        table.add_row(
            figure.name,
            f"{_shown(figure.value)} {figure.unit}",
            " … ".join(map(_shown, figure.spread)) if figure.spread else "",
            goal,
            "" if figure.baseline is None else _shown(figure.baseline),
            "" if figure.ratio is None else f"{figure.ratio:.2f}",
        )
    return table


def _shown(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 1_000 or value == int(value) else f"{value:,.2f}"


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument(
        "--only", default=os.environ.get("ONLY", ""), help="benches, by commas: wire,ingest,edge,storm"
    )
    only = [name for name in parser.parse_args(arguments).only.split(",") if name]
    console = Console(width=max(Console().width, 100))  # a narrow terminal wraps; a pipe has no width
    broken, figures = 0, []
    (ROOT / "build").mkdir(exist_ok=True)
    title = machine(ROOT / "build")
    for name, module in found(only):
        folder = Path(tempfile.mkdtemp(prefix="bench-", dir=ROOT / "build"))
        try:
            figures += module.run(Context(folder=folder, say=partial(_say, console, name)))
        except Exception:  # noqa: BLE001 - one broken bench must not hide what the others measured
            console.print_exception()
            broken += 1
        finally:
            shutil.rmtree(folder, ignore_errors=True)
    console.print(table_of(figures, title), crop=False)
    for figure in figures:
        if figure.notes:
            console.print(f"{figure.name}: " + " · ".join(f"{what} {much}" for what, much in figure.notes))
    RESULTS.write_text(json.dumps(merged(figures), indent=1) + "\n")
    console.print(f"written to {RESULTS.name}")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
