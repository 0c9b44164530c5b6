"""What stands around every page: the bar, the rail of places with how much waits, theme, time, words.

Job: give templates the names they all use. Invariant: nothing here changes anything.
Must not know: what a page is about.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from flask import Flask, g, request
from flask_babel import get_locale
from flask_babel import lazy_gettext as _

from hub.console.moments import ago, moment, skew, span, zone_of
from hub.console.values import Shown
from hub.console.words import Words
from hub.desk import Desk
from hub.desk.view import Operator
from shared.codelists import CodeLists
from shared.errors import StoreError

THEME_COOKIE: Final = "theme"
THEMES: Final = ("day", "night")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One entry of the rail. `key` opens it from the keyboard; `grave` colours its count."""

    key: str
    endpoint: str
    word: object
    here: bool = False
    waiting: int = 0
    grave: bool = False
    apart: bool = False


_PLACES: Final = (
    ("1", "overview", _("Now")),
    ("2", "nodes", _("Nodes")),
    ("3", "checks", _("Checks")),
    ("4", "hits", _("Hits")),
    ("5", "conflicts", _("Conflicts")),
    ("6", "alerts", _("Alerts")),
    ("7", "search", _("Search")),
    ("8", "officers", _("Officers")),
    ("9", "own_views", _("My views")),
)
_AT_HOME: Final = {  # page → the place it belongs to
    "times": "checks",
    "conflict": "conflicts",
    "new_alert": "alerts",
    "officer": "officers",
    "new_officer": "officers",
}


def theme() -> str:
    """The theme this workstation chose; day until it has."""
    chosen = request.cookies.get(THEME_COOKIE)
    return chosen if chosen in THEMES else THEMES[0]


def furnish(app: Flask, desk: Desk, lists: CodeLists) -> None:
    """Give every template of the app the names it uses."""
    words = Words(lists)

    def names() -> dict[str, object]:
        operator: Operator | None = g.get("operator")
        zone = zone_of(lists.countries.find(operator.country) if operator else None)
        now_ms = desk.now_ms()
        return {
            "operator": operator,
            "places": _places(desk, operator) if operator and not operator.must_change else (),
            "theme": theme(),
            "language": str(get_locale() or "en"),
            "now_ms": now_ms,
            "form_token": desk.form_token,
            "now": moment(now_ms, zone),
            "moment": lambda at_ms: moment(at_ms, zone),
            "ago": lambda at_ms: ago(at_ms, now_ms),
            "span": span,
            "skew": skew,
            "word": words.word,
            "field_word": words.field,
            "kind_word": words.kind,
            "known": words.known,
            "options": words.options,
            "shown": Shown(words, zone),
        }

    app.context_processor(names)
    app.add_template_filter(_sentence, "sentence")


def _sentence(text: str) -> str:
    """A message of the error tree as a sentence's beginning."""
    return text[:1].upper() + text[1:]


def _places(desk: Desk, operator: Operator) -> tuple[Place, ...]:
    waiting = _waiting(desk, operator)
    endpoint = (request.endpoint or "").removeprefix("console.")
    here = _AT_HOME.get(endpoint, endpoint)
    return tuple(
        Place(
            key=key,
            endpoint=f"console.{name}",
            word=word,
            here=name == here,
            waiting=waiting.get(name, 0),
            grave=name == "hits",
            apart=name in ("search", "own_views"),
        )
        for key, name, word in _PLACES
    )


def _waiting(desk: Desk, operator: Operator) -> dict[str, int]:
    """How much waits in each place; nothing where the store cannot say, so that its fault page stands."""
    try:
        waiting = desk.waiting(operator)
    except StoreError:
        return {}
    return {"hits": waiting.hits, "conflicts": waiting.conflicts, "nodes": waiting.nodes}
