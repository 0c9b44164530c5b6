"""Contacts with the hub: what is queued stays queued until it is vouched for, and liars are named."""

from __future__ import annotations

from dataclasses import replace
from threading import Thread
from typing import Any

import pytest

from edge.booth import Booth
from edge.node import EdgeNode
from edge.screen import Session
from edge.store.feed import state
from shared.change import named
from shared.database import Connection
from shared.errors import KaraulaError, RemoteError, SessionError, TrustError
from shared.ids import SYSTEM, Lane
from shared.ledger.outbox import Composed
from shared.limits import COUNT_MAX
from shared.schema import Kind
from shared.session import read_question
from tests.edge.posts import START_MS, Post, changes_of, heads_of, rows
from tests.edge.test_cases import admit

DAY_MS = 86_400_000


class Link:
    """A link that a test cuts before the question arrives, or before the answer does."""

    def __init__(self, post: Post) -> None:
        self.post = post
        self.lose_question = self.lose_answer = False
        self.questions: list[bytes] = []
        self.answers: list[bytes] = []

    def exchange(self, question: bytes) -> bytes:
        self.questions.append(question)
        if self.lose_question:
            raise RemoteError("link_down", "cut", hint="wait")
        self.answers.append(self.post.centre.exchange(question))
        if self.lose_answer:
            raise RemoteError("link_down", "cut", hint="wait")
        return self.answers[-1]


@pytest.fixture
def link(post: Post) -> Link:
    return Link(post)


def checks_at(post: Post) -> list[int]:
    return [change.record for change in changes_of(post.centre.received) if change.kind == Kind.CHECK]


def test_nothing_leaves_the_queue_before_the_hub_vouches_for_it(
    node: EdgeNode, booth: Booth, session: Session, link: Link
):
    """With the link cut the check stays queued, however often it is tried; then it goes once."""
    saved = admit(booth, session)
    link.lose_question = True
    for _ in range(3):
        with pytest.raises(RemoteError):
            node.round.run(link.exchange, everything=True)
    assert booth.status().queue == 1
    link.lose_question = False
    node.round.run(link.exchange, everything=True)
    assert (checks_at(link.post), booth.status().queue) == ([int(saved.check)], 0)


def test_a_lost_answer_costs_a_hello_not_a_second_upload(
    node: EdgeNode, booth: Booth, session: Session, link: Link
):
    """After a cut the next question is a hello alone; it learns what had arrived, and nothing goes twice."""
    admit(booth, session)
    link.lose_answer = True
    with pytest.raises(RemoteError):
        node.round.run(link.exchange, everything=True)
    link.lose_answer = False
    sent = len(link.questions)
    node.round.run(link.exchange, everything=True)
    assert [len(read_question(question).bundles) for question in link.questions[sent:]] == [0]
    assert len(checks_at(link.post)) == 1
    assert booth.status().queue == 0


def test_the_first_contact_shows_the_certificate_and_later_ones_do_not(post: Post, link: Link):
    """A hub that has never met the node learns it from its certificate; afterwards that is saved."""
    node = post.node()
    node.round.run(link.exchange)
    node.round.run(link.exchange)
    shown = [read_question(question).hello.certificate is not None for question in link.questions]
    assert (shown[0], shown[-1]) == (True, False)


def test_routine_changes_wait_for_their_batch_and_urgent_ones_do_not(
    post: Post, node: EdgeNode, booth: Booth, session: Session
):
    """A clean check waits for its minute; when that is over it goes by itself."""
    admit(booth, session)
    node.round.run(post.centre.exchange)
    assert checks_at(post) == []
    post.dial.pass_ms(61_000)
    node.round.run(post.centre.exchange)
    assert len(checks_at(post)) == 1


def test_a_backlog_goes_in_a_few_large_bundles(post: Post, node: EdgeNode, booth: Booth, session: Session):
    """A hundred and twenty checks made offline are not sent one by one."""
    for _ in range(120):
        admit(booth, session)
    post.dial.pass_ms(3_600_000)
    node.round.run(post.centre.exchange)
    routine = [each for each in post.centre.received if each.header.lane is Lane.ROUTINE]
    assert len(checks_at(post)) == 120
    assert len(routine) <= 3


def test_an_older_answer_is_refused_and_named(post: Post, node: EdgeNode, link: Link):
    """A hub whose time went back, or whose feed is shorter than ours, changes nothing and is shown."""
    post.centre.alert(document_number="L898902C3")
    node.round.run(link.exchange)
    post.centre.skew_ms = -3_600_000
    with pytest.raises(SessionError) as told:
        node.round.run(link.exchange)
    assert told.value.code == "feed_rolled_back"
    assert "feed_rolled_back" in dict(node.booth.status().trouble)
    post.centre.skew_ms = 0
    post.centre.logs["all"].clear()
    post.centre.cuts["all"].clear()
    with pytest.raises(SessionError):
        node.round.run(link.exchange)
    assert node.booth.status().alerts == 1


def test_a_feed_with_another_history_is_refused_and_named(post: Post, node: EdgeNode):
    """The same positions with other content are a fork: nothing of it is applied."""
    post.centre.segment_changes = 1
    post.centre.alert(document_number="L898902C3")
    node.round.run(post.centre.exchange)
    post.centre.logs["all"].clear()
    post.centre.cuts["all"].clear()
    post.centre.alert(document_number="OTHER1")
    post.centre.alert(document_number="OTHER2")
    with pytest.raises(SessionError) as told:
        node.round.run(post.centre.exchange)
    assert told.value.code == "feed_forked"
    assert rows(node, "SELECT document_number FROM alert_record") == [("L898902C3",)]


def test_a_recorded_answer_fits_no_other_question(node: EdgeNode, link: Link):
    """Yesterday's answer, played again, is refused by its signature."""
    node.round.run(link.exchange)
    with pytest.raises(TrustError) as told:
        node.round.run(lambda _: link.answers[-1])
    assert told.value.code == "bad_signature"


def test_trouble_goes_when_a_contact_succeeds(post: Post, node: EdgeNode, link: Link):
    """What was named stays on every page until the next good contact, and no longer."""
    node.round.run(link.exchange)
    with pytest.raises(TrustError):
        node.round.run(lambda _: link.answers[-1])
    assert dict(node.booth.status().trouble).keys() == {"bad_signature"}
    node.round.run(link.exchange)
    assert node.booth.status().trouble == ()


def test_a_lost_prekey_is_answered_by_new_envelopes(
    post: Post, node: EdgeNode, booth: Booth, session: Session
):
    """Bundles sealed to a prekey that died are put into new ones; the content's chain stays the same."""
    admit(booth, session)
    node.sealer.seal(link_appeared=True)
    before = rows(node, "SELECT body, raw FROM sealed ORDER BY id")
    keys = post.centre.keys.without_prekeys(frozenset(post.centre.keys.prekeys)).with_prekeys(
        1, now_ms=START_MS
    )
    keys = replace(keys, prekeys={9: next(iter(keys.prekeys.values()))})
    post.centre.keys, post.centre.prekey, post.centre.papers = keys, 9, keys.signed_prekeys()
    node.round.run(post.centre.exchange)
    after = rows(node, "SELECT body, raw FROM sealed ORDER BY id")
    assert [body for body, _ in after] == [body for body, _ in before]
    assert len(checks_at(post)) == 1


@pytest.mark.parametrize("seq", [5, COUNT_MAX])
def test_a_clone_is_noticed(post: Post, node: EdgeNode, booth: Booth, session: Session, seq: int):
    """When the hub holds more of this node's log than the node does, the node says so and stops sending."""
    admit(booth, session)
    node.sealer.seal(link_appeared=True)
    post.centre.heads = dict.fromkeys((feed_number(node, lane) for lane in Lane), seq)
    post.centre.chains = dict.fromkeys(post.centre.heads, bytes(16))
    with pytest.raises(TrustError) as told:
        node.round.run(post.centre.exchange, everything=True)
    assert told.value.code == "feed_cloned"
    assert "feed_cloned" in dict(booth.status().trouble)
    assert heads_of(node)[Lane.ROUTINE] == 0


def feed_number(node: EdgeNode, lane: Lane) -> int:
    return (node.kit.node << 2) | lane


def test_a_restored_hub_gets_again_what_it_lost(post: Post, node: EdgeNode, booth: Booth, session: Session):
    """A hub back from an older backup, under a new generation, is sent what it had acknowledged and lost."""
    for _ in range(3):
        admit(booth, session)
    post.centre.alert(document_number="L898902C3")
    node.round.run(post.centre.exchange, everything=True)
    assert booth.status().queue == 0
    post.centre.received.clear()
    post.centre.heads.clear()
    post.centre.generation = 2
    post.centre.cuts.clear()
    node.round.run(post.centre.exchange, everything=True)
    assert len(checks_at(post)) == 3
    assert (booth.status().queue, booth.status().list.generation, booth.status().alerts) == (0, 2, 1)


def test_a_bundle_refused_for_good_is_shown_and_not_sent_for_ever(
    post: Post, node: EdgeNode, booth: Booth, session: Session
):
    """A final refusal takes the bundle out of the queue's way and stands on the status page."""
    admit(booth, session)
    node.round.run(post.centre.exchange)
    node.sealer.seal(link_appeared=True)
    post.centre.refusals = ((0, "feed_forked"),)
    exchange = post.centre.exchange
    post.centre._receive = lambda raw: None
    node.round.run(exchange)
    post.centre.refusals = ()
    asked = post.centre.questions
    node.round.run(exchange)
    assert post.centre.questions == asked + 1
    assert "refused_feed_forked" in dict(booth.status().trouble)


def test_a_stubborn_hub_does_not_keep_the_round_going(
    post: Post, node: EdgeNode, booth: Booth, session: Session
):
    """A hub that neither takes nor refuses a bundle ends the round; it is tried again at the next."""
    admit(booth, session)
    post.centre._receive = lambda raw: None
    outcome = node.round.run(post.centre.exchange, everything=True)
    assert outcome.turns == 1
    assert booth.status().queue > 0


def test_many_segments_arrive_over_several_turns(post: Post, node: EdgeNode):
    """A long feed comes in pieces, the node asking on until it has all of it."""
    for number in range(30):
        post.centre.alert(document_number=f"N{number}")
    post.centre.segment_changes, post.centre.segments_at_once = 5, 2
    outcome = node.round.run(post.centre.exchange)
    assert (outcome.turns, outcome.applied_changes) == (3, 30)
    assert node.booth.status().list.seconds == 0


def test_the_list_is_as_old_as_the_last_head_it_had_all_of(post: Post, node: EdgeNode):
    """A contact that did not bring the feed's end does not make the list young."""
    post.dial.pass_ms(3_600_000)
    for number in range(30):
        post.centre.alert(document_number=f"N{number}")
    post.centre.segment_changes, post.centre.segments_at_once = 5, 1
    taken = 0

    def cut_later(question: bytes) -> bytes:
        nonlocal taken
        taken += 1
        if taken > 2:
            raise RemoteError("link_down", "cut", hint="wait")
        return post.centre.exchange(question)

    with pytest.raises(RemoteError):
        node.round.run(cut_later)
    assert node.booth.status().list.seconds == 3600


def test_sent_bundles_go_only_when_a_backup_covers_them_and_time_has_passed(
    post: Post, node: EdgeNode, booth: Booth, session: Session
):
    """Neither fourteen days alone nor a backup alone lets a node forget what it sent."""
    admit(booth, session)
    node.round.run(post.centre.exchange, everything=True)
    post.dial.pass_ms(15 * DAY_MS)
    node.round.run(post.centre.exchange)
    assert node.prune() == 0
    post.centre.safe_ms = post.dial.wall_ms
    node.round.run(post.centre.exchange)
    assert node.prune() > 0
    assert rows(node, "SELECT count(*) FROM log") == [(0,)]
    assert len(booth.recent(session)) == 1
    admit(booth, session)
    node.round.run(post.centre.exchange, everything=True)
    assert (len(checks_at(post)), booth.status().queue) == (2, 0)


def test_a_hub_restored_young_keeps_a_node_from_pruning(
    post: Post, node: EdgeNode, booth: Booth, session: Session
):
    """A backup older than the fourteen days covers only what was acknowledged before it."""
    admit(booth, session)
    node.round.run(post.centre.exchange, everything=True)
    post.centre.safe_ms = START_MS - DAY_MS
    post.dial.pass_ms(15 * DAY_MS)
    node.round.run(post.centre.exchange)
    assert node.prune() == 0


def test_every_fault_of_the_conversation_has_a_code_and_a_hint(post: Post, node: EdgeNode):
    """Whatever bytes come for an answer, the node raises a coded error and keeps its state."""
    before = state_of(node)
    for junk in (b"", b"\x00", b"\xc1" * 50, b"\x91" * 10_000, post.centre.tag):
        with pytest.raises(KaraulaError) as told:
            node.round.run(lambda _, junk=junk: junk)
        assert told.value.code
        assert told.value.hint
    assert state_of(node)[:3] == before[:3]


def state_of(node: EdgeNode) -> tuple[object, ...]:
    with node.kit.database.snapshot() as tx:
        hub = state(tx)
    return hub.generation, hub.head_ms, hub.list_ms, hub.trouble


def test_a_long_backlog_lets_the_booth_write_while_bundles_are_made(
    node: EdgeNode, monkeypatch: pytest.MonkeyPatch
):
    """Making a bundle holds no lock, and each is committed before the next: no tablet waits for sealing."""
    kit, compose, held = node.kit, node.kit.log.compose, []
    with kit.database.transaction() as tx:
        for number in range(1_100):
            values = named(Kind.CHECK, {"owner": "BA", "happened": number})
            kit.log.append(tx, kind=Kind.CHECK, author=SYSTEM, fields=values)

    def save_something() -> None:
        with kit.database.transaction() as other:
            kept = other.execute("SELECT count(*) FROM sealed WHERE feed & 3 = 1").fetchone()[0]
        held.append(kept)

    def compose_meanwhile(tx: Connection, lane: Lane, **rest: Any) -> Composed | None:
        composed = compose(tx, lane, **rest)
        if lane is Lane.ROUTINE:
            saving = Thread(target=save_something)  # another thread has its own connection
            saving.start()
            saving.join(timeout=5)
            assert not saving.is_alive()
        return composed

    save_something()
    monkeypatch.setattr(kit.log, "compose", compose_meanwhile)
    node.sealer.seal(link_appeared=True)
    before, *during = held
    assert len(during) > 2
    assert during == [before + place for place in range(len(during))]


def test_the_hubs_originals_stay_until_a_backup_covers_them(post: Post, node: EdgeNode):
    """Where the hub makes backups, fourteen days alone let nothing go that it may have to be given back."""
    kept = rows(node, "SELECT count(*) FROM feed_segment")
    assert kept != [(0,)]
    post.centre.safe_ms = START_MS - DAY_MS
    post.dial.pass_ms(15 * DAY_MS)
    node.round.run(post.centre.exchange)
    node.prune()
    assert rows(node, "SELECT count(*) FROM feed_segment") == kept
    post.centre.safe_ms = post.dial.wall_ms
    node.round.run(post.centre.exchange)
    node.prune()
    assert rows(node, "SELECT count(*) FROM feed_segment") == [(0,)]
