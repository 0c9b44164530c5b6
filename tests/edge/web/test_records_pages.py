"""Saved checks, hits, look-ups and the node's state, as pages."""

from __future__ import annotations

import re

from edge.node import EdgeNode
from tests.edge.posts import TD3, Post
from tests.edge.web.conftest import Browser


def saved(officer: Browser) -> str:
    """Save one traveller; the check's address."""
    officer.scan(TD3)
    officer.post(f"/case/{officer.case()}/decide", decision="admit", plate="A12-E-345", plate_country="BIH")
    found = re.search(r'href="(/checks/\d+)"', officer.text)
    assert found is not None
    return found[1]


def contexts(officer: Browser) -> str:
    found = re.search(r'name="contexts" value="([^"]*)"', officer.text)
    assert found is not None
    return found[1].replace("&#34;", '"')


def test_a_check_can_be_corrected_and_keeps_its_first_entry(officer: Browser):
    """The form shows the values as they stand; after saving both values are in the history."""
    check = saved(officer)
    form = officer.get(f"{check}/correct").text
    assert 'value="A12-E-345"' in form
    page = officer.post(
        f"{check}/correct", contexts=contexts(officer), plate="A12-E-346", reason="misread"
    ).text
    assert "A12-E-346" in page
    assert "misread" in page
    assert "Corrected" in page


def test_a_check_shows_the_zone_as_it_was_read(officer: Browser):
    """The lines stand on the check's page; their format is no fact an officer reads."""
    page = officer.get(saved(officer)).text
    first, second = TD3.split("\n")
    assert first.replace("<", "&lt;") in page
    assert second.replace("<", "&lt;") in page
    assert "mrz_format" not in page
    assert "TD3" not in page


def test_a_correction_without_a_reason_comes_back_as_typed(officer: Browser):
    """The message stands at the reason, the new value is still there, nothing changed."""
    check = saved(officer)
    officer.get(f"{check}/correct")
    page = officer.post(f"{check}/correct", contexts=contexts(officer), plate="A12-E-346", reason="")
    assert page.status_code == 400
    assert 'id="f-reason-wrong"' in page.text
    assert 'value="A12-E-346"' in page.text
    assert "A12-E-346" not in officer.get(check).text


def test_two_corrections_from_the_same_look_do_not_overwrite(officer: Browser):
    """The second form is older than the check: a page says so, and the first correction stands."""
    check = saved(officer)
    officer.get(f"{check}/correct")
    seen = contexts(officer)
    officer.post(f"{check}/correct", contexts=seen, plate="A12-E-346", reason="misread")
    officer.get(f"{check}/correct")
    late = officer.post(f"{check}/correct", contexts=seen, plate="A12-E-347", reason="misread")
    assert late.status_code == 409
    assert "check_changed" in late.text
    assert "A12-E-346" in officer.get(check).text


def test_a_void_check_stays_visible_with_its_reason(officer: Browser):
    """It is struck through among the recent ones; its page says why it does not count."""
    check = saved(officer)
    officer.get(f"{check}/void")
    bare = officer.post(f"{check}/void", contexts=contexts(officer))
    assert bare.status_code == 400
    assert 'id="f-reason-wrong"' in bare.text
    page = officer.post(f"{check}/void", contexts=contexts(officer), reason="misread").text
    assert "Document misread" in page
    assert "Correct <kbd>" not in page
    assert 'class="struck"' in officer.get("/checks").text


def test_a_void_for_another_reason_wants_words(officer: Browser):
    """ "Other" alone is no reason: the message stands at the words, the choice is kept."""
    check = saved(officer)
    officer.get(f"{check}/void")
    page = officer.post(f"{check}/void", contexts=contexts(officer), reason="other")
    assert page.status_code == 400
    assert 'id="f-note-wrong"' in page.text
    assert re.search(r'value="other" checked', page.text)


def test_unknown_checks_and_hits_are_coded_pages(officer: Browser):
    """A made-up id is a page with a code, not a traceback."""
    assert officer.get("/checks/123456789").status_code in {400, 404}
    assert officer.get("/checks/%00").status_code in {400, 404}
    officer.get("/hits")
    assert officer.post("/hits/123456789").status_code in {400, 404}


def test_a_late_hit_is_a_task_until_it_is_settled(officer: Browser, post: Post, node: EdgeNode):
    """An alert that came after the traveller: a badge, the first row, then settled with a reason."""
    saved(officer)
    post.centre.alert(document_number="L898902C3", document_issuer="UTO")
    node.round.run(post.centre.exchange)
    page = officer.get("/hits").text
    assert "Late hits" in page
    assert 'class="badge"' in page
    hit = re.search(r'action="(/hits/\d+)"', page)
    assert hit is not None
    opened = officer.post(hit[1]).text
    assert "+381 11 000 0000" in opened
    bare = officer.post(f"{hit[1]}/settle", outcome="cleared", reason="", contexts=contexts(officer))
    assert bare.status_code == 400
    assert 'id="f-reason-wrong"' in bare.text
    assert re.search(r'value="cleared" checked', bare.text)
    officer.post(f"{hit[1]}/settle", outcome="cleared", reason="another photo", contexts=contexts(officer))
    assert "Late hits: the traveller has gone" not in officer.text
    assert "Cleared" in officer.text


def test_a_discreet_hit_lists_as_an_entry_only(officer: Browser, post: Post, node: EdgeNode):
    """In the list of hits and on the check's page nothing names the alert; opened, it does."""
    post.centre.alert(
        category="discreet", action="observe", document_number="L898902C3", reference="RS-QUIET-9"
    )
    node.round.run(post.centre.exchange)
    check = saved(officer)
    for path in ("/hits", check, "/checks", "/"):
        page = officer.get(path).text
        assert "RS-QUIET-9" not in page, path
        assert "iscreet" not in page, path
    hit = re.search(r'action="(/hits/\d+)"', officer.get("/hits").text)
    assert hit is not None
    assert "RS-QUIET-9" in officer.post(hit[1]).text


def test_a_look_up_states_its_purpose(officer: Browser):
    """Without one: a message at the purpose, all typed kept. With one: the answer and own checks."""
    saved(officer)
    officer.get("/look-up")
    page = officer.post("/look-up", document_number="L898902C3", purpose="")
    assert page.status_code == 400
    assert 'id="f-purpose-wrong"' in page.text
    assert 'value="L898902C3"' in page.text
    code = re.search(r'<select id="f-purpose".*?<option value="(\w+)"', page.text, re.S)
    assert code is not None
    found = officer.post("/look-up", document_number="L898902C3", purpose=code[1], reference="R-1")
    assert found.status_code == 200, found.text
    assert "No match" in found.text
    assert "ERIKSSON" in found.text


def test_the_status_page_speaks_plainly(officer: Browser):
    """Link, queue, last contact, list, clock, disk, each with a word; "sync now" answers at once."""
    page = officer.get("/status").text
    for word in ("Link", "To send", "Last contact", "Alert list", "Clock", "Disk"):
        assert word in page
    assert "A sync was asked for" in officer.post("/status/sync").text


def test_every_page_shows_link_queue_and_list_age(officer: Browser):
    """The three signals stand on every page, the error page included."""
    for path in ("/", "/manual", "/checks", "/hits", "/look-up", "/status", "/password", "/nowhere"):
        page = officer.get(path).text
        for word in ("Link", "To send", "Alert list"):
            assert word in page, (path, word)
