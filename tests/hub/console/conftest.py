"""A whole small centre for every test of the console."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.hub.console.centre import Browser, Centre, make_centre


@pytest.fixture
def centre(tmp_path: Path) -> Iterator[Centre]:
    """Three desks, three posts, everybody on a password of their own; no check yet."""
    made = make_centre(tmp_path)
    yield made
    made.close()


@pytest.fixture
def rs(centre: Centre) -> Browser:
    """The Serbian desk's operator, signed in."""
    return centre.browser("RS")
