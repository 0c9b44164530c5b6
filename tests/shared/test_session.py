"""The sync conversation without I/O: both real ends over a link that a test bends."""

from __future__ import annotations

from dataclasses import replace

import pytest

from shared import wire
from shared.crypto import Purpose
from shared.errors import BundleError, RemoteError, SessionError, TrustError, WireError
from shared.ids import Node, Seq, feed_of
from shared.limits import REQUEST_MAX_BUNDLES, REQUEST_MAX_BYTES
from shared.session import (
    LANES,
    Cursor,
    NodeEnd,
    Question,
    answer,
    heads_digest,
    node_end,
    read_question,
)
from shared.session.messages import answer_signed
from tests.shared.session_link import (
    HUB,
    HUB_KEY,
    NODE,
    NODE_BOX,
    NODE_KEY,
    NONCE,
    NOW_MS,
    OTHER_BOX,
    FakeHub,
    alert,
    node_end_of,
    round_trip,
    standing,
    standing_after,
)

# --- the good way ---


def test_what_is_asked_is_read() -> None:
    """The hub reads the hello as the node meant it, with the bundles in order."""
    at = standing(revocations=4, prekey=7)
    question = read_question(node_end_of().ask(at, [b"one", b"two"], nonce=NONCE, certificate=b"paper"))
    question.believe(NODE_KEY.verify_key)
    hello = question.hello
    assert (hello.node, hello.generation, hello.positions) == (NODE, 1, (0, 0))
    assert (hello.revocations, hello.prekey, hello.certificate) == (4, 7, b"paper")
    assert hello.heads_digest == heads_digest(zip(at.heads, at.chains, strict=True))
    assert question.bundles == (b"one", b"two")


def test_what_is_answered_is_heard() -> None:
    """Head, segments and papers arrive; the cursors have moved to the head."""
    hub = FakeHub()
    hub.publish(2)
    hub.publish(1)
    heard = round_trip(hub, standing())
    assert heard.head == hub.head()
    assert [change for piece in heard.segments for change in piece.changes] == [alert(1), alert(2), alert(3)]
    assert heard.cursors == hub.cursors
    assert (heard.revocations, heard.prekeys, heard.more) == (b"list", (b"prekey",), False)
    assert heard.acked(NODE) == {
        feed_of(NODE, lane): Seq(ack) for lane, ack in zip(LANES, (1, 2, 0), strict=True)
    }


def test_a_part_of_the_feed_says_there_is_more() -> None:
    """A reply within its budget moves the cursor part of the way; the next question goes on from there."""
    hub = FakeHub()
    hub.publish(2)
    hub.publish(3)
    first = round_trip(hub, standing(), segments=hub.segments[:1])
    assert first.more
    assert first.cursors[0].position == 2
    second = round_trip(hub, standing_after(first), segments=hub.segments[1:])
    assert not second.more
    assert second.cursors == hub.cursors


def test_agreeing_heads_cost_no_acks() -> None:
    """None stands for "your heads are mine"."""
    hub = FakeHub()
    heard = round_trip(hub, standing(), head=replace(hub.head(), acks=None))
    assert heard.acked(NODE) == {}


def test_reseals_and_refusals_arrive() -> None:
    """What the hub wants sealed again, and what it refused and why."""
    head = replace(FakeHub().head(), reseals=((21, 4),), refusals=((0, "bad_signature"),))
    assert round_trip(FakeHub(), standing(), head=head).head == head


# --- old, foreign and forged answers ---


def test_an_answer_to_an_earlier_question_is_refused() -> None:
    """A recorded answer cannot freeze a node's lists: it fits its own question only."""
    hub, end = FakeHub(), node_end_of()
    old = hub.answer(end.ask(standing(), [], nonce=b"nonce001"))
    end.hear(old)
    end.ask(standing(), [], nonce=b"nonce002")
    with pytest.raises(TrustError, match="bad_signature"):
        end.hear(old)


def test_an_answer_to_another_node_is_refused() -> None:
    """One node's acks are not another's."""
    other = NodeEnd(node=Node(6), signer=NODE_KEY, box=NODE_BOX, hub_tag=HUB, hub_key=HUB_KEY.verify_key)
    theirs = FakeHub().answer(other.ask(standing(), [], nonce=NONCE))
    end = node_end_of()
    end.ask(standing(), [], nonce=NONCE)
    with pytest.raises(TrustError, match="bad_signature"):
        end.hear(theirs)


def test_a_feed_sealed_to_another_reader_does_not_open() -> None:
    """A stolen node's box key opens only what was sealed to it."""
    hub, end = FakeHub(), node_end_of(OTHER_BOX)
    hub.publish()
    with pytest.raises(BundleError, match="cannot_open"):
        end.hear(hub.answer(end.ask(standing(), [], nonce=NONCE)))


def test_every_flipped_bit_of_an_answer_is_refused() -> None:
    """Head, parcel, lists and signature: each is covered, and the node is ready to ask again."""
    hub, end = FakeHub(), node_end_of()
    hub.publish()
    for bit in range(len(hub.answer(end.ask(standing(), [], nonce=NONCE))) * 8):
        damaged = bytearray(hub.answer(end.ask(standing(), [], nonce=NONCE)))
        damaged[bit // 8 % len(damaged)] ^= 1 << (bit % 8)
        with pytest.raises(RemoteError) as refused:
            end.hear(bytes(damaged))
        assert refused.value.code


def test_nothing_can_be_left_out_of_an_answer() -> None:
    """A carrier who drops the parcel or the revocations under a genuine head is noticed."""
    hub, end = FakeHub(), node_end_of()
    hub.publish()
    for place, without in ((3, None), (4, None), (5, [])):
        whole = wire.unpack(hub.answer(end.ask(standing(), [], nonce=NONCE)), max_bytes=1 << 20)
        assert isinstance(whole, list)
        whole[place] = without
        with pytest.raises(TrustError, match="bad_signature"):
            end.hear(wire.pack(whole))


def test_an_answer_to_a_question_changed_on_the_way_is_refused() -> None:
    """A bundle dropped, swapped or damaged: the refusals in such an answer would hit the wrong bundle."""
    hub, end = FakeHub(), node_end_of()
    for bend in (lambda b: b[1:], lambda b: b[::-1], lambda b: [b"ane", *b[1:]]):
        whole = wire.unpack(end.ask(standing(), [b"one", b"two"], nonce=NONCE), max_bytes=1 << 20)
        assert isinstance(whole, list)
        whole[3] = bend(whole[3])
        with pytest.raises(TrustError, match="bad_signature"):
            end.hear(hub.answer(wire.pack(whole)))


def test_a_forged_head_is_refused() -> None:
    """An answer signed by anyone else says nothing."""
    end = node_end_of()
    question = read_question(end.ask(standing(), [], nonce=NONCE))
    forged = answer(question, FakeHub().head(), segments=(), reader=NODE_BOX.seal_key, signer=NODE_KEY)
    with pytest.raises(TrustError, match="bad_signature"):
        end.hear(forged)


def test_a_forged_hello_is_not_believed() -> None:
    """A question in a node's name needs the node's key."""
    question = read_question(node_end_of().ask(standing(), [], nonce=NONCE))
    with pytest.raises(TrustError, match="bad_signature"):
        question.believe(HUB_KEY.verify_key)


# --- a feed that went back, stopped, tore or split ---


@pytest.mark.parametrize(
    "older",
    [
        {"generation": 2},
        {"last_head_ms": NOW_MS + 1},
        {"cursors": (Cursor(scope="all", position=9), Cursor(scope="country:BA"))},
        {"cursors": (Cursor(scope="all"), Cursor(scope="country:BA", position=1))},
    ],
    ids=["generation", "time", "position", "another scope's position"],
)
def test_a_rolled_back_hub_is_named(older: dict[str, object]) -> None:
    """A hub that is behind what this node has already seen is not believed."""
    with pytest.raises(SessionError, match="feed_rolled_back"):
        round_trip(FakeHub(), standing(**older))


def test_scopes_that_do_not_match_are_named() -> None:
    """Positions for other scopes than the node reads are no answer."""
    hub = FakeHub()
    with pytest.raises(SessionError, match="feed_rolled_back"):
        round_trip(hub, standing(), head=replace(hub.head(), positions=(0, 0, 0)))


def test_a_restored_hub_is_read_from_the_start() -> None:
    """A higher generation starts its feed anew, and the node follows it from position 1."""
    before = FakeHub()
    before.publish(3)
    at = standing_after(round_trip(before, standing()))
    restored = FakeHub(generation=2)
    restored.publish(1)
    heard = round_trip(restored, at)
    assert heard.head.generation == 2
    assert heard.cursors == restored.cursors


def test_a_missing_piece_is_named() -> None:
    """Segments that skip a position are not applied."""
    hub = FakeHub()
    hub.publish(1)
    hub.publish(1)
    with pytest.raises(SessionError, match="feed_gap"):
        round_trip(hub, standing(), segments=hub.segments[1:])


def test_pieces_out_of_order_are_named() -> None:
    """The order within an answer counts."""
    hub = FakeHub()
    hub.publish(1)
    hub.publish(1)
    with pytest.raises(SessionError, match="feed_gap"):
        round_trip(hub, standing(), segments=hub.segments[::-1])


def test_a_piece_of_another_generation_is_foreign() -> None:
    """An old generation's segment does not fit under a new head."""
    hub = FakeHub(generation=2)
    hub.publish(1, generation=1)
    with pytest.raises(SessionError, match="feed_gap"):
        round_trip(hub, standing(generation=2))


def test_a_piece_of_a_scope_not_read_is_foreign() -> None:
    """A node takes nothing that it did not ask for."""
    hub = FakeHub()
    hub.publish(1)
    at = standing(cursors=(Cursor(scope="country:ME"), Cursor(scope="country:BA")))
    with pytest.raises(SessionError, match="feed_gap"):
        round_trip(hub, at)


def test_another_past_under_one_position_is_a_fork() -> None:
    """Same place, other chain: the hub has told someone else another story."""
    hub = FakeHub()
    hub.publish(2)
    at = standing_after(round_trip(hub, standing()))
    hub.publish(1)
    forked = replace(at, cursors=(replace(at.cursors[0], chain=b"\1" * 16), at.cursors[1]))
    with pytest.raises(SessionError, match="feed_forked"):
        round_trip(hub, forked, segments=hub.segments[1:])


def test_a_silent_fork_shows_in_the_digest() -> None:
    """Even with nothing new the digest over positions and chains tells that the past differs."""
    hub = FakeHub()
    hub.publish(2)
    at = standing_after(round_trip(hub, standing()))
    forked = replace(at, cursors=(replace(at.cursors[0], chain=b"\1" * 16), at.cursors[1]))
    with pytest.raises(SessionError, match="feed_forked"):
        round_trip(hub, forked, segments=[])


def test_a_segment_of_another_signer_is_refused() -> None:
    """Each piece bears the hub's own signature."""
    hub = FakeHub()
    hub.publish(1, signer=NODE_KEY)
    with pytest.raises(TrustError, match="bad_signature"):
        round_trip(hub, standing())


# --- turns and shapes ---


def play(end: NodeEnd, event: node_end._Event, hub: FakeHub) -> str | None:
    """Do one event on the end; the refusal's code, if any."""
    try:
        if event.value == "ask":
            play.last = end.ask(standing(), [], nonce=NONCE)  # type: ignore[attr-defined]  # the link between two events
        else:
            end.hear(hub.answer(play.last))  # type: ignore[attr-defined]  # as above
    except SessionError as error:
        return error.code
    return None


@pytest.mark.parametrize("phase", node_end.Phase)
@pytest.mark.parametrize("event", node_end._Event)
def test_every_cell_of_the_state_table(phase: node_end.Phase, event: node_end._Event) -> None:
    """Each phase meets each event: the table's transition, a question given up, or `out_of_turn`."""
    hub, end = FakeHub(), node_end_of()
    play(end, node_end._Event.ASK, hub)
    if phase is node_end.Phase.IDLE:
        play(end, node_end._Event.HEAR, hub)
    code = play(end, event, hub)
    given_up = event is node_end._Event.ASK and phase is node_end.Phase.ASKED
    allowed = (phase, event) in node_end._NEXT or given_up
    assert code == (None if allowed else "out_of_turn")
    after = play(end, node_end._Event.HEAR, hub)  # tells which phase came out
    assert (after is None) == (event is node_end._Event.ASK)


def test_after_a_refused_answer_the_node_asks_again() -> None:
    """A bad answer closes the question; hearing once more is out of turn, asking works."""
    hub, end = FakeHub(), node_end_of()
    end.ask(standing(), [], nonce=NONCE)
    with pytest.raises(RemoteError):
        end.hear(b"noise")
    with pytest.raises(SessionError, match="out_of_turn"):
        end.hear(b"noise")
    end.hear(hub.answer(end.ask(standing(), [], nonce=NONCE)))


def test_a_question_given_up_leaves_its_answer_unfit() -> None:
    """Asked twice, only the second answer is heard."""
    hub, end = FakeHub(), node_end_of()
    first = end.ask(standing(), [], nonce=b"nonce001")
    second = end.ask(standing(), [], nonce=b"nonce002")
    assert end.hear(hub.answer(second)).head == hub.head()
    end.ask(standing(), [], nonce=b"nonce003")
    with pytest.raises(TrustError, match="bad_signature"):
        end.hear(hub.answer(first))


def question_of(*fields: object) -> bytes:
    return wire.pack([*fields])


HELLO = [1, 5, NONCE, bytes(16), 1, [0, 0], 0, 0, None]


@pytest.mark.parametrize(
    "data",
    [
        question_of(2, wire.pack(HELLO), bytes(64), []),
        question_of(1, wire.pack(HELLO), bytes(64)),
        question_of(1, wire.pack(HELLO), bytes(64), [1]),
        question_of(1, wire.pack(HELLO[:-1]), bytes(64), []),
        question_of(1, wire.pack([*HELLO[:5], [0, -1], 0, 0, None]), bytes(64), []),
        question_of(1, wire.pack([*HELLO[:5], [0, True], 0, 0, None]), bytes(64), []),
        question_of(1, wire.pack([*HELLO[:5], ["0"], 0, 0, None]), bytes(64), []),
    ],
)
def test_a_misshapen_question_is_refused(data: bytes) -> None:
    """Other versions and shapes are a coded refusal."""
    with pytest.raises(SessionError, match="bad_question"):
        read_question(data)


def test_too_many_bundles_are_refused() -> None:
    """One request has a limit, and so has its size."""
    with pytest.raises(SessionError, match="too_many_bundles"):
        read_question(node_end_of().ask(standing(), [b""] * (REQUEST_MAX_BUNDLES + 1), nonce=NONCE))
    with pytest.raises(WireError, match="too_large"):
        read_question(bytes(REQUEST_MAX_BYTES + 1))


@pytest.mark.parametrize(
    "bend",
    [
        lambda head: [2, *head[1:]],
        lambda head: head[:-1],
        lambda head: [*head[:4], [1], *head[5:]],
        lambda head: [*head[:4], [1, 2, -3], *head[5:]],
        lambda head: [*head[:6], ["x"], *head[7:]],
        lambda head: [*head[:9], [[1]], head[10]],
        lambda head: [*head[:10], [[0, 1]]],
    ],
)
def test_a_misshapen_head_is_refused_though_signed(bend: object) -> None:
    """The hub's signature does not excuse a shape this node cannot read."""
    hub, end = FakeHub(), node_end_of()
    asked = read_question(end.ask(standing(), [], nonce=NONCE))
    whole = wire.unpack(hub.answer(end.ask(standing(), [], nonce=NONCE), segments=[]), max_bytes=1 << 20)
    assert isinstance(whole, list)
    head = wire.unpack(whole[1], max_bytes=1 << 20)
    raw = wire.pack(bend(head))  # type: ignore[operator]  # one of the lambdas above
    signed = answer_signed(head=raw, question=asked.mark, parcel=None, revocations=None, prekeys=[])
    with pytest.raises(SessionError, match="bad_answer"):
        end.hear(wire.pack([1, raw, HUB_KEY.sign(Purpose.HEAD, signed), None, None, []]))


def test_a_question_is_not_its_own_answer() -> None:
    """Reflected bytes are refused."""
    end = node_end_of()
    question = end.ask(standing(), [], nonce=NONCE)
    with pytest.raises(RemoteError):
        end.hear(question)
    assert isinstance(read_question(question), Question)
