"""Search keys in sorted runs: nothing added is ever missed, however far the upkeep has come."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from shared.database import Database
from shared.ids import Lane, feed_of, make_dot
from shared.ledger import search
from shared.limits import NODE_MAX
from tests.shared.ledger.files import open_ledger


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with open_ledger(tmp_path / "search.db") as opened:
        search.migrations.apply(opened.tools())
        yield opened


def find(database: Database, *keys: int) -> list[int]:
    with database.snapshot() as tx:
        return search.find(tx, keys, lane=Lane.URGENT, limit=1 << 20).records


def add(database: Database, pairs: list[search.Pair]) -> None:
    with database.transaction() as tx:
        search.add(tx, pairs)


def tidy(database: Database, budget: int) -> bool:
    with database.transaction() as tx:
        return search.tidy(tx, budget)


def test_what_was_added_is_found_by_each_of_its_keys(database: Database):
    """Several records of one key and several keys of one record, in ascending order and once."""
    add(database, [(7, 30), (7, 10), (8, 10), (9, 20)])
    assert find(database, 7) == [10, 30]
    assert find(database, 7, 8) == [10, 30]
    assert find(database, 9, 8) == [10, 20]
    assert find(database, 1) == find(database) == []


def test_adding_a_pair_again_changes_nothing(database: Database):
    """A range taken in twice after a crash is found once."""
    for _ in range(3):
        add(database, [(7, 10)])
    add(database, [(key, 1) for key in range(search.HOT_BATCH_PAIRS + 1)])
    add(database, [(key, 1) for key in range(search.HOT_BATCH_PAIRS + 1)])
    assert find(database, 7) == [1, 10]


@pytest.mark.parametrize("seed", range(3))
def test_every_pair_is_found_at_every_step_of_the_upkeep(
    database: Database, monkeypatch: pytest.MonkeyPatch, seed: int
):
    """Runs are retired, merged and buried piece by piece, with adds in between; a model agrees throughout."""
    monkeypatch.setattr(search, "HOT_BATCH_PAIRS", 8)
    monkeypatch.setattr(search, "HOT_MAX_PAIRS", 40)
    monkeypatch.setattr(search, "FAN", 3)
    chance = random.Random(seed)
    model: dict[int, set[int]] = {}
    keys = [chance.randrange(search.KEY_SPACE) for _ in range(60)] + [0, search.KEY_SPACE - 1]
    steps = 0
    for _ in range(120):
        batch = [(chance.choice(keys), chance.randrange(1, 500)) for _ in range(chance.choice((1, 3, 20)))]
        add(database, batch)
        for key, record in batch:
            model.setdefault(key, set()).add(record)
        for _ in range(chance.randrange(3)):
            steps += tidy(database, budget=chance.choice((1, 10, 1_000)))
        key = chance.choice(keys)
        assert find(database, key) == sorted(model.get(key, ()))
    while tidy(database, budget=50):
        steps += 1
        key = chance.choice(keys)
        assert find(database, key) == sorted(model.get(key, ()))
    assert steps > 30
    assert {key: find(database, key) for key in keys} == {key: sorted(model.get(key, ())) for key in keys}
    with database.snapshot() as tx:
        assert search.runs(tx) <= 3 * search.FAN


def test_a_merge_leaves_a_purged_record_behind(database: Database, monkeypatch: pytest.MonkeyPatch):
    """Keys of an erased record do not outlive the next merge of their run."""
    monkeypatch.setattr(search, "HOT_BATCH_PAIRS", 1)
    monkeypatch.setattr(search, "FAN", 2)
    for record in (10, 20):
        add(database, [(7, record)])
    with database.transaction() as tx:
        tx.execute("INSERT INTO purged (record) VALUES (10)")
    while tidy(database, budget=10):
        pass
    assert find(database, 7) == [20]


def test_a_look_up_reads_one_lane_in_bounded_parts_and_jumps_over_the_rest(database: Database):
    """Two thousand checks of one key at three nodes, alerts at the first and the last: the alerts cost a few
    statements, and the checks come a part at a time, each once, in order."""
    checks = [make_dot(feed_of(node, Lane.ROUTINE), seq) for node in (1, 2, 9) for seq in range(1, 701)]
    alerts = [make_dot(feed_of(node, Lane.URGENT), 5) for node in (1, NODE_MAX)]
    photos = [make_dot(feed_of(2, Lane.BULK), 1)]
    add(database, [(7, record) for record in checks + alerts + photos])
    with database.snapshot() as tx:
        asked: list[str] = []
        tx.set_trace_callback(asked.append)  # type: ignore[attr-defined]  # SQLCipher's own connection has it
        assert search.find(tx, (7,), lane=Lane.URGENT, limit=10) == search.Sharing(alerts, False)
        assert search.find(tx, (7,), lane=Lane.BULK, limit=10) == search.Sharing(photos, False)
        tx.set_trace_callback(None)  # type: ignore[attr-defined]  # the same
        assert len(asked) < 40
        found, start, parts = [], 0, 0
        while True:
            part = search.find(tx, (7, 8), lane=Lane.ROUTINE, limit=400, start=start)
            assert len(part.records) <= 400
            found += part.records
            parts += 1
            if not part.more:
                break
            start = part.records[-1] + 1
    assert (found, parts) == (checks, 6)


def test_a_part_that_is_full_says_whether_there_is_more(database: Database):
    """Exactly as many as are asked for are all there are."""
    add(database, [(7, record) for record in (1, 2, 3)])
    add(database, [(key, 3) for key in range(search.HOT_BATCH_PAIRS + 1)])
    with database.snapshot() as tx:
        assert search.find(tx, (7,), lane=Lane.URGENT, limit=3) == search.Sharing([1, 2, 3], False)
        assert search.find(tx, (7,), lane=Lane.URGENT, limit=2) == search.Sharing([1, 2], True)
