"""What the centre gave up of a node's feed: the node is told, and brings it if it has it after all."""

from __future__ import annotations

from pathlib import Path

from shared.bundle import read_header
from shared.ids import Lane, feed_of
from shared.ledger import audit
from tests.edge.posts import NODE, make_post, rows, settled


def test_it_brings_what_was_given_up_and_notes_that_it_was(tmp_path: Path):
    """Acknowledged long ago, and here still: sent once more, and written down."""
    post = make_post(tmp_path)
    settled(post)
    node = post.node()
    node.reporter.report()
    node.round.run(post.centre.exchange, everything=True)
    feed = feed_of(NODE, Lane.ROUTINE)
    post.centre.lost = ((feed, 1, 1),)
    node.round.run(post.centre.exchange)
    assert [read_header(raw).first for raw in post.centre.again][:1] == [1]
    assert rows(node, "SELECT action, detail FROM audit WHERE action = 'gap_given_up'") == [
        ("gap_given_up", f"feed {feed}, 1 to 1")
    ]
    post.centre.lost = ()
    node.round.run(post.centre.exchange)
    sent = len(post.centre.again)
    node.round.run(post.centre.exchange)
    assert len(post.centre.again) == sent
    with node.kit.database.snapshot() as tx:
        audit.verify(tx)
    post.close()
