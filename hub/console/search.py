"""Search with a purpose and a reference.

Job: the search page. Invariant: what is sought travels in a form's body, never in an address, so
that no log of addresses holds a traveller. Must not know: how matching works.
"""

from __future__ import annotations

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from hub.console.forms import Form, refusal, submitted
from hub.console.gate import Gate
from hub.desk import SEARCH_FORM, Desk
from hub.desk.view import Found, Operator
from shared.errors import InputError


class SearchPages:
    """`/search`."""

    def __init__(self, desk: Desk, gate: Gate) -> None:
        self._desk = desk
        self._gate = gate

    def add_to(self, blueprint: Blueprint) -> None:
        blueprint.add_url_rule("/search", "search", self._gate(self.search), methods=["GET", "POST"])

    def search(self, operator: Operator) -> ResponseReturnValue:
        if request.method == "GET":
            return self._page(Form(), None)
        form = submitted(SEARCH_FORM)
        try:
            found = self._desk.search(operator, {name: form.text(name) for name in SEARCH_FORM})
        except InputError as error:
            return self._page(refusal(form, error), None), error.status
        return self._page(form, found)

    def _page(self, form: Form, found: Found | None) -> str:
        return render_template(
            "console/search.html", form=form, found=found, purposes=self._desk.choices("search_purpose")
        )
