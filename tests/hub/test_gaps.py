"""Gaps wait visibly, and an operator may give one up: with a reason, audited, and never for good."""

from __future__ import annotations

import pytest

from hub.desk.view import Operator
from hub.hub import Hub
from shared.errors import ForbiddenError, InputError, StaleError
from shared.ids import Lane, feed_of
from shared.ledger import audit
from shared.schema import Kind
from tests.hub.outpost import Outpost
from tests.hub.world import count, faults, heads, records_of

ROUTINE = Lane.ROUTINE


def three(post: Outpost) -> list[bytes]:
    """Three bundles of two checks each."""
    bundles = []
    for _ in range(3):
        post.check()
        post.check()
        bundles.append(post.bundle(ROUTINE))
    return bundles


def test_a_gap_stands_on_the_board_while_something_waits(
    hub: Hub, klobuk: Outpost, operators: dict[str, Operator]
):
    """Which seqs, how many bundles behind them, and who may decide."""
    first, _, third = three(klobuk)
    klobuk.ask(hub, first, third)
    (row,) = hub.desk.gaps.rows(operators["BA"])
    assert (row.node, row.lane, row.first, row.last, row.waiting) == ("KLOBUK-1", "routine", 3, 4, 1)
    assert row.may
    assert not hub.desk.gaps.rows(operators["RS"])[0].may


def test_a_gap_given_up_lets_what_waited_go_on(hub: Hub, klobuk: Outpost, operators: dict[str, Operator]):
    """The head moves over it, later bundles are verified as ever, and the line says who and why."""
    first, _, third = three(klobuk)
    klobuk.ask(hub, first, third)
    feed = feed_of(klobuk.number, ROUTINE)
    hub.desk.gaps.give_up(operators["BA"], feed, 3, 4, reason="the board burnt")
    assert heads(hub, klobuk)[ROUTINE] == 6
    assert not hub.desk.gaps.rows(operators["BA"])
    klobuk.check()
    klobuk.send(hub)
    assert heads(hub, klobuk)[ROUTINE] == 7
    klobuk.chain[ROUTINE] = bytes(16)
    klobuk.check()
    klobuk.send(hub)
    assert [fault.code for fault in faults(hub)] == ["feed_forked"]
    with hub.kit.database.snapshot() as tx:
        audit.verify(tx)
        (line,) = tx.execute("SELECT officer, detail FROM audit WHERE action = 'gap_given_up'").fetchall()
    assert line[0] == operators["BA"].officer
    assert "3-4: the board burnt" in line[1]


def test_it_takes_a_reason_and_the_posts_own_desk(hub: Hub, klobuk: Outpost, operators: dict[str, Operator]):
    """Nothing moves without either; nor for a gap that is another one by now."""
    first, _, third = three(klobuk)
    klobuk.ask(hub, first, third)
    feed = feed_of(klobuk.number, ROUTINE)
    with pytest.raises(InputError):
        hub.desk.gaps.give_up(operators["BA"], feed, 3, 4, reason=" ")
    with pytest.raises(ForbiddenError):
        hub.desk.gaps.give_up(operators["RS"], feed, 3, 4, reason="not ours")
    with pytest.raises(StaleError):
        hub.desk.gaps.give_up(operators["BA"], feed, 3, 3, reason="only a part")
    assert heads(hub, klobuk)[ROUTINE] == 2


def test_what_was_given_up_is_taken_when_it_comes_after_all(
    hub: Hub, klobuk: Outpost, operators: dict[str, Operator]
):
    """The node is told what was given up; what it brings of it is merged once, and asked for no more."""
    first, second, third = three(klobuk)
    klobuk.ask(hub, first, third)
    feed = feed_of(klobuk.number, ROUTINE)
    hub.desk.gaps.give_up(operators["BA"], feed, 3, 4, reason="stick lost")
    assert klobuk.ask(hub).head.lost == ((feed, 3, 4),)
    told = klobuk.ask(hub, second)
    assert (told.head.refusals, told.head.lost) == ((), ())
    assert klobuk.ask(hub, second).head.refusals == ()
    assert len(records_of(hub, Kind.CHECK)) == 6
    assert count(hub, "lost_run") == 0
    assert not faults(hub)


def test_another_content_for_what_was_given_up_is_a_fork(
    hub: Hub, klobuk: Outpost, operators: dict[str, Operator]
):
    """A late bundle must build on what stands before it."""
    first, _, third = three(klobuk)
    klobuk.ask(hub, first, third)
    hub.desk.gaps.give_up(operators["BA"], feed_of(klobuk.number, ROUTINE), 3, 4, reason="stick lost")
    klobuk.cut[ROUTINE], klobuk.chain[ROUTINE] = 2, bytes(16)
    klobuk.ask(hub, klobuk.bundle(ROUTINE, count=2))
    assert [fault.code for fault in faults(hub)] == ["feed_forked"]
