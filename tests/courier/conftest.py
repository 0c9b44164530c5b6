from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.courier.house import House


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """A hub and three posts without any link."""
    made = House(tmp_path)
    yield made
    made.close()
