"""Whichever call of a sync fails, kept or not kept: after healing everything is there exactly once.

`make test` fails at every 17th call, `make prove` at every one.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.simulation.__main__ import place
from tests.simulation.sweep import STRIDE, Stage, fail_at, main, prepare, sampled
from tests.simulation.tripwire import Manner

PIECES = 4


@pytest.fixture(scope="module")
def top() -> Iterator[Path]:
    """Where the files of all runs go: memory where the machine has it."""
    with TemporaryDirectory(dir=place(), prefix="karaula-sweep-") as name:
        yield Path(name)


@pytest.fixture(scope="module")
def stage(top: Path) -> Stage:
    """The files every run starts from."""
    return prepare(top)


def test_the_sync_calls_everything_that_can_fail(stage: Stage):
    """Hundreds of calls to the databases, some to the key files, some to the network."""
    kinds = [kind for kind, _ in stage.made]
    assert kinds.count("database") > 300
    assert kinds.count("file") > 10
    assert kinds.count("network") >= 3


def test_the_sync_brings_what_it_claims(stage: Stage):
    """Checks, hits, a conflicting edit, a correction, a refusal and the next prekey; nothing twice."""
    held = {name: found[0] if isinstance(found, tuple) else found for name, found in stage.tally.items()}
    assert held["hub CHECK"] == held["KLOBUK CHECK"] == 4
    assert held["hub HIT"] == held["KLOBUK HIT"] == 4
    assert held["KLOBUK ALERT"] == 3
    assert held["KLOBUK OFFICER"] == held["hub CORRECTION"] == held["hub refused"] == 1
    assert held["hub conflict"] == 1


@pytest.mark.parametrize("manner", list(Manner), ids=lambda manner: manner.value)
def test_a_sample_of_calls_may_fail(stage: Stage, top: Path, manner: Manner):
    """Every 17th call, another one first for each manner; and every COMMIT whose answer was lost."""
    calls = sampled(stage, manner)
    assert len(calls) >= stage.calls // STRIDE
    for call in calls:
        fail_at(stage, top, call, manner)


@pytest.mark.prove
@pytest.mark.parametrize("piece", range(PIECES))
@pytest.mark.parametrize("manner", list(Manner), ids=lambda manner: manner.value)
def test_every_call_may_fail(stage: Stage, top: Path, manner: Manner, piece: int):
    """Each database, file and network call of one whole sync, both sides."""
    for call in range(1 + piece, stage.calls + 1, PIECES):
        fail_at(stage, top, call, manner)


def test_a_promise_broken_by_one_failing_call_is_found_and_named(
    stage: Stage, top: Path, monkeypatch: pytest.MonkeyPatch
):
    """Without the memory of what a submit became, one lost answer to a COMMIT saves a traveller twice."""
    monkeypatch.setattr("edge.store.drafts.finish", lambda *_, **__: None)
    commits = [call for call, (_, what) in enumerate(stage.made, 1) if what == "COMMIT"]
    with pytest.raises(AssertionError, match=r"stored more often|at the hub 2 times") as failed:  # noqa: PT012 - one of them raises
        for call in commits:
            fail_at(stage, top, call - 1, Manner.ERROR_KEPT)  # `finish` is one call less
    assert any("python -m tests.simulation.sweep --call" in note for note in failed.value.__notes__)


def test_one_call_is_replayed_by_its_line(capsys: pytest.CaptureFixture[str]):
    """The printed line runs by itself."""
    assert main(["--call", "3", "--manner", "power, kept"]) == 0
    assert "exactly once" in capsys.readouterr().out
