"""What a mutant is, and how one is planted in a copy of the house and judged.

A mutant names the promise it breaks, one exact piece of source to replace, and the tests that
must then fail. One whose source is no longer there exactly once is *stale*, which is as bad as
one that survives: the check it stood for is no longer known to work.
"""

from __future__ import annotations

import itertools
import os
import re
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass, replace
from enum import Enum
from pathlib import Path
from typing import Final

HOUSE: Final = Path(__file__).parents[2]
ROOMS: Final = ("edge", "hub", "shared", "provisioning", "tests", "pyproject.toml")
TIMEOUT_S: Final = 300  # one fault's few tests
SOUND_TIMEOUT_S: Final = 1_800  # all faults' tests, on a machine that does other work too
_HASTE: Final = ("-x", "-q", "--no-header", "-p", "no:cacheprovider", "--hypothesis-profile", "unshrunk")
"""The first failure decides, and nobody reads its smallest example."""

_moments: Final = itertools.count(1_000_000_000)
"""Each written source gets another second as its time of change, which is what compiled copies go by."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutant:
    """One planted fault. `tests` are pytest arguments; at least one test among them must fail."""

    name: str
    promise: str
    path: str
    old: str
    new: str
    tests: tuple[str, ...]


class Fate(Enum):
    CAUGHT = "caught"
    SURVIVED = "SURVIVED"
    STALE = "STALE"
    BROKEN = "BROKEN"  # pytest could not even collect: that proves nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    mutant: Mutant
    fate: Fate
    by: str
    seconds: float = 0.0


def copy_house(to: Path) -> None:
    """The rooms as they are in the working tree, without what tools left behind."""
    for room in ROOMS:
        source = HOUSE / room
        if source.is_dir():
            shutil.copytree(source, to / room, ignore=shutil.ignore_patterns("__pycache__", "*.pyc"))
        else:
            shutil.copy2(source, to / room)


def judge(mutant: Mutant, copy: Path) -> Judgement:
    """Plant the fault in the copy, run its tests there, take the fault out again."""
    target = copy / mutant.path
    sound = target.read_text() if target.exists() else ""
    if sound.count(mutant.old) != 1:
        times = f"its source occurs {sound.count(mutant.old)} times"
        return Judgement(mutant=mutant, fate=Fate.STALE, by=times)
    _write(target, sound.replace(mutant.old, mutant.new))
    started = time.monotonic()
    try:
        judgement = _verdict(mutant, *run_tests(copy, mutant.tests))
        return replace(judgement, seconds=time.monotonic() - started)
    finally:
        _write(target, sound)


def _write(target: Path, text: str) -> None:
    target.write_text(text)
    moment = next(_moments)
    os.utime(target, (moment, moment))


def run_tests(copy: Path, tests: tuple[str, ...], *, workers: int = 0) -> tuple[int, str]:
    """Run pytest in a copy of the house, which keeps its compiled files; returns (exit status, output)."""
    environment = {**os.environ, "PYTHONPATH": str(copy)}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    spread = ("-n", str(workers)) if workers else ()
    command = [sys.executable, "-m", "pytest", *_HASTE, *spread, *tests]
    try:
        done = subprocess.run(
            command,
            cwd=copy,
            env=environment,
            capture_output=True,
            text=True,
            timeout=SOUND_TIMEOUT_S if workers else TIMEOUT_S,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return 1, "FAILED it never came to an end"
    return done.returncode, done.stdout + done.stderr


def _verdict(mutant: Mutant, status: int, output: str) -> Judgement:
    # A fixture that meets the fault is an ERROR of status 1; a test file that cannot be read is status 2.
    failed = re.search(r"^(?:FAILED|ERROR) (\S+)", output, re.MULTILINE)
    if status == 1 and failed:
        return Judgement(mutant=mutant, fate=Fate.CAUGHT, by=failed.group(1))
    if status == 0:
        return Judgement(mutant=mutant, fate=Fate.SURVIVED, by="every test passed")
    last = output.strip().splitlines()[-1][:200] if output.strip() else ""
    return Judgement(mutant=mutant, fate=Fate.BROKEN, by=last)
