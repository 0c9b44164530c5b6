"""Late hits that the centre found: a task at the post like its own, and one where both found the same."""

from __future__ import annotations

from edge.booth import Booth
from edge.node import EdgeNode
from edge.screen import Session
from shared.change import Value
from shared.schema import Kind
from tests.edge.posts import Post, rows
from tests.edge.test_cases import admit
from tests.edge.test_lease import heard


def told(post: Post, node: EdgeNode, *, check: int, alert: int) -> None:
    """The centre's late hit on an own check arrives."""
    values: dict[str, Value] = {
        "owner": "BA",
        "check": check,
        "alert": alert,
        "alert_dot": alert,
        "alert_owner": "RS",
        "category": "arrest",
        "action": "detain",
        "matched_on": ("document",),
        "post": "KLOBUK",
        "document_number": "L898902C3",
        "document_issuer": "UTO",
        "surname": "ERIKSSON",
        "late": True,
        "outcome": "possible",
    }
    post.centre.say(Kind.HIT, values, scope="post:KLOBUK")
    heard(post, node)


def test_the_centres_late_hit_is_a_task_and_what_the_officer_decides_goes_up(
    post: Post, node: EdgeNode, booth: Booth, session: Session
):
    """It is listed as late, counted, opened and cleared like the post's own; the pair is noted."""
    check = int(admit(booth, session).check)
    told(post, node, check=check, alert=77)
    assert booth.status().late_hits == 1
    (row,) = booth.hits(session, open_only=True)
    assert (row.late, row.check) == (True, str(check))
    shown = booth.open_hit(session, row.hit).contexts
    booth.settle_hit(session, row.hit, outcome="cleared", reason="other face", contexts=shown)
    assert booth.hits(session, open_only=True) == ()
    assert rows(node, "SELECT alert, alert_dot FROM cleared_pair_record") == [(77, 77)]


def test_what_post_and_centre_found_apart_is_one_task(
    post: Post, node: EdgeNode, booth: Booth, session: Session
):
    """Both hits are kept; one is shown and counted, and settling it leaves nothing open."""
    check = int(admit(booth, session).check)
    alert = post.centre.alert(document_number="L898902C3", document_issuer="UTO", surname="ERIKSSON")
    assert heard(post, node) == 1
    told(post, node, check=check, alert=alert)
    assert rows(node, "SELECT count(*) FROM hit_record") == [(2,)]
    (row,) = booth.hits(session, open_only=True)
    assert (booth.status().open_hits, booth.status().late_hits) == (1, 1)
    shown = booth.open_hit(session, row.hit).contexts
    booth.settle_hit(session, row.hit, outcome="confirmed", reason="it is she", contexts=shown)
    assert booth.hits(session, open_only=True) == ()
    assert [each.outcome for each in booth.hits(session, open_only=False)] == ["confirmed"]
    assert booth.status().open_hits == 0


def test_what_the_centre_reported_the_post_does_not_report_again(
    post: Post, node: EdgeNode, booth: Booth, session: Session
):
    """The centre's hit came first: the alert that follows finds the pair reported."""
    check = int(admit(booth, session).check)
    alert = int(post.centre.alert(document_number="L898902C3", document_issuer="UTO", scope="node:2000000"))
    told_first = post.centre.logs["node:2000000"].pop()
    told(post, node, check=check, alert=alert)
    post.centre.publish(told_first, "all")
    assert heard(post, node) == 0
    assert rows(node, "SELECT count(*) FROM hit_record") == [(1,)]
