"""What goes over a bad link, in which order, and what a cut costs."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from itertools import chain, cycle, repeat
from random import Random
from typing import Any

import pytest

from edge.booth import Booth
from edge.node import EdgeNode
from edge.screen import Session
from shared.change import named
from shared.errors import RemoteError
from shared.ids import SYSTEM, Lane
from shared.ledger.outbox import Composed, Outbox
from shared.limits import PIECE_MIN_BYTES
from shared.schema import SCHEMA, Kind
from shared.session import read_question
from tests.edge.links import Breaking, Narrow
from tests.edge.posts import Post, changes_of, rows
from tests.edge.test_cases import admit

_DICE = Random(7)


def record(node: EdgeNode, count: int, kind: Kind = Kind.CHECK) -> None:
    """So many records, each with something that does not compress away."""
    for start in range(0, count, 500):
        with node.kit.database.transaction() as tx:
            for number in range(start, min(start + 500, count)):
                values = {"owner": "BA", "happened": number}
                if kind is Kind.CHECK:
                    values |= {"remark": _DICE.randbytes(12).hex()}
                node.kit.log.append(tx, kind=kind, author=SYSTEM, fields=named(kind, values))


def arrived(post: Post, kind: Kind = Kind.CHECK) -> list[int]:
    return [change.dot for change in changes_of(post.centre.received) if change.kind == kind]


def needed(node: EdgeNode) -> int:
    ((size,),) = rows(node, "SELECT sum(length(raw)) FROM sealed")
    assert isinstance(size, int)
    return size


def overtakes(post: Post, node: EdgeNode, backlog: int) -> None:
    """Raise a hit while a backlog goes up in pieces; it must be in the very next question."""
    record(node, backlog)
    node.round.pace = Narrow(4_000)
    link, turns = Breaking(post.centre.exchange), 0

    def exchange(question: bytes) -> bytes:
        nonlocal turns
        answer = link.exchange(question)
        turns += 1
        if turns == 4:  # in the middle of a bundle
            assert post.centre.tails[Lane.ROUTINE]
            record(node, 1, Kind.HIT)
        if turns == 5:
            assert len(arrived(post, Kind.HIT)) == 1
            assert len(arrived(post)) < backlog
        return answer

    node.round.run(exchange, everything=True)
    assert turns > 5
    assert len(arrived(post)) == len(set(arrived(post))) == backlog
    assert SCHEMA[Kind.HIT].lane is Lane.URGENT


def test_a_hit_overtakes_a_backlog_that_is_going_up(post: Post, node: EdgeNode):
    """It is in the next question, in front of the piece of what was half sent."""
    overtakes(post, node, 3_000)


@pytest.mark.prove
def test_a_hit_overtakes_a_hundred_thousand_checks(post: Post, node: EdgeNode):
    """However long the backlog, at the next request boundary."""
    overtakes(post, node, 100_000)


def test_a_cut_costs_one_piece(post: Post, node: EdgeNode):
    """Each third question lost: the round goes on by itself, and only pieces go a second time."""
    record(node, 1_200)
    node.round.pace = Narrow(3_000)
    link = Breaking(post.centre.exchange, chain(["", ""], cycle(["", "", "question"])))
    node.round.run(link.exchange, everything=True)
    assert len(arrived(post)) == len(set(arrived(post))) == 1_200
    assert node.booth.status().queue == 0
    assert max(link.pieces()) <= 3_000
    lost = sum(
        size for size, cut in zip(link.pieces(), chain(["", ""], cycle(["", "", "x"])), strict=False) if cut
    )
    assert sum(link.pieces()) - lost <= needed(node) + 3_000


def test_a_lost_answer_costs_no_piece_twice(post: Post, node: EdgeNode):
    """What the hub had is learned by a hello alone; the next piece goes on behind it."""
    record(node, 1_200)
    node.round.pace = Narrow(3_000)
    link = Breaking(post.centre.exchange, chain(["", ""], cycle(["answer", "", ""])))
    node.round.run(link.exchange, everything=True)
    assert len(arrived(post)) == len(set(arrived(post))) == 1_200
    assert sum(link.pieces()) <= needed(node) + 3 * len(post.centre.received)


def test_after_a_cut_the_first_question_is_a_hello_alone(post: Post, node: EdgeNode):
    """Neither bundles nor a piece, but the certificate."""
    record(node, 600)
    node.round.pace = Narrow(2_000)
    link = Breaking(post.centre.exchange, iter(["", "", "question"]))
    node.round.run(link.exchange, everything=True)
    after = read_question(link.questions[3])
    assert (after.bundles, after.hello.upload) == ((), None)
    assert after.hello.certificate is not None


def test_a_link_that_fails_again_and_again_ends_the_round(post: Post, node: EdgeNode):
    """A few cuts in a row and the wait before the next contact grows; a link that was never there at once."""
    record(node, 600)
    link = Breaking(post.centre.exchange, chain([""], repeat("question")))
    node.round.run(link.exchange)
    with pytest.raises(RemoteError):
        node.round.run(link.exchange, everything=True)
    assert len(link.questions) == 2
    record(node, 600)
    node.round.pace = Narrow(1_000)
    link = Breaking(post.centre.exchange, chain(["", ""], repeat("question")))
    with pytest.raises(RemoteError):
        node.round.run(link.exchange, everything=True)
    assert len(link.questions) == 7


def test_a_restart_goes_on_where_the_hub_stands(post: Post, node: EdgeNode):
    """The node keeps nothing of an upload but its bundles: what the hub holds says where to go on."""
    record(node, 1_200)
    node.round.pace = Narrow(2_000)
    link = Breaking(post.centre.exchange, chain(["", "", ""], repeat("question")))
    with pytest.raises(RemoteError):
        node.round.run(link.exchange, everything=True)
    had = sum(map(len, post.centre.tails.values()))
    assert had
    again = post.node()
    fresh = Breaking(post.centre.exchange)
    again.round.run(fresh.exchange, everything=True)
    assert sum(fresh.pieces()) + sum(len(b) for q in fresh.questions for b in read_question(q).bundles) <= (
        needed(again) - had + 10
    )
    assert len(arrived(post)) == len(set(arrived(post))) == 1_200


def test_a_hub_that_lost_its_tail_gets_the_bundle_anew(post: Post, node: EdgeNode):
    """A beginning given up at the hub, or another's in its place, stops nothing."""
    record(node, 1_200)
    node.round.pace = Narrow(2_000)
    turns = 0

    def exchange(question: bytes) -> bytes:
        nonlocal turns
        turns += 1
        answer = post.centre.exchange(question)
        if turns in (3, 6):
            post.centre.tails.clear()
            raise RemoteError("link_cut", "cut", hint="wait")
        return answer

    node.round.run(exchange, everything=True)
    assert len(arrived(post)) == len(set(arrived(post))) == 1_200


def test_a_bundle_the_hub_will_not_take_does_not_go_round_for_ever(post: Post, node: EdgeNode):
    """A piece that completes a bundle without an ack ends the round: it is tried again at the next."""
    record(node, 600)
    node.round.pace = Narrow(2_000)
    post.centre._receive = lambda raw: None
    outcome = node.round.run(post.centre.exchange, everything=True)
    assert outcome.turns < 30
    assert node.booth.status().queue > 0


def test_nothing_is_cut_into_bundles_while_the_link_is_down(post: Post, node: EdgeNode):
    """What waited for the link becomes few large bundles when it appears."""
    down = Breaking(post.centre.exchange, repeat("question"))
    with pytest.raises(RemoteError):
        node.round.run(down.exchange)
    for _ in range(8):
        record(node, 50)
        node.sealer.seal()
        with pytest.raises(RemoteError):
            node.round.run(down.exchange)
    assert rows(node, "SELECT count(*) FROM sealed WHERE feed & 3 = 1") == [(0,)]
    node.round.run(post.centre.exchange)
    assert rows(node, "SELECT count(*) FROM sealed WHERE feed & 3 = 1") == [(1,)]
    assert len(arrived(post)) == 400


def test_a_slow_link_is_not_kept_idle_until_all_of_a_backlog_is_cut(post: Post, node: EdgeNode):
    """What goes with a question is cut before it, the rest while it travels; all of it goes in one round."""
    record(node, 3_000)
    node.round.pace = Narrow(4_000)
    cut: list[object] = []

    def exchange(question: bytes) -> bytes:
        cut.extend(rows(node, "SELECT count(*) FROM sealed"))
        return post.centre.exchange(question)

    node.round.run(exchange)
    assert cut[:3] == [(1,), (2,), (2,)]
    assert cut[-1] == (6,)
    assert len(arrived(post)) == 3_000


def test_a_round_goes_on_when_a_question_took_all_that_was_cut(post: Post, node: EdgeNode):
    """Nothing waits for a moment, and still most of the backlog is to come."""
    record(node, 3_000)
    assert not node.sealer.seal(room=1)
    node.round.pace = Narrow(needed(node))
    node.round.run(post.centre.exchange)
    assert len(arrived(post)) == 3_000


def test_two_who_cut_at_once_make_each_bundle_once(node: EdgeNode, monkeypatch: pytest.MonkeyPatch):
    """The clock cuts what is due while a contact does."""
    record(node, 2_000)
    composed: list[object] = []
    compose = Outbox.compose

    def counted(*args: Any, **others: Any) -> Composed | None:
        composed.append(made := compose(*args, **others))
        return made

    monkeypatch.setattr(Outbox, "compose", counted)
    with ThreadPoolExecutor(2) as both:
        for done in [both.submit(node.sealer.seal), both.submit(node.sealer.seal)]:
            assert done.result()
    assert len(composed) == 4
    assert rows(node, "SELECT sum(count), count(*) FROM sealed") == [(2_000, 4)]


def test_a_backlog_takes_three_round_trips_on_a_good_link(post: Post, node: EdgeNode):
    """A hello that finds the link, and what waited."""
    record(node, 4_000)
    again = post.node()
    assert again.round.run(post.centre.exchange, everything=True).turns <= 3
    assert len(arrived(post)) == 4_000


# --- the feed ---


def test_a_segment_comes_in_slices_and_a_cut_costs_one(post: Post, node: EdgeNode):
    """A narrow link brings a large segment bit by bit, each answer gone on from, none applied twice."""
    for number in range(300):
        post.centre.alert(document_number=f"N{number * 7919 % 10**7:07}")
    node.round.pace = Narrow(PIECE_MIN_BYTES)
    link = Breaking(post.centre.exchange, chain([""], cycle(["", "answer", "question", "", ""])))
    outcome = node.round.run(link.exchange)
    assert outcome.applied_changes == 300
    assert node.booth.status().alerts == 300
    whole = sum(len(raw) + len(sign) for raw, sign, *_ in post.centre.cuts["all"])
    assert len(link.answers) >= whole // PIECE_MIN_BYTES
    assert sum(map(len, link.answers)) <= whole + 400 * len(link.answers)


def test_an_idle_check_is_one_round_trip_of_a_few_bytes(post: Post, node: EdgeNode):
    """At most 250 bytes of body both ways."""
    node.round.run(post.centre.exchange)
    link = Breaking(post.centre.exchange)
    assert node.round.run(link.exchange).turns == 1
    assert len(link.questions[0]) + len(link.answers[0]) <= 250


# --- where bytes cost ---


def test_a_metered_link_carries_what_is_urgent_alone(post: Post, booth: Booth, session: Session):
    """Checks wait in the log, uncut; a hit goes at once; the lists still come; `sync now` sends the rest."""
    node = post.node(metered=True)
    admit(node.booth, session)
    record(node, 60)
    record(node, 1, Kind.HIT)
    post.centre.alert(document_number="L898902C3")
    node.sealer.seal()
    post.dial.pass_ms(120_000)
    node.round.run(post.centre.exchange)
    assert (len(arrived(post, Kind.HIT)), arrived(post)) == (2, [])  # one of them late, by the alert
    assert node.booth.status().alerts == 1
    assert rows(node, "SELECT count(*) FROM sealed WHERE feed & 3 = 1") == [(0,)]
    node.round.run(post.centre.exchange, everything=True)
    assert len(arrived(post)) == 61


def test_every_byte_is_put_to_its_day(post: Post, node: EdgeNode):
    """Sent and received, lost questions too, over restarts; the next day begins at nothing."""
    before = node.booth.status()
    link = Breaking(post.centre.exchange, iter(["", "question"]))
    node.round.run(link.exchange)
    with pytest.raises(RemoteError):
        node.round.run(link.exchange)
    node.round.run(link.exchange)
    after = post.node().booth.status()
    assert after.sent - before.sent == link.sent
    assert after.received - before.received == sum(map(len, link.answers))
    post.dial.pass_ms(86_400_000)
    post.node().round.run(post.centre.exchange)
    assert 0 < post.node().booth.status().sent < after.sent
