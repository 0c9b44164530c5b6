"""Feed bent inputs to every decoder: `python -m tests.fuzz [--count N] [--seed S] [--only NAME] [--jobs J]`.

A thousandth as many go to each door with a store behind it, where an input takes milliseconds.

Prints for each decoder, as soon as it is done, how many inputs it took, believed and refused, how fast, and
the slowest one. Exits non-zero at the first input that brings anything but a KaraulaError, and prints it.
"""

from __future__ import annotations

import argparse
import os
import resource
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, field
from multiprocessing import get_context
from pathlib import Path
from random import Random
from typing import Any, Final

from shared.errors import KaraulaError
from tests.fuzz.doors import doors
from tests.fuzz.target import Target
from tests.fuzz.targets import targets

SEED: Final = 2026
SLOWEST_MAX_S: Final = 1.0
GROWTH_MAX_MIB: Final = 64
DOOR_SHARE: Final = 1_000
_WARM_UP: Final = 30


class Escaped(AssertionError):  # noqa: N818 - what happened
    """A decoder let out what it must not, took too long, or kept memory."""


@dataclass(slots=True, kw_only=True)
class Tally:
    """What the decoder of a name did."""

    name: str
    inputs: int = 0
    believed: int = 0
    seconds: float = 0.0
    slowest_s: float = 0.0
    codes: Counter[str] = field(default_factory=Counter)


def feed(target: Target, count: int, seed: int) -> Tally:
    """So many inputs to one decoder. Raises Escaped with the input that broke it."""
    chance, tally = Random(f"{seed} {target.name}"), Tally(name=target.name)
    for _ in range(count):
        _one(target, target.bend(chance, chance.choice(target.seeds)), tally)
    return tally


def _one(target: Target, bent: Any, tally: Tally) -> None:
    began = time.process_time()
    try:
        target.read(bent)
        tally.believed += 1
    except KaraulaError as refused:
        tally.codes[refused.code] += 1
        if not (refused.code and refused.hint):
            raise Escaped(f"{target.name}: a refusal without code or hint on {_shown(bent)}") from refused
    except Exception as error:
        raise Escaped(f"{target.name}: {type(error).__name__}: {error}\n  on {_shown(bent)}") from error
    spent = time.process_time() - began
    tally.inputs += 1
    tally.seconds += spent
    tally.slowest_s = max(tally.slowest_s, spent)
    if spent > SLOWEST_MAX_S:
        raise Escaped(f"{target.name}: {spent:.1f} s for {_shown(bent)}")


def _shown(bent: Any) -> str:
    return (bent.hex() if isinstance(bent, bytes) else ascii(bent))[:2_000]


def run(count: int, *, seed: int = SEED, only: str = "", piece: int = 0, pieces: int = 1) -> list[Tally]:
    """About so many inputs over all decoders, by their shares; `piece` of `pieces` takes every so-manieth.

    Raises Escaped.
    """
    return [_watched(target, part, seed) for target, part in _shared_out(count, only)[piece::pieces]]


def soak(count: int, *, seed: int, only: str, jobs: int) -> Iterator[Tally]:
    """What `run` does in so many processes, each decoder as it ends, and then `run_doors`.

    Raises Escaped; BrokenProcessPool where a decoder took its process with it.
    """
    names = [(target.name, part) for target, part in _shared_out(count, only)]
    with ProcessPoolExecutor(jobs, mp_context=get_context("fork")) as pool:
        for done in as_completed([pool.submit(_by_name, name, part, seed) for name, part in names]):
            yield done.result()
    yield from run_doors(max(1, count // DOOR_SHARE), seed=seed, only=only)


def run_doors(count: int, *, seed: int = SEED, only: str = "") -> Iterator[Tally]:
    """So many inputs to each door whose name holds `only`. Raises Escaped."""
    with tempfile.TemporaryDirectory(prefix="karaula-fuzz-") as directory, doors(Path(directory)) as opened:
        for door in opened:
            if only in door.name:
                yield feed(door, count, seed)


def _shared_out(count: int, only: str) -> list[tuple[Target, int]]:
    """The decoders whose name holds `only`, each with its part of so many inputs."""
    chosen = [target for target in targets() if only in target.name]
    whole = sum(target.share for target in chosen)
    return [(target, max(1, count * target.share // whole)) for target in chosen]


def _by_name(name: str, count: int, seed: int) -> Tally:
    (target,) = [each for each in targets() if each.name == name]
    return _watched(target, count, seed)


def _watched(target: Target, count: int, seed: int) -> Tally:
    """`feed`, after a warm-up; Escaped also where memory grew."""
    feed(target, _WARM_UP, seed)
    before = peak_mib()
    tally = feed(target, count, seed)
    if (grown := peak_mib() - before) > GROWTH_MAX_MIB:
        raise Escaped(f"{target.name}: memory grew by {grown:.0f} MiB over {count:,} inputs")
    return tally


def peak_mib() -> float:
    """This process's largest resident size so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--count", type=int, default=100_000, help="inputs in all, about")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--only", default="", help="decoders whose name holds this")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="processes at once")
    asked = parser.parse_args(arguments)
    began, inputs = time.monotonic(), 0
    try:
        for tally in soak(asked.count, seed=asked.seed, only=asked.only, jobs=asked.jobs):
            inputs += tally.inputs
            common = ", ".join(f"{code} {count:,}" for code, count in tally.codes.most_common(3))
            spent_us = tally.seconds / tally.inputs * 1e6
            print(
                f"{inputs:11,}  {tally.inputs:9,} {tally.name:28} {spent_us:7.0f} µs, slowest "
                f" {tally.slowest_s * 1e3:6.1f} ms, believed {tally.believed:,}; {common}",
                flush=True,
            )
    except Escaped as escaped:
        print(f"ESCAPED: {escaped}\nagain: python -m tests.fuzz --count {asked.count} --seed {asked.seed}")
        return 1
    print(f"{inputs:,} inputs, {time.monotonic() - began:.0f} s: nothing escaped")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
