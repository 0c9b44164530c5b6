"""Gathers the planted faults: `faults.py` and every `faults_*.py` beside it, in the order of their names.

A module joins by being there and exporting `MUTANTS`; no list of modules has to be kept. Two faults of one
name are refused, because a person asks for a fault by its name.
"""

from __future__ import annotations

import importlib
from collections import Counter
from pathlib import Path
from typing import Final

from tests.mutants.plant import Mutant

SHELF: Final = Path(__file__).parent


def modules() -> list[str]:
    """Module names of this folder that hold faults: `faults`, `faults_matching`, …"""
    return sorted(path.stem for path in SHELF.glob("faults*.py"))


def gather(names: list[str] | None = None) -> list[Mutant]:
    """Every planted fault, or those asked for by their name or their module's. Raises LookupError."""
    by_module = {name: importlib.import_module(f"tests.mutants.{name}").MUTANTS for name in modules()}
    every = [mutant for mutants in by_module.values() for mutant in mutants]
    twice = [name for name, count in Counter(mutant.name for mutant in every).items() if count > 1]
    if twice:
        raise LookupError(f"two planted faults share a name: {', '.join(twice)}")
    if not names:
        return every
    unknown = set(names) - by_module.keys() - {mutant.name for mutant in every}
    if unknown:
        raise LookupError(f"no such planted fault or module of faults: {', '.join(sorted(unknown))}")
    return [m for module, mutants in by_module.items() for m in mutants if {m.name, module} & set(names)]


def stale(mutant: Mutant, house: Path) -> str | None:
    """Why a fault can no longer be planted as it is written; None when it can."""
    target = house / mutant.path
    times = target.read_text().count(mutant.old) if target.exists() else 0
    if times != 1:
        return f"its source occurs {times} times in {mutant.path}"
    missing = [test for test in mutant.tests if not (house / test.partition("::")[0]).exists()]
    return f"there is no {missing[0]}" if missing else None
