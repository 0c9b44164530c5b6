"""Changes of every legal shape, for properties of the codec: known and unknown kinds, fields and values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from hypothesis import strategies as st

from shared.change import Change, Value
from shared.clock import Stamp
from shared.ids import Dot, OfficerId, RecordId, make_dot
from shared.limits import FIELD_NUMBER_MAX, LIST_MAX_ITEMS
from shared.schema import SCHEMA, Type

INT_MAX: Final = (1 << 63) - 1
NEWER_KIND: Final = 77

texts = st.one_of(
    st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=30),
    st.from_regex(r"[A-Z]{1,12}", fullmatch=True),
    st.from_regex(r"[A-Z]{0,3}[0-9]{1,13}(-[A-Z]{2})?", fullmatch=True),
    st.sampled_from(["#00123", "@00", "*?", "Ћирилица и latinica", "BIH", "active", "", "\ud7ff\U0010ffff"]),
)
codes = st.one_of(
    st.sampled_from(["BA", "ME", "scan", "A0000000", "a newer code"]), texts.map(lambda t: t[:60])
)
ints = st.one_of(
    st.integers(-INT_MAX, INT_MAX),
    st.integers(0, 400),
    st.integers(40_000, 140_000),
    st.sampled_from([-INT_MAX, INT_MAX]),
)
dots = st.builds(make_dot, st.integers(4, 60), st.integers(1, 3_000)) | st.integers(1, INT_MAX).map(Dot)

VALUES: Final[Mapping[Type, st.SearchStrategy[Value]]] = {
    Type.TEXT: texts,
    Type.CODE: codes,
    Type.INT: ints,
    Type.BOOL: st.booleans(),
    Type.INSTANT: ints,
    Type.DATE: ints,
    Type.DOT: st.integers(0, INT_MAX),
    Type.BYTES: st.binary(max_size=40),
    Type.CODES: st.lists(codes, max_size=4).map(tuple),
    Type.TEXTS: st.lists(texts, max_size=4).map(tuple),
    Type.DOTS: st.lists(dots, max_size=LIST_MAX_ITEMS // 8).map(tuple),
}
unknown_values = st.one_of(*VALUES.values())


def fields_of(kind: int) -> st.SearchStrategy[dict[int, Value]]:
    """Fields a kind may have, and ones only a newer version knows."""
    row = SCHEMA.get(kind)  # type: ignore[call-overload]  # an int equal to a Kind finds it
    known = {field.number: VALUES[field.type] for field in row.fields} if row else {}
    strange = st.dictionaries(st.integers(200, FIELD_NUMBER_MAX), unknown_values, max_size=3)
    return st.builds(
        lambda ours, theirs: {**theirs, **{n: v for n, v in ours.items() if v is not None}},
        st.fixed_dictionaries({}, optional=known),
        strange,
    )


@st.composite
def runs(draw: st.DrawFn, max_size: int = 12) -> list[Change]:
    """Consecutive changes of one feed: few kinds, creations and edits mixed, values that repeat."""
    first = draw(st.builds(make_dot, st.integers(4, 60), st.integers(1, 1 << 20)))
    kinds = draw(st.lists(st.sampled_from([*map(int, SCHEMA), NEWER_KIND]), min_size=1, max_size=3))
    count = draw(st.integers(1, max_size))
    pool = [(kind, draw(fields_of(kind))) for kind in kinds for _ in range(2)]
    return [draw(_change(Dot(first + place), pool)) for place in range(count)]


@st.composite
def _change(draw: st.DrawFn, dot: Dot, pool: list[tuple[int, dict[int, Value]]]) -> Change:
    kind, fields = draw(st.sampled_from(pool))
    if draw(st.booleans()):
        fields = {**fields, **draw(fields_of(kind))}
    stamp = draw(st.integers(0, INT_MAX) | st.integers(58 << 50, 59 << 50))
    author = draw(st.sampled_from([0, 13_194_139_533_352]) | st.integers(0, INT_MAX))
    heads = {"dot": dot, "kind": kind, "stamp": Stamp(stamp), "author": OfficerId(author)}
    if draw(st.booleans()):
        return Change(record=RecordId(dot), fields=fields, **heads)  # type: ignore[arg-type]  # heads fit
    record = draw(dots.filter(lambda other: other != dot))
    for number in draw(st.sets(st.sampled_from([*fields]), max_size=2)) if fields else ():
        fields = {**fields, number: None}
    seen = st.lists(dots | st.just(record), max_size=3).map(tuple)
    context = draw(st.dictionaries(st.integers(0, FIELD_NUMBER_MAX), seen, max_size=3))
    return Change(record=RecordId(record), fields=fields, context=context, **heads)  # type: ignore[arg-type]  # as above
