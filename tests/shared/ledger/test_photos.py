"""Pieces in the ledger: found by their record, and erased with it in whatever order things come."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import permutations
from pathlib import Path

import pytest

from shared import wire
from shared.change import Change, Value, named
from shared.clock import Stamp
from shared.database import Connection
from shared.ids import SYSTEM, Lane, RecordId, feed_of, make_dot
from shared.ledger import photos, records
from shared.ledger.records import Effect
from shared.photo import MEDIA_TYPE, address_of
from shared.schema import OWNER, Kind
from tests.shared.ledger.files import open_ledger, rows, wipe

NODE = 5
CHECK, OTHER = (make_dot(feed_of(NODE, Lane.ROUTINE), seq) for seq in (1, 2))


@pytest.fixture
def tx(tmp_path: Path) -> Iterator[Connection]:
    with open_ledger(tmp_path / "one.db") as database, database.transaction() as tx:
        yield tx


def change(kind: Kind, lane: Lane, seq: int, **fields: Value) -> Change:
    dot = make_dot(feed_of(NODE, lane), seq)
    values = named(kind, {"owner": "BA", **fields})
    return Change(dot=dot, record=RecordId(dot), kind=kind, stamp=Stamp(seq), author=SYSTEM, fields=values)


def piece(seq: int, of: int, number: int = 1) -> Change:
    return change(
        Kind.ATTACHMENT,
        Lane.BULK,
        seq,
        of=of,
        category="face",
        media_type=MEDIA_TYPE,
        size_bytes=20,
        digest=address_of(b"x"),
        piece=number,
        pieces=2,
        content=bytes([seq]) * 10,
    )


PIECES = [piece(1, CHECK), piece(2, CHECK, 2), piece(3, OTHER)]
TOMBSTONE = change(Kind.TOMBSTONE, Lane.URGENT, 1, of=CHECK, reason="expired")


def by_columns(tx: Connection, changes: list[Change]) -> None:
    """As a bundle brings them: a whole table at once, one by one where the fast path steps aside."""
    body = wire.encode(changes, base=changes[0].dot)
    for table in wire.decode(body, base=changes[0].dot).tables:
        if not records.apply_table(tx, table):
            for each in table.changes():
                records.apply(tx, each)


def test_an_erased_record_takes_its_pieces_along_in_any_order(tx: Connection):
    """Tombstone first, last, or in between: the same rows, ids alone left of what was erased."""
    states = []
    for order in permutations([*PIECES, TOMBSTONE]):
        wipe(tx)
        for each in order:
            records.apply(tx, each)
        states.append(rows(tx))
        assert [found.id for found in photos.pieces_of(tx, OTHER, owner="BA")] == [PIECES[2].dot]
        assert photos.pieces_of(tx, CHECK, owner="BA") == []
    assert all(state == states[0] for state in states)


@pytest.mark.parametrize("first", [True, False])
def test_the_fast_path_knows_the_erased_too(tx: Connection, *, first: bool):
    """A bundle of pieces of an erased check and of another: the others' pieces alone stay."""
    if first:
        records.apply(tx, TOMBSTONE)
    by_columns(tx, PIECES)
    if not first:
        records.apply(tx, TOMBSTONE)
    kept = tx.execute("SELECT id FROM attachment_record").fetchall()
    assert kept == [(PIECES[2].dot,)]
    assert records.apply(tx, PIECES[0]).effect is Effect.PURGED


def test_pieces_that_hang_on_one_another_in_a_ring_are_all_erased(tx: Connection):
    """A hostile node's ring of attachments ends the erasing no later than anything else."""
    ring = [piece(10 + place, make_dot(feed_of(NODE, Lane.BULK), 10 + (place + 1) % 3)) for place in range(3)]
    for each in ring:
        records.apply(tx, each)
    records.purge(tx, ring[0].record)
    assert tx.execute("SELECT count(*) FROM attachment_record").fetchone() == (0,)


def test_only_the_owner_s_pieces_are_found(tx: Connection):
    """What another country hangs on a record is none of its photos."""
    foreign = piece(20, CHECK)
    for each in (PIECES[0], replace(foreign, fields={**foreign.fields, OWNER: "RS"})):
        records.apply(tx, each)
    assert [found.id for found in photos.pieces_of(tx, CHECK, owner="BA")] == [PIECES[0].dot]
    assert photos.count_by_record(tx, [CHECK, OTHER]) == {CHECK: 1}


def test_contents_let_go_leave_what_says_that_there_was_a_photo(tx: Connection):
    """Only in the run that was named, and only once."""
    for each in PIECES:
        records.apply(tx, each)
    assert photos.drop_contents(tx, PIECES[0].dot, PIECES[1].dot) == 2
    assert photos.drop_contents(tx, PIECES[0].dot, PIECES[1].dot) == 0
    assert [found.content for found in photos.pieces_of(tx, CHECK, owner="BA")] == [None, None]
    assert photos.pieces_of(tx, OTHER, owner="BA")[0].content is not None
