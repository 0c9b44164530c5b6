"""Merge: one answer for one set of changes, whatever the order; the named histories; each rule's view."""

from __future__ import annotations

from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.change import SEEN, Change, Value
from shared.clock import Stamp
from shared.ids import Dot, OfficerId, RecordId
from shared.merge import (
    Entries,
    FieldView,
    Standing,
    collect,
    entries_of,
    frontier,
    siblings,
    standing_of,
    view_field,
    view_record,
)
from shared.schema import OWNER, Kind, field_by_name
from tests.shared.histories import UNKNOWN_FIELD, History, histories

SURNAME = field_by_name(Kind.ALERT, "surname")
STATUS = field_by_name(Kind.ALERT, "status")
REASON = field_by_name(Kind.ALERT, "reason")
WARNINGS = field_by_name(Kind.ALERT, "warnings")
LINKS = field_by_name(Kind.ALERT, "links")
NOTE = field_by_name(Kind.ALERT, "note")
RECORD = RecordId(Dot(1))


def said(
    dot: int,
    value: Value,
    *covers: int,
    number: int = SURNAME.number,
    stamp: int | None = None,
    seen: bool = True,
) -> Change:
    """A change of one field: `said(5, "A", 1)` is what the docs write as A5{A1}."""
    context = {number: tuple(Dot(d) for d in covers)}
    if seen:
        context[SEEN] = context[number]
    return Change(
        dot=Dot(dot),
        record=RECORD,
        kind=Kind.ALERT,
        stamp=Stamp(dot if stamp is None else stamp),
        author=OfficerId(7),
        fields={number: value, **({OWNER: "BA"} if dot == RECORD else {})},
        context={} if dot == RECORD else context,
    )


def view(
    changes: list[Change], number: int = SURNAME.number, refused: frozenset[Dot] = frozenset()
) -> FieldView:
    return view_record(Kind.ALERT, RECORD, collect(changes), refused)[number]


def told(found: FieldView) -> set[tuple[Value, int]]:
    return {(entry.value, entry.dot) for entry in found.siblings}


# --- the definition over sets ---


def one_by_one(changes: list[Change]) -> Entries:
    """The same entries, gathered a change at a time, as a replica receives them."""
    gathered: dict[int, frozenset[object]] = {}
    for change in changes:
        for number, entry in entries_of(change).items():
            gathered[number] = gathered.get(number, frozenset()) | {entry}
    return gathered  # type: ignore[return-value]  # entries, all of them


def outcome(history: History, entries: Entries) -> tuple[dict[int, FieldView], Standing, tuple[Dot, ...]]:
    views = view_record(history.kind, history.record, entries, history.refused)
    return (
        views,
        standing_of(views, entries, history.refused),
        frontier(entries, history.refused),
    )


@given(histories() | histories(wild_contexts=True), st.data())
def test_order_repeats_and_partitions_do_not_matter(history: History, data: st.DataObject) -> None:
    """Commutative, idempotent, associative: permuted, repeated or gathered in parts, one state comes out."""
    changes = list(history.changes)
    expected = outcome(history, collect(changes))
    again = data.draw(st.permutations(changes + data.draw(st.lists(st.sampled_from(changes), max_size=4))))
    assert outcome(history, one_by_one(again)) == expected
    here = [change for change in changes if data.draw(st.booleans())]
    there = [change for change in changes if change not in here or data.draw(st.booleans())]
    one, other = collect(here), collect(there)
    for first, second in ((one, other), (other, one)):
        united = {
            n: first.get(n, frozenset()) | second.get(n, frozenset()) for n in first.keys() | second.keys()
        }
        assert outcome(history, united) == expected


@given(histories())
def test_no_value_is_lost_unseen(history: History) -> None:
    """A value gives way only to a live change whose author had been shown it."""
    live = [change for change in history.changes if change.dot not in history.refused]
    for number, found in view_record(
        history.kind, history.record, collect(history.changes), history.refused
    ).items():
        kept = {entry.dot for entry in found.siblings}
        for change in live:
            if number in change.fields and change.dot not in kept:
                assert any(change.dot in other.context.get(number, ()) for other in live)


@given(histories())
def test_a_resolution_settles_what_it_was_shown(history: History) -> None:
    """A change that covers all siblings of every field leaves one sibling each and no open question."""
    entries = collect(history.changes)
    views = view_record(history.kind, history.record, entries, history.refused)
    decided = Change(
        dot=Dot(1 << 62),
        record=history.record,
        kind=history.kind,
        stamp=Stamp(0),  # even from a clock that is far behind
        author=OfficerId(1),
        fields={number: found.value for number, found in views.items()},
        context={n: found.dots for n, found in views.items()} | {SEEN: frontier(entries, history.refused)},
    )
    after = collect([*history.changes, decided])
    views = view_record(history.kind, history.record, after, history.refused)
    assert {found.dots for found in views.values()} == {(decided.dot,)}
    assert standing_of(views, after, history.refused) is Standing.AGREED


@given(histories())
def test_a_refused_change_is_as_if_it_had_never_been(history: History) -> None:
    """Refusing takes the value and its contexts out: the rest alone gives the same views."""
    without = [change for change in history.changes if change.dot not in history.refused]
    expected = view_record(history.kind, history.record, collect(without))
    found = view_record(history.kind, history.record, collect(history.changes), history.refused)
    assert found == expected


# --- the histories that break other definitions ---


@pytest.mark.parametrize(
    ("changes", "left"),
    [
        ([said(1, "A"), said(5, "A", 1), said(7, "A", 1)], {("A", 5), ("A", 7)}),
        ([said(1, "A"), said(2, "B", 1), said(3, "C", 2)], {("C", 3)}),
    ],
    ids=["A1 A5{A1} A7{A1}", "A1 B2{A1} C3{B2}"],
)
def test_the_named_histories_in_every_order(changes: list[Change], left: set[tuple[Value, int]]) -> None:
    """Equal values keep all their dots; a covered change's own context still counts."""
    for order in permutations(changes):
        assert told(view(list(order))) == left


def test_the_named_history_of_severest_in_every_order() -> None:
    """Milder siblings are not pruned: C3, which nobody saw superseded, stays beside D4."""
    number = STATUS.number
    changes = [
        said(1, "withdrawn", number=number),
        said(2, "active", 1, number=number),
        said(3, "withdrawn", 1, number=number),
        said(4, "withdrawn", 2, number=number),
    ]
    for order in permutations(changes):
        found = view(list(order), number)
        assert told(found) == {("withdrawn", 3), ("withdrawn", 4)}
        assert (found.value, found.standing) == ("withdrawn", Standing.AGREED)


def test_a_refusal_brings_back_what_was_covered() -> None:
    """A1 covered by a foreign B2 is the value again once B2 is refused, and B2's follower falls beside it."""
    changes = [said(1, "A"), said(2, "B", 1)]
    assert told(view(changes)) == {("B", 2)}
    assert told(view(changes, refused=frozenset({Dot(2)}))) == {("A", 1)}
    later = [*changes, said(3, "C", 2)]
    assert told(view(later, refused=frozenset({Dot(2)}))) == {("A", 1), ("C", 3)}


def test_a_refusal_may_come_first() -> None:
    """Refused before it arrives, a change never shows."""
    assert told(view([said(1, "A")], refused=frozenset({Dot(2)}))) == {("A", 1)}


# --- each rule's view ---


def test_latest_takes_the_highest_stamp_and_asks_a_person() -> None:
    """Different siblings: the newest is shown meanwhile, and the record waits for a decision."""
    found = view([said(1, "A"), said(2, "B", 1, stamp=90), said(3, "C", 1, stamp=80)])
    assert (found.value, found.standing) == ("B", Standing.HARD)


def test_a_tie_on_the_stamp_falls_to_the_higher_dot() -> None:
    """Every replica breaks a tie alike."""
    found = view([said(1, "A"), said(2, "B", 1, stamp=90), said(3, "C", 1, stamp=90)])
    assert found.value == "C"


def test_equal_siblings_are_agreed() -> None:
    """Two people who typed the same are of one mind, though both dots stay."""
    found = view([said(1, "A"), said(2, "B", 1), said(3, "B", 1)])
    assert (found.value, found.standing, found.dots) == ("B", Standing.AGREED, (2, 3))


def test_once_is_the_creating_changes() -> None:
    """An edit of an immutable field changes nothing that is shown, whatever its context claims."""
    found = view([said(1, "A"), said(2, "ME", 1, number=OWNER)], OWNER)
    assert found.value == "BA"


def test_once_is_empty_when_the_creation_did_not_set_it() -> None:
    """A later change cannot fill in what the creation left out."""
    shown = view_field(field_by_name(Kind.CHECK, "post"), RECORD, collect([said(2, "X", number=3)])[3])
    assert shown.value is None


def test_once_is_empty_when_the_creation_was_refused() -> None:
    """A refused change is as one that never came, the creating one too."""
    entries = collect([said(1, "A"), said(2, "B", 1)])[OWNER]
    assert view_field(field_by_name(Kind.CHECK, "owner"), RECORD, entries, {Dot(1)}).value is None


def test_severest_follows_the_declared_order() -> None:
    """A doubtful withdrawal leaves the alert matching; the order decided, so it is SOFT."""
    number = STATUS.number
    changes = [said(1, "active", number=number), said(2, "withdrawn", 1, number=number)]
    assert view(changes, number).value == "withdrawn"
    found = view([*changes, said(3, "active", 1, number=number, stamp=2)], number)
    assert (found.value, found.standing) == ("active", Standing.SOFT)


def test_severest_takes_an_unknown_code_for_the_severest() -> None:
    """A newer version's code ranks above all that this one knows, and a cleared value below."""
    number = STATUS.number
    base = said(1, "active", number=number)
    assert (
        view([base, said(2, "urgent", 1, number=number), said(3, "active", 1, number=number)], number).value
        == "urgent"
    )
    assert (
        view([base, said(2, None, 1, number=number), said(3, "withdrawn", 1, number=number)], number).value
        == "withdrawn"
    )


def test_append_keeps_all_in_stamp_order() -> None:
    """Notes that crossed stand beside one another, and nobody is asked."""
    number = NOTE.number
    found = view([said(1, "first", number=number), said(3, "second", number=number, stamp=5),
                  said(2, "third", number=number, stamp=6)], number)  # fmt: skip
    assert (found.value, found.standing) == (("first", "second", "third"), Standing.AGREED)


def test_union_holds_the_elements_of_all_and_a_removal_names_its_dots() -> None:
    """Elements add up; a removal takes away what it was shown and nothing that crossed it."""
    number = WARNINGS.number
    changes = [
        said(1, ("armed",), number=number),
        said(2, ("violent", "armed"), number=number),
        said(3, None, 1, number=number),
    ]
    assert view(changes, number).value == ("armed", "violent"), "2 crossed the removal"
    assert view([*changes, said(4, ("health",), 2, 3, number=number)], number).value == ("health",)
    assert view([*changes, said(4, None, 2, 3, number=number)], number).value is None


def test_union_of_dots_sorts_by_number() -> None:
    """Links are ids: 10 comes after 9."""
    number = LINKS.number
    assert view([said(1, (10, 9), number=number), said(2, (2,), number=number)], number).value == (2, 9, 10)


def test_an_unknown_field_is_viewed_as_latest() -> None:
    """A newer peer's field merges here too, and a conflict in it waits for a person."""
    number = UNKNOWN_FIELD
    found = view(
        [said(1, 1, number=number), said(2, 2, 1, number=number), said(3, 3, 1, number=number)], number
    )
    assert (found.value, found.standing) == (3, Standing.HARD)


def test_what_the_stamp_settles_never_waits_for_a_person() -> None:
    """An officer's own new password on two nodes is SOFT: the newest holds."""
    own = field_by_name(Kind.OFFICER, "own_verifier")
    entries = collect([said(1, None, number=own.number), said(2, "x", 1, number=own.number),
                       said(3, "y", 1, number=own.number)])  # fmt: skip
    found = view_field(own, RECORD, entries[own.number])
    assert (found.value, found.standing) == ("y", Standing.SOFT)


# --- standings ---


def standing(changes: list[Change], refused: frozenset[Dot] = frozenset()) -> Standing:
    entries = collect(changes)
    return standing_of(view_record(Kind.ALERT, RECORD, entries, refused), entries, refused)


def test_edits_of_different_fields_that_cross_are_soft() -> None:
    """Each changed another field without the other's sight: shown as SOFT, until a change has seen both."""
    crossed = [said(1, "A"), said(2, "B", 1), said(3, "why", 1, number=REASON.number)]
    assert standing(crossed) is Standing.SOFT
    assert standing([*crossed, said(4, "C", 2, 3)]) is Standing.AGREED


def test_edits_in_turn_are_agreed() -> None:
    """Different fields edited one after the other, each having seen the other, are no conflict."""
    assert (
        standing([said(1, "A"), said(2, "B", 1), said(3, "why", 2, number=REASON.number)]) is Standing.AGREED
    )


def test_a_record_is_as_bad_as_its_worst_field() -> None:
    """One HARD field makes the record HARD."""
    hard = [said(1, "A"), said(2, "B", 1), said(3, "C", 1)]
    assert standing(hard) is Standing.HARD


def test_refusing_one_of_two_crossing_edits_settles_the_record() -> None:
    """The refused one counts for SEEN as little as for its field."""
    hard = [said(1, "A"), said(2, "B", 1), said(3, "C", 1)]
    assert standing(hard, frozenset({Dot(3)})) is Standing.AGREED


def test_a_decision_on_a_stale_page_leaves_the_conflict_open() -> None:
    """What came in between was not covered, so it is still a sibling."""
    changes = [said(1, "A"), said(2, "B", 1), said(3, "C", 1), said(5, "B", 2, 3), said(4, "D", 1)]
    found = view(changes)
    assert told(found) == {("D", 4), ("B", 5)}
    assert found.standing is Standing.HARD


@settings(max_examples=30)
@given(histories())
def test_the_frontier_covers_the_whole_history(history: History) -> None:
    """Whoever edits on the frontier has nobody crossing them."""
    entries = collect(history.changes)
    newest = set(frontier(entries, history.refused))
    live = {change.dot for change in history.changes} - history.refused
    assert newest <= live
    assert bool(newest) == bool(live)


def test_siblings_of_nothing_are_nothing() -> None:
    """No entries, no siblings; a view of none shows nothing under any rule."""
    assert siblings([]) == ()
    for field in (None, SURNAME, STATUS, NOTE, WARNINGS, field_by_name(Kind.ALERT, "owner")):
        shown = view_field(field, RECORD, [])
        assert (shown.value, shown.siblings, shown.standing) == (None, (), Standing.AGREED)
