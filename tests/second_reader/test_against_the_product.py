"""Both implementations say the same of whatever the product writes, and of whatever breaks it."""

from __future__ import annotations

from dataclasses import replace
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared import bundle, merge, wire
from shared.bundle import Header
from shared.change import SEEN, Change
from shared.errors import WireError
from shared.ids import Lane, feed_of_dot, seq_of_dot
from shared.ledger.rows import shown
from shared.schema import OWNER, SCHEMA, Field, field_by_name
from tests.second_reader import body as second_body
from tests.second_reader import bundle as second_bundle
from tests.second_reader import merge as second_merge
from tests.second_reader import static
from tests.second_reader.plain import Refused, pack, unpack
from tests.second_reader.test_vectors import BODIES, NODE_KEY, PHOTO, SYNC, read, told
from tests.shared.histories import UNKNOWN_FIELD, History, histories
from tests.shared.wire.strategies import runs
from tests.shared.wire.vectors import to_json
from tests.vectors import sync

TYPES = {int(kind): {f.number: f.type.value for f in row.fields} for kind, row in SCHEMA.items()}
SEEDS = [(bytes.fromhex(each["body"]), each["base"] and int(each["base"])) for each in [*BODIES, PHOTO]]


def as_second(change: Change) -> second_body.Change:
    """The product's change as the second implementation has it."""
    return second_body.Change(
        change.dot, change.record, change.kind, change.stamp, change.author,
        dict(change.fields), dict(change.context),
    )  # fmt: skip


def _rule(field: Field) -> second_merge.Rule:
    settled = field.rule.value == "latest" and not field.person_decides
    return second_merge.Rule(field.rule.value, field.order, by_stamp=settled)


RULES = {int(kind): {field.number: _rule(field) for field in row.fields} for kind, row in SCHEMA.items()}


# --- merge ---


@st.composite
def strange(draw: st.DrawFn) -> History:
    """A history with what only a foreign program would say, in parts, and with any of its changes refused."""
    history = draw(histories() | histories(wild_contexts=True))
    numbers = st.sampled_from([SEEN, OWNER, UNKNOWN_FIELD, field_by_name(history.kind, "surname").number])
    dots = [change.dot for change in history.changes]
    changes = list(history.changes)
    values = st.sampled_from([None, "ME", 1, True])
    for place, change in enumerate(changes[1:], 1):
        fields: dict[int, Any] = draw(st.dictionaries(numbers, values, max_size=2))
        context = draw(st.dictionaries(numbers, st.sets(st.sampled_from(dots)).map(tuple), max_size=2))
        if history.kind == 2 and draw(st.booleans()):
            fields[5] = draw(st.sampled_from(["a code of tomorrow", "another one", "active", None]))
        fields.pop(SEEN, None)
        changes[place] = replace(
            change, fields={**change.fields, **fields}, context={**change.context, **context}
        )
    missing = draw(st.sampled_from([*[None] * 9, *dots]))
    kept = tuple(change for change in changes if change.dot != missing)
    also = draw(st.sampled_from([*[None] * 9, *dots]))
    return replace(history, changes=kept, refused=history.refused | ({also} - {None}))


@given(strange())
def test_any_history_is_merged_alike(history: History) -> None:
    """Each field's value, siblings and standing; the record's; and whether it shows at all."""
    entries = merge.collect(history.changes)
    views = merge.view_record(history.kind, history.record, entries, history.refused)
    standing = merge.standing_of(views, entries, history.refused)
    row = shown(SCHEMA[history.kind], history.record, history.changes, history.refused)
    changes = [as_second(change) for change in history.changes]
    found = second_merge.view_record(changes, RULES[history.kind], history.refused)
    assert (found is None) == (row is None)
    if found is not None:
        assert found[1].name == standing.name
        assert {number: (view.value, view.standing.name, view.dots) for number, view in found[0].items()} == {
            number: (view.value, view.standing.name, view.dots) for number, view in views.items()
        }


@pytest.mark.parametrize("path", ["replay/body-1"])
def test_what_a_post_once_said_is_merged_alike(path: str) -> None:
    """Bundles opened and chained, their changes merged: the frozen state."""
    frozen = read(path)
    prekeys = {7: bytes((5,)) * 32, 8: bytes((4,)) * 32}
    chains: dict[int, bytes] = {}
    said: dict[int, list[second_body.Change]] = {}
    for raw in map(bytes.fromhex, frozen["bundles"]):
        header, _ = second_bundle.read_header(raw)
        prekey = prekeys[header.prekey]
        opened = second_bundle.open_bundle(raw, node_key=NODE_KEY, prekey=prekey, schema=TYPES)
        assert opened.before == chains.get(header.feed, second_bundle.chain_start(header.feed))
        chains[header.feed] = opened.chain
        for change in opened.changes:
            said.setdefault(change.record, []).append(change)
    state = {}
    for record, changes in said.items():
        found = second_merge.view_record(changes, RULES.get(changes[0].kind, {}))
        assert found is not None
        values = {number: view.value for number, view in found[0].items()}
        state[str(record)] = {
            "kind": changes[0].kind,
            "values": told(replace(changes[0], fields=dict(sorted(values.items()))))["fields"],
            "dots": sorted(change.dot for change in changes),
        }
    assert state == frozen["state"]["records"]


# --- the wire ---


@settings(max_examples=30)
@given(runs(), st.randoms(use_true_random=False))
def test_any_segments_body_is_read_alike(changes: list[Change], chance: Random) -> None:
    """Changes of many feeds, with their dots, as they were written."""
    chance.shuffle(changes)
    payload = wire.compress(wire.encode(changes, base=None))
    found = second_body.decode(second_body.unpacked(payload), base=None, schema=TYPES)
    assert found == [as_second(change) for change in changes]


@settings(max_examples=30)  # the product tries many expressions for every one it writes
@given(runs().filter(lambda changes: feed_of_dot(changes[0].dot) % 4 < len(Lane)))
def test_any_bundle_is_opened_alike(changes: list[Change]) -> None:
    """Sealed by the product, opened here to the same changes and chain."""
    first = changes[0].dot
    run = {"feed": feed_of_dot(first), "first": seq_of_dot(first), "count": len(changes)}
    header = Header(hub=sync.TAG, prekey=7, **run)
    body = wire.encode(changes, base=first)
    before = bundle.chain_start(header.feed)
    raw = bundle.seal(body, header=header, before=before, prekey=sync.PREKEY.seal_key, signer=sync.NODE_SIGN)
    found = second_bundle.open_bundle(raw, node_key=NODE_KEY, prekey=bytes((5,)) * 32, schema=TYPES)
    assert found.changes == [as_second(change) for change in changes]
    assert (found.before, found.chain) == (before, bundle.chain_next(before, header, body))


def bent(chance: Random, body: bytes) -> bytes:
    """A body with a few words, bits, letters or extras changed, or with another expression altogether."""
    version, layout, texts, packed, *extras = unpack(body)
    layout = static.TEMPLATES[layout] if isinstance(layout, int) else layout
    if not chance.randrange(6):
        heads = [1, chance.choice([1, 2, 77]), chance.randrange(2), chance.randrange(3)]
        layout = heads + [chance.randrange(31) for _ in range(chance.randrange(3, 40))]
        return pack([version, layout, texts, chance.randbytes(chance.randrange(40)), *extras])
    parts = [layout[:], bytearray(texts), bytearray(packed), *([extras[0][:]] if extras else [])]
    odd = [0, 1, -1, True, "x", b"y", [1], ["a"], [1, "a"], None, -(1 << 63), [], "a\0", "q" * 2001]
    for _ in range(chance.randrange(1, 4)):
        part = chance.choice(parts)
        at = chance.randrange(len(part) + 1)
        new = chance.randrange(31) if part is parts[0] else chance.randrange(256)
        new = chance.choice(odd) if part in parts[3:] else new
        part[at : at + chance.randrange(2)] = [new]
    return pack([version, parts[0], bytes(parts[1]), bytes(parts[2]), *parts[3:]])


@settings(max_examples=20)
@given(st.randoms(use_true_random=False), st.sampled_from(SEEDS))
def test_a_bent_body_is_read_or_refused_alike(chance: Random, seed: tuple[bytes, Any]) -> None:
    """What stands there is followed by both to the same values, or by neither."""
    body, base = seed
    for _ in range(50):
        spoilt = bent(chance, body)
        found, second = read_by_both(spoilt, base)
        assert (found, spoilt) == (second, spoilt)


def read_by_both(body: bytes, base: int | None) -> tuple[list[second_body.Change] | None, ...]:
    """The changes of a body by the product and by the second implementation; None where refused."""
    try:
        found = [as_second(change) for change in wire.decode(body, base=base).changes()]
    except WireError:
        found = None
    try:
        return found, second_body.decode(body, base=base, schema=TYPES)
    except Refused:
        return found, None


NUMBER = {0: "000000", 1: "000001", 2: "0000100", 3: "0000101"}
CONST, PACK, GAPS, DELTA, SPLIT, SINCE, REPEAT, DICTIONARY = 0, 2, 5, 6, 7, 8, 10, 11
BITS, RUNS, KEYED, LISTS, DOT = 4, 13, 14, 23, 1


@pytest.mark.parametrize(
    ("column", "bits", "values"),
    [
        ([SINCE, DOT, CONST], NUMBER[2], [12, 13, 14]),
        ([RUNS, BITS, SINCE, DOT, CONST], "00" + NUMBER[2], [12, 13, 14]),
        ([RUNS, BITS, SINCE, DOT, CONST], "10" + NUMBER[2], None),
        ([RUNS, BITS, LISTS, CONST, SINCE, DOT, CONST], "10" + NUMBER[1] * 2, [(11,), (11,), (12,)]),
        ([DELTA, SINCE, DOT, CONST, CONST], NUMBER[1] * 2, None),
        ([DICTIONARY, SINCE, DOT, CONST, CONST], NUMBER[3] + NUMBER[0] + NUMBER[2], [12, 12, 12]),
        ([DICTIONARY, SINCE, DOT, CONST, CONST], NUMBER[2] + NUMBER[0] + NUMBER[1], None),
        ([LISTS, GAPS, 2, CONST, REPEAT, CONST], NUMBER[1] + NUMBER[2] + NUMBER[3], [(3,), (3,), ()]),
        ([KEYED, 9, 0, BITS, CONST], "11" + NUMBER[2], [2, 2, 2]),
        ([KEYED, 8, BITS, CONST], "11" + NUMBER[2], None),
        ([SPLIT, 1, CONST, CONST], NUMBER[1] + NUMBER[3], [3, 3, 3]),
        ([PACK], NUMBER[0] + NUMBER[1] + "011", [0, 1, 1]),
    ],
)
def test_the_finer_rules_of_columns(column: list[int], bits: str, values: list[Any] | None) -> None:
    """Three rows, dots 10, 11, 12 of one feed; one field of an unknown kind."""
    packed = "00100" + NUMBER[0] * 2 + bits  # three rows; their stamps and authors
    packed += "0" * (-len(packed) % 8)
    layout = [1, 77, 1, 1, CONST, CONST, 60, 0, *column]
    body = pack([1, layout, b"", int(packed, 2).to_bytes(len(packed) // 8)])
    for found in read_by_both(body, 10):
        assert (found and [change.fields[60] for change in found]) == values


def test_the_vectors_data_is_what_they_were_made_of() -> None:
    """`sync.json` tells readers without this program what `sync.py` holds."""
    standing = sync.standing()
    assert SYNC["standing"] == {
        "node": sync.NODE, "heads": list(standing.heads),
        "chains": [chain.hex() for chain in standing.chains], "generation": standing.generation,
        "cursors": [[cursor.scope, cursor.position, cursor.chain.hex()] for cursor in standing.cursors],
        "heard_ms": standing.last_head_ms, "revocations": standing.revocations, "prekey": standing.prekey,
    }  # fmt: skip
    assert SYNC["stream"] == sync.STREAM.hex()
    assert SYNC["changes"] == [to_json(change) for change in sync.changes()]
    assert SYNC["alerts"] == [to_json(change) for change in sync.alerts()]
