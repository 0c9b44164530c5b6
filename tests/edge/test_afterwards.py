"""Saved checks: corrected and voided with a reason, never overwritten."""

from __future__ import annotations

import pytest

from edge.booth import Booth
from edge.form import FormError
from edge.node import EdgeNode
from edge.screen import Session
from shared.errors import ForbiddenError, InputError, MissingError, StaleError
from tests.edge.posts import TD3, rows
from tests.edge.test_cases import BIH, admit


def test_a_correction_keeps_the_original_and_its_reason(booth: Booth, session: Session):
    """The page shows the new value; the history shows who changed what from what, and why."""
    saved = admit(booth, session)
    shown = booth.check(session, saved.check).contexts
    form = {"surname": "ERIKSEN", "plate": "M12-K-345", "nationality": "UTO"}
    view = booth.correct(session, saved.check, form=form, reason="read from the visual zone", contexts=shown)
    assert (view.values["surname"], view.values["plate"], view.row.corrected) == (
        "ERIKSEN",
        "M12-K-345",
        True,
    )
    created, corrected = view.history
    assert dict(created.fields)["surname"] == "ERIKSSON"
    assert (corrected.action, corrected.reason, corrected.officer) == (
        "correct",
        "read from the visual zone",
        "Mira Test",
    )
    assert dict(corrected.fields) == {"surname": "ERIKSEN", "plate": "M12-K-345"}


def test_the_zone_is_shown_as_it_was_read(booth: Booth, session: Session):
    """A check's page has the captured lines, though none are kept, and has them still when a name changes."""
    saved = admit(booth, session)
    view = booth.check(session, saved.check)
    assert "mrz_lines" not in view.values
    assert "\n".join(view.lines) == TD3
    form = {"surname": "ERIKSEN"}
    view = booth.correct(session, saved.check, form=form, reason="visual zone", contexts=view.contexts)
    assert "\n".join(view.lines) == TD3


def test_a_form_older_than_the_check_is_refused(booth: Booth, session: Session):
    """Two officers open the same form; the second to save is told, and nothing is overwritten."""
    saved = admit(booth, session)
    shown = booth.check(session, saved.check).contexts
    booth.correct(session, saved.check, form={"surname": "FIRST"}, reason="first", contexts=shown)
    with pytest.raises(StaleError) as told:
        booth.correct(session, saved.check, form={"surname": "SECOND"}, reason="second", contexts=shown)
    assert told.value.code == "check_changed"
    assert booth.check(session, saved.check).values["surname"] == "FIRST"


@pytest.mark.parametrize("contexts", ["", "{", "[]", '{"x": 1}', '{"1": "2"}', "[" * 5000, '{"1": [{}]}'])
def test_a_form_without_its_contexts_is_refused(booth: Booth, session: Session, contexts: str):
    """A form that did not come from the page changes nothing."""
    saved = admit(booth, session)
    with pytest.raises(StaleError):
        booth.correct(session, saved.check, form={"surname": "X"}, reason="x", contexts=contexts)


def test_a_correction_needs_a_reason_and_good_values(booth: Booth, session: Session):
    """Every bad field is named at once, the reason among them."""
    saved = admit(booth, session)
    shown = booth.check(session, saved.check).contexts
    form = {"birth": "31.02.1990", "nationality": "QQQ", "surname": "A\x00B", "stay_days": "many"}
    with pytest.raises(FormError) as told:
        booth.correct(session, saved.check, form=form, reason=" ", contexts=shown)
    assert {name: problem.code for name, problem in told.value.problems.items()} == {
        "birth": "impossible_date",
        "nationality": "unknown_state",
        "surname": "text_control",
        "stay_days": "bad_days",
        "reason": "reason_missing",
    }


def test_a_correction_obeys_the_rules_of_the_decision(booth: Booth, session: Session):
    """A refusal cannot be corrected into the refusal of an own national, nor lose its letters."""
    case = booth.open_case(session)
    booth.enter(session, case, {"mrz": BIH, "direction": "entry", "nationality": "DEU"})
    saved = booth.decide(session, case, {"decision": "refuse", "letters": "C", "confirm_digits": "yes"})
    shown = booth.check(session, saved.check).contexts
    with pytest.raises(FormError) as own:
        booth.correct(session, saved.check, form={"nationality": "BIH"}, reason="x", contexts=shown)
    with pytest.raises(FormError) as bare:
        booth.correct(session, saved.check, form={"letters": ""}, reason="x", contexts=shown)
    assert own.value.problems["decision"].code == "own_national"
    assert bare.value.problems["letters"].code == "letters_missing"


def test_what_is_left_as_it_stands_is_not_judged_again(booth: Booth, session: Session):
    """A zone's unknown state does not stop the correction of a plate in a form that sends every field."""
    zone = TD3.replace("UTOERIKSSON", "QQQERIKSSON").replace("6UTO", "6QQQ")
    saved = admit(booth, session, mrz=zone)
    view = booth.check(session, saved.check)
    assert view.values["nationality"] == "QQQ"
    form = {name: view.values.get(name, "") for name in view.correctable} | {"plate": "M12-K-345"}
    after = booth.correct(session, saved.check, form=form, reason="typed wrong", contexts=view.contexts)
    assert after.values["plate"] == "M12-K-345"


def test_equal_values_change_nothing(node: EdgeNode, booth: Booth, session: Session):
    """A form sent back as it was appends nothing to the log."""
    saved = admit(booth, session)
    view = booth.check(session, saved.check)
    before = rows(node, "SELECT count(*) FROM log")
    same = {name: view.values.get(name, "") for name in view.correctable}
    assert (
        booth.correct(session, saved.check, form=same, reason="nothing", contexts=view.contexts).row
        == view.row
    )
    assert rows(node, "SELECT count(*) FROM log") == before


def test_a_void_needs_its_reason_and_ends_the_check(booth: Booth, session: Session):
    """`other` asks for words; a void check is marked, cannot be corrected, and is not found by look-ups."""
    saved = admit(booth, session)
    shown = booth.check(session, saved.check).contexts
    with pytest.raises(FormError) as told:
        booth.void(session, saved.check, reason="other", contexts=shown)
    assert told.value.problems["note"].code == "note_missing"
    view = booth.void(session, saved.check, reason="other", note="wrong traveller", contexts=shown)
    assert (view.row.void, view.void_reason, view.history[-1].reason) == (True, "other", "wrong traveller")
    with pytest.raises(ForbiddenError):
        booth.correct(session, saved.check, form={"surname": "X"}, reason="x", contexts=view.contexts)
    found = booth.look_up(session, {"document_number": "L898902C3", "purpose": "first_line"})
    assert found.checks == ()


def test_a_check_opens_by_its_printed_id(booth: Booth, session: Session):
    """Printed and URL id name the same check; a misheard or foreign one finds nobody else's."""
    saved = admit(booth, session)
    assert booth.check(session, saved.printed).row.check == saved.check
    wrong = saved.printed[:-1] + ("A" if saved.printed[-1] != "A" else "B")
    with pytest.raises(InputError):
        booth.check(session, wrong)
    with pytest.raises(MissingError):
        booth.check(session, "1")
    for junk in ("", "x", "9" * 30, "-1", "\x00", "KLOBUK-1-R-" + "0" * 50 + "-1"):
        with pytest.raises((InputError, MissingError)):
            booth.check(session, junk)


def test_opening_a_check_is_written_down(node: EdgeNode, booth: Booth, session: Session):
    """Who looked at whose record stays in the chain."""
    saved = admit(booth, session)
    booth.check(session, saved.check)
    (last,) = rows(node, "SELECT action, record, officer FROM audit ORDER BY number DESC LIMIT 1")
    assert last == ("check_opened", int(saved.check), session.officer)
