"""`python -m tests.mutants [NAME …]`: plant every fault, one after another, and say what caught it."""

from __future__ import annotations

import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import SimpleQueue

from rich.console import Console
from rich.progress import Progress

from tests.mutants.faults import MUTANTS
from tests.mutants.plant import Fate, Judgement, Mutant, copy_house, judge, run_tests

WORKERS = 2


def main(names: list[str]) -> int:
    console = Console()
    chosen = [mutant for mutant in MUTANTS if not names or mutant.name in names]
    unknown = set(names) - {mutant.name for mutant in MUTANTS}
    if unknown:
        console.print(f"[red]No such mutant: {', '.join(sorted(unknown))}[/]")
        return 2
    with tempfile.TemporaryDirectory(prefix="karaula-mutants-") as folder:
        copies: SimpleQueue[Path] = SimpleQueue()
        for number in range(WORKERS):
            copy = Path(folder) / str(number)
            copy.mkdir()
            copy_house(copy)
            copies.put(copy)
        sound = _sound(copies, chosen)
        if sound is not None:
            console.print(f"[red]Without any fault these tests already fail:[/]\n{sound}")
            return 1
        judgements = _judge_all(copies, chosen, console)
    return _report(judgements, console)


def _sound(copies: SimpleQueue[Path], chosen: list[Mutant]) -> str | None:
    """None when the unspoilt house passes every test the mutants rely on."""
    copy = copies.get()
    tests = tuple(sorted({test for mutant in chosen for test in mutant.tests}))
    status, output = run_tests(copy, tests)
    copies.put(copy)
    return None if status == 0 else output[-3000:]


def _judge_all(copies: SimpleQueue[Path], chosen: list[Mutant], console: Console) -> list[Judgement]:
    def one(mutant: Mutant) -> Judgement:
        copy = copies.get()
        try:
            return judge(mutant, copy)
        finally:
            copies.put(copy)

    judgements = []
    with Progress(console=console, transient=True) as bar, ThreadPoolExecutor(WORKERS) as pool:
        task = bar.add_task("planting faults", total=len(chosen))
        for judgement in pool.map(one, chosen):
            colour = "green" if judgement.fate is Fate.CAUGHT else "red"
            mutant = judgement.mutant
            line = f"[{colour}]{judgement.fate.value:9}[/] {mutant.name:36} {mutant.promise}: {judgement.by}"
            bar.console.print(line, highlight=False, soft_wrap=True)
            bar.advance(task)
            judgements.append(judgement)
    return judgements


def _report(judgements: list[Judgement], console: Console) -> int:
    caught = sum(judgement.fate is Fate.CAUGHT for judgement in judgements)
    console.print(f"{caught} of {len(judgements)} planted faults caught")
    return 0 if caught == len(judgements) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
