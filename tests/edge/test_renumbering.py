"""A restored or cloned device goes on under a new number, and nothing it holds is lost or told twice."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from shared.errors import ConfigError
from shared.ids import node_of_dot, print_dot
from shared.ledger import records
from shared.schema import Kind
from shared.watchlist import subject_of
from tests.edge.reborn import Stage
from tests.simulation.machine import DAY_MS, Post
from tests.simulation.papers import make_papers
from tests.simulation.power import Moment, PowerCut

TABLES = ("check_record", "hit_record", "attachment_record", "history", "log", "own_head", "formerly", "life")


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    made = Stage(tmp_path)
    yield made
    made.close()


def state(post: Post) -> dict[str, list[tuple[object, ...]]]:
    return {table: sorted(post.look(f"SELECT * FROM {table}"), key=repr) for table in TABLES}  # noqa: S608 - above


def forked(stage: Stage) -> None:
    """Monday's copy back in place: one check known to both, two at the centre alone, three here alone."""
    stage.officer.capture()
    stage.talk()
    image = stage.image("monday")
    for _ in range(2):
        stage.officer.capture()
    stage.talk()
    stage.put_back(image)
    for _ in range(3):
        stage.officer.capture()


def test_a_restored_device_keeps_what_the_centre_lacks(stage: Stage):
    """Whoever captured it, and under whichever number: each check is at the centre once."""
    forked(stage)
    stage.talk()
    assert "refused_feed_forked" in dict(stage.post.node.booth.status().trouble)
    stage.enrol_again(20)
    stage.officer.capture()
    stage.finish()
    assert set(stage.remarks().values()) == {1}
    assert len(stage.remarks()) == 7


def test_the_booth_goes_on_while_the_centre_is_asked(stage: Stage):
    """Nothing is sent under the old number, all is saved, and the page says what is going on."""
    forked(stage)
    stage.enrol_again(20)
    before = len(stage.remarks())
    stage.officer.capture()
    status = stage.post.node.booth.status()
    assert (status.renewing, status.node, status.formerly) == ("asking", 20, ("KLOBUK-1",))
    assert status.queue >= 3
    stage.talk()
    assert stage.post.node.booth.status().renewing == "starting"
    assert len(stage.remarks()) == before


def test_two_devices_of_one_disk_both_go_on(stage: Stage):
    """A copied disk runs in two devices; each is enrolled again, and neither loses or repeats anything."""
    stage.officer.capture()
    stage.talk()
    other, officer = stage.clone(stage.image("copy"), "other")
    for who in (stage.officer, officer, stage.officer, officer):
        who.capture()
    stage.talk()
    stage.talk(other)
    stage.enrol_again(20)
    stage.enrol_again(21, other)
    stage.finish()
    stage.finish(other)
    stage.operators.correct_check()
    for post in (stage.post, other):
        assert stage.talk(post) == ""
    rows = stage.centre.look("SELECT count(*) FROM check_record")
    assert rows == [(5,)]
    other.stop()


def test_a_copy_of_before_is_enrolled_once_more(stage: Stage):
    """The disk is put back to a copy that has the number of before: it goes on under a third one."""
    stage.officer.capture()
    stage.talk()
    image, papers = stage.image("monday"), stage.post.identity
    stage.enrol_again(20)
    stage.finish()
    stage.officer.capture()
    stage.talk()
    newest = stage.post.identity
    stage.put_back(image, papers)
    stage.officer.capture()
    assert stage.talk() == "node_replaced"
    assert "node_replaced" in dict(stage.post.node.booth.status().trouble)
    stage.post.become(newest)
    stage.enrol_again(21)
    stage.finish()
    assert set(stage.remarks().values()) == {1}
    assert len(stage.remarks()) == 3


def test_printed_ids_lead_to_the_check_they_were_printed_for(stage: Stage):
    """At the post and at the centre."""
    forked(stage)
    mine = list(stage.officer.saved)[-1]
    printed = print_dot(int(mine), post="KLOBUK", epoch=1)
    stage.enrol_again(20)
    stage.finish()
    session = stage.officer.session
    view = stage.post.node.booth.check(session, printed)
    assert view.values["remark"] == stage.officer.saved[mine]
    assert view.row.printed.startswith("KLOBUK-2-R-")


def test_a_hit_that_went_ahead_comes_again_with_its_check(stage: Stage):
    """It overtook its check to the centre: the check gets another number, and the hit must name that one."""
    while not stage.post.look("SELECT 1 FROM hit_record"):
        stage.operators.raise_alert()
        stage.talk()
        stage.officer.capture()
    stage.send_urgent_alone()
    assert stage.centre.look("SELECT count(*) > 0 FROM hit_record") == [(1,)]
    stage.enrol_again(20)
    stage.finish()
    orphans = stage.centre.look(
        'SELECT count(*) FROM check_record c JOIN hit_record h ON h."check" = c.id WHERE c.id >> 42 = 20'
    )
    assert int(str(orphans[0][0])) >= 1
    at_post = stage.post.look('SELECT h."check" FROM hit_record h JOIN check_record c ON c.id = h."check"')
    assert any(node_of_dot(int(str(check))) == 20 for (check,) in at_post)


def test_a_database_without_its_number_in_the_papers_is_refused(stage: Stage):
    """A foreign certificate beside it must not go on in its log."""
    stage.post.stop()
    other = replace(make_papers(4).posts[3], database_key=stage.post.identity.database_key)
    stage.post.become(other)
    with pytest.raises(ConfigError) as refused:
        stage.post._start()
    assert refused.value.code == "another_nodes_log"


def test_power_may_fail_at_any_step(stage: Stage, tmp_path: Path):
    """A cut leaves the old number's log or the new one's, whole; the next start goes on from there."""
    forked(stage)
    stage.talk()
    stage.enrol_again(20)
    stage.talk()
    assert stage.post.node.renumber_due
    stage.post.stop()
    before = tmp_path / "before.image"
    shutil.copy(stage.post.disk.path, before)
    stage.post.boot()
    after = state(stage.post)
    assert not stage.post.node.kit.renewing
    step, cuts = 1, 0
    while True:
        stage.post.stop()
        for part in ("", "-wal", "-shm"):
            stage.post.disk.path.with_name(stage.post.disk.path.name + part).unlink(missing_ok=True)
        shutil.copy(before, stage.post.disk.path)
        stage.post.disk.fuse.arm(Moment.IN_BETWEEN, step)
        try:
            stage.post._start()
        except PowerCut:
            cuts += 1
            stage.post.disk.fuse.blown = None
            stage.post.disk.cut()
            stage.post._start()
        else:
            stage.post.disk.fuse.disarm()
            break
        assert state(stage.post) == after, f"step {step}"
        step += 7
    assert cuts > 10


def test_a_full_disk_stops_the_step_and_not_the_booth(stage: Stage):
    """The log stays under its old number, checks are saved, and the step is made later."""
    forked(stage)
    stage.talk()
    stage.enrol_again(20)
    stage.talk()
    stage.post.stop()
    stage.post.disk.fuse.arm(Moment.DISK_FULL, 30)
    stage.post._start()
    stage.post.disk.fuse.disarm()
    assert stage.post.node.kit.renewing
    assert not stage.post.node.renumber_due
    stage.officer.capture()
    stage.sky.move(11 * 60_000)
    assert stage.post.node.renumber_due
    stage.finish()


def test_travellers_are_found_by_what_they_are_called_now(stage: Stage):
    """Keys and persons of moved checks lead to their new ids, and to nothing that is gone."""
    forked(stage)
    stage.enrol_again(20)
    stage.finish()
    for table in ("check_key", "seen_entry"):
        column = "record" if table == "check_key" else "owner"
        gone = stage.post.look(f"SELECT 1 FROM {table} WHERE {column} NOT IN (SELECT id FROM check_record)")  # noqa: S608 - above
        assert not gone, table


def test_what_the_centre_merged_is_known_though_its_prekey_died(stage: Stage):
    """A copy from before anything was cut, and bundles that nobody can open: each check is there once."""
    for _ in range(2):
        stage.officer.capture()
    image = stage.image("monday")
    stage.talk()
    stage.operators.correct_check()
    stage.sky.move(8 * DAY_MS)
    stage.centre.hub.rotate_prekeys()
    stage.centre.lose_old_prekeys()
    stage.put_back(image)
    stage.officer.capture()
    stage.enrol_again(20)
    stage.finish()
    assert stage.remarks() == {"KLOBUK 1": 1, "KLOBUK 2": 1, "KLOBUK 3": 1}


def check_keys_are_true(post: Post) -> bool:
    """Whether own checks are found by exactly what they say."""
    matcher = post.node.kit.matcher
    with post.database.snapshot() as tx:
        checks = records.select(tx, Kind.CHECK, "void IS NULL")
    expected = {(key, check.id) for check in checks for key in matcher.keys_of(subject_of(check.values))}
    return set(post.look("SELECT key, record FROM check_key")) == expected


@pytest.mark.parametrize("said", ["corrected", "erased"])
def test_what_is_said_of_a_record_yet_to_come_waits_for_its_own(stage: Stage, said: str):
    """The centre means the check that the copy lacks: the next one of that number is as it was captured."""
    image = stage.image("monday")
    stage.officer.capture()
    stage.talk()
    stage.operators.correct_check()
    if said == "erased":
        (saved,) = stage.officer.saved
        stage.operators._erase(int(saved), owner="BA")
    stage.put_back(image)
    stage.talk()
    stage.officer.capture()
    with stage.post.database.snapshot() as tx:
        (check,) = records.select(tx, Kind.CHECK)
        assert [each.creates for each in records.changes_of(tx, Kind.CHECK, check.id)] == [True]
    assert check_keys_are_true(stage.post)
    stage.enrol_again(20)
    stage.finish()
    assert check_keys_are_true(stage.post)
    assert stage.remarks() == {**({} if said == "erased" else {"KLOBUK 1": 1}), "KLOBUK 2": 1}


def test_what_moves_names_what_moves(stage: Stage):
    """Hits and photos of checks that get new numbers go with them: nothing names what is not here."""
    stage.operators.raise_alert()
    stage.talk()
    image = stage.image("monday")
    stage.officer.capture()
    stage.talk()
    stage.put_back(image)
    while not (
        stage.post.look("SELECT 1 FROM hit_record") and stage.post.look("SELECT 1 FROM attachment_record")
    ):
        stage.operators.raise_alert()
        stage.talk()
        stage.officer.capture()
    stage.enrol_again(20)
    stage.finish()
    moved = stage.post.look("SELECT count(*) FROM hit_record WHERE id >> 42 = 20")
    assert int(str(moved[0][0])) > 0
    for table, column in (("hit_record", '"check"'), ("attachment_record", '"of"')):
        gone = f"{column} NOT IN (SELECT id FROM check_record)"  # noqa: S608 - above
        sql = f"SELECT count(*) FROM {table} WHERE id >> 42 = 20 AND {gone}"  # noqa: S608 - above
        assert stage.post.look(sql) == [(0,)], table
        assert stage.centre.look(sql) == [(0,)], table
