"""What a restored hub lacks comes back without a link, too: by stick, or through a neighbour with one."""

from __future__ import annotations

import pytest

from shared import courier
from shared.courier import Sort
from tests.restore.centre import MINUTE_MS, Lost


def test_a_stick_gives_back_too(house: Lost):
    """A post without a link hears of the new life from a packet; its next stick brings what is lacking."""
    klobuk = house.klobuk
    house.talk()
    backup = house.back_up()
    house.operators.raise_alert()
    house.capture(klobuk)
    house.talk()
    held = klobuk.look("SELECT id FROM alert_record")
    house.restore(backup)
    house.there_and_back(klobuk)
    assert klobuk.look("SELECT generation FROM hub_state") == [(20,)]
    report = house.there_and_back(klobuk)
    assert report.problems == []
    assert house.centre.look("SELECT id FROM alert_record") == held
    assert house.checks() == 1
    house.there_and_back(klobuk)
    owed = klobuk.look("SELECT count(*) FROM feed_segment WHERE generation < 20 AND returned < 20")
    assert owed == [(0,)]
    assert not [name for name in house.names() if "back" in name and not _is_list_only(house, name)]


def enrolled_before_the_loss(house: Lost) -> int:
    """Klobuk goes on under number 30, and the backup is older than five of its checks; its number before."""
    klobuk = house.klobuk
    house.capture(klobuk)
    house.talk()
    backup = house.back_up()
    house.capture(klobuk, 5)
    house.talk()
    old = klobuk.number
    house.enrol_again(klobuk, 30)
    house.restore(backup)
    return old


def test_a_stick_brings_what_was_sent_under_an_earlier_number(house: Lost, monkeypatch: pytest.MonkeyPatch):
    """The device was enrolled again, then the hub lost: checks of the old number come back by stick alone."""
    monkeypatch.setattr("edge.renewal.BUNDLE_MAX_CHANGES", 2)
    klobuk, old = house.klobuk, enrolled_before_the_loss(house)
    assert house.checks() == 1
    for _ in range(2):  # it hears of the new life, and asks how far that has the old feed
        assert house.there_and_back(klobuk).problems == []
    house.post_export(klobuk)
    written = house.names()
    assert [name for name in written if name.startswith(f"up-{old}-1-")] != []
    again = house.post_export(klobuk)
    assert (house.names(), again.cleared) == (written, 0)
    assert house.hub_import().problems == []
    assert house.checks() == 6
    assert [name for name in house.names() if name.startswith(f"up-{old}-")] == []
    house.hub_export()
    house.post_import(klobuk)
    house.post_export(klobuk)
    assert [name for name in house.names() if name.startswith(f"up-{old}-")] == []


@pytest.mark.parametrize("week_passes", [False, True])
def test_files_that_nobody_takes_any_more_give_way(house: Lost, *, week_passes: bool):
    """The device is enrolled once more before its stick arrives: the hub would refuse what 30 brings."""
    klobuk, old = house.klobuk, enrolled_before_the_loss(house)
    for _ in range(2):
        house.there_and_back(klobuk)
    house.post_export(klobuk)
    written = house.names()
    assert [name for name in written if name.startswith(f"up-{old}-1-")] != []
    if week_passes:  # another prekey, so other bytes and other names
        house.pass_week()
    house.enrol_again(klobuk, 31)
    house.post_export(klobuk)
    assert len(house.names()) == len(written) + 1  # a slip
    assert [problem.name for problem in house.hub_import().problems] == ["up-30-slip.krl"]
    assert house.checks() == 6


def alone_told(house: Lost) -> int:
    """An alert that only Gostun was told, and the restored hub lacks."""
    house.capture(house.gostun)
    house.talk()
    backup = house.back_up()
    alert = house.alert_for(house.gostun)
    house.talk()
    house.restore(backup)
    return alert


def test_a_post_behind_a_neighbour_gives_back_too(house: Lost):
    """What only a post without a link was told comes back through the one that carries for it."""
    gostun, klobuk, alert = house.gostun, house.klobuk, alone_told(house)
    house.by_neighbour(gostun, klobuk)
    assert house.centre.look("SELECT id FROM alert_record") == []
    house.by_neighbour(gostun, klobuk)
    assert house.centre.look("SELECT id FROM alert_record") == [(alert,)]
    assert klobuk.look("SELECT count(*) FROM relay_gift") == [(0,)]
    house.by_neighbour(gostun, klobuk)
    assert gostun.look("SELECT count(*) FROM feed_segment WHERE generation < 20 AND returned < 20") == [(0,)]
    assert klobuk.look("SELECT count(*) FROM alert_record") == [(0,)]


def test_a_gift_that_was_lost_on_its_way_is_handed_over_again(house: Lost):
    """A relay that is told and dies keeps it; one that loses it is given it once more, in an hour."""
    gostun, klobuk, alert = house.gostun, house.klobuk, alone_told(house)
    house.by_neighbour(gostun, klobuk)
    house.hand_over(gostun, klobuk)
    klobuk.restart()
    assert klobuk.look("SELECT count(*) FROM relay_gift") == [(1,)]
    with klobuk.database.transaction() as tx:
        tx.execute("DELETE FROM relay_gift")
    house.by_neighbour(gostun, klobuk)
    assert house.centre.look("SELECT id FROM alert_record") == []
    house.sky.move(60 * MINUTE_MS)
    house.by_neighbour(gostun, klobuk)
    assert house.centre.look("SELECT id FROM alert_record") == [(alert,)]


def test_gifts_go_one_after_another_as_the_hub_says_that_it_has_them(
    house: Lost, monkeypatch: pytest.MonkeyPatch
):
    """The relay holds one; what the hub will not have does not stop those behind it."""
    monkeypatch.setattr("edge.returning.RETURN_BUDGET_BYTES", 1)  # a segment each
    gostun, klobuk = house.gostun, house.klobuk
    house.capture(gostun)
    house.talk()
    backup = house.back_up()
    alerts = []
    for _ in range(4):
        alerts.append((house.alert_for(gostun),))
        house.talk()
    house.restore(backup)
    house.by_neighbour(gostun, klobuk)
    ((first,),) = gostun.look("SELECT min(first) FROM feed_segment WHERE scope = 'post:GOSTUN'")
    with gostun.database.transaction() as tx:  # as if the disk had spoilt it
        tx.execute(
            "UPDATE feed_segment SET signature = zeroblob(64) WHERE first = ? AND scope <> 'all'", (first,)
        )
    for _ in range(9):
        house.by_neighbour(gostun, klobuk)
    assert house.centre.look("SELECT id FROM alert_record ORDER BY id") == []
    for _ in range(9):
        house.sky.move(60 * MINUTE_MS)
        house.by_neighbour(gostun, klobuk)
    assert house.centre.look("SELECT id FROM alert_record ORDER BY id") == alerts[1:]


def test_a_metered_neighbour_gives_nothing_back(house: Lost):
    """What is urgent may cost; what was said once can wait for a better link, or a stick."""
    gostun, klobuk, alert = house.gostun, house.klobuk, alone_told(house)
    klobuk.stop()
    klobuk.metered = True
    klobuk.boot()
    for _ in range(2):
        house.by_neighbour(gostun, klobuk)
    assert house.centre.look("SELECT id FROM alert_record") == []
    klobuk.stop()
    klobuk.metered = False
    klobuk.boot()
    house.by_neighbour(gostun, klobuk)
    assert house.centre.look("SELECT id FROM alert_record") == [(alert,)]


def _is_list_only(house: Lost, name: str) -> bool:
    load = courier.read_load(courier.open_file((house.folder / name).read_bytes(), Sort.LOAD))
    return load.returned is not None and not load.returned.sealed
