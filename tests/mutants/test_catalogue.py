"""The planted faults can all be planted: a fault whose source has moved on proves nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.mutants import catalogue
from tests.mutants.catalogue import gather, stale
from tests.mutants.plant import HOUSE, Fate, Mutant, judge


def mutant(**changed: object) -> Mutant:
    whole: dict[str, object] = {
        "name": "one-too-many", "promise": "counting", "path": "count.py", "old": "x = 1", "new": "x = 2",
        "tests": ("test_count.py",),
    }  # fmt: skip
    return Mutant(**(whole | changed))  # type: ignore[arg-type]  # its own fields


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """A house of one module with one test that holds its number."""
    profile = 'from hypothesis import settings\n\nsettings.register_profile("unshrunk")\n'
    (tmp_path / "conftest.py").write_text(profile)
    (tmp_path / "count.py").write_text("x = 1\ny = 1\n")
    (tmp_path / "test_count.py").write_text("import count\n\ndef test_x():\n    assert count.x == 1\n")
    return tmp_path


@pytest.mark.parametrize("fault", gather(), ids=lambda fault: fault.name)
def test_each_fault_fits_the_source_it_spoils(fault: Mutant):
    """The piece it replaces stands exactly once in its file, and its tests exist."""
    assert stale(fault, HOUSE) is None
    assert fault.old != fault.new


def test_a_module_of_faults_joins_by_its_name(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    """Every `faults*.py` of the folder is read, and nothing else there."""
    for name in ("faults.py", "faults_matching.py", "plant.py"):
        (tmp_path / name).touch()
    monkeypatch.setattr(catalogue, "SHELF", tmp_path)
    assert catalogue.modules() == ["faults", "faults_matching"]


def test_faults_are_chosen_by_their_name_or_their_module():
    """A wrong name is said to be wrong, so that nobody takes an empty run for a good one."""
    first = gather()[0]
    assert gather([first.name]) == [first]
    assert first in gather(["faults"])
    with pytest.raises(LookupError, match="no-such"):
        gather(["no-such"])


@pytest.mark.parametrize(
    ("spoilt", "why"),
    [
        ({"old": "= 1"}, "occurs 2 times"),
        ({"old": "z = 1"}, "occurs 0 times"),
        ({"path": "gone.py"}, "occurs 0 times"),
        ({"tests": ("test_gone.py::test_x",)}, "there is no test_gone"),
    ],
)
def test_a_stale_fault_is_named(house: Path, spoilt: dict[str, object], why: str):
    """Source that has gone, or stands twice, and a test that has gone."""
    assert why in str(stale(mutant(**spoilt), house))


def test_a_fault_is_caught_survives_or_is_stale_and_the_copy_is_whole_again(house: Path):
    """One after another in the same copy, in the same second, with compiled files kept between them."""
    faults = [mutant(), mutant(old="y = 1", new="y = 2"), mutant(old="z", new="w"), mutant()]
    fates = [judge(fault, house).fate for fault in faults]
    assert fates == [Fate.CAUGHT, Fate.SURVIVED, Fate.STALE, Fate.CAUGHT]
    assert (house / "count.py").read_text() == "x = 1\ny = 1\n"
