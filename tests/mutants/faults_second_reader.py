"""Planted faults with which the program still agrees with itself, and no longer with its documents."""

from __future__ import annotations

from typing import Final

from tests.mutants.faults import HOSTILE, NO_OVERWRITE, SAME_STATE
from tests.mutants.plant import Mutant

_TESTS: Final = ("tests/second_reader/test_against_the_product.py",)

MUTANTS: Final = (
    Mutant(
        name="context-without-a-value-forgotten",
        promise=SAME_STATE,
        path="shared/merge.py",
        old="    numbers = set(change.fields) | set(change.context) | {SEEN}",
        new="    numbers = set(change.fields) | {SEEN}",
        tests=_TESTS,
    ),
    Mutant(
        name="edit-of-a-once-field-passes-unseen",
        promise=NO_OVERWRITE,
        path="shared/merge.py",
        old="    if len(values) > 1 and rule not in (Rule.APPEND, Rule.UNION):",
        new="    if len(values) > 1 and rule not in (Rule.APPEND, Rule.UNION, Rule.ONCE):",
        tests=_TESTS,
    ),
    Mutant(
        name="column-leans-on-other-rows",
        promise=HOSTILE,
        path="shared/wire/column_reader.py",
        old="    return [a + b for a, b in zip(references, reader.numbers(count, rows), strict=True)]",
        new="    return [a + b for a, b in zip(references, reader.numbers(count, rows), strict=False)]",
        tests=_TESTS,
    ),
)
