"""A record of one change as a row: the row merge would show, and the way back to the change."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from shared import wire
from shared.change import Change
from shared.clock import Stamp
from shared.ids import Dot, OfficerId, RecordId
from shared.ledger.columns import HOLE, from_column
from shared.ledger.rows import Head, created_from, plain, plain_rows, shown
from shared.ledger.tables import read_extra
from shared.schema import OWNER, SCHEMA, RecordType, record_type
from tests.shared.wire.strategies import fields_of

GATHERING = [row for row in SCHEMA.values() if not row.insert_only]


@st.composite
def creations(draw: st.DrawFn, kinds: list[RecordType]) -> list[Change]:
    """Creating changes of one of these kinds, owner or none, fields known or not."""
    row = draw(st.sampled_from(kinds))
    found = []
    for dot in draw(st.lists(st.integers(1, 1 << 62), unique=True, min_size=1, max_size=6)):
        fields = draw(fields_of(row.kind))
        if draw(st.booleans()):
            fields = {number: value for number, value in fields.items() if number < 200}
        if draw(st.integers(0, 5)):
            fields[OWNER] = "BA"
        found.append(
            Change(
                dot=Dot(dot), record=RecordId(Dot(dot)), kind=row.kind, author=OfficerId(7), fields=fields,
                stamp=Stamp(draw(st.integers(0, 1 << 60))),
            )
        )  # fmt: skip
    return found


def back(row_type: RecordType, row: tuple[object, ...]) -> Change:
    """The change a row shows."""
    cells = zip(row_type.fields, row[5:-1], strict=True)
    values = {f.name: from_column(f, cell) for f, cell in cells if cell is not None}  # type: ignore[arg-type]  # a column
    head = Head(record=RecordId(Dot(row[0])), stamp=Stamp(row[1]), author=OfficerId(row[2]))  # type: ignore[arg-type]  # ids
    return created_from(row_type, head, values, read_extra(row[-1]))  # type: ignore[arg-type]  # a blob


@settings(max_examples=300)
@given(creations(list(SCHEMA.values())))
def test_a_plain_row_is_what_merge_shows_and_gives_the_change_back(changes: list[Change]):
    """Nothing is lost where no history is kept: else the row is not plain."""
    row_type = record_type(changes[0].kind)
    assert row_type is not None
    for change in changes:
        row = plain(row_type, change)
        if row is not None:
            assert row == shown(row_type, change.record, [change], frozenset())
            assert back(row_type, row) == change


@settings(max_examples=200)
@given(creations(GATHERING), st.data())
def test_a_table_of_plain_rows_is_each_of_them(changes: list[Change], data: st.DataObject):
    """By column as by change: the same rows, and the same ones left out."""
    row_type = record_type(changes[0].kind)
    assert row_type is not None
    (table,) = wire.decode(wire.encode(changes, base=None), base=None).tables
    apart = {change.record for change in changes if data.draw(st.booleans())}
    found = plain_rows(row_type, table, apart=apart)
    by_change = {c.record: plain(row_type, c) for c in changes if c.record not in apart}
    expected = {record: row for record, row in by_change.items() if row is not None}
    rows = found.rows()
    assert [row[0] for row in rows] == [table.dots[place] for place in found.places]
    assert {row[0] for row in rows} == set(expected)
    places = [place for place, f in enumerate(row_type.fields) if f.number in found.numbers]
    for row in rows:
        whole = expected[row[0]]
        assert row[:3] == whole[:3]
        assert [None if cell == HOLE else cell for cell in row[3:]] == [whole[5 + place] for place in places]
        others = [cell for place, cell in enumerate(whole[5:-1]) if place not in places]
        assert set(others) <= {None}
