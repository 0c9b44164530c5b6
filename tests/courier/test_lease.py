"""A stick renews a post's lease."""

from __future__ import annotations

from edge import lease
from shared.limits import LEASE_DAYS
from tests.courier.house import HOUR_MS, House
from tests.simulation.machine import Post


def locked(post: Post) -> str:
    with post.database.snapshot() as tx:
        return lease.state(post.node.kit, tx).locked


def test_a_walk_renews_the_lease_and_matches_what_waited(house: House):
    """A post without a link for eight days: its list is locked, its work is kept; the stick opens it, and
    the check made meanwhile meets the alert that had been there all along."""
    post, officer = house.klobuk, house.officers["KLOBUK"]
    for _ in range(30):
        house.operators.raise_alert()
    house.there_and_back(post)
    assert locked(post) == ""
    house.sky.move((LEASE_DAYS + 1) * 24 * HOUR_MS)
    assert locked(post) == "lease_ended"
    officer.capture()
    assert post.look("SELECT count(*) FROM unmatched") == [(1,)]
    assert post.look("SELECT count(*) FROM hit_record") == [(0,)]
    assert house.there_and_back(post).problems == []
    assert locked(post) == ""
    assert post.look("SELECT count(*) FROM unmatched") == [(0,)]
    ((late,),) = post.look("SELECT count(*) FROM hit_record WHERE late")
    assert int(str(late)) > 0


def test_a_lease_from_a_stick_counts_from_the_hubs_signature(house: House):
    """What walked for three days gives four, not seven."""
    post = house.klobuk
    house.there_and_back(post)
    house.post_export(post)
    house.hub_import()
    house.hub_export()
    house.sky.move(3 * 24 * HOUR_MS)
    house.post_import(post)
    with post.database.snapshot() as tx:
        left_s = lease.state(post.node.kit, tx).left_s
    assert left_s is not None
    assert abs(left_s - (LEASE_DAYS - 3) * 24 * 3600) < 3600
