from __future__ import annotations

from edge.booth import Booth
from edge.node import EdgeNode
from edge.screen import Session
from tests.edge.posts import TD3, Post


def test_a_clean_traveller_is_saved_and_travels(post: Post, node: EdgeNode, booth: Booth, session: Session):
    """Scan, look, decide: the check is committed under a printed id and reaches the hub."""
    case = booth.open_case(session)
    view = booth.scan(session, case, TD3)
    assert view.traveller is not None
    view = booth.enter(session, case, {"direction": "entry", "plate": "A12-B-345", "plate_country": "BA"})
    assert (view.ready, view.answer and view.answer.verdict) == (True, "clear")
    saved = booth.decide(session, case, {"decision": "admit"})
    assert saved.printed.startswith("KLOBUK-1-R-")
    assert booth.decide(session, case, {"decision": "admit"}).check == saved.check
    node.round.run(post.centre.exchange, everything=True)
    assert booth.recent(session)[0].sent
    assert booth.status().queue == 0
