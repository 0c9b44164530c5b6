"""A traveller's case at the booth: scanned, answered, decided, saved, whatever goes wrong meanwhile."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable
from typing import Any

import pytest

from edge.booth import Booth
from edge.form import FormError
from edge.node import EdgeNode
from edge.screen import CaseId, Saved, Session
from edge.store import watch
from shared.database import Connection
from shared.errors import MissingError, StaleError, StoreError
from tests.edge.posts import OWN_PASSWORD, TD3, TD3_WRONG_DIGIT, Post, rows

BIH = "P<BIHTESTOVIC<<TEST<<<<<<<<<<<<<<<<<<<<<<<<<\nA000000007BIH9001011M3001012<<<<<<<<<<<<<<02"


def capture(booth: Booth, session: Session, mrz: str = TD3, **form: str) -> CaseId:
    case = booth.open_case(session)
    booth.enter(session, case, {"mrz": mrz, "direction": "entry"} | form)
    return case


def admit(booth: Booth, session: Session, mrz: str = TD3, **form: str) -> Saved:
    return booth.decide(session, capture(booth, session, mrz, **form), {"decision": "admit"})


def test_a_clean_traveller_is_saved_and_travels(post: Post, node: EdgeNode, booth: Booth, session: Session):
    """Scan, look, decide: the check is committed under a printed id and reaches the hub."""
    case = capture(booth, session, plate="A12-B-345", plate_country="BA")
    view = booth.look(session, case)
    assert (view.ready, view.answer and view.answer.verdict) == (True, "clear")
    assert view.traveller is not None
    assert (view.traveller.name, view.traveller.age) == ("ERIKSSON ANNA MARIA", 51)
    saved = booth.decide(session, case, {"decision": "admit"})
    assert saved.printed.startswith("KLOBUK-1-R-")
    node.round.run(post.centre.exchange, everything=True)
    assert booth.recent(session)[0].sent
    assert booth.status().queue == 0


def test_every_answer_carries_the_age_of_the_list(post: Post, booth: Booth, session: Session):
    """Three hours without the hub show on the answer and on the check."""
    post.dial.pass_ms(3 * 3_600_000 + 12 * 60_000)
    case = capture(booth, session)
    answer = booth.look(session, case).answer
    assert answer is not None
    assert (answer.list.text, answer.list.at_least) == ("3 h 12 min", False)
    saved = booth.decide(session, case, {"decision": "admit"})
    assert booth.check(session, saved.check).list.seconds == 3 * 3600 + 12 * 60


def test_a_second_submit_finds_the_first_ones_check(node: EdgeNode, booth: Booth, session: Session):
    """A double submit saves one check and is told the same id."""
    case = capture(booth, session)
    first = booth.decide(session, case, {"decision": "admit"})
    second = booth.decide(session, case, {"decision": "admit"})
    assert (first.check, first.repeated, second.repeated) == (second.check, False, True)
    assert rows(node, "SELECT count(*) FROM check_record") == [(1,)]


def test_a_half_captured_case_survives_a_crash(post: Post, node: EdgeNode, booth: Booth, session: Session):
    """What was typed is there again after the process died, for the same officer at the same tablet."""
    case = capture(booth, session, plate="A12-B-345")
    again = post.node().booth
    back = again.session(session.token)
    assert again.open_case(back) == case
    assert again.look(back, case).form["plate"] == "A12-B-345"


class Failing:
    """A connection on which the next COMMIT of the check fails, before or after it took hold."""

    def __init__(self, inner: Connection, when: Callable[[], str]) -> None:
        self._inner = inner
        self._when = when

    def execute(self, sql: str, *parameters: Any) -> Any:
        if sql == "COMMIT" and self._when():
            if self._when() == "after":
                self._inner.execute(sql)
            raise PowerCutError
        return self._inner.execute(sql, *parameters)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)


class PowerCutError(Exception):
    """The machine is gone."""


@pytest.mark.parametrize(("moment", "checks"), [("before", 0), ("after", 1)])
def test_saved_is_said_only_after_the_commit(post: Post, moment: str, checks: int):
    """A power cut around the commit acknowledges nothing, and the next submit ends in exactly one check."""
    fail = ""
    connect = post.world.connect
    first = post.node(connect=lambda: Failing(connect(), lambda: fail))
    first.round.run(post.centre.exchange)
    session = first.booth.sign_in(login="mira", password=OWN_PASSWORD, device=first.booth.device(None))
    case = capture(first.booth, session)
    fail = moment
    with pytest.raises(PowerCutError):
        first.booth.decide(session, case, {"decision": "admit"})
    fail = ""
    second = post.node()
    assert rows(second, "SELECT count(*) FROM check_record") == [(checks,)]
    back = second.booth.session(session.token)
    saved = second.booth.decide(back, case, {"decision": "admit"})
    assert saved.repeated is bool(checks)
    assert rows(second, "SELECT count(*) FROM check_record") == [(1,)]


def test_a_full_disk_is_told_and_nothing_is_half_saved(node: EdgeNode, booth: Booth, session: Session):
    """When the disk is full the officer gets a coded error, and no part of the check is there."""
    case = capture(booth, session)
    (pages,) = rows(node, "PRAGMA page_count")[0]
    connection = node.kit.database.connection()
    connection.execute(f"PRAGMA max_page_count = {pages}")

    def go_on() -> None:
        booth.decide(session, case, {"decision": "admit"})
        for _ in range(500):  # the last free bytes of the last pages are used up first
            admit(booth, session)

    with pytest.raises(StoreError) as told:
        go_on()
    assert told.value.code == "disk_full"
    connection.execute("PRAGMA max_page_count = 1000000")
    saved = rows(node, "SELECT count(*) FROM check_record")
    assert saved == rows(node, "SELECT count(*) FROM audit WHERE action = 'check_saved'")
    assert saved == rows(node, "SELECT count(*) FROM draft WHERE saved IS NOT NULL")
    booth.decide(session, capture(booth, session), {"decision": "admit"})


def test_two_tablets_work_at_once(node: EdgeNode, booth: Booth, session: Session):
    """Two tablets save fifty checks each at the same time; none is lost or mixed up."""
    other = booth.sign_in(login="mira", password=OWN_PASSWORD, device=booth.device(None))
    assert other.device != session.device
    faults: list[BaseException] = []

    def shift(who: Session, plate: str) -> None:
        try:
            for number in range(50):
                admit(booth, who, plate=f"{plate}{number:03}", plate_country="BA")
        except BaseException as fault:  # noqa: BLE001 — handed to the test's own thread
            faults.append(fault)

    threads = [threading.Thread(target=shift, args=each) for each in ((session, "AA"), (other, "BB"))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    found = rows(node, "SELECT device, count(*), count(DISTINCT plate) FROM check_record GROUP BY device")
    assert sorted(found) == sorted([(session.device, 50, 50), (other.device, 50, 50)])


def test_a_case_belongs_to_its_officer_and_tablet(booth: Booth, session: Session):
    """Another tablet cannot open, fill or decide a case that is not its own."""
    case = capture(booth, session)
    other = booth.sign_in(login="mira", password=OWN_PASSWORD, device=booth.device(None))
    for act in (
        lambda: booth.look(other, case),
        lambda: booth.decide(other, case, {"decision": "admit"}),
        lambda: booth.drop_case(other, case),
    ):
        with pytest.raises(MissingError):
            act()


def test_own_nationals_are_never_refused_entry(booth: Booth, session: Session):
    """The decision is neither offered to an own national nor taken when it is sent all the same."""
    case = capture(booth, session, BIH)
    view = booth.look(session, case)
    assert [decision.code for decision in view.decisions] == ["admit", "second_line"]
    with pytest.raises(FormError) as told:
        booth.decide(session, case, {"decision": "refuse", "letters": "A", "confirm_digits": "yes"})
    assert told.value.problems["decision"].code == "own_national"


def test_a_refusal_needs_letters_and_an_exit_has_its_own_decisions(booth: Booth, session: Session):
    """Letters are demanded for a refusal, refused elsewhere; entry's decisions do not serve an exit."""
    case = capture(booth, session)
    with pytest.raises(FormError) as bare:
        booth.decide(session, case, {"decision": "refuse"})
    with pytest.raises(FormError) as lettered:
        booth.decide(session, case, {"decision": "admit", "letters": "A"})
    with pytest.raises(FormError) as wrong_way:
        booth.decide(session, case, {"decision": "let_out"})
    assert bare.value.problems["letters"].code == "letters_missing"
    assert lettered.value.problems["letters"].code == "letters_unneeded"
    assert wrong_way.value.problems["decision"].code == "unknown_decision"
    saved = booth.decide(session, case, {"decision": "refuse", "letters": "E,A"})
    assert booth.check(session, saved.check).letters == ("A", "E")


def test_a_wrong_digit_waits_for_the_officers_word(booth: Booth, session: Session):
    """A zone with a wrong digit is shown, kept as such, and saved only when confirmed."""
    case = capture(booth, session, TD3_WRONG_DIGIT)
    view = booth.look(session, case)
    assert view.reading is not None
    wrong = [digit for digit in view.reading.digits if not digit.ok]
    assert (wrong[0].field, wrong[0].found, wrong[0].expected) == ("document_number", "7", "6")
    assert view.confirm_digits
    with pytest.raises(FormError) as told:
        booth.decide(session, case, {"decision": "admit"})
    assert "confirm_digits" in told.value.problems
    saved = booth.decide(session, case, {"decision": "admit", "confirm_digits": "yes"})
    values = booth.check(session, saved.check).values
    assert values["mrz_state"] == "wrong_digit"
    assert values["mrz_lines"] == TD3_WRONG_DIGIT
    assert booth.check(session, saved.check).lines == tuple(TD3_WRONG_DIGIT.split("\n"))


def test_a_case_can_be_dropped_and_leaves_a_trace(node: EdgeNode, booth: Booth, session: Session):
    """A case thrown away after the list was asked leaves an audit line, and no check."""
    booth.drop_case(session, capture(booth, session))
    assert rows(node, "SELECT count(*) FROM check_record") == [(0,)]
    actions = [action for (action,) in rows(node, "SELECT action FROM audit ORDER BY number")]
    assert actions[-2:] == ["list_asked", "case_dropped"]


@pytest.mark.parametrize("sent", [{"decision": "admit"}, {"decision": ""}, {"decision": "admit", "sex": "?"}])
def test_the_list_is_weighed_once_for_a_decision_whatever_comes_of_it(
    post: Post, node: EdgeNode, booth: Booth, session: Session, sent: dict[str, str], monkeypatch: Any
):
    """Saved, refused, or shown again for an alert nobody has seen: evidence is weighed one time."""
    weighed: list[object] = []
    weigh = watch.find
    case = capture(booth, session)
    if sent.get("decision") and len(sent) == 1:
        post.centre.alert(document_number="L898902C3")
        node.round.run(post.centre.exchange)
    monkeypatch.setattr(watch, "find", lambda *args: weighed.append(args) or weigh(*args))
    with contextlib.suppress(StaleError, FormError):
        booth.decide(session, case, sent)
    assert len(weighed) == 1


def test_nobody_decides_past_an_alert_they_were_not_shown(
    post: Post, node: EdgeNode, booth: Booth, session: Session
):
    """An alert that arrives between look and decision is shown first; deciding again then works."""
    case = capture(booth, session)
    post.centre.alert(document_number="L898902C3")
    node.round.run(post.centre.exchange)
    with pytest.raises(StaleError) as told:
        booth.decide(session, case, {"decision": "admit", "remark": "family"})
    assert told.value.code == "answer_changed"
    view = booth.look(session, case)
    assert (view.answer and view.answer.verdict, view.form["remark"]) == ("hit", "family")
    assert booth.decide(session, case, {"decision": "second_line"}).hits == 1


def test_the_booth_works_with_the_hub_dead(post: Post):
    """A node that never reached its hub again after enrolment still signs in, answers, saves."""
    first = post.node()
    first.round.run(post.centre.exchange)
    first.close()
    post.opened.clear()
    later = post.node()
    booth = later.booth
    session = booth.sign_in(login="mira", password=OWN_PASSWORD, device=booth.device(None))
    saved = admit(booth, session)
    status = booth.status()
    assert saved.check
    assert (status.link, status.queue > 0, status.list.at_least) == ("never", True, True)
