"""Words for codes: everything the schema and the desk can say has one, and unknown codes are not hidden."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from flask_babel import Babel

from hub.console.words import FIELDS, KINDS, Words
from hub.desk.view import Why
from shared.codelists import load
from shared.merge import Standing
from shared.schema import SCHEMA, Kind, Rule

# The kinds a desk opens as a page today; the others come with their own work.
SHOWN = (Kind.CHECK, Kind.ALERT, Kind.HIT, Kind.OFFICER)


@pytest.fixture
def words() -> Iterator[Words]:
    """The words of the delivered code lists, in a context in which texts are translated."""
    app = Flask("texts")
    Babel(app)
    with app.test_request_context():
        yield Words(load())


@pytest.mark.parametrize("kind", SHOWN, ids=lambda kind: kind.name)
def test_every_field_of_a_shown_kind_has_a_word(kind: Kind):
    """No page shows a column name of the database, but for what never leaves the store."""
    unshown = {"verifier", "own_verifier", "reset", "own_reset"}
    assert [f.name for f in SCHEMA[kind].fields if f.name not in FIELDS.keys() | unshown] == []


def test_every_kind_has_a_word():
    """Whatever kind a history mentions can be named."""
    assert [
        row.name for row in SCHEMA.values() if row.name not in KINDS and row.kind <= Kind.REFUSED_CHANGE
    ] == []


@pytest.mark.parametrize("why", list(Why))
def test_every_route_of_access_has_a_word(words: Words, why: Why):
    """The column that says why a row is visible never shows a bare code."""
    assert words.word("why", why.value) != why.value


def test_every_rule_and_standing_has_a_word(words: Words):
    """How an interim value was picked is said in words."""
    assert [rule for rule in Rule if words.word("rule", rule.value) == rule.value] == []
    assert [
        one for one in Standing if words.word("standing", one.name.lower()) == one.name.lower() != "agreed"
    ] == []


def test_an_unknown_code_reads_as_itself(words: Words):
    """A newer peer's code is shown, readable, and raises nothing."""
    assert words.word("category", "stolen_goat") == "stolen goat"
    assert words.word("no_such_group", "x") == "x"
    assert words.word("category", None) == ""


def test_free_text_is_left_alone(words: Words):
    """A remark that happens to hold an underscore is not taken for a code; a real code is."""
    assert words.known("remark", "car_42") == "car_42"
    assert words.known("action", "detain") == "Detain and call the owner"
