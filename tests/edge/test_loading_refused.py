"""Lists that must not come in, or not any further: a code, what to do, and nothing changed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from edge.loading import Loader
from edge.node import EdgeNode
from edge.store import load
from shared.crypto import BoxKey
from shared.errors import KaraulaError
from tests.edge.lists import load_whole, snapshot_of, until_switch
from tests.edge.posts import NODE, Post, rows
from tests.edge.test_loading import busy_centre, left_over, listed


@pytest.mark.parametrize(
    ("code", "other"),
    [
        ("wrong_hub", {"hub": b"evil"}),
        ("snapshot_other_scope", {"scope": "country:RS"}),
        ("feed_rolled_back", {"position": 1}),
        ("feed_rolled_back", {"generation": 0}),
        ("snapshot_not_newer", {}),
        ("feed_forked", {"chain": b"another chain!!!"}),
    ],
)
def test_a_wrong_list_is_refused_and_changes_nothing(
    post: Post, node: EdgeNode, code: str, other: dict[str, object]
):
    """Another hub's, another scope's, an older one, the one already held, another history."""
    for place in range(3):
        post.centre.alert(document_number=f"A{place}")
    node.round.run(post.centre.exchange)
    before = listed(node)
    with pytest.raises(KaraulaError) as refused:
        Loader(node.kit).believe(snapshot_of(post.centre, **other).opening)
    assert (refused.value.code, bool(refused.value.hint)) == (code, True)
    assert listed(node) == before
    assert left_over(node) == []


def test_an_empty_list_is_no_news_to_a_node_that_has_met_the_hub(post: Post, node: EdgeNode):
    """Position 0 on both sides: nothing to do, said at once."""
    with pytest.raises(KaraulaError) as refused:
        Loader(node.kit).believe(snapshot_of(post.centre).opening)
    assert refused.value.code == "snapshot_not_newer"


def test_a_forged_list_is_refused(post: Post, node: EdgeNode):
    """Signed by somebody else, or signed by the hub and changed afterwards."""
    post.centre.alert(document_number="A1")
    good = snapshot_of(post.centre).opening
    other = bytearray(good.manifest)
    other[-1] ^= 1
    for spoilt in (replace(good, signature=bytes(64)), replace(good, manifest=bytes(other))):
        with pytest.raises(KaraulaError) as refused:
            Loader(node.kit).believe(spoilt)
        assert refused.value.code == "bad_signature"


def test_a_list_for_other_nodes_is_refused(post: Post, node: EdgeNode):
    """Without a key of its own, or with one sealed to another, this node reads nothing."""
    post.centre.alert(document_number="A1")
    stranger = BoxKey.generate().seal_key
    for code, readers in (("snapshot_not_for_us", {7: stranger}), ("cannot_open", {int(NODE): stranger})):
        with pytest.raises(KaraulaError) as refused:
            Loader(node.kit).believe(snapshot_of(post.centre, readers=readers).opening)
        assert refused.value.code == code


def test_a_damaged_block_stops_the_load_and_a_good_copy_goes_on(post: Post, node: EdgeNode):
    """One bit of a late block: its code, the old list untouched, and what was loaded is not loaded again."""
    busy_centre(post, 12)
    good, loader, before = snapshot_of(post.centre), Loader(node.kit), listed(node)
    with pytest.raises(KaraulaError) as refused:
        until_switch(loader, good.spoilt(2, at=5))
    assert refused.value.code == "block_damaged"
    assert listed(node) == before
    with node.kit.database.snapshot() as tx:
        under_way = load.read(tx)
    assert under_way is not None
    assert under_way.done == 2
    load_whole(node, good)
    assert len(rows(node, "SELECT id FROM alert_record")) == 12


def test_a_block_in_anothers_place_is_refused(post: Post, node: EdgeNode):
    """Blocks swapped by whoever carried the file."""
    busy_centre(post, 12)
    good = snapshot_of(post.centre)
    with pytest.raises(KaraulaError) as refused:
        until_switch(
            Loader(node.kit), replace(good, blocks=(good.blocks[1], good.blocks[0], *good.blocks[2:]))
        )
    assert refused.value.code in ("block_damaged", "truncated")


def test_a_list_overtaken_by_the_feed_is_given_up(post: Post, node: EdgeNode):
    """While the file was loaded, the link brought more: the feed's list stays, what the load made goes."""
    busy_centre(post, 6)
    made = snapshot_of(post.centre)
    post.centre.alert(document_number="NEWER")
    loader = Loader(node.kit)
    manifest, key = loader.believe(made.opening)
    loader.begin(manifest)
    steps = loader.run(manifest, key, made.block)
    next(steps)
    node.round.run(post.centre.exchange)
    with pytest.raises(KaraulaError) as refused:
        list(steps)
    assert refused.value.code == "snapshot_overtaken"
    while loader.tend():
        pass
    assert left_over(node) == []
    assert len(rows(node, "SELECT id FROM alert_record")) == 7


def test_a_newer_file_replaces_an_unfinished_load(post: Post, node: EdgeNode):
    """The engineer comes back with this week's file: last week's half goes, this week's is the list."""
    busy_centre(post, 10)
    first, loader = snapshot_of(post.centre), Loader(node.kit)
    manifest, key = loader.believe(first.opening)
    loader.begin(manifest)
    next(loader.run(manifest, key, first.block))
    post.centre.alert(document_number="NEWER")
    load_whole(node, snapshot_of(post.centre))
    assert len(rows(node, "SELECT id FROM alert_record")) == 11
    assert left_over(node) == []


def test_two_programs_do_not_load_at_once(post: Post, node: EdgeNode):
    """The second notices that the first has gone on, and stops with a code."""
    busy_centre(post, 12)
    made = snapshot_of(post.centre)
    one, two = Loader(node.kit), Loader(post.node().kit)
    manifest, key = one.believe(made.opening)
    one.begin(manifest)
    first, second = one.run(manifest, key, made.block), two.run(manifest, key, made.block)
    next(first), next(second)
    next(first)
    with pytest.raises(KaraulaError) as refused:
        next(second)
    assert refused.value.code == "snapshot_busy"
    list(one.run(manifest, key, made.block))
    assert len(rows(node, "SELECT id FROM alert_record")) == 12
