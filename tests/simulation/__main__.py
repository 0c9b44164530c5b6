"""Play a range of worlds: `python -m tests.simulation --seeds 1000-1199` (`make soak SEEDS=1000-1199`).

`--posts 6 --steps 400` makes them bigger (`make soak SEEDS=1-20 WORLD="--posts 6 --steps 400"`).
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
from enum import StrEnum
from pathlib import Path

from tests.simulation.areas import gather
from tests.simulation.chance import Event, Fault
from tests.simulation.world import Size, World, make_templates

ENOUGH_SEEDS = 50
"""From here on a kind of fault that never fired is no accident."""
MEMORY = Path("/dev/shm")  # noqa: S108 - a tmpfs: the same system calls, without the wait for a disk


def place() -> Path | None:
    """Where the files go: memory where the machine has it, else the usual temporary directory."""
    return MEMORY if MEMORY.is_dir() else None


def play(seeds: range, size: Size = Size()) -> tuple[Counter[StrEnum], Counter[StrEnum]]:  # noqa: B008 - frozen
    """Play worlds until one fails, which raises; returns what fired and what happened."""
    fired: Counter[StrEnum] = Counter()
    happened: Counter[StrEnum] = Counter()
    with tempfile.TemporaryDirectory(dir=place(), prefix="karaula-") as top:
        templates = Path(top, "templates")
        templates.mkdir()
        make_templates(templates, size)
        for seed in seeds:
            with tempfile.TemporaryDirectory(dir=top) as directory:
                world = World(seed, Path(directory), templates, size)
                try:
                    world.run()
                except BaseException as error:
                    error.add_note(f"replay with: {replay(seed, size)}")
                    raise
                fired += world.chance.fired
                happened += world.chance.happened
    return fired, happened


def replay(seed: int, size: Size) -> str:
    """The line that plays one world again."""
    world = "" if size == Size() else f' WORLD="--posts {size.posts} --steps {size.steps}"'
    return f"make soak SEEDS={seed}-{seed}{world}"


def kinds() -> list[StrEnum]:
    """Every kind of fault and event, the areas' own included."""
    enums = (Fault, Event, *(enum for area in gather() for enum in area.KINDS))
    return [kind for enum in enums for kind in enum]


def never(fired: Counter[StrEnum], happened: Counter[StrEnum]) -> list[str]:
    """The kinds of fault and event that did not come up."""
    return [str(kind) for kind in kinds() if not fired[kind] and not happened[kind]]


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument("--seeds", default="1000-1199", help="FIRST-LAST")
    parser.add_argument("--posts", type=int, default=Size().posts, help="posts of each world")
    parser.add_argument("--steps", type=int, default=Size().steps, help="steps of each world, about")
    asked = parser.parse_args(arguments)
    size = Size(posts=asked.posts, steps=asked.steps)
    first, _, last = asked.seeds.partition("-")
    seeds = range(int(first), int(last or first) + 1)
    started = time.monotonic()
    try:
        fired, happened = play(seeds, size)
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
