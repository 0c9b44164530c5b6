"""Dots and printed ids."""

from __future__ import annotations

import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.errors import InputError, WireError
from shared.ids import (
    Lane,
    feed_of,
    feed_of_dot,
    lane_of_feed,
    make_dot,
    node_of_dot,
    node_of_feed,
    print_dot,
    read_dot,
    seq_of_dot,
)
from shared.limits import NODE_MAX, SEQ_MAX

NODES = st.integers(1, NODE_MAX)
SEQS = st.integers(1, SEQ_MAX)
LANES = st.sampled_from(Lane)


@given(NODES, LANES, SEQS)
def test_a_packed_dot_unpacks_to_itself(node: int, lane: Lane, seq: int) -> None:
    """Node, lane and seq come back, and the integer is positive and fits SQLite's 63 bits."""
    dot = make_dot(feed_of(node, lane), seq)
    assert 0 < dot < 1 << 63
    assert (node_of_dot(dot), lane_of_feed(feed_of_dot(dot)), seq_of_dot(dot)) == (node, lane, seq)
    assert node_of_feed(feed_of_dot(dot)) == node


@given(NODES, LANES, SEQS, SEQS)
def test_dots_of_a_feed_sort_by_age(node: int, lane: Lane, one: int, other: int) -> None:
    """Within a feed the later change has the larger dot."""
    feed = feed_of(node, lane)
    assert (make_dot(feed, one) < make_dot(feed, other)) == (one < other)


def test_node_two_million_keeps_its_ids_as_strings() -> None:
    """A large node's dot is beyond JavaScript's exact integers, so only its text survives a page."""
    dot = make_dot(feed_of(2_000_000, Lane.ROUTINE), 1)
    assert dot > 1 << 53
    assert int(float(dot)) != dot, "as a double it would name another record"
    assert int(json.loads(json.dumps(str(dot)))) == dot


@pytest.mark.parametrize("node", [0, -1, NODE_MAX + 1])
def test_an_impossible_node_is_refused(node: int) -> None:
    """No feed for a node number outside 21 bits."""
    with pytest.raises(WireError, match="bad_node"):
        feed_of(node, Lane.URGENT)


@pytest.mark.parametrize("seq", [0, -1, SEQ_MAX + 1])
def test_an_impossible_seq_is_refused(seq: int) -> None:
    """No dot for a sequence number outside 1 … 2**40-1."""
    with pytest.raises(WireError, match="bad_seq"):
        make_dot(feed_of(1, Lane.URGENT), seq)


def test_the_fourth_lane_is_refused() -> None:
    """Lane 3 is unassigned: a feed that names it is a newer peer's."""
    with pytest.raises(WireError, match="bad_lane"):
        lane_of_feed((5 << 2) | 3)


@given(
    st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", min_size=1, max_size=12),
    st.integers(0, 99),
    LANES,
    SEQS,
)
def test_a_printed_id_reads_back(post: str, epoch: int, lane: Lane, seq: int) -> None:
    """What is printed is read, in small letters and with spaces around it as well."""
    text = print_dot(make_dot(feed_of(7, lane), seq), post=post, epoch=epoch)
    assert read_dot(f"  {text.lower()} ") == (post, epoch, lane, seq)


@pytest.mark.parametrize("seq", [1, 31, 32, 4_567_890, SEQ_MAX])
def test_every_single_wrong_character_is_caught(seq: int) -> None:
    """One misheard character anywhere, the check character included, reads as no id at all."""
    text = print_dot(make_dot(feed_of(2_000_000, Lane.ROUTINE), seq), post="KLOBUK", epoch=1)
    for at, right in enumerate(text):
        for wrong in "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-":
            if wrong != right:
                with pytest.raises(InputError, match="bad_id"):
                    read_dot(text[:at] + wrong + text[at + 1 :])


@pytest.mark.parametrize(
    "text",
    ["", "-", "----", "KLOBUK", "KLOBUK-²-R-1-7", "-1-R-1-X", "KLOBUK-1-Q-1-7", "KLOBUK-1-R--7", "Ж-1-R-1-7"],
)
def test_what_is_no_id_is_refused_with_a_code(text: str) -> None:
    """Odd shapes, odd digits and missing parts give `bad_id`, never a bare ValueError."""
    with pytest.raises(InputError, match="bad_id"):
        read_dot(text)


@given(st.text(max_size=40))
def test_no_text_makes_the_reader_stumble(text: str) -> None:
    """Whatever is typed is read or refused with a code."""
    with suppress(InputError):
        read_dot(text)
