"""What the list answers, what a hit carries, and what a discreet alert must not give away."""

from __future__ import annotations

import dataclasses
from typing import Any

from edge.answering import age_text
from edge.booth import Booth
from edge.node import EdgeNode
from edge.screen import CUE, Session
from shared.ledger import records
from shared.schema import Kind
from tests.edge.posts import TD3, Post, changes_of, rows
from tests.edge.test_cases import admit, capture

DAY_MS = 86_400_000


def heard(post: Post, node: EdgeNode) -> None:
    node.round.run(post.centre.exchange)


def verdict(booth: Booth, session: Session, **form: str) -> str:
    answer = booth.look(session, capture(booth, session, **form)).answer
    return answer.verdict if answer is not None else "no answer"


def test_a_hit_shows_all_an_officer_needs_without_a_link(
    post: Post, node: EdgeNode, booth: Booth, session: Session
):
    """The answer names the action, the owner desk's phone and reference, the grounds and the reason."""
    post.centre.alert(
        document_number="L898902C3", document_issuer="UTO", surname="ERIKSSON", warnings=("armed",)
    )
    heard(post, node)
    answer = booth.look(session, capture(booth, session)).answer
    assert answer is not None
    (found,) = answer.candidates
    assert (answer.verdict, found.action, found.action_label) == (
        "hit",
        "detain",
        "Detain and call the owner",
    )
    assert (found.owner, found.phone, found.reference) == ("RS", "+381 11 000 0000", "RS-2026-17")
    assert (found.grounds, found.reasons) == (("document",), ("same document number",))
    assert found.warnings == ("armed",)


def test_an_alert_with_numbers_that_are_no_dates_still_answers(
    post: Post, node: EdgeNode, booth: Booth, session: Session
):
    """A hostile node's numbers keep no booth from its answer: the alert matches, dates show as they are."""
    bad = post.centre.say(
        Kind.ALERT,
        {
            "owner": "RS",
            "category": "arrest",
            "status": "active",
            "document_number": "L898902C3",
            "document_issuer": "UTO",
            "expires": -1,
            "birth": 20_000_000,
        },
    )
    heard(post, node)
    answer = booth.look(session, capture(booth, session)).answer
    assert answer is not None
    (found,) = answer.candidates
    assert (found.alert, found.expires, found.subject) == (str(bad.record), "#-1", "#20000000 · L898902C3")


def test_plate_vin_and_name_find_their_alerts(post: Post, node: EdgeNode, booth: Booth, session: Session):
    """Each of the three other grounds answers by itself; another plate's country is only possible."""
    post.centre.alert(category="plate", plate="A12-B-345", plate_country="BA")
    post.centre.alert(category="vehicle", vin="1M8GDM9AXKP042788")
    post.centre.alert(surname="Eriksson", given_names="Anna Maria", birth="1974-08-12")
    heard(post, node)
    case = capture(booth, session, plate="a12 b 345", plate_country="ME", vin="1M8GDM9AXKP042788")
    answer = booth.look(session, case).answer
    assert answer is not None
    assert {(one.grounds[0], one.verdict) for one in answer.candidates} == {
        ("name_birth", "hit"),
        ("plate", "possible"),
        ("vin", "hit"),
    }


def test_the_hit_goes_up_urgently_and_acts_alone(post: Post, node: EdgeNode, booth: Booth, session: Session):
    """The hit is in the urgent lane's bundle, with the person, the document and the alert's words in it."""
    alert = post.centre.alert(document_number="L898902C3")
    heard(post, node)
    saved = admit(booth, session)
    heard(post, node)
    hits = [change for change in changes_of(post.centre.received) if change.kind == Kind.HIT]
    checks = [change for change in changes_of(post.centre.received) if change.kind == Kind.CHECK]
    assert (len(hits), checks) == (1, [])  # the check still waits for its batch
    carried = set(hits[0].fields.values())
    assert {
        int(saved.check),
        alert,
        "RS",
        "detain",
        "RS-2026-17",
        "ERIKSSON",
        "L898902C3",
        "possible",
    } <= carried


def test_a_withdrawn_alert_never_matches(post: Post, node: EdgeNode, booth: Booth, session: Session):
    """After the desk withdraws it, the same traveller is clear."""
    alert = post.centre.alert(document_number="L898902C3")
    heard(post, node)
    assert verdict(booth, session) == "hit"
    seen = tuple(
        change.dot for change in records.changes_of(node.kit.database.connection(), Kind.ALERT, alert)
    )
    post.centre.say(Kind.ALERT, {"status": "withdrawn"}, record=alert, context={5: seen})
    heard(post, node)
    assert verdict(booth, session) == "clear"


def test_an_expired_alert_is_ignored_once_time_is_trusted(
    post: Post, node: EdgeNode, booth: Booth, session: Session
):
    """The node stops matching by itself on the day after the last one, with the hub silent."""
    post.centre.alert(document_number="L898902C3", expires="2026-05-30")
    heard(post, node)
    assert verdict(booth, session) == "hit"
    post.dial.pass_ms(3 * DAY_MS)
    assert verdict(booth, session) == "clear"


def test_an_expired_alert_goes_on_matching_while_time_is_uncertain(
    post: Post, node: EdgeNode, session: Session
):
    """After a restart nobody vouches for the day: the alert still matches, and says that it may be over."""
    post.centre.alert(document_number="L898902C3", expires="2026-05-30")
    heard(post, node)
    post.dial.wall_ms += 3 * DAY_MS
    post.dial.up_ms = 1_000
    again = post.node()
    answer = again.booth.look(session, capture(again.booth, session)).answer
    assert answer is not None
    assert (answer.verdict, answer.candidates[0].expiry_doubt, answer.list.at_least) == ("hit", True, True)


def test_a_discreet_alert_shows_as_the_cue_alone(post: Post, node: EdgeNode, booth: Booth, session: Session):
    """Nothing of it is in the case, the saved check, the lists or the hits until it is opened."""
    post.centre.alert(
        document_number="L898902C3",
        category="discreet",
        action="observe",
        reason="SECRETREASON",
        reference="SECRETREF",
    )
    heard(post, node)
    case = capture(booth, session)
    view = booth.look(session, case)
    assert view.answer is not None
    assert (view.answer.verdict, view.answer.candidates, view.answer.cue) == ("clear", (), CUE)
    saved = booth.decide(session, case, {"decision": "admit"})
    assert (saved.hits, saved.cue) == (0, CUE)
    open_pages = (view, saved, booth.recent(session), booth.check(session, saved.check), booth.hits(session))
    for page in open_pages:
        text = repr([dataclasses.asdict(part) for part in (page if isinstance(page, tuple) else (page,))])
        assert "SECRET" not in text
        assert "observe" not in text
    (row,) = booth.hits(session)
    assert (row.discreet, row.name, row.action) == (True, "", "")


def test_opening_the_cue_is_a_deliberate_act_that_is_written_down(
    post: Post, node: EdgeNode, booth: Booth, session: Session
):
    """The officer who opens it sees everything; the desk learns who opened it, before and after saving."""
    alert = post.centre.alert(
        document_number="L898902C3", category="discreet", action="observe", reason="SECRET"
    )
    heard(post, node)
    case = capture(booth, session)
    (found,) = booth.open_cue(session, case)
    assert (found.reason, found.action) == ("SECRET", "observe")
    booth.decide(session, case, {"decision": "admit"})
    assert len(booth.open_cue(session, case)) == 1
    (hit,) = booth.hits(session)
    assert booth.open_hit(session, hit.hit).row.name == "ERIKSSON ANNA MARIA"
    told = rows(node, 'SELECT author, action, "of" FROM audit_line_record ORDER BY id')
    assert told[:2] == [(session.officer, "cue_opened", alert)] * 2
    assert told[2][1] == "discreet_hit_opened"


def test_a_hit_is_settled_once_with_a_reason(post: Post, node: EdgeNode, booth: Booth, session: Session):
    """A hit stays possible until someone settles it; a form older than that is refused."""
    post.centre.alert(document_number="L898902C3")
    heard(post, node)
    admit(booth, session)
    (row,) = booth.hits(session, open_only=True)
    shown = booth.open_hit(session, row.hit).contexts
    settled = booth.settle_hit(session, row.hit, outcome="cleared", reason="other face", contexts=shown)
    assert (settled.row.outcome, settled.outcome_reason) == ("cleared", "other face")
    assert booth.hits(session, open_only=True) == ()
    raised: Any = None
    try:
        booth.settle_hit(session, row.hit, outcome="confirmed", reason="it is", contexts=shown)
    except Exception as error:  # noqa: BLE001 — its code is what the test looks at
        raised = error
    assert raised.code == "hit_changed"


def test_a_look_up_states_its_purpose_and_is_written_down(
    post: Post, node: EdgeNode, booth: Booth, session: Session
):
    """Without a purpose nothing is searched; with one, alerts and own checks are found, and it is told."""
    post.centre.alert(document_number="L898902C3")
    heard(post, node)
    admit(booth, session)
    bare = booth.look_up(session, {"document_number": "L898902C3"})
    assert (bare.answer, set(bare.problems)) == (None, {"purpose"})
    found = booth.look_up(session, {"document_number": "l898902c3", "purpose": "first_line"})
    assert found.answer is not None
    assert (found.answer.verdict, len(found.checks)) == ("hit", 1)
    assert rows(node, "SELECT purpose, query, results FROM audit_line_record") == [
        ("first_line", "document_number=l898902c3", 2)
    ]


def test_ages_read_as_people_say_them():
    """Seconds, minutes, hours with minutes, days with hours, and no list at all."""
    texts = [age_text(seconds) for seconds in (None, 0, 59, 60, 3600 * 3 + 720, 3600 * 47, 3600 * 51)]
    assert texts == ["no list", "0 s", "59 s", "1 min", "3 h 12 min", "47 h 0 min", "2 d 3 h"]


def test_the_zone_alone_makes_the_answer(booth: Booth, session: Session):
    """A scan is answered before the direction is chosen."""
    case = booth.open_case(session)
    view = booth.scan(session, case, TD3)
    assert (view.answer is not None, view.ready, set(view.problems)) == (True, False, {"direction"})
