"""The body: changes by column; and the payload, a compressed body."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from dataclasses import dataclass
from typing import Any

import zstandard

from tests.second_reader import static
from tests.second_reader.columns import BAD, Sections, Table, read_texts
from tests.second_reader.plain import Refused, need, read_varint, unpack

CHANGES_MAX, BODY_MAX, DOT_MAX, FEED = 2000, 4 << 20, (1 << 63) - 1, 1 << 40
SIZES = {"text": 2000, "code": 64, "list": 64, "bytes": 64 * 1024}
ELEMENTS = {"codes": ["code"], "texts": ["text"], "dots": ["dot"], None: ["text", "int"]}
NOT_SET, UNTOUCHED, CLEARED = (("cell", name) for name in ("not set", "not touched", "cleared"))
Value = None | bool | int | str | bytes | tuple[Any, ...]


@dataclass(frozen=True)
class Change:
    """What a row of a body says; a field that is cleared has None."""

    dot: int
    record: int
    kind: int
    stamp: int
    author: int
    fields: dict[int, Value]
    context: dict[int, tuple[int, ...]]


Schema = dict[int, dict[int, str]]


def decode(body: bytes, *, base: int | None, schema: Schema) -> list[Change]:
    """The changes of a body in order.

    `base` is the dot of a bundle's first change; `schema` has the type of the fields known here, by kind.
    """
    sections = _sections(body)
    count = sections.word()
    need(count <= 128, "bad_body")
    ahead = Table(sections, kind=0)
    turns = _turns(ahead, count)
    orders: list[tuple[int, int]] = []
    tables: list[Iterator[Change]] = []
    total = size = 0
    for place in range(count):
        rows = [row for row, table in enumerate(turns) if table == place] if count > 1 else None
        order, changes = _table(sections, rows, base, schema)
        total += len(changes)
        need(total <= CHANGES_MAX, "too_many_changes")
        size += sum(_size(value) for change in changes for value in change.fields.values())
        need(size <= BODY_MAX, "too_large")
        orders.append(order)
        tables.append(iter(changes))
    need(orders == sorted(set(orders)), "not_canonical")
    sections.finish()
    return [next(tables[table]) for table in turns] if count > 1 else [c for table in tables for c in table]


def _sections(body: bytes) -> Sections:
    need(len(body) <= BODY_MAX, "too_large")
    parts = unpack(body)
    need(isinstance(parts, list) and parts and type(parts[0]) is int, "bad_body")
    need(parts[0] == 1, "version_unknown")
    need(len(parts) in (4, 5), "bad_body")
    _, layout, texts, packed, *extras = parts
    if type(layout) is int:
        need(0 <= layout < len(static.TEMPLATES), "dictionary_unknown")
        layout = static.TEMPLATES[layout]
    need(isinstance(layout, list) and isinstance(texts, bytes) and isinstance(packed, bytes), "bad_body")
    need(all(type(word) is int and 0 <= word <= 4095 for word in layout), "bad_body")
    need(not extras or isinstance(extras[0], list), "bad_body")
    need(extras != [[]], "not_canonical")
    return Sections(layout, read_texts(texts), packed, extras[0] if extras else [])


def _turns(ahead: Table, tables: int) -> list[int]:
    """The table of each change, where there is more than one."""
    if tables < 2:
        return []
    count = _count(ahead.source)
    turns = ahead.column(count, ())
    need(all(type(table) is int and 0 <= table < tables for table in turns), BAD)
    return turns


def _count(source: Sections) -> int:
    count = source.gamma()
    need(1 <= count <= CHANGES_MAX, "too_many_changes")
    return count


def _table(
    source: Sections, turns: list[int] | None, base: int | None, schema: Schema
) -> tuple[tuple[int, int], list[Change]]:
    """One table's place in the order, and its changes."""
    kind, creates, fields = source.word(), source.word(), source.word()
    count = _count(source)
    need(kind and creates <= 1 and (turns is None or len(turns) == count), BAD)
    table, rows = Table(source, kind), range(count)
    if base is None:
        table.dots = _within(table.column(len(rows), rows), 1)
    else:
        table.dots = [base + turn for turn in (turns or rows)]
        need(table.dots[-1] // FEED == base // FEED, BAD)
    table.stamps = _within(table.column(len(rows), rows), 0)
    authors = _within(table.column(len(rows), rows), 0)
    table.cells[0] = list(authors)
    contexts: list[dict[int, tuple[int, ...]]] = [{} for _ in rows]
    if creates:
        table.records = table.dots
    else:
        table.records = _within(table.column(len(rows), rows), 1)
        need(all(record != dot for record, dot in zip(table.records, table.dots, strict=True)), BAD)
        contexts = _contexts(table, rows)
    found: list[dict[int, Value]] = [{} for _ in rows]
    flags: list[list[int]] = []
    for _ in range(fields):
        _field(table, found, flags, edits=not creates, types=schema.get(kind, {}))
    changes = [
        Change(*row[:2], kind, *row[2:])
        for row in zip(table.dots, table.records, table.stamps, authors, found, contexts, strict=True)
    ]
    return (kind, 1 - creates), changes


def _contexts(table: Table, rows: range) -> list[dict[int, tuple[int, ...]]]:
    numbers = table.column(len(rows), rows)
    need(all(isinstance(listed, tuple) for listed in numbers), BAD)
    of_rows = [row for row in rows for _ in numbers[row]]
    dots = iter(table.column(len(of_rows), of_rows))
    contexts = [{number: next(dots) for number in listed} for listed in numbers]
    for listed, context in zip(numbers, contexts, strict=True):
        need(all(type(number) is int and 0 <= number <= 4095 for number in listed), BAD)
        need(list(listed) == sorted(set(listed)), BAD)
        for covered in context.values():
            need(isinstance(covered, tuple) and len(covered) <= 256, BAD)
            _within(list(covered), 1)
    return contexts


def _field(
    table: Table, found: list[dict[int, Value]], flags: list[list[int]], *, edits: bool, types: dict[int, str]
) -> None:
    """One field's column, into the rows where it is present."""
    source = table.source
    number, presence = source.word(), source.word()
    need(number not in table.cells, BAD)
    table.number = number
    rows: list[int] = list(range(len(found)))
    cells: list[Hashable] = [UNTOUCHED if edits else NOT_SET] * len(rows)
    if presence == 1:
        flags.append(table.flags(table.column(len(rows), rows)))
    if presence:
        place = presence - 2 if presence > 1 else -1
        need(place < len(flags), BAD)
        rows = [row for row in rows if flags[place][row]]
    if edits:
        gone = table.flags(table.column(len(rows), rows)) if source.word() else [0] * len(rows)
        for row, flag in zip(rows, gone, strict=True):
            if flag:
                found[row][number], cells[row] = None, CLEARED
        rows = [row for row, flag in zip(rows, gone, strict=True) if not flag]
    for row, value in zip(rows, table.column(len(rows), rows), strict=True):
        need(_fits(value, types.get(number)), "bad_value")
        found[row][number] = cells[row] = value
    table.cells[number] = cells


def _within(numbers: list[Any], low: int) -> list[int]:
    need(all(type(number) is int and low <= number <= DOT_MAX for number in numbers), BAD)
    return numbers


def _size(value: Value) -> int:
    if isinstance(value, tuple):
        return sum(map(_size, value))
    return len(value) if isinstance(value, str | bytes) else 0


def _fits(value: object, kind: str | None) -> bool:
    """Whether a value has the shape its field demands; one of an unknown field any shape there is."""
    match value:
        case bool():
            return kind in (None, "bool")
        case int():
            least = 0 if kind == "dot" else -DOT_MAX
            return kind in (None, "int", "instant", "date", "dot") and least <= value <= DOT_MAX
        case str():
            return (
                kind in (None, "text", "code") and len(value) <= SIZES[kind or "text"] and "\0" not in value
            )
        case bytes():
            return kind in (None, "bytes") and len(value) <= SIZES["bytes"]
        case tuple() if kind in ELEMENTS:
            alike = any(all(_fits(element, one) for element in value) for one in ELEMENTS[kind])
            return alike and len(value) <= SIZES["list"]
    return False


def unpacked(payload: bytes) -> bytes:
    """The body of a payload."""
    need(payload, "truncated")
    method, rest = payload[0], payload[1:]
    need(method <= 2, "dictionary_unknown")
    if method == 0:
        need(len(rest) <= BODY_MAX, "too_large")
        return rest
    if method == 1:
        return _inflated(rest, None)
    size, at = read_varint(rest, 0)
    need(at + size <= len(rest), "truncated")
    frame = b"\x00\x38" + (8 * size + 5).to_bytes(3, "little") + rest[at : at + size]
    return _inflated(frame, zstandard.ZstdCompressionDict(static.ZSTD)) + rest[at + size :]


def _inflated(frame: bytes, dictionary: zstandard.ZstdCompressionDict | None) -> bytes:
    reader = zstandard.ZstdDecompressor(dict_data=dictionary, format=zstandard.FORMAT_ZSTD1_MAGICLESS)
    try:
        body = reader.stream_reader(frame, read_across_frames=False).read(BODY_MAX + 1)
    except zstandard.ZstdError:
        raise Refused("bad_payload") from None
    need(len(body) <= BODY_MAX, "too_large")
    return body
