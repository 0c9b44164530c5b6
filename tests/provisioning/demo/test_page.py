from __future__ import annotations

import pytest

from provisioning.demo.page import read

PAGE = """<!doctype html>
<html><head><title>Check · KLOBUK</title><script>var hidden = 1;</script></head><body>
<header><form method="post" action="/theme"><button name="theme" value="night">Night</button></form></header>
<main id="main"><h1>Check</h1><p class="age">list of 3 s ago
<form method="post" action="/case/7/decide" id="decide">
<input type="hidden" name="csrf_token" value="t">
<input name="plate" value="A12">
<input type="checkbox" name="letters" value="A"><input type="checkbox" name="letters" value="B" checked>
<input type="radio" name="way" value="in"><input type="radio" name="way" value="out" checked>
<select name="sex"><option value="">-</option><option value="F" selected>Female</option></select>
<select name="kind"><option>car</option><option>bus</option></select>
<textarea name="mrz">
P&lt;UTO
</textarea>
<input name="off" value="x" disabled>
<button name="decision" value="admit">Admit</button><button name="decision" value="refuse">Refuse</button>
</form>
<input name="remark" value="late" form="decide">
<form action="/other"><input name="remark" value="foreign"></form>
<table><tr><td>one<td>two<tr><td><a href="/checks/1">K-1</a></table>
<datalist><option>Utopia</option></datalist>
</main></body></html>"""


def test_an_untouched_form_sends_what_a_browser_would_send():
    """Ticked boxes, chosen options, the text of an area without its first line end, and the CSRF token."""
    form = read(PAGE, url="http://x/").form(action="/decide")
    assert form.values == (
        ("csrf_token", "t"),
        ("plate", "A12"),
        ("letters", "B"),
        ("way", "out"),
        ("sex", "F"),
        ("kind", "car"),
        ("mrz", "P<UTO\n"),
        ("remark", "late"),
    )


def test_buttons_are_apart_from_what_is_always_sent():
    """A named button's value goes only with a press."""
    form = read(PAGE, url="http://x/").form(action="/decide")
    assert form.buttons == (("decision", "admit"), ("decision", "refuse"))
    assert "decision" not in dict(form.values)


def test_a_form_is_found_by_a_control_it_has():
    """`name` finds the form in which a control stands, wherever it leads."""
    assert read(PAGE, url="http://x/").form(name="way").action == "/case/7/decide"


def test_a_missing_form_says_what_the_page_says():
    """Whoever looks for a form that is not there reads the page's words, not a bare None."""
    with pytest.raises(LookupError, match="list of 3 s ago"):
        read(PAGE, url="http://x/").form(action="/nowhere")


def test_the_words_are_those_a_person_reads():
    """Neither scripts nor suggestion lists nor the frame belong to a page's words."""
    page = read(PAGE)
    assert "hidden" not in page.text
    assert "Utopia" not in page.text
    assert "Night" not in page.text
    assert page.title == "Check · KLOBUK"


def test_cells_without_end_tags_are_apart():
    """HTML lets a cell end where the next begins."""
    cells = [cell.text for cell in read(PAGE).root.find_all("td")]
    assert cells == ["one", "two", "K-1"]
