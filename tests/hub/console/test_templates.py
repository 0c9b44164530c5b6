"""Templates by their text: nothing inline, nothing from elsewhere, every writer with its token."""

from __future__ import annotations

import re

import pytest

from tests.house.source import ROOT

TEMPLATES = sorted((ROOT / "hub" / "templates").rglob("*.html"))
FILES = [*TEMPLATES, *sorted((ROOT / "hub" / "static").iterdir())]
FORM = re.compile(r"<form[^>]*method=\"post\"[^>]*>.*?</form>", re.DOTALL)
# What is not text, in the order it is taken away: the template language, tags, attributes a macro prints.
MARKS = (
    re.compile(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", re.DOTALL),
    re.compile(r"<code>[^<]*</code>|<[^>]*>|&[#\w]+;"),
    re.compile(r"[\w-]+=\"[^\"]*\""),
)


def ids(path: object) -> str:
    return str(path).rpartition("/")[2]


@pytest.mark.parametrize("path", TEMPLATES, ids=ids)
def test_no_script_or_style_stands_in_a_page(path):
    """The content policy would refuse them; what it refuses silently would be found at night."""
    text = path.read_text(encoding="utf-8")
    assert re.findall(r"<style|<script(?![^>]*\bsrc=)|\sstyle=|\son[a-z]+=|javascript:", text) == []


@pytest.mark.parametrize("path", FILES, ids=ids)
def test_nothing_is_fetched_from_elsewhere(path):
    """No address of another machine stands in what is served; the name of SVG's grammar is no address."""
    text = path.read_text(encoding="utf-8").replace("http://www.w3.org/2000/svg", "")
    assert re.findall(r"https?://|url\(|@import", text) == []


@pytest.mark.parametrize("path", TEMPLATES, ids=ids)
def test_every_writing_form_carries_a_token(path):
    """A form that posts without the CSRF token would only ever be refused."""
    forms = FORM.findall(path.read_text(encoding="utf-8"))
    assert [form[:80] for form in forms if "csrf()" not in form and "csrf_token()" not in form] == []


@pytest.mark.parametrize("path", TEMPLATES, ids=ids)
def test_every_text_can_be_translated(path):
    """No word for people stands outside `_()`; units, zones and bare attributes are no words."""
    text = path.read_text(encoding="utf-8")
    for mark in MARKS:
        text = mark.sub(" ", text)
    words = re.findall(r"[^\W\d_]{2,}", text)
    assert [word for word in words if word not in {"Karaula", "UTC", "MB", "GB", "autofocus"}] == []
