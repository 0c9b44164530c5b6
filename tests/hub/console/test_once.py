"""A button pressed twice, a page sent again after a lost answer: what a form does, it does once."""

from __future__ import annotations

import re
from threading import Barrier, Thread

import pytest
from werkzeug.test import TestResponse

from hub.desk import Desk
from tests.hub.console.centre import Browser, Centre
from tests.hub.console.test_acts import GOOD_ALERT

_PASSWORD = re.compile(r"[a-z0-9]{4}(?:-[a-z0-9]{4}){3}")
_DAY_MS = 24 * 60 * 60 * 1000


def twice(browser: Browser, path: str, form: dict[str, object], *, page: str) -> list[TestResponse]:
    """The very same form, sent two times."""
    sent = browser.filled(form, page)
    return [browser.client.post(path, data=sent) for _ in range(2)]


def changes(centre: Centre) -> int:
    """How many changes the hub itself has logged."""
    with centre.hub.kit.database.snapshot() as tx:
        return int(tx.execute("SELECT count(*) FROM log").fetchone()[0])


def audited(centre: Centre, action: str) -> int:
    with centre.hub.kit.database.snapshot() as tx:
        return int(tx.execute("SELECT count(*) FROM audit WHERE action = ?", (action,)).fetchone()[0])


@pytest.fixture
def hit(centre: Centre) -> str:
    """A hit at a Bosnian post on a Serbian alert."""
    centre.alert("RS")
    centre.sync("BA")
    centre.check("BA")
    centre.sync("BA")
    return centre.hub.desk.hits(centre.operator("RS"))[0].id


def test_an_alert_form_sent_twice_raises_one_alert(centre: Centre, rs: Browser):
    """Both times the person comes to the same alert, and it is audited once."""
    first, second = twice(rs, "/alerts/new", dict(GOOD_ALERT), page="/alerts/new")
    assert (first.status_code, second.status_code) == (303, 303)
    assert first.location == second.location
    assert len(centre.hub.desk.alerts(centre.operator("RS"))) == 1
    assert audited(centre, "alert_raised") == 1


def test_two_forms_of_the_same_words_raise_two_alerts(centre: Centre, rs: Browser):
    """A second form is a second wish: only the same form is the same."""
    for _ in range(2):
        assert rs.post("/alerts/new", GOOD_ALERT).status_code == 303
    assert len(centre.hub.desk.alerts(centre.operator("RS"))) == 2


def test_the_next_alert_typed_on_the_same_page_is_another_alert(centre: Centre, rs: Browser):
    """Back, other words, send: a page opened once may raise many, and none is taken for the one before."""
    page = rs.filled(dict(GOOD_ALERT), "/alerts/new")
    answers = [
        rs.client.post("/alerts/new", data={**page, "reference": f"K-{number}"}) for number in (1, 2, 2)
    ]
    assert [answer.status_code for answer in answers] == [303, 303, 303]
    assert answers[1].location == answers[2].location != answers[0].location
    assert len(centre.hub.desk.alerts(centre.operator("RS"))) == 2


def test_a_form_sent_twice_at_once_raises_one_alert(centre: Centre):
    """Two requests side by side, as an impatient finger sends them: the second waits for the first."""
    desk, operator, ready = centre.hub.desk, centre.operator("RS"), Barrier(2)
    token, raised = desk.form_token(), list[str]()

    def send() -> None:
        ready.wait()
        raised.append(desk.raise_alert(operator, GOOD_ALERT, once=token).id)

    threads = [Thread(target=send) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(raised) == 2
    assert len(set(raised)) == 1


def test_a_refused_form_may_be_mended_and_sent(centre: Centre, rs: Browser):
    """What was refused became nothing: the same form with the error mended is done."""
    sent = rs.filled({**GOOD_ALERT, "reason": ""}, "/alerts/new")
    assert rs.client.post("/alerts/new", data=sent).status_code == 400
    assert rs.client.post("/alerts/new", data={**sent, "reason": "robbery"}).status_code == 303
    assert len(centre.hub.desk.alerts(centre.operator("RS"))) == 1


def test_another_operators_form_is_another_form(centre: Centre):
    """A token is worth nothing in other hands: it neither does nor undoes anything for them."""
    desk = centre.hub.desk
    token = desk.form_token()
    ids = {desk.raise_alert(centre.operator(country), GOOD_ALERT, once=token).id for country in ("RS", "BA")}
    assert len(ids) == 2


def test_a_form_without_its_token_is_refused(centre: Centre, rs: Browser):
    """It did not come from its page, and could not be told apart when it comes again."""
    sent = {**rs.filled(dict(GOOD_ALERT), "/alerts/new"), "once": ""}
    answer = rs.client.post("/alerts/new", data=sent)
    assert answer.status_code == 400
    assert "did not come from its page" in answer.text
    assert centre.hub.desk.alerts(centre.operator("RS")) == ()


@pytest.mark.parametrize(
    ("act", "form"),
    [
        ("answer", {"answer": "Detain; we come."}),
        ("settle", {"outcome": "confirmed", "reason": "by the photo"}),
        ("acknowledge", {}),
    ],
)
def test_an_act_on_a_hit_sent_twice_is_one_change(
    centre: Centre, rs: Browser, hit: str, act: str, form: dict[str, object]
):
    """Both times the page says it is done; the post hears of it once."""
    before = changes(centre)
    first, second = twice(rs, f"/records/{hit}/{act}", form, page=f"/records/{hit}")
    assert (first.status_code, second.status_code) == (303, 303), second.text
    assert changes(centre) == before + 1


def test_a_withdrawal_sent_twice_is_one_change(centre: Centre, rs: Browser):
    """The second time is told as the first, not as an error."""
    alert = centre.alert("RS")
    before = changes(centre)
    path = f"/records/{alert}/withdraw"
    first, second = twice(rs, path, {"reason": "found"}, page=f"/records/{alert}")
    assert (first.status_code, second.status_code) == (303, 303), second.text
    assert changes(centre) == before + 1


def test_a_correction_sent_twice_is_one_change_and_one_reason(centre: Centre, rs: Browser):
    """The change, the record of why, and nothing more."""
    check = centre.check("RS")
    centre.sync("RS")
    before = changes(centre)
    path = f"/records/{check}/correct"
    first, second = twice(rs, path, {"surname": "ERIKSEN", "reason": "misread"}, page=path)
    assert (first.status_code, second.status_code) == (303, 303), second.text
    assert changes(centre) == before + 2


def test_a_decision_sent_twice_is_one_decision(centre: Centre, rs: Browser):
    """The second time nothing is in dispute any more, and the page says so."""
    check = centre.conflict("RS")
    path = f"/conflicts/{check}"
    dot = re.findall(r'name="choice-surname" value="(\d+)"', rs.text(path))[0]
    first, second = twice(rs, path, {"choice-surname": dot, "reason": "asked both"}, page=path)
    assert (first.status_code, second.status_code) == (303, 303)
    assert audited(centre, "conflict_resolved") == 1


def test_an_officers_form_sent_twice_makes_one_officer_and_says_where_the_password_went(
    centre: Centre, rs: Browser
):
    """The first answer showed it; whoever missed it is led to where a new one is made."""
    form: dict[str, object] = {
        "login": "m.new",
        "full_name": "Mira New",
        "role": "officer",
        "posts": "GOSTUN",
    }
    first, second = twice(rs, "/officers/new", form, page="/officers/new")
    assert first.status_code == 200
    assert _PASSWORD.search(first.text)
    assert second.status_code == 303
    page = rs.text(second.location)
    assert "the first password was shown then" in page
    assert page.count("Mira New") == 1


def test_a_new_first_password_is_made_once(centre: Centre, rs: Browser):
    """The second press does not make the password worthless that is just being written down."""
    officer = next(row for row in centre.hub.desk.officers(centre.operator("RS")) if row.login == "rs.booth")
    before = changes(centre)
    page = f"/officers/{officer.id}"
    first, second = twice(rs, f"{page}/reset", {}, page=page)
    assert (first.status_code, second.status_code) == (200, 303)
    assert changes(centre) == before + 1
    assert audited(centre, "officer_reset") == 1


def test_a_form_that_changes_an_officer_sent_twice_changes_nothing_more(centre: Centre, rs: Browser):
    """The second finds everything as it wants it."""
    officer = next(row for row in centre.hub.desk.officers(centre.operator("RS")) if row.login == "rs.booth")
    before = changes(centre)
    page = f"/officers/{officer.id}"
    form: dict[str, object] = {"full_name": "Another Name", "role": "officer", "posts": "GOSTUN"}
    first, second = twice(rs, page, form, page=page)
    assert (first.status_code, second.status_code) == (303, 303)
    assert changes(centre) == before + 1


def test_what_no_open_page_can_send_any_more_is_forgotten(centre: Centre, rs: Browser):
    """Two days later the token is gone, and the alert is not."""
    desk: Desk = centre.hub.desk
    desk.raise_alert(centre.operator("RS"), GOOD_ALERT, once=desk.form_token())
    centre.dial.ms += 3 * _DAY_MS
    centre.hub.let_go()
    with centre.hub.kit.database.snapshot() as tx:
        assert tx.execute("SELECT count(*) FROM submitted").fetchone() == (0,)
    assert len(desk.alerts(centre.operator("RS"))) == 1
