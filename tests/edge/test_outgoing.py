"""What one question carries: urgent first, whole while it fits, else a piece of the stream."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from edge.outgoing import plan
from shared.ids import Feed, Lane, Seq, feed_of
from shared.ledger.outbox import Sealed
from shared.limits import REQUEST_MAX_BUNDLES
from shared.session import Held, check_of, framed, joined, taken_apart


def bundle(lane: Lane, first: int, size: int) -> Sealed:
    raw = bytes((lane * 50 + first * 7 + place) % 256 for place in range(size))
    return Sealed(feed=Feed(feed_of(5, lane)), first=Seq(first), count=1, prekey=1, raw=raw)


def test_what_fits_goes_whole_and_there_is_no_piece() -> None:
    """The steady state: one question with its bundles."""
    waiting = [bundle(Lane.URGENT, 1, 200), bundle(Lane.ROUTINE, 1, 1_700)]
    going = plan(waiting, {}, budget_bytes=4_000)
    assert (going.bundles, going.piece, going.completed) == (tuple(waiting), None, ())


def test_what_does_not_fit_goes_in_a_piece_behind_what_does() -> None:
    """The question is filled up to its budget, an urgent bundle whole in front."""
    waiting = [bundle(Lane.URGENT, 1, 200), bundle(Lane.ROUTINE, 1, 9_000), bundle(Lane.ROUTINE, 2, 9_000)]
    going = plan(waiting, {}, budget_bytes=4_200)
    assert going.bundles == (waiting[0],)
    assert going.piece is not None
    assert (going.piece.lane, going.piece.offset, len(going.piece.data)) == (Lane.ROUTINE, 0, 4_000)
    assert going.completed == ()


def test_a_piece_goes_on_where_the_hub_stands_and_over_bundles() -> None:
    """The rest of one bundle, all of the next, and the beginning of a third, in one piece."""
    waiting = [bundle(Lane.ROUTINE, first, 3_000) for first in (1, 2, 3)]
    begun = framed(waiting[0].raw)[:2_000]
    held = {Lane.ROUTINE: Held(lane=Lane.ROUTINE, length=2_000, check=check_of(begun))}
    going = plan(waiting, held, budget_bytes=5_000)
    assert going.bundles == ()
    assert going.piece is not None
    assert (going.piece.offset, going.piece.check) == (2_000, check_of(begun))
    assert going.completed == (waiting[0], waiting[1])
    assert taken_apart(joined(begun, going.piece))[0] == [waiting[0].raw, waiting[1].raw]


def test_a_half_sent_lane_waits_while_something_urgent_goes() -> None:
    """The urgent bundle is in this question, and the rest of the begun one fills it up."""
    waiting = [bundle(Lane.URGENT, 9, 300), bundle(Lane.ROUTINE, 1, 100_000)]
    begun = framed(waiting[1].raw)[:50_000]
    held = {Lane.ROUTINE: Held(lane=Lane.ROUTINE, length=50_000, check=check_of(begun))}
    going = plan(waiting, held, budget_bytes=2_000)
    assert going.bundles == (waiting[0],)
    assert going.piece is not None
    assert (going.piece.offset, len(going.piece.data)) == (50_000, 1_700)


def test_a_tail_of_other_bytes_is_not_gone_on_from() -> None:
    """What the hub holds of an older envelope is begun anew."""
    waiting = [bundle(Lane.ROUTINE, 1, 9_000)]
    held = {Lane.ROUTINE: Held(lane=Lane.ROUTINE, length=10, check=b"12345678")}
    going = plan(waiting, held, budget_bytes=2_000)
    assert going.piece is not None
    assert going.piece.offset == 0


def test_no_question_holds_more_bundles_than_a_hub_reads() -> None:
    """Beyond so many they go in the stream."""
    waiting = [bundle(Lane.ROUTINE, first, 100) for first in range(1, REQUEST_MAX_BUNDLES + 20)]
    going = plan(waiting, {}, budget_bytes=1_000_000)
    assert len(going.bundles) == REQUEST_MAX_BUNDLES
    assert len(going.completed) == 19


@given(
    sizes=st.lists(st.tuples(st.sampled_from(list(Lane)), st.integers(80, 5_000)), max_size=12),
    budget=st.integers(128, 9_000),
)
def test_a_question_keeps_to_its_budget_and_its_order(sizes: list[tuple[Lane, int]], budget: int) -> None:
    """Never more than the budget, never a lane before an earlier one, never nothing."""
    waiting = [bundle(lane, first, size) for first, (lane, size) in enumerate(sorted(sizes), 1)]
    going = plan(waiting, {}, budget_bytes=budget)
    size = sum(len(each.raw) for each in going.bundles) + (len(going.piece.data) if going.piece else 0)
    assert size <= budget
    assert list(going.all) == waiting[: len(going.all)]
    assert not waiting or going.all or going.piece
