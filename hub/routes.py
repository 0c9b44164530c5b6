"""The routes a hit or an answered request opens to another desk.

Invariant: neither opens more than is its own country's to show, whatever ids it names. Must not know:
who may use which route (`sight`), pages.
"""

from __future__ import annotations

from hub.store import sight, subjects
from hub.why import Why
from shared.database import Connection
from shared.ledger import records
from shared.ledger.records import Record
from shared.merge import Entry
from shared.schema import Kind, field_by_name, record_type


def open_what_it_names(tx: Connection, kind: Kind, record: int) -> None:
    """A hit opens its country's check to the alert's owner, an answer what it is about to who asked."""
    found = records.read(tx, kind, record)
    if found is None:
        return
    if kind is Kind.HIT:
        country, route = found.text("alert_owner"), Why.HIT
        named_here = [found.id, *_own_check(tx, found)]
        wanted = bool(country) and country != found.text("owner")
    else:
        country, route = found.text("from_desk"), Why.REQUEST
        named_here = _opened_by_answer(tx, found)
        wanted = found.text("state") == "answered" and found.text("answer_category") in ("full", "partial")
    if wanted:
        sight.open_by(tx, found.id, route, country, named_here)
    else:
        sight.close_by(tx, found.id, route)


def _own_check(tx: Connection, hit: Record) -> list[int]:
    """The check a hit names, where a post of the hit's country made it: an id can be guessed.

    A hit overtakes its check, so the owner is told by the node that numbered it.
    """
    check = hit.number("check")
    own = check is not None and subjects.country_of(tx, check, 0) == hit.text("owner")
    return [check] if own and check is not None else []


def _opened_by_answer(tx: Connection, request: Record) -> list[int]:
    """The answering desk's own records that this desk itself named in an answer it gave itself."""
    desk = request.text("to_desk")
    views = records.views_of(tx, Kind.REQUEST, request.id)

    def said_by_desk(name: str) -> list[Entry]:
        view = views.get(field_by_name(Kind.REQUEST, name).number)
        said = [] if view is None else view.siblings
        return [each for each in said if subjects.country_of(tx, each.dot, each.author) == desk]

    for name in ("state", "answer_category"):
        if request.values.get(name) not in [each.value for each in said_by_desk(name)]:
            return []  # whoever asks cannot answer
    named = {
        each for entry in said_by_desk("about") if isinstance(entry.value, tuple) for each in entry.value
    }
    return [each for each in sorted(map(int, named)) if _is_answerers(tx, each, desk)]


def _is_answerers(tx: Connection, record: int, desk: str) -> bool:
    """Nobody opens another desk's record by an answer."""
    kind = subjects.kind_of(tx, record)
    row_type = None if kind is None else record_type(kind)
    return row_type is not None and subjects.owner_of(tx, row_type.kind, record) == desk
