"""Dots: the 63-bit names of changes and records.

A *feed* is one node's append-only sequence in one lane; a *dot* is (feed, seq) packed into one
integer: 21 bits node, 2 bits lane, 40 bits seq. A record's id is the dot of the change that
created it, so an id costs nothing on the wire and sorts by origin and age.

Invariants: `0 < dot < 2**63`; seq starts at 1; a packed dot unpacks to itself.
Ids are integers in storage and on the wire, strings in JSON and HTML (JavaScript is exact only
to 2**53). For people a dot prints as post, epoch, lane, number and a check character.
Must not know: what the change says.
"""

from __future__ import annotations

from enum import IntEnum
from typing import Final, NewType

from shared.errors import InputError, WireError
from shared.limits import LANE_BITS, NODE_MAX, SEQ_BITS, SEQ_MAX

Node = NewType("Node", int)
Feed = NewType("Feed", int)
Seq = NewType("Seq", int)
Dot = NewType("Dot", int)
RecordId = NewType("RecordId", Dot)
OfficerId = NewType("OfficerId", int)
"""An officer is a record of their desk; this is its record id. 0 means the machine itself acted."""

SYSTEM: Final = OfficerId(0)


class Lane(IntEnum):
    """How urgent a feed is. Lower goes first, always."""

    URGENT = 0  # alerts, hits, incidents, requests, officers
    ROUTINE = 1  # checks, journal, audit
    BULK = 2  # photos


_LANE_LETTER: Final = {Lane.URGENT: "U", Lane.ROUTINE: "R", Lane.BULK: "B"}
_LETTER_LANE: Final = {letter: lane for lane, letter in _LANE_LETTER.items()}
# Crockford's alphabet: no I, L, O, U, so that nobody reads a digit for a letter over a radio.
_ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_CHECKED: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def feed_of(node: int, lane: Lane) -> Feed:
    """The feed of `node` in `lane`. Raises WireError `bad_node` beyond 21 bits."""
    if not 0 < node <= NODE_MAX:
        raise WireError("bad_node", "node number out of range", hint="Check the node's certificate.")
    return Feed((node << LANE_BITS) | lane)


def node_of_feed(feed: int) -> Node:
    return Node(feed >> LANE_BITS)


def lane_of_feed(feed: int) -> Lane:
    """The lane of a feed. Raises WireError `bad_lane` for the unassigned fourth lane."""
    try:
        return Lane(feed & ((1 << LANE_BITS) - 1))
    except ValueError:
        raise WireError("bad_lane", "no such lane", hint="The sender speaks a newer protocol.") from None


def make_dot(feed: int, seq: int) -> Dot:
    """Pack (feed, seq). Raises WireError `bad_seq` if seq is not in 1 … 2**40-1."""
    if not 0 < seq <= SEQ_MAX:
        raise WireError("bad_seq", "sequence number out of range", hint="The sender's log is damaged.")
    return Dot((feed << SEQ_BITS) | seq)


def span_of(feed: int) -> tuple[Dot, Dot]:
    """The first and the last dot a feed can have."""
    return make_dot(feed, 1), make_dot(feed, SEQ_MAX)


def feed_of_dot(dot: int) -> Feed:
    return Feed(dot >> SEQ_BITS)


def seq_of_dot(dot: int) -> Seq:
    return Seq(dot & SEQ_MAX)


def node_of_dot(dot: int) -> Node:
    return node_of_feed(dot >> SEQ_BITS)


def print_dot(dot: int, *, post: str, epoch: int) -> str:
    """The id people read: `KLOBUK-1-R-4F2K9-7`.

    `post` is the post's code and `epoch` counts the enrolments at that post; together they name
    a node number, which only a node directory knows. The last character checks all the others.
    """
    left: int = seq_of_dot(dot)
    digits = ""
    while left:
        left, digit = divmod(left, 32)
        digits = _ALPHABET[digit] + digits
    body = f"{post}-{epoch}-{_LANE_LETTER[lane_of_feed(feed_of_dot(dot))]}-{digits}"
    return f"{body}-{_check_character(body)}"


def read_dot(text: str) -> tuple[str, int, Lane, Seq]:
    """Read a printed id into (post, epoch, lane, seq).

    Raises InputError `bad_id` when the shape or the check character is wrong, so that a
    misheard id finds nobody else's record.
    """
    parts = text.strip().upper().split("-")
    bad = InputError(
        "bad_id", "this is not a record id", hint="An id reads like KLOBUK-1-R-4F2K9-7; check each character."
    )
    if len(parts) != 5 or not (parts[1].isascii() and parts[1].isdigit()) or parts[2] not in _LETTER_LANE:
        raise bad
    if not parts[0] or not set(parts[0]) <= set(_CHECKED) or not set(parts[3]) <= set(_ALPHABET):
        raise bad
    if _check_character("-".join(parts[:4])) != parts[4]:
        raise bad
    seq = 0
    for character in parts[3]:
        seq = seq * 32 + _ALPHABET.index(character)
    if not 0 < seq <= SEQ_MAX:
        raise bad
    return parts[0], int(parts[1]), _LETTER_LANE[parts[2]], Seq(seq)


def _check_character(body: str) -> str:
    """ISO 7064 MOD 37,36 over the letters and digits: any single wrong character shows."""
    product = 36
    for character in body.replace("-", ""):
        total = (product + _CHECKED.index(character)) % 36 or 36
        product = total * 2 % 37
    return _CHECKED[(37 - product) % 36]
