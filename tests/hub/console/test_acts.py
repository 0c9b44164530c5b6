"""What an operator does through the pages: refused with all that was typed kept, done once, and told."""

from __future__ import annotations

import re

import pytest

from tests.hub.console.centre import Browser, Centre

GOOD_ALERT = {
    "category": "arrest",
    "surname": "ERIKSSON",
    "given_names": "ANNA MARIA",
    "birth": "12.8.1974",
    "document_number": "L898902C3",
    "authority": "Court (synthetic)",
    "reference": "K-118/26",
    "reason": "synthetic robbery",
    "phone": "+381 11 000 0000",
}
_DOT = re.compile(r'name="choice-surname" value="(\d+)"')


def wrong_fields(page: str) -> set[str]:
    """The fields that a page marks as wrong."""
    return set(re.findall(r'id="([a-z_]+)-message"', page))


# --- alerts ---


def test_an_alert_goes_from_the_form_to_the_posts_list(centre: Centre, rs: Browser):
    """Raised on the page, fed down, matched at a post of another country: the hit is on this desk's page."""
    answer = rs.post("/alerts/new", GOOD_ALERT)
    assert answer.status_code == 303, answer.text
    page = rs.text(answer.location)
    assert "Wanted for arrest" in page
    assert "is raised and goes to the posts" in page
    centre.sync("BA")
    centre.check("BA")
    centre.sync("BA")
    assert "Klobuk" in rs.text("/hits")


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("birth", "31.2.1974"),
        ("birth", "1974\x0012"),
        ("surname", "ERIK\x00SSON"),
        ("surname", "\u202eNOSSKIRE"),
        ("surname", "X" * 5_000),
        ("document_number", "!!"),
        ("phone", "call me"),
        ("expires", "2001-01-01"),
        ("expires", "2200-01-01"),
        ("nationality", "12"),
        ("category", "goat"),
        ("reason", ""),
        ("handling", "H9"),
    ],
)
def test_a_wrong_field_comes_back_with_its_message_and_all_else_typed(
    centre: Centre, rs: Browser, field: str, typed: str
):
    """The message stands beside the field, the other values stay, and no alert exists."""
    answer = rs.post("/alerts/new", GOOD_ALERT | {field: typed})
    assert answer.status_code == 400
    assert field in wrong_fields(answer.text)
    kept = "authority" if field != "authority" else "reference"
    assert f'value="{GOOD_ALERT[kept]}"' in answer.text
    assert "Traceback" not in answer.text
    assert centre.hub.desk.alerts(centre.operator("RS")) == ()


def test_every_wrong_field_is_named_at_once(rs: Browser):
    """Nobody mends a form one error at a time."""
    answer = rs.post("/alerts/new", GOOD_ALERT | {"birth": "x", "phone": "y", "reason": ""})
    assert {"birth", "phone", "reason"} <= wrong_fields(answer.text)
    assert "3 fields need another look" in answer.text


def test_an_alert_is_withdrawn_with_a_reason_or_not_at_all(centre: Centre, rs: Browser):
    """No reason, no withdrawal; with one it is on the page, in the history, and off the list."""
    alert = centre.alert("RS")
    path, page = f"/records/{alert}/withdraw", f"/records/{alert}"
    refused = rs.post(path, {"reason": " "}, seen_at=page)
    assert (refused.status_code, wrong_fields(refused.text)) == (400, {"reason"})
    done = rs.post(path, {"reason": "lifted by the court"}, seen_at=page)
    assert done.status_code == 303
    assert "lifted by the court" in rs.text(page)
    assert "No alerts here." in rs.text("/alerts")
    assert "withdrawn" in rs.text("/alerts?show=all")


def test_a_discreet_alert_says_so_wherever_it_stands(centre: Centre, rs: Browser):
    """In the list of alerts, on its own page, and on its hit."""
    alert = centre.alert("RS", category="discreet")
    check = centre.check("BA")
    centre.sync("BA")
    assert check
    for path in ("/alerts", f"/records/{alert}", "/hits", "/"):
        assert "discreet" in rs.text(path), path


# --- conflicts ---


def test_a_conflict_shows_both_sides_with_who_when_where_and_why(centre: Centre, rs: Browser):
    """Both values, both authors, both reasons, what shows meanwhile and by which rule."""
    check = centre.conflict("RS")
    page = rs.text(f"/conflicts/{check}")
    for text in ("ERIKSEN", "ERICSON", "RS operator", "RS officer", "the centre", "Gostun"):
        assert text in page, text
    assert "as the passport&#39;s visual zone says" in page
    assert "misread at night" in page
    assert page.count("shown meanwhile") == 1
    assert "the newest value shows until a person decides" in page


def test_a_decision_needs_a_choice_and_a_reason(centre: Centre, rs: Browser):
    """Either missing: refused beside the field, the rest kept, the conflict still open."""
    path = f"/conflicts/{centre.conflict('RS')}"
    chosen = _DOT.findall(rs.text(path))[0]
    without_reason = rs.post(path, {"choice-surname": chosen})
    assert (without_reason.status_code, wrong_fields(without_reason.text)) == (400, {"reason"})
    assert f'value="{chosen}" checked' in without_reason.text
    without_choice = rs.post(path, {"reason": "compared with the photograph"})
    assert (without_choice.status_code, wrong_fields(without_choice.text)) == (400, {"surname"})
    assert "compared with the photograph" in without_choice.text
    bad_value = rs.post(
        path, {"choice-surname": "other", "typed-surname": "A\x00B", "reason": "as the photograph"}
    )
    assert (bad_value.status_code, wrong_fields(bad_value.text)) == (400, {"surname"})
    assert path in rs.text("/conflicts")


@pytest.mark.parametrize("choice", ["sibling", "other"])
def test_a_decision_ends_the_conflict_everywhere(centre: Centre, rs: Browser, choice: str):
    """One side, or a third value: the page, the list and the post agree, and the reason is in the history."""
    check = centre.conflict("RS")
    path = f"/conflicts/{check}"
    siblings = _DOT.findall(rs.text(path))
    form = {"choice-surname": siblings[0], "reason": "compared with the photograph"}
    if choice == "other":
        form |= {"choice-surname": "other", "typed-surname": "ERIKSSON-BERG"}
    assert rs.post(path, form).location == f"/records/{check}"
    assert "compared with the photograph" in rs.text(f"/records/{check}")
    assert "No two versions wait" in rs.text("/conflicts")
    centre.sync("RS")
    at_post = centre.nodes["RS"].booth.check(centre.officer("RS"), check).values["surname"]
    assert at_post in (("ERIKSSON-BERG",) if choice == "other" else ("ERIKSEN", "ERICSON"))
    assert at_post in rs.text(f"/records/{check}")


def test_a_stale_decision_changes_nothing_and_keeps_the_reason(centre: Centre, rs: Browser):
    """The record moved under the form: 409, said in words, the fresh state shown, the reason still typed."""
    check = centre.conflict("RS")
    path = f"/conflicts/{check}"
    old = re.search(r'name="contexts" value="([^"]+)"', rs.text(path))
    chosen = _DOT.findall(rs.text(path))[0]
    assert old is not None
    assert rs.post(f"/records/{check}/correct", {"document_number": "X1234567", "reason": "another digit"})
    form = {"choice-surname": chosen, "reason": "compared with the photograph", "contexts": old[1]}
    stale = rs.post(path, form)
    assert stale.status_code == 409
    assert "changed while this form was open" in stale.text
    assert "compared with the photograph" in stale.text
    assert old[1] not in stale.text, "the form carries the new contexts"
    assert path in rs.text("/conflicts")


def test_a_damaged_form_is_refused_in_words(centre: Centre, rs: Browser):
    """Contexts that are no contexts do nothing, and are no fault of the hub."""
    path = f"/conflicts/{centre.conflict('RS')}"
    form = {"choice-surname": _DOT.findall(rs.text(path))[0], "reason": "compared", "contexts": "%%%"}
    answer = rs.post(path, form)
    assert answer.status_code == 400
    assert "damaged" in answer.text


# --- hits ---


def test_a_hit_is_seen_settled_and_answered(centre: Centre, rs: Browser):
    """Each act shows on the hit's page; the queue empties; the post hears the answer."""
    centre.alert("RS")
    centre.check("BA")
    centre.sync("BA")
    hit = centre.hub.desk.hits(centre.operator("RS"))[0].id
    page = f"/records/{hit}"
    assert rs.post(f"{page}/acknowledge", {}, seen_at=page).status_code == 303
    assert "I have seen it" not in rs.text(page)
    refused = rs.post(f"{page}/settle", {"reason": "fingerprints"}, seen_at=page)
    assert (refused.status_code, wrong_fields(refused.text)) == (400, {"outcome"})
    assert "fingerprints" in refused.text
    settled = rs.post(f"{page}/settle", {"outcome": "confirmed", "reason": "fingerprints"}, seen_at=page)
    assert settled.status_code == 303
    assert (
        rs.post(f"{page}/answer", {"answer": "Hold until our patrol comes"}, seen_at=page).status_code == 303
    )
    assert "Hold until our patrol comes" in rs.text(page)
    assert "No hits." in rs.text("/hits")
    centre.sync("BA")
    booth, officer = centre.nodes["BA"].booth, centre.officer("BA")
    assert booth.open_hit(officer, booth.hits(officer)[0].hit).row.outcome == "confirmed"


def test_only_the_alerts_owner_answers(centre: Centre):
    """The post's own desk sees the hit and settles it, but has no answer to give in the owner's name."""
    centre.alert("RS")
    centre.check("BA")
    centre.sync("BA")
    ba = centre.browser("BA")
    hit = centre.hub.desk.hits(centre.operator("BA"))[0].id
    page = ba.text(f"/records/{hit}")
    assert f"/records/{hit}/answer" not in page
    assert f"/records/{hit}/settle" in page
    refused = ba.post(f"/records/{hit}/answer", {"answer": "let her go"}, seen_at=f"/records/{hit}")
    assert refused.status_code == 403


def test_a_late_hit_is_marked_late(centre: Centre, rs: Browser):
    """Found by the post when the alert came after the traveller: both pages say so in words."""
    centre.check("BA")
    centre.sync("BA")
    centre.alert("RS")
    centre.sync("BA")
    assert "late: found after the check" in rs.text("/hits")
    assert "late" in rs.text("/")


# --- checks and clocks ---


def test_a_check_is_corrected_with_a_reason_and_the_original_stays(centre: Centre, rs: Browser):
    """Only what changed is sent; the history names who and why; nothing changed is refused."""
    check = centre.check("RS")
    centre.sync("RS")
    path = f"/records/{check}/correct"
    refused = rs.post(path, {"surname": "ERIKSSON", "reason": "no change at all"})
    assert refused.status_code == 400
    done = rs.post(path, {"surname": "ERIKSEN", "birth": "1974-08-12", "reason": "as the visual zone"})
    assert done.status_code == 303
    page = rs.text(f"/records/{check}")
    assert "ERIKSEN" in page
    assert "as the visual zone" in page


def test_a_clock_three_days_ahead_shows_both_times(centre: Centre, rs: Browser):
    """What the post claims and when the hub received it, in the list and on the record's page."""
    centre.dial.skew_ms["RS"] = 3 * 24 * 60 * 60 * 1000
    check = centre.check("RS", confirm_clock="yes")
    centre.sync("RS")
    for path in ("/checks", f"/records/{check}"):
        page = rs.text(path)
        assert "2026-05-31" in page, path
        assert "2026-05-28" in page, path
    assert "clock suspect" in rs.text("/checks")


# --- officers ---


def test_an_officers_first_password_is_shown_once(centre: Centre, rs: Browser):
    """On the answer to the form that made it, and on no page after."""
    form = {"login": "m.petrovic", "full_name": "Mira Petrović", "role": "officer", "posts": "GOSTUN"}
    answer = rs.post("/officers/new", form)
    shown = re.search(r'password-once">([^<]+)<', answer.text)
    assert shown is not None
    officer = next(
        row for row in centre.hub.desk.officers(centre.operator("RS")) if row.login == "m.petrovic"
    )
    assert shown[1] not in rs.text("/officers") + rs.text(f"/officers/{officer.id}") + rs.text("/my-views")
    centre.sync("RS")
    booth = centre.nodes["RS"].booth
    assert booth.sign_in(login="m.petrovic", password=shown[1], device=booth.device(None)).must_change


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("login", "Ž"),
        ("login", "rs.booth"),
        ("full_name", ""),
        ("role", "king"),
        ("posts", "KLOBUK"),
        ("posts", ""),
    ],
)
def test_a_wrong_officer_form_says_which_field(rs: Browser, field: str, typed: str):
    """A taken login, a post of another country: beside the field, the rest kept."""
    form = {"login": "m.petrovic", "full_name": "Mira Petrović", "role": "officer", "posts": "GOSTUN"}
    answer = rs.post("/officers/new", form | {field: typed})
    assert (answer.status_code, wrong_fields(answer.text)) == (400, {field})
    kept = "m.petrovic" if field != "login" else "Mira Petrović"
    assert f'value="{kept}"' in answer.text


def test_disabling_an_officer_reaches_the_post(centre: Centre, rs: Browser):
    """Saved on the page, carried by the next contact, refused at the booth; nobody shuts out themselves."""
    people = {row.login: row for row in centre.hub.desk.officers(centre.operator("RS"))}
    form = {"full_name": "RS officer", "role": "officer", "posts": "GOSTUN", "disabled": "yes"}
    assert rs.post(f"/officers/{people['rs.booth'].id}", form).status_code == 303
    centre.sync("RS")
    with pytest.raises(Exception, match="officer_disabled"):
        centre.officer("RS")
    own = rs.post(f"/officers/{people['rs.desk'].id}", form | {"role": "operator", "posts": ""})
    assert own.status_code == 403
    assert "nobody shuts themselves out" in own.text.lower()


# --- search and whatever else comes in ---


@pytest.mark.parametrize("missing", ["purpose", "reference"])
def test_no_search_without_purpose_and_reference(rs: Browser, missing: str):
    """Both are demanded beside their fields, and what was sought stays typed."""
    form = {"purpose": "investigation", "reference": "K-1/26", "document_number": "L898902C3"}
    answer = rs.post("/search", form | {missing: ""})
    assert (answer.status_code, wrong_fields(answer.text)) == (400, {missing})
    assert 'value="L898902C3"' in answer.text


def test_what_is_sought_stands_in_no_address(rs: Browser):
    """A search is a form's body; the address with a query finds nothing and shows nothing of it."""
    page = rs.text("/search?document_number=L898902C3&purpose=investigation&reference=x")
    assert "L898902C3" not in page


def test_a_ten_megabyte_form_is_refused_unread(rs: Browser):
    """A coded page, no memory taken, the session alive."""
    answer = rs.client.post("/alerts/new", data={"reason": "x" * 10_000_000})
    assert answer.status_code == 413
    assert "form_too_large" in answer.text
    assert rs.get("/").status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        "/nope",
        "/records/0",
        "/records/abc",
        "/records/99999999999999999999",
        "/officers/x",
        "/records/GOSTUN-1-R-1-0",
    ],
)
def test_a_wrong_address_is_a_page_with_a_code(rs: Browser, path: str):
    """Never a traceback: a code, a sentence, a way on, and the rail still there."""
    answer = rs.get(path)
    assert answer.status_code in (400, 404)
    assert "<code>" in answer.text
    assert 'aria-label="Pages"' in answer.text


def test_markup_in_a_name_is_text(centre: Centre, rs: Browser):
    """What somebody typed is shown, never run."""
    answer = rs.post("/alerts/new", GOOD_ALERT | {"marks": "<b onmouseover=x>scar</b>"})
    page = rs.text(answer.location)
    assert "&lt;b onmouseover=x&gt;scar" in page
    assert "<b onmouseover" not in page
