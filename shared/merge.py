"""Merge: a pure function of the set of changes seen, whatever the order, the path, the repeats.

For one field, with S its changes seen so far and R those the hub refused:

    live(S)     = S without R
    siblings(S) = the changes in live(S) whose dot is in no context of live(S)

A refused change loses its value *and* its contexts, so what it had covered comes back. Because
this is a definition over a set, it is commutative, associative and idempotent by construction;
nothing is folded in one by one and nothing is pruned. The schema's rule then picks an interim
value from the siblings: a view, which prunes nothing either.

Standings
* AGREED: at most one value among the siblings, or a rule that keeps all of them.
* SOFT: different values, but a declared order decided; or different fields edited unknown to
  one another (see `change.SEEN`). Shown, nobody is asked.
* HARD: different values that wait for a person; the interim winner is shown meanwhile.

Must not know: wire, crypto, storage. Source of the shape: dotted version vector *sets*, with
contexts of exact dots in place of version vectors, because a per-node maximum lies about gaps.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass
from enum import IntEnum

from shared.change import SEEN, Change, Value
from shared.clock import Stamp
from shared.ids import Dot, OfficerId, RecordId
from shared.schema import Field, Rule, Type, field_by_number


class Standing(IntEnum):
    """Whether anybody need look. Ordered: a record is as bad as its worst field."""

    AGREED = 0
    SOFT = 1
    HARD = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One change's say about one field."""

    dot: Dot
    stamp: Stamp
    author: OfficerId
    value: Value
    context: frozenset[Dot] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldView:
    """What a field shows: its interim value, all siblings (dot order), and its standing."""

    value: Value
    siblings: tuple[Entry, ...]
    standing: Standing

    @property
    def dots(self) -> tuple[Dot, ...]:
        """The context for whoever edits the field after seeing this view."""
        return tuple(entry.dot for entry in self.siblings)


Entries = Mapping[int, frozenset[Entry]]
"""All entries of one record by field number; SEEN holds one entry a change, with no value."""


def entries_of(change: Change) -> dict[int, Entry]:
    """Split a change into its fields' entries, the SEEN entry included."""
    numbers = set(change.fields) | set(change.context) | {SEEN}
    return {
        number: Entry(
            dot=change.dot,
            stamp=change.stamp,
            author=change.author,
            value=change.fields.get(number),
            context=frozenset(change.context.get(number, ())),
        )
        for number in numbers
    }


def collect(changes: Iterable[Change]) -> dict[int, frozenset[Entry]]:
    """All entries of the changes of one record."""
    sets: dict[int, set[Entry]] = {}
    for change in changes:
        for number, entry in entries_of(change).items():
            sets.setdefault(number, set()).add(entry)
    return {number: frozenset(entries) for number, entries in sets.items()}


def siblings(entries: Iterable[Entry], refused: Set[Dot] = frozenset()) -> tuple[Entry, ...]:
    """The entries that no unrefused entry supersedes, in dot order."""
    live = [entry for entry in entries if entry.dot not in refused]
    covered = set().union(*(entry.context for entry in live))
    return tuple(sorted((e for e in live if e.dot not in covered), key=lambda entry: entry.dot))


def view_field(
    field: Field | None, record: RecordId, entries: Iterable[Entry], refused: Set[Dot] = frozenset()
) -> FieldView:
    """Apply a field's rule to its siblings. An undeclared field (None) is viewed as LATEST."""
    left = siblings(entries, refused)
    values = {entry.value for entry in left}
    rule = field.rule if field is not None else Rule.LATEST
    standing = Standing.AGREED
    if len(values) > 1 and rule not in (Rule.APPEND, Rule.UNION):
        decided = field is not None and not field.person_decides
        standing = Standing.SOFT if decided else Standing.HARD
    if rule is Rule.ONCE:  # whatever an edit claims to supersede, the creating change speaks
        spoken = (entry for entry in entries if entry.dot == record and entry.dot not in refused)
        value = next((entry.value for entry in spoken), None)
    else:
        value = _VIEWS[rule](field, left)
    return FieldView(value=value, siblings=left, standing=standing)


def view_record(
    kind: int, record: RecordId, entries: Entries, refused: Set[Dot] = frozenset()
) -> dict[int, FieldView]:
    """Every field's view, SEEN apart: {field number: FieldView}.

    A field that only refused changes spoke of is left out, as where they never arrived.
    """
    views = {
        number: view_field(field_by_number(kind, number), record, of_field, refused)
        for number, of_field in sorted(entries.items())
        if number != SEEN
    }
    return {number: view for number, view in views.items() if view.siblings or view.value is not None}


def standing_of(
    views: Mapping[int, FieldView], entries: Entries, refused: Set[Dot] = frozenset()
) -> Standing:
    """The record's standing: its worst field's, and at least SOFT when edits crossed unseen."""
    worst = max((view.standing for view in views.values()), default=Standing.AGREED)
    crossed = len(siblings(entries.get(SEEN, frozenset()), refused)) > 1
    return max(worst, Standing.SOFT) if crossed else worst


def frontier(entries: Entries, refused: Set[Dot] = frozenset()) -> tuple[Dot, ...]:
    """The record's newest changes: the SEEN context of whoever edits it now."""
    return tuple(entry.dot for entry in siblings(entries.get(SEEN, frozenset()), refused))


def _latest(field: Field | None, left: tuple[Entry, ...]) -> Value:
    return max(left, key=lambda entry: (entry.stamp, entry.dot)).value if left else None


def _severest(field: Field | None, left: tuple[Entry, ...]) -> Value:
    assert field is not None  # only a declared field can be SEVEREST
    rank = {code: place for place, code in enumerate(field.order)}
    # A code this version does not know ranks above all: fail towards caution.
    return (
        max(
            left, key=lambda e: (-1 if e.value is None else rank.get(str(e.value), len(rank)), e.stamp, e.dot)
        ).value
        if left
        else None
    )


def _append(field: Field | None, left: tuple[Entry, ...]) -> Value:
    kept = sorted(left, key=lambda entry: (entry.stamp, entry.dot))
    return tuple(str(entry.value) for entry in kept if entry.value is not None) or None


def _union(field: Field | None, left: tuple[Entry, ...]) -> Value:
    elements = {element for entry in left if isinstance(entry.value, tuple) for element in entry.value}
    if not elements:
        return None
    if field is not None and field.type is Type.DOTS:
        return tuple(sorted(int(element) for element in elements))
    return tuple(sorted(str(element) for element in elements))


_VIEWS = {
    Rule.LATEST: _latest,
    Rule.SEVEREST: _severest,
    Rule.APPEND: _append,
    Rule.UNION: _union,
}
