"""A restored or cloned device goes on under a new number, and nothing it holds is lost or told twice."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.edge.reborn import Stage


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    made = Stage(tmp_path)
    yield made
    made.close()


def test_a_restored_device_keeps_what_the_centre_lacks(stage: Stage):
    """Two checks known to both, two only on the older copy, one only at the centre: each is there once."""
    stage.officer.capture()
    stage.talk()
    image = stage.image("monday")
    stage.officer.capture()
    stage.talk()
    stage.put_back(image)
    for _ in range(2):
        stage.officer.capture()
    assert stage.talk() in ("feed_cloned", "")
    stage.enrol_again(20)
    stage.officer.capture()
    stage.finish()
    assert set(stage.remarks().values()) == {1}
    assert len(stage.remarks()) == 5
