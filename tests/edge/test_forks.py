"""Acks name contents: another log of the same length is told from a post's own, at the first contact."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from edge.store import upkeep
from shared.change import named
from shared.ids import SYSTEM, Lane
from shared.limits import PRUNE_AFTER_DAYS
from shared.schema import Kind
from tests.edge.reborn import Stage

FORKED = "feed_forked"
FAR_MS = 2 * PRUNE_AFTER_DAYS * 86_400_000
SURNAMES = (f"TESTOVIC{number}" for number in count())


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    made = Stage(tmp_path)
    yield made
    made.close()


def log(stage: Stage, *bundles: int) -> None:
    """So many checks at the post, cut into bundles of these sizes."""
    kit = stage.post.node.kit
    for many in bundles:
        for _ in range(many):
            fields = named(Kind.CHECK, {"owner": "BA", "post": "KLOBUK", "surname": next(SURNAMES)})
            with kit.database.transaction() as tx:
                kit.log.append(tx, kind=Kind.CHECK, author=SYSTEM, fields=fields)
        stage.post.node.sealer.seal(link_appeared=True)


def put_back(stage: Stage, *, centre: tuple[int, ...], here: tuple[int, ...]) -> None:
    """Monday's copy in place again: after it the centre got some bundles, and others are here now."""
    log(stage, 1)
    assert stage.talk() == ""
    image = stage.image("monday")
    log(stage, *centre)
    assert stage.talk() == ""
    stage.put_back(image)
    log(stage, *here)


def acked(stage: Stage) -> int:
    ((seq,),) = stage.post.look("SELECT acked_seq FROM own_head WHERE lane = ?", (Lane.ROUTINE,))
    return int(str(seq))


def trouble(stage: Stage) -> dict[str, str]:
    return dict(stage.post.node.booth.status().trouble)


def faults(stage: Stage) -> list[tuple[object, ...]]:
    """What the console names."""
    return stage.centre.look("SELECT code FROM quarantine WHERE settled_ms IS NULL")


@pytest.mark.parametrize("here", [(2,), (1, 1), (2, 1)], ids=["as many", "cut otherwise", "more"])
def test_another_log_is_named_at_the_first_contact(stage: Stage, here: tuple[int, ...]):
    """However it was cut: nothing of it is acknowledged, post and console say so, and the booth goes on."""
    put_back(stage, centre=(2,), here=here)
    assert stage.talk() == ""
    assert "enrols it again" in trouble(stage)[FORKED]
    assert acked(stage) == 1
    assert faults(stage) == [(FORKED,)]
    stage.officer.capture()
    assert stage.post.node.booth.status().queue > sum(here)


def test_the_bundle_that_the_hub_ends_in_is_another(stage: Stage):
    """The hub stands in the middle of a bundle of ours: bundles once cut never change."""
    put_back(stage, centre=(1, 1), here=(1, 2))
    assert stage.talk() == ""
    assert FORKED in trouble(stage)
    assert acked(stage) == 1


def test_a_fork_is_said_at_every_contact_and_sent_once(stage: Stage):
    """The trouble stays; the bundle that shows it is not sent again."""
    put_back(stage, centre=(2,), here=(2,))
    stage.talk()
    with stage.post.database.snapshot() as tx:
        assert stage.post.node.kit.log.pending(tx, budget_bytes=1) == []
    asked = stage.post.node.round.run(stage.centre.hub.exchange)
    assert (asked.turns, asked.sent_bundles) == (1, 0)
    assert FORKED in trouble(stage)
    assert faults(stage) == [(FORKED,)]


def test_what_was_acknowledged_by_count_is_taken_back(stage: Stage):
    """As an older program would have: it is shown to the hub, and nothing of it is pruned."""
    put_back(stage, centre=(2,), here=(2,))
    with stage.post.database.transaction() as tx:
        tx.execute("UPDATE own_head SET acked_seq = cut_seq")
        tx.execute("INSERT INTO ack_mark (lane, seq, head_ms) VALUES (?, 3, 1)", (Lane.ROUTINE,))
    stage.talk()
    assert (acked(stage), faults(stage)) == (1, [(FORKED,)])
    with stage.post.database.transaction() as tx:
        tx.execute("UPDATE hub_state SET safe_ms = ?", (stage.sky.ms + FAR_MS,))
        node = stage.post.node.kit.node
        upkeep.prune(tx, node=node, trusted_ms=stage.sky.ms + FAR_MS, now_ms=stage.sky.ms)
    assert stage.post.look("SELECT count(*) FROM log") == [(3,)]


def test_a_forked_device_is_enrolled_again_with_all_it_has(stage: Stage):
    """And the trouble goes: both devices' checks are at the centre, each once."""
    put_back(stage, centre=(2,), here=(2,))
    stage.talk()
    stage.enrol_again(20)
    stage.finish()
    assert trouble(stage) == {}
    assert stage.centre.look("SELECT count(*), count(DISTINCT surname) FROM check_record") == [(5, 5)]


def test_its_own_log_is_never_another(stage: Stage):
    """Whatever was cut, sent, lost on the way and pruned."""
    for many in ((1,), (2, 1), (3,)):
        log(stage, *many)
        assert stage.talk() == ""
    with stage.post.database.transaction() as tx:
        tx.execute("UPDATE hub_state SET safe_ms = ?", (stage.sky.ms + FAR_MS,))
        node = stage.post.node.kit.node
        assert upkeep.prune(tx, node=node, trusted_ms=stage.sky.ms + FAR_MS, now_ms=stage.sky.ms)
    log(stage, 2)
    assert stage.talk() == ""
    assert (trouble(stage), acked(stage), faults(stage)) == ({}, 9, [])


def test_a_hub_that_has_no_chain_judges_nothing(stage: Stage):
    """Nobody could open its last bundle: the count is acknowledged, as ever."""
    put_back(stage, centre=(2,), here=(2,))
    with stage.centre.database.transaction() as tx:
        tx.execute("UPDATE feed SET chain = NULL")
    stage.post.node.round.run(stage.centre.hub.exchange)
    assert FORKED not in trouble(stage)
    assert acked(stage) == 3


@pytest.mark.parametrize("which", ["node", "hub"])
def test_one_end_of_before_compares_counts(stage: Stage, monkeypatch: pytest.MonkeyPatch, which: str):
    """A node says its heads alone, or a hub tells no chains: all is acknowledged in the same turns."""
    from shared.session import counts_digest

    if which == "node":
        monkeypatch.setattr("shared.session.node_end.heads_digest", counts_digest)
    else:
        monkeypatch.setattr("hub.exchange.heads_digest", counts_digest)
        monkeypatch.setattr("hub.exchange.chains_told", lambda _: ())
    log(stage, 2)
    assert stage.talk() == ""
    assert (trouble(stage), acked(stage)) == ({}, 2)
    assert stage.post.node.round.run(stage.centre.hub.exchange).turns == 1
    assert stage.centre.look("SELECT emptied_ms IS NOT NULL FROM node") == [(1 if which == "node" else 0,)]
