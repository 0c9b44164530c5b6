"""Plant every fault, one after another, and say what caught it.

`python -m tests.mutants` plants all; names of faults, or of modules of faults (`faults_matching`), choose.
`--list` only prints what there is. The faults are planted in copies of the working tree, never in it.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import SimpleQueue

from rich.console import Console
from rich.progress import Progress

from tests.mutants.catalogue import gather
from tests.mutants.plant import Fate, Judgement, Mutant, copy_house, judge, run_tests

WORKERS = 2
SLOWEST_SHOWN = 5


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.mutants", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help="a planted fault, or a module of them")
    parser.add_argument("--list", action="store_true", help="only print the faults")
    parser.add_argument("--workers", type=int, default=WORKERS, help=f"copies at work at once ({WORKERS})")
    asked = parser.parse_args(arguments)
    console = Console()
    try:
        chosen = gather(asked.names)
    except LookupError as unknown:
        console.print(f"[red]{unknown}[/]", highlight=False)
        return 2
    if asked.list:
        for mutant in chosen:
            console.print(
                f"{mutant.name:36} {mutant.promise}: {mutant.path}", highlight=False, soft_wrap=True
            )
        return 0
    return _plant(chosen, asked.workers, console)


def _plant(chosen: list[Mutant], workers: int, console: Console) -> int:
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="karaula-mutants-") as folder:
        copies: SimpleQueue[Path] = SimpleQueue()
        for number in range(workers):
            copy = Path(folder) / str(number)
            copy.mkdir()
            copy_house(copy)
            copies.put(copy)
        copy = copies.get()
        unsound = _unsound(copy, chosen, workers)
        copies.put(copy)
        if unsound is not None:
            console.print("[red]Without any fault these tests already fail:[/]")
            console.print(unsound, markup=False, highlight=False)
            return 1
        console.print(f"without any fault their tests pass ({time.monotonic() - started:.0f} s)")
        judgements = _judge_all(copies, chosen, console)
    return _report(judgements, time.monotonic() - started, console)


def _unsound(copy: Path, chosen: list[Mutant], workers: int) -> str | None:
    """None when the unspoilt house passes every test the mutants rely on; else what pytest said."""
    tests = tuple(sorted({test for mutant in chosen for test in mutant.tests}))
    status, output = run_tests(copy, tests, workers=workers)
    return None if status == 0 else output[-3000:]


def _judge_all(copies: SimpleQueue[Path], chosen: list[Mutant], console: Console) -> list[Judgement]:
    def one(mutant: Mutant) -> Judgement:
        copy = copies.get()
        try:
            return judge(mutant, copy)
        finally:
            copies.put(copy)

    judgements = []
    with Progress(console=console, transient=True) as bar, ThreadPoolExecutor(copies.qsize()) as pool:
        task = bar.add_task("planting faults", total=len(chosen))
        for judgement in pool.map(one, chosen):
            colour = "green" if judgement.fate is Fate.CAUGHT else "red"
            mutant = judgement.mutant
            line = f"[{colour}]{judgement.fate.value:9}[/] {mutant.name:36} {mutant.promise}: {judgement.by}"
            bar.console.print(line, highlight=False, soft_wrap=True)
            bar.advance(task)
            judgements.append(judgement)
    return judgements


def _report(judgements: list[Judgement], seconds: float, console: Console) -> int:
    caught = sum(judgement.fate is Fate.CAUGHT for judgement in judgements)
    console.print(f"{caught} of {len(judgements)} planted faults caught in {seconds:.0f} s")
    slowest = sorted(judgements, key=lambda judgement: judgement.seconds, reverse=True)[:SLOWEST_SHOWN]
    console.print("longest: " + ", ".join(f"{one.mutant.name} {one.seconds:.0f} s" for one in slowest))
    return 0 if caught == len(judgements) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
