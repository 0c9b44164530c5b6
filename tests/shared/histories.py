"""Random histories of one record, as several people would make them, for Hypothesis.

Job: give merge and ledger tests the same supply of awkward histories: concurrent edits made on stale views,
removals, resolutions, refusals, fields and codes of a newer version. Every history is one that honest
programs can produce, but for `wild_contexts`, where a change may name any other.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from hypothesis import strategies as st

from shared.change import SEEN, Change, Value
from shared.clock import Stamp, stamp_at
from shared.ids import Dot, Lane, OfficerId, RecordId, feed_of, make_dot
from shared.merge import collect, frontier, view_record
from shared.schema import OWNER, Kind, field_by_name

NODES = (1, 2, 3, 2_000_000)
UNKNOWN_FIELD = 4_000
"""A field no version of ours has declared."""

_TEXTS = st.sampled_from(["A", "B", "C", "Ђорђевић", ""])
_CODES = st.lists(st.sampled_from(["armed", "violent", "escaped", "health"]), max_size=3, unique=True).map(
    tuple
)
_FIELDS: dict[Kind, dict[str, st.SearchStrategy[Value]]] = {
    Kind.ALERT: {
        "surname": _TEXTS,
        "reason": _TEXTS,
        "status": st.sampled_from(["active", "withdrawn", "a code of tomorrow"]),
        "warnings": _CODES,
        "note": _TEXTS,
        "audience": st.just(("BA", "KLOBUK")),
        "birth": st.integers(0, 100),
        "links": st.lists(st.integers(1, 9), max_size=2, unique=True).map(tuple),
    },
    Kind.CHECK: {
        "surname": _TEXTS,
        "plate": _TEXTS,
        "letters": _CODES,
        "stay_days": st.integers(0, 90),
        "clock_correction_ms": st.integers(-5, 5),
        "decision": st.sampled_from(["admit", "refuse"]),
    },
}


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """The changes of one record (the creating one first), and the dots the hub refused."""

    kind: Kind
    record: RecordId
    changes: tuple[Change, ...]
    refused: frozenset[Dot]
    wild: bool = field(default=False)


def _stamp(draw: st.DrawFn) -> Stamp:
    """Few different times, so that ties are common; one clock is days ahead."""
    return stamp_at(draw(st.sampled_from([1_000, 1_000, 1_001, 260_000_000])), draw(st.integers(0, 1)))


def _shown(
    draw: st.DrawFn, kind: Kind, seen: list[Change], refused: frozenset[Dot]
) -> dict[int, tuple[Dot, ...]]:
    """The contexts of a page that was made from some part of the history."""
    entries = collect(seen)
    views = view_record(kind, seen[0].record, entries, refused)
    return {number: view.dots for number, view in views.items()} | {SEEN: frontier(entries, refused)}


@st.composite
def histories(
    draw: st.DrawFn,
    kinds: tuple[Kind, ...] = (Kind.ALERT, Kind.CHECK),
    *,
    edits_max: int = 7,
    wild_contexts: bool = False,
    base: int = 0,
) -> History:
    """One record's changes by four nodes, each made on what that node may have seen."""
    kind = draw(st.sampled_from(kinds))
    fields = _FIELDS[kind]
    next_seq = dict.fromkeys(NODES, base + 1)

    def dot(node: int) -> Dot:
        lane = Lane.URGENT if kind is Kind.ALERT else Lane.ROUTINE
        made = make_dot(feed_of(node, lane), next_seq[node])
        next_seq[node] += 1
        return made

    first = dot(draw(st.sampled_from(NODES)))
    made: dict[int, Value] = {OWNER: "BA"}
    for name in draw(st.sets(st.sampled_from(sorted(fields)))):
        made[field_by_name(kind, name).number] = draw(fields[name])
    if draw(st.booleans()):
        made[UNKNOWN_FIELD] = draw(st.sampled_from([7, True, "neu", b"\0\1", ("x", "y"), (1, 2)]))
    changes = [_change(draw, first, first, kind, made, {})]
    refused: frozenset[Dot] = frozenset()
    for _ in range(draw(st.integers(0, edits_max))):
        seen = [changes[0], *(c for c in changes[1:] if draw(st.booleans()))]
        shown = _shown(draw, kind, seen, refused)
        names = draw(st.sets(st.sampled_from(sorted(fields)), min_size=1, max_size=2))
        values: dict[int, Value] = {
            field_by_name(kind, name).number: draw(st.one_of(st.none(), fields[name])) for name in names
        }
        if draw(st.integers(0, 5)) == 0:
            values[UNKNOWN_FIELD] = draw(st.sampled_from([None, 8, "néo"]))
        context = {n: dots for n, dots in shown.items() if (n in values or n == SEEN) and dots}
        if wild_contexts:
            everything = [c.dot for c in changes]
            context = {n: tuple(draw(st.sets(st.sampled_from(everything)))) for n in [*values, SEEN]}
            context = {n: dots for n, dots in context.items() if dots}
        edit = _change(draw, dot(draw(st.sampled_from(NODES))), first, kind, values, context)
        changes.append(edit)
        if draw(st.integers(0, 4)) == 0:
            refused |= {edit.dot}
    return History(
        kind=kind, record=RecordId(first), changes=tuple(changes), refused=refused, wild=wild_contexts
    )


def _change(
    draw: st.DrawFn,
    dot: Dot,
    record: Dot,
    kind: Kind,
    fields: dict[int, Value],
    context: dict[int, tuple[Dot, ...]],
) -> Change:
    return Change(
        dot=dot,
        record=RecordId(record),
        kind=kind,
        stamp=_stamp(draw),
        author=OfficerId(draw(st.sampled_from([0, 11, 12]))),
        fields=fields,
        context={number: tuple(sorted(dots)) for number, dots in sorted(context.items())},
    )
