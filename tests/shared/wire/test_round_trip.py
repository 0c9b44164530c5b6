"""What was encoded decodes to itself, whatever it was."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from shared import wire
from shared.change import Change, Value
from shared.clock import Stamp
from shared.errors import WireError
from shared.ids import Dot, OfficerId, RecordId
from shared.schema import Kind, field_by_name
from tests.bench.generator import Post, alerts
from tests.shared.wire.strategies import NEWER_KIND, runs


@given(runs())
def test_a_run_of_any_legal_changes_survives(changes: list[Change]):
    """Known and unknown kinds and fields, creations and edits, clears and contexts: all come back equal."""
    body = wire.encode(changes, base=changes[0].dot)
    assert list(wire.decode(body, base=changes[0].dot).changes()) == changes


@given(runs(), st.randoms(use_true_random=False))
def test_changes_of_many_feeds_keep_their_order(changes: list[Change], chance):
    """Without a base the dots travel, and the order given is the order found."""
    chance.shuffle(changes)
    assert list(wire.decode(wire.encode(changes, base=None), base=None).changes()) == changes


@given(runs())
def test_values_keep_their_types(changes: list[Change]):
    """True stays a boolean and 1 an integer, although they are equal."""
    body = wire.encode(changes, base=None)
    for before, after in zip(changes, wire.decode(body, base=None).changes(), strict=True):
        assert {n: type(v) for n, v in before.fields.items()} == {n: type(v) for n, v in after.fields.items()}
        assert type(after.context.get(0, ())) is tuple


@given(runs())
def test_encoding_is_a_function_of_the_changes(changes: list[Change]):
    """The same changes make the same bytes, and what was decoded makes them again."""
    body = wire.encode(changes, base=None)
    assert wire.encode([*wire.decode(body, base=None).changes()], base=None) == body


@given(runs(max_size=1))
def test_a_log_row_survives(changes: list[Change]):
    """One change as a row comes back equal."""
    assert wire.unpack_change(wire.pack_change(changes[0])) == changes[0]


@given(runs())
def test_a_payload_is_the_body_again(changes: list[Change]):
    """Compression gives back each body byte for byte."""
    body = wire.encode(changes, base=None)
    assert wire.decompress(wire.compress(body)) == body


@given(st.binary(max_size=300))
def test_any_bytes_compress_and_come_back(body: bytes):
    """Compression asks nothing of what it is given."""
    assert wire.decompress(wire.compress(body)) == body


@pytest.mark.parametrize("count", [1, 2, 50, 500])
def test_a_post_at_work_survives(count: int):
    """Real-looking traffic of every bundle size comes back equal, by column too."""
    checks = Post(seed=count).take(count)
    batch = wire.decode(wire.encode(checks, base=checks[0].dot), base=checks[0].dot)
    assert list(batch.changes()) == checks
    (table,) = batch.tables
    assert (batch.count, table.kind, table.creates) == (count, 1, True)
    assert table.columns[22] == [check.fields.get(22) for check in checks]


def test_a_segment_of_alerts_survives():
    """Changes of many feeds, as the hub feeds them on."""
    raised = alerts(3, 120)
    assert list(wire.decode(wire.encode(raised, base=None), base=None).changes()) == raised


def test_nothing_is_a_body_too():
    """No changes at all encode and decode."""
    assert wire.decode(wire.encode([], base=None), base=None).count == 0


def test_a_field_leans_on_another_that_edits_clear_and_leave():
    """A column foretold by one that some rows clear and others do not touch comes back as it was."""
    base, plate, vehicle = (
        1 << 42,
        field_by_name(Kind.CHECK, "plate"),
        field_by_name(Kind.CHECK, "vehicle_kind"),
    )
    kinds: list[dict[int, Value]] = [
        {vehicle.number: "car"},
        {vehicle.number: "car", plate.number: None},
        {vehicle.number: "lorry", plate.number: "A12-B-345"},
        {vehicle.number: "bus", plate.number: "B12-E-345"},
    ]
    chance = Random(1)
    changes = [
        Change(
            dot=Dot(base + place),
            record=RecordId(Dot(base + 1_000 + place)),
            kind=Kind.CHECK,
            stamp=Stamp((1_780_000_000_000 + place * 7_919) << 15),
            author=OfficerId(7),
            fields=chance.choice(kinds),
        )
        for place in range(120)
    ]
    assert [*wire.decode(wire.encode(changes, base=Dot(base)), base=Dot(base)).changes()] == changes


def test_an_untouched_field_is_not_a_cleared_one():
    """In a table of edits the two stand apart."""
    heads = {"record": RecordId(Dot(5)), "kind": NEWER_KIND, "stamp": 9, "author": 0}
    edits = [
        Change(dot=Dot(10), fields={3: None}, **heads),
        Change(dot=Dot(11), fields={}, **heads),
        Change(dot=Dot(12), fields={3: "x"}, **heads),
    ]
    (table,) = wire.decode(wire.encode(edits, base=Dot(10)), base=Dot(10)).tables
    assert table.columns[3] == [None, wire.ABSENT, "x"]


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({22: "A\0B"}, "bad_value"),
        ({22: "\ud800"}, "bad_value"),
        ({22: "x" * 2_001}, "bad_value"),
        ({9: "x" * 65}, "bad_value"),
        ({22: 7}, "bad_value"),
        ({25: True}, "bad_value"),
        ({25: 1 << 63}, "bad_value"),
        ({28: -1}, "bad_value"),
        ({42: ("A",) * 65}, "bad_value"),
        ({42: ("A", 1)}, "bad_value"),
        ({300: ("A", 1)}, "bad_value"),
        ({300: 1.5}, "bad_value"),
        ({300: bytes(65_537)}, "bad_value"),
        ({22: None}, "bad_change"),
        ({0: "x"}, "bad_change"),
        ({4_096: "x"}, "bad_change"),
    ],
)
def test_what_may_not_travel_is_refused_before_it_does(fields, code: str):
    """Each illegal value is refused by both encoders, with a code."""
    change = Change(dot=Dot(5), record=RecordId(Dot(5)), kind=1, stamp=9, author=0, fields=fields)
    for encode in (lambda: wire.encode([change], base=Dot(5)), lambda: wire.pack_change(change)):
        with pytest.raises(WireError) as caught:
            encode()
        assert caught.value.code == code


def test_a_run_with_a_hole_is_refused():
    """With a base the changes must be consecutive."""
    checks = Post(seed=1).take(3)
    with pytest.raises(WireError) as caught:
        wire.encode([checks[0], checks[2]], base=checks[0].dot)
    assert caught.value.code == "bad_run"


_M = wire.values.INT_MAX
_FAR = st.integers(0, 40).map(lambda distance: _M - distance)


@given(st.lists(st.one_of(_FAR, _FAR.map(int.__neg__), st.integers(-9, 9)), min_size=2, max_size=30))
@example([1 - _M, 104 - (1 << 62), 1 - _M, _M - 154, 1, 0, 0, -1])
def test_a_column_from_end_to_end_of_the_integers_survives(values: list[int]):
    """The steps between its ends are twice as wide as any integer: they are not what is written."""
    changes = [
        Change(
            dot=Dot(place), record=RecordId(Dot(place)), kind=NEWER_KIND, author=OfficerId(1),
            stamp=Stamp(place), fields={200: value},
        )
        for place, value in enumerate(values, 1)
    ]  # fmt: skip
    body = wire.encode(changes, base=changes[0].dot)
    assert list(wire.decode(body, base=changes[0].dot).changes()) == changes
