"""What operators do: sign in, raise, withdraw, settle, correct, decide, look after officers, search."""

from __future__ import annotations

import pytest

from hub.desk import FormError
from hub.desk.people import desk_itself, first_password
from hub.desk.view import Operator
from hub.hub import Hub
from shared.change import SEEN
from shared.errors import ForbiddenError, InputError, MissingError, SignInError, StaleError
from shared.ids import Lane
from shared.ledger.accounts import Officer
from shared.schema import Kind
from tests.hub.outpost import PASSWORD, Outpost
from tests.hub.test_merger import alert
from tests.hub.world import record, records_of

ALERT = {
    "category": "arrest",
    "document_number": "L898902C3",
    "authority": "Court (synthetic)",
    "reference": "118/26",
    "reason": "synthetic robbery",
    "phone": "+381 11 000 0000",
}


def codes(error: pytest.ExceptionInfo[FormError]) -> dict[str | None, str]:
    """What a form got wrong, by field."""
    return {each.field: each.code for each in error.value.errors}


# --- signing in ---


def test_an_operator_signs_in_with_a_first_password_and_must_change_it(hub: Hub):
    """A new operator gets in once with what the envelope says, and is told to choose another."""
    made = hub.desk.people.add(desk_itself("RS"), login="rs.night", full_name="N", role="operator", posts=())
    operator = hub.desk.sign_in(login="RS.Night", password=made.password, device="desk 1")
    assert (operator.must_change, operator.country) == (True, "RS")
    changed = hub.desk.change_password(operator, current=made.password, new=PASSWORD, again=PASSWORD)
    assert not hub.desk.session(changed.token).must_change
    hub.desk.sign_out(changed)
    with pytest.raises(SignInError):
        hub.desk.session(changed.token)


def test_an_officer_of_a_post_does_not_get_into_the_centre(hub: Hub):
    """A right password of a booth's officer is answered like a wrong one."""
    made = hub.desk.people.add(
        desk_itself("BA"), login="mira", full_name="M", role="officer", posts=["KLOBUK"]
    )
    with pytest.raises(SignInError) as refused:
        hub.desk.sign_in(login="mira", password=made.password, device="desk 1")
    assert refused.value.code == "wrong_sign_in"


def test_a_disabled_operator_is_out_at_once(hub: Hub):
    """Disabling ends the open session at its next use."""
    made = hub.desk.people.add(desk_itself("RS"), login="rs.night", full_name="N", role="operator", posts=())
    operator = hub.desk.sign_in(login="rs.night", password=made.password, device="desk 1")
    row = made.officer
    hub.desk.people.set(
        desk_itself("RS"),
        row.id,
        full_name=row.full_name,
        role=row.role,
        posts=row.posts,
        disabled=True,
        contexts=row.contexts,
    )
    with pytest.raises(SignInError):
        hub.desk.session(operator.token)


def test_first_passwords_use_no_letters_that_look_alike():
    """What is read from a slip of paper at night is unambiguous, and never the same twice."""
    counter = iter(range(10_000))
    made = {first_password(lambda n: bytes([next(counter) * 37 % 256] * n)) for _ in range(20)}
    assert len(made) > 1
    assert not set("".join(made)) & set("01iloOIL")


# --- alerts ---


def test_an_alert_takes_its_categorys_action_and_longest_life(hub: Hub, operators: dict[str, Operator]):
    """Nobody types an action, and an alert without an expiry gets the retention's end."""
    row = hub.desk.raise_alert(operators["RS"], ALERT)
    assert (row.owner, row.action, row.status, row.expires) == ("RS", "detain", "active", "2031-05-28")


@pytest.mark.parametrize(
    ("change", "blamed"),
    [
        ({"category": ""}, {"category": "required"}),
        ({"category": "nonsense"}, {"category": "required"}),
        ({"action": "seize"}, {"action": "wrong_action"}),
        ({"document_number": ""}, {"document_number": "nothing_to_match"}),
        ({"document_number": "", "surname": "TEST"}, {"document_number": "nothing_to_match"}),
        ({"document_number": "?"}, {"document_number": "bad_shape"}),
        ({"plate": "A12-B-345"}, {"plate": "not_for_category"}),
        ({"birth": "31.02.1980"}, {"birth": "impossible_date"}),
        ({"birth": "yesterday"}, {"birth": "bad_date"}),
        ({"nationality": "SERBIA"}, {"nationality": "bad_state"}),
        ({"sex": "W"}, {"sex": "unknown_code"}),
        ({"reason": ""}, {"reason": "required"}),
        ({"reference": "", "phone": ""}, {"reference": "required", "phone": "required"}),
        ({"phone": "call me"}, {"phone": "bad_shape"}),
        ({"surname": "A\u0000B"}, {"surname": "text_control"}),
        ({"surname": "A\u202eB"}, {"surname": "text_reordering"}),
        ({"surname": "A" * 101}, {"surname": "text_too_long"}),
        ({"expires": "2020-01-01"}, {"expires": "in_the_past"}),
        ({"expires": "2090-01-01"}, {"expires": "too_long"}),
        ({"handling": "H3"}, {"handling_text": "required"}),
        ({"audience": "XX"}, {"audience": "unknown_code"}),
    ],
)
def test_each_wrong_field_of_an_alert_is_named(
    hub: Hub, operators: dict[str, Operator], change: dict[str, str], blamed: dict[str, str]
):
    """Every fault has its field and code, all at once, and nothing is raised."""
    with pytest.raises(FormError) as refused:
        hub.desk.raise_alert(operators["RS"], ALERT | change)
    assert codes(refused) == blamed
    assert records_of(hub, Kind.ALERT) == []


def test_only_the_owner_withdraws_an_alert(hub: Hub, operators: dict[str, Operator]):
    """Another desk sees the alert and is refused; the owner's withdrawal says why and when."""
    row = hub.desk.raise_alert(operators["RS"], ALERT)
    shown = hub.desk.record(operators["BA"], row.id)
    assert (shown.may_edit, shown.may_not) == (False, "not_the_owner")
    with pytest.raises(ForbiddenError):
        hub.desk.withdraw_alert(operators["BA"], row.id, reason="not ours", contexts=shown.contexts)
    own = hub.desk.record(operators["RS"], row.id)
    gone = hub.desk.withdraw_alert(operators["RS"], row.id, reason="found and heard", contexts=own.contexts)
    assert gone.status == "withdrawn"
    assert hub.desk.alerts(operators["RS"]) == ()
    assert [each.status for each in hub.desk.alerts(operators["RS"], active_only=False)] == ["withdrawn"]
    with pytest.raises(InputError) as again:
        hub.desk.withdraw_alert(operators["RS"], row.id, reason="found and heard", contexts=own.contexts)
    assert again.value.code == "already_withdrawn"


def test_a_stale_form_withdraws_nothing(hub: Hub, klobuk: Outpost, operators: dict[str, Operator]):
    """An alert that changed after the form was shown is looked at again first."""
    row = hub.desk.raise_alert(operators["RS"], ALERT)
    contexts = hub.desk.record(operators["RS"], row.id).contexts
    gostun = klobuk.realm.post(6, "RS", "GOSTUN")
    gostun.ask(hub)
    gostun.edit(gostun.heard[0], {"marks": "a scar"})
    gostun.send(hub)
    with pytest.raises(StaleError):
        hub.desk.withdraw_alert(operators["RS"], row.id, reason="found and heard", contexts=contexts)
    assert record(hub, Kind.ALERT, int(row.id)).text("status") == "active"


@pytest.mark.parametrize("contexts", ["", "!!!", "AAAA", "gaMBkc8"])
def test_damaged_contexts_are_refused(hub: Hub, operators: dict[str, Operator], contexts: str):
    """A hidden field that was tampered with is a coded refusal, never an edit."""
    row = hub.desk.raise_alert(operators["RS"], ALERT)
    with pytest.raises((InputError, StaleError)):
        hub.desk.withdraw_alert(operators["RS"], row.id, reason="found and heard", contexts=contexts)
    assert record(hub, Kind.ALERT, int(row.id)).text("status") == "active"


# --- hits ---


def hit_of(hub: Hub, klobuk: Outpost, operators: dict[str, Operator]) -> str:
    """A hit at BA's post on RS's alert."""
    raised = alert(hub, operators["RS"])
    made = klobuk.check(document_number="L898902C3")
    values = {
        "owner": "BA",
        "check": made.record,
        "alert": raised.record,
        "alert_owner": "RS",
        "post": "KLOBUK",
    }
    hit = klobuk.say(Kind.HIT, values)
    klobuk.send(hub)
    return str(hit.record)


def test_a_hit_waits_until_each_desk_has_seen_it(hub: Hub, klobuk: Outpost, operators: dict[str, Operator]):
    """Acknowledging takes a hit off one desk's list of what waits, not off the other's."""
    hit = hit_of(hub, klobuk, operators)
    assert (hub.desk.waiting(operators["RS"]).hits, hub.desk.waiting(operators["BA"]).hits) == (1, 1)
    hub.desk.acknowledge_hit(operators["RS"], hit)
    hub.desk.acknowledge_hit(operators["RS"], hit)
    assert (hub.desk.waiting(operators["RS"]).hits, hub.desk.waiting(operators["BA"]).hits) == (0, 1)
    assert record(hub, Kind.HIT, int(hit)).values["seen_by"] == ("RS:rs.desk",)


def test_the_alerts_owner_answers_and_settles(hub: Hub, klobuk: Outpost, operators: dict[str, Operator]):
    """The owner's answer and the outcome reach the post; a third desk may do neither."""
    hit = hit_of(hub, klobuk, operators)
    hub.desk.answer_hit(operators["RS"], hit, answer="Detain, we are on our way.")
    with pytest.raises(ForbiddenError):
        hub.desk.answer_hit(operators["BA"], hit, answer="we say so too")
    with pytest.raises(MissingError):
        hub.desk.answer_hit(operators["ME"], hit, answer="we say so too")
    shown = hub.desk.record(operators["RS"], hit)
    settled = hub.desk.settle_hit(
        operators["RS"], hit, outcome="confirmed", reason="fingerprints agree", contexts=shown.contexts
    )
    assert settled.standing == "agreed"
    klobuk.ask(hub)
    assert sum(change.kind == Kind.HIT for change in klobuk.heard) == 2


def test_a_hit_is_settled_with_an_outcome_and_a_reason(
    hub: Hub, klobuk: Outpost, operators: dict[str, Operator]
):
    """Neither can be left out."""
    hit = hit_of(hub, klobuk, operators)
    with pytest.raises(FormError) as refused:
        hub.desk.settle_hit(operators["RS"], hit, outcome="", reason=" ", contexts="")
    assert codes(refused) == {"outcome": "required", "reason": "required"}


# --- corrections and conflicts ---


def test_a_correction_keeps_the_original_and_its_reason(
    hub: Hub, klobuk: Outpost, operators: dict[str, Operator]
):
    """History shows both values, who, and why; the post hears the change and its reason."""
    made = klobuk.check(surname="ERIKSON")
    klobuk.send(hub)
    shown = hub.desk.record(operators["BA"], str(made.record))
    view = hub.desk.correct(
        operators["BA"],
        str(made.record),
        form={"surname": "ERIKSSON", "given_names": "ANA"},
        reason="one S was lost",
        contexts=shown.contexts,
    )
    assert [(row.fields, row.reason) for row in view.history[1:]] == [
        ((("surname", "ERIKSSON"),), "one S was lost")
    ]
    with pytest.raises(InputError) as nothing:
        hub.desk.correct(
            operators["BA"],
            view.id,
            form={"surname": "ERIKSSON"},
            reason="one S was lost",
            contexts=view.contexts,
        )
    assert nothing.value.code == "nothing_changed"
    with pytest.raises(FormError) as refused:
        hub.desk.correct(
            operators["BA"], view.id, form={"verdict": "clear"}, reason="", contexts=view.contexts
        )
    assert codes(refused) == {"verdict": "immutable_field", "reason": "required"}


def test_another_countrys_check_cannot_be_corrected(
    hub: Hub, klobuk: Outpost, operators: dict[str, Operator]
):
    """Seeing by a hit is no right to edit."""
    hit_of(hub, klobuk, operators)
    (row,) = hub.desk.checks(operators["RS"])
    with pytest.raises(ForbiddenError):
        hub.desk.correct(operators["RS"], row.id, form={"surname": "X"}, reason="we know better", contexts="")


def test_a_conflict_is_decided_field_by_field_with_a_reason(
    hub: Hub, klobuk: Outpost, operators: dict[str, Operator]
):
    """Each disputed field needs a choice; `other` takes a typed value; stale forms decide nothing."""
    made = klobuk.check(surname="A", given_names="B")
    klobuk.edit(made, {"surname": "A1", "given_names": "B1"})
    klobuk.edit(made, {"surname": "A2", "given_names": "B2"})
    klobuk.send(hub)
    view = hub.desk.conflict(operators["BA"], str(made.record))
    assert [field.name for field in view.fields] == ["surname", "given_names"]
    with pytest.raises(FormError) as refused:
        hub.desk.resolve(
            operators["BA"],
            view.row.id,
            choices={"surname": "12345", "given_names": "other"},
            typed={"given_names": "B\u202e3"},
            reason="",
            contexts=view.contexts,
        )
    assert codes(refused) == {"reason": "required", "surname": "required", "given_names": "text_reordering"}
    wanted = {"surname": view.fields[0].siblings[1].dot, "given_names": "other"}
    decided = hub.desk.resolve(
        operators["BA"],
        view.row.id,
        choices=wanted,
        typed={"given_names": "B3"},
        reason="seen in the document",
        contexts=view.contexts,
    )
    now = record(hub, Kind.CHECK, made.record)
    assert (now.text("surname"), now.text("given_names"), decided.standing) == ("A2", "B3", "agreed")
    with pytest.raises(MissingError):
        hub.desk.conflict(operators["BA"], view.row.id)
    with pytest.raises(StaleError):
        hub.desk.resolve(
            operators["BA"],
            view.row.id,
            choices=wanted,
            typed={},
            reason="seen in the document",
            contexts=view.contexts,
        )


def test_edits_of_different_fields_that_crossed_are_a_soft_conflict(
    hub: Hub, klobuk: Outpost, operators: dict[str, Operator]
):
    """Nobody is asked to choose, but it stands in the list until somebody has seen both."""
    made = klobuk.check()
    klobuk.edit(made, {"surname": "NEW"})
    klobuk.edit(made, {"plate": "A12-B-345"})
    klobuk.send(hub)
    (row,) = hub.desk.conflicts(operators["BA"])
    assert (row.standing, row.fields) == ("soft", ())
    view = hub.desk.conflict(operators["BA"], row.id)
    hub.desk.resolve(
        operators["BA"], row.id, choices={}, typed={}, reason="both are right", contexts=view.contexts
    )
    assert hub.desk.conflicts(operators["BA"]) == ()
    assert klobuk.log[Lane.ROUTINE][1].context[SEEN] == (made.record,)


# --- officers ---


def test_a_desk_looks_after_its_own_officers_only(hub: Hub, operators: dict[str, Operator]):
    """Neither another country's posts can be given, nor its officers touched or seen."""
    with pytest.raises(FormError) as refused:
        hub.desk.add_officer(operators["RS"], login="X", full_name="", role="king", posts=["KLOBUK"])
    assert codes(refused) == {
        "login": "bad_login",
        "full_name": "required",
        "role": "unknown_code",
        "posts": "foreign_post",
    }
    made = hub.desk.add_officer(
        operators["BA"], login="mira", full_name="Mira Test", role="officer", posts=["KLOBUK"]
    )
    assert made.officer.id not in {row.id for row in hub.desk.officers(operators["RS"])}
    with pytest.raises(MissingError):
        hub.desk.reset_officer(operators["RS"], made.officer.id, contexts=made.officer.contexts)
    with pytest.raises(InputError) as taken:
        hub.desk.add_officer(
            operators["RS"], login="mira", full_name="Mira Other", role="officer", posts=["GOSTUN"]
        )
    assert taken.value.code == "login_taken"


def test_nobody_shuts_themselves_out(hub: Hub, operators: dict[str, Operator]):
    """Disabling or demoting one's own account is refused."""
    own = hub.desk.officer(operators["RS"], operators["RS"].id)
    with pytest.raises(ForbiddenError):
        hub.desk.set_officer(
            operators["RS"],
            own.id,
            full_name=own.full_name,
            role="operator",
            posts=(),
            disabled=True,
            contexts=own.contexts,
        )


def test_a_password_reset_while_it_is_weighed_opens_nothing(
    hub: Hub, operators: dict[str, Operator], monkeypatch: pytest.MonkeyPatch
):
    """The desk resets an operator between the check of the old password and the session: none begins."""
    other = next(row for row in hub.desk.officers(operators["BA"]) if row.login == operators["BA"].login)
    accounts = hub.desk.people._accounts
    weigh = accounts._matches

    def weigh_slowly(officer: Officer | None, password: str) -> bool:
        fits = weigh(officer, password)
        hub.desk.reset_officer(operators["BA"], other.id, contexts=other.contexts)
        return fits

    monkeypatch.setattr(accounts, "_matches", weigh_slowly)
    with pytest.raises(SignInError) as refused:
        hub.desk.sign_in(login=other.login, password=PASSWORD, device="test")
    assert refused.value.code == "wrong_sign_in"
