"""A stick between real posts and a real hub: what a link would do, by foot."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from edge.node import assemble
from edge.stick import Stick as PostStick
from edge.store import feed
from hub.desk.view import Operator
from shared import courier, segment
from shared.courier import Sort
from shared.enrolment import Revocations
from shared.errors import StoreError
from shared.ids import Lane
from tests.courier.house import HOUR_MS, House
from tests.simulation.papers import authority_keys


def capture(house: House, name: str, count: int = 3) -> None:
    for _ in range(count):
        house.sky.move(60_000)
        house.officers[name].capture()


def test_a_walk_there_and_back_does_what_a_contact_does(house: House):
    """Checks go up, alerts and receipts come down, and the queue is empty as after a contact."""
    capture(house, "KLOBUK")
    house.operators.raise_alert()
    assert house.queue(house.klobuk) > 0
    report = house.there_and_back(house.klobuk)
    assert report.problems == []
    assert house.checks() == 3
    assert house.queue(house.klobuk) == 0
    heads = house.centre.look("SELECT feed & 3, head FROM feed WHERE node = 2 ORDER BY feed")
    assert {Lane(int(str(lane))): head for lane, head in heads}.items() <= house.acked(house.klobuk).items()
    alerts = house.centre.look("SELECT position FROM scope WHERE name = 'all'")[0][0]
    assert house.klobuk.look("SELECT position FROM cursor WHERE scope = 'all'") == [(alerts,)]


def test_the_bundles_on_a_stick_are_the_bytes_of_the_wire(house: House):
    """What lies in the files is, byte for byte, what the next question would carry."""
    capture(house, "KLOBUK")
    house.post_export(house.klobuk)
    raws = [raw for (raw,) in house.klobuk.look("SELECT raw FROM sealed ORDER BY feed, first")]
    carried = []
    for path in house.loads(house.klobuk):
        carried += courier.read_load(courier.open_file(path.read_bytes(), Sort.LOAD)).bundles
    assert carried == raws


def test_one_stick_serves_many_posts_both_ways(house: House):
    """Three posts load one stick; the hub takes all, and each post finds its own packets and no other's."""
    for post in house.posts:
        capture(house, post.name, 2)
        house.post_export(post)
    house.operators.raise_alert()
    assert house.hub_import().nodes == {post.number for post in house.posts}
    assert house.checks() == 6
    house.hub_export()
    for left, post in zip((2, 1, 0), house.posts, strict=True):
        report = house.post_import(post)
        assert (report.taken, report.others, report.problems) == (1, left, [])
        assert house.queue(post) == 0


def test_a_post_that_never_spoke_is_known_by_its_slip(house: House):
    """No link, no `hub admit`: the certificate comes along, and is believed by the authority's signature."""
    assert house.centre.look("SELECT count(*) FROM node") == [(0,)]
    house.post_export(house.gostun)
    house.hub_import()
    assert house.centre.look("SELECT node, post FROM node") == [(2_000_000, "GOSTUN")]


def test_a_packet_can_be_written_for_a_post_that_is_not_on_the_stick(house: House, tmp_path: Path):
    """A new post without officers gets its first list from the hub alone."""
    house.contact(house.klobuk)
    house.operators.raise_alert()
    house.operators.appoint()
    fresh = tmp_path / "another"
    fresh.mkdir()
    assert house.hub_export(fresh, also=(house.klobuk.number,)).written == 1
    assert house.post_import(house.klobuk, fresh).taken == 1


def test_exporting_again_writes_only_what_is_new(house: House):
    """What is whole on the stick stays; a pulled export goes on where it was."""
    capture(house, "KLOBUK")
    first = house.post_export(house.klobuk)
    times = {path.name: path.stat().st_mtime_ns for path in house.loads(house.klobuk)}
    again = house.post_export(house.klobuk)
    assert (first.kept, again.kept) == (0, len(times))
    assert {path.name: path.stat().st_mtime_ns for path in house.loads(house.klobuk)} == times


def test_a_stick_does_not_grow_without_end(house: House):
    """Month after month on one stick: what receipts cover goes, packets replace packets."""
    sizes = []
    for _ in range(6):
        capture(house, "KLOBUK", 2)
        house.operators.raise_alert()
        house.there_and_back(house.klobuk)
        sizes.append(len(house.names()))
    assert sizes == [1] * 6  # the slip


def test_loads_of_an_unreachable_hub_are_tidied_by_the_post(house: House):
    """Where nothing was cleared at the hub, the post clears what its own receipts cover."""
    capture(house, "KLOBUK")
    house.post_export(house.klobuk)
    house.contact(house.klobuk)
    house.contact(house.klobuk)
    assert house.queue(house.klobuk) == 0
    report = house.post_export(house.klobuk)
    assert report.cleared > 0
    assert house.loads(house.klobuk) == []


def test_a_stick_played_again_changes_nothing(house: House, tmp_path: Path):
    """The same loads and the same packets a second time: no row, no cursor, no receipt moves."""
    capture(house, "KLOBUK")
    house.post_export(house.klobuk)
    up = shutil.copytree(house.stick, tmp_path / "up")
    house.hub_import()
    house.hub_export()
    down = shutil.copytree(house.stick, tmp_path / "down")
    house.post_import(house.klobuk)
    before, hub_before = house.state_of(house.klobuk), house.state_of_hub()
    assert house.hub_import(up).taken == 0
    report = house.post_import(house.klobuk, down)
    assert (report.taken, report.repeated, report.problems) == (0, 1, [])
    assert (house.state_of(house.klobuk), house.state_of_hub()) == (before, hub_before)


def test_an_older_stick_is_harmless_and_named(house: House, tmp_path: Path):
    """A packet that comes after a newer contact is told as old; it is no trouble, and nothing goes back."""
    house.post_export(house.klobuk)
    house.hub_import()
    house.hub_export()
    old = shutil.copytree(house.stick, tmp_path / "old")
    house.sky.move(HOUR_MS)
    house.operators.raise_alert()
    house.contact(house.klobuk)
    before = house.state_of(house.klobuk)
    report = house.post_import(house.klobuk, old)
    assert [problem.code for problem in report.problems] == ["packet_older"]
    assert house.state_of(house.klobuk) == before
    assert house.klobuk.node.booth.status().trouble == ()


def test_a_stick_that_overlaps_with_a_link_fits_in(house: House):
    """Segments the post has read by wire meanwhile are passed over; the rest is applied."""
    house.operators.raise_alert()
    house.post_export(house.klobuk)
    house.contact(house.klobuk)
    house.operators.raise_alert()
    house.sky.move(HOUR_MS)
    house.hub_import()
    house.hub_export()
    report = house.post_import(house.klobuk)
    assert (report.taken, report.changes, report.problems) == (1, 1, [])


def test_a_long_feed_comes_in_several_packets(house: House, monkeypatch: pytest.MonkeyPatch):
    """Packets follow one another on the stick; a missing one is a gap that is named, and the rest waits."""
    monkeypatch.setattr("hub.courier.REPLY_BUDGET_BYTES", 300)
    monkeypatch.setattr("hub.feed.SEGMENT_MAX_CHANGES", 1)
    for _ in range(12):
        house.operators.raise_alert()
    house.post_export(house.klobuk)
    house.hub_import()
    house.hub_export()
    packets = house.packets(house.klobuk)
    assert len(packets) > 2
    kept = packets[1].read_bytes()
    packets[1].unlink()
    report = house.post_import(house.klobuk)
    assert {problem.code for problem in report.problems} == {"feed_gap"}
    packets[1].write_bytes(kept)
    report = house.post_import(house.klobuk)
    assert report.problems == []
    positions = house.centre.look("SELECT position FROM scope WHERE name = 'all'")
    assert house.klobuk.look("SELECT position FROM cursor WHERE scope = 'all'") == positions


def test_the_list_is_as_old_as_the_packet_not_as_the_walk(house: House):
    """A stick that was carried for five hours brings a list of five hours, at least, and no contact."""
    house.operators.raise_alert()
    house.contact(house.klobuk)
    met = house.klobuk.node.booth.status().last_contact_ms
    house.post_export(house.klobuk)
    house.sky.move(HOUR_MS)
    house.hub_import()
    house.hub_export()
    house.sky.move(5 * HOUR_MS)
    house.post_import(house.klobuk)
    status = house.klobuk.node.booth.status()
    assert status.list.seconds == 5 * 3600
    assert status.last_contact_ms == met
    house.klobuk.restart()
    assert house.klobuk.node.booth.status().list.at_least


def test_a_stick_never_makes_time_certain(house: House):
    """A node that has heard nobody since it started says "at least", whatever a stick brings."""
    house.operators.raise_alert()
    house.post_export(house.klobuk)
    house.hub_import()
    house.hub_export()
    house.post_import(house.klobuk)
    kit = house.klobuk.node.kit
    assert not kit.time.certain
    assert house.klobuk.node.booth.status().list.at_least
    assert kit.time.at_least_ms is not None


def test_revocations_travel_by_stick(house: House):
    """A list the hub follows reaches a post that has no link."""
    paper = Revocations(number=3, issued_ms=1, nodes=frozenset({house.gostun.number})).signed(
        authority_keys().sign
    )
    house.centre.hub.revoked.take(paper)
    house.there_and_back(house.klobuk)
    assert house.klobuk.look("SELECT revocations_number FROM hub_state") == [(3,)]


def test_a_revoked_post_is_told_so_and_no_more(house: House):
    """Its load is refused by name and stays on the stick; it gets no packet."""
    capture(house, "GOSTUN")
    house.post_export(house.gostun)
    paper = Revocations(number=1, issued_ms=1, nodes=frozenset({house.gostun.number})).signed(
        authority_keys().sign
    )
    house.centre.hub.revoked.take(paper)
    before = house.state_of_hub()
    assert {problem.code for problem in house.hub_import().problems} == {"node_revoked"}
    assert house.state_of_hub() == before
    house.hub_export()
    assert house.packets(house.gostun) == []
    assert len(house.loads(house.gostun)) > 0


def test_a_revoked_post_gets_no_packet_though_somebody_names_it(house: House):
    """Known from better days, and named at the command: still nothing is sealed to it."""
    house.contact(house.gostun)
    paper = Revocations(number=1, issued_ms=1, nodes=frozenset({house.gostun.number})).signed(
        authority_keys().sign
    )
    house.centre.hub.revoked.take(paper)
    report = house.hub_export(also=(house.gostun.number,))
    assert [problem.code for problem in report.problems] == ["node_revoked"]
    assert house.packets(house.gostun) == []


def test_a_dead_prekey_is_resealed_by_stick(house: House):
    """Bundles sealed to a prekey that died are asked for again, and come in new envelopes: no fork."""
    capture(house, "KLOBUK")
    house.post_export(house.klobuk)
    house.sky.move(8 * 24 * HOUR_MS)
    house.centre.hub.rotate_prekeys()
    house.centre.lose_old_prekeys()
    house.hub_import()
    assert house.checks() == 0
    house.hub_export()
    house.post_import(house.klobuk)
    assert house.queue(house.klobuk) > 0
    house.there_and_back(house.klobuk)
    assert house.checks() == 3
    assert house.queue(house.klobuk) == 0


def give_up_too_early(house: House) -> Operator:
    """Of two bundles the second came, and the desk gave up on the first, which only ever lay at the post."""
    klobuk, desk = house.klobuk, house.centre.hub.desk
    for _ in range(2):
        capture(house, "KLOBUK", 1)
        klobuk.node.sealer.seal(link_appeared=True)
    with klobuk.database.snapshot() as tx:
        slip = klobuk.node.courier.slip(tx)
        _first, second = klobuk.node.kit.log.pending_of(tx, Lane.ROUTINE, after=0, budget_bytes=100_000)
    house.centre.hub.courier.take(courier.write_load(slip, [second.raw]))
    operator = house.operators._operator("BA")
    (gap,) = desk.gaps.rows(operator)
    desk.gaps.give_up(operator, second.feed, gap.first, gap.last, reason="nobody has it")
    assert house.checks() == 1
    house.hub_export(also=(klobuk.number,))
    house.post_import(klobuk)
    assert house.acked(klobuk)[Lane.ROUTINE] == second.first + second.count - 1
    return operator


def test_a_stick_brings_what_was_given_up_too_early(house: House):
    """The post's next stick has it, once, and no longer than it is asked for."""
    klobuk, operator = house.klobuk, give_up_too_early(house)
    house.post_export(klobuk)
    written = house.names()
    house.post_export(klobuk)
    assert house.names() == written  # kept, not written anew
    house.hub_import()
    assert house.checks() == 2
    assert house.centre.hub.desk.gaps.rows(operator) == ()
    house.hub_export()
    house.post_import(klobuk)
    house.post_export(klobuk)
    assert house.loads(klobuk) == []


def test_what_was_given_up_comes_though_its_prekey_died(house: House):
    """The head has passed it, and still it is asked for in a new envelope; no file is cleared before."""
    klobuk, operator = house.klobuk, give_up_too_early(house)
    house.sky.move(8 * 24 * HOUR_MS)
    house.centre.hub.rotate_prekeys()
    house.centre.lose_old_prekeys()
    house.post_export(klobuk)
    house.hub_import()
    assert house.loads(klobuk) != []
    house.hub_export()
    house.post_import(klobuk)
    house.there_and_back(klobuk)
    assert house.checks() == 2
    assert house.centre.hub.desk.gaps.rows(operator) == ()


def test_a_full_disk_at_the_hub_takes_nothing_and_clears_nothing(house: House):
    """The hub's own disk refuses: the command fails, and the loads stay on the stick."""
    from tests.simulation.power import Moment

    capture(house, "KLOBUK")
    house.post_export(house.klobuk)
    loads = house.loads(house.klobuk)
    house.centre.disk.fuse.arm(Moment.DISK_FULL, 1)
    with pytest.raises(StoreError) as told:
        house.hub_import()
    assert told.value.code == "disk_full"
    assert house.loads(house.klobuk) == loads
    house.hub_import()
    assert house.checks() == 3


def test_a_stick_and_a_link_may_bring_the_same_at_once(house: House):
    """A command takes the stick while the running node has asked and not yet heard: nothing goes back,
    nothing is applied twice, and the next contact finds all in order."""
    for _ in range(6):
        house.operators.raise_alert()
    house.post_export(house.klobuk)
    house.hub_import()
    house.operators.raise_alert()
    house.sky.move(HOUR_MS)
    house.hub_export()
    beside = assemble(house.klobuk.identity, house.klobuk.node.kit.world)  # as the command's own process

    def exchange(question: bytes) -> bytes:
        answer = house.centre.hub.exchange(question)
        with PostStick(house.stick) as shelf:
            beside.courier.import_(shelf)
        return answer

    house.klobuk.node.round.run(exchange)
    head_ms = house.klobuk.look("SELECT head_ms FROM hub_state")
    house.sky.move(HOUR_MS)
    house.contact(house.klobuk)
    positions = house.centre.look("SELECT position FROM scope WHERE name = 'all'")
    assert house.klobuk.look("SELECT position FROM cursor WHERE scope = 'all'") == positions
    assert house.klobuk.node.booth.status().trouble == ()
    assert house.klobuk.look("SELECT head_ms FROM hub_state") > head_ms
    assert house.klobuk.look("SELECT count(*) FROM alert_record") == [
        (house.klobuk.node.booth.status().alerts,)
    ]


def test_a_segment_moves_a_cursor_only_from_where_it_begins(house: House):
    """Applied late, again, or from a generation before: the cursor stays where it is."""
    for _ in range(3):
        house.operators.raise_alert()
    house.contact(house.klobuk)
    (row,) = house.klobuk.look(
        "SELECT generation, scope, first, last, raw, signature FROM feed_segment WHERE scope = 'all'"
    )
    identity = house.klobuk.identity
    piece = segment.read(row[4], row[5], hub=identity.hub_tag, key=identity.hub.hub.verify_key)  # type: ignore[arg-type]  # bytes
    for position, generation in ((piece.last + 5, 1), (0, 2)):
        with house.klobuk.database.transaction() as tx:
            tx.execute("UPDATE cursor SET position = ? WHERE scope = 'all'", (position,))
            tx.execute("UPDATE hub_state SET generation = ?", (generation,))
            feed.move(tx, piece, now_ms=1)
        assert house.klobuk.look("SELECT position FROM cursor WHERE scope = 'all'") == [(position,)]
