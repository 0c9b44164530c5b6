"""Play a range of worlds: `python -m tests.simulation --seeds 1000-1199` (`make soak SEEDS=1000-1199`).

Stops at the first world that breaks a promise, with the line that plays it again; ends with how often each
kind of fault fired. A kind that never did fails the run, because then it proves less than it says.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
import traceback
from collections import Counter
from pathlib import Path

from tests.simulation.chance import Event, Fault
from tests.simulation.world import World, make_templates

ENOUGH_SEEDS = 50
"""From here on a kind of fault that never fired is no accident."""
MEMORY = Path("/dev/shm")  # noqa: S108 - a tmpfs: the same system calls, without the wait for a disk


def place() -> Path | None:
    """Where the files go: memory where the machine has it, else the usual temporary directory."""
    return MEMORY if MEMORY.is_dir() else None


def play(seeds: range) -> tuple[Counter[Fault], Counter[Event]]:
    """Play worlds until one fails, which raises; returns what fired and what happened."""
    fired: Counter[Fault] = Counter()
    happened: Counter[Event] = Counter()
    with tempfile.TemporaryDirectory(dir=place(), prefix="karaula-") as top:
        templates = Path(top, "templates")
        templates.mkdir()
        make_templates(templates)
        for seed in seeds:
            with tempfile.TemporaryDirectory(dir=top) as directory:
                world = World(seed, Path(directory), templates)
                try:
                    world.run()
                except BaseException as error:
                    error.add_note(f"replay with: make soak SEEDS={seed}-{seed}")
                    raise
                fired += world.chance.fired
                happened += world.chance.happened
    return fired, happened


def never(fired: Counter[Fault], happened: Counter[Event]) -> list[str]:
    """The kinds of fault and event that did not come up."""
    return [str(kind) for kind in (*Fault, *Event) if not fired[kind] and not happened[kind]]  # type: ignore[index]  # by its own enum


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument("--seeds", default="1000-1199", help="FIRST-LAST")
    first, _, last = parser.parse_args(arguments).seeds.partition("-")
    seeds = range(int(first), int(last or first) + 1)
    started = time.monotonic()
    try:
        fired, happened = play(seeds)
    except Exception as error:  # noqa: BLE001 - whatever it is, it is printed with its replay line
        traceback.print_exc()
        print(f"\nBROKEN: {error}\n" + "\n".join(getattr(error, "__notes__", [])), file=sys.stderr)
        return 1
    for kind, count in (*fired.most_common(), *happened.most_common()):
        print(f"{count:9,}  {kind}")
    print(
        f"{len(seeds)} worlds, every promise kept, {time.monotonic() - started:.0f} s on {place() or 'disk'}"
    )
    missed = never(fired, happened) if len(seeds) >= ENOUGH_SEEDS else []
    for kind in missed:
        print(f"NEVER FIRED: {kind}", file=sys.stderr)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
