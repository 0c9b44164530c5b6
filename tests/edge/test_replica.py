"""The feed applied: late hits once, replays harmless, leavers gone, disabled officers out."""

from __future__ import annotations

import pytest

from edge.booth import Booth
from edge.node import EdgeNode
from edge.screen import Session
from shared.change import SEEN
from shared.errors import SignInError
from shared.ledger import records
from shared.schema import Kind, field_by_name
from tests.edge.posts import NODE, OWN_PASSWORD, Post, changes_of, rows
from tests.edge.test_cases import admit, capture


def heard(post: Post, node: EdgeNode) -> None:
    node.round.run(post.centre.exchange)


def late_hits(node: EdgeNode) -> int:
    return int(str(rows(node, "SELECT count(*) FROM hit_record WHERE late = 1")[0][0]))


def tables(node: EdgeNode) -> list[list[tuple[object, ...]]]:
    """What a replay might have changed."""
    return [
        rows(node, "SELECT * FROM alert_record ORDER BY 1"),
        rows(node, "SELECT * FROM watch_key"),
        rows(node, "SELECT * FROM hit_record ORDER BY 1"),
        rows(node, "SELECT * FROM held"),
    ]


def test_a_newer_alert_finds_the_earlier_check(post: Post, node: EdgeNode, booth: Booth, session: Session):
    """An alert that arrives after the traveller left makes one late hit, shown as a task and sent at once."""
    saved = admit(booth, session)
    post.centre.alert(document_number="L898902C3")
    heard(post, node)
    (row,) = booth.hits(session, open_only=True)
    assert (row.late, row.check, row.phone) == (True, saved.check, "+381 11 000 0000")
    assert booth.status().late_hits == 1
    heard(post, node)
    assert [change.kind for change in changes_of(post.centre.received)].count(Kind.HIT) == 1


def test_a_replayed_feed_changes_nothing_and_finds_nothing_twice(
    post: Post, node: EdgeNode, booth: Booth, session: Session
):
    """The whole feed again, as after a crash between applying and noting: same rows, one late hit."""
    admit(booth, session)
    alert = post.centre.alert(document_number="L898902C3")
    heard(post, node)
    before = tables(node)
    node.kit.database.connection().execute("UPDATE cursor SET position = 0, chain = zeroblob(16)")
    heard(post, node)
    after = tables(node)
    assert after == before
    assert late_hits(node) == 1
    assert rows(node, "SELECT alert FROM hit_record") == [(alert,)]


def test_a_changed_alert_does_not_hit_the_same_check_again(
    post: Post, node: EdgeNode, booth: Booth, session: Session
):
    """A new telephone number is no reason to wake the post again; a new document number is."""
    admit(booth, session)
    alert = post.centre.alert(document_number="L898902C3")
    heard(post, node)
    post.centre.say(Kind.ALERT, {"phone": "+381 11 111 1111"}, record=alert)
    heard(post, node)
    assert late_hits(node) == 1
    other = post.centre.alert(document_number="X1")
    post.centre.say(
        Kind.ALERT, {"document_number": "L898902C3"}, record=other, context={11: (other,), SEEN: (other,)}
    )
    heard(post, node)
    assert late_hits(node) == 2


def test_a_voided_check_makes_no_late_hit(post: Post, node: EdgeNode, booth: Booth, session: Session):
    """A mis-scan that was declared void is not run against newer alerts."""
    saved = admit(booth, session)
    shown = booth.check(session, saved.check).contexts
    booth.void(session, saved.check, reason="misread", contexts=shown)
    post.centre.alert(document_number="L898902C3")
    heard(post, node)
    assert late_hits(node) == 0


def test_a_corrected_check_is_matched_again(post: Post, node: EdgeNode, booth: Booth, session: Session):
    """A misread number set right finds the alert it should have found, and is found by its new number."""
    post.centre.alert(document_number="L898902C9")
    heard(post, node)
    saved = admit(booth, session)
    assert saved.hits == 0
    shown = booth.check(session, saved.check).contexts
    view = booth.correct(
        session, saved.check, form={"document_number": "L898902C9"}, reason="misread", contexts=shown
    )
    assert [hit.late for hit in view.hits] == [True]
    found = booth.look_up(session, {"document_number": "L898902C9", "purpose": "first_line"})
    old = booth.look_up(session, {"document_number": "L898902C3", "purpose": "first_line"})
    assert (len(found.checks), len(old.checks)) == (1, 0)


def test_what_leaves_the_scope_goes_when_no_other_scope_holds_it(post: Post, node: EdgeNode):
    """An alert held through two scopes stays while one holds it; then it is gone, keys and all."""
    alert = post.centre.alert(document_number="L898902C3")
    post.centre.publish(post.centre.logs["all"][-1], "country:BA")
    heard(post, node)
    post.centre.say(Kind.SCOPE_LEAVE, {"owner": "RS", "of": alert, "scope": "country:BA"}, scope="country:BA")
    heard(post, node)
    assert node.booth.status().alerts == 1
    post.centre.say(Kind.SCOPE_LEAVE, {"owner": "RS", "of": alert, "scope": "all"})
    heard(post, node)
    assert node.booth.status().alerts == 0
    assert rows(node, "SELECT count(*) FROM watch_key") == [(0,)]
    assert rows(node, "SELECT count(*) FROM history WHERE record = ?", (alert,)) == [(0,)]


def test_an_own_check_never_leaves(post: Post, node: EdgeNode, booth: Booth, session: Session):
    """A leave for a record of this very node is not obeyed: its only copy may be here."""
    saved = admit(booth, session)
    post.centre.say(
        Kind.SCOPE_LEAVE,
        {"owner": "BA", "of": int(saved.check), "scope": f"node:{NODE}"},
        scope=f"node:{NODE}",
    )
    heard(post, node)
    assert booth.check(session, saved.check).row.check == saved.check


def test_a_purged_alert_is_gone_and_stays_gone(post: Post, node: EdgeNode):
    """A tombstone takes the alert and its keys; the alert's own change arriving again changes nothing."""
    alert = post.centre.alert(document_number="L898902C3")
    heard(post, node)
    post.centre.say(Kind.TOMBSTONE, {"owner": "RS", "of": alert, "reason": "expired"})
    post.centre.publish(post.centre.logs["all"][0], "all")
    heard(post, node)
    assert node.booth.status().alerts == 0
    assert rows(node, "SELECT count(*) FROM watch_key") == [(0,)]


def test_a_disabled_officer_is_out_at_once(post: Post, node: EdgeNode, booth: Booth, session: Session):
    """The disable arrives by the feed: the open session ends, and a new one is refused by name."""
    (officer,) = rows(node, "SELECT id FROM officer_record")[0]
    assert isinstance(officer, int)
    post.centre.say(Kind.OFFICER, {"disabled": True}, record=officer, scope="post:KLOBUK")
    heard(post, node)
    with pytest.raises(SignInError):
        booth.session(session.token)
    with pytest.raises(SignInError) as told:
        booth.sign_in(login="mira", password=OWN_PASSWORD, device=booth.device(None))
    assert told.value.code == "officer_disabled"


def test_an_officer_moved_to_another_post_is_out(post: Post, node: EdgeNode, booth: Booth, session: Session):
    """When the officer's record leaves the post, the session ends and the login is unknown here."""
    (officer,) = rows(node, "SELECT id FROM officer_record")[0]
    post.centre.say(
        Kind.SCOPE_LEAVE,
        {"owner": "BA", "of": officer, "scope": "post:KLOBUK"},
        scope="post:KLOBUK",
    )
    heard(post, node)
    with pytest.raises(SignInError):
        booth.session(session.token)
    with pytest.raises(SignInError) as told:
        booth.sign_in(login="mira", password=OWN_PASSWORD, device=booth.device(None))
    assert told.value.code == "wrong_sign_in"


def test_a_refused_change_gives_the_true_value_back(
    post: Post, node: EdgeNode, booth: Booth, session: Session
):
    """A correction the hub refuses is taken back at the post too, and the check is searchable as before."""
    saved = admit(booth, session)
    shown = booth.check(session, saved.check).contexts
    booth.correct(session, saved.check, form={"document_number": "ZZZ999"}, reason="test", contexts=shown)
    correction = max(
        dot
        for (dot,) in rows(node, "SELECT dot FROM history WHERE record = ?", (int(saved.check),))
        if isinstance(dot, int)
    )
    post.centre.say(
        Kind.REFUSED_CHANGE,
        {"owner": "BA", "change": correction, "of": int(saved.check), "reason": "foreign_owner"},
        scope=f"node:{NODE}",
    )
    heard(post, node)
    assert booth.check(session, saved.check).values["document_number"] == "L898902C3"
    found = booth.look_up(session, {"document_number": "L898902C3", "purpose": "first_line"})
    assert len(found.checks) == 1


def test_a_desks_correction_of_a_check_arrives(post: Post, node: EdgeNode, booth: Booth, session: Session):
    """The desk's change of an own check shows at the post with its value."""
    saved = admit(booth, session)
    record = int(saved.check)
    with node.kit.database.snapshot() as tx:
        shown = records.context_of(tx, Kind.CHECK, record)
    context = {number: shown[number] for number in (SEEN, field_by_name(Kind.CHECK, "surname").number)}
    post.centre.say(Kind.CHECK, {"surname": "ERIKSEN"}, record=record, context=context, scope=f"node:{NODE}")
    heard(post, node)
    view = booth.check(session, saved.check)
    assert (view.row.name, view.row.corrected) == ("ERIKSEN ANNA MARIA", True)


def test_a_long_feed_is_applied_in_slices(post: Post, node: EdgeNode):
    """When applying takes time, the booth gets its turn in between; everything arrives all the same."""
    for number in range(600):
        post.centre.alert(document_number=f"N{number}")
    node.round.run(post.centre.exchange)

    def slow() -> int:
        post.dial.up_ms += 7
        return post.dial.up_ms

    again = post.node(monotonic_ms=slow)
    again.kit.database.connection().execute("UPDATE cursor SET position = 0, chain = zeroblob(16)")
    begun: list[str] = []
    again.kit.database.connection().set_trace_callback(
        lambda sql: begun.append(sql) if sql.startswith("BEGIN IMMEDIATE") else None
    )
    again.round.run(post.centre.exchange)
    slices = 600 // 10 // 3  # ten at a time, and three times seven ms is more than a slice
    assert slices <= len(begun) < 2 * slices
    assert again.booth.status().alerts == 600


def test_new_alerts_that_came_together_are_each_held_by_their_scopes(post: Post, node: EdgeNode):
    """Of two alerts in two scopes one leaves one scope, and stays; it leaves the other, and goes."""
    gone, kept = post.centre.alert(document_number="N1"), post.centre.alert(document_number="N2")
    for change in post.centre.logs["all"][-2:]:
        post.centre.publish(change, "country:BA")
    heard(post, node)
    for scope, left in (("country:BA", [(gone,), (kept,)]), ("all", [(kept,)])):
        post.centre.say(Kind.SCOPE_LEAVE, {"owner": "RS", "of": gone, "scope": scope}, scope=scope)
        heard(post, node)
        assert rows(node, "SELECT id FROM alert_record ORDER BY id") == left


def test_of_many_new_alerts_those_about_earlier_checks_hit(
    post: Post, node: EdgeNode, booth: Booth, session: Session
):
    """Alerts that come together are tried by number and by person alike; the others find nobody."""
    admit(booth, session)
    about = []
    for number in range(25):
        post.centre.alert(document_number=f"N{number}", surname=f"SURNAME{number}", birth="1960-01-02")
        if number == 3:
            about.append(post.centre.alert(document_number="L898902C3"))
        if number in (7, 19):
            about.append(post.centre.alert(surname="Ericson", given_names="Ana Maria", birth="1974-08-12"))
    heard(post, node)
    assert rows(node, "SELECT alert FROM hit_record ORDER BY alert") == [(alert,) for alert in sorted(about)]
    assert booth.status().alerts == 28


def test_only_the_newest_checks_are_run_again(
    post: Post, node: EdgeNode, booth: Booth, session: Session, monkeypatch: pytest.MonkeyPatch
):
    """How far back a new alert looks is the limit's number of checks, newest first."""
    monkeypatch.setattr("edge.hitting.LATE_HIT_CHECKS", 2)
    for _ in range(3):
        admit(booth, session)
    post.centre.alert(document_number="L898902C3")
    heard(post, node)
    assert late_hits(node) == 2


def test_a_hit_in_hand_survives_the_alerts_leaving(
    post: Post, node: EdgeNode, booth: Booth, session: Session
):
    """A hit whose alert has left the post still opens, with what it carried itself."""
    alert = post.centre.alert(document_number="L898902C3")
    heard(post, node)
    booth.decide(session, capture(booth, session), {"decision": "admit"})
    post.centre.say(Kind.SCOPE_LEAVE, {"owner": "RS", "of": alert, "scope": "all"})
    heard(post, node)
    (row,) = booth.hits(session)
    opened = booth.open_hit(session, row.hit)
    assert (opened.alert, opened.row.reference, opened.row.action) == (None, "RS-2026-17", "detain")
