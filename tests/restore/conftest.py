from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.restore.centre import Lost


@pytest.fixture
def house(tmp_path: Path) -> Iterator[Lost]:
    """A hub that can be lost, and three posts."""
    made = Lost(tmp_path)
    yield made
    made.close()
