"""What the console says of a post that only sticks and neighbours speak for: when its word was written,
when it came, and by which way; never that there was a contact."""

from __future__ import annotations

from pathlib import Path

import pytest

from hub.app import create_app
from hub.desk.machines import NodeRow, NodeState
from hub.desk.people import desk_itself
from tests.courier.house import HOUR_MS, House
from tests.courier.test_relay import call, link_of
from tests.simulation.machine import Post

DAY_MS = 24 * HOUR_MS


def row_of(house: House, post: Post) -> NodeRow:
    rows = house.centre.hub.desk.nodes(desk_itself("BA"))
    return next(row for row in rows if row.node == post.number)


@pytest.fixture
def written(house: House) -> House:
    """Klobuk, never in contact, has written a stick an hour ago with a check on it."""
    house.officers["KLOBUK"].capture()
    house.post_export(house.klobuk)
    house.sky.move(HOUR_MS)
    return house


def test_a_stick_is_no_contact_and_says_when_it_was_written(written: House):
    """The check's time by the post's clock, and the time it came: an hour apart. No contact is claimed."""
    at_write_ms = written.sky.ms - HOUR_MS
    written.hub_import()
    row = row_of(written, written.klobuk)
    assert row.last_seen_ms is None
    assert row.route == "stick"
    assert row.written_ms is not None
    assert abs(row.written_ms - at_write_ms) < 60_000
    assert row.carried_ms == written.sky.ms
    assert row.state is not NodeState.NEVER
    assert row.backlog == 0


def test_a_neighbour_is_named_as_the_way(house: House):
    """What another post handed on is told as that."""
    house.officers["GOSTUN"].capture()
    call(house, house.gostun)
    house.sky.move(HOUR_MS)
    house.klobuk.node.relay.forward(link_of(house))
    row = row_of(house, house.gostun)
    assert (row.route, row.last_seen_ms) == ("neighbour", None)
    assert row.written_ms is not None
    assert row.written_ms <= house.sky.ms - HOUR_MS < (row.carried_ms or 0)


def test_a_stick_older_than_the_last_contact_says_nothing_new(written: House):
    """The post was in contact since: an old stick neither counts as news nor takes anything back."""
    for _ in range(5):  # for some posts or for all, as it comes
        written.operators.raise_alert()
    written.contact(written.klobuk)
    assert written.klobuk.look("SELECT sum(position) FROM cursor") != [(0,)]
    before = row_of(written, written.klobuk)
    written.sky.move(HOUR_MS)
    written.hub_import()
    after = row_of(written, written.klobuk)
    assert (after.written_ms, after.carried_ms, after.route) == (None, None, "")
    assert (after.last_seen_ms, after.behind, after.backlog) == (before.last_seen_ms, 0, 0)
    assert before.behind == 0


def test_an_old_slip_does_not_take_back_what_was_read_since(house: House):
    """Written before the list came, carried here after it: the post lacks nothing, and the board says so."""
    house.contact(house.klobuk)
    house.post_export(house.klobuk)
    for _ in range(5):
        house.operators.raise_alert()
    house.contact(house.klobuk)
    house.contact(house.klobuk)
    assert row_of(house, house.klobuk).behind == 0
    house.hub_import()
    assert row_of(house, house.klobuk).behind == 0


def test_of_two_sticks_the_later_written_counts_whichever_comes_first(written: House, tmp_path: Path):
    """The one from the drawer takes nothing back, though it came last."""
    later = tmp_path / "later"
    later.mkdir()
    written.officers["KLOBUK"].capture()
    written.post_export(written.klobuk, later)
    written.sky.move(HOUR_MS)
    written.hub_import(later)
    first = row_of(written, written.klobuk)
    written.sky.move(HOUR_MS)
    written.hub_import()
    second = row_of(written, written.klobuk)
    assert (second.written_ms, second.carried_ms) == (first.written_ms, first.carried_ms)


def test_a_stick_newer_than_the_last_contact_is_told_beside_it(house: House):
    """Both stand there: the contact as a contact, the stick as what came later."""
    house.contact(house.klobuk)
    seen = row_of(house, house.klobuk).last_seen_ms
    house.sky.move(DAY_MS)
    house.officers["KLOBUK"].capture()
    house.post_export(house.klobuk)
    house.sky.move(HOUR_MS)
    house.hub_import()
    row = row_of(house, house.klobuk)
    assert row.last_seen_ms == seen
    assert seen is not None
    assert row.written_ms is not None
    assert row.written_ms > seen + DAY_MS - HOUR_MS


def test_a_post_is_silent_by_when_its_word_was_written_not_by_when_it_came(written: House):
    """A stick that lay in a drawer for a month brings no fresh word."""
    written.sky.move(30 * DAY_MS)
    written.hub_import()
    assert row_of(written, written.klobuk).state is NodeState.SILENT


def test_a_clock_ahead_writes_nothing_later_than_it_came(house: House):
    """What a post dates into next week was still written before it came."""
    house.klobuk.off_ms = 7 * DAY_MS
    house.officers["KLOBUK"].capture()
    house.post_export(house.klobuk)
    house.hub_import()
    row = row_of(house, house.klobuk)
    assert row.written_ms is not None
    assert row.written_ms <= house.sky.ms


def test_what_a_slip_says_it_has_read_is_counted(house: House):
    """After a stick there and back, and one more there, the post lacks nothing, and the board says so."""
    for _ in range(3):
        house.operators.raise_alert()
    house.there_and_back(house.klobuk)
    lacking = row_of(house, house.klobuk).behind
    house.sky.move(HOUR_MS)
    house.there_and_back(house.klobuk)
    row = row_of(house, house.klobuk)
    assert lacking > 0
    assert (row.behind, row.last_seen_ms) == (0, None)
    assert row.list_age_s is not None
    assert row.list_age_s >= HOUR_MS // 1000


def test_the_page_says_so_in_words(written: House):
    """By stick, when it was written, when it came; and that there never was a contact."""
    written.hub_import()
    hub = written.centre.hub
    people = hub.desk.people
    people.add_with(
        desk_itself("BA"), login="ba.desk", full_name="BA operator", role="operator", posts=(),
        password="spring river stone",
    )  # fmt: skip
    entered = people.sign_in(login="ba.desk", password="spring river stone", device="test")
    people.change_password(
        entered, current="spring river stone", new="quiet mountain road", again="quiet mountain road"
    )
    client = create_app(hub).test_client()
    page = client.get("/sign-in").text
    token = page.partition('name="csrf_token" value="')[2].partition('"')[0]
    client.post("/sign-in", data={"csrf_token": token, "login": "ba.desk", "password": "quiet mountain road"})
    board = client.get("/nodes").text
    assert "by stick, written 1 h ago" in board
    assert "came just now" in board
    assert "UTC by the post" in board
    assert "never" in board
