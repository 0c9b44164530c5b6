"""A wrong clock: flagged on the check, confirmed by the officer, set right at the next contact."""

from __future__ import annotations

import pytest

from edge.booth import Booth
from edge.form import FormError
from edge.node import EdgeNode
from edge.screen import Session
from shared.clock import ms_of
from tests.edge.posts import START_MS, Post, rows
from tests.edge.test_cases import admit, capture

DAY_MS = 86_400_000


def heard(post: Post, node: EdgeNode) -> None:
    node.round.run(post.centre.exchange)


def journal(node: EdgeNode) -> list[str]:
    return [
        str(text) for (text,) in rows(node, "SELECT text FROM journal_entry_record WHERE heading = 'clock'")
    ]


def test_an_implausible_clock_is_confirmed_once_and_marks_the_check(
    post: Post, node: EdgeNode, booth: Booth, session: Session
):
    """With the wall three days ahead the officer is asked once at this tablet; each check says `suspect`."""
    post.dial.wall_ms += 3 * DAY_MS
    case = capture(booth, session)
    assert booth.look(session, case).confirm_clock
    with pytest.raises(FormError) as told:
        booth.decide(session, case, {"decision": "admit"})
    assert "confirm_clock" in told.value.problems
    booth.decide(session, case, {"decision": "admit", "confirm_clock": "yes"})
    admit(booth, session)
    assert rows(node, "SELECT DISTINCT clock FROM check_record") == [("suspect",)]


def test_a_check_made_under_a_wrong_clock_gets_its_correction(
    post: Post, node: EdgeNode, booth: Booth, session: Session
):
    """At the next contact the measured correction stands beside the check's own time, which stays."""
    wrong_ms = 3 * DAY_MS
    post.dial.wall_ms += wrong_ms
    post.centre.skew_ms = -wrong_ms  # the centre's clock is right
    saved = admit(booth, session, confirm_clock="yes")
    post.dial.pass_ms(3_600_000)
    heard(post, node)
    assert rows(node, "SELECT happened, clock_correction_ms FROM check_record") == [
        (START_MS + wrong_ms, -wrong_ms)
    ]
    assert booth.check(session, saved.check).history[-1].officer == "Karaula"
    heard(post, node)
    assert rows(node, "SELECT count(*) FROM history WHERE record = ?", (int(saved.check),)) == [(2,)]


def test_a_right_clock_is_left_alone(post: Post, node: EdgeNode, booth: Booth, session: Session):
    """Checks made before the first contact of a run, under a clock that proves right, get no correction."""
    again = post.node()
    admit(again.booth, again.booth.session(session.token))
    heard(post, again)
    assert rows(again, "SELECT clock_correction_ms FROM check_record") == [(None,)]
    assert journal(again) == []


def test_a_clock_found_wrong_is_journalled_once(post: Post, node: EdgeNode):
    """The journal says how far off it is, when it is found and not at every contact."""
    post.dial.wall_ms += 3 * DAY_MS
    post.centre.skew_ms = -3 * DAY_MS
    heard(post, node)
    heard(post, node)
    assert journal(node) == ["This node's clock is 3 d 0 h 0 min ahead of the hub's."]


def test_stamps_step_down_only_by_a_journalled_correction(
    post: Post, node: EdgeNode, booth: Booth, session: Session
):
    """After the clock was set right, stamps of the future end at the next contact; the journal says so."""
    post.dial.wall_ms += 3 * DAY_MS
    post.centre.skew_ms = -3 * DAY_MS
    admit(booth, session, confirm_clock="yes")
    heard(post, node)
    post.dial.wall_ms -= 3 * DAY_MS
    post.centre.skew_ms = 0
    heard(post, node)
    assert journal(node)[-1] == "The clock was set right: it had been 3 d 0 h 0 min ahead of the time."
    saved = admit(booth, session)
    (stamp,) = rows(node, "SELECT stamp FROM check_record WHERE id = ?", (int(saved.check),))[0]
    assert abs(ms_of(int(str(stamp))) - START_MS) < DAY_MS
