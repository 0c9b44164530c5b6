"""A post keeps the hub's signed originals until a backup of the life it talks with has what they say."""

from __future__ import annotations

import pytest

from shared.limits import PRUNE_AFTER_DAYS
from tests.restore.centre import Lost
from tests.simulation.machine import DAY_MS


def test_no_backup_of_a_life_that_never_had_them_lets_originals_go(house: Lost):
    """The post was silent until long after the new life's backup: it gives back what that lacks, and only
    another backup, and another fortnight, lets it go."""
    klobuk = house.klobuk
    house.talk()
    backup = house.back_up()
    house.operators.raise_alert()
    house.talk(klobuk)
    originals = "SELECT count(*) FROM feed_segment WHERE generation = 1"
    kept = klobuk.look(originals)
    house.restore(backup)
    house.sky.move((PRUNE_AFTER_DAYS + 1) * DAY_MS)
    house.back_up()
    with pytest.raises(InterruptedError):
        klobuk.node.round.run(house.once())
    klobuk.node.prune()
    assert klobuk.look(originals) == kept
    house.talk(klobuk)
    assert house.centre.look("SELECT count(*) FROM alert_record") == [(1,)]
    klobuk.node.prune()
    assert klobuk.look(originals) == kept
    house.sky.move((PRUNE_AFTER_DAYS + 1) * DAY_MS)
    house.back_up()
    house.talk(klobuk)
    klobuk.node.prune()
    assert klobuk.look(originals) == [(0,)]
