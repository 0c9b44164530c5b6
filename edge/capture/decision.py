"""Which decisions are open to the officer, and what each demands.

The rules stand in the code list of decisions; this module only applies them. Own nationals are
never refused entry: such a decision is not offered to them, and is refused if it is sent.
Must not know: pages, storage.
"""

from __future__ import annotations

from collections.abc import Mapping

from edge.capture.fields import Fields
from edge.screen import Problem
from shared.change import Value
from shared.codelists import CodeLists, Decision


def open_decisions(
    lists: CodeLists, *, direction: str, country: str, nationality: str
) -> tuple[Decision, ...]:
    """What may be decided at a post of `country`; nothing while the direction is unknown."""
    if not direction:
        return ()
    return lists.decisions_for(direction=direction, country=country, nationalities=(nationality,))


def read_decision(
    form: Mapping[str, str], *, lists: CodeLists, direction: str, country: str, nationality: str
) -> tuple[dict[str, Value], dict[str, Problem]]:
    """The decision and its letters as values of a check, and what is wrong with them."""
    fields = Fields(form)
    offered = open_decisions(lists, direction=direction, country=country, nationality=nationality)
    code = fields.raw("decision")
    chosen = next((decision for decision in offered if decision.code == code), None)
    letters = fields.codes("letters", lists.refusal_letters.codes)
    if not code:
        fields.add("decision", "decision_missing", "nothing was decided", "Choose a decision.")
    elif chosen is None and any(one.code == code and one.direction == direction for one in lists.decisions):
        fields.add(
            "decision",
            "own_national",
            "own nationals are not refused entry",
            "Admit, or send to the second line to establish identity.",
        )
    elif chosen is None and direction:
        fields.add(
            "decision",
            "unknown_decision",
            f"this is no decision on {direction}",
            "Choose one of those offered.",
        )
    if chosen is not None and chosen.needs_letters and not letters:
        fields.add(
            "letters", "letters_missing", "a refusal needs its grounds", "Choose at least one letter, A to J."
        )
    if chosen is not None and not chosen.needs_letters and letters:
        fields.add(
            "letters",
            "letters_unneeded",
            "letters belong to a refusal only",
            "Clear them, or decide to refuse.",
        )
    return {"decision": code, "letters": letters or None}, fields.problems
