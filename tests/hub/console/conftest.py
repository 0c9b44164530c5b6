"""A whole small centre for every test of the console."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.hub.console.centre import Browser, Centre, Papers, make_papers, open_centre, staff


@pytest.fixture(scope="session")
def papers() -> Papers:
    """The keys of one centre."""
    return make_papers()


@pytest.fixture(scope="session")
def staffed(papers: Papers, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Its files with everybody on a password of their own, closed: made once, copied for each test."""
    directory = tmp_path_factory.mktemp("staffed")
    centre = open_centre(directory, papers)
    staff(centre)
    centre.close()
    return directory


@pytest.fixture
def files(staffed: Path, tmp_path: Path) -> Path:
    """A copy of the files for one test."""
    return Path(shutil.copytree(staffed, tmp_path / "centre"))


@pytest.fixture
def centre(files: Path, papers: Papers) -> Iterator[Centre]:
    """Three desks, three posts; no check yet."""
    opened = open_centre(files, papers)
    yield opened
    opened.close()


@pytest.fixture
def rs(centre: Centre) -> Browser:
    """The Serbian desk's operator, signed in."""
    return centre.browser("RS")
