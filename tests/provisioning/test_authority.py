"""Making an authority: what is refused before any key is made."""

from __future__ import annotations

import pytest

from tests.provisioning.conftest import Machine


@pytest.mark.parametrize("name", ["", "x" * 101, "two\nlines"])
def test_a_name_that_no_card_could_hold(machine: Machine, name: str):
    """A card under such a name could be read by nobody."""
    assert machine.refused("authority", "init", machine.place / "authority", "--name", name) == "bad_name"
    assert not (machine.place / "authority").exists()
