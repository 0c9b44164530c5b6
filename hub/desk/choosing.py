"""Choices: the code lists as a page offers them.

Must not know: pages, where the lists come from.
"""

from __future__ import annotations

from collections.abc import Iterable

from hub.desk.people import ROLES
from hub.desk.view import Choice
from shared.codelists import CodeLists
from shared.codelists.table import Coded


class Choices:
    """Every list by the name a form asks for it."""

    def __init__(self, lists: CodeLists) -> None:
        self._all: dict[str, tuple[Choice, ...]] = {
            "country": _plain(lists.countries),
            "post": tuple(Choice(code=p.code, label=p.label, group=p.country) for p in lists.posts),
            "category": _plain(lists.alert_categories),
            "action": _plain(lists.alert_actions),
            "search_purpose": _plain(lists.purposes),
            "void_reason": _plain(lists.void_reasons),
            "document_category": _plain(lists.document_categories),
            "vehicle_kind": _plain(lists.vehicle_kinds),
            "purpose": _plain(lists.crossing_purposes),
            "refusal_letter": _plain(lists.refusal_letters),
            "handling": _plain(lists.handling),
            "warning": _plain(lists.warnings),
            "matched_on": _plain(lists.matched_on),
            "decision": tuple(
                Choice(code=each.code, label=each.label, group=each.direction) for each in lists.decisions
            ),
            "role": _words(*ROLES),
            "sex": (
                Choice(code="F", label="female"),
                Choice(code="M", label="male"),
                Choice(code="X", label="unspecified"),
            ),
            "direction": _words("entry", "exit"),
            "outcome": _words("possible", "confirmed", "cleared"),
        }

    def of(self, name: str) -> tuple[Choice, ...]:
        """A list's entries in order; none for a list that is typed freely."""
        return self._all.get(name, ())


def _plain(entries: Iterable[Coded]) -> tuple[Choice, ...]:
    return tuple(Choice(code=entry.code, label=entry.label) for entry in entries)


def _words(*codes: str) -> tuple[Choice, ...]:
    return tuple(Choice(code=code, label=code.replace("_", " ")) for code in codes)
