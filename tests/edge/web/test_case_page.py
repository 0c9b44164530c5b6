"""The one-screen check, as pages: what is shown, what is kept, what is refused."""

from __future__ import annotations

import re

import pytest

from edge.booth import Booth
from edge.node import EdgeNode
from shared.errors import StoreError
from tests.edge.posts import TD3, TD3_WRONG_DIGIT, Post
from tests.edge.web.conftest import Browser


def decide(officer: Browser, decision: str, **form: object):
    return officer.post(f"/case/{officer.case()}/decide", decision=decision, **form)


def test_a_scan_shows_the_traveller_the_digits_the_answer_and_its_age(officer: Browser):
    """One page after one scan: name, birth, each digit's verdict, the answer with the list's age."""
    page = officer.scan(TD3).text
    assert re.search(r"ERIKSSON <span>ANNA MARIA", page)
    assert "12. 8. 1974." in page
    assert page.count('<li class="ok">') == 5
    assert "Expired" in page
    assert "No match" in page
    assert re.search(r"list of \d+ \w+ ago", page)


def test_the_cursor_follows_the_work(officer: Browser):
    """Scan field first; then the plate; after the plate the decision that Enter leads to."""
    assert re.search(r'<textarea id="mrz"[^>]* autofocus', officer.get("/").text)
    assert re.search(r'<input id="f-plate"[^>]* autofocus', officer.scan(TD3).text)
    page = officer.post(f"/case/{officer.case()}/look", plate="A12-E-345", plate_country="BIH").text
    assert re.search(r'id="decision-admit"[^>]* autofocus', page)


def test_a_wrong_digit_says_what_was_expected_and_waits_for_a_word(officer: Browser):
    """The failed digit shows both characters; nothing is saved until the officer has compared the page."""
    page = officer.scan(TD3_WRONG_DIGIT).text
    assert "6 expected, 7 read" in page
    refused = decide(officer, "admit")
    assert refused.status_code == 400
    assert 'id="f-confirm_digits-wrong"' in refused.text
    assert "Saved" in decide(officer, "admit", confirm_digits="yes").text


@pytest.mark.parametrize("zone", ["", "ABC", "P<UTO\x00ERIKSSON", TD3 + "\u202e", "A" * 300, TD3[:-1]])
def test_an_unreadable_scan_says_why_beside_the_field(officer: Browser, zone: str):
    """Nothing usable was read: the page says so with a code at the scan field, and the scan field waits."""
    page = officer.scan(zone).text
    if zone:
        assert 'id="mrz-wrong"' in page
        assert re.search(r"mrz_\w+</span>", page)
    assert re.search(r'<textarea id="mrz"[^>]* autofocus', page)


@pytest.mark.parametrize(
    ("field", "typed", "code"),
    [
        ("surname", "ERIK\x00SSON", "text_control"),
        ("surname", "ERIK\u202eSSON", "text_reordering"),
        ("surname", "E" * 500, "text_too_long"),
        ("birth", "31. 2. 1980", "impossible_date"),
        ("birth", "soon", "bad_date"),
        ("document_expiry", "32. 1. 2030", "impossible_date"),
        ("nationality", "QQQ", ""),
        ("document_issuer", "QQQ", ""),
        ("personal_number", "1\u200b2", "text_control"),
        ("document_number", "N" * 500, ""),
        ("accompanied_by", "NOT-AN-ID", ""),
        ("stay_days", "many", ""),
    ],
)
def test_bad_input_comes_back_beside_its_field_as_typed(officer: Browser, field: str, typed: str, code: str):
    """Each field of the manual form keeps what was typed and shows its own message; nothing is saved."""
    good = {"document_category": "passport", "document_number": "A1", "surname": "TEST", "birth": "1980"}
    page = officer.post(f"/case/{officer.case()}/fields", **{**good, field: typed}).text
    assert f'id="f-{field}-wrong"' in page
    assert code in page
    shown = re.search(rf'id="f-{field}" name="{field}" type="text" value="([^"]*)"', page)
    assert shown is not None
    assert shown[1].replace("\ufffd", "\x00") == typed
    assert "Saved" not in decide(officer, "admit").text


def test_markup_in_a_name_stays_text(officer: Browser):
    """What looks like a tag in a field is shown as the characters typed."""
    page = officer.post(
        f"/case/{officer.case()}/fields", document_category="none", surname="<b>X</b>", birth="1980"
    ).text
    assert "<b>X</b>" not in page


def test_a_child_in_a_parents_passport_is_typed_by_hand(officer: Browser):
    """No zone of its own: the child's check names the parent's check."""
    officer.scan(TD3)
    saved = decide(officer, "admit").text
    printed = re.search(r"KLOBUK-1-R-[\w-]+", saved)
    assert printed is not None
    page = officer.post(
        f"/case/{officer.case()}/fields",
        document_category="parents_passport",
        surname="ERIKSSON",
        given_names="LIV",
        birth="2. 3. 2021",
        nationality="UTO",
        accompanied_by=printed[0],
    ).text
    assert "Minor" in page
    assert printed[0] in page
    assert "Saved" in decide(officer, "admit").text


def test_saved_is_said_with_the_printed_id_and_the_scan_field_waits(officer: Browser, booth: Booth):
    """After the decision: "Saved", the id people read out, an empty case, the cursor in the scan field."""
    officer.scan(TD3)
    page = decide(officer, "admit", remark="none").text
    assert re.search(r"Saved</b> · <span class=\"mono\">KLOBUK-1-R-", page)
    assert re.search(r'<textarea id="mrz"[^>]* autofocus', page)
    assert "ERIKSSON" not in officer.get("/").text.split("Last checks")[0]


def test_a_double_submit_saves_once(officer: Browser):
    """The same form sent twice finds the check that the first one made."""
    officer.scan(TD3)
    case = officer.case()
    for _ in range(2):
        assert "Saved" in officer.post(f"/case/{case}/decide", decision="admit").text
    assert officer.get("/checks").text.count("KLOBUK-1-R-") == 1


def test_a_scan_for_a_case_that_is_over_begins_a_new_one(officer: Browser):
    """A scan from an old page is not lost."""
    officer.scan(TD3)
    case = officer.case()
    officer.post(f"/case/{case}/decide", decision="admit")
    page = officer.post(f"/case/{case}/scan", mrz=TD3, source="scan").text
    assert "decision-admit" in page
    assert officer.case() != case


def test_a_half_captured_case_survives_a_reload(officer: Browser):
    """Everything sent is there when the page is opened again."""
    officer.scan(TD3)
    officer.post(f"/case/{officer.case()}/look", plate="A12-E-345", remark="caravan")
    page = officer.get("/").text
    assert 'value="A12-E-345"' in page
    assert 'value="caravan"' in page


def test_refusal_needs_its_letters_and_says_so_in_the_box(officer: Browser):
    """Without a ground the box stays open with the message; with one it is saved."""
    officer.scan(TD3)
    page = decide(officer, "refuse", letters_asked="1")
    assert page.status_code == 400
    assert re.search(r'<details class="letters-box" id="letters" open>', page.text)
    assert 'id="letters-wrong"' in page.text
    assert "Refused" in decide(officer, "refuse", letters_asked="1", letters=["A", "H"]).text


def test_an_own_national_is_never_offered_refusal(officer: Browser):
    """Entry of an own citizen: admit or second line, no letters anywhere on the page."""
    page = officer.post(
        f"/case/{officer.case()}/fields",
        document_category="passport",
        document_number="A1",
        document_issuer="BIH",
        surname="HADZIC",
        birth="1980",
        nationality="BIH",
    ).text
    assert "decision-admit" in page
    assert 'id="letters"' not in page


def test_exit_has_its_own_decisions_and_the_lane_is_remembered(officer: Browser):
    """Exit lets out or stops; the next traveller begins in the same direction."""
    officer.scan(TD3)
    page = officer.post(f"/case/{officer.case()}/direction", to="exit").text
    assert "decision-let_out" in page
    assert "decision-admit" not in page
    assert "Saved" in decide(officer, "let_out").text
    assert re.search(r'value="exit" class="way on"', officer.get("/").text)


def test_a_hit_shows_what_to_do_and_whom_to_call(officer: Browser, post: Post, node: EdgeNode):
    """Word, action, why, owner, phone and reference stand on the page, and admitting is not the next step."""
    post.centre.alert(document_number="L898902C3", document_issuer="UTO", warnings=("armed",))
    node.round.run(post.centre.exchange)
    page = officer.scan(TD3).text
    for text in ("verdict hit", "+381 11 000 0000", "RS-2026-17", "same document number", "Armed"):
        assert text in page, text
    assert 'data-next="second_line"' in page
    assert 'data-twice="' in re.search(r'<button[^>]*id="decision-admit"[^>]*>', page)[0]  # type: ignore[index]  # asserted by the line itself


def test_a_plate_typed_last_is_asked_before_anything_is_saved(officer: Browser, post: Post, node: EdgeNode):
    """A hit on the plate that came with the decision is shown first; the second decision saves."""
    post.centre.alert(category="vehicle", action="seize", plate="A12-E-345", plate_country="BIH")
    node.round.run(post.centre.exchange)
    officer.scan(TD3)
    first = decide(officer, "admit", plate="A12-E-345", plate_country="BIH")
    assert first.status_code == 409
    assert "the answer has changed" in first.text
    assert "verdict hit" in first.text
    assert "Saved" in decide(officer, "second_line", plate="A12-E-345", plate_country="BIH").text


def test_a_discreet_alert_is_only_a_cue_until_opened(officer: Browser, post: Post, node: EdgeNode):
    """The page says "no match" with a filled mark; opening it is a POST and shows no verdict or colour."""
    clean = officer.scan(TD3).text
    officer.post(f"/case/{officer.case()}/drop")
    post.centre.alert(
        category="discreet", action="observe", document_number="L898902C3", reference="RS-QUIET-9"
    )
    node.round.run(post.centre.exchange)
    page = officer.scan(TD3).text
    assert "verdict clear" in page
    assert 'class="full"' in page
    assert 'class="full"' not in clean
    for word in ("discreet", "RS-QUIET-9", "+381", "verdict hit"):
        assert word not in page.lower(), word
    case = officer.case()
    assert officer.get(f"/case/{case}/details").status_code == 405
    officer.get("/")
    opened = officer.post(f"/case/{case}/details").text
    assert "RS-QUIET-9" in opened
    assert 'class="verdict' not in opened
    assert 'class="chip' not in opened


def test_a_full_disk_is_told_and_nothing_is_said_to_be_saved(officer: Browser, booth: Booth, monkeypatch):
    """When the store refuses, the page keeps the traveller and says "Not saved"."""
    officer.scan(TD3)

    def refuse(*_: object) -> None:
        raise StoreError("disk_full", "the disk is full", hint="Call the engineer.")

    monkeypatch.setattr(booth, "decide", refuse)
    page = decide(officer, "admit")
    assert page.status_code == 507
    assert "Not saved" in page.text
    assert "disk_full" in page.text
    assert "ERIKSSON" in page.text


def test_throwing_away_begins_anew(officer: Browser):
    """The case is gone, no check was made."""
    officer.scan(TD3)
    page = officer.post(f"/case/{officer.case()}/drop").text
    assert "No checks yet" in page


def test_no_address_holds_personal_data(officer: Browser):
    """Every step's address: no name, number or plate in any redirect or link."""
    officer.scan(TD3)
    answer = officer.post(f"/case/{officer.case()}/decide", follow=False, decision="admit", plate="A12-E-345")
    assert not re.search(r"ERIKSSON|L898902C3|A12", answer.location)
    page = officer.get("/checks").text
    assert not re.search(r'(?:href|action)="[^"]*(?:ERIKSSON|L898902C3|A12-E)', page)
